"""Prints what adapting gains on a community's lists that were left out, and what the model's own lists lose.

`python -m tests.measure.adapting MODEL OWN`, with `--source` for one source of OWN, `--lists` for how many
lists are learned, and `--theirs DATA` for the playlists that MODEL was trained on: its held-out ones show the
loss, so MODEL must be one trained without `--everything` (`make evaluate` leaves it in out/measured).
`python -m tests.measure.left_out` makes a community of a source that MODEL then has not seen.

What can be gained at all is printed beside it: how many of the songs asked about the model knows, and how
many stand in the lists that are learned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import numpy.typing as npt
import typer
from rich.console import Console
from rich.table import Table

from model_export.adapt import copies_of
from model_export.grown import Grown, community, grown
from model_export.merge import merged, read_folders
from model_export.playlists import SPLITS, Playlists
from model_export.renew import Opened, opened
from model_export.trial import means, over_rows, scores, tried, whole

MOST_ASKED = 100
"""So many lists are asked about at most, evenly spread."""
NOTHING = np.empty(0, np.int64)
Lists = npt.NDArray[np.int64]


def chosen(own: Playlists, count: int, seed: int) -> tuple[Lists, Lists]:
    """The lists of so many parents, drawn by lot, and one list of each other parent."""
    parents = np.random.default_rng(seed).permutation(int(own.parent_of.max()) + 1)
    first = np.unique(own.parent_of, return_index=True)[1]
    rest = np.sort(first[parents[count:]])
    return np.flatnonzero(np.isin(own.parent_of, parents[:count])), _some(rest)


def _some(lists: np.ndarray) -> np.ndarray:
    return lists if len(lists) <= MOST_ASKED else lists[np.arange(MOST_ASKED) * len(lists) // MOST_ASKED]


def ndcg(of: Grown, lists: Playlists) -> list[float]:
    """The mean NDCG@100 by the length of the queue, every held-out song counted."""
    return [*means([scores(whole(of.bundle), over_rows(of, lists))]).values()] if len(lists) else []


class Draw(NamedTuple):
    """What one draw shows: figures by the length of the queue, shares as means over the lists asked about."""

    before: list[float]
    after: list[float]
    its_before: list[float]  # on the model's own lists
    its_after: list[float]
    known: float  # the share of a list's songs that the model knows
    shared: float  # and that which stands in the lists that are learned


def measure(base: Opened, own: Playlists, theirs: Playlists, count: int, seed: int) -> Draw:
    """Before and after, on the own lists that were left out and on the model's."""
    learned, asked = chosen(own, count, seed)
    both = merged([own, theirs]) if len(theirs) else own
    of = community(base, both, np.concatenate([copies_of(own), len(own) + np.arange(len(theirs))]))
    lists = [of.lists.select(asked), of.lists.select(len(own) + np.arange(len(theirs)))]
    alone = replace(of, lists=of.lists.select(learned), weights=of.weights[learned])
    strength = tried(alone, copies_of(alone.lists)).strength
    before, after = grown(of, NOTHING, strength), grown(of, learned, strength)
    songs = np.arange(len(of.lists.songs))
    return Draw(
        ndcg(before, lists[0]),
        ndcg(after, lists[0]),
        ndcg(before, lists[1]),
        ndcg(after, lists[1]),
        _share(lists[0], songs < len(base.songs)),
        _share(lists[0], np.isin(songs, of.lists.select(learned).entries)),
    )


def _share(lists: Playlists, some: npt.NDArray[np.bool_]) -> float:
    """How many of a list's songs are some of these, on average."""
    return float(np.mean([some[lists.tracks(i)].mean() for i in range(len(lists))] or [0.0]))


def _held_out(data: Path, split: str) -> Playlists:
    lists = read_folders([data])
    found = np.flatnonzero(lists.splits == SPLITS.index(split))
    found = found[np.unique(lists.parent_of[found], return_index=True)[1]]
    return lists.select(_some(found))


def main(
    model: Annotated[Path, typer.Argument(help="The bundle to adapt.")],
    data: Annotated[Path, typer.Argument(help="The folder of the community's playlists.")],
    source: Annotated[str | None, typer.Option(help="Only this source of them.")] = None,
    lists: Annotated[list[int] | None, typer.Option(help="Learn from so many; may be given again.")] = None,
    theirs: Annotated[Path | None, typer.Option(help="The playlists that the model was trained on.")] = None,
    split: Annotated[str, typer.Option(help="Which of them it has not seen.")] = "test",
    seeds: Annotated[int, typer.Option(help="How many draws are averaged.")] = 1,
) -> None:
    """Measures what adapting brings and what it costs."""
    base, own = opened(model), read_folders([data])
    if source is not None:
        own = own.select([i for i, each in enumerate(own.sources) if each == source])
    held_out = _held_out(theirs, split) if theirs else replace(own.select([]), names=())
    table = Table(title="NDCG@100 before and after, mean of k = 1, 5, 10; every held-out song counts")
    columns = (
        "lists",
        "it knows",
        "they share",
        "before",
        "after",
        "times",
        "its own, before",
        "after",
        "change",
    )
    for column in columns:
        table.add_column(column, justify="right")
    for count in lists or [20, 50, 200]:
        draws = [measure(base, own, held_out, count, seed) for seed in range(seeds)]
        table.add_row(str(count), *_row(draws))
    Console(width=120).print(table)


def _row(draws: Sequence[Draw]) -> list[str]:
    known, shared = (float(np.mean(each)) for each in zip(*(each[4:] for each in draws), strict=True))
    figures = zip(*(each[:4] for each in draws), strict=True)
    before, after, *its = (float(np.mean(each)) if all(map(len, each)) else 0.0 for each in figures)
    kept = [f"{its[0]:.4f}", f"{its[1]:.4f}", f"{its[1] / its[0] - 1:+.1%}"] if its[0] else [""] * 3
    times = f"{after / before:.2f}" if before else ""
    return [f"{known:.0%}", f"{shared:.0%}", f"{before:.4f}", f"{after:.4f}", times, *kept]


if __name__ == "__main__":
    typer.run(main)
