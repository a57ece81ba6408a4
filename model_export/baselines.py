"""What a recommender has to beat: the slides' naive ones, and the field's item-item neighbours."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import sparse

from model_export.metrics import Case, Ranker, Ranking
from model_export.model import Floats, queue_matrix
from model_export.neighbours import SHRINKAGE, Cosines
from model_export.playlists import Playlists


def baselines(lists: Playlists, catalogue: npt.NDArray[np.int32]) -> dict[str, Ranker]:
    """Every baseline, learned from these lists and ranking the songs of a catalogue."""
    seen = lists.matrix()
    popularity = np.asarray(seen.sum(0), np.float32).ravel()
    tie_break = popularity / (1 + popularity.max()) / 1000
    every_list = np.ones(len(lists), np.float32)
    plain, shrunk = (Cosines(seen, every_list, shrinkage) for shrinkage in (0.0, SHRINKAGE))
    reduced = als(lists, np.flatnonzero(lists.parents_per_song() >= min(2, len(set(lists.parents)))))
    artist = _sharing([song.main_artist or None for song in lists.songs])
    album = _sharing([f"{song.main_artist}\n{song.album}" if song.album else None for song in lists.songs])

    def ranker(score: Callable[[sparse.csr_array], Floats]) -> Ranker:
        def rank(case: Case, limit: int) -> Ranking:
            scores = score(queue_matrix([case.queue], len(lists.songs))).ravel() + tie_break
            return best(scores, case.queue, catalogue, limit)

        return rank

    def near(cosines: Cosines) -> Ranker:
        return ranker(lambda queue: np.asarray(cosines.of(queue.indices).sum(axis=0), np.float32))

    return {
        "most popular": ranker(lambda queue: popularity),
        "same artist": ranker(lambda queue: (queue @ artist @ artist.T).toarray()),
        "same album": ranker(lambda queue: (queue @ album @ album.T).toarray()),
        "item-kNN": near(plain),
        "item-kNN, shrunk": near(shrunk),
        "plain ALS": ranker(reduced),
    }


def als(
    lists: Playlists, songs: npt.NDArray[np.int64], dims: int = 64, rounds: int = 10
) -> Callable[[sparse.csr_array], Floats]:
    """Implicit-feedback ALS (Hu, Koren, Volinsky, 2008), confidence 1 + 5, ridge 1.

    Only these songs get factors, the others score nothing. What is returned folds a queue in and scores it.
    """
    seen = sparse.csr_array(lists.matrix()[:, songs])
    rng = np.random.default_rng(0)
    tracks = rng.normal(0, 0.1, (len(songs), dims)).astype(np.float32)
    for _ in range(rounds):
        tracks = _solved(sparse.csr_array(seen.T), _solved(seen, tracks))

    def score(queue: sparse.csr_array) -> Floats:
        scores = np.zeros(queue.shape[1], np.float32)
        scores[songs] = _solved(sparse.csr_array(queue[:, songs]), tracks)[0] @ tracks.T
        return scores

    return score


def _solved(seen: sparse.csr_array, others: Floats, confidence: float = 5.0, ridge: float = 1.0) -> Floats:
    """The factors of each row that explain what it holds, given the columns' factors: (rows, dims)."""
    gram = others.T @ others + ridge * np.eye(others.shape[1], dtype=np.float32)
    found = np.zeros((seen.shape[0], others.shape[1]), np.float32)
    for row in np.flatnonzero(np.diff(seen.indptr)):
        held = others[seen.indices[seen.indptr[row] : seen.indptr[row + 1]]]
        found[row] = np.linalg.solve(gram + confidence * held.T @ held, (1 + confidence) * held.sum(axis=0))
    return found


def best(
    scores: Floats,
    left_out: npt.NDArray[np.int32],
    catalogue: npt.NDArray[np.int32],
    limit: int,
) -> Ranking:
    """The best songs of the catalogue, best first, without those left out."""
    allowed = np.setdiff1d(catalogue, left_out)
    order = np.argsort(-scores[allowed], kind="stable")[:limit]
    return allowed[order].astype(np.int64)


def _sharing(groups: list[str | None]) -> sparse.csr_array:
    """1 where a song is of a group: (songs, groups)."""
    numbers: dict[str, int] = {}
    rows = [i for i, group in enumerate(groups) if group is not None]
    columns = [numbers.setdefault(group, len(numbers)) for group in groups if group is not None]
    ones = np.ones(len(rows), np.float32)
    return sparse.csr_array((ones, (rows, columns)), shape=(len(groups), max(len(numbers), 1)))
