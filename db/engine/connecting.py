"""Connections to a SQLite file as the bot has it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, NullPool, create_engine, event

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
STATEMENTS = 256
"""So many are kept prepared: each commit has one of its own, which may push out none of the others."""


def make_private(path: Path) -> None:
    """Lets nobody else read a file, or what SQLite will keep beside it."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)


def connected(path: Path) -> sqlite3.Connection:
    """A connection to a file as the bot has it."""
    connection = sqlite3.connect(path, isolation_level=None, cached_statements=STATEMENTS)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


@contextmanager
def writing(connect: Callable[[], sqlite3.Connection]) -> Iterator[Connection]:
    """A transaction through SQLAlchemy, which nobody else may write beside."""
    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
    event.listen(engine, "begin", _begin_immediate)
    with engine.begin() as connection:
        yield connection


def _begin_immediate(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
