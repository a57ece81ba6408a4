"""Prints how long somebody's search takes alone, and while others do harm at the pace that is allowed.

`python -m tests.measure.hostile` measures each attack against the same room, alone before it and with it: the
ratio is of one run. `--only WORD` takes those whose name has the word.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from tests.measure.hostile.visitors import (
    ATTACKS,
    LINES,
    Attack,
    Line,
    addresses,
    harm,
    headers,
    line,
    other_one,
)
from tests.measure.house import open_process
from tests.measure.promises import Promise, Run, at_most, percentile, table, undisturbed
from tests.measure.room.__main__ import free_port, opened

RATIO, MOST_MS = 5.0, 200.0
CALM_WITHIN_S = 60.0
TEN = 10
"""So many hostile visitors come in the last scenes, from an address and with a line each."""


async def searched(one: Line, seconds: float) -> list[float]:
    """How long each of the other one's searches took, in milliseconds."""
    return [1000 * took_s async for took_s in other_one(one, seconds)]


async def calm(one: Line, usual_ms: float) -> None:
    """Waits until nothing is left of an attack: searches take as long as they did, or a minute is over."""
    with suppress(TimeoutError):
        async with asyncio.timeout(CALM_WITHIN_S):
            while percentile(await searched(one, 1.0), 0.5) > 2 * usual_ms:
                pass


@asynccontextmanager
async def attacked(
    url: str, attack: Attack, per_s: float, froms: Iterator[str], *, each: int, visitors: int
) -> AsyncIterator[list[Line]]:
    """So many hostile visitors with so many lines each, who are busy with their harm meanwhile."""
    async with AsyncExitStack() as stack:
        lines = []
        for visitor in range(visitors):
            address = next(froms)
            for number in range(each):
                name = f"Mallory {visitor} {number} here"
                lines.append(await stack.enter_async_context(line(url, address, name)))
        busy = [asyncio.create_task(harm(one, attack, seed, per_s)) for seed, one in enumerate(lines)]
        try:
            yield lines
        finally:
            for task in busy:
                task.cancel()
            await asyncio.gather(*busy, return_exceptions=True)


def told(scene: str, alone: list[float], beside: list[float], lines: list[Line]) -> Iterator[Promise]:
    """What became of the other one's searches."""
    before, after = statistics.median(alone), statistics.median(beside)
    if lines:
        answered, refused = sum(one.answered for one in lines), sum(one.refused for one in lines)
        yield Promise(scene, "of the hostile one's requests met and refused", f"{answered:,} and {refused:,}")
    yield Promise(scene, "search alone: median, p95", f"{before:.1f}, {percentile(alone, 0.95):.1f} ms")
    yield Promise(scene, "beside it: median, p95", f"{after:.1f}, {percentile(beside, 0.95):.1f} ms")
    yield at_most(scene, "so many times as long (median)", after / before, RATIO, "x")
    ratio = percentile(beside, 0.95) / percentile(alone, 0.95)
    yield at_most(scene, "so many times as long (p95)", ratio, RATIO, "x")
    yield at_most(scene, "longest", max(beside, default=0.0), MOST_MS, "ms")


async def scenes(run: Run, only: str) -> list[Promise]:
    """Each attack in turn, against one room."""
    froms = addresses()
    url = f"http://127.0.0.1:{(port := free_port())}"
    found: list[Promise] = []
    arguments = (f"sqlite+aiosqlite:///{run.folder / 'hostile.db'}", str(port))
    async with open_process(
        "tests.measure.hostile.house", arguments, profile=run.profile, killed=not run.profile
    ):
        await opened(url)
        async with line(url, next(froms), "Ann who searches") as ann:
            await searched(ann, 2.0)  # until the songs are read
            usual_ms = percentile(await searched(ann, run.seconds / 2), 0.5)
            chosen = [(name, 1, LINES) for name in ATTACKS] + [(name, TEN, 1) for name in ATTACKS]
            for name, visitors, each in chosen:
                scene = f"{visitors} x {each} lines: {name}"
                if only not in scene:
                    continue
                attack, per_s = ATTACKS[name]
                alone = await searched(ann, run.seconds / 2)
                with run.step(scene, 1):
                    async with attacked(url, attack, per_s, froms, each=each, visitors=visitors) as lines:
                        beside = await searched(ann, run.seconds)
                        found += told(scene, alone, beside, lines)
                await calm(ann, usual_ms)
            scene = f"1 x {LINES} lines: headers of pages"
            if only in scene:
                alone = await searched(ann, run.seconds / 2)
                with run.step(scene, 1):
                    asking = asyncio.create_task(headers(url, next(froms)))
                    beside = await searched(ann, run.seconds)
                    asking.cancel()
                    with suppress(asyncio.CancelledError):
                        await asking
                    found += told(scene, alone, beside, [])
    return found


def main(
    seconds: Annotated[float, typer.Option(help="How long each attack goes on.")] = 10.0,
    only: Annotated[str, typer.Option(help="Only attacks whose name has this word.")] = "",
    profile: Annotated[str, typer.Option(help="A file for cProfile's figures of the bot.")] = "",
) -> None:
    """Measures what hostile visitors do to another's search."""
    console = Console(width=150)
    with tempfile.TemporaryDirectory() as folder, Progress(console=console) as progress:
        run = Run(progress, Path(folder), seconds, profile)
        promises = undisturbed(scenes(run, only))
    console.print(table("Hostile visitors: room and visitors in a process each", promises))
    if not all(each.met is not False for each in promises):
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
