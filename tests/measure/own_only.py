"""What it costs in hits that only a part of all songs can sound: `python -m tests.measure.own_only DATA`.

Of each of some playlists the first songs are the queue, and the others that can sound are what is looked for.
A ballot from what can sound is held against one from all songs of which the others are left out afterwards.
The shipped model has met these playlists: only the difference says anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from bot.party.rules.songs import varied
from bot.party.words import Signal, Stock, Track
from bot.recommend.bundle import open_bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.settings import STARTER
from model_export.reading import read_playlists
from tests.measure.next import drawn

QUEUE, BALLOT, WHOLE = 5, 5, 100
"""How many songs are queued, how many are suggested, and of how many the others are left out."""


async def hits(model: Recommender, songs: Sequence[Track], stock: Stock) -> tuple[int, int, int] | None:
    """How many suggestions are in the list's rest: of what can sound, left over of all, and left at all."""
    queue, rest = songs[:QUEUE], {song.track_id for song in songs[QUEUE:]} & stock.known
    if not rest:
        return None
    told = [Signal(song, 1.0, 1.0, {"1": 1.0}) for song in queue]
    among = await model.suggest(told, queue, BALLOT, among=stock)
    whole = [each.track for each in await model.suggest(told, queue, WHOLE)]
    left = [track for track in whole if track.track_id in stock.known]
    best = [left[place] for place in varied(left, BALLOT)]
    found = sum(each.track.track_id in rest for each in among)
    return found, sum(track.track_id in rest for track in best), len(best)


async def measure(data: Path, model: Path, share: float, most: int) -> Table:
    """A line for each way."""
    bundle = open_bundle(model)
    catalogue = Catalogue.open(bundle)
    recommender, stock = Recommender(bundle, catalogue, seed=0), drawn(catalogue, share)
    lists = read_playlists(data)
    chosen = np.random.default_rng(0).permutation(len(lists))
    found = []
    for number in chosen.tolist():
        songs = [lists.songs[at] for at in lists.tracks(number)[:200]]
        tracks = [Track(s.title, s.artist, s.track_id, s.album, s.year, s.duration_ms) for s in songs]
        if len(tracks) > 2 * QUEUE and (each := await hits(recommender, tracks, stock)):
            found.append(each)
        if len(found) == most:
            break
    counted = np.array(found, float)
    error = counted[:, 0] - counted[:, 1]
    table = Table(title=f"{len(found)} playlists, {share:.0%} of the songs can sound: hits in {BALLOT}")
    for column in ("from what can sound", "left over of all", "difference", "songs left over"):
        table.add_column(column, justify="right")
    deviation = error.std() / np.sqrt(len(error))
    table.add_row(
        f"{counted[:, 0].mean():.3f}",
        f"{counted[:, 1].mean():.3f}",
        f"{error.mean():+.3f} ± {deviation:.3f}",
        f"{counted[:, 2].mean():.2f}",
    )
    recommender.close()
    catalogue.close()
    return table


def main(
    data: Annotated[Path, typer.Argument(help="The folder of playlists.")],
    model: Annotated[Path, typer.Option(help="The folder of the model.")] = STARTER,
    own: Annotated[float, typer.Option(help="Which part of the songs can sound.")] = 1 / 3,
    most: Annotated[int, typer.Option("--lists", help="How many playlists.")] = 300,
) -> None:
    """Measures what is lost."""
    Console(width=100).print(asyncio.run(measure(data, model, own, most)))


if __name__ == "__main__":
    typer.run(main)
