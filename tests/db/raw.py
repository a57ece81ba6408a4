"""Ways past a store's own words: any SQL, and the connections that it would run on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine.postgres import PostgresDatabase
from db.engine.sqlite import SqliteFile
from db.store import Store


def database_of(store: Store) -> SqliteFile | PostgresDatabase:
    """What a store is kept in."""
    return cast(Any, store)._database  # type: ignore[no-any-return] # noqa: SLF001 - there is no other way to it


def file_of(store: Store) -> SqliteFile:
    """The file that a store is kept in."""
    file = database_of(store)
    assert isinstance(file, SqliteFile)
    return file


def engine_of(store: Store) -> AsyncEngine | None:
    """SQLAlchemy's engine of PostgreSQL; None for SQLite."""
    database = database_of(store)
    return database.engine if isinstance(database, PostgresDatabase) else None


async def run_sql(store: Store, statement: str, values: Any = ()) -> list[tuple[Any, ...]]:
    """The rows that any statement leads to, which is committed at once."""
    engine = engine_of(store)
    if engine is None:
        return [tuple(row) for row in await file_of(store).writer.execute_fetchall(statement, values)]
    async with engine.begin() as connection:
        result = await connection.exec_driver_sql(statement, values)
        return [tuple(row) for row in result] if result.returns_rows else []


@asynccontextmanager
async def heard(store: Store) -> AsyncIterator[list[tuple[str, Any]]]:
    """Each statement that runs meanwhile, with its values; SQLite's have theirs in the text."""
    found: list[tuple[str, Any]] = []
    engine = engine_of(store)
    if engine is not None:

        def note(_c: object, _cursor: object, statement: str, values: object, *_: object) -> None:
            found.append((statement, values))

        event.listen(engine.sync_engine, "before_cursor_execute", note)
        yield found
        event.remove(engine.sync_engine, "before_cursor_execute", note)
    else:
        drivers = file_of(store).writer, file_of(store).reader
        for driver in drivers:
            await driver.set_trace_callback(lambda statement: found.append((statement, ())))
        yield found
        for driver in drivers:
            await driver.set_trace_callback(None)  # type: ignore[arg-type] # its types lack what it takes
