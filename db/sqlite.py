"""A SQLite file: aiosqlite's connections, durable, with one trip to their threads a statement.

On the way to the thread and back a statement spends longer than in SQLite, and the usual cursor makes four
trips: for itself, for the statement, for the rows, and to be closed. Ours makes one, BEGIN included. What
nearly every request asks is compiled once and runs past SQLAlchemy, which takes longer than SQLite itself.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self, TypeVar, cast

import aiosqlite
import orjson
from sqlalchemy import Executable, Select, event
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

_DIALECT = SQLiteDialect_aiosqlite(paramstyle="qmark")

Result = TypeVar("Result")

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")


def open_engine(url: URL) -> AsyncEngine:
    """The engine of a file's two connections; every transaction begins as one that writes."""

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(str(url.database), isolation_level=None)
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    async def opened() -> aiosqlite.Connection:
        connection = Driver(connect, 64)
        try:
            return await connection
        except BaseException:
            await connection.ended()  # its thread would still be about to say so when the loop is gone
            raise

    engine = create_async_engine(
        url.set(drivername="sqlite+aiosqlite"), pool_size=2, max_overflow=0, async_creator=opened
    )
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    event.listen(engine.sync_engine, "handle_error", _stay_connected)
    return engine


def _begin_immediate(connection: Any) -> None:
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _stay_connected(context: ExceptionContext) -> None:
    """Keeps the connection of who was cancelled, which SQLAlchemy would close: the thread is in order."""
    context.is_disconnect = False


@dataclass(frozen=True, slots=True)
class Ready:
    """What the thread runs."""

    text: str
    values: Sequence[Any] = ()


def ready(statement: Executable, values: dict[str, Any]) -> Ready:
    """A statement that is built once, with these values."""
    text, names, fixed = _compiled(statement, tuple(values))
    values = fixed | values
    return Ready(text, [values[name] for name in names])


@lru_cache(maxsize=200)
def _compiled(statement: Executable, given: tuple[str, ...]) -> tuple[str, Sequence[str], dict[str, Any]]:
    """A statement's text, the names of its parameters in their order, and the fixed values.

    Before each row SQLite lets other threads run, and afterwards it waits until they let it: with a busy
    event loop that takes longer than all else, so what is looked up comes in one. JSON keeps 15 digits of a
    number that is not whole.
    """
    compiled = cast(Any, statement).compile(dialect=_DIALECT, column_keys=given)
    fixed = {name: each.value for name, each in compiled.binds.items() if not each.required}
    text = compiled.string
    if isinstance(statement, Select):
        columns = ", ".join(f"c{i}" for i in range(len(statement.selected_columns)))
        text = f"WITH found({columns}) AS ({text}) SELECT json_group_array(json_array({columns})) FROM found"  # noqa: S608 - only numbers
    return text, compiled.positiontup, fixed


@lru_cache(maxsize=200)
def _together(texts: tuple[str, ...]) -> str:
    """One statement whose only row has all that some packed ones lead to."""
    return f"SELECT {', '.join(f'({text})' for text in texts)}"


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a statement led to."""

    description: Any
    rows: list[Any]
    rowcount: int
    lastrowid: int | None


class Driver(aiosqlite.Connection):
    """A connection whose statements are run and read in one go."""

    def __init__(self, *connecting: Any) -> None:
        super().__init__(*connecting)
        self.ahead: list[Ready] = []
        """What runs before the next statement."""

    async def ended(self) -> None:
        """Waits for the thread of a connection that was stopped."""
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join)

    def cursor(self) -> _Cursor:  # type: ignore[override] # SQLAlchemy enters it, and that is all it needs
        """A cursor that is nothing in the thread until it runs a statement."""
        return _Cursor(self)

    async def run(self, statement: str, parameters: Any, *, many: bool) -> _Outcome:
        """Runs a statement in the thread and reads all its rows there."""

        def work() -> _Outcome:
            run = self._conn.executemany if many else self._conn.execute
            cursor = run(statement, parameters)
            rows = cursor.fetchall() if cursor.description else []
            outcome = _Outcome(cursor.description, rows, cursor.rowcount, cursor.lastrowid)
            cursor.close()
            return outcome

        return await self._sent(work)

    def rows(self, asked: Sequence[Ready]) -> asyncio.Future[list[list[Any]]]:
        """The rows of each of some statements that look something up, in one trip."""
        text = _together(tuple(each.text for each in asked))
        values = [value for each in asked for value in each.values]
        return self._sent(lambda: [*map(orjson.loads, self._conn.execute(text, values).fetchone())])

    def end(self, *, committing: bool) -> asyncio.Future[None]:
        """Ends a transaction, before whatever is sent after this; one that cannot be committed is undone."""
        ahead, self.ahead = self.ahead if committing else [], []

        def work() -> None:
            try:
                for each in ahead:
                    self._conn.execute(each.text, each.values)
                if committing:
                    self._conn.execute("COMMIT")
            finally:
                self._conn.rollback()  # after a commit there is nothing to undo

        return self._sent(work)

    def _sent(self, work: Callable[[], Result]) -> asyncio.Future[Result]:
        """Has the thread do something; it is done in the order in which it is sent."""
        connection = self._conn
        ahead, self.ahead = self.ahead, []

        def all_of_it() -> Result:
            for each in ahead:
                connection.execute(each.text, each.values)
            return work()

        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._tx.put_nowait((done, all_of_it))
        return done


class _Cursor:
    """What SQLAlchemy asks of an asynchronous cursor."""

    arraysize = 1

    def __init__(self, connection: Driver) -> None:
        self._connection = connection
        self._outcome = _Outcome(None, [], -1, None)

    @property
    def description(self) -> Any:
        return self._outcome.description

    @property
    def rowcount(self) -> int:
        return self._outcome.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._outcome.lastrowid

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, statement: str, parameters: Any = ()) -> None:
        self._outcome = await self._connection.run(statement, parameters, many=False)

    async def executemany(self, statement: str, parameters: Sequence[Any]) -> None:
        self._outcome = await self._connection.run(statement, parameters, many=True)

    async def fetchall(self) -> list[Any]:
        return self._outcome.rows

    async def close(self) -> None:
        """Nothing: the cursor in the thread is closed already."""
