"""How tests wait for what must come on a busy machine, and let time go by that need not really do so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

PATIENCE_S = 120.0
"""After so long a test that would hang for ever is given up; no test is about it."""
LOOK_EVERY_S = 0.005


async def until(met: Callable[[], bool]) -> None:
    """Waits for what nothing else would tell of; TimeoutError if it does not come."""
    async with asyncio.timeout(PATIENCE_S):
        while not met():  # noqa: ASYNC110 # what happens by itself sets no event of ours
            await asyncio.sleep(LOOK_EVERY_S)


def pass_by(seconds: float) -> None:
    """Lets so many seconds go by at once for all that waits on the running loop."""
    loop = asyncio.get_running_loop()
    told = loop.time
    loop.time = lambda: told() + seconds  # type: ignore[method-assign]
