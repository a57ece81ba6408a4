"""What PostgreSQL needs besides the queries: its address, a pool, and words for what can be wrong with it."""

from __future__ import annotations

from typing import Any

import asyncpg
from alembic.util import CommandError
from sqlalchemy import URL
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.party.errors import StartError

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
    "3D000": "has no database of this name; make it with createdb or correct the name",
    "42501": "lets this user make no tables there; make it the database's owner",
}
"""What PostgreSQL's codes mean, and the mend."""


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
            "DATABASE_URL asks for something that I cannot do; "
            "after its question mark leave only host, port, ssl and sslmode"
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
        "DATABASE_URL is no address of a database I can use; write it like sqlite+aiosqlite:///party.db "
        "or postgresql+asyncpg://user:password@host/party, with @ and / in a password as %40 and %2F"
    )


def unusable(error: Exception) -> StartError:
    """What went wrong while a database was opened, and the mend; never the password."""
    if isinstance(error, CommandError):
        return StartError(
            "DATABASE_URL: this database is from a newer Encore; start that one, or name another database"
        )
    state = getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None
    if state in REFUSALS:
        return StartError(f"DATABASE_URL: PostgreSQL {REFUSALS[state]}")
    reason = next(iter(str(getattr(error, "orig", None) or error).splitlines()), "no answer in time")
    if isinstance(error, OSError) or state == LOST:
        return StartError(
            f"DATABASE_URL: no PostgreSQL can be reached there ({reason}); start it, or correct host and port"
        )
    if isinstance(error, (UnicodeError, OverflowError)):  # a host or port that can be none
        return nonsense()
    return StartError(
        f"DATABASE_URL: PostgreSQL cannot be used ({reason}); mend that, or name another database"
    )
