"""What comes between a SQLite file and its use: is it the one that it was, and is it whole?"""

from __future__ import annotations

import logging
import secrets
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.party.errors import StartError
from bot.party.steady import SteadyClock
from db.engine.connecting import writing
from db.engine.holding import Held, Mark
from db.engine.migrating import migrate
from db.engine.sqlite import Numbers, read_numbers
from db.engine.stamps import Stamp, log_of, stamp_of
from db.engine.whole import looked_through

log = logging.getLogger(__name__)

TRIES = 6
"""So often, for as long each as SQLite waits, whoever reads elsewhere is waited for."""
FIRST = 1 << 30
"""The commits of each file are numbered from one of so many numbers on, so that no two files are alike."""
MOST_MISSING = 1_000_000
"""If more are missing than these it is another file."""
PUT_IN = "PRAGMA wal_checkpoint(TRUNCATE)"
"""Puts all that is in the log into the file."""

Connect = Callable[[], sqlite3.Connection]


@dataclass(frozen=True, slots=True)
class Start:
    """A file that can be used."""

    numbers: Numbers
    stamp: Stamp
    clock: SteadyClock
    clean: bool  # whether whoever had it last closed it
    quick: bool  # whether it was looked through already


def started(held: Held, connect: Connect) -> Start:
    """Looks at a file, brings it up to date, and stamps it as in use.

    Raises:
        StartError: its log is another file's, something that was saved is not in it, or it is damaged.
    """
    mark, log_bytes = held.mark(), _bytes(held.log)
    _check_log(held)
    with closing(connect()) as connection:
        stamp = _stamp(connection)
        _check_commits(held, stamp, mark)
        if stamp.run and log_bytes is None and mark is None:
            log.warning(
                "DATABASE_URL: %s was in use when it was copied or moved here, without %s: what happened "
                "last may be missing. If that is still somewhere, stop me and bring both here",
                *(held.path, held.log.name),
            )
        quick = looked_through(connection, held.path)
    with writing(connect) as migrating:
        migrate(migrating)
        numbers = read_numbers(migrating)
    clock = SteadyClock()
    if mark is not None:
        clock.go_on(mark.boot, mark.boot_ms, mark.now_ms)
    clean = not (stamp.run or log_bytes or (mark and mark.run))
    return Start(numbers, _begun(connect, stamp), clock, clean, quick)


def _bytes(path: Path) -> int | None:
    """How large a file is; None where there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def _check_log(held: Held) -> None:
    """Whether the log is this file's, before SQLite puts it in.

    Raises:
        StartError: it is another's.
    """
    found = log_of(held.log)
    if found is not None and held.file is not None and not found.fits(stamp_of(held.file)):
        raise StartError(
            f"DATABASE_URL: {held.log} is the log of another file than {held.path}, or of another state of "
            "it; put back the file that it belongs to, or move the log away"
        )


def _check_commits(held: Held, stamp: Stamp, mark: Mark | None) -> None:
    """Whether all is in the file that was acknowledged.

    Raises:
        StartError: something is missing.
    """
    missing = mark.number - stamp.number if mark is not None else 0
    if missing <= 0:
        return
    if stamp == (0, 0):
        log.warning("DATABASE_URL: %s was used before, and is new or another one now", held.path)
        return
    what = f"{missing} changes" if 1 < missing <= MOST_MISSING else "changes" if missing > 1 else "change"
    held.bar_log()  # whoever looks for what is missing finds the log as it is
    raise StartError(
        f"DATABASE_URL: the last {what} saved in {held.path} can't be found, so it or "
        f"{held.log.name} was lost or replaced; put both back, restore a copy (python -m db restore FILE), "
        f"or delete {held.path.name}.lock to go on without them"
    )


def _stamp(connection: sqlite3.Connection) -> Stamp:
    """How far a file and its log are together."""
    (run,), (number,) = (
        connection.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version")
    )
    return Stamp(run, number)


def _begun(connect: Connect, before: Stamp) -> Stamp:
    """Stamps a file as in use, the file itself and not its log alone.

    Raises:
        StartError: somebody keeps it from that.
    """
    number = before.number + 1 if before.number else 1 + secrets.randbelow(FIRST)
    stamp = Stamp(1 + secrets.randbelow((1 << 31) - 1), number)
    with closing(connect()) as connection:
        restamp(connection, stamp)
        if not any(connection.execute(PUT_IN).fetchone()[0] == 0 for _ in range(TRIES)):
            raise StartError("DATABASE_URL: another program reads the file and does not end; end it")
    return stamp


def restamp(connection: sqlite3.Connection, stamp: Stamp) -> None:
    """Has a file say how far it is."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(f"PRAGMA application_id={stamp.run}")
        connection.execute(f"PRAGMA user_version={stamp.number}")
        connection.execute("COMMIT")
    finally:
        connection.rollback()
