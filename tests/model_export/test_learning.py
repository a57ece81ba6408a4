"""Learning as a whole: what it keeps, what it holds out, and how sure it dares to be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model_export.bundle import Learned
from model_export.learning import FEWEST_USERS, TYPICAL_LEVEL, calibrated, learn, of_users
from model_export.metrics import QUEUE_LENGTHS, cases
from model_export.model import Model, queue_matrix
from model_export.playlists import SPLITS, DataError, Playlists
from tests.model_export.planted import QUICK, playlists

SHORT = replace(QUICK, epochs=5)


def test_only_the_train_split_is_learned_from(learned: Learned, lists: Playlists) -> None:
    """Lists held out for validation and test have no part in the model, its songs or its popularity."""
    assert learned.splits == ("train",)
    assert list(learned.lists.parents) == list(lists.split("train").parents)


def test_the_held_out_splits_are_measured(learned: Learned) -> None:
    """Both held-out splits have figures for each queue length, and planted genres have high ones."""
    assert set(learned.metrics) == set(SPLITS[1:])
    for by_length in learned.metrics.values():
        assert set(by_length) == {str(length) for length in QUEUE_LENGTHS}
        assert by_length["1"]["cases"] > 0
        assert by_length["1"]["hit_10"] == 1
        assert by_length["1"]["ndcg"] > 0.5


def test_everything_learns_from_all_splits(lists: Playlists) -> None:
    """For shipping, all lists are learned from, and the figures stay those of the held-out splits."""
    told: dict[str, int] = {}
    shipped = learn(
        lists,
        SHORT,
        everything=True,
        progress=lambda stage, epoch, loss, ndcg: told.update({stage: epoch}),
    )
    assert set(shipped.splits) == set(SPLITS)
    assert len(shipped.lists) == len(lists)
    assert set(told) == {"training", "everything"}
    assert 0 < told["everything"] < told["training"] == shipped.epochs
    measured = learn(lists, SHORT)
    assert shipped.metrics == measured.metrics
    assert (shipped.model.scale, shipped.model.level) == (measured.model.scale, measured.model.level)


def test_songs_of_too_few_parents_are_left_out() -> None:
    """A song of one parent's snapshots is left out, one of two parents stays."""
    parents = ["parent-0", "parent-0", "parent-4", "parent-6"]
    lists = playlists([[0, 1, 2], [0, 1, 2], [1, 2], [2, 3]], 4, parents=parents)
    assert {lists.split_name(i) for i in range(4)} == {"train"}
    assert [song.track_id for song in learn(lists, SHORT, min_parents=2).lists.songs] == ["t2", "t1"]
    assert len(learn(lists, SHORT, min_parents=1).lists.songs) == 4


def test_no_song_left_is_an_error(lists: Playlists) -> None:
    """Where no song stands in enough playlists nothing can be learned, and the error says what to lower."""
    with pytest.raises(DataError, match="--min-parents"):
        learn(lists, SHORT, min_parents=1000)


def test_learning_is_repeatable(lists: Playlists) -> None:
    """The same data and settings give the same model, calibration included."""
    first, again = learn(lists, SHORT), learn(lists, SHORT)
    np.testing.assert_array_equal(first.model.factors, again.model.factors)
    assert (first.model.scale, first.model.level) == (again.model.scale, again.model.level)
    assert first.metrics == again.metrics


def loss_of_match(model: Model, lists: Playlists) -> float:
    """The cross-entropy of the model's matches and the truth, over all tracks of all cases."""
    losses = []
    for length in QUEUE_LENGTHS:
        for case in cases(lists, length):
            logits = model.logits(queue_matrix([case.queue], len(lists.songs)))[0].astype(float)
            free = np.setdiff1d(np.arange(len(lists.songs)), case.queue)
            sign = np.where(np.isin(free, case.held_out), -1, 1)
            losses.append(np.logaddexp(0, sign * logits[free]))
    return float(np.concatenate(losses).mean())


def test_calibration_makes_match_a_probability(model: Model, lists: Playlists) -> None:
    """Fitted on held-out lists, no other scale or level near foretells better what they hold."""
    held_out = lists.select([i for i in range(len(lists)) if lists.split_name(i) != "train"])
    fitted = calibrated(replace(model, scale=3.0, level=9.0), held_out)
    assert fitted.scale > 0
    least = loss_of_match(fitted, held_out)
    for other in (
        replace(fitted, scale=fitted.scale * 1.2),
        replace(fitted, scale=fitted.scale * 0.8),
        replace(fitted, level=fitted.level + 0.3),
        replace(fitted, level=fitted.level - 0.3),
    ):
        assert loss_of_match(other, held_out) > least
    np.testing.assert_array_equal(fitted.factors, model.factors)


def test_least_squares_are_heard_only_where_they_help(lists: Playlists) -> None:
    """What is kept is the better of both on validation, and the settings say which it was."""
    tried = {each: learn(lists, replace(SHORT, squares=each)) for each in (0.0, 3.0, 1e9)}

    def quality(learned: Learned) -> float:
        return float(np.mean([each["ndcg"] for each in learned.metrics["validation"].values()]))

    assert tried[0.0].settings.squares == 0.0
    for weight, learned in tried.items():
        assert learned.settings.squares in (0.0, weight)
        assert quality(learned) >= quality(tried[0.0]) - 1e-4
        same = np.array_equal(learned.model.factors, tried[0.0].model.factors)
        assert same == (learned.settings.squares == 0.0)


def test_many_lists_do_without_least_squares_beside(lists: Playlists) -> None:
    """Their factors have gone out from least squares, whatever the settings ask for."""
    assert learn(lists, replace(SHORT, few=3, epochs=1, squares=3.0)).settings.squares == 0.0


def test_match_is_calibrated_on_peoples_own_lists(lists: Playlists) -> None:
    """Of users and of parties, where there are enough; otherwise by all lists, and so without kinds."""
    kinds = [("radio", "user", "chart", "party")[i % 4] for i in range(len(lists))]
    told = replace(lists, kinds=kinds)
    assert set(of_users(told).kinds) == {"user", "party"}
    assert list(of_users(told).parents) == list(lists.parents[1::2])
    few = replace(lists, kinds=["radio"] * (len(lists) - FEWEST_USERS + 1) + ["user"] * (FEWEST_USERS - 1))
    assert of_users(few) is few
    assert of_users(lists) is lists


def test_without_held_out_lists_match_is_the_softmaxs(model: Model, lists: Playlists) -> None:
    """With nothing to fit to, the scale is 1 and the level that of a typical list."""
    untold = calibrated(replace(model, scale=3.0), lists.select([]))
    assert (untold.scale, untold.level) == (1.0, TYPICAL_LEVEL)
