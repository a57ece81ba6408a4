"""From a folder of playlists to a model: what is kept, when to stop, how sure it may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit

from model_export.both import with_squares
from model_export.bundle import Learned, popularity_of
from model_export.checkpoint import Checkpoint
from model_export.ensemble import blended, settled
from model_export.metrics import DEPTH, QUEUE_LENGTHS, Case, Ranking, averaged, cases
from model_export.model import Blend, Memory, Model, Parts, Settings, as_shipped
from model_export.neighbours import remember
from model_export.playlists import SPLITS, DataError, Playlists, Split
from model_export.scoring import Scorer
from model_export.training import Told, train

TYPICAL_LEVEL = 4.0
"""The logarithm of a typical playlist's length, some fifty songs."""

MOST_JUDGED, MOST_SCORES, FEWEST_JUDGED = 500, 2**25, 200
"""By so many held-out lists is judged at most; by fewer where songs are many, for so many scores in all."""
SCORES_A_LOOK = 2**24
"""The same of each look at validation while training goes on."""
USERS, FEWEST_USERS = frozenset({"user", "party"}), 20
"""By which kinds of lists `match` is calibrated, if there are so many."""
STAGES = ("start", "training", "neighbours", "measuring")
"""What training goes through; with everything, training goes on as "everything" and "all neighbours"."""

Progress = Callable[[str, int, float, float | None], None]
"""Told the stage, the epoch, the loss and, where it was measured, the NDCG@100 on validation."""
Answers = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.bool_]]
"""See `answers_of`."""


def learn(
    lists: Playlists,
    settings: Settings,
    *,
    min_parents: int = 1,
    everything: bool = False,
    progress: Progress = lambda stage, epoch, loss, ndcg: None,
    told: Told = lambda stage, done: None,
    keep: Checkpoint | None = None,
) -> Learned:
    """Trains on the train split, stops early and calibrates on validation, measures on both held-out splits.

    Args:
        lists: all the data.
        settings: see there.
        min_parents: songs in fewer different playlists are left out of the catalogue.
        everything: go on with all splits at the end, for a model that is shipped.
        progress: see `Progress`.
        told: which of `STAGES` is being worked on, and the share of it that is done.
        keep: where what is done is kept, so that a training that was stopped goes on.

    Raises:
        DataError: too little data to learn from, or no checkpoint can be written.
    """
    kept, learned_from = _kept(lists, lists.split("train"), min_parents)
    if np.diff(learned_from.bounds).max(initial=0) < 2:
        raise DataError("no playlist has two songs that others have too; bring longer playlists")
    held_out = {name: _held_out(lists, kept, name) for name in SPLITS[1:]}
    judged = any(next(cases(held_out["validation"], length), None) for length in QUEUE_LENGTHS)
    looked_at = _some(held_out["validation"], max(SCORES_A_LOOK // len(kept), FEWEST_JUDGED // 4))
    trained = train(
        learned_from,
        settings,
        judge=(lambda model: _ndcg(model, looked_at)) if judged else None,
        progress=partial(progress, "training"),
        told=told,
        keep=keep,
    )
    epochs, curve, model = trained.epochs, trained.curve, as_shipped(trained.model)
    before = trained.parameters if everything else None
    del trained  # of millions of songs, a gigabyte that neighbours need
    told("neighbours", 0)
    memory = _remembered("neighbours", learned_from, settings, keep)

    def with_weight(squares: float) -> Model:
        found = with_squares(model, learned_from, replace(settings, squares=squares))
        return replace(found if found is model else as_shipped(found), memory=memory)

    told("measuring", 0)
    # Of many lists the factors went out from least squares already, and these take their time.
    squares = settings.squares if len(lists) <= settings.few else 0.0
    best, squares, metrics = _judged(with_weight, squares, held_out, keep, told)
    settings = replace(settings, squares=squares)
    if before is None:
        return Learned(settled(best), learned_from, settings, epochs, ("train",), metrics, curve)
    all_kept, all_lists = _kept(lists, lists, min_parents)
    final = train(
        all_lists,
        settings,
        progress=partial(progress, "everything"),
        told=told,
        keep=keep,
        before=before.moved(
            Parts.of(learned_from).of_track, Parts.of(all_lists).of_track, _places(kept, all_kept)
        ),
    )
    told("all neighbours", 0)
    shipped = replace(
        best,
        factors=as_shipped(with_squares(final.model, all_lists, settings)).factors,
        weights=final.model.weights,
        track_bias=final.model.track_bias,
        memory=_remembered("all-neighbours", all_lists, settings, keep),
    )
    return Learned(settled(shipped), all_lists, settings, epochs, tuple(SPLITS), metrics, curve)


def _kept(
    lists: Playlists, learned_from: Playlists, min_parents: int
) -> tuple[npt.NDArray[np.int64], Playlists]:
    """The songs that stand in enough of the lists, the popular ones first, and the lists over them.

    A song without a title is left out: nobody could tell what is suggested, and Discord refuses empty texts.
    """
    keep = np.flatnonzero(lists.titled & (learned_from.parents_per_song() >= min_parents))
    if not len(keep):
        raise DataError(
            f"no song with a title stands in {min_parents} different playlists; "
            "bring more or lower --min-parents"
        )
    keep = keep[np.argsort(-popularity_of(learned_from)[keep], kind="stable")]
    return keep, learned_from.restricted(keep)


def _places(songs: npt.NDArray[np.integer], among: npt.NDArray[np.integer]) -> npt.NDArray[np.integer]:
    """Where each song stands among others that hold them all."""
    order = np.argsort(among, kind="stable")
    return order[np.searchsorted(among, songs, sorter=order)]


def _held_out(lists: Playlists, kept: npt.NDArray[np.int64], name: Split) -> Playlists:
    """One list of each parent of a split, over the songs that are learned; evenly spread ones of many."""
    found = lists.split(name).one_per_parent()
    return _some(found, max(min(MOST_JUDGED, MOST_SCORES // len(kept)), FEWEST_JUDGED)).restricted(kept)


def _some(lists: Playlists, most: int) -> Playlists:
    """At most so many of the lists, evenly spread."""
    return lists if len(lists) <= most else lists.select(np.arange(most) * len(lists) // most)


def _remembered(stage: str, lists: Playlists, settings: Settings, keep: Checkpoint | None) -> Memory | None:
    """The neighbours, from the checkpoint if it has them."""
    if keep is None:
        return remember(lists, settings)
    stored = keep.load(stage)
    if stored is None:
        memory = remember(lists, settings)
        keep.save(stage, {} if memory is None else _as_arrays(memory))
        return memory
    return _as_memory(stored[0]) if stored[0] else None


def _as_arrays(memory: Memory) -> dict[str, npt.NDArray[Any]]:
    return {
        "artist_of": memory.artist_of,
        **{
            f"{name}_{part}": getattr(matrix, part)
            for name, matrix in (("likeness", memory.likeness), ("kinship", memory.kinship))
            for part in ("data", "indices", "indptr")
        },
    }


def _as_memory(arrays: dict[str, npt.NDArray[Any]]) -> Memory:
    def matrix(name: str) -> sparse.csr_array:
        data, indices, indptr = (arrays[f"{name}_{part}"] for part in ("data", "indices", "indptr"))
        return sparse.csr_array((data, indices, indptr), shape=(len(indptr) - 1, len(indptr) - 1))

    return Memory(matrix("likeness"), matrix("kinship"), arrays["artist_of"])


def _judged(
    with_weight: Callable[[float], Model],
    squares: float,
    held_out: dict[Split, Playlists],
    keep: Checkpoint | None,
    told: Told,
) -> tuple[Model, float, dict[str, Any]]:
    """The model, blended and calibrated on validation, and how good it is; as the checkpoint has it.

    Args:
        with_weight: the model in which the least squares' factors have this weight.
        squares: the weight that they may have; 0 is looked at as well, and what is better on validation wins.
        held_out: the lists to judge by.
        keep: where that is kept.
        told: see `learn`.

    Returns:
        The model, the weight that won, and the figures.
    """
    stored = keep.load("judged") if keep is not None else None
    if stored is not None:
        found, squares, metrics = stored[1]
        return replace(with_weight(squares), **{**found, "blend": Blend(*found["blend"])}), squares, metrics
    validation = held_out["validation"]
    tried = {each: blended(with_weight(each), validation) for each in (0.0, squares)}
    if len(tried) > 1:
        squares = max(tried, key=lambda each: _ndcg(tried[each], validation))
    model = tried[squares]
    told("measuring", 1 / 3)
    model = calibrated(model, of_users(held_out["validation"]))
    told("measuring", 2 / 3)
    metrics = {name: _qualities(model, lists) for name, lists in held_out.items()}
    if keep is not None:
        found = {name: getattr(model, name) for name in ("blend", "temper", "scale", "level")}
        keep.save("judged", {}, [found, squares, metrics])
    return model, squares, metrics


def _qualities(model: Model, lists: Playlists) -> dict[str, dict[str, float]]:
    scorer = Scorer(model)
    return {
        str(length): {
            name: round(value, 4)
            for name, value in asdict(averaged(_answered(scorer, lists, length), len(model.factors))).items()
            if name in {"cases", "r_precision", "ndcg", "recall_10", "hit_10"}
        }
        for length in QUEUE_LENGTHS
    }


def _answered(
    scorer: Scorer, lists: Playlists, length: int
) -> Iterator[tuple[Case, npt.NDArray[np.int32], Ranking]]:
    questions = list(cases(lists, length))
    depths = [max(DEPTH, len(case.held_out)) for case in questions]
    heads = scorer.heads([case.queue for case in questions], depths)
    for case, depth, head in zip(questions, depths, heads, strict=True):
        yield case, case.held_out, head.ranked(scorer.model.blend, depth)


def _ndcg(model: Model, lists: Playlists) -> float:
    return float(np.mean([quality["ndcg"] for quality in _qualities(model, lists).values()]))


def of_users(lists: Playlists) -> Playlists:
    """The lists that people made for themselves, whom `match` is said to; all lists where these are few."""
    users = [i for i, kind in enumerate(lists.kinds) if kind in USERS]
    return lists.select(users) if len(users) >= FEWEST_USERS else lists


TEMPERS = (1.0, 0.5, 0.3, 0.2, 0.1, 0.05, 0.03)
"""What scores may be multiplied with before the softmax: the members together make it too sharp."""


def calibrated(model: Model, validation: Playlists) -> Model:
    """Fits `match` to what held-out playlists hold: Platt scaling (1999) of the first hundred answers.

    Of several tempers of the softmax, which is the playlist's bias, the most likely one is taken. Without
    held-out playlists it stays the softmax's own probability of a list of typical length.
    """
    return calibrated_by(model, [answers_of(model, validation)])


def calibrated_by(model: Model, answers: Sequence[Answers]) -> Model:
    """The same by what models like this one have answered."""
    scores, normalisers, truths = (np.concatenate(part, axis=-1) for part in zip(*answers, strict=True))
    if not truths.any() or truths.all():
        return replace(model, temper=1.0, scale=1.0, level=TYPICAL_LEVEL)
    fits = [
        (*_platt(temper * scores - normaliser, truths), temper)
        for temper, normaliser in zip(TEMPERS, normalisers, strict=True)
    ]
    _, scale, level, temper = min(fits)
    return replace(model, temper=temper, scale=scale, level=level)


def _platt(centred: npt.NDArray[np.float64], truths: npt.NDArray[np.bool_]) -> tuple[float, float, float]:
    """The loss, scale and level of the likeliest logits scale * centred + level."""

    def loss_and_slope(line: npt.NDArray[np.float64], /) -> tuple[float, npt.NDArray[np.float64]]:
        logits = line[0] * centred + line[1]
        wrong = expit(logits) - truths
        loss = np.mean(np.logaddexp(0, logits) - truths * logits)
        return float(loss), np.array([np.mean(wrong * centred), np.mean(wrong)])

    fitted = minimize(
        loss_and_slope, np.array([1.0, TYPICAL_LEVEL]), jac=True, bounds=[(1e-3, None), (None, None)]
    )
    return float(fitted.fun), float(fitted.x[0]), float(fitted.x[1])


def answers_of(model: Model, lists: Playlists) -> Answers:
    """Of every case's first hundred answers.

    Returns:
        The scores (answers,), the normaliser of each temper (tempers, answers), and whether they were right.
    """
    scorer = Scorer(model)
    scores, normalisers, truths = [np.empty(0)], [np.empty((len(TEMPERS), 0))], [np.empty(0, np.bool_)]
    for length in QUEUE_LENGTHS:
        questions = list(cases(lists, length))
        heads = scorer.heads([case.queue for case in questions], DEPTH, TEMPERS)
        for case, head in zip(questions, heads, strict=True):
            said = head.scores(model.blend)
            ranked = np.argsort(-said, kind="stable")[:DEPTH]
            scores.append(said[ranked].astype(float))
            normalisers.append(np.repeat(head.normalisers[:, None], len(ranked), axis=1))
            truths.append(np.isin(head.songs[ranked], case.held_out))
    return np.concatenate(scores), np.concatenate(normalisers, axis=1), np.concatenate(truths)
