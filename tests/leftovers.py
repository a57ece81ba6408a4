"""What is left for the garbage collector when nobody holds it any more."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable

TIMES = 5


async def left_by(ask: Callable[[], Awaitable[object]]) -> list[object]:
    """The exceptions and tasks that some requests leave in cycles, which only the collector finds.

    Args:
        ask: makes one request; what is made only once, such as caches, the first one has made.
    """
    await ask()
    gc.collect()
    gc.disable()
    try:
        for _ in range(TIMES):
            await ask()
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        return [each for each in gc.garbage if isinstance(each, BaseException | asyncio.Future)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
