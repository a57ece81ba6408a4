"""What a party's rows cost PostgreSQL: how large they are, what queries read, whether partitions pay.

`python -m tests.measure.fleet.rows`: a server of its own, rows like those of parties, the real use cases.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot.__main__ import run_on_loop
from bot.party.errors import PartyError
from bot.party.words import Member, Room
from bot.recommend.bundle import open_bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.service import PartyService
from bot.settings import STARTER
from db.store import Store, Transaction, open_store
from tests.db.raw import engine_of, heard
from tests.measure.promises import percentile
from tests.postgres import MIGRATED, Server, missing, running

SETTINGS = """
max_connections = 100
shared_buffers = 512MB
max_wal_size = 4GB
"""
"""PostgreSQL as it comes, but for a cache that fits the machine, and room for loading."""
OF_A_ROOM, PEOPLE, SHARE_PLAYING = 60, 5, 10
"""How many entries a room has had, how many people a room, and of how many rooms one has a party now."""
STATES = (
    f"CASE WHEN k = 0 AND room % {SHARE_PLAYING} = 0 THEN 'playing' WHEN k < 6 THEN 'queued' "
    "WHEN k < 36 THEN 'played' WHEN k < 40 THEN 'skipped' WHEN k < 42 THEN 'removed' ELSE 'suggested' END"
)
FILL = {
    "parties": (
        "INSERT INTO parties (id, platform, workspace, channel, started_ms, active_ms, card, "
        "autopilot_below) "
        "SELECT n, 'discord', n, n, {now} - 3600000, {now} - n % 100 * 36000000::bigint, n, "
        "CASE WHEN n % 20 = 0 THEN 3 ELSE 0 END FROM generate_series({first}, {last}) AS n"
    ),
    "members": (
        "INSERT INTO members (id, platform, user_id, name) SELECT n, 'discord', n, 'Guest ' || n "
        "FROM generate_series({first} * 5 - 4, {last} * 5) AS n"
    ),
    "changes": (
        "INSERT INTO changes (id, party_id, member_id, kind, entry_id, vote_before, at_ms, key) "
        "SELECT room * 120 + k, room, room * 5 - k % 5, CASE WHEN k % 2 = 0 THEN 'add' ELSE 'vote' END, "
        "room * 60 + k / 2, 0, {now} - k * 60000, 'discord:15769' || (room * 120 + k) * 7919 "
        "FROM generate_series({first}::bigint, {last}) AS room, generate_series(0, 119) AS k"
    ),
    "entries": (
        "INSERT INTO entries (id, party_id, state, track_id, title, artist, album, year, duration_ms, "
        "added_by, added_ms, started_ms, ends_ms, ended_ms, ballot, match, because) "
        "SELECT room * 60 + k, room, "
        + STATES
        + ", 't' || (k * 7919 + room) % 100000, 'A Song of Common Length', 'An Artist or Two', "
        "'The Album It Came On', 1960 + k, 210000, CASE WHEN k < 42 THEN room * 5 - k % 5 END, "
        "{now} - k * 60000, CASE WHEN k < 40 THEN {now} - k * 60000 END, {now} + 600000, "
        "CASE WHEN k BETWEEN 6 AND 41 THEN {now} - k * 60000 END, "
        "CASE WHEN k >= 42 THEN room * 120 + k / 6 * 6 END, CASE WHEN k >= 42 THEN 0.5 END, "
        'CASE WHEN k >= 42 THEN \'["A Song", "Another Song"]\' END '
        "FROM generate_series({first}::bigint, {last}) AS room, generate_series(0, 59) AS k"
    ),
    "votes": (
        "INSERT INTO votes (entry_id, member_id, value) SELECT room * 60 + k, room * 5 - who, 1 "
        "FROM generate_series({first}::bigint, {last}) AS room, generate_series(0, 59) AS k, "
        "generate_series(0, 1) AS who"
    ),
}
"""The rows of some rooms: 60 entries a room with two votes each, and 120 lines of the diary."""
UNCHECKED = "SET session_replication_role = replica"
"""The rows are whole as they are made, and to check each costs most of the time."""
OUT_OF_THE_WAY = 1_000_000_000
"""The use cases number what they write from here."""
TABLES = ("parties", "members", "entries", "votes", "changes")


def fill(server: Server, database: str, first: int, last: int) -> dict[str, float]:
    """Writes the rows of these rooms, unchecked; returns how many a second of each table."""
    rates = {}
    for table, sql in FILL.items():
        begun = time.monotonic()
        told = sql.format(first=first, last=last, now=int(time.time() * 1000))
        counted = f"WITH new AS ({told} RETURNING 1) SELECT count(*) FROM new"  # noqa: S608 - our own
        count = int(server.run(f"{UNCHECKED}; {counted}", database))
        rates[table] = count / (time.monotonic() - begun)
    for table in TABLES:
        if table != "votes":
            numbers = f"{table}_id_seq"
            moved = f"SELECT setval('{numbers}', greatest(last_value, {OUT_OF_THE_WAY})) FROM {numbers}"  # noqa: S608
            server.run(moved, database)
    server.run("VACUUM ANALYZE", database)
    return rates


SIZES = (
    "SELECT json_build_object('table', relname, 'rows', n_live_tup, 'heap', pg_relation_size(relid), "
    "'indexes', (SELECT json_object_agg(indexrelid::regclass::text, pg_relation_size(indexrelid)) "
    "FROM pg_index WHERE indrelid = relid)) FROM pg_stat_user_tables WHERE n_live_tup > 0 ORDER BY relname"
)


def sizes(server: Server, database: str) -> Iterator[tuple[str, int, float, dict[str, float]]]:
    """Each table's rows, and megabytes of the table and of each index for a million rows."""
    for line in server.run(SIZES, database).splitlines():
        found = json.loads(line)
        scale = found["rows"] / 1e6 * 2**20
        indexes = {name: size / scale for name, size in (found["indexes"] or {}).items()}
        if found["table"] in TABLES:
            yield found["table"], found["rows"], found["heap"] / scale, indexes


@dataclass(frozen=True)
class Read:
    """What one query took: the pages it touched and its time, and which tables it read from end to end."""

    milliseconds: float
    planning_ms: float
    pages: int
    scans: frozenset[str]


Hot = Callable[[Transaction, int, Room, Member, int], Awaitable[object]]
HOT: dict[str, Hot] = {
    "a request: its party, member, key": lambda tx, _p, room, who, _n: tx.parties.enter(room, 0, who, "none"),
    "what waits, with votes": lambda tx, party, *_: tx.entries.waiting(party),
    "a card: all of standing": lambda tx, party, _r, _w, now: tx.entries.standing(party, now - 1_800_000),
    "the last ten songs": lambda tx, party, *_: tx.entries.history(party, 10),
    "tonight's songs, for a ballot": lambda tx, party, _r, _w, now: tx.entries.heard(party, now - 3_600_000),
    "whose turn it is": lambda tx, party, *_: tx.entries.last_started_ms(party),
    "what can be undone": lambda tx, party, _r, who, _n: tx.diary.last_undoable(party, who),
    "a member's favourites": lambda tx, _p, _r, who, _n: tx.votes.wanted(who, 500),
    "a member's rooms": lambda tx, _p, _r, who, now: tx.parties.of_member(who, now - 43_200_000),
    "clock: songs that are over": lambda tx, _p, _r, _w, now: tx.parties.overdue(now, 6_000),
    "clock: wishes to skip": lambda tx, *_: tx.parties.with_skip_votes(),
    "clock: autopilots low on songs": lambda tx, _p, _r, _w, now: tx.parties.low_on_songs(now - 1_800_000),
    "every minute: parties that are over": lambda tx, _p, _r, _w, now: tx.nights.over(
        (now - 43_200_000 - 60_000, 0), now - 43_200_000, 20
    ),
    "start: cards of the last 12 hours": lambda tx, _p, _r, _w, now: tx.parties.with_cards(
        "discord", now - 43_200_000
    ),
    "start: all servers": lambda tx, *_: tx.parties.workspaces("discord"),
}
"""What is asked often, by what for."""


async def reads(store: Store, rooms: int, name: str) -> Read:
    """Runs a query a few times for rooms by chance, and has PostgreSQL say what it took."""
    rng = random.Random(0)  # noqa: S311 - no secret
    found = []
    for _ in range(5):
        room = rng.randint(1, rooms)
        place, who = (
            Room("discord", str(room), str(room)),
            Member("discord", str(room * 5), f"Guest {room * 5}"),
        )
        async with heard(store) as statements, store.reading() as tx:
            await HOT[name](tx, room, place, who, int(time.time() * 1000))
        found.append(
            await _explained(store, [each for each in statements if each[0][:6] in {"SELECT", "WITH d"}])
        )
    return sorted(found, key=lambda each: each.milliseconds)[len(found) // 2]


async def _explained(store: Store, statements: list[tuple[str, Any]]) -> Read:
    engine = engine_of(store)
    assert engine is not None
    took, planned, pages, scans = 0.0, 0.0, 0, set[str]()
    async with engine.connect() as connection:
        for statement, values in statements:
            asked = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}"
            [[tree]] = (await connection.exec_driver_sql(asked, values)).all()
            took += tree[0]["Execution Time"]
            planned += tree[0]["Planning Time"]
            for node in _nodes(tree[0]["Plan"]):
                if node["Node Type"] == "Seq Scan":
                    scans.add(node["Relation Name"])
            pages += tree[0]["Plan"]["Shared Hit Blocks"] + tree[0]["Plan"]["Shared Read Blocks"]
    return Read(took, planned, pages, frozenset(scans))


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for inner in node.get("Plans", ()):
        yield from _nodes(inner)


@dataclass(frozen=True)
class Pace:
    """What one kind of use case costs."""

    name: str
    a_second: float
    median_ms: float
    rows: float  # written for each
    wal_kb: float
    server_ms: float  # of PostgreSQL's processor time
    bot_ms: float  # of the bot's, with its recommender


async def paces(store: Store, server: Server, database: str, rooms: int, seconds: float) -> list[Pace]:
    """The real use cases at once in rooms by chance, eight at a time as a busy process has them."""
    bundle = open_bundle(STARTER)
    with closing(Catalogue.open(bundle)) as catalogue:
        party = PartyService(store, catalogue, Recommender(bundle, catalogue, seed=0))
        rng = random.Random(1)  # noqa: S311 - no secret
        songs = [catalogue.track(index) for index in range(5_000)]
        await catalogue.search("take on me")  # from then on it knows all songs

        async def add(room: Room, who: Member, key: str) -> None:
            await party.queue.add(room, who, f"track:{rng.choice(songs).track_id}", key)

        async def vote(room: Room, who: Member, key: str) -> None:
            entry = int(room.workspace) * 60 + rng.randint(1, 5)
            await party.ballots.vote(room, who, entry, rng.choice((1, -1)), key)

        async def ask(room: Room, who: Member, key: str) -> None:
            await party.ballots.next(room, who, key=key)

        async def look(room: Room, _who: Member, _key: str) -> None:
            await party.insight.now(room, history=0)

        kinds = {"add": add, "vote": vote, "next": ask, "look at a card": look}
        found = [await _pace(name, run, server, database, rooms, seconds, rng) for name, run in kinds.items()]
        await party.close()
    return found


Act = Callable[[Room, Member, str], Awaitable[None]]


async def _pace(
    name: str, act: Act, server: Server, database: str, rooms: int, seconds: float, rng: random.Random
) -> Pace:
    took: list[float] = []
    end = time.monotonic() + seconds

    async def person(number: int) -> None:
        while (begun := time.monotonic()) < end:
            room = rng.randint(1, rooms)
            place = Room("discord", str(room), str(room))
            who = Member("discord", str(room * 5 - number % PEOPLE), f"Guest {room * 5 - number % PEOPLE}")
            with suppress(PartyError):  # small rooms are full soon
                await act(place, who, f"{name}:{number}:{begun}")
            took.append(time.monotonic() - begun)

    before, cpu, begun = _counters(server, database), time.process_time(), time.monotonic()
    await asyncio.gather(*(person(number) for number in range(8)))
    elapsed, cpu = time.monotonic() - begun, time.process_time() - cpu
    written, wal, server_s = (b - a for a, b in zip(before, _counters(server, database), strict=True))
    count = len(took)
    return Pace(
        name,
        count / elapsed,
        1000 * percentile(took, 0.5),
        written / count,
        wal / count / 1024,
        1000 * server_s / count,
        1000 * cpu / count,
    )


def _counters(server: Server, database: str) -> tuple[float, float, float]:
    """Rows written so far, bytes of the write-ahead log, and seconds of processor time of all backends."""
    told = server.run(
        "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del), pg_current_wal_lsn() - '0/0' "
        "FROM pg_stat_user_tables",
        database,
    ).split("|")
    return float(told[0]), float(told[1]), _processor_s(server)


def _processor_s(server: Server) -> float:
    main = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
    ticks = 0
    for folder in Path("/proc").iterdir():
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split() if folder.name.isdigit() else []
        except OSError:
            continue
        if fields and (int(fields[1]) == main or int(folder.name) == main):
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


WAYS = {
    "by its number, to change it": "UPDATE {table} SET pin = 1 WHERE id = {entry}",
    "by party and number": "SELECT * FROM {table} WHERE party_id = {room} AND id = {entry}",
    "what waits in a party": (
        "SELECT * FROM {table} WHERE party_id = {room} AND state IN ('queued', 'playing')"
    ),
    "what plays anywhere": "SELECT count(*) FROM {table} WHERE state = 'playing'",
}
"""How entries are sought."""


def partitioned(server: Server, database: str, parts: int) -> dict[str, tuple[float, float]]:
    """The same entries in so many partitions by room, 1 for none: milliseconds to plan and to run each."""
    table = "entries"
    if parts > 1:
        table = f"entries_by_{parts}"
        made = [
            f"CREATE TABLE {table} (LIKE entries INCLUDING DEFAULTS, PRIMARY KEY (party_id, id)) "
            "PARTITION BY HASH (party_id)"
        ]
        made += [
            f"CREATE TABLE {table}_{part} PARTITION OF {table} "
            f"FOR VALUES WITH (MODULUS {parts}, REMAINDER {part})"
            for part in range(parts)
        ]
        made += [
            f"INSERT INTO {table} SELECT * FROM entries",  # noqa: S608 - our own names
            f"CREATE INDEX ON {table} (id)",
            f"CREATE INDEX ON {table} (party_id, state)",
            f"CREATE INDEX ON {table} (ballot)",
            f"CREATE INDEX ON {table} (added_by)",
            f"CREATE UNIQUE INDEX ON {table} (party_id) WHERE state = 'playing'",
            f"ANALYZE {table}",
        ]
        for each in made:
            server.run(each, database)
    found = {}
    rooms = int(server.run("SELECT max(id) FROM parties", database))
    rng = random.Random(2)  # noqa: S311 - no secret
    for way, sql in WAYS.items():
        took = []
        for _ in range(25):
            room = rng.randint(1, rooms)
            told = sql.format(table=table, room=room, entry=room * 60 + 3)
            tree = json.loads(server.run(f"EXPLAIN (ANALYZE, FORMAT JSON) {told}", database))[0]
            took.append((tree["Planning Time"], tree["Execution Time"]))
        found[way] = percentile([a for a, _ in took], 0.5), percentile([b for _, b in took], 0.5)
    return found


@asynccontextmanager
async def opened(server: Server) -> AsyncIterator[tuple[Store, str]]:
    """A store on a fresh database, and the database's name."""
    with server.database(MIGRATED) as database:
        async with open_store(server.url(database)) as store:
            yield store, database


async def measure(console: Console, entries: int, seconds: float, parts: tuple[int, ...]) -> None:
    """Measures all at a tenth of the rows and at all of them, and prints it."""
    with running(SETTINGS) as server:
        async with opened(server) as (store, database):
            rooms, done = entries // OF_A_ROOM, 0
            told: dict[str, list[Read]] = {}
            pace: list[list[Pace]] = []
            for upto in (rooms // 10, rooms):
                rates = fill(server, database, done + 1, upto)
                done = upto
                for name in HOT:
                    told.setdefault(name, []).append(await reads(store, done, name))
                console.print(_sizes(server, database, rates))
                pace.append(await paces(store, server, database, done, seconds))
                server.run("VACUUM ANALYZE", database)
            console.print(_queries(told, entries))
            console.print(_paces(pace, entries))
            if parts:
                console.print(_parts({each: partitioned(server, database, each) for each in (1, *parts)}))


def _table(title: str, *columns: str) -> Table:
    shown = Table(title=title)
    for number, column in enumerate(columns):
        shown.add_column(column, justify="left" if number == 0 else "right")
    return shown


def _sizes(server: Server, database: str, rates: dict[str, float]) -> Table:
    shown = _table("Rows", "table", "rows", "loaded a second", "MB a million rows", "of it indexes")
    for name, rows, heap, indexes in sizes(server, database):
        each = ", ".join(f"{index.removeprefix(f'ix_{name}_')} {size:.0f}" for index, size in indexes.items())
        shown.add_row(name, f"{rows:,}", f"{rates[name]:,.0f}", f"{heap + sum(indexes.values()):.0f}", each)
    return shown


def _queries(told: dict[str, list[Read]], entries: int) -> Table:
    title = f"Queries at {entries // 10:,} and {entries:,} entries"
    shown = _table(title, "query", "pages", "pages", "ms", "ms", "to plan", "read from end to end")
    for name, (small, large) in told.items():
        shown.add_row(
            name,
            f"{small.pages:,}",
            f"{large.pages:,}",
            f"{small.milliseconds:.2f}",
            f"{large.milliseconds:.2f}",
            f"{large.planning_ms:.2f}",
            ", ".join(sorted(large.scans)),
        )
    return shown


def _paces(found: list[list[Pace]], entries: int) -> Table:
    title = f"Use cases, eight at a time, at {entries // 10:,} and {entries:,} entries"
    shown = _table(
        title, "use case", "a second", "median ms", "rows written", "log, KB", "server ms", "bot ms"
    )
    for each in (pace for pair in zip(*found, strict=True) for pace in pair):
        figures = (each.a_second, each.median_ms, each.rows, each.wal_kb, each.server_ms, each.bot_ms)
        shown.add_row(each.name, *(f"{figure:.1f}" for figure in figures))
    return shown


def _parts(found: dict[int, dict[str, tuple[float, float]]]) -> Table:
    shown = _table("Entries in partitions by room: ms to plan + to run", "sought", *map(str, found))
    for way in WAYS:
        shown.add_row(way, *(f"{each[way][0]:.2f} + {each[way][1]:.2f}" for each in found.values()))
    return shown


def main(
    entries: Annotated[int, typer.Option(help="How many entries there are at the end.")] = 2_000_000,
    seconds: Annotated[float, typer.Option(help="How long each use case is measured.")] = 5.0,
    partitions: Annotated[str, typer.Option(help="How many partitions to try, comma separated.")] = "16",
) -> None:
    """Measures what rows cost PostgreSQL."""
    reason = missing()
    if reason:
        raise typer.BadParameter(reason)
    parts = tuple(int(each) for each in partitions.split(",") if each)
    run_on_loop(measure(Console(width=150), entries, seconds, parts))


if __name__ == "__main__":
    typer.run(main)
