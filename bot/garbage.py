"""Garbage is collected a little at a time, so that nobody waits for it, and its memory is given back."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable

YOUNG, MIDDLE, OLD = 20_000, 2, 1_000_000
"""After how many new objects garbage is looked for, how often among older ones, and, never, among all."""
TIDY_S = 1.0
"""How often the objects that are new since the last time are looked through instead."""
THOROUGH_S = 60.0
"""How often all are that are new since the start: a page that is closed leaves a circle of old ones ..."""
SHARE = 2_000
"""... and so many times as long as that took, there is no other such look."""


async def tidy(give_back: Callable[[], None] | None = None) -> None:
    """Collects garbage a little at a time: Python alone would look through everything in one go.

    What was there at the start stays, and is never looked through. What has outlived a look is spared the
    next ones of each second, so these take some milliseconds.

    Args:
        give_back: gives free memory back to the system; it runs in a thread.
    """
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
    thorough_s = time.monotonic() + THOROUGH_S
    while True:
        await asyncio.sleep(TIDY_S)
        begun_s = time.monotonic()
        if begun_s < thorough_s:
            gc.collect(1)
            continue
        gc.collect()
        ended_s = time.monotonic()
        thorough_s = ended_s + max(THOROUGH_S, SHARE * (ended_s - begun_s))
        if give_back is not None:
            await asyncio.to_thread(give_back)
