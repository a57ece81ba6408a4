"""Looks at a database without changing it: how large it is, how far its tables are, what is in some of them.

Whoever uses it meanwhile is not kept waiting.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.party.errors import StartError
from db.engine import postgres
from db.engine.migrating import MIGRATIONS
from db.engine.opening import WRONG, address, unusable
from db.sealing import seal_for

MOST_INSTALLS = 1_000
"""So many installations are looked at."""
_VERSION = "SELECT version_num FROM alembic_version"
_INSTALLS = f"SELECT team_id, enterprise_id, sealed FROM slack_installs ORDER BY id LIMIT {MOST_INSTALLS}"  # noqa: S608
_SIZE = "SELECT pg_database_size(current_database())"
_OF_HOST = (
    "SELECT secret FROM passes JOIN parties ON parties.id = passes.party_id "
    "WHERE way = 'host' AND secret <> '' "
    "AND parties.platform = 'web' AND workspace = '' AND channel = 'lobby' ORDER BY made_ms DESC, digest"
)


@dataclass(frozen=True, slots=True)
class Looked:
    """What is there: `version` is empty where there are no tables yet; `where` holds no password."""

    kind: str
    where: str
    size_bytes: int = 0
    version: str = ""
    newest: str = ""
    installs: list[tuple[str, str]] = field(default_factory=list)


async def look(database_url: str) -> Looked:
    """Looks at a database.

    Raises:
        StartError: the address is not one of ours, or what it names cannot be used.
    """
    url = address(database_url)
    looked = await (_postgres(url) if isinstance(url, URL) else asyncio.to_thread(_file, url))
    if looked.version:
        try:
            _scripts().get_revision(looked.version)
        except CommandError as error:
            raise postgres.unusable(error) from error
    return looked


async def host_secret(database_url: str, keys: Collection[str] = ()) -> str:
    """The secret of the host's link of the lobby; empty where no bot has made one yet.

    Args:
        database_url: where it is.
        keys: those of ENCRYPTION_KEYS.

    Raises:
        StartError: the address is not one of ours, or what it names cannot be used.
    """
    url = address(database_url)
    kept = await (_postgres_host(url) if isinstance(url, URL) else asyncio.to_thread(_file_host, url))
    seal = seal_for(database_url, keys)
    return next((secret for each in kept if (secret := seal.open(each))), "")  # as the bot chooses


def _file_host(path: Path) -> list[str]:
    if not path.exists():
        return []
    try:
        with closing(to_look_at(path)) as connection:
            names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            found = connection.execute(_OF_HOST).fetchall() if "passes" in names else []
            return [str(secret) for (secret,) in found]
    except WRONG as error:
        raise unusable(error) from error


async def _postgres_host(url: URL) -> list[str]:
    engine = postgres.open_engine(url)
    try:
        async with engine.connect() as connection:
            return [secret for (secret,) in await _rows(connection, "passes", _OF_HOST)]
    except WRONG as error:
        raise postgres.unusable(error) from error
    finally:
        await engine.dispose()


def to_look_at(path: Path) -> sqlite3.Connection:
    """A file, which cannot be changed through this."""
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)


def version_of(connection: sqlite3.Connection) -> str:
    """How far a file's tables are; empty where there are none of ours."""
    there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    return _first(connection.execute(_VERSION).fetchall()) if there else ""


def is_known(version: str) -> bool:
    """Whether this Encore, or one before it, has made tables of a version."""
    try:
        return bool(_scripts().get_revision(version))
    except CommandError:
        return False


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config)


def newest() -> str:
    """The version of today's tables."""
    return str(_scripts().get_current_head() or "")


def _file(path: Path) -> Looked:
    where = str(path)
    if not path.exists():
        if not os.access(path.parent, os.W_OK):
            raise StartError(
                f"DATABASE_URL: {path} cannot be written; name a file in a folder that this user may write to"
            )
        return Looked("SQLite", where, newest=newest())
    try:
        size = sum(each.stat().st_size for each in (path, Path(f"{path}-wal")) if each.exists())
        with closing(to_look_at(path)) as connection:
            names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            version = version_of(connection)
            found = connection.execute(_INSTALLS).fetchall() if "slack_installs" in names else []
    except WRONG as error:
        raise unusable(error) from error
    return Looked("SQLite", where, size, version, newest(), _installs(found))


async def _postgres(url: URL) -> Looked:
    engine = postgres.open_engine(url)
    try:
        async with engine.connect() as connection:
            size = int((await connection.execute(text(_SIZE))).scalar_one())
            version = _first(await _rows(connection, "alembic_version", _VERSION))
            found = await _rows(connection, "slack_installs", _INSTALLS)
    except WRONG as error:
        raise postgres.unusable(error) from error
    finally:
        await engine.dispose()
    where = f"{url.database} at {url.host or 'localhost'}"
    return Looked("PostgreSQL", where, size, version, newest(), _installs(found))


async def _rows(connection: AsyncConnection, table: str, asked: str) -> list[tuple[str, ...]]:
    """What a table says; nothing where there is no such table."""
    there = await connection.scalar(text("SELECT to_regclass(:name)::text"), {"name": table})
    return [tuple(row) for row in await connection.execute(text(asked))] if there else []


def _first(rows: list[tuple[str, ...]]) -> str:
    return str(rows[0][0]) if rows else ""


def _installs(rows: list[tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(team or enterprise, sealed) for team, enterprise, sealed in rows]
