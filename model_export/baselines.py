"""What a recommender has to beat: the slides' naive ones, and the field's item-item neighbours."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import sparse

from model_export.metrics import Case, Ranker, Ranking
from model_export.model import Floats, queue_matrix
from model_export.neighbours import cosines
from model_export.playlists import Playlists


def baselines(lists: Playlists, catalogue: npt.NDArray[np.int32]) -> dict[str, Ranker]:
    """Every baseline, learned from these lists and ranking the songs of a catalogue."""
    seen = lists.matrix()
    popularity = np.asarray(seen.sum(0), np.float32).ravel()
    tie_break = popularity / (1 + popularity.max()) / 1000
    neighbours = cosines(lists)
    artist = _sharing([song.main_artist or None for song in lists.songs])
    album = _sharing([f"{song.main_artist}\n{song.album}" if song.album else None for song in lists.songs])

    def ranker(score: Callable[[sparse.csr_array], Floats]) -> Ranker:
        def rank(case: Case, limit: int) -> Ranking:
            scores = score(queue_matrix([case.queue], len(lists.songs))).ravel() + tie_break
            return best(scores, case.queue, catalogue, limit)

        return rank

    return {
        "most popular": ranker(lambda queue: popularity),
        "same artist": ranker(lambda queue: (queue @ artist @ artist.T).toarray()),
        "same album": ranker(lambda queue: (queue @ album @ album.T).toarray()),
        "item-kNN": ranker(lambda queue: (queue @ neighbours).toarray()),
    }


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
