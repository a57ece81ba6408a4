"""The sampled softmax: exact where the sample is everything, and right on average where it is not."""

from __future__ import annotations

import numpy as np
import pytest

from model_export.model import Model, queue_matrix
from model_export.softmax import Gradients, Sample, Sampler, gradients

TRACKS, DIMS = 40, 4


@pytest.fixture
def model() -> Model:
    """A model of random numbers."""
    rng = np.random.default_rng(1)
    return Model(
        factors=rng.normal(0, 1, (TRACKS, DIMS)).astype(np.float32),
        weights=np.exp(rng.normal(0, 0.5, TRACKS)).astype(np.float32),
        track_bias=rng.normal(0, 1, TRACKS).astype(np.float32),
        power=0.6,
    )


def slopes(model: Model, sample: Sample | None) -> Gradients:
    """Those of three lists, one of them seen empty; some hidden songs are in most samples, some in none."""
    queues = [np.array(each, np.int32) for each in ([0, 1, 2], [30], [])]
    hidden = [np.array(each, np.int32) for each in ([3, 39], [0, 12], [35])]
    mask = np.random.default_rng(2).choice([0, 1.25], (3, DIMS)).astype(np.float32)
    return gradients(model, queue_matrix(queues, TRACKS), queue_matrix(hidden, TRACKS), mask, sample)


def test_a_sample_of_everything_is_the_full_softmax(model: Model) -> None:
    """In whatever order the songs are drawn, loss and slopes are the full softmax's."""
    order = np.random.default_rng(0).permutation(TRACKS)
    full, sampled = slopes(model, None), slopes(model, Sample(order, np.zeros(TRACKS, np.float32)))
    assert sampled.loss == pytest.approx(full.loss, rel=1e-5)
    for name in ("factors", "log_weights", "track_bias"):
        np.testing.assert_allclose(getattr(sampled, name), getattr(full, name), atol=1e-5)


def test_the_full_loss_is_the_cross_entropy_written_out(model: Model) -> None:
    """Against the logarithm of the softmax of all scores, worked out by numpy."""
    queue, hidden = queue_matrix([np.array([4, 5])], TRACKS), queue_matrix([np.array([9])], TRACKS)
    scores = model.scores(queue)[0].astype(float)
    expected = np.log(np.exp(scores).sum()) - scores[9]
    assert gradients(model, queue, hidden, np.ones((1, DIMS), np.float32)).loss == pytest.approx(expected)


def test_a_sample_stands_for_all_songs(model: Model) -> None:
    """Whatever is summed over samples, each song as often as it stands for, is the sum over all, on average."""
    popularity = np.geomspace(100, 0.1, TRACKS)
    sampler, rng = Sampler(popularity, 12, 0.75), np.random.default_rng(3)
    values = np.exp(model.track_bias.astype(float))
    sums = []
    for _ in range(2000):
        drawn = sampler.draw(rng)
        assert len(set(drawn.songs.tolist())) == len(drawn.songs) <= 12
        sums.append(float(values[drawn.songs] @ np.exp(drawn.log_times.astype(float))))
    error = np.std(sums) / np.sqrt(len(sums))
    assert abs(np.mean(sums) - values.sum()) < 4 * error
    assert error < 0.02 * values.sum()


def test_without_the_correction_it_would_not(model: Model) -> None:
    """The slope of the loss is the full one's on average, and far from it when log-q is left out."""
    popularity = np.geomspace(100, 0.1, TRACKS)
    sampler, rng = Sampler(popularity, 30, 0.75), np.random.default_rng(4)
    drawn = [sampler.draw(rng) for _ in range(400)]
    full = slopes(model, None).track_bias
    corrected = np.mean([slopes(model, each).track_bias for each in drawn], axis=0)
    plain = np.mean(
        [slopes(model, Sample(each.songs, 0 * each.log_times)).track_bias for each in drawn], axis=0
    )
    assert np.abs(corrected - full).sum() < 0.25 * np.abs(plain - full).sum()


def test_few_songs_are_all_drawn() -> None:
    """Where there are no more songs than would be drawn the sample is all of them, each for itself."""
    drawn = Sampler(np.ones(5), 5, 0.75).draw(np.random.default_rng(0))
    assert drawn.songs.tolist() == [0, 1, 2, 3, 4]
    assert not drawn.log_times.any()
