"""What is left for the garbage collector when nobody holds it any more."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from types import UnionType

TIMES = 5


async def left_by(
    ask: Callable[[], Awaitable[object]], kinds: type | UnionType = BaseException | asyncio.Future
) -> list[object]:
    """The exceptions and tasks that some requests leave in cycles, which only the collector finds.

    Args:
        ask: makes one request; what is made only once, such as caches, the first one has made.
        kinds: what is looked for.
    """
    await ask()
    gc.collect()
    gc.disable()
    try:
        for _ in range(TIMES):
            await ask()
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        return [each for each in gc.garbage if isinstance(each, kinds)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
