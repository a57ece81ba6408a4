"""The bot's recommender, asked by many at once: answers a second, and how late the event loop is meanwhile.

Run by `tests.measure.scale` in a process of its own, on the loop that the bot has; the figures are printed as
JSON. Everything is by the clock here: it is what people wait for, so a quiet machine is needed.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.__main__ import SWITCH_S
from bot.party.words import Mood, Signal
from bot.recommend.bundle import Bundle, open_bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import AT_ONCE, Recommender
from tests.measure.promises import percentile, undisturbed
from tests.measure.scale.page import rows, verdict
from tests.measure.scale.sizes import QUEUE
from tests.measure.scale.whole import queues

ASKERS = (8, 16)
"""So many ask at once, each again as soon as it has its answer."""
WORKERS = tuple(sorted({1, 2, 4, 8, AT_ONCE}))
"""So many questions are worked on at once; with one, one is answered after the other."""
KINDS: Mapping[str, Mood] = {"the best 50": Mood.SAFE, "of 3,000 candidates": Mood.BALANCED}
"""What is asked for, and the mood that asks so."""
SECONDS, WARM_S = 5.0, 1.0
LOOK_EVERY_S = 0.002
LAG_MS = 20.0
"""The loop is late by at most so much, 99 times of 100."""
COUNT = 5
"""So many songs are asked for, as for a ballot."""


@dataclass(frozen=True, slots=True)
class Line:
    """What came of some askers."""

    kind: str
    askers: int
    workers: int
    each_second: float
    median_ms: float
    slowest_ms: float  # 99 of 100 are sooner
    lag_ms: float  # likewise
    cpu_ms: float  # of the processor for each answer: what a busy machine does not change


async def lateness(late_ms: list[float]) -> None:
    """Notes how much later than asked for the loop wakes this up."""
    while True:
        begun = time.perf_counter()
        await asyncio.sleep(LOOK_EVERY_S)
        late_ms.append(1000 * (time.perf_counter() - begun - LOOK_EVERY_S))


async def answered(
    recommender: Recommender, parties: Sequence[Sequence[Signal]], mood: Mood, askers: int, seconds: float
) -> list[float]:
    """How many answers came in a second, and the times of `Line`: many ask, each about a party of its own."""
    took_ms: list[float] = []
    late_ms: list[float] = []

    async def ask(number: int, until: float) -> None:
        told = parties[number % len(parties)]
        songs = [signal.track for signal in told]
        while (begun := time.perf_counter()) < until:
            await recommender.suggest(told, songs, COUNT, mood=mood)
            took_ms.append(1000 * (time.perf_counter() - begun))

    async def all_ask(lasting: float) -> None:
        until = time.perf_counter() + lasting
        await asyncio.gather(*(ask(number, until) for number in range(askers)))

    await all_ask(min(WARM_S, seconds))
    took_ms.clear()
    watch = asyncio.create_task(lateness(late_ms))
    begun, worked = time.perf_counter(), time.process_time()
    await all_ask(seconds)
    passed, worked = time.perf_counter() - begun, time.process_time() - worked
    watch.cancel()
    median, slowest = (percentile(took_ms, share) for share in (0.5, 0.99))
    lag = percentile(late_ms, 0.99)
    return [len(took_ms) / passed, median, slowest, lag, 1000 * worked / len(took_ms)]


async def measured(bundle: Bundle, seed: int, seconds: float) -> list[Line]:
    """All figures of a bundle, opened as the bot opens it."""
    lines = []
    with closing(Catalogue.open(bundle)) as catalogue:
        await catalogue.search("the")  # what is read behind its back is waited for
        parties = [
            [Signal(track, 1.0, 1.0, {"1": 1.0}) for track in catalogue.tracks(queue.tolist())]
            for queue in queues(bundle.tracks, max(ASKERS), QUEUE, seed)
        ]
        for workers in WORKERS:
            recommender = Recommender(bundle, catalogue, seed, at_once=workers)
            for kind, mood in KINDS.items():
                for askers in ASKERS:
                    figures = await answered(recommender, parties, mood, askers, seconds)
                    lines.append(Line(kind, askers, workers, *figures))
    return lines


def figures(folder: Path, seed: int, seconds: float = SECONDS) -> dict[str, Any]:
    """All figures of a bundle."""
    sys.setswitchinterval(SWITCH_S)
    lines = undisturbed(measured(open_bundle(folder), seed, seconds))
    return {"lines": [asdict(line) for line in lines]}


def markdown(name: str, found: Mapping[str, Any]) -> str:
    """The section of one size."""
    table = []
    lines = sorted((Line(**line) for line in found["lines"]), key=lambda line: (line.kind, line.askers))
    alone = {(line.kind, line.askers): line.each_second for line in lines if line.workers == 1}
    for line in lines:
        gain = line.each_second / alone[line.kind, line.askers]
        most = LAG_MS if line.workers == AT_ONCE else None
        times = (
            f"{line.median_ms:.0f} ms",
            f"{line.slowest_ms:.0f} ms",
            f"{verdict(line.lag_ms, most, 1)} ms",
        )
        workers = f"**{line.workers}**" if line.workers == AT_ONCE else str(line.workers)
        answers = (f"{line.each_second:.0f}", f"{gain:.2f}", f"{line.cpu_ms:.1f} ms")
        table.append([line.kind, str(line.askers), workers, *answers, *times])
    head = [
        "asked for",
        "askers",
        "worked on at once",
        "answers a second",
        "times as many as with one",
        "processor for each",
    ]
    head += ["median", "p99", "loop late, p99"]
    return f"### {name}\n\n{rows(head, table)}\n\nThe bot's own number is in bold."


def main() -> None:
    """Measures the bundle in the first argument, by the seed in the second."""
    folder, seed = sys.argv[1:]
    print(json.dumps(figures(Path(folder), int(seed))))


if __name__ == "__main__":
    main()
