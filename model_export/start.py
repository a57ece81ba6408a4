"""Where the factors start: alternating least squares of playlists, artists and albums."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from scipy import sparse
from threadpoolctl import threadpool_limits

from model_export.checkpoint import Checkpoint
from model_export.model import Floats, Settings
from model_export.playlists import Playlists

CONFIDENCE = 10.0
"""How sure a list is of its songs, beside the 1 with which it is sure of not holding the others."""
GROUP = 3.0
"""The same of an artist and an album, each of which is a list more."""
RIDGE = 1.0
ROUNDS = 6
SIZE = 0.1
"""The root of the mean square of what comes out."""
STAGE = "start"


def first_factors(
    lists: Playlists,
    groups: sparse.csr_array,
    weights: Floats,
    settings: Settings,
    keep: Checkpoint | None = None,
    told: Callable[[float], None] = lambda done: None,
) -> Floats:
    """Factors whose products say how two songs go together: (songs, dims).

    A song's least squares y foretell a list by y G^-1 Y' c, with G what the squares of all songs sum up to;
    so y G^-1/2 is what `Model` needs, whose playlists are the sum of their songs.

    Args:
        lists: what is learned from.
        groups: (songs, groups), which artist and album a song is of.
        weights: (lists,), how much each list counts.
        settings: see there.
        keep: where every round is kept, and gone on from.
        told: the share that is done.
    """
    found = _solved(_confidence(lists, groups, weights), settings, keep, told)
    gram = (found.T @ found).astype(np.float64) + RIDGE * np.eye(settings.dims)
    strengths, axes = np.linalg.eigh(gram)
    found = found @ (axes * strengths**-0.5 @ axes.T).astype(np.float32)
    found *= np.float32(SIZE / np.sqrt(np.mean(np.square(found)) + 1e-12))
    return found


def _confidence(lists: Playlists, groups: sparse.csr_array, weights: Floats) -> sparse.csr_matrix:
    """How sure every list, artist and album is of its songs: (lists and groups, songs)."""
    of_group = sparse.csr_array(groups.T)
    return sparse.csr_matrix(
        (
            np.concatenate(
                [
                    np.repeat(np.float32(CONFIDENCE) * weights.astype(np.float32), np.diff(lists.bounds)),
                    np.full(of_group.nnz, GROUP, np.float32),
                ]
            ),
            np.concatenate([lists.entries, of_group.indices.astype(np.int32)]),
            np.concatenate([lists.bounds, lists.bounds[-1] + of_group.indptr[1:]]),
        ),
        shape=(len(lists) + of_group.shape[0], of_group.shape[1]),
    )


def _solved(
    confidence: sparse.csr_matrix,
    settings: Settings,
    keep: Checkpoint | None,
    told: Callable[[float], None],
) -> Floats:
    """The songs' factors after all rounds: (songs, dims)."""
    kept = keep.load(STAGE) if keep is not None else None
    done = int(kept[1]) if kept is not None else 0
    if done < ROUNDS:
        with threadpool_limits(1, "blas"):  # it runs threads of its own
            solver = AlternatingLeastSquares(
                factors=settings.dims,
                regularization=RIDGE,
                iterations=ROUNDS - done,
                random_state=settings.seed,
            )
            if kept is not None:
                solver.user_factors, solver.item_factors = kept[0]["lists"], kept[0]["songs"]

            def after(round_: int, seconds: float, loss: float | None) -> None:
                told((done + round_ + 1) / ROUNDS)
                if keep is not None and keep.due:
                    factors = {"lists": solver.user_factors, "songs": solver.item_factors}
                    keep.save(STAGE, factors, done + round_ + 1)

            solver.fit(confidence, show_progress=False, callback=after)
        return np.asarray(solver.item_factors, np.float32)
    assert kept is not None  # noqa: S101 - it has done its rounds
    return np.asarray(kept[0]["songs"], np.float32)
