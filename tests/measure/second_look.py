"""What the second look brings and costs, and how fair it is from the first ballot on.

`python -m tests.measure.second_look DATA --model MODEL --split test`, on held-out playlists of a model that
`python -m model_export train` has made.

For each source: NDCG@100 for queues of the first k songs, without and with the second look, and how many of
the first twenty suggestions are among the 500 most popular songs, beside how many of what people listed are.
Then made-up pairs of members out of lists without an artist in common: of twenty suggestions for three songs
of each, how many are for whom, by whose three songs alone add most to them.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, get_args

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from bot.party.words import Signal, Track
from bot.recommend import second_look
from model_export.metrics import DEPTH, ndcg
from model_export.playlists import Split
from tests.measure.stage import Stage, open_stage

LENGTHS = (1, 5, 10)
POPULAR, SHOWN = 500, 20
EACH, LEAST = 3, 6
"""How many songs each of two members has, and how many suggestions are to be for each at least."""

Figures = tuple[float, float, float]  # NDCG@100, popular among the suggestions, popular among what was listed


@contextmanager
def without() -> Iterator[None]:
    """No second look meanwhile."""
    kept = second_look.POPULAR, second_look.ERA, second_look.KIND
    second_look.POPULAR = second_look.ERA = second_look.KIND = 0.0
    try:
        yield
    finally:
        second_look.POPULAR, second_look.ERA, second_look.KIND = kept


def of_one(tracks: Sequence[Track], user: str) -> list[Signal]:
    """Songs that one member has queued."""
    return [Signal(track, 1.0, 1.0, {user: 1.0}) for track in tracks]


async def figures(stage: Stage, liked: Sequence[Track], known: int) -> Figures | None:
    """How well a list's first songs lead to the others; None where the catalogue knows none of these."""
    places = {
        id_: place
        for track in liked
        if (place := _place(stage, track)) is not None and (id_ := track.track_id)
    }
    wanted = {track.track_id for track in liked[known:] if track.track_id in places}
    if not wanted:
        return None
    found = await stage.recommender.suggest(of_one(liked[:known], "a"), liked[:known], DEPTH)
    hits = np.array([each.track.track_id in wanted for each in found], bool)
    shown = [_place(stage, each.track) or 0 for each in found[:SHOWN]]
    return (
        ndcg(hits, len(wanted)),
        float(np.mean([place < POPULAR for place in shown])),
        float(np.mean([places[id_] < POPULAR for id_ in wanted])),
    )


def _place(stage: Stage, track: Track) -> int | None:
    """A song's place by popularity, None for one that the catalogue does not know."""
    index = stage.catalogue.index_of(track)
    return index if index is not None and index < stage.catalogue.counts[0] else None


async def by_source(stage: Stage) -> dict[str, np.ndarray]:
    """The mean figures of each source over all queue lengths, and of all sources."""
    found: dict[str, list[Figures]] = defaultdict(list)
    for source, liked in zip(stage.sources, stage.lists, strict=True):
        for known in LENGTHS:
            if len(liked) > known and (each := await figures(stage, liked, known)):
                found[source].append(each)
    means = {source: np.mean(each, axis=0) for source, each in sorted(found.items())}
    return means | {"mean of sources": np.mean([*means.values()], axis=0)}


def pairs(stage: Stage, count: int) -> list[tuple[Sequence[Track], Sequence[Track]]]:
    """People without an artist in common, whose songs the catalogue knows, or at least their artists."""
    rng = np.random.default_rng(EACH)
    known = [[each for each in liked if stage.catalogue.index_of(each) is not None] for liked in stage.lists]
    people = [liked for liked in known if len(liked) > EACH]
    artists = [{track.artist.split(",")[0].casefold() for track in liked} for liked in people]
    found: list[tuple[Sequence[Track], Sequence[Track]]] = []
    while len(found) < count:
        one, other = rng.choice(len(people), 2, replace=False).tolist()
        if artists[one].isdisjoint(artists[other]):
            found.append((people[one][:EACH], people[other][:EACH]))
    return found


async def served(stage: Stage, one: Sequence[Track], other: Sequence[Track]) -> tuple[int, int]:
    """How many of twenty suggestions are for each of two."""
    told = [*of_one(one, "a"), *of_one(other, "b")]
    found = await stage.recommender.suggest(told, [*one, *other], SHOWN)
    alone = []
    for theirs in (of_one(one, "a"), of_one(other, "b")):
        whys = [await stage.recommender.why(theirs, each.track, {}) for each in found]
        alone.append([sum(share.logit for share in why.songs) if why else 0.0 for why in whys])
    first = int((np.array(alone[0]) > np.array(alone[1])).sum())
    return first, len(found) - first


async def tables(stage: Stage, count: int) -> Iterator[Table]:
    """Both tables."""
    looked = await by_source(stage)
    with without():
        plain = await by_source(stage)
    quality = Table(title=f"NDCG@100, and songs among the {POPULAR} most popular, in per cent")
    for column in ("source", "NDCG without", "with", "popular without", "with", "listed"):
        quality.add_column(column, justify="right")
    for source, (gain, popular, listed) in looked.items():
        before = plain[source]
        percent = [f"{100 * value:.0f}" for value in (before[1], popular, listed)]
        quality.add_row(source, f"{before[0]:.4f}", f"{gain:.4f}", *percent)
    least = Counter([min(await served(stage, *pair)) for pair in pairs(stage, count)])
    fair = Table(title=f"of {SHOWN} suggestions for two with {EACH} songs each: for whom there are fewer")
    for column in ("suggestions", "pairs"):
        fair.add_column(column, justify="right")
    for number, many in sorted(least.items()):
        fair.add_row(str(number), str(many))
    good = sum(many for number, many in least.items() if number >= LEAST)
    fair.add_row(f"{LEAST} or more", f"{good / count:.1%}")
    return iter([quality, fair])


def main(
    data: Annotated[Path, typer.Argument(help="The folder of playlists that the model was trained on.")],
    model: Annotated[Path, typer.Option(help="The folder of the model.")],
    split: Annotated[str, typer.Option(help="validation or test.")] = "test",
    count: Annotated[int, typer.Option("--pairs", help="How many pairs of members.")] = 300,
) -> None:
    """Measures the second look."""
    (chosen,) = [each for each in get_args(Split) if each == split]
    stage = open_stage(model, data, chosen)
    for table in asyncio.run(tables(stage, count)):
        Console(width=100).print(table)


if __name__ == "__main__":
    typer.run(main)
