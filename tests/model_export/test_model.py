"""The factorisation: its slopes, its pooling, and whether it finds what was planted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from model_export.model import (
    Floats,
    Model,
    Parts,
    Settings,
    log_sum_exp,
    queue_matrix,
)
from model_export.playlists import Playlists, Song
from model_export.scoring import playlist_biases
from model_export.softmax import gradients
from model_export.training import mixed, train
from tests.model_export.planted import QUICK, SONGS_PER_GENRE, playlists

SHORT = replace(QUICK, epochs=6)


def random_model(tracks: int = 6, dims: int = 3, seed: int = 1) -> Model:
    """A model of random numbers."""
    rng = np.random.default_rng(seed)
    return Model(
        factors=rng.normal(0, 1, (tracks, dims)).astype(np.float32),
        weights=np.exp(rng.normal(0, 0.5, tracks)).astype(np.float32),
        track_bias=rng.normal(0, 1, tracks).astype(np.float32),
        power=0.8,
    )


def queues(*tracks: Sequence[int], of: int) -> list[np.ndarray[tuple[int], np.dtype[np.int32]]]:
    """Queues as `queue_matrix` takes them."""
    assert all(track < of for each in tracks for track in each)
    return [np.array(each, np.int32) for each in tracks]


def same(one: Model, other: Model) -> bool:
    """Whether two models are equal in every number."""
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("factors", "weights", "track_bias", "power", "scale", "level")
    )


# --- slopes


def moved(model: Model, name: str, place: tuple[int, ...], by: float) -> Model:
    """The model with one coordinate of one parameter a little off; weights move by their logarithm."""
    values: Floats = getattr(model, name).copy()
    values[place] = values[place] * np.exp(by) if name == "weights" else values[place] + by
    changed: dict[str, Any] = {name: values}
    return replace(model, **changed)


@pytest.mark.parametrize(
    ("parameter", "slope"), [("factors", "factors"), ("weights", "log_weights"), ("track_bias", "track_bias")]
)
@pytest.mark.parametrize("power", [0.8, 0.3, 1.0])
def test_slopes_are_those_of_the_loss(parameter: str, slope: str, power: float) -> None:
    """Each slope equals the change of the loss when its coordinate is moved, an empty queue included."""
    model = replace(random_model(), power=power)
    seen = queue_matrix(queues([0, 1, 2], [4], [], of=6), 6)
    hidden = queue_matrix(queues([3, 5], [0, 2], [1], of=6), 6)
    seen.data[:] = [1, 0.5, 2, 1]
    hidden.data[:] = [0.7, 0.7, 1, 0.4, 1.5]
    mask = np.array([[1.25, 0, 1.25], [1, 1, 1], [0, 1.25, 1]], np.float32)
    found: Floats = getattr(gradients(model, seen, hidden, mask), slope)
    step = 1e-2
    expected = np.zeros_like(found)
    for place in np.ndindex(found.shape):
        up = gradients(moved(model, parameter, place, step), seen, hidden, mask).loss
        down = gradients(moved(model, parameter, place, -step), seen, hidden, mask).loss
        expected[place] = (up - down) / (2 * step)
    steepest = float(np.abs(expected).max())
    assert steepest > 0.01
    np.testing.assert_allclose(found, expected, rtol=0.02, atol=0.01 * steepest)


def test_the_loss_is_the_softmax_cross_entropy() -> None:
    """A model that knows nothing pays the logarithm of the number of tracks for each hidden one."""
    nothing = Model(np.zeros((4, 2), np.float32), np.ones(4, np.float32), np.zeros(4, np.float32), 0.8)
    seen, hidden = queue_matrix(queues([0], of=4), 4), queue_matrix(queues([1], of=4), 4)
    found = gradients(nothing, seen, hidden, np.ones((1, 2), np.float32))
    assert found.loss == pytest.approx(np.log(4), rel=1e-5)
    np.testing.assert_allclose(found.track_bias, [0.25, -0.75, 0.25, 0.25], atol=1e-6)


# --- pooling and scoring


def test_pooling_follows_its_formula() -> None:
    """The factors of a queue are the sum of its tracks' by weight, over the power of the sum of weights."""
    model = random_model()
    pooled = model.pooled(queue_matrix(queues([0, 3], of=6), 6))[0]
    a, x = model.weights, model.factors
    np.testing.assert_allclose(pooled, (a[0] * x[0] + a[3] * x[3]) / (a[0] + a[3]) ** 0.8, rtol=1e-5)


def test_an_empty_queue_pools_to_zero() -> None:
    """Without entries only the tracks' biases rank."""
    model = random_model()
    empty = queue_matrix(queues([], of=6), 6)
    assert model.pooled(empty).tolist() == [[0, 0, 0]]
    np.testing.assert_allclose(model.scores(empty)[0], model.track_bias, rtol=1e-6)


def test_with_power_one_the_sum_of_weights_does_not_matter() -> None:
    """Power 1 makes a mean: every entry told twice changes nothing, while power 0 doubles the sum."""
    twice = queue_matrix(queues([0, 3], of=6), 6)
    once = twice.copy()
    twice.data[:] = 2
    mean, total = replace(random_model(), power=1.0), replace(random_model(), power=0.0)
    np.testing.assert_allclose(mean.pooled(twice), mean.pooled(once), rtol=1e-5)
    np.testing.assert_allclose(total.pooled(twice), 2 * total.pooled(once), rtol=1e-5)


def test_logits_are_the_scaled_softmax_with_a_level() -> None:
    """With scale 1 and level 0 the logits are the softmax's logarithm; scale and level are a line on it."""
    model = random_model()
    questions = queue_matrix(queues([0, 3], [], of=6), 6)
    plain = model.logits(questions)
    np.testing.assert_allclose(np.exp(plain).sum(1), 1, rtol=1e-5)
    calibrated = replace(model, scale=0.6, level=3.0)
    np.testing.assert_allclose(calibrated.logits(questions), 0.6 * plain + 3, rtol=1e-5, atol=1e-5)


def test_the_normaliser_does_not_overflow() -> None:
    """Scores of a thousand have a finite normaliser, equal to the highest score when it stands alone."""
    scores = np.array([[1000, 0, -1000], [-1000, -1000, -1000]], np.float32)
    np.testing.assert_allclose(log_sum_exp(scores)[:, 0], [1000, -1000 + np.log(3)], rtol=1e-6)


def test_each_playlist_has_its_bias() -> None:
    """A playlist's bias is the level less the scaled normaliser of its scores, for hundreds of lists too."""
    model = replace(random_model(), scale=0.7, level=2.0)
    lists = playlists([[i % 6, (i + 1 + i // 6) % 6] if i % 5 else [] for i in range(300)], 6)
    found = np.array(list(playlist_biases(model, lists)))
    expected = 2.0 - 0.7 * log_sum_exp(model.scores(lists.matrix()))[:, 0]
    assert found.shape == (300,)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


# --- parts


def test_a_track_is_the_sum_of_its_own_its_artist_and_its_album() -> None:
    """Songs share a part with their artist and album alone; same-named albums of others are not shared."""
    songs = [
        Song("0", "One", "Abba, Guest", "Greatest Hits"),
        Song("1", "Two", "Abba", "Greatest Hits"),
        Song("2", "Three", "Queen", "Greatest Hits"),
        Song("3", "Four", "", None),
    ]
    parts = Parts.of(playlists([], songs))
    shared = (parts.of_track @ parts.of_track.T).toarray()
    assert shared.tolist() == [[3, 2, 0, 0], [2, 3, 0, 0], [0, 0, 3, 0], [0, 0, 0, 1]]
    assert list(parts.artists) == ["Abba", "Queen"]
    assert parts.artist_of.tolist() == [0, 0, 1, -1]


def test_songs_of_nobody_have_parts_too() -> None:
    """A catalogue in which no artist and no album is known still has a part for each song."""
    parts = Parts.of(playlists([], [Song("0", "One", ""), Song("1", "Two", "")]))
    assert parts.of_track.toarray().tolist() == [[1, 0], [0, 1]]
    assert list(parts.artists) == []


def test_songs_of_one_half_decade_share_a_part() -> None:
    """1980 and 1984 are one era, 1979 and 1985 others, and an unknown year is none."""
    years = [1980, 1984, 1979, 1985, None, None]
    songs = [Song(str(i), f"song {i}", "", None, year) for i, year in enumerate(years)]
    parts = Parts.of(playlists([], songs))
    shared = (parts.of_track @ parts.of_track.T).toarray()
    expected = np.diag([2, 2, 2, 2, 1, 1])
    expected[[0, 1], [1, 0]] = 1
    assert shared.tolist() == expected.tolist()
    assert parts.of_track.shape == (6, 6 + 3)


# --- training


def test_a_queue_in_order_is_a_run_of_its_list() -> None:
    """With all in order each song is followed by its next one, from any place on; without, hardly ever."""
    rng = np.random.default_rng(0)
    tracks = np.array([7, 3, 9, 1, 5, 8], np.int32)
    follows = dict(zip(tracks.tolist(), np.roll(tracks, -1).tolist(), strict=True))

    def runs(in_order: float) -> list[list[int]]:
        found = [mixed(tracks, in_order, rng).tolist() for _ in range(600)]
        assert all(sorted(each) == sorted(tracks.tolist()) for each in found)
        return [each for each in found if [follows[one] for one in each[:-1]] == each[1:]]

    assert len(runs(1.0)) == 600
    assert {each[0] for each in runs(1.0)} == set(tracks.tolist())
    assert len(runs(0.0)) < 20
    assert len(runs(0.5)) == pytest.approx(300, abs=60)


def test_training_in_order_is_another_training(lists: Playlists) -> None:
    """The setting reaches the examples: with it the same seed learns something else, as finite."""
    plain, ordered = (train(lists, replace(SHORT, in_order=share))[0] for share in (0.0, 1.0))
    assert np.isfinite(ordered.factors).all()
    assert not np.array_equal(plain.factors, ordered.factors)


def test_lists_that_many_follow_teach_more() -> None:
    """Of two lists with one song in common, training that weighs followers learns the followed one's."""
    lists = replace(playlists([[0, 1], [0, 2]] * 10, 3), followers=[1000, 0] * 10)
    model, *_ = train(lists, replace(SHORT, epochs=30, follower_weight=1.0))
    scores = model.scores(queue_matrix(queues([0], of=3), 3))[0]
    assert scores[1] > scores[2] + 1
    model, *_ = train(lists, replace(SHORT, epochs=30, follower_weight=0.0))
    scores = model.scores(queue_matrix(queues([0], of=3), 3))[0]
    assert abs(scores[1] - scores[2]) < 0.5


def test_planted_genres_come_back(model: Model, genres: Sequence[str]) -> None:
    """For queues of one and of three songs of a genre, its other songs come first, near-perfectly."""
    tracks = len(genres)
    of_genre = np.array(genres)
    for length in (1, 3):
        asked = [np.arange(i, i + length) for i in range(tracks - length) if genres[i] == genres[i + length]]
        scores = model.scores(queue_matrix(asked, tracks))
        for queue, row in zip(asked, scores, strict=True):
            row[queue] = -np.inf
        first = np.argsort(-scores, axis=1)[:, : SONGS_PER_GENRE - length]
        right = of_genre[first] == of_genre[[queue[0] for queue in asked]][:, None]
        assert right.mean() > 0.97


def test_popular_songs_come_first_for_an_empty_queue() -> None:
    """Training teaches the biases: with nothing queued, songs that most lists hold stand before rare ones."""
    rng = np.random.default_rng(0)
    lists = playlists([[0, 1, 2, *rng.choice(np.arange(3, 23), 3, replace=False)] for _ in range(40)], 23)
    model, *_ = train(lists, QUICK)
    scores = model.scores(queue_matrix(queues([], of=23), 23))[0]
    assert set(np.argsort(-scores)[:3].tolist()) == {0, 1, 2}


def test_the_loss_falls(lists: Playlists) -> None:
    """Training reduces the loss, and tells every epoch's."""
    losses: list[float] = []
    _, epochs, *_ = train(lists, QUICK, progress=lambda epoch, loss, word: losses.append(loss))
    assert len(losses) == epochs == QUICK.epochs
    assert np.mean(losses[-5:]) < 0.9 * np.mean(losses[:5])


def test_the_same_seed_gives_the_same_model(lists: Playlists) -> None:
    """Training is repeatable to the last bit, and another seed gives another model."""
    first, again = train(lists, SHORT)[0], train(lists, SHORT)[0]
    assert same(first, again)
    assert not same(first, train(lists, replace(SHORT, seed=1))[0])


def test_every_number_is_finite_and_every_weight_positive(model: Model) -> None:
    """What training leaves behind can be scored: no NaN, no infinity, no weight of zero or less."""
    assert model.factors.dtype == model.weights.dtype == model.track_bias.dtype == np.float32
    assert np.isfinite(model.factors).all()
    assert np.isfinite(model.track_bias).all()
    assert np.isfinite(model.weights).all()
    assert (model.weights > 0).all()


class Judge:
    """Gives marks in turn and keeps what it saw."""

    def __init__(self, *marks: float) -> None:
        self.marks = list(marks)
        self.seen: list[Model] = []

    def __call__(self, model: Model) -> float:
        """The next mark; the last one again and again."""
        self.seen.append(model)
        return self.marks[min(len(self.seen), len(self.marks)) - 1]


def test_training_stops_early_and_returns_the_best(lists: Playlists) -> None:
    """The model of the best mark comes back, after as many looks without a gain as patience has."""
    settings = replace(QUICK, epochs=40, check_every=2, patience=3)
    judge, told = Judge(0.1, 0.5, 0.3, 0.5, 0.4), list[tuple[int, float | None]]()
    model, epochs, *_ = train(
        lists, settings, judge=judge, progress=lambda epoch, loss, word: told.append((epoch, word))
    )
    assert epochs == 4
    assert same(model, judge.seen[1])
    assert not same(model, judge.seen[-1])
    assert told[-1][0] == 4 + 3 * 2
    assert [word for _, word in told][:6] == [None, 0.1, None, 0.5, None, 0.3]


def test_a_judge_that_is_never_asked_changes_nothing(lists: Playlists) -> None:
    """With fewer epochs than lie between two looks, all are run and the last model comes back."""
    model, epochs, *_ = train(lists, replace(SHORT, check_every=100), judge=Judge(1.0))
    assert epochs == SHORT.epochs
    assert same(model, train(lists, SHORT)[0])


def test_a_rare_song_stands_by_its_artist(lists: Playlists) -> None:
    """A song seen once is nearer to its artist's songs than one by nobody is, and than to the other songs."""
    known = lists.songs[0].main_artist
    rare = [Song("rare", "Rare", known), Song("nobody's", "Nobody's", "")]
    songs = [*lists.songs, *rare]
    first, second = len(lists.songs), len(lists.songs) + 1
    with_rare = [lists.tracks(i).tolist() for i in range(len(lists))]
    with_rare[0] += [first, second]
    model, *_ = train(playlists(with_rare, songs), QUICK)
    unit = model.factors / np.linalg.norm(model.factors, axis=1, keepdims=True)
    nearness = unit[[first, second]] @ unit[: len(lists.songs)].T
    own = np.array([song.main_artist == known for song in lists.songs])
    assert nearness[0, own].mean() > nearness[1, own].mean()
    assert nearness[0, own].mean() > nearness[0, ~own].mean()


@pytest.mark.parametrize(
    "tracks",
    [
        [[0, 1, 2, 3]],
        [[0, 1]],
        [[0, 1], [0, 1], [0, 1]],
        [[0], [1, 2], [3], []],
    ],
)
def test_tiny_data_trains(tracks: list[list[int]]) -> None:
    """One playlist alone, equal ones, or lists of one song or none train to finite numbers."""
    model, epochs, *_ = train(playlists(tracks, 4), replace(SHORT, dims=5))
    assert epochs == SHORT.epochs
    assert np.isfinite(model.scores(queue_matrix(queues([0, 1], [], of=4), 4))).all()


def test_more_dimensions_than_songs_are_possible() -> None:
    """The warm start knows fewer directions than the model has; the rest starts from noise."""
    settings = Settings(dims=40, epochs=2, batch=8)
    model, *_ = train(playlists([[0, 1, 2], [1, 2], [0, 2]], 3), settings)
    assert model.factors.shape == (3, 40)
    assert np.isfinite(model.factors).all()
