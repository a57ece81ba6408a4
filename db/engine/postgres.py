"""PostgreSQL: its address, a pool, transactions, and words for what can be wrong with it.

What keeps others from changing a party is its row, which the queries lock, between processes too.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import asyncpg
from alembic.util import CommandError
from sqlalchemy import URL, bindparam, func, select
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.party.errors import StartError
from bot.party.steady import SteadyClock
from bot.party.words import Room
from db.engine import wake
from db.engine.driver import Outcome
from db.engine.query import Asked, Command, Numbered, Values
from db.engine.session import Session

DRIVER = "postgresql+asyncpg"
SCHEMES = {"postgres", "postgresql", DRIVER}
"""How hosts write the beginning of an address."""
OPTIONS = {"host", "port", "ssl"}
"""What an address may say after its question mark (`sslmode`, as others call it, becomes `ssl`)."""

POOL_SIZE = 5
CONNECT_S = 10
COMMAND_S = 60
"""How long to wait for a connection and for an answer, a lock that another process holds included."""
SETTINGS: dict[str, Any] = {
    "timeout": CONNECT_S,
    "command_timeout": COMMAND_S,
    "server_settings": {
        "application_name": "encore",
        # A process whose machine vanished in the middle of a change must not keep its party locked.
        "idle_in_transaction_session_timeout": f"{COMMAND_S * 1000}",
    },
}

LOST = "08003"
REFUSALS = {
    "28000": "refuses this user and password; correct them",
    "28P01": "refuses this user and password; correct them",
    "3D000": "has no database with this name; create it with createdb, or correct the name",
    "42501": "does not let this user create tables there; make it the database's owner",
}
"""What PostgreSQL's codes mean, and the mend."""


_NOTIFY = select(func.pg_notify(bindparam("channel"), bindparam("said")))


class PostgresDatabase:
    """A pool of connections to one database."""

    shared = True

    def __init__(self, engine: AsyncEngine) -> None:
        self.clock = SteadyClock()
        self.engine = engine
        self._process = secrets.token_hex(8)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Session]:
        """A transaction that PostgreSQL lets write nothing; all that it finds is of one moment."""
        async with self.engine.connect() as connection:
            await connection.execution_options(postgresql_readonly=True, isolation_level="REPEATABLE READ")
            yield Session(PostgresConnection(connection))

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Session]:
        """A transaction that is committed on a clean exit, of which other processes hear if people would."""
        async with self.engine.begin() as connection:
            writer = PostgresConnection(connection)
            session = Session(writer, writer)
            yield session
            if session.changed:
                for room in session.rooms:
                    said = wake.message(self._process, room)
                    await connection.execute(_NOTIFY, {"channel": wake.CHANNEL, "said": said})

    @asynccontextmanager
    async def listen(self, changed: Callable[[Room], None]) -> AsyncIterator[None]:
        """Calls `changed(room)` for what other processes change, while it is open."""
        async with wake.listening(partial(connect, self.engine), self._process, changed):
            yield


class PostgresConnection:
    """Runs statements through SQLAlchemy, one after the other."""

    reads_ahead = False

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def enter(self, room: Room) -> None:
        """Nothing: who reads the party's row to change it locks it."""

    async def enter_all(self) -> None:
        """Nothing: each statement locks the rows that it needs."""

    async def rows(self, asked: Sequence[Asked[Any]]) -> list[Sequence[Any]]:
        """What each of some queries finds."""
        return [(await self._connection.execute(each.query.postgres, each.values)).all() for each in asked]

    async def write(self, command: Command, values: Values) -> None:
        """Runs a command."""
        await self._connection.execute(command.postgres, values)

    async def run(self, command: Command, values: Values) -> Outcome:
        """Runs a command, and says what it led to."""
        result = await self._connection.execute(command.postgres, values)
        rows = result.all() if result.returns_rows else ()
        return Outcome(rows, max(result.rowcount, len(rows)))

    async def insert(self, command: Numbered, rows: Sequence[Values]) -> Sequence[int]:
        """Writes rows, and returns their numbers."""
        return (await self._connection.scalars(command.postgres, rows)).all()


def open_engine(url: URL) -> AsyncEngine:
    """A pool of connections; nothing is connected yet.

    Raises:
        StartError: the address names no database, or has options that are not ours.
    """
    query = {"ssl" if name == "sslmode" else name: value for name, value in url.query.items()}
    if not url.database or "@" in f"{url.host}{url.database}":
        raise nonsense()
    if not query.keys() <= OPTIONS:
        raise StartError(
            "DATABASE_URL has options that I don't know; after its question mark, "
            "keep only host, port, ssl and sslmode"
        )
    try:
        return create_async_engine(
            url.set(drivername=DRIVER, query=query),
            isolation_level="READ COMMITTED",  # whatever the server's default is
            pool_size=POOL_SIZE,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args=SETTINGS,
        )
    except ArgumentError:  # a port after the question mark that is no number
        raise nonsense() from None


async def connect(engine: AsyncEngine) -> asyncpg.Connection[Any]:
    """One connection to the same database beside the pool.

    Raises:
        OSError, asyncpg.PostgresError, asyncpg.InterfaceError: it cannot be had.
    """
    _, address = engine.dialect.create_connect_args(engine.url)
    options: dict[str, Any] = {**address, **SETTINGS}
    connection: asyncpg.Connection[Any] = await asyncpg.connect(**options)
    return connection


def nonsense() -> StartError:
    """An address that can be none."""
    return StartError(
        "DATABASE_URL is not the address of a database I can use; "
        "write it like sqlite+aiosqlite:///party.db or "
        "postgresql+asyncpg://user:password@host/party, with @ and / in a password as %40 and %2F"
    )


def unusable(error: Exception) -> StartError:
    """What went wrong while a database was opened, and the mend; never the password."""
    if isinstance(error, CommandError):
        return StartError(
            "DATABASE_URL: this database is from a newer Encore; start that version, or use another database"
        )
    state = getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None
    if state in REFUSALS:
        return StartError(f"DATABASE_URL: PostgreSQL {REFUSALS[state]}")
    reason = next(iter(str(getattr(error, "orig", None) or error).splitlines()), "no answer in time")
    if isinstance(error, OSError) or state == LOST:
        return StartError(
            f"DATABASE_URL: PostgreSQL cannot be reached there ({reason}); start it, "
            "or correct the host and port"
        )
    if isinstance(error, (UnicodeError, OverflowError)):  # a host or port that can be none
        return nonsense()
    return StartError(
        f"DATABASE_URL: PostgreSQL cannot be used ({reason}); fix that, or use another database"
    )
