"""Item-item neighbours: songs that stand in the same playlists, the field's memory-based filtering."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from model_export.model import Model, Settings
from model_export.playlists import Playlists

SHRINKAGE = 5.0
"""Added to the denominator of a cosine, so that songs seen once are nobody's nearest neighbour."""


def with_neighbours(model: Model, lists: Playlists, settings: Settings) -> Model:
    """The ensemble: what factors are too few to hold, the nearest neighbours remember."""
    if not settings.neighbours:
        return model
    likeness = nearest(cosines(lists) * settings.neighbour_weight, settings.neighbours)
    return replace(model, likeness=likeness)


def cosines(lists: Playlists) -> sparse.csr_array:
    """The cosine of every two songs' playlists, shrunk: (songs, songs) float32, a song with itself 0."""
    seen = lists.matrix()
    together = sparse.coo_array(seen.T @ seen)
    row, column = together.coords
    times = np.asarray(seen.sum(0)).ravel()
    cosine = together.data / (np.sqrt(times[row] * times[column]) + SHRINKAGE)
    others = row != column
    return sparse.csr_array(
        (cosine[others].astype(np.float32), (row[others], column[others])), shape=together.shape
    )


def nearest(likeness: sparse.csr_array, count: int) -> sparse.csr_array:
    """Only the `count` greatest of each row, in the precision in which they are shipped (float16)."""
    kept = [
        first + np.argsort(-likeness.data[first:end], kind="stable")[:count]
        for first, end in zip(likeness.indptr[:-1], likeness.indptr[1:], strict=True)
    ]
    chosen = np.concatenate([np.empty(0, np.int64), *kept])
    bounds = np.cumsum([0, *map(len, kept)])
    data = likeness.data[chosen].astype(np.float16).astype(np.float32)
    return sparse.csr_array((data, likeness.indices[chosen], bounds), shape=likeness.shape)


def as_table(likeness: sparse.csr_array, width: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float16]]:
    """Each row's columns and values, filled up with column 0 and value 0: two (rows, width)."""
    columns = np.zeros((likeness.shape[0], width), np.int32)
    values = np.zeros((likeness.shape[0], width), np.float16)
    lengths = np.diff(likeness.indptr)
    inside = np.arange(width) < lengths[:, None]
    columns[inside], values[inside] = likeness.indices, likeness.data
    return columns, values
