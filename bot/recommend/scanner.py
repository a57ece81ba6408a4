"""One look through the table of all songs for everybody who waits: it costs four hardly more than one.

Worker threads bring what they look for. One of them looks for all that were waiting when its turn came; the
others find their part done. A worker that nobody waits for any longer costs the others nothing.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

MOST = 8
"""For at most so many at a time: a row of what is found has a number for every song."""


class Scanner:
    """Looks through the table.

    Args:
        look: what is found for some playlists, a row for each: (n, dims) to (n, songs).
    """

    def __init__(self, look: Callable[[Floats], Floats]) -> None:
        self._look = look
        self._waiting: deque[tuple[Floats, Future[Floats]]] = deque()  # its own operations are atomic
        self._turn = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many nobody looks for yet."""
        return len(self._waiting)

    def scan(self, playlist: Floats) -> Floats:
        """What is found for one playlist, (1, dims): (1, songs), a part of what was found for all.

        Raises:
            Exception: what looking for this one raised; it fails no other.
        """
        found: Future[Floats] = Future()
        self._waiting.append((playlist, found))
        with self._turn:
            while not found.done():  # else who had the turn before did it
                self._look_for_some()
        return found.result()

    def _look_for_some(self) -> None:
        some = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
        try:
            rows = self._look(np.concatenate([playlist for playlist, _ in some]))
        except Exception as error:
            if len(some) > 1:
                self._look_one_by_one(some)
            else:
                some[0][1].set_exception(error)
            return
        for place, (_, found) in enumerate(some):
            found.set_result(rows[place : place + 1])

    def _look_one_by_one(self, some: list[tuple[Floats, Future[Floats]]]) -> None:
        for playlist, found in some:
            try:
                found.set_result(self._look(playlist))
            except Exception as error:
                found.set_exception(error)
