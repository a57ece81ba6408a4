"""One party in one voice channel: what is heard follows the party, and the party's clock what is heard."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from concurrent.futures import Executor

import discord

from bot.party.errors import PartyError
from bot.party.words import Outlet, Room
from bot.playback.errors import SourceAway, VoiceAlone, VoiceKicked, VoiceLost, VoiceMuted
from bot.playback.words import Sounding
from bot.service import PartyService
from cogs.voice_client import Client, connect
from cogs.voice_player import Player, Sources

log = logging.getLogger(__name__)

TICK_S = 0.25
"""So often it is looked whether there is enough ahead."""
LOOK_S = 5.0
"""So often the party is asked what it wants, if it has not said that it changed, and told how far it is."""
APART_MS = 3_000
"""Where the party and what is heard differ by more, the party is right."""
MINUTE_S = 60.0
AGAIN_S = (1.0, 5.0, 15.0)
"""After so long each it is tried to connect again."""


class Line:
    """A voice connection that plays a party.

    Args:
        party: all parties.
        room: whose it is.
        channel: where it is heard.
        sources: where own music comes from.
        workers: the threads that decode.
    """

    def __init__(
        self,
        party: PartyService,
        room: Room,
        channel: discord.VoiceChannel,
        sources: Sources,
        workers: Executor,
    ) -> None:
        self.room, self.channel = room, channel
        self._party, self._outlets = party, party.outlets
        self._player = Player(sources, workers)
        self._client: Client | None = None
        self._woken = asyncio.Event()
        self._sounding: Sounding | None = None
        self._look_at_s = self._report_at_s = 0.0
        self._alone_since_s: float | None = None
        self._muted = False
        self._closed = False

    async def connect(self) -> None:
        """Enters the channel.

        Raises:
            VoiceUnreached: that is not possible.
        """
        self._client = await connect(self.channel)
        self._client.when_over = self.wake

    def wake(self) -> None:
        """Has it look at once at what has changed."""
        self._look_at_s = 0.0
        self._woken.set()

    async def run(self) -> None:
        """Plays until the party sounds elsewhere, or nobody is there; ends outside of the channel."""
        try:
            while not self._closed:
                self._woken.clear()
                try:
                    if not await self._turn():
                        break
                except Exception:
                    log.exception("The voice channel of %s could not be followed; trying again.", self.room)
                    await asyncio.sleep(LOOK_S)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(TICK_S if self._player.sounds else LOOK_S):
                        await self._woken.wait()
        finally:
            await self._hang_up()

    def close(self) -> None:
        """Has it leave; the party knows where it was."""
        self._closed = True
        self.wake()

    async def _turn(self) -> bool:
        """One look at everything; False if there is nothing left to do here."""
        now_s = asyncio.get_running_loop().time()
        if not await self._is_there():
            return False
        moved_on = await self._tell_over()
        if moved_on or now_s >= self._look_at_s:
            self._look_at_s = now_s + LOOK_S
            if not await self._follow(now_s):
                return False
        await self._play()
        return True

    # Where it is

    async def _is_there(self) -> bool:
        """Whether it is in the channel, perhaps again; what cannot be mended is told once."""
        client = self._client
        if client is not None and not client.over:
            return True
        if self._closed:
            return False
        if client is not None and client.thrown_out:
            await self._end(VoiceKicked(self.channel.name))
            return False
        for wait_s in AGAIN_S:
            await asyncio.sleep(wait_s)
            if self._closed:
                return False
            try:
                await self.connect()
            except PartyError as error:
                log.info("Could not connect to the voice channel of %s again: %s", self.room, error)
            else:
                self.wake()
                return True
        await self._end(VoiceLost(self.channel.name))
        return False

    async def _end(self, why: PartyError) -> None:
        await self._outlets.end(self.room, str(self.channel.id), why)

    async def _moved(self) -> None:
        """Has the party know the channel that a moderator has moved it to."""
        there = self._client.channel if self._client is not None else None
        if isinstance(there, discord.VoiceChannel) and there.id != self.channel.id:
            await self._outlets.moved(self.room, str(self.channel.id), str(there.id), there.name)
            self.channel = there

    async def _is_alone(self, sounding: Sounding, now_s: float) -> bool:
        """Whether nobody has been there for as long as the room wants to wait; then it has said goodbye."""
        if any(not member.bot for member in self.channel.members):
            self._alone_since_s = None
            return False
        if self._alone_since_s is None:
            self._alone_since_s = now_s
        wait_s = sounding.rules.alone_min * MINUTE_S
        if not wait_s or now_s - self._alone_since_s < wait_s:
            return False
        await self._end(VoiceAlone(self.channel.name))
        return True

    def _look_whether_muted(self) -> None:
        """Tells the room, once, that nobody hears it."""
        state = self.channel.guild.me.voice
        muted = state is not None and (state.suppress or state.mute)
        if muted and not self._muted:
            self._party.notices.post(self.room, VoiceMuted(self.channel.name))
        self._muted = muted

    # What it plays

    async def _tell_over(self) -> bool:
        """Tells the party of a song that has come to its end."""
        over = self._player.came_to_end()
        if over is None:
            return False
        entry, failed = over
        await self._outlets.over(self.room, str(self.channel.id), entry, failed=failed)
        return True

    async def _follow(self, now_s: float) -> bool:
        """Learns what the party wants; False if it wants nothing here any more."""
        sounding = await self._outlets.now(self.room)
        if sounding is None or sounding.playback.outlet is not Outlet.VOICE:
            return False
        if sounding.playback.device_id != str(self.channel.id):
            return False
        await self._moved()
        if await self._is_alone(sounding, now_s):
            return False
        self._look_whether_muted()
        self._sounding = sounding
        return True

    async def _play(self) -> None:
        sounding = self._sounding
        if sounding is None or self._client is None:
            return
        began = False
        try:
            began = await self._player.obey(sounding, APART_MS)
        except SourceAway as error:
            log.info("The music of %s cannot be reached: %s", self.room, error)
            self._player.silence()
        self._client.sound(self._player.frames, on=self._player.sounds and not sounding.paused)
        await self._player.fill(self._woken)
        if not sounding.paused and self._client.is_connected():
            await self._report(sounding, at_once=began)

    async def _report(self, sounding: Sounding, *, at_once: bool) -> None:
        left = self._player.left_ms()
        now_s = asyncio.get_running_loop().time()
        if left is not None and (at_once or now_s >= self._report_at_s):
            self._report_at_s = now_s + LOOK_S
            await self._outlets.report(self.room, str(self.channel.id), *left)

    async def _hang_up(self) -> None:
        await self._player.close()
        client, self._client = self._client, None
        if client is not None and not client.over:
            await client.hang_up()
