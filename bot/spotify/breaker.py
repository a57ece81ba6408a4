"""A circuit breaker that survives a restart: who asked us to wait is left alone until then.

After the wait ONE request finds out whether it is over; all others are refused meanwhile, in every process
on the same database. A service that fails several times in a row gets a short rest, too.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from bot.playback.errors import SpotifyRests
from bot.spotify.ports import Store

log = logging.getLogger(__name__)

TRY_MS = 10_000
"""So long the one try may take before another one is allowed."""
FAULTS = 4
"""So many faults in a row ..."""
FAULT_REST_S = 20.0
"""... bring a rest of so many seconds."""
LONGEST_S = 24 * 3600.0
"""No answer makes us wait for longer than this."""


class Breaker:
    """Says whether a service may be asked.

    Args:
        store: where rests are kept.
        name: of the service.
        clock: seconds since 1970.
    """

    def __init__(self, store: Store, name: str, clock: Callable[[], float] = time.time) -> None:
        self._store, self._name, self._clock = store, name, clock
        self._faults = 0
        self._trying = False

    async def admit(self) -> None:
        """Returns if the service may be asked now.

        Raises:
            SpotifyRests: it may not; how long is in it.
        """
        now_ms = self._now_ms()
        async with self._store.writing() as tx:
            until_ms = await tx.rests.until_ms(self._name)
            if until_ms is None:
                return
            if until_ms <= now_ms and await tx.rests.try_again(self._name, now_ms, now_ms + TRY_MS):
                self._trying = True
                return
        raise SpotifyRests(minutes(max(until_ms - now_ms, TRY_MS)))

    async def answered(self) -> None:
        """The service works."""
        self._faults = 0
        if self._trying:
            self._trying = False
            async with self._store.writing() as tx:
                await tx.rests.end(self._name)
            log.info("%s is answering again.", self._name)

    async def rest(self, seconds: float) -> SpotifyRests:
        """The service asks to be left alone for so long; returns what to tell people."""
        seconds = min(max(seconds, 1.0), LONGEST_S)
        self._trying = False
        async with self._store.writing() as tx:
            await tx.rests.begin(self._name, self._now_ms() + int(seconds * 1000))
        log.warning("%s asked us to wait %.0f s.", self._name, seconds)
        return SpotifyRests(minutes(int(seconds * 1000)))

    async def failed(self) -> None:
        """The service had a fault or did not answer."""
        self._faults += 1
        if self._faults >= FAULTS or self._trying:
            self._faults = 0
            await self.rest(FAULT_REST_S)

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)


def minutes(duration_ms: int) -> int:
    """A wait in minutes, rounded up."""
    return max(1, -(-duration_ms // 60_000))
