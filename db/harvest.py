"""What rooms that share their songs have wanted, read beside a running bot: songs and instants, no people.

The training calls it, so it knows the tables and, of the bot, only how a PostgreSQL is opened. Instants are
whole milliseconds since 1970 UTC.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, func, inspect, or_, select, union
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from db.schema import changes, entries, metadata, parties, votes

WANTED = ("queued", "playing", "played")
"""The states of a song that somebody typed or took up, and that was neither taken out nor skipped."""
BROUGHT_IN = "bring in"
"""The diary's word for a song that came with a whole playlist from elsewhere."""

OWN = "own:"
"""How the ids of songs begin that only people's own music has: numbers that count in one database."""


class NotReadable(Exception):
    """The parties cannot be read; the text is one sentence that names the mend and holds no password."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A song that a room wanted; unknown is None."""

    added_ms: int
    track_id: str | None  # the catalogue's; None for a song it did not know
    title: str
    artist: str
    album: str | None
    year: int | None
    duration_ms: int | None


@dataclass(frozen=True, slots=True)
class SharedRoom:
    """A room that shares its songs, without its name."""

    songs: Sequence[Wanted]  # in the order in which they were added
    moments: Sequence[int]  # when anything happened there, ascending, in ms


def shared_rooms(database_url: str) -> list[SharedRoom]:
    """Reads the rooms that have opted in, in one snapshot; the bot may run and write meanwhile.

    A song that more people voted down than up is not wanted. Nothing is written or created in the database.

    Raises:
        NotReadable: no such address, file or server, no parties of Encore in it, or an older Encore's.
    """
    place = _place(database_url)
    if isinstance(place, URL):
        with ThreadPoolExecutor(1) as thread:  # whatever loop the caller has
            return thread.submit(asyncio.run, _from_postgres(place)).result()
    try:
        with _opened(place) as connection:
            return _rooms(connection, str(place))
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise NotReadable(f"{place} cannot be read ({reason}); name the bot's own database") from error


async def _from_postgres(url: URL) -> list[SharedRoom]:
    """The same of a PostgreSQL, in a transaction that can write nothing."""
    try:  # not above: the training need not have what a PostgreSQL takes, nor load anything of the bot
        from bot.party.errors import StartError  # noqa: PLC0415
        from db.engine.opening import WRONG  # noqa: PLC0415
        from db.engine.postgres import open_engine, unusable  # noqa: PLC0415
    except ImportError as error:
        raise NotReadable(
            f"DATABASE_URL: a PostgreSQL takes {error.name}, which is not installed; "
            "install the bot's own requirements.txt"
        ) from error

    try:
        engine = open_engine(url)
        try:
            async with engine.connect() as connection:
                await connection.execution_options(
                    postgresql_readonly=True, isolation_level="REPEATABLE READ"
                )
                return await connection.run_sync(_rooms, f"the database {url.database}")
        except WRONG as error:
            raise unusable(error) from error
        finally:
            await engine.dispose()
    except StartError as error:
        raise NotReadable(str(error)) from error


def _rooms(connection: Connection, where: str) -> list[SharedRoom]:
    _check(connection, where)
    rooms = connection.scalars(select(parties.c.id).where(parties.c.shared).order_by(parties.c.id))
    return [SharedRoom(_songs(connection, room), _moments(connection, room)) for room in list(rooms)]


def _place(database_url: str) -> Path | URL:
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):  # a port that is no number is a ValueError
        url = None
    if url and url.drivername.partition("+")[0] in ("postgres", "postgresql"):
        return url
    file = url.database if url and url.drivername.startswith("sqlite") and not url.query else None
    if not file or file == ":memory:":
        raise NotReadable(
            "DATABASE_URL is no address of a database I can read; "
            "write the bot's own, like sqlite+aiosqlite:///party.db"
        )
    if not Path(file).is_file():
        raise NotReadable(f"{file} is not there; write the bot's own DATABASE_URL")
    return Path(file).resolve()


@contextmanager
def _opened(path: Path) -> Iterator[Connection]:
    """A connection that cannot write, in one read transaction: a WAL lets it see one state throughout."""
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None),
        poolclass=NullPool,
    )
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        yield connection


def _check(connection: Connection, where: str) -> None:
    """Whether the tables and columns are there that are read."""
    there = inspect(connection)
    for table in (parties, entries, votes, changes):
        if not there.has_table(table.name):
            raise NotReadable(f"{where} holds no parties of Encore; name the bot's own database")
        columns = {column["name"] for column in there.get_columns(table.name)}
        if set(metadata.tables[table.name].columns.keys()) - columns:
            raise NotReadable(f"{where} is from an older Encore; start this one's bot on it once")


def _songs(connection: Connection, room: int) -> list[Wanted]:
    brought_in = select(changes.c.entry_id).where(
        changes.c.party_id == room, changes.c.kind == BROUGHT_IN, changes.c.entry_id.is_not(None)
    )
    rows = connection.execute(
        select(
            entries.c.added_ms,
            entries.c.track_id,
            entries.c.title,
            entries.c.artist,
            entries.c.album,
            entries.c.year,
            entries.c.duration_ms,
        )
        .outerjoin(votes, votes.c.entry_id == entries.c.id)
        .where(
            entries.c.party_id == room,
            entries.c.state.in_(WANTED),
            # What Spotify has told us, song by song or as a playlist, is not ours to learn from.
            or_(entries.c.track_id.is_not(None), entries.c.spotify_id.is_(None)),
            entries.c.id.not_in(brought_in),
        )
        .group_by(entries.c.id)
        .having(func.coalesce(func.sum(votes.c.value), 0) >= 0)
        .order_by(entries.c.added_ms, entries.c.id)
    )
    return [
        Wanted(added_ms, None if (track_id or "").startswith(OWN) else track_id, *about)
        for added_ms, track_id, *about in rows
    ]


def _moments(connection: Connection, room: int) -> list[int]:
    """Every instant that keeps a party going: what people did, and what was added, played or ended."""
    instants = union(
        select(changes.c.at_ms.label("at_ms")).where(changes.c.party_id == room),
        select(entries.c.added_ms).where(entries.c.party_id == room),
        select(entries.c.ended_ms).where(entries.c.party_id == room, entries.c.ended_ms.is_not(None)),
    )
    return sorted(connection.scalars(instants))
