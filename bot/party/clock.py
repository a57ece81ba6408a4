"""The party's clock: what is over ends, and the next song starts."""

from __future__ import annotations

import asyncio
import itertools
import logging

from bot.party.autopilot import Autopilot
from bot.party.errors import Unsaved
from bot.party.limits import GRACE_MS, PARTY_ENDS_AFTER_MS
from bot.party.nights import Nights
from bot.party.steady import SteadyClock
from bot.party.unit_of_work import NoParty, UnitOfWork, finished
from bot.party.words import Room, State

log = logging.getLogger(__name__)

TICK_S = 1.0
"""How often the clock looks for songs that are over, in seconds."""
EVERYWHERE_EVERY = 15
"""At each so many looks it sees to rooms that other processes serve, too: one of them may be gone.

Where there can be no others it always does: a door that has not connected yet serves no room.
"""

ASTRAY_MS = 2_000
"""By so much the machine's clock is set before the party's follows."""


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
                await self.keep_time()
                await self.play_on(everywhere=everywhere)
                await self._autopilot.roll_on(everywhere=everywhere)
                await self._nights.look()
            except Unsaved:
                pass  # why is in the log already
            except Exception:
                log.exception("Could not move on to the next songs; trying again.")
            await asyncio.sleep(TICK_S)

    @finished
    async def keep_time(self) -> None:
        """Follows the machine's clock where it was set, and lets nothing last longer or shorter for that.

        Where it was set ahead, what plays is over so much later. Where it was set back, the party's time
        waits until nobody is there: otherwise what comes next would be from before the party began. Several
        processes on one database have no clock in common: each keeps the time that it began with.
        """
        clock, now_ms = self.unit.clock, self.unit.now_ms()
        astray_ms = clock.astray_ms() if isinstance(clock, SteadyClock) and not self.unit.store.shared else 0
        if not isinstance(clock, SteadyClock) or abs(astray_ms) < ASTRAY_MS:
            return
        rooms: list[Room] = []
        if astray_ms > 0:
            async with self.unit.store.writing() as tx:
                rooms = await tx.times.shift(astray_ms, now_ms - PARTY_ENDS_AFTER_MS)
        else:
            async with self.unit.store.reading() as look:
                if await look.times.anybody(now_ms - PARTY_ENDS_AFTER_MS):
                    return
        clock.follow()
        log.info("The machine's clock was set by %.0f s; the parties have followed.", astray_ms / 1000)
        for room in rooms:
            self.unit.notices.changed(room)

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
            except Unsaved:
                raise
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
            awaited = party.playback is not None and party.playback.is_awaited(playing.id)
            grace_ms = GRACE_MS if awaited else 0
            if playing.ends_ms is not None and playing.ends_ms + grace_ms <= party.now_ms:
                await party.end(playing, State.PLAYED)
