"""A wire to PostgreSQL that can be cut at the worst moment: with a COMMIT under way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto

COMMIT = b"COMMIT;"
"""As asyncpg sends it, in one message (PostgreSQL's documentation, "Message Formats", Query)."""
RECEIVED = b"COMMIT\0"
"""As the server says that it is done (CommandComplete)."""


class Cut(Enum):
    """When a connection is cut."""

    BEFORE = auto()
    """The server has not heard of the COMMIT."""
    AFTER = auto()
    """It has committed, but nobody hears of that."""


@dataclass
class Wire:
    """What goes through a port of our own to a server."""

    port: int = 0
    cuts: list[Cut] = field(default_factory=list)  # one for each COMMIT to come
    cut: int = 0  # how often it was

    async def serve(self, server: int, here: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        """Passes on what a client and the server say, until one of them is done or the wire is cut."""
        try:
            there, to = await asyncio.open_connection("127.0.0.1", server)
        except OSError:
            back.transport.abort()
            return
        both = [asyncio.ensure_future(self._asked(here, to)), asyncio.ensure_future(self._told(there, back))]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for each in both:
            each.cancel()
        await asyncio.gather(*both, return_exceptions=True)
        for writer in (to, back):
            writer.transport.abort()

    async def _asked(self, here: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        while data := await here.read(65536):
            if COMMIT in data and self.cuts[:1] == [Cut.BEFORE]:
                self._cut()
                return
            to.write(data)

    async def _told(self, there: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        while data := await there.read(65536):
            if RECEIVED in data and self.cuts[:1] == [Cut.AFTER]:
                self._cut()
                return
            back.write(data)

    def _cut(self) -> None:
        self.cuts.pop(0)
        self.cut += 1


@asynccontextmanager
async def wire(server: int) -> AsyncIterator[Wire]:
    """A wire to a server's port, for as long as it is open."""
    made = Wire()
    going: set[asyncio.Task[None]] = set()

    async def serve(here: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        going.add(task)
        with suppress(OSError):
            await made.serve(server, here, back)
        going.discard(task)

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    made.port = listening.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        listening.close()
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)
