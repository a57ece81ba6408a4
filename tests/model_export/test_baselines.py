"""The baselines: what has to be beaten must itself be right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from model_export.baselines import als, baselines
from model_export.metrics import Case
from model_export.model import queue_matrix
from model_export.neighbours import SHRINKAGE
from model_export.playlists import Playlists
from tests.model_export.planted import SONGS_PER_GENRE, playlists

Doubles = npt.NDArray[np.float64]


def ranked(lists: Playlists, method: str, queue: Sequence[int], limit: int = 100) -> list[int]:
    """What a baseline answers to a queue."""
    catalogue = np.arange(len(lists.songs), dtype=np.int32)
    case = Case(np.array(queue, np.int32), np.empty(0, np.int32), "parties")
    return [int(song) for song in baselines(lists, catalogue)[method](case, limit)]


def test_als_finds_the_genre(lists: Playlists, genres: Sequence[str]) -> None:
    """With a dimension for each genre, three songs of one bring the rest of it before any other song."""
    score = als(lists, np.arange(len(genres)), dims=3)
    for first in range(0, len(genres), SONGS_PER_GENRE):
        found = score(queue_matrix([np.array([first, first + 5, first + 11])], len(genres)))
        best = np.argsort(-found)[:SONGS_PER_GENRE]
        assert {genres[song] for song in best} == {genres[first]}


def test_als_solves_the_weighted_least_squares() -> None:
    """Each half round is ridge regression with confidence 6 for what is held and 1 for what is not."""
    data = playlists([[0, 1], [0, 1, 2], [3, 4], [4], [2, 3, 4]], 5)
    seen = data.matrix().toarray().astype(float)

    def solved(held: Doubles, others: Doubles) -> Doubles:
        rows = []
        for row in held:
            sure = np.sqrt(1 + 5 * row)
            design = np.vstack([sure[:, None] * others, np.eye(others.shape[1])])
            aim = np.concatenate([sure * row, np.zeros(others.shape[1])])
            rows.append(np.linalg.lstsq(design, aim, rcond=None)[0])
        return np.array(rows)

    tracks = np.random.default_rng(0).normal(0, 0.1, (5, 2)).astype(np.float32).astype(float)
    for _ in range(3):
        tracks = solved(seen.T, solved(seen, tracks))
    queue = np.array([[1.0, 0, 0, 1, 0]])
    expected = solved(queue, tracks)[0] @ tracks.T
    score = als(data, np.arange(5), dims=2, rounds=3)
    np.testing.assert_allclose(score(queue_matrix([np.array([0, 3])], 5)), expected, rtol=1e-3, atol=1e-4)


def test_als_gives_factors_to_the_songs_it_is_told_to() -> None:
    """A song that is left out scores nothing and says nothing, and the others keep their numbers."""
    data = playlists([[0, 1, 2]] * 4 + [[3, 4]] * 4, 5)
    score = als(data, np.array([0, 2, 3, 4]), dims=2)
    found = score(queue_matrix([np.array([1, 2])], 5))
    assert found[1] == 0
    np.testing.assert_array_equal(found, score(queue_matrix([np.array([2])], 5)))
    assert found[0] > 0.5 > abs(found[3])


QUEUED, RARE, COMMON = 0, 1, 2
LISTS = [[QUEUED, RARE, COMMON], [QUEUED, COMMON], *([[COMMON, 3]] * 6)]
"""Plain cosines 1 / sqrt(2 * 1) and 2 / sqrt(2 * 8); shrunk 1 / (sqrt(2) + 5) and 2 / (4 + 5)."""


@pytest.mark.parametrize(
    ("method", "expected"),
    [("item-kNN", [RARE, COMMON, 3]), ("item-kNN, shrunk", [COMMON, RARE, 3])],
)
def test_shrinking_puts_the_often_seen_neighbour_first(method: str, expected: list[int]) -> None:
    """By plain cosine the song seen once is nearest, 0.71 to 0.5; shrunk it is not, 0.16 to 0.22."""
    assert SHRINKAGE == 5
    assert ranked(playlists(LISTS, 4), method, [QUEUED]) == expected


def test_neighbours_of_the_whole_queue_add_up() -> None:
    """A song near to both queued songs stands before one that is nearer to one of them alone.

    Song 3 has cosines of 0.5 with songs 0 and 1; song 2 has one of 0.71 with song 0.
    """
    data = playlists([[0, 2], [0, 3], [1, 3], [1, 4, 5]], 6)
    assert ranked(data, "item-kNN", [0], 1) == [2]
    assert ranked(data, "item-kNN", [0, 1], 1) == [3]


def test_the_naive_ones_do_what_they_are_named(lists: Playlists) -> None:
    """Popular is by lists, the same artist's and album's songs come first, and the queue never."""
    counts = np.asarray(lists.matrix().sum(0)).ravel()
    popular = ranked(lists, "most popular", [])
    assert (np.diff(counts[popular]) <= 0).all()
    assert set(ranked(lists, "same artist", [5], 3)) == {4, 6, 7}
    assert ranked(lists, "same album", [5], 1) == [4]
    for method in baselines(lists, np.arange(3, dtype=np.int32)):
        assert not {5, 6} & set(ranked(lists, method, [5, 6]))
