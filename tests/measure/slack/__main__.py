"""Runs three scenes and prints what was promised of them, and what was measured."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from tests.fakes.slack_limits import TIERS
from tests.fakes.slack_reply import Act
from tests.fakes.slack_server import FakeSlack
from tests.measure.house import Bot
from tests.measure.promises import Promise, Run, at_least, at_most, percentile, table, undisturbed
from tests.measure.slack import burst, figures
from tests.measure.slack.people import People, all_settled
from tests.measure.slack.scene import Channels, open_bot, open_fake

STALL_S, STALL_EVERY_S = 2.0, 4.0
CALM_RATE, BUSY_RATE = 50.0, 100.0
STALLED_ACK_MS, ACK_MS, GIVEN_UP_MS = 500.0, 100.0, 3_000.0
LATE_MS = 50.0
VOTERS = 500
ANSWERED = 0.98
"""The share of what is asked that is answered meanwhile; the rest waits its second for the card."""
POST_EVERY_S, SHOWN_IN_S = 1.0, 2.0


async def flow(run: Run, bot: Bot, people: People, rate: float, name: str) -> tuple[list[Act], float]:
    """Acts, and waits for all answers; returns what was done, and the answers a second meanwhile."""
    people.late_s.clear()
    people.channels.times_s.clear()
    await bot.order("forget")
    begun = time.monotonic()
    with run.step(name, rate * run.seconds) as told:
        acts = await people.act(rate, run.seconds, told)
    await all_settled(acts)
    await bot.order("drain")
    return acts, figures.rate(acts, begun, run.seconds)


async def stalled(run: Run) -> list[Promise]:
    """Commands come in while the database stands still for two seconds at a time."""
    scene, database = "A: database stalls 2 s of 4", run.folder / "stalled.db"
    async with open_fake() as fake, open_bot(fake, database) as bot:
        people = People(fake, Channels(fake))
        people.settle()
        await people.begin()
        acting = asyncio.create_task(flow(run, bot, people, CALM_RATE, scene))
        end = time.monotonic() + run.seconds
        await asyncio.sleep(1)
        while time.monotonic() + STALL_S < end:
            await bot.order(f"stall {STALL_S}")
            await asyncio.sleep(STALL_EVERY_S - STALL_S)
        acts, _ = await acting
    return [*_answers(scene, people, acts, database, STALLED_ACK_MS), *_budget(scene, fake)]


async def busy(run: Run, rate: float) -> list[Promise]:
    """Many people at once, and nothing in the way."""
    scene, database = f"B: {rate:g} a second", run.folder / "busy.db"
    async with open_fake() as fake, open_bot(fake, database, profile=run.profile) as bot:
        people = People(fake, Channels(fake))
        people.settle()
        await people.begin()
        before, fakes, begun = await bot.order("figures"), time.process_time(), time.monotonic()
        acts, answers = await flow(run, bot, people, rate, scene)
        after, took = await bot.order("figures"), time.monotonic() - begun
        fakes = time.process_time() - fakes
    cpu_s = after["cpu_s"] - before["cpu_s"]
    loop_s = after["loop_cpu_s"] - before["loop_cpu_s"]
    return [
        *_answers(scene, people, acts, database, ACK_MS),
        at_least(scene, "answers", answers, ANSWERED * rate, "/s"),
        at_most(scene, "event loop late, at most", after["late_max_ms"], LATE_MS, "ms"),
        Promise(scene, "event loop late, p99", f"{after['late_p99_ms']:.1f} ms"),
        Promise(
            scene,
            "processor time of bot (its event loop), fake",
            f"{cpu_s / took:.0%} ({loop_s / took:.0%}), {fakes / took:.0%} of a core; for each command "
            f"{1000 * cpu_s / len(acts):.1f} ({1000 * loop_s / len(acts):.1f}), "
            f"{1000 * fakes / len(acts):.1f} ms",
        ),
        Promise(scene, "sent late, p99", f"{1000 * percentile(people.late_s, 0.99):.1f} ms"),
        Promise(scene, "resident", f"{after['resident_mb']:.0f} MB"),
        _posts(scene, people.channels, promised=False),
        *_budget(scene, fake),
    ]


def _answers(
    scene: str, people: People, acts: Sequence[Act], database: Path, limit_ms: float
) -> list[Promise]:
    answers_ms = people.answers_ms(acts)
    all_ms = [each for values in answers_ms.values() for each in values]
    found = figures.of(acts)
    gone = figures.lost(acts, database)
    return [
        Promise(scene, "commands (told why not)", f"{len(acts):,} ({found.refused})"),
        at_most(scene, "without acknowledgement", found.missing, 0, ""),
        at_most(scene, "never answered", found.waiting, 0, ""),
        at_most(scene, f"changes lost {dict(gone) or ''}", gone.total(), 0, ""),
        Promise(scene, "acknowledged, median", f"{percentile(found.acks_ms, 0.5):.1f} ms"),
        at_most(scene, "acknowledged, p99", percentile(found.acks_ms, 0.99), limit_ms, "ms"),
        Promise(scene, "p99 by kind", figures.spread(found.by_kind, 0.99)),
        Promise(
            scene,
            "answered, median and p99",
            f"{percentile(all_ms, 0.5):,.0f} and {percentile(all_ms, 0.99):,.0f} ms",
        ),
        Promise(scene, "p99 by kind", figures.spread(answers_ms, 0.99)),
    ]


def _budget(scene: str, fake: FakeSlack) -> list[Promise]:
    """Whether the workspace's edits stayed within what Slack promises in a minute: the fake sees to it."""
    limits = fake.world.limits
    most = limits.most_in_a_minute("chat.update")
    others = {method: count for method, count in limits.refused.items() if method != "chat.update" and count}
    return [
        at_most(scene, "edits that Slack refused", limits.refused["chat.update"], 0, ""),
        at_most(scene, "edits of the workspace in a minute, at most", most, TIERS["chat.update"], ""),
        Promise(scene, "other requests that Slack refused", str(others or "none")),
    ]


def _posts(scene: str, channels: Channels, *, promised: bool = True) -> Promise:
    shortest, what = min(channels.gaps_s(), default=float("inf")), "between two posts in a channel, at least"
    posts = sum(map(len, channels.times_s.values()))
    if promised:
        return at_least(scene, f"{what} ({posts:,} posts)", shortest, POST_EVERY_S, "s")
    return Promise(scene, f"{what} ({posts:,} posts)", f"{shortest:.2f} s")


async def crowded(run: Run) -> list[Promise]:
    """Five hundred people press a button of one card at once."""
    scene, database = f"C: {VOTERS} votes at once", run.folder / "crowded.db"
    async with open_fake() as fake, open_bot(fake, database) as bot:
        people = People(fake, Channels(fake))
        people.settle(channels=1, members_each=VOTERS)
        await burst.begin(people)
        await bot.order("forget")
        begun = time.monotonic()
        with run.step(scene, VOTERS) as told:
            acts, expected = await burst.press(people)
            found, counted_s = await burst.counted(database, VOTERS)
            told(found)
        shown_s = await burst.right_s(people, expected, counted_s)
        after = await bot.order("figures")
    acks = [figures.ack_ms(act) for act in acts]
    return [
        at_least(scene, "votes counted", found, VOTERS, ""),
        Promise(scene, "until the last was counted", f"{counted_s - begun:.1f} s"),
        Promise(scene, "acknowledged, median", f"{percentile(acks, 0.5):.0f} ms"),
        at_most(scene, "acknowledged, slowest", max(acks), GIVEN_UP_MS, "ms"),
        _posts(scene, people.channels),
        at_most(scene, "from the last vote until the card is right", shown_s, SHOWN_IN_S, "s"),
        Promise(scene, "event loop late, at most", f"{after['late_max_ms']:.0f} ms"),
        *_budget(scene, fake),
    ]


async def scenes(run: Run, chosen: str, rate: float) -> list[Promise]:
    """Runs the scenes that were chosen, one after the other."""
    promises: list[Promise] = []
    if "a" in chosen:
        promises += await stalled(run)
    if "b" in chosen:
        promises += await busy(run, rate)
    if "c" in chosen:
        promises += await crowded(run)
    return promises


def main(
    scene: Annotated[str, typer.Option(help="Which scenes: a, b, c.")] = "abc",
    seconds: Annotated[float, typer.Option(help="How long scenes A and B last.")] = 15.0,
    rate: Annotated[float, typer.Option(help="How many commands a second in scene B.")] = BUSY_RATE,
    profile: Annotated[str, typer.Option(help="A file for cProfile's figures of the bot in scene B.")] = "",
) -> None:
    """Measures the bot in Slack under load."""
    console = Console(width=150)
    with tempfile.TemporaryDirectory() as folder, Progress(console=console) as progress:
        run = Run(progress, Path(folder), seconds, profile)
        promises = undisturbed(scenes(run, scene, rate))
    console.print(table("The bot under load: bot and fake Slack in a process each", promises))
    if not all(each.met is not False for each in promises):
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
