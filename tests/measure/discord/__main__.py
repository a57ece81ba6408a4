"""Runs three scenes and prints what was promised of them, and what was measured."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from bot.party.words import Member, Room
from tests.fakes.discord_model import FakeChannel, FakeMember, Interaction
from tests.fakes.spotify_server import FakeSpotify
from tests.measure import hosts
from tests.measure.discord import crowd, figures
from tests.measure.discord.people import SOUND_SHARES, People
from tests.measure.discord.scene import Cards, open_bot, open_fake
from tests.measure.house import Bot
from tests.measure.promises import Promise, Run, at_least, at_most, percentile, table, undisturbed

STALL_S, STALL_EVERY_S = 2.0, 4.0
CALM_RATE, BUSY_RATE = 50.0, 300.0
ACK_MS = 100.0
RAMP_S = 5.0
DRAIN_S, LOOK_S = 20.0, 0.02
GUILDS, SHARDS = 10_000, 5
HOSTS = 5


async def flow(
    run: Run, bot: Bot, people: People, rate: float, seconds: float, name: str
) -> tuple[list[Interaction], float]:
    """Acts, and waits up to `DRAIN_S` for all answers; returns what was done, and answers a second."""
    known = set(people.fake.world.interactions)
    people.late_s.clear()
    await bot.order("forget")
    begun = time.monotonic()
    with run.step(name, rate * seconds) as told:
        await people.act(rate, seconds, told)
    sent = [it for own_id, it in people.fake.world.interactions.items() if own_id not in known]
    for _ in range(int(DRAIN_S / LOOK_S)):
        if all(map(figures.settled, sent)):
            break
        await asyncio.sleep(LOOK_S)
    answers = figures.since(sent, begun)
    await bot.order("drain")
    return sent, answers


def _room(channel: FakeChannel) -> Room:
    return Room("discord", channel.guild.id if channel.guild else "", channel.id)


def _member(member: FakeMember) -> Member:
    return Member("discord", member.id, member.name)


def _asked(spotify: FakeSpotify) -> str:
    """How often each thing was asked, and with which status it was answered."""
    kinds = Counter(f"{it.method} {it.path.rpartition('/')[2]} {it.status}" for it in spotify.requests)
    return ", ".join(f"{kind} {count}x" for kind, count in kinds.most_common())


async def stalled(run: Run) -> list[Promise]:
    """Commands come in while the database stands still for two seconds at a time, and so does Spotify."""
    database = run.folder / "stalled.db"
    scene = "A: database stalls 2 s of 4, Spotify always"
    async with open_fake() as fake, FakeSpotify() as spotify:
        cards = Cards(fake)
        people = People(fake, cards, shares=SOUND_SHARES)
        people.settle()
        hosted = [(_room(channel), _member(crowd[0])) for channel, crowd in people.channels[:HOSTS]]
        address = await hosts.prepare(spotify, database, hosted)
        async with open_bot(fake, database, spotify=address) as bot:
            await people.begin()
            spotify.stall(STALL_S)
            spotify.requests.clear()
            acting = asyncio.create_task(flow(run, bot, people, CALM_RATE, run.seconds, scene))
            end = time.monotonic() + run.seconds
            await asyncio.sleep(1)
            while time.monotonic() + STALL_S < end:
                await bot.order(f"stall {STALL_S}")
                await asyncio.sleep(STALL_EVERY_S - STALL_S)
            sent, _ = await acting
    found = figures.of(sent)
    return [
        *_answers(scene, found, sent, database, 500.0),
        Promise(scene, "asked of Spotify meanwhile", _asked(spotify)),
        at_most(scene, "slowest acknowledgement", max(found.acks_ms), 2000, "ms"),
        *_edits(scene, cards),
    ]


def _answers(
    scene: str, found: figures.Answers, sent: Sequence[Interaction], database: Path | None, ack_ms: float
) -> list[Promise]:
    promises = [
        Promise(
            scene,
            "interactions (deferred, told why not)",
            f"{len(sent):,} ({found.deferred}, {found.refused})",
        ),
        at_most(scene, "without acknowledgement", found.missing, 0, ""),
        at_most(scene, "never answered", found.waiting, 0, ""),
        Promise(scene, "acknowledged, median", f"{percentile(found.acks_ms, 0.5):.1f} ms"),
        at_most(scene, "acknowledged, p99", percentile(found.acks_ms, 0.99), ack_ms, "ms"),
        Promise(
            scene,
            "p99 by kind",
            ", ".join(f"{k} {percentile(v, 0.99):.0f}" for k, v in found.by_kind.items()),
        ),
    ]
    if database is not None:
        gone = figures.lost(sent, database)
        twice = len(figures.second_halves(sent))
        promises.append(Promise(scene, "second halves of double clicks", f"{twice:,}"))
        promises.append(at_most(scene, f"changes lost {dict(gone) or ''}", gone.total(), 0, ""))
    return promises


def _edits(scene: str, cards: Cards) -> list[Promise]:
    gaps = cards.gaps_s()
    edits = sum(map(len, cards.edits.values()))
    shortest = min(gaps, default=float("inf"))
    return [
        Promise(scene, "edits of cards", f"{edits:,} of {len(cards.edits)} cards"),
        at_least(scene, "between two edits of a card, at least", shortest, 2, "s"),
    ]


async def busy(run: Run, rate: float, *, ramp: bool) -> list[Promise]:
    """Many people at once, and nothing in the way."""
    database = run.folder / "busy.db"
    scene = f"B: {rate:g} a second"
    async with open_fake() as fake:
        cards = Cards(fake)
        people = People(fake, cards)
        people.settle()
        async with open_bot(fake, database, profile=run.profile) as bot:
            await people.begin()
            before, fakes = await bot.order("figures"), time.process_time()
            begun = time.monotonic()
            sent, answers = await flow(run, bot, people, rate, run.seconds, scene)
            after, took = await bot.order("figures"), time.monotonic() - begun
            fakes, cpu_s = time.process_time() - fakes, after["cpu_s"] - before["cpu_s"]
            loop_s = after["loop_cpu_s"] - before["loop_cpu_s"]
            late = percentile(people.late_s, 0.99)
            best = await _ramp(run, bot, people) if ramp else None
    found = figures.of(sent)
    return [
        *_answers(scene, found, sent, database, ACK_MS),
        at_least(scene, "answers", answers, 0.98 * rate, "/s"),
        at_most(scene, "event loop late, at most", after["late_max_ms"], 50, "ms"),
        Promise(scene, "garbage collections: longest, in all", _collections(after)),
        Promise(scene, "event loop late, p99", f"{after['late_p99_ms']:.1f} ms"),
        Promise(
            scene,
            "processor time of bot (its event loop), fake",
            f"{cpu_s / took:.0%} ({loop_s / took:.0%}), {fakes / took:.0%} of a core; for each interaction "
            f"{1000 * cpu_s / len(sent):.1f} ({1000 * loop_s / len(sent):.1f}), "
            f"{1000 * fakes / len(sent):.1f} ms",
        ),
        Promise(scene, "sent late, p99", f"{1000 * late:.1f} ms"),
        Promise(scene, "resident", f"{after['resident_mb']:.0f} MB"),
        *_edits(scene, cards),
        *(
            [Promise(scene, f"highest rate with p99 ≤ {ACK_MS:g} ms", f"{best:g}/s")]
            if best is not None
            else []
        ),
    ]


def _collections(after: dict[str, Any]) -> str:
    return f"{after['collecting_max_ms']:.1f} ms, {after['collecting_s']:.2f} s"


async def _ramp(run: Run, bot: Bot, people: People) -> float:
    best = 0.0
    for rate in (50.0, 100.0, 150.0, 200.0, 250.0, 300.0, 400.0, 500.0):
        sent, answers = await flow(run, bot, people, rate, RAMP_S, f"   {rate:g} a second")
        found = figures.of(sent)
        if percentile(found.acks_ms, 0.99) > ACK_MS or found.missing or answers < 0.9 * rate:
            break
        best = rate
    return best


async def crowded(run: Run) -> list[Promise]:
    """Very many servers, each with a party in which nothing happens."""
    database = run.folder / "crowded.db"
    scene = f"C: {GUILDS:,} servers"
    async with open_fake() as fake:
        fake.session_starts(shards=SHARDS, max_concurrency=SHARDS)
        with run.step(scene, 2) as told:
            rooms = await crowd.settle(fake, database, GUILDS)
            told(1)
            begun = time.monotonic()
            async with open_bot(fake, database, shards=SHARDS) as bot:
                resident = await crowd.at_rest(fake, bot)
                took = time.monotonic() - begun
    return [
        Promise(scene, "parties with 5 songs and a card", f"{rooms:,}"),
        Promise(scene, "seconds until all is known", f"{took:.0f}"),
        at_most(scene, "resident", resident, 400, "MB"),
    ]


async def scenes(run: Run, chosen: str, rate: float, *, ramp: bool) -> list[Promise]:
    """Runs the scenes that were chosen, one after the other."""
    promises: list[Promise] = []
    if "a" in chosen:
        promises += await stalled(run)
    if "b" in chosen:
        promises += await busy(run, rate, ramp=ramp)
    if "c" in chosen:
        promises += await crowded(run)
    return promises


def main(
    scene: Annotated[str, typer.Option(help="Which scenes: a, b, c.")] = "abc",
    seconds: Annotated[float, typer.Option(help="How long scenes A and B last.")] = 20.0,
    rate: Annotated[float, typer.Option(help="How many interactions a second in scene B.")] = BUSY_RATE,
    ramp: Annotated[bool, typer.Option(help="Look for the highest rate.")] = True,
    profile: Annotated[str, typer.Option(help="A file for cProfile's figures of the bot in scene B.")] = "",
) -> None:
    """Measures the bot under load."""
    console = Console(width=150)
    with tempfile.TemporaryDirectory() as folder, Progress(console=console) as progress:
        run = Run(progress, Path(folder), seconds, profile)
        promises = undisturbed(scenes(run, scene, rate, ramp=ramp))
    console.print(table("The bot under load: bot and fake Discord in a process each", promises))
    if not all(each.met is not False for each in promises):
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
