"""A database as it is after a thousand parties, and which tables a statement reads from end to end in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from db.engine.postgres import connect
from db.store import Store
from tests.db.raw import engine_of, file_of, run_sql
from tests.patience import PATIENCE_S

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
    "passes (digest, party_id, way, secret, platform, user_id, name, made_ms, ends_ms)": (
        20_000,
        "n, 10001 + n % 1000, CASE n % 10 WHEN 0 THEN 'guest' ELSE 'member' END, 'x', 'discord', n % 5000,"
        " 'Name', n, CASE n % 10 WHEN 0 THEN 0 ELSE n END",
    ),
    "nicknames (party_id, looks, user_id, name, seen_ms)": (20_000, "10001 + n % 1000, n, n, 'Name', n"),
    "nights (digest, secret, party_id, title, started_ms, ended_ms, ends_ms)": (
        5_000,
        "n, 'x', 10001 + n % 1000, 'Title', n, n, n",
    ),
    "spotify_accounts (platform, user_id, name, workspace, sealed, linked_ms)": (
        10_000,
        "'slack', n, 'Name', n % 1000, 'x', n",
    ),
}
"""How many rows of which values, n counting from 1, each table has."""


async def fill(store: Store) -> None:
    """Fills PostgreSQL, whose planner scans what is small whatever indexes there are; not SQLite."""
    engine = engine_of(store)
    if engine is None:
        return
    filling = await connect(engine, PATIENCE_S)  # it takes longer than a request may
    try:
        for table, (count, values) in ROWS.items():
            await filling.execute(
                f"INSERT INTO {table} SELECT {values} FROM generate_series(1, {count}) AS n"  # noqa: S608
            )
        # One song plays in every party.
        await filling.execute("UPDATE entries SET state = 'playing', ends_ms = id * 10 WHERE id <= 11000")
        await filling.execute("ANALYZE")
    finally:
        await filling.close()


_COUNTED = "WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {most})"
_ANYBODY = "(SELECT min(id) FROM members)"
_PAST = {
    "changes (id, party_id, member_id, kind, vote_before, at_ms)": (
        "{first} - n, {party}, {anybody}, 'next', 0, {at_ms}"
    ),
    "entries (id, party_id, state, title, artist, track_id, added_ms, ballot, because)": (
        "{first} - n, {party}, 'suggested', 'Song ' || n, 'Somebody', 'no id ' || n, {at_ms},"
        " {first} - 1 - n / 5, '[]'"
    ),
    "entries (id, party_id, state, title, artist, added_ms, started_ms, ended_ms, added_by)": (
        "{first} - 1000000 - n, {party}, 'played', 'Song ' || n, 'Nobody', 5 + n, 5 + n, 5 + n, {anybody}"
    ),
}


async def fill_party(store: Store, party_id: int, *, suggested: int, at_ms: int, played: int = 0) -> None:
    """Gives a party suggestions of one moment that nobody voted on, and songs of an earlier night.

    Their numbers are less than all others: they came before whatever the party has.
    """
    values = {"first": -10_000_000 * party_id, "party": party_id, "at_ms": at_ms, "anybody": _ANYBODY}
    for (table, row), most in zip(_PAST.items(), (1 + suggested // 5, suggested, played), strict=True):
        if most:
            counted = _COUNTED.format(most=most)
            statement = f"INSERT INTO {table} {counted} SELECT {row.format(**values)} FROM counted"  # noqa: S608
            await run_sql(store, statement)
    if engine_of(store) is not None:
        await run_sql(store, "ANALYZE")


async def scanned(store: Store, statement: str, values: Any) -> tuple[set[str], object]:
    """The tables that a statement reads from end to end, and the plan that says so."""
    if engine_of(store) is not None:
        [[tree]] = await run_sql(store, f"EXPLAIN (FORMAT JSON) {statement}", values)
        return {node["Relation Name"] for node in nodes(tree[0]["Plan"]) if _is_scan(node)}, tree
    steps = [str(row[-1]) for row in await run_sql(store, f"EXPLAIN QUERY PLAN {statement}", values)]
    return {
        step.split()[1]
        for step in steps
        if step.startswith("SCAN") and "uq_entries_playing" not in step  # holds only what plays
    }, steps


async def effort(store: Store, statements: Iterable[tuple[str, Any]]) -> int:
    """How much the database does for the queries among these: SQLite's steps, or PostgreSQL's rows."""
    asked = [each for each in statements if each[0].startswith(("SELECT", "WITH"))]
    assert asked
    if engine_of(store) is None:
        return sum([await _steps(store, statement) for statement, _ in asked])
    plans = [await run_sql(store, f"EXPLAIN (ANALYZE, FORMAT JSON) {each[0]}", each[1]) for each in asked]
    return sum(map(_rows, (node for [[tree]] in plans for node in nodes(tree[0]["Plan"]))))


async def _steps(store: Store, statement: str) -> int:
    """How many instructions of its machine SQLite runs for a statement."""
    done = 0

    def count() -> int:
        nonlocal done
        done += 1
        return 0

    reader = file_of(store).reader
    await reader.set_progress_handler(count, 1)
    await reader.execute_fetchall(statement)
    await reader.set_progress_handler(None, 1)  # type: ignore[arg-type] # its types lack what it takes
    return done


def _rows(node: dict[str, Any]) -> int:
    """How many rows of a table a step of a plan has looked at.

    Those of `members` do not count: there are as many as there are, and where PostgreSQL expects many songs
    it reads them from end to end instead of seeking each.
    """
    if node.get("Relation Name", "members") == "members":
        return 0
    removed = sum(node.get(f"Rows Removed by {each}", 0) for each in ("Filter", "Join Filter"))
    return int((node["Actual Rows"] + removed) * node["Actual Loops"])


def nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A plan's steps."""
    yield node
    for inner in node.get("Plans", ()):
        yield from nodes(inner)


def _is_scan(node: dict[str, Any]) -> bool:
    """Whether a step reads a table or index (but `uq_entries_playing`) from its beginning or its end."""
    if node["Node Type"] in {"Index Scan", "Index Only Scan"}:
        sought: str = node.get("Index Cond", "IS NOT NULL)")
        return sought.endswith("IS NOT NULL)") and node["Index Name"] != "uq_entries_playing"
    return bool(node["Node Type"] == "Seq Scan")
