"""Opens the database of an address, for one bot alone where it must be, with its tables up to date."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from alembic.util import CommandError
from sqlalchemy import URL, Connection, NullPool, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from bot.party.errors import StartError
from bot.party.words import Room
from db.engine import postgres
from db.engine.driver import open_driver
from db.engine.migrating import migrate
from db.engine.session import Session
from db.engine.sqlite import Numbers, SqliteFile, read_numbers

try:
    import fcntl
except ImportError:  # Windows has no such lock; two bots on one file are the operator's to avoid there
    fcntl = None  # type: ignore[assignment]

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
WRONG = (SQLAlchemyError, sqlite3.Error, CommandError, OSError, UnicodeError, OverflowError)


class Database(Protocol):
    """A database that is open."""

    shared: bool
    """Whether other processes may have it open as well."""

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
    engine = postgres.open_engine(url)
    try:
        try:
            async with engine.begin() as connection:
                await connection.run_sync(migrate)
        except WRONG as error:
            raise postgres.unusable(error) from error
        yield postgres.PostgresDatabase(engine)
    finally:
        await engine.dispose()


@asynccontextmanager
async def _open_file(path: Path) -> AsyncIterator[Database]:
    with held(path):
        connect = partial(connected, path)
        try:
            make_private(path)
            numbers = _migrated(connect)
        except WRONG as error:
            raise unusable(error) from error
        async with open_driver(connect) as writer, open_driver(connect) as reader:
            await reader.run((), ("PRAGMA query_only=ON", ()))
            yield SqliteFile(writer, reader, numbers)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Keeps a second bot from the same file for as long as this is open, a `kill -9` included."""
    try:
        held = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StartError(
            f"DATABASE_URL: {path} cannot be written ({error.strerror}); "
            "name a file in a folder that this user may write to"
        ) from error
    try:
        if fcntl is not None:
            _lock(held, path)
        yield
    finally:
        os.close(held)


def _lock(held: int, path: Path) -> None:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise StartError(
            f"DATABASE_URL: another Encore uses {path}; stop it, or name another file"
        ) from error


def make_private(path: Path) -> None:
    """Lets nobody else read a file, or what SQLite will keep beside it."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)


def connected(path: Path) -> sqlite3.Connection:
    """A connection to a file as the bot has it."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _migrated(connect: Callable[[], sqlite3.Connection]) -> Numbers:
    """Brings a file up to date, through SQLAlchemy, and begins to number its rows."""
    with writing(connect) as connection:
        migrate(connection)
        return read_numbers(connection)


@contextmanager
def writing(connect: Callable[[], sqlite3.Connection]) -> Iterator[Connection]:
    """A transaction through SQLAlchemy, which nobody else may write beside."""
    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
    event.listen(engine, "begin", _begin_immediate)
    with engine.begin() as connection:
        yield connection


def _begin_immediate(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def unusable(error: Exception) -> StartError:
    """What went wrong while a file was opened, and the mend."""
    reason = str(getattr(error, "orig", None) or error).splitlines()[0]
    return StartError(
        f"DATABASE_URL: the party database cannot be used ({reason}); use an undamaged file, "
        "not from a newer Encore, in a folder that this user can write to"
    )
