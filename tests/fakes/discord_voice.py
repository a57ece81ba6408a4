"""The calls of the fake Discord: who of the bot's is in which voice channel, on which voice server.

From Discord's docs, "Voice" (Retrieving Voice Server Information), "Gateway Events" (Voice State Update,
Voice Server Update), "Voice Resource" (Voice State Object) and "Permissions".
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any

import discord

from . import discord_places as places
from .discord_people import (
    CONNECT,
    MOVE_MEMBERS,
    MUTE_MEMBERS,
    SPEAK,
    VIEW_CHANNEL,
    ChannelKind,
    FakeChannel,
    FakeGuild,
    Json,
)
from .discord_state import State
from .discord_voice_packets import MODES, Frame
from .discord_voice_server import VoiceServer
from .discord_voice_session import VoiceClose, VoiceSession

_LATER_S = 0.1
_BEFORE = 25
"""So many packets may overtake the SPEAKING that was sent before them, which comes over another line."""
HEARD = (ChannelKind.VOICE, ChannelKind.STAGE)


@dataclass(eq=False)
class BotCall:
    """The bot in a voice channel of a server."""

    channel: FakeChannel
    session_id: str
    suppressed: bool  # it may not speak: nobody hears what it sends
    flags: Json
    legs: list[VoiceSession] = field(default_factory=list)


class Voice:
    """Lets the bot in, moves it and throws it out; what it sends is heard here."""

    def __init__(self, world: State, tell: Callable[[str, Json, str], None]) -> None:
        """Start with no call; `tell` dispatches an event of a server to the bot."""
        self.world = world
        self.modes: tuple[str, ...] = MODES
        self.calls: dict[str, BotCall] = {}
        self.legs: list[VoiceSession] = []
        self.asked: list[Json] = []
        self.allocates = True  # VOICE_SERVER_UPDATE follows
        self._tell = tell
        self._servers: list[VoiceServer] = []
        self._lock = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    # What the bot asks for

    def ask(self, data: Json) -> None:
        """Take a Voice State Update of the bot's (opcode 4 of the main gateway); ids may be numbers."""
        asked = data | {key: data[key] and str(data[key]) for key in ("guild_id", "channel_id")}
        self.asked.append(asked)
        self._begin(self._answer(asked))

    async def _answer(self, data: Json) -> None:
        async with self._lock:
            guild_id, call = data["guild_id"], self.calls.get(data["guild_id"])
            if data["channel_id"] is None:
                if call is not None:
                    self._leave(guild_id, call)
                    await self._hang_up(call, VoiceClose.DISCONNECTED)
                return
            channel = self.world.channels.get(data["channel_id"])
            if channel is None or not self._lets_in(channel, call):
                return  # neither event comes, and no error ("Retrieving Voice Server Information")
            await self._enter(channel, {key: data[key] for key in ("self_mute", "self_deaf")})

    def _lets_in(self, channel: FakeChannel, call: BotCall | None) -> bool:
        """Whether the bot may connect, and there is room: it counts as everybody does."""
        if channel.kind not in HEARD or not channel.lets_bot(VIEW_CHANNEL | CONNECT):
            return False
        others = sum(place is channel for place in self.world.voice_of[channel.guild.id].values())
        there = call is not None and call.channel is channel
        full = 0 < channel.user_limit <= others
        return there or not full or channel.lets_bot(MOVE_MEMBERS)

    async def _enter(self, channel: FakeChannel, flags: Json) -> None:
        before = self.calls.get(channel.guild.id)
        session_id = before.session_id if before is not None else secrets.token_hex(16)
        call = BotCall(channel, session_id, self._is_suppressed(channel), flags)
        call.legs = before.legs if before is not None else []
        self.calls[channel.guild.id] = call
        self._tell_state(channel.guild, call)
        if self.allocates:
            await self._allocate(call)

    @staticmethod
    def _is_suppressed(channel: FakeChannel) -> bool:
        """Whether the permission to speak is denied; on a stage everybody listens at first but moderators."""
        return not channel.lets_bot(MUTE_MEMBERS if channel.kind is ChannelKind.STAGE else SPEAK)

    async def _allocate(self, call: BotCall, server: VoiceServer | None = None) -> None:
        """Offer a place on a voice server: the token is another one each time."""
        server = server or await self.server()
        leg = server.offer(call.channel.guild.id, self.world.bot.id, call.session_id)
        for old in call.legs:
            old.over = True
        call.legs.append(leg)
        self.legs.append(leg)
        told = {"token": leg.token, "guild_id": leg.guild_id, "endpoint": server.endpoint}
        self._tell("VOICE_SERVER_UPDATE", told, leg.guild_id)

    def _leave(self, guild_id: str, call: BotCall) -> None:
        del self.calls[guild_id]
        self._tell_state(call.channel.guild, call, gone=True)

    def _tell_state(self, guild: FakeGuild, call: BotCall, *, gone: bool = False) -> None:
        state = places.bot_voice_state(self.world.bot, None if gone else call.channel, call.session_id)
        state |= call.flags | {"suppress": call.suppressed, "guild_id": guild.id}
        state["member"] = places.bot_membership(guild) | {"user": places.user(self.world.bot)}
        self._tell("VOICE_STATE_UPDATE", state, guild.id)

    async def _hang_up(self, call: BotCall, code: VoiceClose) -> None:
        for leg in call.legs:
            await leg.close(code)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # What happens to it

    def call(self, guild: FakeGuild) -> BotCall:
        """The bot's call in a server; KeyError if there is none."""
        return self.calls[guild.id]

    async def kick(self, guild: FakeGuild) -> None:
        """A moderator disconnects the bot; who was alone hears another code (discord-api-docs#7575)."""
        call = self.call(guild)
        alone = call.channel not in self.world.voice_of[guild.id].values()
        self._leave(guild.id, call)
        await self._hang_up(call, VoiceClose.CALL_TERMINATED if alone else VoiceClose.DISCONNECTED)

    async def move(self, guild: FakeGuild, channel: FakeChannel, *, at_once: bool = False) -> None:
        """A moderator moves the bot: another token, and the old connection is closed (discord-api-docs#2450).

        That comes over another line than the news of it; `at_once` has both arrive in the same moment.
        """
        old = [*self.call(guild).legs]
        await self._enter(channel, self.call(guild).flags)
        await self._close_old(old, VoiceClose.DISCONNECTED, at_once=at_once)

    async def _close_old(self, legs: list[VoiceSession], code: VoiceClose, *, at_once: bool) -> None:
        if not at_once:
            await asyncio.sleep(_LATER_S)
        for leg in legs:
            await leg.close(code)

    async def move_region(self, guild: FakeGuild, *, at_once: bool = False) -> None:
        """Put a call on another voice server; first there is none ("Voice Server Update": null endpoint)."""
        call = self.call(guild)
        told = {"token": call.legs[-1].token, "guild_id": guild.id, "endpoint": None}
        self._tell("VOICE_SERVER_UPDATE", told, guild.id)
        old = [*call.legs]
        await self._allocate(call, await self.server(another=True))
        await self._close_old(old, VoiceClose.CALL_TERMINATED, at_once=at_once)

    async def crash(self, guild: FakeGuild) -> None:
        """Close a connection that may be resumed."""
        await self.call(guild).legs[-1].close(VoiceClose.CRASHED, resumable=True)

    async def invalidate(self, guild: FakeGuild, code: VoiceClose = VoiceClose.SESSION_INVALID) -> None:
        """Close a connection for good, while the bot stays in the channel."""
        await self.call(guild).legs[-1].close(code)

    def gone(self, channel: FakeChannel) -> None:
        """End the call in a channel that is deleted."""
        call = self.calls.get(channel.home.id) if channel.home is not None else None
        if call is not None and call.channel is channel:
            self._leave(channel.guild.id, call)
            self._begin(self._hang_up(call, VoiceClose.CALL_TERMINATED))

    def thrown_out(self, guild: FakeGuild) -> None:
        """End the call in a server that the bot is in no more: it hears nothing of its members any more."""
        call = self.calls.pop(guild.id, None)
        if call is not None:
            self._begin(self._hang_up(call, VoiceClose.DISCONNECTED))

    def permitted(self, channel: FakeChannel) -> None:
        """Let the bot hear that it may speak now, or may not any more; it stays either way."""
        call = self.calls.get(channel.guild.id)
        if call is not None and call.channel is channel and call.suppressed != self._is_suppressed(channel):
            call.suppressed = not call.suppressed
            self._tell_state(channel.guild, call)

    def session_over(self) -> None:
        """The main gateway's session is gone, and with it every call (close code 4014)."""
        for call in self.calls.values():
            self._begin(self._hang_up(call, VoiceClose.DISCONNECTED))
        self.calls.clear()

    # What is heard

    def heard(self, guild: FakeGuild) -> list[Frame]:
        """Every frame that came for a server's channels, over all connections."""
        return [frame for leg in self.legs if leg.guild_id == guild.id for frame in leg.frames]

    @property
    def violations(self) -> list[str]:
        """What the bot did that Discord's docs forbid."""
        told = [f"{it.unannounced} packets before SPEAKING" for it in self.legs if it.unannounced > _BEFORE]
        told += [f"{leg.garbled} packets could not be opened" for leg in self.legs if leg.garbled]
        return told + [each for server in self._servers for each in server.violations]

    # Where the servers are

    async def server(self, *, another: bool = False) -> VoiceServer:
        """The voice server that calls are put on, or a further one from now on."""
        if another or not self._servers:
            server = VoiceServer(modes=self.modes)
            await server.open()
            self._servers.append(server)
        return self._servers[-1]

    async def close(self) -> None:
        """Close every voice server."""
        for task in [*self._tasks]:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for server in self._servers:
            await server.close()


@contextlib.contextmanager
def plain_endpoints() -> Iterator[None]:
    """Has discord.py reach voice servers of 127.0.0.1 without TLS, as it does the rest of the fake."""
    before = discord.http.HTTPClient.ws_connect

    async def connect(self: discord.http.HTTPClient, url: str, **more: Any) -> Any:
        return await before(self, url.replace("wss://127.0.0.1:", "ws://127.0.0.1:"), **more)

    discord.http.HTTPClient.ws_connect = connect  # type: ignore[method-assign]
    try:
        yield
    finally:
        discord.http.HTTPClient.ws_connect = before  # type: ignore[method-assign]
