"""How good a ranking is, for playlists that training never saw.

The first k tracks of a playlist are the queue, the rest is held out. R-precision and NDCG follow the RecSys
Challenge 2018 (C.-W. Chen et al.), without its artist bonus: with R tracks held out, R-precision is the share
of them among the first R ranked, NDCG@100 is the sum of 1 / log2(rank + 1) over hits, divided by the best
that is possible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model_export.playlists import Playlists

QUEUE_LENGTHS = (1, 5, 10, 25)
DEPTH = 100

Ranking = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Case:
    """One question: this queue, and what its playlist held beside it. Indices into the data's songs."""

    queue: npt.NDArray[np.int32]
    held_out: npt.NDArray[np.int32]
    source: str


Ranker = Callable[[Case, int], Ranking]
"""The best tracks of a case, best first, at most so many; songs of the queue left out."""


def cases(lists: Playlists, length: int) -> Iterator[Case]:
    """A case of each playlist that is longer than the queue."""
    for i in range(len(lists)):
        tracks = lists.tracks(i)
        if len(tracks) > length:
            yield Case(tracks[:length], tracks[length:], lists.sources[i])


@dataclass(frozen=True, slots=True)
class Quality:
    """Means over the cases of one queue length; all between 0 and 1."""

    cases: int
    r_precision: float
    ndcg: float
    recall_10: float
    hit_10: float
    coverage: float  # share of the catalogue that appears in anybody's first ten
    ndcg_all: float  # NDCG@100 with songs outside the catalogue counted as missed


_DISCOUNT = 1 / np.log2(np.arange(2, DEPTH + 2))


def ndcg(hits: npt.NDArray[np.bool_], relevant: int) -> float:
    """NDCG@100 of a ranking whose place i is a hit or not, with so many relevant tracks."""
    gained = float(hits[:DEPTH] @ _DISCOUNT[: len(hits[:DEPTH])])
    return gained / float(_DISCOUNT[:relevant].sum())


def measure(questions: Sequence[Case], rank: Ranker, catalogue: npt.NDArray[np.int32]) -> Quality:
    """Ranks every case and averages.

    Args:
        questions: cases; those without a held-out song of the catalogue are left out.
        rank: what is measured.
        catalogue: the songs that the model can rank at all.
    """
    known = np.zeros(
        int(max([catalogue.max(initial=-1), *(max(each.held_out) for each in questions)])) + 1, np.bool_
    )
    known[catalogue] = True
    within = [np.unique(case.held_out[known[case.held_out]]) for case in questions]
    asked = [(case, songs) for case, songs in zip(questions, within, strict=True) if len(songs)]
    answers = ((case, songs, rank(case, max(DEPTH, len(songs)))) for case, songs in asked)
    return averaged(answers, len(catalogue))


def averaged(answers: Iterable[tuple[Case, npt.NDArray[np.integer], Ranking]], catalogue: int) -> Quality:
    """How good answers are on the whole.

    Args:
        answers: each a case, its held-out songs that the model can rank at all, and what it ranked first:
            a hundred songs, or as many as are held out if these are more.
        catalogue: how many songs it can rank.
    """
    rows, shown = [], set[int]()
    for case, within, ranked in answers:
        hits = np.isin(ranked, within)
        shown.update(ranked[:10].tolist())
        rows.append(
            (
                hits[: len(within)].sum() / len(within),
                ndcg(hits, len(within)),
                hits[:10].sum() / len(within),
                float(hits[:10].any()),
                ndcg(hits, len(case.held_out)),
            )
        )
    if not rows:
        return Quality(0, 0, 0, 0, 0, 0, 0)
    r_precision, gain, recall, hit, gain_all = np.mean(rows, axis=0).tolist()
    return Quality(len(rows), r_precision, gain, recall, hit, len(shown) / catalogue, gain_all)


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of about the same match."""

    count: int
    match: float  # their mean
    true: float  # the share of them that was right


def reliability(match: npt.NDArray[np.floating], true: npt.NDArray[np.bool_], bins: int = 10) -> list[Bin]:
    """The points of a reliability diagram (DeGroot and Fienberg, 1983): bins of equal width, no empty one.

    Args:
        match: (answers,) what was promised of each, between 0 and 1.
        true: (answers,) whether it was right.
        bins: how many to cut 0 to 1 into.
    """
    place = np.minimum((match * bins).astype(int), bins - 1)
    inside = [place == each for each in range(bins)]
    return [
        Bin(int(here.sum()), float(match[here].mean()), float(true[here].mean()))
        for here in inside
        if here.any()
    ]


def calibration_error(match: npt.NDArray[np.floating], true: npt.NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error (Naeini et al., 2015): bins of equal width, weighted by their size."""
    found = reliability(match, true, bins)
    return sum(each.count / len(match) * abs(each.match - each.true) for each in found)
