"""A circuit breaker that survives a restart: who asked us to wait is left alone until then.

After the wait ONE request finds out whether it is over; all others are refused meanwhile, in every process
on the same database. A service that fails several times in a row gets a short rest, too. Where a quota is
used up the wait is long, and twice as long if it still is afterwards.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

from bot.party.limits import HOUR_MS
from bot.playback.errors import QuotaSpent, SpotifyRests
from bot.spotify.ports import Store
from bot.spotify.words import Rest

log = logging.getLogger(__name__)

TRY_MS = 10_000
"""So long the one try may take before another one is allowed."""
FAULTS = 4
"""So many faults in a row ..."""
FAULT_REST_S = 20.0
"""... bring a rest of so many seconds."""
LONGEST_S = 24 * 3600.0
"""No answer makes us wait for longer than this ..."""
QUOTA_MS, LONGEST_QUOTA_MS = HOUR_MS, 24 * HOUR_MS
"""... but for a quota: so long is the first rest that it gets, and so long the last if nobody says more."""
LONGEST_TOLD_MS = 7 * 24 * HOUR_MS
"""If somebody does, no rest for a quota is longer than this."""


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
            rest = await tx.rests.get(self._name)
            if rest is None:
                return
            if rest.until_ms <= now_ms and await tx.rests.try_again(self._name, now_ms, now_ms + TRY_MS):
                self._trying = True
                return
        raise _told(rest, now_ms)

    async def resting(self) -> SpotifyRests | None:
        """What to tell people while the service is left alone; None while it is not. Nothing is tried."""
        now_ms = self._now_ms()
        async with self._store.reading() as tx:
            rest = await tx.rests.get(self._name)
        return _told(rest, now_ms) if rest is not None and rest.until_ms > now_ms else None

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

    async def quota_spent(self, asked_s: float = 0.0) -> SpotifyRests:
        """The service's quota is used up; returns what to tell people.

        Args:
            asked_s: how long the service asks us to wait, if it says so.
        """
        now_ms = self._now_ms()
        self._trying = False
        async with self._store.writing() as tx:
            rest = await tx.rests.get(self._name)
            if rest is not None and rest.quota_ms and rest.until_ms > now_ms + TRY_MS:
                return _told(rest, now_ms)  # of several requests at once another one has found out
            length_ms = min(max(2 * rest.quota_ms if rest is not None else 0, QUOTA_MS), LONGEST_QUOTA_MS)
            length_ms = max(length_ms, min(int(asked_s * 1000), LONGEST_TOLD_MS))
            await tx.rests.begin(self._name, now_ms + length_ms, length_ms)
        log.warning(
            "%s says that the quota of your developer account is used up, which all its apps share. "
            "I leave it alone for %d h, until %s; parties keep their own time meanwhile.",
            self._name,
            round(length_ms / HOUR_MS),
            datetime.fromtimestamp((now_ms + length_ms) / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC"),
        )
        return QuotaSpent(minutes(length_ms))

    async def failed(self) -> None:
        """The service had a fault or did not answer."""
        self._faults += 1
        if self._faults >= FAULTS or self._trying:
            self._faults = 0
            await self.rest(FAULT_REST_S)

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)


def _told(rest: Rest, now_ms: int) -> SpotifyRests:
    left = minutes(max(rest.until_ms - now_ms, TRY_MS))
    return QuotaSpent(left) if rest.quota_ms else SpotifyRests(left)


def minutes(duration_ms: int) -> int:
    """A wait in minutes, rounded up."""
    return max(1, -(-duration_ms // 60_000))
