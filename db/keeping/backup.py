"""A copy of a database while the bot runs, what comes back from one, and the way to another database.

A copy is one SQLite file, whatever the database is, so that it can be looked at with anything. A file appears
under its name when it is whole and was looked through, and never before.
"""

from __future__ import annotations

import os
import re
import secrets
import sqlite3
import time
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import URL, Connection, NullPool, create_engine, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.util import greenlet_spawn

from bot.party.errors import StartError
from db.engine import postgres
from db.engine.connecting import connected, make_private, writing
from db.engine.holding import held
from db.engine.migrating import migrate
from db.engine.opening import WRONG, address, unusable
from db.engine.starting import check_complete, has_own_log
from db.keeping.copying import Rows, Told, copy_all, empty_all, is_empty, rows_of
from db.keeping.forgetting import forget_again, listed, listed_beside
from db.looking import is_known, newest, to_look_at, version_of
from db.schema import forgotten

BESIDE = ("", "-wal", "-shm", "-journal", ".lock")
"""What SQLite and we keep beside a file, by the end of its name."""
LEFT_S = 3600.0
"""A piece of a copy that has not grown for so long is nobody's any more."""
_PIECE = re.compile(r"\..+\.[0-9a-f]{8}\.new(-wal|-shm|-journal|\.lock)?")
_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND application_name = 'encore' AND pid <> pg_backend_pid()"
)


@dataclass(frozen=True, slots=True)
class Kept:
    """What has come into a database or a copy of one."""

    rows: dict[str, Rows]  # by table; none where the tables are older than today's
    forgotten: int = 0  # how many people were forgotten again
    aside: Path | None = None  # where what was there before is now
    new: bool = True  # False: no copy was made, as it would have been like an older one


def nobody(table: str, rows: int) -> None:
    """Tells nobody how far it is."""


async def backup(
    database_url: str, file: Path, told: Told = nobody, *, tried: bool = False, unlike: Path | None = None
) -> Kept:
    """Copies a database as it is at one moment, while a bot may use it. An older copy there is replaced.

    Args:
        database_url: of what is copied.
        file: where to.
        told: how far it is.
        tried: restore it for a trial before it gets its name.
        unlike: make no copy if it would hold the same as this one.

    Raises:
        StartError: the database cannot be read, or the file cannot be written or is no copy of ours.
    """
    place = address(database_url)
    _check_free(file)
    if isinstance(place, Path):
        _check_apart(place, file)
    with _new(file) as scratch:
        if isinstance(place, Path):
            _copy(place, scratch)
        else:
            async with _snapshot(place) as here:
                with writing(partial(connected, scratch)) as there:
                    migrate(there)
                    await greenlet_spawn(copy_all, here, there, told)
        rows = checked(scratch)
        if unlike is not None and rows and rows == _rows_if_whole(unlike):
            return Kept(rows, new=False)
        if tried:
            with _new(file.with_name(f"{file.name}.trial")) as trial:
                await _as_today(scratch, trial, ())
                checked(trial)
        _put(scratch, file)
    return Kept(rows)


async def restore(file: Path, database_url: str, told: Told = nobody) -> Kept:
    """Puts a copy in the place of a database that no bot uses; a file that was there is kept beside it.

    Who has asked to be forgotten since the copy was made is forgotten again: who is on the database's own
    list, or that of another copy in the same folder, and not on the copy's.

    Raises:
        StartError: the file is no whole copy, a bot uses the database, or it cannot be written.
    """
    place = address(database_url)
    checked(file)
    if isinstance(place, Path):
        with held(place) as holding, _new(place) as scratch:
            _check_apart(place, file, there=False)
            gone = await _as_today(file, scratch, listed(place))
            rows, aside = checked(scratch), _set_aside(place, own_log=has_own_log(holding))
            holding.forget()  # first: a file that is in place can be used, whatever comes between
            _put(scratch, place)
            return Kept(rows, gone, aside)
    with _new(file) as scratch:
        async with _whole_postgres(place) as there:
            on_list = select(forgotten.c.digest)
            gone = await _as_today(file, scratch, set(await greenlet_spawn(there.scalars, on_list)))
            with writing(partial(connected, scratch)) as here:
                await greenlet_spawn(empty_all, there)
                return Kept(await greenlet_spawn(copy_all, here, there, told), gone)


async def move(source_url: str, target_url: str, told: Told = nobody) -> Kept:
    """Copies all of one database into another that is empty. No bot uses either of them.

    Raises:
        StartError: one of them cannot be used, a bot uses it, or the other one holds something already.
    """
    source = address(source_url)
    if isinstance(source, Path):
        _check_apart(source, address(target_url))
    async with _whole(source) as here, _whole(address(target_url)) as there:
        if not await greenlet_spawn(is_empty, there):
            raise StartError("The database to move to holds something already; name an empty one")
        return Kept(await greenlet_spawn(copy_all, here, there, told))


def checked(file: Path) -> dict[str, Rows]:
    """What is in a copy, looked through from end to end; nothing of one whose tables are older than today's.

    Raises:
        StartError: it is no copy of ours, damaged, or of a newer Encore.
    """
    try:
        if not file.is_file():
            raise StartError(f"{file} is no file; name a copy that `python -m db backup` made")
        with closing(to_look_at(file)) as connection:
            version = version_of(connection)
            (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            torn = connection.execute("PRAGMA foreign_key_check").fetchone()
    except WRONG as error:
        raise StartError(f"{file} is no whole copy ({error}); name another one") from error
    if found != "ok" or torn:
        raise StartError(f"{file} is damaged ({found if found != 'ok' else torn}); name another copy")
    if not version:
        raise StartError(f"{file} is no copy of Encore's; name one that `python -m db backup` made")
    if not is_known(version):
        raise StartError(f"{file} is from a newer Encore; use that version, or name another copy")
    if version != newest():
        return {}
    engine = create_engine("sqlite://", creator=partial(to_look_at, file), poolclass=NullPool)
    with engine.connect() as looking:
        return rows_of(looking)


def _rows_if_whole(file: Path) -> dict[str, Rows] | None:
    try:
        return checked(file)
    except StartError:
        return None


def _check_free(file: Path) -> None:
    """Whether a copy may have this name: nothing has it, or an older copy."""
    with suppress(*WRONG):
        if not file.exists():
            return
        with closing(to_look_at(file)) as connection:
            if version_of(connection):
                return
    raise StartError(f"{file} is there already and is no copy of Encore's; name another file")


def _check_apart(place: Path, other: Path | URL, *, there: bool = True) -> None:
    """Whether a file is there, if it must be, and is not the other one."""
    if not _is_there(place):
        if there:
            raise StartError(f"DATABASE_URL: {place} is not there; name the database that the bot uses")
    elif isinstance(other, Path) and _is_there(other) and other.samefile(place):
        raise StartError(f"{other} is the database itself; name another file")


def _is_there(file: Path) -> bool:
    """Whether a file is there; one whose name cannot be is not, and whoever opens it says so."""
    try:
        return file.exists()
    except OSError:
        return False


@contextmanager
def _new(file: Path) -> Iterator[Path]:
    """A file beside another one, for as long as this is open, that only we can read."""
    scratch = file.with_name(f".{file.name}.{secrets.token_hex(4)}.new")
    try:
        _tidied(file.parent)
        os.close(os.open(scratch, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise StartError(
            f"{file} cannot be written ({error.strerror}); name a file in a folder of yours"
        ) from error
    try:
        yield scratch
    except (*WRONG, sqlite3.Error) as error:
        raise StartError(f"{file} cannot be written ({error}); make room, or name another file") from error
    finally:
        for end in BESIDE:
            with suppress(FileNotFoundError):
                Path(f"{scratch}{end}").unlink()


def _tidied(folder: Path) -> None:
    """Takes away the pieces that killed processes have left in a folder, which hold what people said."""
    for each in folder.iterdir():
        with suppress(OSError):  # somebody else was quicker
            if _PIECE.fullmatch(each.name) and time.time() - each.stat().st_mtime > LEFT_S:
                each.unlink()


def _copy(source: Path, scratch: Path) -> None:
    """Copies a file as it is at one moment, without keeping anybody waiting who writes it."""
    with closing(to_look_at(source)) as connection:
        connection.execute("VACUUM INTO ?", (str(scratch),))
    with closing(sqlite3.connect(scratch)) as connection:
        connection.execute("PRAGMA application_id=0")  # nobody has it in use


def _put(scratch: Path, file: Path) -> None:
    """Gives a whole file its name, for good."""
    scratch.replace(file)
    for path in (file, file.parent):
        opened = os.open(path, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _set_aside(place: Path, *, own_log: bool) -> Path | None:
    """Keeps what is in a database's place under another name, which it says, with all that its log holds.

    A log that is another file's is kept beside it as it is: SQLite would put it in, and damage the file.
    """
    if not place.exists():
        return None
    if own_log:
        with suppress(sqlite3.Error), closing(sqlite3.connect(place)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    numbers = iter(range(1, 1 << 31))
    aside = next(each for n in numbers if not (each := Path(f"{place}.before-restore-{n}")).exists())
    for end in ("-wal", "-shm"):  # of a damaged file, whose log SQLite could not put in
        with suppress(FileNotFoundError):
            Path(f"{place}{end}").replace(f"{aside}{end}")
    aside.hardlink_to(place)
    return aside


async def _as_today(file: Path, scratch: Path, known: Collection[str]) -> int:
    """A copy with today's tables, and without who has asked for that since; says how many were in it."""
    _copy(file, scratch)
    on_list = {*known, *listed_beside(file)} - listed(file)
    gone = await forget_again(scratch, on_list)
    with writing(partial(connected, scratch)) as connection:
        missing = on_list - set(connection.scalars(select(forgotten.c.digest)))
        if missing:
            connection.execute(insert(forgotten), [{"digest": each} for each in sorted(missing)])
    return gone


@asynccontextmanager
async def _whole(place: Path | URL) -> AsyncIterator[Connection]:
    """A database with today's tables and for us alone, in one transaction that is kept on a clean exit."""
    if isinstance(place, URL):
        async with _whole_postgres(place) as connection:
            yield connection
        return
    with held(place) as holding, _gone_again(place):
        try:
            make_private(place)
            check_complete(holding, partial(connected, place))
            with writing(partial(connected, place)) as connection:
                migrate(connection)
                yield connection
        except WRONG as error:
            raise unusable(error) from error


@contextmanager
def _gone_again(place: Path) -> Iterator[None]:
    """Leaves no file where none was, if an error passes through."""
    new = not place.exists()
    try:
        yield
    except BaseException:
        for end in BESIDE[:-1] if new else ():
            with suppress(FileNotFoundError):
                Path(f"{place}{end}").unlink()
        raise


@asynccontextmanager
async def _whole_postgres(place: URL) -> AsyncIterator[Connection]:
    engine = postgres.open_engine(place)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(migrate)
            if await connection.scalar(_OTHERS):
                raise StartError("DATABASE_URL: a bot uses this PostgreSQL database; stop it, then try again")
            yield _plain(connection)
    except WRONG as error:
        raise postgres.unusable(error) from error
    finally:
        await engine.dispose()


@asynccontextmanager
async def _snapshot(place: URL) -> AsyncIterator[Connection]:
    """A PostgreSQL database as it is at one moment."""
    engine = postgres.open_engine(place)
    try:
        async with engine.connect() as connection:
            await connection.execution_options(postgresql_readonly=True, isolation_level="REPEATABLE READ")
            version = await connection.scalar(text("SELECT version_num FROM alembic_version"))
            if version != newest():
                raise StartError("DATABASE_URL: this database is of another version; start this Encore once")
            yield _plain(connection)
    except WRONG as error:
        raise postgres.unusable(error) from error
    finally:
        await engine.dispose()


def _plain(connection: AsyncConnection) -> Connection:
    """The connection as what is run in `greenlet_spawn` sees it."""
    assert connection.sync_connection is not None  # noqa: S101 - it is connected
    return connection.sync_connection
