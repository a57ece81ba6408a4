"""PostgreSQL: its address, a pool, transactions, and words for what can be wrong with it.

What keeps others from changing a party is its row, which the queries lock, between processes too.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from typing import Any

import asyncpg
from alembic.util import CommandError
from sqlalchemy import URL, bindparam, func, select
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.party.errors import Interrupted, PerhapsSaved, StartError, Unread
from bot.party.patience import patience
from bot.party.steady import SteadyClock
from bot.party.words import Room
from db.engine import wake
from db.engine.away import Outage, Trouble, trouble
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
REQUEST_S = 8
"""The same for an answer that somebody waits for, who is to hear within ten seconds that there is none."""
ONE_TRY_S = 2
"""How long to wait for a connection at least, however little patience is left."""


def settings(answer_s: float) -> dict[str, Any]:
    """What every connection is opened with."""
    return {
        "timeout": CONNECT_S,
        "command_timeout": answer_s,
        "server_settings": {
            "application_name": "encore",
            # A process whose machine vanished in the middle of a change must not keep its party locked.
            "idle_in_transaction_session_timeout": f"{answer_s * 1000:.0f}",
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
        self._outage = Outage()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Session]:
        """A transaction that PostgreSQL lets write nothing; all that it finds is of one moment.

        Raises:
            Unread: it cannot be reached.
        """
        async with self._connected(Unread) as connection:
            await connection.look_only()
            yield Session(connection)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Session]:
        """A transaction that is committed on a clean exit, of which other processes hear if people would.

        Raises:
            Interrupted: nothing was done, and the same once more may succeed.
            PerhapsSaved: the connection was lost during COMMIT.
        """
        async with self._connected(Interrupted) as connection:
            session = Session(connection, connection)
            yield session
            if session.changed:
                await connection.notify(wake.message(self._process, room) for room in session.rooms)
            await connection.commit()

    @asynccontextmanager
    async def listen(self, changed: Callable[[Room], None]) -> AsyncIterator[None]:
        """Calls `changed(room)` for what other processes change, while it is open."""
        reconnect = partial(connect, self.engine, wake.ANSWER_S)
        async with wake.listening(reconnect, self._process, changed, self._outage):
            yield

    @asynccontextmanager
    async def _connected(self, refusal: type[Interrupted]) -> AsyncIterator[PostgresConnection]:
        """A connection that has answered a moment ago, whatever has become of it afterwards."""
        there = await self._reached(refusal)
        connection = PostgresConnection(there, self._outage, refusal)
        try:
            yield connection
        finally:
            await asyncio.shield(_given_back(there, lost=connection.lost))

    async def _reached(self, refusal: type[Interrupted]) -> AsyncConnection:
        """A connection of the pool, asked for again and again for as long as the request has patience."""
        left, since_s = patience(), time.monotonic()
        until_s = max(left.ends_s(since_s), since_s + ONE_TRY_S)
        while True:
            connection = self.engine.connect()
            try:
                async with asyncio.timeout(until_s - time.monotonic()):
                    await connection.start()
            except (SQLAlchemyError, OSError) as error:  # whatever it is that keeps us from being let in
                self._outage.away(error)
                left.begin(since_s)
                if not await left.again():
                    raise refusal from error
            else:
                self._outage.back()
                return connection


class PostgresConnection:
    """Runs statements through SQLAlchemy, one after the other.

    Args:
        connection: what runs them.
        outage: is told what goes wrong.
        refusal: what is raised then.
    """

    reads_ahead = False

    def __init__(self, connection: AsyncConnection, outage: Outage, refusal: type[Interrupted]) -> None:
        self._connection = connection
        self._outage = outage
        self._refusal = refusal
        self._failed: type[Interrupted] | None = None
        self.lost = False
        """Whether it cannot be used any more."""

    async def enter(self, room: Room) -> None:
        """Nothing: who reads the party's row to change it locks it."""

    async def enter_all(self) -> None:
        """Nothing: each statement locks the rows that it needs."""

    async def look_only(self) -> None:
        """Has the transaction write nothing and see one moment."""
        with self._asking(self._refusal):
            await self._connection.execution_options(
                postgresql_readonly=True, isolation_level="REPEATABLE READ"
            )

    async def rows(self, asked: Sequence[Asked[Any]]) -> list[Sequence[Any]]:
        """What each of some queries finds."""
        with self._asking(self._refusal):
            found = [await self._connection.execute(each.query.postgres, each.values) for each in asked]
            return [each.all() for each in found]

    async def write(self, command: Command, values: Values) -> None:
        """Runs a command."""
        with self._asking(self._refusal):
            await self._connection.execute(command.postgres, values)

    async def run(self, command: Command, values: Values) -> Outcome:
        """Runs a command, and says what it led to."""
        with self._asking(self._refusal):
            result = await self._connection.execute(command.postgres, values)
            rows = result.all() if result.returns_rows else ()
            return Outcome(rows, max(result.rowcount, len(rows)))

    async def insert(self, command: Numbered, rows: Sequence[Values]) -> Sequence[int]:
        """Writes rows, and returns their numbers."""
        with self._asking(self._refusal):
            return (await self._connection.scalars(command.postgres, rows)).all()

    async def notify(self, messages: Iterable[str]) -> None:
        """Has other processes hear something with COMMIT."""
        with self._asking(self._refusal):
            for said in messages:
                await self._connection.execute(_NOTIFY, {"channel": wake.CHANNEL, "said": said})

    async def commit(self) -> None:
        """Keeps all of it."""
        with self._asking(PerhapsSaved):
            await self._connection.commit()

    @contextmanager
    def _asking(self, if_lost: type[Interrupted]) -> Iterator[None]:
        """Turns what goes wrong with the database into what people are told.

        Once something went wrong nothing more is asked: PostgreSQL answers the COMMIT of a transaction that
        it has rolled back as if all was well (its documentation, "COMMIT").
        """
        if self._failed is not None:
            raise self._failed
        since_s = time.monotonic()
        try:
            yield
        except Exception as error:
            found = trouble(error)
            if found is None:
                raise
            if found is Trouble.LOST:
                self.lost = True
                self._outage.away(error)
                patience().begin(since_s)
            self._failed = if_lost if found is Trouble.LOST else self._refusal
            raise self._failed from error


async def _given_back(connection: AsyncConnection, *, lost: bool) -> None:
    """Gives a connection back to the pool; one that is lost is ended, for it is not asked to roll back."""
    if not lost:
        try:
            await connection.close()
        except (SQLAlchemyError, OSError):  # it was lost after all that was wanted of it
            pass
        else:
            return
    with suppress(SQLAlchemyError, OSError):
        if not connection.invalidated:
            raw: Any = await connection.get_raw_connection()
            raw.driver_connection.terminate()
            await connection.invalidate()
    with suppress(SQLAlchemyError, OSError):
        await connection.close()


def open_engine(url: URL, answer_s: float = COMMAND_S) -> AsyncEngine:
    """A pool of connections; nothing is connected yet.

    Args:
        url: the database's address.
        answer_s: how long each statement may take.

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
            connect_args=settings(answer_s),
        )
    except ArgumentError:  # a port after the question mark that is no number
        raise nonsense() from None


async def connect(engine: AsyncEngine, within_s: float) -> asyncpg.Connection[Any]:
    """One connection to the same database beside the pool, had within so long.

    Raises:
        OSError, asyncpg.PostgresError, asyncpg.InterfaceError: it cannot be had.
    """
    _, address = engine.dialect.create_connect_args(engine.url)
    options: dict[str, Any] = {**address, **settings(within_s), "timeout": within_s}
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
