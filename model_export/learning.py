"""From a folder of playlists to a model: what is kept, when to stop, how sure it may be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

from model_export.baselines import best
from model_export.bundle import Epoch, Learned, popularity_of
from model_export.ensemble import blended
from model_export.metrics import DEPTH, QUEUE_LENGTHS, Case, Ranking, cases, measure
from model_export.model import Model, Settings, as_shipped, log_sum_exp, queue_matrix
from model_export.neighbours import remember
from model_export.playlists import SPLITS, DataError, Playlists
from model_export.training import train

TYPICAL_LEVEL = 4.0
"""The logarithm of a typical playlist's length, some fifty songs."""

Progress = Callable[[str, int, float, float | None], None]
"""Told the stage, the epoch, the loss and, where it was measured, the NDCG@100 on validation."""


def learn(
    lists: Playlists,
    settings: Settings,
    *,
    min_parents: int = 1,
    everything: bool = False,
    progress: Progress = lambda stage, epoch, loss, ndcg: None,
) -> Learned:
    """Trains on the train split, stops early and calibrates on validation, measures on both held-out splits.

    Args:
        lists: all the data.
        settings: see there.
        min_parents: songs in fewer different playlists are left out of the catalogue.
        everything: train once more on all splits for as many epochs, for a model that is shipped.
        progress: see `Progress`.

    Raises:
        DataError: too little data to learn from.
    """
    learned_from = _kept(lists, lists.split("train"), min_parents)
    if np.diff(learned_from.bounds).max(initial=0) < 2:
        raise DataError("no playlist has two songs that others have too; bring longer playlists")
    held_out: dict[str, Playlists] = {
        name: lists.restricted(_indices(lists, learned_from)).split(name).one_per_parent()
        for name in SPLITS[1:]
    }
    curve: list[Epoch] = []

    def followed(epoch: int, loss: float, ndcg: float | None) -> None:
        curve.append((epoch, loss, ndcg))
        progress("training", epoch, loss, ndcg)

    judged = any(next(cases(held_out["validation"], length), None) for length in QUEUE_LENGTHS)
    model, epochs = train(
        learned_from,
        settings,
        judge=(lambda model: _ndcg(model, held_out["validation"])) if judged else None,
        progress=followed,
    )
    model = replace(as_shipped(model), memory=remember(learned_from, settings))
    model = calibrated(blended(model, held_out["validation"]), held_out["validation"])
    metrics = {name: _qualities(model, lists) for name, lists in held_out.items()}
    if not everything:
        return Learned(model, learned_from, settings, epochs, ("train",), metrics, curve)
    all_lists = _kept(lists, lists, min_parents)
    final, _ = train(
        all_lists,
        replace(settings, epochs=epochs),
        progress=lambda epoch, loss, ndcg: progress("everything", epoch, loss, ndcg),
    )
    final = replace(
        as_shipped(final),
        memory=remember(all_lists, settings),
        blend=model.blend,
        temper=model.temper,
        scale=model.scale,
        level=model.level,
    )
    return Learned(final, all_lists, settings, epochs, tuple(SPLITS), metrics, curve)


def _kept(lists: Playlists, learned_from: Playlists, min_parents: int) -> Playlists:
    """The lists over the songs that stand in enough of them, the popular ones first.

    A song without a title is left out: nobody could tell what is suggested, and Discord refuses empty texts.
    """
    titled = np.array([song.titled for song in lists.songs], np.bool_)
    keep = np.flatnonzero(titled & (learned_from.parents_per_song() >= min_parents))
    if not len(keep):
        raise DataError(
            f"no song with a title stands in {min_parents} different playlists; "
            "bring more or lower --min-parents"
        )
    popularity = popularity_of(learned_from)[keep]
    return learned_from.restricted(keep[np.argsort(-popularity, kind="stable")])


def _indices(lists: Playlists, kept: Playlists) -> npt.NDArray[np.int64]:
    number = {song.track_id: i for i, song in enumerate(lists.songs)}
    return np.array([number[song.track_id] for song in kept.songs], np.int64)


def _ranker(model: Model) -> Callable[[Case, int], Ranking]:
    catalogue = np.arange(len(model.factors), dtype=np.int32)

    def rank(case: Case, limit: int) -> Ranking:
        scores = model.scores(queue_matrix([case.queue], len(catalogue)))[0]
        return best(scores, case.queue, catalogue, limit)

    return rank


def _qualities(model: Model, lists: Playlists) -> dict[str, dict[str, float]]:
    catalogue = np.arange(len(model.factors), dtype=np.int32)
    return {
        str(length): {
            name: round(value, 4)
            for name, value in asdict(measure(list(cases(lists, length)), _ranker(model), catalogue)).items()
            if name in {"cases", "r_precision", "ndcg", "recall_10", "hit_10"}
        }
        for length in QUEUE_LENGTHS
    }


def _ndcg(model: Model, lists: Playlists) -> float:
    return float(np.mean([quality["ndcg"] for quality in _qualities(model, lists).values()]))


TEMPERS = (1.0, 0.5, 0.3, 0.2, 0.1, 0.05, 0.03)
"""What scores may be multiplied with before the softmax: the members together make it too sharp."""


def calibrated(model: Model, validation: Playlists) -> Model:
    """Fits `match` to what held-out playlists hold: Platt scaling (1999) of the first hundred answers.

    Of several tempers of the softmax, which is the playlist's bias, the most likely one is taken. Without
    held-out playlists it stays the softmax's own probability of a list of typical length.
    """
    scores, normalisers, truths = _answers(model, validation)
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


def _answers(
    model: Model, lists: Playlists
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Of every case's first hundred answers.

    Returns:
        The scores (answers,), the normaliser of each temper (tempers, answers), and whether they were right.
    """
    catalogue = np.arange(len(model.factors), dtype=np.int32)
    scores, normalisers, truths = [np.empty(0)], [np.empty((len(TEMPERS), 0))], [np.empty(0, np.bool_)]
    for length in QUEUE_LENGTHS:
        for case in cases(lists, length):
            found = model.scores(queue_matrix([case.queue], len(catalogue)))
            ranked = best(found[0], case.queue, catalogue, DEPTH)
            each = [float(log_sum_exp(np.float32(temper) * found)[0, 0]) for temper in TEMPERS]
            scores.append(found[0, ranked].astype(float))
            normalisers.append(np.repeat(np.array(each)[:, None], len(ranked), axis=1))
            truths.append(np.isin(ranked, case.held_out))
    return np.concatenate(scores), np.concatenate(normalisers, axis=1), np.concatenate(truths)
