"""Looks whether a SQLite file is whole: quickly when it is opened, thoroughly behind the bot's back.

`PRAGMA quick_check` reads every page once; `PRAGMA integrity_check` also looks up every row in every index,
which takes many times as long (sqlite.org/pragma.html#pragma_integrity_check).
"""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

from bot.party.errors import StartError

log = logging.getLogger(__name__)

QUICK_S = 1.0
"""A file that is not looked through after so long is looked through later."""
TELL_EVERY_S = 10.0
"""How often the log says how far a thorough look is."""
CACHE_KIB = 32_768
"""How much of a file a thorough look has in memory: indexes lead it here and there."""
NICE = 15
"""How far back it stands for a processor."""
_DAMAGED = "DATABASE_URL: {} is damaged ({}); stop me, and restore a copy: python -m db restore FILE"
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"


def looked_through(connection: sqlite3.Connection, path: Path, within_s: float = QUICK_S) -> bool:
    """Whether a file was looked through in time, before anything is written to it.

    Raises:
        StartError: it is damaged.
    """
    done = threading.Event()

    def end() -> None:
        while not done.wait(within_s):
            connection.interrupt()

    ending = threading.Thread(target=end, name="quick")
    ending.start()
    try:
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return False
        raise
    finally:
        done.set()
        ending.join()  # or it might end another statement
    if found != "ok":
        raise StartError(_DAMAGED.format(path, " ".join(str(found).split())))
    return True


class Thorough:
    """A thorough look through a file that is in use, in a thread of its own; the log says how far it is.

    Args:
        connect: opens the file.
        path: its name.
        quick: whether it was looked through quickly already.
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection], path: Path, *, quick: bool) -> None:
        self._connect, self._path, self._quick = connect, path, quick
        self._connection: sqlite3.Connection | None = None
        self._stopped = False

    async def run(self) -> None:
        """Looks to the end, or until it is cancelled."""
        with ThreadPoolExecutor(1, "thorough") as thread:
            looking = asyncio.get_running_loop().run_in_executor(thread, self._look)
            try:
                await asyncio.shield(looking)
            except asyncio.CancelledError:
                self._stop()
                await asyncio.gather(looking, return_exceptions=True)
                raise

    def _stop(self) -> None:
        self._stopped = True
        if self._connection is not None:
            self._connection.interrupt()

    def _look(self) -> None:
        with suppress(AttributeError, OSError):  # on Linux that is this thread alone
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
        try:
            with closing(self._connect()) as connection:
                self._connection = connection
                self._go_through(connection)
        except sqlite3.Error as error:
            if not self._stopped:
                log.error(_DAMAGED.format(self._path, error))

    def _go_through(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA query_only=ON")
        connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
        tables = [str(name) for (name,) in connection.execute(_TABLES)]
        began_s = told_s = time.monotonic()
        log.info("Looking through %s thoroughly, beside all else: %d tables.", self._path, len(tables))
        for done, found in enumerate(self._steps(connection, tables)):
            if self._stopped:
                return
            if found:
                log.error(_DAMAGED.format(self._path, " ".join(found.split())))
                return
            if time.monotonic() - told_s >= TELL_EVERY_S:
                told_s = time.monotonic()
                log.info(
                    "Looked through %d of %d tables of %s.", min(done, len(tables)), len(tables), self._path
                )
        log.info("Looked through all of %s in %.1f s: it is whole.", self._path, time.monotonic() - began_s)

    def _steps(self, connection: sqlite3.Connection, tables: list[str]) -> Iterator[str]:
        """What each step finds wrong: each table with its indexes, then what refers to what."""
        if not self._quick:
            yield _unless_ok(connection, "PRAGMA quick_check(1)")
        for name in tables:
            quoted = name.replace('"', '""')
            yield _unless_ok(connection, f'PRAGMA integrity_check("{quoted}")')
        torn = connection.execute("PRAGMA foreign_key_check").fetchone()
        yield f"row {torn[1]} of {torn[0]} refers to nothing" if torn else ""


def _unless_ok(connection: sqlite3.Connection, check: str) -> str:
    found = str(connection.execute(check).fetchone()[0])
    return "" if found == "ok" else found
