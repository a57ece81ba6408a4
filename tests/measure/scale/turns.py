"""Two contestants take turns, call by call, so that whatever else the machine does falls on both.

What counts is the processor's time: each has one thread, so on a quiet machine it is the clock's, and on a
busy one it leaves out what others were given meanwhile. Whoever uses more threads pays for all of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

FEWEST, MOST = 12, 400
"""So many turns at least and at most."""
SECONDS = 6.0
"""How long a pair takes turns, if that is within these bounds."""


@dataclass(frozen=True, slots=True)
class Turns:
    """What each turn took, in seconds of the processor; the same place is the same turn."""

    ours: Sequence[float]
    theirs: Sequence[float]

    @property
    def ratio(self) -> float:
        """The median of our time over theirs, turn by turn."""
        return float(np.median(np.divide(self.ours, self.theirs)))


def take_turns(
    ours: Sequence[Callable[[], object]], theirs: Sequence[Callable[[], object]], seconds: float = SECONDS
) -> Turns:
    """Times both, who begins changing from turn to turn; request n is answered by both in the same turn."""
    for ask in (ours[0], theirs[0], ours[-1], theirs[-1]):
        ask()
    took = seconds_of(ours[0]) + seconds_of(theirs[0])
    count = int(min(max(seconds / max(took, 1e-9), FEWEST), MOST))
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(count):
        pair = (ours[turn % len(ours)], theirs[turn % len(theirs)])
        for side in (0, 1) if turn % 2 else (1, 0):
            times[side].append(seconds_of(pair[side]))
    return Turns(*times)


def seconds_of(ask: Callable[[], object]) -> float:
    """How long the processor works for one call."""
    begun = time.process_time()
    ask()
    return time.process_time() - begun
