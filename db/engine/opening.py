"""Opens the database of an address, for one bot alone where it must be, with its tables up to date."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Protocol

from alembic.util import CommandError
from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.party.errors import PartyError, StartError
from bot.party.steady import SteadyClock
from bot.party.words import Room
from db.engine import postgres
from db.engine.connecting import connected
from db.engine.driver import Driver, open_driver
from db.engine.guard import LOOK_EVERY_S, Guard
from db.engine.holding import held
from db.engine.migrating import migrate
from db.engine.session import Session
from db.engine.sqlite import SqliteFile
from db.engine.stamps import Stamp
from db.engine.starting import PUT_IN, restamp, started
from db.engine.whole import Thorough

WRONG = (SQLAlchemyError, sqlite3.Error, CommandError, OSError, UnicodeError, OverflowError)


class Database(Protocol):
    """A database that is open."""

    shared: bool
    """Whether other processes may have it open as well."""
    clock: SteadyClock
    """The party's time, which goes on from what it was when the bot is started anew."""

    def reading(self) -> AbstractAsyncContextManager[Session]:
        """A transaction that cannot write."""

    def writing(self) -> AbstractAsyncContextManager[Session]:
        """A transaction that is committed on a clean exit, and rolled back on any other."""

    def listen(self, changed: Callable[[Room], None]) -> AbstractAsyncContextManager[None]:
        """Calls `changed(room)` for what other processes change, while it is open."""


def open_database(database_url: str) -> AbstractAsyncContextManager[Database]:
    """Opens a database, brings its tables up to date, and closes it.

    Raises:
        StartError: the address is not one of ours, or what it names cannot be opened.
    """
    place = address(database_url)
    return _open_postgres(place) if isinstance(place, URL) else _open_file(place)


def address(database_url: str) -> URL | Path:
    """Where a database is: PostgreSQL's address, or a SQLite file.

    Raises:
        StartError: the address is not one of ours.
    """
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):  # a port that is no number is a ValueError
        url = None
    if url and url.drivername in postgres.SCHEMES:
        return url
    file = url.database if url and url.drivername.startswith("sqlite") and not url.query else None
    if not file or file == ":memory:":
        raise postgres.nonsense()
    return Path(file)


@asynccontextmanager
async def _open_postgres(url: URL) -> AsyncIterator[Database]:
    await _brought_up_to_date(postgres.open_engine(url))
    engine = postgres.open_engine(url, postgres.REQUEST_S)
    try:
        yield postgres.PostgresDatabase(engine)
    finally:
        await engine.dispose()


async def _brought_up_to_date(engine: AsyncEngine) -> None:
    """Brings the tables up to date, which may take longer than a request."""
    try:
        async with engine.begin() as connection:
            await connection.run_sync(migrate)
    except WRONG as error:
        raise postgres.unusable(error) from error
    finally:
        await engine.dispose()


@asynccontextmanager
async def _open_file(path: Path) -> AsyncIterator[Database]:
    with held(path, make=True) as holding:
        connect = partial(connected, holding.path)
        try:
            start = started(holding, connect)
        except WRONG as error:
            raise unusable(error) from error
        async with open_driver(connect) as writer, open_driver(connect) as reader:
            await reader.run((), ("PRAGMA query_only=ON", ()))
            guard = writer.guard = reader.guard = Guard(holding, start.stamp, start.clock)
            reader.only_looks = True
            beside = [asyncio.create_task(_watch(guard, writer), name="file")]
            if not (start.clean and start.quick):
                looking = Thorough(connect, holding.path, quick=start.quick)
                beside.append(asyncio.create_task(looking.run(), name="thorough"))
            try:
                yield SqliteFile(writer, reader, start.numbers, start.clock)
            finally:
                for task in beside:
                    task.cancel()
                await asyncio.gather(*beside, return_exceptions=True)
                await _end(guard, writer)


async def _watch(guard: Guard, writer: Driver) -> None:
    """Looks at a file again and again, whatever else is going on."""
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, "file") as thread:
        while True:
            if await loop.run_in_executor(thread, guard.tick):
                break
            await asyncio.sleep(LOOK_EVERY_S)
    if guard.ours:  # what is in the log that nobody will find again is put into the file
        with suppress(sqlite3.Error, PartyError):
            await writer.send(lambda connection: connection.execute(PUT_IN).fetchall())


async def _end(guard: Guard, writer: Driver) -> None:
    """Leaves a file as one that is in use no more."""
    if not guard.wrong:
        with suppress(sqlite3.Error, PartyError, ValueError):  # then the next start looks through it
            await writer.send(partial(restamp, stamp=Stamp(0, guard.number + 1)))
            guard.ended()


def unusable(error: Exception) -> StartError:
    """What went wrong while a file was opened, and the mend."""
    reason = str(getattr(error, "orig", None) or error).splitlines()[0]
    return StartError(
        f"DATABASE_URL: the party database cannot be used ({reason}); use an undamaged file, "
        "not from a newer Encore, in a folder that this user can write to"
    )
