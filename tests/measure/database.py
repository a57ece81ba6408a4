"""How fast people's requests get through to a database, beside bare transactions on it in the same run.

`make bench-db`, or `python -m tests.measure.database`. Sixteen tasks add, vote, look, take out and ask for
suggestions, all at once. A bare transaction is BEGIN, one INSERT of a row like the diary's, and COMMIT, on a
connection as the bot has it: SQLite's in one thread, PostgreSQL's on as many as the bot's pool has. Both
take turns, so that a busy machine is busy for both.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import statistics
import tempfile
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import asyncpg
import typer
from rich.console import Console
from rich.table import Table

from bot.__main__ import run_on_loop
from bot.party.errors import PartyError
from bot.party.words import Room
from bot.service import PartyService
from db.engine.connecting import connected
from db.engine.postgres import DRIVER, POOL_SIZE
from db.store import open_store
from tests.measure.promises import percentile
from tests.measure.torture.asks import MODERATOR, person
from tests.measure.torture.songs import COUNT, Songs, named
from tests.postgres import AS_SHIPPED, MIGRATED, Server, missing, running

MIX = {"add": 25, "vote": 35, "look": 20, "take out": 15, "next": 5}
"""Of a hundred requests so many are of each kind."""
TASKS_A_ROOM = 2
MAKE = "CREATE TABLE bare (id {number} PRIMARY KEY, party_id bigint, kind text, at_ms bigint, key text)"
INSERT = "INSERT INTO bare (party_id, kind, at_ms, key) VALUES (1, 'vote', {now}, 'discord:{number}')"

Bare = Callable[[int], Awaitable[None]]
"""Does so many bare transactions."""


@dataclass
class Pace:
    """How it went on one database."""

    name: str
    asked: list[float] = field(default_factory=list)  # requests a second, by turn
    changed: list[float] = field(default_factory=list)  # of them changes that were done
    bare: list[float] = field(default_factory=list)  # bare transactions a second
    took_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    @property
    def ratio(self) -> float:
        """Changes beside bare transactions: the median of the turns, each with what came right before it."""
        return statistics.median(ours / bare for ours, bare in zip(self.changed, self.bare, strict=True))


class Guest:
    """A task that does one thing after the other."""

    def __init__(self, party: PartyService, number: int, seed: int, pace: Pace) -> None:
        self._party, self._pace = party, pace
        self._rng = random.Random(seed * 1_000 + number)  # noqa: S311 - no secret
        self._room = Room("discord", "1", str(number // TASKS_A_ROOM))
        self._who = person("discord", f"{MODERATOR}{number}")
        self._mine: deque[int] = deque()
        self._seen: list[int] = []
        self._number, self._done = number, 0

    async def act(self, times: int) -> int:
        """Does so many things; returns how many of them changed something."""
        changed = 0
        for _ in range(times):
            [kind] = self._rng.choices([*MIX], [*MIX.values()])
            begun = time.perf_counter()
            with suppress(PartyError):
                changed += await self._do(kind, f"bench:{self._number}:{self._done}")
            self._done += 1
            self._pace.took_ms[kind].append(1000 * (time.perf_counter() - begun))
        return changed

    async def _do(self, kind: str, key: str) -> bool:
        party, room, who = self._party, self._room, self._who
        if kind == "add" or (kind == "take out" and not self._mine) or (kind == "vote" and not self._seen):
            added = await party.queue.add(room, who, named(self._rng.randrange(COUNT)), key)
            self._mine.append(added.entry.id)
            self._seen.append(added.entry.id)
        elif kind == "vote":
            await party.ballots.vote(
                room, who, self._rng.choice(self._seen[-20:]), self._rng.choice((-1, 1)), key
            )
        elif kind == "take out":
            await party.queue.remove(room, who, self._mine.popleft(), key)
        elif kind == "next":
            self._seen += [entry.id for entry in await party.ballots.next(room, who, key=key)]
        else:
            shown = await party.insight.now(room, history=0)
            self._seen += [entry.id for entry in shown.queue[:3]]
            return False
        return True


async def paced(name: str, url: str, bare: Bare, tasks: int, each: int, turns: int, seed: int) -> Pace:
    """Has tasks act and bare transactions happen, turn by turn."""
    pace = Pace(name)
    async with open_store(url) as store:
        songs = Songs(seed)
        party = PartyService(store, songs, songs)
        guests = [Guest(party, number, seed, Pace("warm")) for number in range(tasks)]
        await asyncio.gather(*(guest.act(3) for guest in guests))
        guests = [Guest(party, tasks + number, seed, pace) for number in range(tasks)]
        for _ in range(turns):
            count = each // turns
            begun = time.perf_counter()
            await bare(count * tasks)
            pace.bare.append(count * tasks / (time.perf_counter() - begun))
            begun = time.perf_counter()
            changed = sum(await asyncio.gather(*(guest.act(count) for guest in guests)))
            took_s = time.perf_counter() - begun
            pace.asked.append(count * tasks / took_s)
            pace.changed.append(changed / took_s)
        await party.close()
    return pace


@asynccontextmanager
async def bare_sqlite(file: Path) -> AsyncIterator[Bare]:
    """Bare transactions on a file of their own, in a thread."""
    with closing(connected(file)) as connection:
        connection.execute(MAKE.format(number="INTEGER"))

    def insert(count: int) -> None:
        with closing(connected(file)) as connection:
            for number in range(count):
                _insert(connection, number)

    yield lambda count: asyncio.to_thread(insert, count)


def _insert(connection: sqlite3.Connection, number: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(INSERT.format(now=int(time.time() * 1000), number=number))
    connection.execute("COMMIT")


@asynccontextmanager
async def bare_postgres(server: Server, database: str) -> AsyncIterator[Bare]:
    """Bare transactions on some connections at once."""
    server.run(MAKE.format(number="bigserial"), database)
    dsn = server.url(database).replace(DRIVER, "postgresql")
    pool = await asyncpg.create_pool(dsn, min_size=POOL_SIZE, max_size=POOL_SIZE)

    async def insert(count: int) -> None:
        numbers = iter(range(count))

        async def one_after_the_other() -> None:
            async with pool.acquire() as connection:
                for number in numbers:
                    async with connection.transaction():
                        await connection.execute(INSERT.format(now=int(time.time() * 1000), number=number))

        await asyncio.gather(*(one_after_the_other() for _ in range(POOL_SIZE)))

    try:
        yield insert
    finally:
        await pool.close()


async def measure(folder: Path, tasks: int, each: int, turns: int, seed: int) -> list[Pace]:
    """Both databases, SQLite first; PostgreSQL only where there is one."""
    async with bare_sqlite(folder / "bare.db") as bare:
        url = f"sqlite+aiosqlite:///{folder / 'party.db'}"
        found = [await paced("SQLite", url, bare, tasks, each, turns, seed)]
    if missing():
        return found
    with running(AS_SHIPPED) as server, server.database(MIGRATED) as name:
        async with bare_postgres(server, name) as bare:
            return [*found, await paced("PostgreSQL", server.url(name), bare, tasks, each, turns, seed)]


def shown(paces: list[Pace], title: str) -> list[Table]:
    """All figures: how many a second and in which ratio, and how long each kind of request took."""
    rates, times = Table(title=title), Table(title="milliseconds, median and p99")
    for column in ("database", "requests a second", "changes", "bare transactions", "changes : bare"):
        rates.add_column(column, justify="right")
    for column in ("database", *MIX):
        times.add_column(column, justify="right")
    for each in paces:
        figures = [statistics.median(rate) for rate in (each.asked, each.changed, each.bare)]
        rates.add_row(each.name, *(f"{figure:,.0f}" for figure in figures), f"{each.ratio:.2f}")
        took = (each.took_ms[kind] for kind in MIX)
        times.add_row(each.name, *(f"{percentile(ms, 0.5):.1f}, {percentile(ms, 0.99):.1f}" for ms in took))
    return [rates, times]


def main(
    tasks: Annotated[int, typer.Option(help="How many act at once.")] = 16,
    each: Annotated[int, typer.Option(help="How many requests each of them makes.")] = 1_000,
    turns: Annotated[int, typer.Option(help="In how many turns.")] = 4,
    seed: Annotated[int, typer.Option(help="What the dice begin with.")] = 1,
) -> None:
    """Measures requests beside bare transactions."""
    console = Console(width=120)
    with tempfile.TemporaryDirectory() as folder:
        paces = run_on_loop(measure(Path(folder), tasks, each, turns, seed))
    for found in shown(paces, f"{tasks} tasks, {each:,} requests each, seed {seed}"):
        console.print(found)
    if reason := missing():
        console.print(f"No PostgreSQL: {reason}")


if __name__ == "__main__":
    typer.run(main)
