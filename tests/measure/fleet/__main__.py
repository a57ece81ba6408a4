"""Kills, replaces and hands over one of four bot processes while people are at it; prints what it cost."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from tests.fakes.discord_model import Interaction
from tests.measure.discord import figures
from tests.measure.discord.scene import Cards, open_fake
from tests.measure.fleet.aftermath import Aftermath, between, latencies_ms, look
from tests.measure.fleet.crowd import AUTOPILOT, Crowd, go_by
from tests.measure.fleet.processes import Fleet, Worker, memory_mb, open_fleet
from tests.measure.promises import Promise, Run, at_most, percentile, table, undisturbed
from tests.postgres import AS_SHIPPED, MIGRATED, Server, missing, running

SHARDS = 4
IDENTIFY_S = 5.0
"""A bot may identify once in so long (docs, "Gateway": Max Concurrency)."""
OVERLAP_S = 2.0
"""For so long the old process and the new one serve the same rooms."""
TIMES_SLOWER, TIMES_AS_LONG = 3.0, 3.0
"""So much slower may others be meanwhile, and so often as long as a start may a moved room be silent."""
FLOOR_MS = 20.0
"""A latency below this counts as this: three times next to nothing is nothing."""


@dataclass
class Event:
    """One process that went and one that came, on the monotonic clock."""

    name: str
    shard: int
    began: float
    ready: float = 0.0  # when the new one had its connection
    started_s: float = 0.0  # how long that took it
    ended_s: float = 0.0  # how long the old one took to end; 0 if it was killed
    code: int | None = None


@dataclass
class Story:
    """What happened, in order."""

    calm: tuple[float, float] = (0.0, 0.0)
    events: list[Event] = field(default_factory=list)
    memory_mb: list[tuple[float, float]] = field(default_factory=list)
    ended: float = 0.0


def worker_of(fleet: Fleet, shard: int) -> Worker:
    """The process that serves a shard."""
    return next(each for each in fleet.alive() if each.shard == shard)


async def killed(fleet: Fleet, shard: int) -> Event:
    """A process is killed, and another one started as soon as it is gone."""
    old = worker_of(fleet, shard)
    event = Event("killed", shard, old.kill())
    await old.process.wait()
    return await _replaced(fleet, event)


async def restarted(fleet: Fleet, shard: int) -> Event:
    """A process is asked to end, and another one started as soon as it has."""
    event = Event("asked to end, then replaced", shard, time.monotonic())
    event.code, event.ended_s = await worker_of(fleet, shard).ask_to_end()
    return await _replaced(fleet, event)


async def handed_over(fleet: Fleet, shard: int) -> Event:
    """Another process is started for the same rooms, and then the first one asked to end."""
    old = worker_of(fleet, shard)
    event = await _replaced(fleet, Event("replaced, then asked to end", shard, time.monotonic()))
    await asyncio.sleep(OVERLAP_S)
    event.code, event.ended_s = await old.ask_to_end()
    return event


async def _replaced(fleet: Fleet, event: Event) -> Event:
    new = await fleet.start(event.shard)
    event.ready, event.started_s = time.monotonic(), new.took_s
    return event


async def play(run: Run, fleet: Fleet, crowd: Crowd, server: Server, database: str, rate: float) -> Story:
    """People act all the time; meanwhile one process after the other goes and another one comes."""
    story, over = Story(), asyncio.Event()
    tasks = [
        asyncio.create_task(crowd.act_until(over, rate)),
        asyncio.create_task(go_by(server, database, over)),
    ]
    with run.step("people act; three processes are replaced", 4) as told:
        begun = time.monotonic()
        await asyncio.sleep(run.seconds)
        story.calm = begun, time.monotonic()
        story.memory_mb = [memory_mb(each.pid) for each in fleet.alive()]
        for number, happens in enumerate((killed, restarted, handed_over), start=1):
            told(number)
            story.events.append(await happens(fleet, number))
            await asyncio.sleep(run.seconds)
    over.set()
    await asyncio.gather(*tasks)
    story.ended = time.monotonic()
    return story


async def scene(run: Run, rooms: int, rate: float) -> list[Promise]:
    """Opens everything, lets it happen, and looks."""
    with running(AS_SHIPPED) as server, server.database(MIGRATED) as database:
        async with open_fake() as fake:
            fake.session_starts(shards=SHARDS, max_concurrency=1, per_s=IDENTIFY_S)
            crowd = Crowd(fake, Cards(fake), rooms=rooms, shards=SHARDS)
            crowd.settle()
            with run.step("four processes start", 1):
                opened = open_fleet(fake, run.folder, server.url(database), SHARDS)
                fleet = await opened.__aenter__()
            try:
                with run.step(f"{rooms} parties begin", 1):
                    await crowd.begin()
                    server.run(AUTOPILOT, database)
                story = await play(run, fleet, crowd, server, database, rate)
                with run.step("looking for what was lost", 1):
                    dead = {each.shard: each.began for each in story.events if each.name == "killed"}
                    found = await look(crowd, server, database, dead)
                faults = fleet.faults()
                for line in found.examples:
                    run.progress.console.print(line, markup=False)
            finally:
                await opened.__aexit__(None, None, None)
    return [*_costs(crowd, story), *_nothing_lost(crowd, found, faults), *_sizes(story)]


def _costs(crowd: Crowd, story: Story) -> list[Promise]:
    sent = [it for it in crowd.fake.world.interactions.values() if it.created >= story.calm[0]]
    calm = [*between(sent, *story.calm)]
    before = percentile(latencies_ms(calm), 0.99)
    promises = [
        Promise("before", "asked for, unanswered", f"{len(calm)}, {_silent(calm)}"),
        Promise("before", "acknowledged, median and p99", _told(calm)),
    ]
    for number, event in enumerate(story.events):
        last = number + 1 == len(story.events)
        until = story.ended if last else story.events[number + 1].began
        promises += _cost(crowd, sent, event, until, before)
    return promises


def _cost(
    crowd: Crowd, sent: Sequence[Interaction], event: Event, until: float, before: float
) -> list[Promise]:
    name = event.name
    span = [*between(sent, event.began, until)]
    moved = [it for it in span if crowd.shard(it) == event.shard]
    others = [it for it in span if crowd.shard(it) != event.shard]
    meanwhile = [*between(others, event.began, event.ready)]
    afterwards = [*between(span, max(event.ready, _last_silent(moved)), until)]
    silent_s = _last_silent(moved) - event.began
    slower = percentile(latencies_ms(meanwhile), 0.99) / max(before, FLOOR_MS)
    promises = [
        Promise(name, "its rooms: asked for, unanswered", f"{len(moved)}, {_silent(moved)}"),
        at_most(name, "other rooms: unanswered", 100 * _silent(others) / max(len(others), 1), 1, "%"),
        Promise(name, "other rooms meanwhile, median and p99", _told(meanwhile)),
        at_most(name, "... times the p99 of before", slower, TIMES_SLOWER, "x"),
        Promise(name, "all rooms afterwards, median and p99", _told(afterwards)),
        Promise(name, "the new process was ready after", f"{event.started_s:.1f} s"),
    ]
    if event.code is None:
        limit = TIMES_AS_LONG * event.started_s + IDENTIFY_S
        return [*promises, at_most(name, "its rooms answered again after", max(silent_s, 0.0), limit, "s")]
    promises.append(at_most(name, "exit code of the old one", event.code, 0, ""))
    promises.append(Promise(name, "the old one ended within", f"{event.ended_s:.1f} s"))
    if event.began + event.started_s <= event.ready - OVERLAP_S / 2 or silent_s > 0:
        promises.append(Promise(name, "its rooms answered again after", f"{max(silent_s, 0.0):.1f} s"))
    return promises


def _silent(sent: Sequence[Interaction]) -> int:
    return sum(it.callback is None for it in sent)


def _last_silent(sent: Sequence[Interaction]) -> float:
    return max((it.created for it in sent if it.callback is None), default=0.0)


def _told(sent: Sequence[Interaction]) -> str:
    found = latencies_ms(sent)
    return f"{percentile(found, 0.5):.1f} ms, {percentile(found, 0.99):.1f} ms"


def _nothing_lost(crowd: Crowd, found: Aftermath, faults: Counter[str]) -> list[Promise]:
    sent = [*crowd.fake.world.interactions.values()]
    name = "afterwards"
    changes = sum(any(it.label.startswith(label) for label in figures.CHANGES) for it in sent)
    return [
        Promise(name, "changes asked for", f"{changes:,}"),
        at_most(name, f"told as done and not written {dict(found.lost) or ''}", found.lost.total(), 0, ""),
        Promise(name, "cut off while under way by the kill", f"{found.cut_off}"),
        *(at_most(name, what, count, 0, "") for what, count in found.twice.items()),
        at_most(name, "rooms that stand still", len(found.stuck), 0, ""),
        at_most(name, "rooms with another number of cards than one", len(found.cards), 0, ""),
        at_most(name, "cards that the database does not know", len(found.unknown_cards), 0, ""),
        at_most(name, "cards that show another song than plays", len(found.stale), 0, ""),
        at_most(name, f"faults in the logs {dict(faults.most_common(3)) or ''}", faults.total(), 0, ""),
    ]


def _sizes(story: Story) -> list[Promise]:
    resident = ", ".join(f"{rss:.0f}" for rss, _ in story.memory_mb)
    own = ", ".join(f"{pss:.0f}" for _, pss in story.memory_mb)
    return [Promise("memory", "resident, and with shared pages shared out (PSS), MB", f"{resident}; {own}")]


def main(
    rooms: Annotated[int, typer.Option(help="How many rooms there are, one a server.")] = 200,
    rate: Annotated[float, typer.Option(help="How many things people do a second.")] = 12.0,
    seconds: Annotated[float, typer.Option(help="How long it is calm around each event.")] = 10.0,
) -> None:
    """Measures what it costs when one of four bot processes is killed, replaced or handed over."""
    reason = missing()
    if reason:
        raise typer.BadParameter(reason)
    console = Console(width=150)
    with tempfile.TemporaryDirectory() as folder, Progress(console=console) as progress:
        run = Run(progress, Path(folder), seconds, "")
        promises = undisturbed(scene(run, rooms, rate))
    console.print(table("Four bot processes on one PostgreSQL, and a fake Discord beside them", promises))
    if not all(each.met is not False for each in promises):
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
