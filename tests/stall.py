"""A database that answers nobody for a while."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from db.engine.sqlite import SqliteFile
from db.store import Store


@asynccontextmanager
async def stalled(store: Store, *, looks: bool = True) -> AsyncIterator[None]:
    """Lets the thread of a SQLite file that writes, and the one that looks, get on with nothing meanwhile."""
    file: Any = cast(Any, store)._database  # noqa: SLF001 - a disk that hangs has no other stand-in
    go_on = threading.Event()
    assert isinstance(file, SqliteFile), "only a SQLite file can be stalled"
    drivers = [file.writer, *([file.reader] if looks else [])]
    hanging = [driver.send(lambda _: go_on.wait()) for driver in drivers]
    await asyncio.sleep(0)
    try:
        yield
    finally:
        go_on.set()
        await asyncio.gather(*hanging)
