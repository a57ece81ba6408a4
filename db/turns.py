"""Who may use a SQLite file's two connections, and when.

One writes for everybody. If transactions had it one after the other from their first statement on, then in a
rush it would mostly wait for the event loop to come up with the next statement. So who changes a room waits
for others who change that room, looks at it with the connection that only reads, and has the other one for
one trip, from BEGIN to COMMIT.
"""

from __future__ import annotations

import asyncio
import io
import itertools
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakValueDictionary

from sqlalchemy import CursorResult, Executable, FromClause, ScalarResult, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.domain import Room
from db.schema import changes, entries
from db.sqlite import Driver, Ready, ready

Asked = Iterable[tuple[Executable, dict[str, Any]]]
Rows = list[list[Any]]

BEGIN = Ready("BEGIN IMMEDIATE")


@asynccontextmanager
async def open_file(engine: AsyncEngine) -> AsyncIterator[File]:
    """Takes both connections of the engine's for as long as it is open."""
    async with _open_line(engine) as writes, _open_line(engine) as reads:
        await reads.connection.exec_driver_sql("PRAGMA query_only=ON")
        numbers: dict[FromClause, Iterator[int]] = {}
        for table in (changes, entries):
            latest = await reads.connection.scalar(select(func.max(table.c.id)))
            numbers[table] = itertools.count((latest or 0) + 1)
        yield File(writes, reads, numbers)


@asynccontextmanager
async def _open_line(engine: AsyncEngine) -> AsyncIterator[_Line]:
    """Takes a connection, which SQLAlchemy then neither begins nor ends a transaction on."""
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        driver: Any = (await connection.get_raw_connection()).driver_connection
        yield _Line(connection, driver)


class _Line:
    """A connection; `free` while nobody is between BEGIN and COMMIT, or in SQLAlchemy."""

    def __init__(self, connection: AsyncConnection, driver: Driver) -> None:
        self.connection = connection
        self.driver = driver
        self.free = asyncio.Lock()


class File:
    """A file that is open.

    `numbers` are the next ones of the tables whose rows are numbered before they are written: nobody else
    writes this file, and to be told a row's number takes a trip.
    """

    def __init__(self, writes: _Line, reads: _Line, numbers: dict[FromClause, Iterator[int]]) -> None:
        self.writes = writes
        self.reads = reads
        self.numbers = numbers
        self.rooms = _Rooms()

    def look(self) -> Look:
        """What only looks, and waits for no change."""
        return Look(self)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Turn]:
        """A transaction that is committed on a clean exit, and rolled back on any other."""
        turn = Turn(self)
        try:
            yield turn
        except BaseException:
            await turn.end(committing=False)
            raise
        await turn.end(committing=True)


class _Rooms:
    """Whose turn it is to change a room: one transaction's after the other."""

    def __init__(self) -> None:
        self._guards: WeakValueDictionary[Room, asyncio.Lock] = WeakValueDictionary()
        self._door = asyncio.Lock()

    async def enter(self, room: Room) -> asyncio.Lock:
        """Waits for a room; the next one enters when this is released."""
        async with self._door:
            guard = self._guards.setdefault(room, asyncio.Lock())
        await guard.acquire()
        return guard

    async def empty(self) -> asyncio.Lock:
        """Lets nobody enter until this is released, and waits for all who have."""
        await self._door.acquire()
        try:
            for guard in [*self._guards.values()]:
                async with guard:
                    pass
        except BaseException:
            self._door.release()
            raise
        return self._door


class Look:
    """What only looks: each statement finds what is committed when it runs."""

    writes = False

    def __init__(self, file: File) -> None:
        self._file = file

    async def alone(self, room: Room | None) -> None:
        """Nothing: who looks keeps nobody from changing anything."""

    def number(self, table: FromClause) -> int:
        """The number of a table's next row."""
        raise io.UnsupportedOperation("A look changes nothing.")

    def later(self, statement: Executable, values: dict[str, Any]) -> None:
        """Runs a statement of which nothing comes back, before whatever comes next."""
        raise io.UnsupportedOperation("A look changes nothing.")

    async def rows(self, asked: Asked) -> Rows:
        """The rows that each of some statements leads to, as they are in the file."""
        return await self._file.reads.driver.rows([ready(*each) for each in asked])

    async def execute(self, statement: Executable, values: Any = None) -> CursorResult[*tuple[Any, ...]]:
        """Runs any statement, by SQLAlchemy."""
        async with self._file.reads.free:
            return await self._file.reads.connection.execute(statement, values)

    async def scalar(self, statement: Executable, values: Any = None) -> Any:
        """The first value of its first row, or None."""
        return (await self.execute(statement, values)).scalar()

    async def scalars(self, statement: Executable, values: Any = None) -> ScalarResult[Any]:
        """The first value of each of its rows."""
        return (await self.execute(statement, values)).scalars()


class Turn(Look):
    """A transaction. It takes the line that writes with its first statement, or as late as it can in a room.

    Nobody else changes that room meanwhile, so what was read of it holds. The line is needed from the first
    statement on that has to see what this transaction itself has written, and for the COMMIT.
    """

    writes = True

    def __init__(self, file: File) -> None:
        super().__init__(file)
        self._line = file.writes
        self._guard: asyncio.Lock | None = None
        self._ahead: list[Ready] = []
        self._has_line = False

    async def alone(self, room: Room | None) -> None:
        """Waits until no other transaction changes the room, or any room; comes before all else."""
        if self._guard is None:
            rooms = self._file.rooms
            self._guard = await (rooms.enter(room) if room else rooms.empty())

    def number(self, table: FromClause) -> int:
        """The number of a table's next row."""
        return next(self._file.numbers[table])

    def later(self, statement: Executable, values: dict[str, Any]) -> None:
        """Runs a statement of which nothing comes back, before whatever comes next."""
        (self._line.driver.ahead if self._has_line else self._ahead).append(ready(statement, values))

    async def rows(self, asked: Asked) -> Rows:
        """The rows that each of some statements leads to, as they are in the file."""
        if self._guard is not None and not self._has_line and not self._ahead:
            return await super().rows(asked)
        await self._take_line()
        return await self._line.driver.rows([ready(*each) for each in asked])

    async def execute(self, statement: Executable, values: Any = None) -> CursorResult[*tuple[Any, ...]]:
        """Runs any statement, by SQLAlchemy."""
        await self._take_line()
        return await self._line.connection.execute(statement, values)

    async def _take_line(self) -> None:
        if not self._has_line:
            await self._line.free.acquire()
            self._has_line = True
            self._line.driver.ahead = [BEGIN, *self._ahead]

    async def end(self, *, committing: bool) -> None:
        """Keeps all that was written, or nothing of it."""
        ended = None
        try:
            if committing and self._ahead:
                await self._take_line()
            if self._has_line:
                ended = self._line.driver.end(committing=committing)
                self._line.free.release()  # before that is done: what others send there comes after it
        finally:
            self._leave(ended)
        if ended is not None:
            await ended

    def _leave(self, ended: asyncio.Future[None] | None) -> None:
        """Lets others into the room, once all is in the file, for who reads it does so on another way."""
        guard = self._guard
        if guard is None:
            return
        if ended is None:
            guard.release()
        else:
            ended.add_done_callback(lambda _: guard.release())
