"""Memory is tidied a little at a time, so that nobody waits for it: garbage goes, and what a rush leaves."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from weakref import WeakSet

YOUNG, MIDDLE, OLD = 20_000, 2, 1_000_000
"""After how many new objects garbage is looked for, how often among older ones, and, never, among all."""
TIDY_S = 1.0
"""How often the objects that are new since the last time are looked through instead."""
THOROUGH_S = 60.0
"""How often all are that are new since the start: a page that is closed leaves a circle of old ones ..."""
SHARE = 2_000
"""... and so many times as long as that took, there is no other such look, but one when a rush is over."""


CALM = 100
"""It is calm where hardly anything new is remembered: less than so many things in a minute ..."""
MUCH = 1_000
"""... and then all of it is forgotten, if there are so many: the parties' clock asks for some again ..."""
SMALL = 64
"""... but for what is remembered of no more than so many things ever."""


@lru_cache(maxsize=1)
def _nothing() -> None: ...


class Memories:
    """What is remembered only to be faster, which after a rush takes tens of megabytes.

    It is found among all that there is, before that is set aside and again when it is forgotten, and not kept
    from ending with what it belongs to. What a connection to SQLite has prepared is the connection's own: it
    is not closed for as long as anybody else has that (`sqlite3_close_v2`), and its log then stays beside the
    file; and to forget it waits until the connection has done what it is about.
    """

    def __init__(self) -> None:
        self._caches: WeakSet[Any] = WeakSet()
        self._find()
        self._missed = 0

    def forget_if_calm(self) -> bool:
        """Forgets all of it if hardly anything is new since the last time; says whether it has."""
        found = [each.cache_info() for each in self._caches]
        missed = sum(each.misses for each in found)
        calm = abs(missed - self._missed) < CALM
        self._missed = missed
        if not calm or sum(each.currsize for each in found) < MUCH:
            return False
        self._find()  # a model that was opened meanwhile remembers, too
        for each in self._caches:
            each.cache_clear()
        self._missed = 0  # it counts anew, too
        return True

    def _find(self) -> None:
        caches = (each for each in gc.get_objects() if isinstance(each, type(_nothing)))
        self._caches.update(
            each
            for each in caches
            if (each.cache_parameters()["maxsize"] or 0) > SMALL
            and type(each.__wrapped__).__module__ != "sqlite3"
        )


async def tidy(give_back: Callable[[], None] | None = None) -> None:
    """Collects garbage a little at a time: Python alone would look through everything in one go.

    What was there at the start stays, and is never looked through. What has outlived a look is spared the
    next ones of each second, so these take some milliseconds.

    Args:
        give_back: gives free memory back to the system; it runs in a thread.
    """
    memories = Memories()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
    look_s = thorough_s = time.monotonic() + THOROUGH_S
    while True:
        await asyncio.sleep(TIDY_S)
        begun_s = time.monotonic()
        forgot = begun_s >= look_s and memories.forget_if_calm()
        if begun_s >= look_s:
            look_s = begun_s + THOROUGH_S
        # Looks take long in a rush: the next one would come only when the calm is over, too.
        if begun_s < thorough_s and not forgot:
            gc.collect(1)
            continue
        gc.collect()
        ended_s = time.monotonic()
        thorough_s = ended_s + max(THOROUGH_S, SHARE * (ended_s - begun_s))
        if give_back is not None:
            await asyncio.to_thread(give_back)
