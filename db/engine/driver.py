"""One connection to a SQLite file, with a thread of its own, and one trip there and back for what is asked.

On the way a statement spends longer than in SQLite, and aiosqlite's usual cursor makes four trips: for
itself, for the statement, for the rows, and to be closed. This is the only file that knows what is private
in aiosqlite; `tests/db/engine/test_driver.py` watches that it stays so.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, NamedTuple, TypeVar

import aiosqlite
import orjson

from db.engine.guard import Guard
from db.engine.sqlite_text import Ready, together

Result = TypeVar("Result")


class Outcome(NamedTuple):
    """What a statement that writes led to."""

    rows: Sequence[Any]
    changed: int  # how many


@asynccontextmanager
async def open_driver(connect: Callable[[], sqlite3.Connection]) -> AsyncIterator[Driver]:
    """A connection for as long as it is open, and all that was sent to it by then."""
    driver = Driver(connect, 64)
    try:
        await driver
    except BaseException:
        await driver.ended()  # its thread would still be about to say so when the loop is gone
        raise
    try:
        yield driver
    finally:
        await driver.close()


class Driver(aiosqlite.Connection):
    """A connection whose thread does what it is sent, in that order."""

    guard: Guard | None = None
    """What watches over the file."""
    only_looks = False
    _counted = 0
    """How many rows were changed before the transaction that is under way."""

    def send(self, work: Callable[[sqlite3.Connection], Result]) -> asyncio.Future[Result]:
        """Has the thread do something with SQLite's connection."""
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._tx.put_nowait((done, partial(self._done, work, self._conn)))
        return done

    def _done(self, work: Callable[[sqlite3.Connection], Result], connection: sqlite3.Connection) -> Result:
        try:
            return work(connection)
        except sqlite3.Error as error:
            if self.guard is None or (refused := self.guard.refused(error, self.only_looks)) is error:
                raise
            raise refused from error

    async def ended(self) -> None:
        """Waits for the thread of a connection that was stopped."""
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join)

    def rows(self, before: Iterable[Ready], asked: Iterable[Ready]) -> asyncio.Future[list[list[Any]]]:
        """Runs some statements, and then returns the rows of each of some packed queries."""
        text, values = together(asked)

        def work(connection: sqlite3.Connection) -> list[list[Any]]:
            for each in before:
                connection.execute(*each)
            return [*map(orjson.loads, connection.execute(text, values).fetchone())]

        return self.send(work)

    def run(self, before: Iterable[Ready], statement: Ready) -> asyncio.Future[Outcome]:
        """Runs some statements, and then one of which one wants to know what it led to."""

        def work(connection: sqlite3.Connection) -> Outcome:
            for each in before:
                connection.execute(*each)
            cursor = connection.execute(*statement)
            rows = cursor.fetchall() if cursor.description else []
            outcome = Outcome(rows, cursor.rowcount)
            cursor.close()
            return outcome

        return self.send(work)

    def commit_after(self, before: Iterable[Ready]) -> asyncio.Future[None]:
        """Runs some statements and commits, before whatever is sent after this, or undoes it all.

        Raises, when it is awaited:
            Unsaved: the file cannot be written to, or is not the one any more that it was.
        """

        def work(connection: sqlite3.Connection) -> None:
            guard = self.guard
            try:
                for each in before:
                    connection.execute(*each)
                if guard is None or connection.total_changes == self._counted:
                    connection.execute("COMMIT")
                    return
                guard.before()
                connection.execute(f"PRAGMA user_version={guard.number + 1}")
                connection.execute("COMMIT")
                guard.after()
            finally:
                self._undo(connection)  # after a commit there is nothing to undo

        return self.send(work)

    def undo(self) -> asyncio.Future[None]:
        """Rolls back, before whatever is sent after this."""
        return self.send(self._undo)

    def _undo(self, connection: sqlite3.Connection) -> None:
        self._counted = connection.total_changes
        connection.rollback()
