"""Holds the party to its latency while Spotify answers 429 to everything; `python -m tests.measure.spotify`.

The same things are done in two houses by turns: one has no Spotify, the other's rooms are all hosted, and
Spotify asks to be left alone for six hours. Both are in one process with the fake, which is hardly asked.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from bot.party.words import Member, Room
from bot.playback.errors import SpotifyRests
from bot.playback.watcher import DeviceWatcher
from bot.recommend.bundle import open_bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.service import PartyService
from bot.settings import STARTER
from db.store import open_store
from tests.bot.spotify.stage import Stage, sounding
from tests.fakes.spotify_model import FakeUser
from tests.fakes.spotify_server import FakeSpotify
from tests.measure.promises import Promise, at_most, percentile, table

ROOMS, HOSTS, WINDOWS = 20, 5, 3
RATE = 25.0
"""Things done in each house a second."""
SHARES = {"add": 4, "vote": 4, "next": 2}
RATIO, LATE_MS = 1.2, 100.0
LIMIT_S = 21_600.0
CALLERS = 50


@dataclass
class Clock:
    """The real time, which can be put forward."""

    ahead_s: float = 0.0
    now_s: float = 0.0  # as `tests.conftest.Clock` has it

    def __call__(self) -> float:
        """The time, in seconds since 1970."""
        self.now_s = time.time() + self.ahead_s
        return self.now_s


@dataclass
class House:
    """A party service with people in its rooms, and how long each thing took them."""

    party: PartyService
    rng: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311 - no secret
    took_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    async def do(self, kind: str, songs: list[str]) -> None:
        """Lets somebody do something somewhere."""
        number = self.rng.randrange(ROOMS)
        room, member = _room(number), _member(self.rng.randrange(50))
        song = self.rng.choice(songs)
        party = await self.party.insight.now(room, history=0)
        entry = self.rng.choice(party.queue) if party.queue else None
        if kind == "vote" and entry is None:
            kind = "add"
        begun = time.perf_counter()
        if kind == "add":
            await self.party.queue.add(room, member, song)
        elif kind == "next":
            await self.party.ballots.next(room, member)
        elif entry is not None:
            await self.party.ballots.vote(room, member, entry.id, self.rng.choice((1, -1)))
        self.took_ms[kind].append((time.perf_counter() - begun) * 1000)


def _room(number: int) -> Room:
    return Room("discord", "1", str(number))


def _member(number: int) -> Member:
    return Member("discord", str(number), f"Guest {number}")


async def _watch_loop(late_ms: list[float]) -> None:
    while True:
        begun = time.perf_counter()
        await asyncio.sleep(0.01)
        late_ms.append((time.perf_counter() - begun - 0.01) * 1000)


@asynccontextmanager
async def _houses(folder: Path, clock: Clock) -> AsyncIterator[tuple[House, House, FakeSpotify, Stage]]:
    bundle = open_bundle(STARTER)
    catalogue = Catalogue.open(bundle)
    recommender = Recommender(bundle, catalogue, seed=0)
    async with AsyncExitStack() as stack:
        fake = await stack.enter_async_context(FakeSpotify(clock=clock))
        plain_store = await stack.enter_async_context(
            open_store(f"sqlite+aiosqlite:///{folder / 'plain.db'}")
        )
        plain = PartyService(plain_store, catalogue, recommender, clock)
        stack.push_async_callback(plain.close)
        store = await stack.enter_async_context(open_store(f"sqlite+aiosqlite:///{folder / 'hosted.db'}"))
        hosted, stage = await stack.enter_async_context(sounding(store, catalogue, recommender, clock, fake))
        users: list[FakeUser] = []
        for number in range(HOSTS):
            users.append(fake.user(f"Host {number}"))
            fake.device(users[-1], active=True)
            await stage.link(_member(number), users[-1])
        for number in range(ROOMS):
            await hosted.playback.play(_room(number), _member(number % HOSTS))
        yield House(plain), House(hosted), fake, stage
        catalogue.close()


async def measure(seconds: float, folder: Path, progress: Progress) -> list[Promise]:
    """Runs it for so long, and says what came of it."""
    clock = Clock()
    rng = random.Random(1)  # noqa: S311 - no secret
    async with _houses(folder, clock) as (plain, hosted, fake, stage):
        found = await plain.party.insight.search("love", 100)
        songs = [f"{track.title} - {track.artist}" for track in found]
        for house in (plain, hosted):
            for _ in range(ROOMS * 5):
                await house.do("add", songs)
            house.took_ms.clear()
        fake.limit(LIMIT_S)
        fake.requests.clear()
        with suppress(SpotifyRests):  # what was under way when it began would be counted else
            await stage.spotify.search("any", "any")
        late_ms: list[float] = []
        tasks = [
            asyncio.create_task(DeviceWatcher(hosted.party.devices, hosted.party.accounts).run()),
            asyncio.create_task(_watch_loop(late_ms)),
        ]
        await asyncio.sleep(1)
        late_ms.clear()
        count = int(RATE * seconds)
        line = progress.add_task("429 on everything", total=count)
        begun = time.monotonic()
        for i in range(count):
            await asyncio.sleep(max(0.0, begun + i / RATE - time.monotonic()))
            if i and i % (count // WINDOWS) == 0 and i // (count // WINDOWS) < WINDOWS:
                clock.ahead_s += LIMIT_S  # the limit is over, and
                fake.limit(LIMIT_S)  # the next one begins
            (kind,) = rng.choices([*SHARES], [*SHARES.values()])
            for house in rng.sample((plain, hosted), 2):
                await house.do(kind, songs)
            progress.update(line, completed=i + 1)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        asked = len(fake.requests)
        fake.limit(None)
        clock.ahead_s += LIMIT_S
        refreshes = await _refreshes(stage, fake)
    return [*_latencies(plain, hosted), *_others(late_ms, asked, refreshes)]


async def _refreshes(stage: Stage, fake: FakeSpotify) -> int:
    before = fake.token_requests["refresh_token"]
    await asyncio.gather(*(stage.accounts.token(_member(0)) for _ in range(CALLERS)))
    return fake.token_requests["refresh_token"] - before


def _latencies(plain: House, hosted: House) -> list[Promise]:
    told = []
    for kind in SHARES:
        without, limited = (percentile(house.took_ms[kind], 0.99) for house in (plain, hosted))
        ratio = limited / without
        figure = f"{limited:.1f} ms / {without:.1f} ms = {ratio:.2f}"
        told.append(Promise(kind, "99 % within, against no Spotify", figure, f"≤ {RATIO:g}", ratio <= RATIO))
        medians = [percentile(house.took_ms[kind], 0.5) for house in (hosted, plain)]
        told.append(Promise(kind, "median", f"{medians[0]:.1f} ms / {medians[1]:.1f} ms"))
    return told


def _others(late_ms: list[float], asked: int, refreshes: int) -> list[Promise]:
    return [
        at_most("loop", "latest", max(late_ms), LATE_MS, "ms"),
        Promise("breaker", f"requests in {WINDOWS} windows", str(asked), f"= {WINDOWS}", asked == WINDOWS),
        Promise("tokens", f"requests for {CALLERS} callers", str(refreshes), "= 1", refreshes == 1),
    ]


def main(seconds: Annotated[float, typer.Option(help="How long to go on.")] = 60.0) -> None:
    """Prints the table; exits with 1 if a promise is not met."""
    with tempfile.TemporaryDirectory() as folder, Progress(transient=True) as progress:
        promises = asyncio.run(measure(seconds, Path(folder), progress))
    Console(width=110).print(table("Spotify asks to be left alone", promises))
    raise typer.Exit(int(any(each.met is False for each in promises)))


if __name__ == "__main__":
    typer.run(main)
