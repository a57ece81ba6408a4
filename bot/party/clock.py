"""The party's clock: what is over ends, and the next song starts."""

from __future__ import annotations

import asyncio
import itertools
import logging

from bot.party.autopilot import Autopilot
from bot.party.limits import GRACE_MS
from bot.party.nights import Nights
from bot.party.unit_of_work import NoParty, UnitOfWork, finished
from bot.party.words import Room, State

log = logging.getLogger(__name__)

TICK_S = 1.0
"""How often the clock looks for songs that are over, in seconds."""
EVERYWHERE_EVERY = 15
"""At each so many looks it sees to rooms that other processes serve, too: one of them may be gone.

Where there can be no others it always does: a door that has not connected yet serves no room.
"""


class Clock:
    """Lets parties go on by themselves."""

    def __init__(self, unit: UnitOfWork, autopilot: Autopilot, nights: Nights) -> None:
        self.unit = unit
        self._autopilot = autopilot
        self._nights = nights

    async def run(self) -> None:
        """Plays on for as long as it runs; a fault is logged and the clock goes on."""
        for look in itertools.count():
            everywhere = not self.unit.store.shared or look % EVERYWHERE_EVERY == 0
            try:
                await self.play_on(everywhere=everywhere)
                await self._autopilot.roll_on(everywhere=everywhere)
                await self._nights.look()
            except Exception:
                log.exception("Could not move on to the next songs; trying again.")
            await asyncio.sleep(TICK_S)

    @finished
    async def play_on(self, *, everywhere: bool = True) -> None:
        """Ends the songs whose time is up or that enough want to skip, and starts the next ones.

        Args:
            everywhere: also in rooms that another process serves.
        """
        async with self.unit.store.reading() as tx:
            over = [(room, self._end_song) for room in await tx.parties.overdue(self.unit.now_ms(), GRACE_MS)]
            wished = [(room, self._settle_skip) for room in await tx.parties.with_skip_votes()]
        for room, work in (*over, *wished):
            if not (everywhere or self.unit.serves(room)):
                continue
            try:
                await work(room)
            except NoParty:
                continue  # the bot has left it meanwhile
            except Exception:
                log.exception("Could not move on to the next song in %s; trying again.", room)

    async def _settle_skip(self, room: Room) -> None:
        """Skips what plays where those who want it have become enough, because others have left."""
        async with self.unit.writing(room, make=False) as party:
            playing = await party.playing()
            if playing is not None and (await party.skipped(playing)).enough:
                await party.end(playing, State.SKIPPED)

    async def _end_song(self, room: Room) -> None:
        async with self.unit.writing(room, make=False) as party:
            playing = await party.playing()
            if playing is None:
                return
            if party.over:  # the clock stood still while the party ended: nothing starts
                await party.tx.entries.move(playing.id, State.PLAYING, State.PLAYED, now_ms=party.now_ms)
                return
            grace_ms = GRACE_MS if party.playback is not None else 0
            if playing.ends_ms is not None and playing.ends_ms + grace_ms <= party.now_ms:
                await party.end(playing, State.PLAYED)
