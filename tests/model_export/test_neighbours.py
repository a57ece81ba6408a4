"""Neighbours: how they are found, and that the graph remembers them as numpy does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from scipy import sparse

from model_export.model import Model, Settings, log_sum_exp, queue_matrix
from model_export.neighbours import SHRINKAGE, as_table, cosines, nearest, with_neighbours
from tests.model_export.planted import playlists
from tests.model_export.test_graph import Graph

TRACKS, ARTISTS, DIMS = 40, 3, 5


@pytest.fixture(scope="module")
def graph() -> Graph:
    """A random model in which every song but the first remembers some others."""
    rng = np.random.default_rng(7)
    likeness = np.where(rng.random((TRACKS, TRACKS)) < 0.2, rng.random((TRACKS, TRACKS)), 0)
    likeness[0] = 0
    np.fill_diagonal(likeness, 0)
    half = likeness.astype(np.float16).astype(np.float32)

    def normal(*shape: int) -> npt.NDArray[np.float32]:
        return rng.normal(size=shape).astype(np.float32)

    model = Model(
        normal(TRACKS, DIMS),
        np.exp(normal(TRACKS)),
        normal(TRACKS),
        0.6,
        sparse.csr_array(half),
        scale=0.7,
        level=1.5,
    )
    return Graph(model, normal(ARTISTS, DIMS), np.ones(ARTISTS, np.float32))


@pytest.mark.parametrize("queue", [[3], [3, 7, 20], [5, 5, 9], [0], [0, 1], []])
def test_the_graph_remembers_what_numpy_does(graph: Graph, queue: list[int]) -> None:
    """Order, match and the sum of reasons and biases are numpy's, neighbours included."""
    model, limit = graph.model, TRACKS
    answer = graph(queue, limit=limit)
    seen = queue_matrix([np.array(queue, np.int64)], TRACKS)
    logits = model.logits(seen)[0]
    free = np.setdiff1d(np.arange(TRACKS), queue)
    assert answer.tracks.tolist() == free[np.argsort(-logits[free], kind="stable")].tolist()
    found = np.log(answer.match) - np.log1p(-answer.match)
    np.testing.assert_allclose(found, logits[answer.tracks], atol=1e-4)
    normaliser = log_sum_exp(model.scores(seen))[0, 0]
    biases = model.scale * (model.track_bias - normaliser) + model.level
    np.testing.assert_allclose(answer.reasons.sum(axis=1) + biases[answer.tracks], found, atol=1e-4)


def test_each_entrys_reason_holds_its_own_neighbours(graph: Graph) -> None:
    """What an entry's memory adds stands in its own column and in no other's."""
    forgetful = Graph(replace(graph.model, likeness=None), graph.rows[TRACKS:], np.ones(ARTISTS, np.float32))
    queue = [3, 0]  # song 0 remembers nobody
    with_memory, without = graph(queue, limit=TRACKS), forgetful(queue, limit=TRACKS)
    gained = with_memory.reasons[np.argsort(with_memory.tracks)] - without.reasons[np.argsort(without.tracks)]
    np.testing.assert_allclose(gained[:, 1], 0, atol=1e-6)
    assert graph.model.likeness is not None
    remembered = graph.model.likeness[[3]].toarray()[0][np.sort(with_memory.tracks)]
    assert (gained[remembered > 0, 0] > 1e-4).all()
    np.testing.assert_allclose(gained[remembered == 0, 0], 0, atol=1e-6)


def test_an_artists_stand_in_remembers_nobody(graph: Graph) -> None:
    """An artist's index, the last one too, is answered by its factors alone."""
    forgetful = Graph(replace(graph.model, likeness=None), graph.rows[TRACKS:], np.ones(ARTISTS, np.float32))
    for artist in range(TRACKS, TRACKS + ARTISTS):
        one, other = graph([artist], limit=TRACKS), forgetful([artist], limit=TRACKS)
        assert one.tracks.tolist() == other.tracks.tolist()
        np.testing.assert_allclose(one.reasons, other.reasons, atol=1e-6)


def test_a_label_below_zero_pushes_remembered_songs_down(graph: Graph) -> None:
    """Voting a song down takes from its neighbours what voting it up gives them."""
    up, down = (graph([3], label=[label], limit=TRACKS) for label in (1.0, -1.0))
    gained = up.reasons[np.argsort(up.tracks), 0]
    np.testing.assert_allclose(down.reasons[np.argsort(down.tracks), 0], -gained, atol=1e-5)


def test_cosines_by_hand() -> None:
    """Two songs in three and two lists, together in two: 2 / (sqrt(6) + shrinkage); none with itself."""
    found = cosines(playlists([[0, 1], [0, 1], [0, 2]], 3)).toarray()
    assert found[0, 1] == pytest.approx(2 / (np.sqrt(6) + SHRINKAGE))
    assert found[0, 2] == pytest.approx(1 / (np.sqrt(3) + SHRINKAGE))
    assert found[1, 2] == 0
    assert not np.diag(found).any()
    np.testing.assert_array_equal(found, found.T)


def test_only_the_nearest_are_kept() -> None:
    """Each row keeps its greatest values, and the table fills short rows with nothing."""
    likeness = sparse.csr_array(np.array([[0, 3, 1, 2], [4, 0, 0, 0], [0, 0, 0, 0]], np.float32))
    kept = nearest(likeness, 2)
    np.testing.assert_array_equal(kept.toarray(), [[0, 3, 0, 2], [4, 0, 0, 0], [0, 0, 0, 0]])
    columns, values = as_table(kept, 2)
    assert values.tolist() == [[3, 2], [4, 0], [0, 0]]
    assert columns.tolist() == [[1, 3], [0, 0], [0, 0]]


def test_neighbours_can_be_left_out(graph: Graph) -> None:
    """With none asked for the model stays as it is."""
    assert with_neighbours(graph.model, playlists([[0, 1]], 2), Settings(neighbours=0)) is graph.model
