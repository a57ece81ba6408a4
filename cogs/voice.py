"""Voice channels: members call the bot into one, and their party's own music is heard there."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import os
import threading
from collections import defaultdict
from collections.abc import Set
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import discord
from discord.ext import commands

from bot.party.errors import PartyError
from bot.party.shares import working_for
from bot.party.words import Member, Outlet, Playback, Room
from bot.playback.errors import (
    NotInVoice,
    VoiceForbidden,
    VoiceFull,
    VoiceLost,
    VoiceMissing,
    VoiceStage,
    VoiceTaken,
)
from bot.service import PartyService
from cogs.voice_libraries import missing

log = logging.getLogger(__name__)

MOST_WORKERS = 16
"""So many threads decode at once; one party keeps a thread busy for a few milliseconds of each second."""
NICE = 5
"""Who decodes ahead lets others have the processor first."""
CLOSE_WITHIN_S = 4.0


class Voice(commands.Cog):
    """Keeps the bot in the voice channels where its parties are heard."""

    def __init__(self, client: commands.AutoShardedBot, party: PartyService) -> None:
        self._client = client
        self._party = party
        self._lines: dict[Room, Any] = {}  # of cogs.voice_line, which is imported where it is used
        self._tasks: dict[Room, asyncio.Task[None]] = {}
        self._joining: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)  # of each server
        self._workers: ThreadPoolExecutor | None = None
        self._came_back = False
        self._awaited: set[str] = set()  # the servers that were down when the bot came back

    async def cog_load(self) -> None:
        """Listens for changes."""
        self._party.notices.on_change(self._wake)
        self._party.notices.on_gone(self._wake)

    async def close(self) -> None:
        """Leaves every channel; the database knows where, for the next start."""
        for line in self._lines.values():
            line.close()
        tasks = [*self._tasks.values()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=CLOSE_WITHIN_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._workers is not None:
            self._workers.shutdown(wait=False, cancel_futures=True)

    # What members ask for

    async def join(self, room: Room, member: Member, key: str) -> Playback:
        """Plays a party in the member's voice channel, or in the one that the room's settings name.

        Raises:
            VoiceMissing, NothingSounds: there is nothing to play, or nothing to play it with.
            NotInVoice, VoiceStage, VoiceForbidden, VoiceFull, VoiceTaken: that channel will not do.
            HostedAlready, NotForVisitors: the member may not.
            VoiceUnreached: Discord does not let the bot in.
        """
        if missing():
            raise VoiceMissing
        channel = await self._channel_for(room, member)
        self._check(room, channel)
        playback = await self._party.outlets.begin(
            room, member, Outlet.VOICE, str(channel.id), channel.name, key
        )
        async with self._joining[room.workspace]:
            try:
                self._check(room, channel)  # another party may have been faster
                await self._enter(room, channel)
            except Exception:  # also a library that is broken: the party would be silent there for ever
                await self._party.outlets.end(room, str(channel.id))
                raise
        return playback

    async def _channel_for(self, room: Room, member: Member) -> discord.VoiceChannel:
        guild = self._client.get_guild(int(room.workspace))
        who = guild.get_member(int(member.user_id)) if guild is not None else None
        channel: Any = who.voice.channel if who is not None and who.voice is not None else None
        if channel is None and guild is not None:
            rules = await self._party.settings.rules(room)
            channel = guild.get_channel(int(rules.voice)) if rules.voice else None
        if isinstance(channel, discord.StageChannel):
            raise VoiceStage
        if not isinstance(channel, discord.VoiceChannel):
            raise NotInVoice
        return channel

    def _check(self, room: Room, channel: discord.VoiceChannel) -> None:
        """Refuses a channel that will not do: Discord itself only says nothing at all."""
        may = channel.permissions_for(channel.guild.me)
        if not (may.view_channel and may.connect and may.speak):
            raise VoiceForbidden(channel.name)
        for other, line in self._lines.items():
            if other != room and other.workspace == room.workspace:
                raise VoiceTaken(line.channel.name)
        there = room in self._lines and self._lines[room].channel.id == channel.id
        full = 0 < channel.user_limit <= len(channel.voice_states)
        if full and not there and not may.move_members:
            raise VoiceFull(channel.name)

    async def _enter(self, room: Room, channel: discord.VoiceChannel) -> None:
        """Goes into a channel, out of another one if it is there."""
        before = self._lines.get(room)
        if before is not None:
            if before.channel.id == channel.id:
                before.wake()
                return
            before.close()
            await asyncio.gather(self._tasks[room], return_exceptions=True)
        line = await self._line(room, channel)
        await line.connect()
        self._lines[room] = line
        with working_for(None):  # everybody there
            self._tasks[room] = asyncio.create_task(self._run(room, line), name=f"voice {room.channel}")

    async def _line(self, room: Room, channel: discord.VoiceChannel) -> Any:
        # It needs more than the bot does, and FFmpeg takes a third of a second to load.
        made = await asyncio.to_thread(importlib.import_module, "cogs.voice_line")
        if self._workers is None:
            self._workers = ThreadPoolExecutor(MOST_WORKERS, "decode", initializer=_be_nice)
        return made.Line(self._party, room, channel, cast(Any, self._party.library), self._workers)

    async def _run(self, room: Room, line: Any) -> None:
        try:
            await line.run()
        finally:
            if self._lines.get(room) is line:
                del self._lines[room], self._tasks[room]

    # What happens

    def _wake(self, room: Room) -> None:
        line = self._lines.get(room)
        if line is not None:
            line.wake()

    @commands.Cog.listener()
    async def on_voice_state_update(
        self, member: discord.Member, before: discord.VoiceState, after: discord.VoiceState
    ) -> None:
        """Has a party look around where somebody comes or goes, or the bot itself is moved or silenced."""
        for room in [*self._lines]:
            if room.workspace == str(member.guild.id):
                self._wake(room)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Comes back to where the bot was when it stopped, once."""
        if self._came_back:
            return
        self._came_back = True
        self._awaited = {str(guild.id) for guild in self._client.guilds if guild.unavailable}
        await self._come_back_to({str(guild.id) for guild in self._client.guilds} - self._awaited)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Comes back to a server that was down then: its channels are known only now."""
        if str(guild.id) in self._awaited:
            self._awaited.discard(str(guild.id))
            await self._come_back_to({str(guild.id)})

    async def _come_back_to(self, servers: Set[str]) -> None:
        try:
            rooms = await self._party.outlets.sounding_from(Outlet.VOICE)
            ours = (room for room in rooms if room.platform == "discord" and room.workspace in servers)
            await asyncio.gather(*map(self._come_back, ours))
        except Exception:
            log.exception("Could not come back to the voice channels.")

    async def _come_back(self, room: Room) -> None:
        sounding = await self._party.outlets.now(room)
        if sounding is None or sounding.playback.outlet is not Outlet.VOICE or room in self._lines:
            return
        playback = sounding.playback
        guild = self._client.get_guild(int(room.workspace))
        channel = guild.get_channel(int(playback.device_id)) if guild is not None else None
        try:
            if missing():
                raise VoiceMissing
            if not isinstance(channel, discord.VoiceChannel):
                raise VoiceLost(playback.device_name)
            async with self._joining[room.workspace]:
                self._check(room, channel)
                await self._enter(room, channel)
        except PartyError as error:
            await self._party.outlets.end(room, playback.device_id, error)


def _be_nice() -> None:
    """Gives a thread a lower priority; Linux has one for each."""
    with contextlib.suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
