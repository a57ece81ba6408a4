"""A database as it is after a thousand parties, and which tables a statement reads from end to end in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any, cast

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.store import Store, Transaction

ROWS = {
    "parties (id, platform, workspace, channel, started_ms, active_ms)": (
        1_000,
        "10000 + n, 'web', '', n, n, n",
    ),
    "members (id, platform, user_id, name)": (30_000, "10000 + n, 'web', n, 'Name'"),
    "changes (id, party_id, member_id, kind, vote_before, at_ms)": (
        30_000,
        "10000 + n, 10001 + n % 1000, 10001 + n % 29000, 'add', 0, n",
    ),
    "entries (id, party_id, state, title, artist, added_by, added_ms, ended_ms, ballot)": (
        30_000,
        "10000 + n, 10001 + n % 1000,"
        " CASE n % 3 WHEN 0 THEN 'played' WHEN 1 THEN 'queued' ELSE 'suggested' END,"
        " 'Title', 'Artist', 10001 + n % 29000, n, n, CASE n % 3 WHEN 2 THEN 10001 + n - n % 5 END",
    ),
    "votes (entry_id, member_id, value)": (30_000, "10000 + n, 10001 + n % 29000, 1"),
    "skips (entry_id, member_id)": (10_000, "10000 + n, 10001 + n % 29000"),
    "playbacks (party_id, host_id, device_id, device_name)": (1_000, "10000 + n, 10001 + n, '', ''"),
    "saves (party_id, started_ms, member_id, playlist_id)": (
        10_000,
        "10001 + n % 1000, n, 10001 + n % 29000, 'x'",
    ),
    "spotify_accounts (platform, user_id, name, workspace, sealed, linked_ms)": (
        10_000,
        "'slack', n, 'Name', n % 1000, 'x', n",
    ),
}
"""How many rows of which values, n counting from 1, each table has."""


async def fill(connection: AsyncConnection) -> None:
    """Fills PostgreSQL, whose planner scans what is small whatever indexes there are."""
    for table, (count, values) in ROWS.items():
        await connection.execute(
            text(f"INSERT INTO {table} SELECT {values} FROM generate_series(1, {count}) AS n")  # noqa: S608
        )
    # One song plays in every party.
    await connection.execute(
        text("UPDATE entries SET state = 'playing', ends_ms = id * 10 WHERE id <= 11000")
    )
    await connection.execute(text("ANALYZE"))


def connection_of(tx: Transaction) -> AsyncConnection:
    """What a transaction's statements run on."""
    visit: Any = tx._visit  # noqa: SLF001 - there is no other way to it
    connection: Any = visit._file.writer.connection if visit else tx._connection  # noqa: SLF001 - as above
    return cast(AsyncConnection, connection)


async def scanned(tx: Transaction, statement: str, values: Any) -> tuple[set[str], object]:
    """The tables that a statement reads from end to end, and the plan that says so."""
    connection = connection_of(tx)
    if connection.dialect.name == "postgresql":
        plan = await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values)
        tree = plan.scalar_one()
        return {node["Relation Name"] for node in _nodes(tree[0]["Plan"]) if _is_scan(node)}, tree
    plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    steps = [str(row.detail) for row in plan]
    return {
        step.split()[1]
        for step in steps
        if step.startswith("SCAN") and "uq_entries_playing" not in step  # holds only what plays
    }, steps


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for inner in node.get("Plans", ()):
        yield from _nodes(inner)


def _is_scan(node: dict[str, Any]) -> bool:
    """Whether a step reads a table or index (but `uq_entries_playing`) from its beginning or its end."""
    if node["Node Type"] in {"Index Scan", "Index Only Scan"}:
        sought: str = node.get("Index Cond", "IS NOT NULL)")
        return sought.endswith("IS NOT NULL)") and node["Index Name"] != "uq_entries_playing"
    return bool(node["Node Type"] == "Seq Scan")


@asynccontextmanager
async def heard(store: Store) -> AsyncIterator[list[tuple[str, Any]]]:
    """Each statement that runs meanwhile, with its values; SQLite's have theirs in the text."""
    found: list[tuple[str, Any]] = []
    engine = store._engine.sync_engine  # noqa: SLF001 - the statements have no other way out
    if engine.dialect.name == "postgresql":

        def note(_c: object, _cursor: object, statement: str, values: object, *_: object) -> None:
            found.append((statement, values))

        event.listen(engine, "before_cursor_execute", note)
        yield found
        event.remove(engine, "before_cursor_execute", note)
    else:
        file: Any = store._file  # noqa: SLF001 - as above
        drivers = file.writer.driver, file.reader.driver
        for driver in drivers:
            await driver.set_trace_callback(lambda statement: found.append((statement, ())))
        yield found
        for driver in drivers:
            await driver.set_trace_callback(None)
