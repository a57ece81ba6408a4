"""All rows of one database in another, counted and compared."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, String, Table, delete, func, insert, select, text

from bot.party.errors import StartError
from db.schema import metadata

AT_ONCE = 1_000
"""So many rows are on their way at a time."""

Told = Callable[[str, int], None]
"""Told a table and how many of its rows have come over so far."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What a table holds: how many rows, and the SHA-256 of all of them in the order of their keys."""

    count: int
    digest: str


def rows_of(connection: Connection) -> dict[str, Rows]:
    """What every table of a database holds, by name."""
    return {table.name: _rows(connection, table) for table in metadata.sorted_tables}


def is_empty(connection: Connection) -> bool:
    """Whether no table holds a row."""
    return not any(connection.scalar(select(select(table).exists())) for table in metadata.sorted_tables)


def copy_all(here: Connection, there: Connection, told: Told) -> dict[str, Rows]:
    """Copies every row from one database with today's tables into another, whose tables are empty.

    Both are in a transaction, which is for the caller to end.

    Raises:
        StartError: what has arrived is not what was sent.
    """
    copied = {}
    for table in metadata.sorted_tables:
        sent = _Sum()
        for chunk in _chunks(here, table):
            there.execute(insert(table), [row._asdict() for row in chunk])
            sent.add(chunk)
            told(table.name, sent.count)
        copied[table.name] = sent.rows
        _number_on(there, table)
    if rows_of(there) != copied:
        raise StartError(
            "What arrived is not what was sent; nothing is changed. Look at the disk, then try again"
        )
    return copied


def empty_all(connection: Connection) -> None:
    """Takes every row out of every table."""
    for table in reversed(metadata.sorted_tables):
        connection.execute(delete(table))


class _Sum:
    """Counts rows, and sums them up."""

    def __init__(self) -> None:
        self.count = 0
        self._sha = hashlib.sha256()

    def add(self, rows: list[Any]) -> None:
        self.count += len(rows)
        for row in rows:
            self._sha.update(repr(tuple(row)).encode("utf-8", "surrogatepass"))

    @property
    def rows(self) -> Rows:
        return Rows(self.count, self._sha.hexdigest())


def _rows(connection: Connection, table: Table) -> Rows:
    found = _Sum()
    for chunk in _chunks(connection, table):
        found.add(chunk)
    return found.rows


def _chunks(connection: Connection, table: Table) -> Iterator[list[Any]]:
    """The rows in the order of their keys, which is the same in every database."""
    keys = [
        column.collate("C")  # by bytes, as SQLite does it
        if isinstance(column.type, String) and connection.dialect.name == "postgresql"
        else column
        for column in table.primary_key.columns
    ]
    found = connection.execute(select(table).order_by(*keys).execution_options(yield_per=AT_ONCE))
    for chunk in found.partitions():
        yield list(chunk)


def _number_on(connection: Connection, table: Table) -> None:
    """PostgreSQL goes on numbering behind the rows that came with their numbers; SQLite does by itself."""
    if connection.dialect.name != "postgresql" or "id" not in table.c:
        return
    highest = connection.scalar(select(func.max(table.c.id)))
    if highest is not None:
        sequence = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :highest)")
        connection.execute(sequence, {"name": table.name, "highest": highest})
