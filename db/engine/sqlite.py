"""A SQLite file: who may use its two connections, and when.

One connection writes for everybody: versions of SQLite before 3.51.3 can corrupt a WAL database that two
connections write (sqlite.org/wal.html, the WAL-reset bug). Beside it there is one that can only read.

If transactions had the writing one after the other from their first statement on, then in a rush it would
mostly wait for the event loop to come up with the next statement. So who changes a room waits for others who
change that room, looks at it with the connection that only reads, and has the other one for one trip, from
BEGIN to COMMIT.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, FromClause, func, select

from bot.party.steady import SteadyClock
from bot.party.words import Room
from db.engine.driver import Driver, Outcome
from db.engine.query import Asked, Command, Numbered, Values
from db.engine.room_locks import RoomLocks
from db.engine.session import Session
from db.engine.sqlite_text import BEGIN, Ready
from db.schema import changes, entries

Numbers = Mapping[FromClause, Iterator[int]]
"""The next numbers of the tables whose rows are numbered before they are written."""


def read_numbers(connection: Connection) -> Numbers:
    """Begins to count where the file has come to; nobody else may write it from then on."""
    latest = {table: connection.scalar(select(func.max(table.c.id))) for table in (changes, entries)}
    return {table: itertools.count((number or 0) + 1) for table, number in latest.items()}


class SqliteFile:
    """A file that is open. Rows are numbered here, for to be told a number by SQLite takes a trip."""

    shared = False

    def __init__(self, writer: Driver, reader: Driver, numbers: Numbers, clock: SteadyClock) -> None:
        self.writer = writer
        self.reader = reader
        self.numbers = numbers
        self.clock = clock
        self.rooms = RoomLocks()
        self.begun = asyncio.Lock()  # of whoever is between BEGIN and COMMIT

    def reading(self) -> AbstractAsyncContextManager[Session]:
        """A transaction that waits for nobody: each query finds what is committed when it runs."""
        return nullcontext(Session(SqliteReader(self)))

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Session]:
        """A transaction that is committed on a clean exit, and rolled back on any other."""
        writer = SqliteWriter(self)
        try:
            yield Session(writer, writer)
        except BaseException:
            await writer.end(committing=False)
            raise
        await writer.end(committing=True)

    def listen(self, changed: Callable[[Room], None]) -> AbstractAsyncContextManager[None]:
        """Nothing: no other process has the file."""
        return nullcontext()


class SqliteReader:
    """Looks at the file, with the connection that only reads."""

    reads_ahead = True

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    async def rows(self, asked: Sequence[Asked[Any]]) -> list[list[Any]]:
        """What each of some queries finds, all of one moment."""
        return await self._file.reader.rows((), [each.query.sqlite.ready(each.values) for each in asked])


class SqliteWriter:
    """Changes something. It takes the connection that writes as late as it can if it has a room.

    Nobody else changes that room meanwhile, so what was read of it holds. The connection is needed from the
    first statement on that has to see what this transaction itself has written, and for the COMMIT.
    """

    reads_ahead = True

    def __init__(self, file: SqliteFile) -> None:
        self._file = file
        self._room: asyncio.Lock | None = None
        self._pending: list[Ready] = []
        self._begun = False

    async def enter(self, room: Room) -> None:
        """Waits until nobody else changes a room. A transaction has one, and enters it before all else.

        Raises:
            RuntimeError: it has done something already. Two might wait for each other for ever.
        """
        if self._room is None:
            self._come_first()
            self._room = await self._file.rooms.enter(room)

    async def enter_all(self) -> None:
        """The same for all rooms at once."""
        self._come_first()
        self._room = await self._file.rooms.enter_all()

    def _come_first(self) -> None:
        if self._room or self._begun or self._pending:
            raise RuntimeError("A transaction enters its room before all else.")

    async def rows(self, asked: Sequence[Asked[Any]]) -> list[list[Any]]:
        """What each of some queries finds, with what this transaction has written."""
        queries = [each.query.sqlite.ready(each.values) for each in asked]
        if self._room is None or self._pending:
            await self._begin()
        if self._begun:
            return await self._file.writer.rows(self._taken(), queries)
        return await self._file.reader.rows((), queries)

    async def write(self, command: Command, values: Values) -> None:
        """Runs a command on the way of whatever comes next."""
        self._pending.append(command.sqlite.ready(values))

    async def run(self, command: Command, values: Values) -> Outcome:
        """Runs a command now."""
        await self._begin()
        return await self._file.writer.run(self._taken(), command.sqlite.ready(values))

    async def insert(self, command: Numbered, rows: Sequence[Values]) -> list[int]:
        """Numbers rows, and writes them on the way of whatever comes next."""
        count = self._file.numbers[command.table]
        numbers = [next(count) for _ in rows]
        for number, row in zip(numbers, rows, strict=True):
            self._pending.append(command.sqlite.ready({"id": number, **row}))
        return numbers

    async def _begin(self) -> None:
        if not self._begun:
            await self._file.begun.acquire()
            self._begun = True
            self._pending.insert(0, BEGIN)

    def _taken(self) -> list[Ready]:
        pending, self._pending = self._pending, []
        return pending

    async def end(self, *, committing: bool) -> None:
        """Keeps all that was written, or nothing of it; whoever enters the room then finds it in the file."""
        ended = None
        try:
            if committing and self._pending:
                await self._begin()
            if self._begun:
                writer = self._file.writer
                ended = writer.commit_after(self._taken()) if committing else writer.undo()
        finally:
            if self._begun:
                self._file.begun.release()  # before that is done: what others send there comes after it
            if self._room and ended:  # what is read comes on another way, so nobody enters before it is done
                ended.add_done_callback(lambda _: self._leave())
            else:
                self._leave()
        if ended is not None:
            await asyncio.shield(ended)  # who is cancelled here does not cancel that

    def _leave(self) -> None:
        if self._room is not None:
            self._room.release()
