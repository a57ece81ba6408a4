"""What a grown bundle gains on own lists that it has not seen: before and after, and how sure it may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from model_export.grown import Community, Grown, Strength, grown, memory_of
from model_export.learning import Answers, answers_of
from model_export.metrics import DEPTH, cases, ndcg
from model_export.model import Memory, Model
from model_export.neighbours import nothing
from model_export.playlists import Playlists
from model_export.renew import Opened
from model_export.scoring import Scorer

Scores = dict[int, list[float]]
LENGTHS = (1, 5, 10)
"""Queues so long are asked about."""
FOLDS = 5
"""Each list is judged by what the others tell: a fifth of them is left out at a time."""
MOST_JUDGED = 150
"""So many lists are judged at most, evenly spread."""
NEVER = np.float32(-1e30)
"""The score of what is no song."""
WORTH = 1.1
"""How popular own songs are counts only where own lists are answered so many times as well with it."""


@dataclass(frozen=True, slots=True)
class Round:
    """How some lists were answered before and after the bundle learned from the others."""

    asked: npt.NDArray[np.int64]  # the lists
    before: Scores
    after: Scores
    answers: Answers  # of the bundle after, which its calibration is fitted to


class Tried(NamedTuple):
    """What the own lists are to weigh, and how they are answered then."""

    strength: Strength
    rounds: Sequence[Round]


def tried(
    of: Community, copies: npt.NDArray[np.int64], told: Callable[[float], None] = lambda done: None
) -> Tried:
    """Answers each of the own lists by what the others tell, with and without their songs' popularity.

    Every queue meets a song's popularity, also one of the bundle's own kinds. Where the own lists share most
    of their songs, their neighbours say as much, and only where one of those is in the queue.

    Args:
        of: the bundle and the own lists.
        copies: the same number for copies of a list, which are left out together.
        told: the share that is done.
    """
    popular = Strength()
    silent = replace(popular, popularity=0.0)
    found = list(_rounds(of, copies, (popular, silent), told))
    with_it, without = ([each[place] for each in found] for place in (0, 1))
    if _gained(with_it) > WORTH * _gained(without):
        return Tried(popular, with_it)
    return Tried(silent, without)


def _gained(found: Sequence[Round]) -> float:
    return sum(means([each.after for each in found]).values())


def _rounds(
    of: Community,
    copies: npt.NDArray[np.int64],
    strengths: Sequence[Strength],
    told: Callable[[float], None],
) -> Iterator[list[Round]]:
    """Every fold's models and lists, for each of the strengths."""
    fold_of = folds(of, copies)
    judged = np.unique(copies)
    if len(judged) > MOST_JUDGED:
        judged = judged[np.arange(MOST_JUDGED) * len(judged) // MOST_JUDGED]
    before = _Asked.of(grown(of, np.empty(0, np.int64), strengths[0]), of.lists)
    for fold in range(FOLDS):
        told(fold / FOLDS)
        asked = judged[fold_of[judged] == fold]
        if len(asked):
            earlier = scores(before.model, before.lists.select(asked))
            learned = np.flatnonzero(fold_of != fold)
            yield [_round(of, learned, asked, each, earlier) for each in strengths]


class _Asked(NamedTuple):
    """A model over all rows, and lists over them."""

    model: Model
    lists: Playlists

    @classmethod
    def of(cls, found: Grown, lists: Playlists) -> _Asked:
        return cls(whole(found.bundle), over_rows(found, lists))


def _round(
    of: Community,
    learned: npt.NDArray[np.int64],
    asked: npt.NDArray[np.int64],
    strength: Strength,
    before: Scores,
) -> Round:
    after = _Asked.of(grown(of, learned, strength), of.lists.select(asked))
    return Round(asked, before, scores(*after), answers_of(*after))


def folds(of: Community, copies: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The fold of each list: by parent where there are many, else by list."""
    parents = of.lists.parent_of.astype(np.int64)
    units = parents if int(parents.max(initial=0)) >= 2 * FOLDS else copies
    number = np.unique(units, return_inverse=True)[1]
    shuffled = np.random.default_rng(0).permutation(int(number.max()) + 1)
    return np.asarray(shuffled[number] % FOLDS, np.int64)


def whole(bundle: Opened) -> Model:
    """The bundle's model over its songs, artists and words, which are no answers, and a row of nothing."""
    model, others, tracks = bundle.model, bundle.others, len(bundle.songs)
    memory = memory_of(model)
    return replace(
        model,
        factors=np.pad(np.concatenate([model.factors, others.factors]), ((0, 1), (0, 0))),
        weights=np.pad(np.concatenate([model.weights, others.weights]), (0, 1)),
        track_bias=np.pad(model.track_bias, (0, len(others.weights) + 1), constant_values=NEVER),
        memory=Memory(
            sparse.csr_array(sparse.vstack([memory.likeness, others.likeness, nothing(1, tracks)])),
            memory.kinship,
            np.concatenate([memory.artist_of, others.artist_of, [-1]]).astype(np.int32),
        ),
    )


def over_rows(of: Grown, lists: Playlists) -> Playlists:
    """Lists over the rows of `whole`: a song that it lacks is its artist's row, else that of nothing."""
    last = len(of.bundle.songs) + len(of.bundle.others.weights)
    entries = of.place_of[lists.entries]
    return replace(lists, entries=np.where(entries < 0, last, entries).astype(np.int32), songs=())


def scores(model: Model, lists: Playlists) -> Scores:
    """The NDCG@100 of each list that is longer than a queue, by the queue's length.

    Every held-out song counts, also those that the model cannot answer.
    """
    scorer, found = Scorer(model), {}
    for length in LENGTHS:
        questions = list(cases(lists, length))
        heads = scorer.heads([case.queue for case in questions], DEPTH)
        found[length] = [
            ndcg(np.isin(head.ranked(model.blend, DEPTH), case.held_out), len(case.held_out))
            for case, head in zip(questions, heads, strict=True)
        ]
    return found


def means(found: Sequence[Scores]) -> dict[int, float]:
    """The mean over all rounds, by the queue's length; without the lengths that no list is longer than."""
    values = {length: [value for each in found for value in each[length]] for length in LENGTHS}
    return {length: float(np.mean(some)) for length, some in values.items() if some}
