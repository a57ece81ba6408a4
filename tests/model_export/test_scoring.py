"""What comes first, found without sorting all songs, is what sorting all of them finds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from model_export import scoring
from model_export.model import Blend, Memory, Model, log_sum_exp, queue_matrix
from model_export.scoring import Scorer, first

TRACKS, ARTISTS, DIMS = 700, 40, 4
QUEUES = [np.array(each, np.int32) for each in ([3], [3, 7, 20], [], list(range(25)))]


@pytest.fixture
def model() -> Model:
    """A model whose members all have something to say, and songs of nobody."""
    rng = np.random.default_rng(5)

    def some(size: int) -> sparse.csr_array:
        return sparse.csr_array(sparse.random_array((size, size), density=0.02, rng=rng, dtype=np.float32))

    return Model(
        rng.normal(0, 1, (TRACKS, DIMS)).astype(np.float32),
        np.exp(rng.normal(0, 0.5, TRACKS)).astype(np.float32),
        rng.normal(0, 1, TRACKS).astype(np.float32),
        0.6,
        Memory(some(TRACKS), some(ARTISTS), rng.integers(-1, ARTISTS, TRACKS).astype(np.int32)),
        Blend(3.0, 1.0, 2.0, 1.6),
    )


@pytest.mark.parametrize("at_once", [1, 2 * TRACKS, 2**25])
def test_heads_rank_as_the_whole(model: Model, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    """The first songs and their scores are those of all scores, however many are held at once."""
    monkeypatch.setattr(scoring, "AT_ONCE", at_once)
    heads = list(Scorer(model).heads(QUEUES, 50))
    assert len(heads) == len(QUEUES)
    whole = model.scores(queue_matrix(QUEUES, TRACKS))
    for queue, head, scores in zip(QUEUES, heads, whole, strict=True):
        scores[queue] = -np.inf
        expected = np.argsort(-scores, kind="stable")[:50]
        assert head.ranked(model.blend, 50).tolist() == expected.tolist()
        assert not set(head.songs.tolist()) & set(queue.tolist())
        np.testing.assert_allclose(head.scores(model.blend), scores[head.songs], rtol=1e-4, atol=1e-4)


def test_normalisers_are_those_of_all_scores(model: Model) -> None:
    """Each temper's, members and the queue's own songs included."""
    tempers = (1.0, 0.3, 0.03)
    whole = model.scores(queue_matrix(QUEUES, TRACKS))
    expected = np.concatenate([log_sum_exp(np.float32(each) * whole) for each in tempers], axis=1)
    found = [head.normalisers for head in Scorer(model).heads(QUEUES, 10, tempers)]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("size", [1, 63, 64, 1000, 6400])
@pytest.mark.parametrize("count", [1, 10, 63, 999, 6400])
def test_first_are_the_greatest(size: int, count: int) -> None:
    """By blocks or without, equal values included."""
    values = np.random.default_rng(0).integers(0, 50, size).astype(np.float32)
    found = first(values, count)
    assert len(set(found.tolist())) == len(found) == min(count, size)
    assert sorted(values[found], reverse=True) == sorted(values, reverse=True)[:count]
