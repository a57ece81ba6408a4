"""Searches that get no turn for a while."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.recommend.catalogue import Catalogue


@asynccontextmanager
async def held(catalogue: Catalogue) -> AsyncIterator[None]:
    """Lets the thread that searches get on with nothing meanwhile."""
    holds, go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def hold() -> None:
        loop.call_soon_threadsafe(holds.set)
        go_on.wait()

    holding = asyncio.create_task(catalogue.beside(hold))
    await holds.wait()
    try:
        yield
    finally:
        go_on.set()
        await holding
