"""Garbage is collected a little at a time, so that nobody waits for it."""

from __future__ import annotations

import asyncio
import gc
import time

YOUNG, MIDDLE, OLD = 20_000, 2, 1_000_000
"""After how many new objects garbage is looked for, how often among older ones, and, never, among all."""
TIDY_S = 1.0
"""How often all objects that are new since the last time are looked through instead."""
THOROUGH_S = 3600.0
"""How often really all are, which stops everything for some tenths of a second."""


async def tidy() -> None:
    """Collects garbage a little at a time: Python alone would look through everything in one go.

    What has outlived a look is spared the next ones, so each takes some milliseconds. Cycles among what was
    spared, of which there are few, are found once an hour.
    """
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
    thorough_s = time.monotonic() + THOROUGH_S
    while True:
        await asyncio.sleep(TIDY_S)
        if time.monotonic() >= thorough_s:
            thorough_s += THOROUGH_S
            gc.unfreeze()
        gc.collect()
        gc.freeze()
