"""Neighbours of songs and of artists, who stand in the same playlists: memory-based filtering."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse

from model_export.model import Floats, Memory, Parts, Settings, membership
from model_export.playlists import Playlists

Rows = npt.NDArray[np.int64]

SHRINKAGE = 5.0
"""Added to the denominator of a cosine, so that songs seen once are nobody's nearest neighbour."""
TYPICAL_LENGTH = 20.0
"""A list of so many songs counts once, whatever the length's damping."""
REACH = 2**16
"""Only so many songs, the most popular ones, can be neighbours: their index fits into two bytes."""
AT_ONCE = 256
"""How many rows of the cosines are held at once: all of them would fill gigabytes."""


def remember(lists: Playlists, settings: Settings) -> Memory | None:
    """What the members beside the factors remember; None if the settings ask for neither.

    The more parents a song or artist stands in, the more neighbours it has: they matter most, and are most
    different, for what is queued most. In a single parent's lists it has none: they were worth nothing.
    """
    if not settings.neighbours and not settings.kin:
        return None
    artist_of = Parts.of(lists.songs).artist_of
    artists = int(artist_of.max(initial=-1)) + 1
    of_artist = sparse.csr_array(lists.matrix() @ membership(artist_of, artists))
    of_artist.data = np.ones_like(of_artist.data)
    counts = length_weights(lists, settings.length_damping)

    def neighbours(seen: sparse.csr_array, each: int, most: int) -> sparse.csr_array:
        parents = _parents(seen, lists.parents)
        counts_of = np.where(parents >= 2, np.minimum(each * parents, most), 0)
        return nearest(Cosines(seen, counts), counts_of)

    return Memory(
        neighbours(lists.matrix(), settings.neighbours, settings.most_neighbours),
        neighbours(of_artist, settings.kin, settings.most_kin),
        artist_of,
    )


def _parents(seen: sparse.csr_array, parents: Sequence[str]) -> npt.NDArray[np.int64]:
    """In how many different parents' lists each column stands."""
    numbers = {parent: i for i, parent in enumerate(dict.fromkeys(parents))}
    of_list = np.array([numbers[parent] for parent in parents], np.int32)
    return np.asarray(((membership(of_list, len(numbers)).T @ seen) > 0).sum(0)).ravel().astype(np.int64)


def length_weights(lists: Playlists, damping: float) -> Floats:
    """How much two songs in one list say of each other, less the longer the list: (lists,)."""
    lengths = np.maximum(np.diff(lists.bounds), 1).astype(np.float32)
    return np.asarray((lengths / TYPICAL_LENGTH) ** -damping, np.float32)


class Cosines:
    """The shrunk cosine of every two songs' playlists, worked out for the songs that are asked for."""

    def __init__(self, seen: sparse.csr_array, counts: Floats, shrinkage: float = SHRINKAGE) -> None:
        """Takes (lists, songs), 1 where a list holds a song, and what each list weighs, (lists,)."""
        weighted = sparse.csr_array(sparse.diags_array(counts) @ seen)
        self._seen = seen
        self._by_song = sparse.csr_array(weighted.T)
        self._times = np.asarray(weighted.sum(0), np.float32).ravel()
        self._shrinkage = np.float32(shrinkage)

    def of(self, songs: npt.NDArray[np.integer]) -> sparse.csr_array:
        """Of these songs with every song, a song with itself 0: (asked, songs) float32."""
        together = sparse.csr_array(self._by_song[songs] @ self._seen)
        row = songs[np.repeat(np.arange(len(songs)), np.diff(together.indptr))]
        column = together.indices
        together.data /= np.sqrt(self._times[row] * self._times[column]) + self._shrinkage
        together.data[row == column] = 0
        return together


def nearest(cosines: Cosines, counts: Rows) -> sparse.csr_array:
    """The cosines of each song's nearest, so many as it may have, as they are shipped: (songs, songs)."""
    songs, rows = len(counts), np.flatnonzero(counts)
    lengths = np.zeros(songs, np.int64)
    columns, values = [np.empty(0, np.int32)], [np.empty(0, np.float32)]
    for first in range(0, len(rows), AT_ONCE):
        some = rows[first : first + AT_ONCE]
        found = cosines.of(some)
        for song, start, end in zip(some, found.indptr[:-1], found.indptr[1:], strict=True):
            near, value = found.indices[start:end], found.data[start:end]
            best = np.flatnonzero((near < REACH) & (value > 0))
            if len(best) > counts[song]:
                best = best[np.argpartition(-value[best], counts[song])[: counts[song]]]
            columns.append(near[best])
            values.append(value[best])
            lengths[song] = len(best)
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    small, step = as_bytes(np.concatenate(values))
    data = from_bytes(small, step)
    return sparse.csr_array((data, np.concatenate(columns), bounds), shape=(songs, songs))


def nothing(rows: int, columns: int) -> sparse.csr_array:
    """No neighbours at all: (rows, columns) float32."""
    return sparse.csr_array(sparse.coo_array(([], ([], [])), shape=(rows, columns), dtype=np.float32))


def as_bytes(values: Floats) -> tuple[npt.NDArray[np.uint8], np.float32]:
    """Values above zero in a byte each, and a step: step * byte ** 2 is nearly the value."""
    step = np.float32(max(float(values.max(initial=0)), 1e-12) / 255**2)
    return np.round(np.sqrt(values / step)).astype(np.uint8), step


def from_bytes(small: npt.NDArray[np.uint8], step: np.float32) -> Floats:
    """The values that `as_bytes` has rounded."""
    return np.asarray(small.astype(np.float32) ** 2 * step, np.float32)
