"""The party's time: it goes on evenly, whatever is done to the machine's clock.

A song lasts as long as it is, though somebody sets the clock, or the network does. What the time is called
comes from the machine's clock when the bot starts; how it goes on, from one that nobody can set.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
"""Where Linux says which time the machine was started: another text each time."""


def _boot() -> str:
    """Which time the machine was started; empty where nobody says so."""
    try:
        return BOOT_ID.read_text("ascii").strip()
    except (OSError, ValueError):
        return ""


def running_s() -> float:
    """How long the machine runs, asleep or not; nobody can set that."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)  # Linux alone has it; elsewhere sleep may not count
    return time.clock_gettime(clock) if clock is not None else time.monotonic()


class SteadyClock:
    """Seconds since 1970, as `time.time` has them, in even steps.

    Args:
        wall: what the machine calls the time.
        running: how long it runs.
        boot: which time it was started.
    """

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        running: Callable[[], float] = running_s,
        boot: str | None = None,
    ) -> None:
        self._wall, self._running = wall, running
        self.boot = _boot() if boot is None else boot
        self._from_s = wall() - running()

    def __call__(self) -> float:
        """The party's time."""
        return self._running() + self._from_s

    def now_ms(self) -> int:
        """The same in milliseconds."""
        return int(self() * 1000)

    def running_ms(self) -> int:
        """How long the machine runs."""
        return int(self._running() * 1000)

    def astray_ms(self) -> int:
        """By how much the machine's clock was set ahead since; less than 0 if it was set back."""
        return round((self._wall() - self()) * 1000)

    def follow(self) -> None:
        """Calls the time what the machine calls it now."""
        self._from_s = self._wall() - self._running()

    def go_on(self, boot: str, running_ms: int, now_ms: int) -> None:
        """Goes on from what it was at some moment before the bot was started anew.

        If the machine was, too, nobody can say how long that took; but the time never goes back.

        Args:
            boot: which time the machine was started, then.
            running_ms: how long it had been running.
            now_ms: what the party's time was.
        """
        if boot and boot == self.boot and running_ms <= self.running_ms():  # a snapshot of it may be older
            self._from_s = (now_ms - running_ms) / 1000
        elif now_ms > self.now_ms():
            self._from_s += now_ms / 1000 - self()
