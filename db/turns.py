"""Who may use a SQLite file's two connections, and when.

One writes for everybody. If transactions had it one after the other from their first statement on, then in a
rush it would mostly wait for the event loop to come up with the next statement. So who changes a room waits
for others who change that room, looks at it with the connection that only reads, and has the other one for
one trip, from BEGIN to COMMIT.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakValueDictionary

from sqlalchemy import CursorResult, Executable, FromClause, ScalarResult, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.party.domain import Room
from db.schema import changes, entries
from db.sqlite import Driver, Ready, ready

Asked = Iterable[tuple[Executable, dict[str, Any]]]
Rows = list[list[Any]]

BEGIN = Ready("BEGIN IMMEDIATE")


Numbers = dict[FromClause, Iterator[int]]
"""The next numbers of the tables whose rows are numbered before they are written."""


async def read_numbers(connection: AsyncConnection) -> Numbers:
    """Begins to count where the file has come to; nobody else may write it from then on."""
    latest = {table: await connection.scalar(select(func.max(table.c.id))) for table in (changes, entries)}
    return {table: itertools.count((number or 0) + 1) for table, number in latest.items()}


@asynccontextmanager
async def open_file(engine: AsyncEngine, numbers: Numbers) -> AsyncIterator[File]:
    """Takes both connections of the engine's for as long as it is open."""
    async with _open_line(engine) as writer, _open_line(engine) as reader:
        await reader.connection.exec_driver_sql("PRAGMA query_only=ON")
        yield File(writer, reader, numbers)


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
    """A file that is open. Rows are numbered here, for to be told a number by SQLite takes a trip."""

    def __init__(self, writer: _Line, reader: _Line, numbers: Numbers) -> None:
        self.writer = writer
        self.reader = reader
        self.numbers = numbers
        self.rooms = _Rooms()

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

    async def enter_all(self) -> asyncio.Lock:
        """Waits for all rooms; nobody enters one until this is released."""
        await self._door.acquire()
        try:
            for guard in [*self._guards.values()]:
                async with guard:
                    pass
        except BaseException:
            self._door.release()
            raise
        return self._door


class Visit:
    """What looks at the file, and waits for nobody: each statement finds what is committed when it runs."""

    changes = False

    def __init__(self, file: File) -> None:
        self._file = file

    async def enter(self, room: Room) -> None:
        """Nothing: who looks keeps nobody from changing a room."""

    async def enter_all(self) -> None:
        """Nothing either."""

    def number(self, table: FromClause) -> int:
        """The number of a row that is about to be written, which is a fault."""
        raise RuntimeError("Who looks changes nothing.")

    def later(self, statement: Executable, values: dict[str, Any]) -> None:
        """Runs a statement of which nothing comes back, which is a fault."""
        raise RuntimeError("Who looks changes nothing.")

    async def rows(self, asked: Asked) -> Rows:
        """The rows that each of some statements leads to, as they are in the file, all of one moment."""
        return await self._file.reader.driver.rows([ready(*each) for each in asked])

    async def execute(self, statement: Executable, values: Any = None) -> CursorResult[*tuple[Any, ...]]:
        """Runs any statement, by SQLAlchemy."""
        async with self._file.reader.free:
            return await self._file.reader.connection.execute(statement, values)

    async def scalar(self, statement: Executable, values: Any = None) -> Any:
        """The first value of its first row, or None."""
        return (await self.execute(statement, values)).scalar()

    async def scalars(self, statement: Executable, values: Any = None) -> ScalarResult[Any]:
        """The first value of each of its rows."""
        return (await self.execute(statement, values)).scalars()


class Turn(Visit):
    """A visit that changes something. It takes the line that writes as late as it can if it has a room.

    Nobody else changes that room meanwhile, so what was read of it holds. The line is needed from the first
    statement on that has to see what this transaction itself has written, and for the COMMIT.
    """

    changes = True

    def __init__(self, file: File) -> None:
        super().__init__(file)
        self._line = file.writer
        self._guard: asyncio.Lock | None = None
        self._ahead: list[Ready] = []
        self._has_line = False

    async def enter(self, room: Room) -> None:
        """Waits until nobody else changes a room. A transaction has one room, and enters it before all else.

        Raises:
            RuntimeError: it has done something already. Two might wait for each other for ever.
        """
        if self._guard is None:
            self._come_first()
            self._guard = await self._file.rooms.enter(room)

    async def enter_all(self) -> None:
        """The same for all rooms at once."""
        self._come_first()
        self._guard = await self._file.rooms.enter_all()

    def _come_first(self) -> None:
        if self._guard or self._has_line or self._ahead:
            raise RuntimeError("A transaction enters its room before all else.")

    def number(self, table: FromClause) -> int:
        """The number of a table's next row."""
        return next(self._file.numbers[table])

    def later(self, statement: Executable, values: dict[str, Any]) -> None:
        """Runs a statement of which nothing comes back, before whatever comes next."""
        (self._line.driver.ahead if self._has_line else self._ahead).append(ready(statement, values))

    async def rows(self, asked: Asked) -> Rows:
        """The rows that each of some statements leads to, with what this transaction has written."""
        if self._guard is None or self._ahead:
            await self._take_line()
        line = self._line if self._has_line else self._file.reader
        return await line.driver.rows([ready(*each) for each in asked])

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
        """Keeps all that was written, or nothing of it; whoever enters the room then finds it in the file."""
        ended = None
        try:
            if committing and self._ahead:
                await self._take_line()
            if self._has_line:
                ended = self._line.driver.end(committing=committing)
        finally:
            if self._has_line:
                self._line.free.release()  # before that is done: what others send there comes after it
            if self._guard and ended:  # what is read comes on another way, so nobody enters before it is done
                ended.add_done_callback(lambda _: self._leave())
            else:
                self._leave()
        if ended is not None:
            await asyncio.shield(ended)  # who is cancelled here does not cancel that

    def _leave(self) -> None:
        if self._guard is not None:
            self._guard.release()
