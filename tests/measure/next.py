"""What a ballot costs beside the graph alone: `python -m tests.measure.next`.

The shipped model is asked for songs, as `/next` and `/vibe` ask it, for made-up rooms of one and of five
members. What is measured is the processor time of the whole process, and next to it, at once and for the same
room, that of the graph alone; medians of many such pairs, since these machines are shared. With `--own` only
a part of the songs can sound, drawn by chance, and only these are suggested.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from bot.party.words import Mood, Signal, Stock
from bot.recommend import recommender
from bot.recommend.bundle import open_bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.settings import STARTER

EACH = 3
"""How many songs each member has queued ..."""
AMONG = 5_000
"""... out of so many, the most popular ones."""
COUNT = 5
VIBE = ["90s rock"]
SCENES = [
    (
        f"{'vibe' if words else 'next'}, {people} {'member' if people == 1 else 'members'}, {mood}",
        people,
        words,
        mood,
    )
    for words in ([], VIBE)
    for people in (1, 5)
    for mood in (Mood.SAFE, Mood.BALANCED)
]


def room(catalogue: Catalogue, rng: np.random.Generator, people: int) -> list[Signal]:
    """What the members of a made-up room have queued."""
    songs = catalogue.tracks(rng.choice(AMONG, people * EACH, replace=False).tolist())
    return [Signal(song, 1.0, 1.0, {str(at % people): 1.0}) for at, song in enumerate(songs)]


async def pair(
    model: Recommender,
    catalogue: Catalogue,
    told: Sequence[Signal],
    words: Sequence[str],
    mood: Mood,
    among: Stock | None = None,
) -> tuple[float, float]:
    """The milliseconds of a whole ballot, and of the graph alone for the same songs."""
    heard = [(index, each) for each in told if (index := catalogue.index_of(each.track)) is not None]
    songs = [each.track for each in told]
    begun = time.process_time()
    await model.suggest(told, songs, COUNT, words=words, mood=mood, among=among)
    whole = time.process_time() - begun
    begun = time.process_time()
    model.answer(heard, [index for index, _ in heard], recommender.CANDIDATES)
    return 1000 * whole, 1000 * (time.process_time() - begun)


def drawn(catalogue: Catalogue, share: float) -> Stock:
    """So many of the songs, by chance."""
    count = catalogue.counts[0]
    chosen = np.random.default_rng(0).choice(count, round(share * count), replace=False)
    return Stock(frozenset(track.track_id or "" for track in catalogue.tracks(chosen.tolist())))


async def measure(model: Path, runs: int, share: float = 0.0) -> Table:
    """A line for each kind of ballot."""
    bundle = open_bundle(model)
    catalogue = Catalogue.open(bundle)
    catalogue.read()
    asked = Recommender(bundle, catalogue, seed=0)
    among = drawn(catalogue, share) if share else None
    table = Table(title=f"milliseconds of processor time, medians of {runs} pairs")
    for column in ("asked", "a ballot", "the graph alone", "all else", "p95 of a ballot"):
        table.add_column(column, justify="right")
    for name, people, words, mood in SCENES:
        rng = np.random.default_rng(people)
        took = np.array(
            [
                await pair(asked, catalogue, room(catalogue, rng, people), words, mood, among)
                for _ in range(runs + 5)
            ]
        )
        whole, alone = took[5:].T  # the first ones wake the memory up
        figures = np.median(whole), np.median(alone), np.median(whole - alone), np.percentile(whole, 95)
        table.add_row(name, *(f"{each:.2f}" for each in figures))
    asked.close()
    catalogue.close()
    return table


def main(
    model: Annotated[Path, typer.Option(help="The folder of the model.")] = STARTER,
    runs: Annotated[int, typer.Option(help="How many ballots of each kind.")] = 100,
    own: Annotated[float, typer.Option(help="Which part of the songs can sound; 0: it is not asked.")] = 0.0,
) -> None:
    """Measures what ballots cost."""
    Console(width=100).print(asyncio.run(measure(model, runs, own)))


if __name__ == "__main__":
    typer.run(main)
