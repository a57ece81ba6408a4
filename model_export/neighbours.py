"""Neighbours of songs and of artists, who stand in the same playlists: memory-based filtering."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sparse_dot_topn import sp_matmul_topn

from model_export.model import Floats, Memory, Parts, Settings, membership
from model_export.playlists import Playlists, summed

Rows = npt.NDArray[np.int64]

SHRINKAGE = 5.0
"""Added to the denominator of a cosine, so that songs seen once are nobody's nearest neighbour."""
SUPPORT = 20.0
"""The same of what a model remembers: there a neighbour by one list alone counts little."""
TYPICAL_LENGTH = 20.0
"""A list of so many songs counts once, whatever the length's damping."""
REACH = 2**16
"""Only so many songs, the most popular ones, can be neighbours: their index fits into two bytes."""
AT_ONCE = 2**14
"""For how many rows of the cosines neighbours are found at once."""
ALIKE = 1.1
"""Rows are looked at together while the most frequent one stands in so many times the lists of the least."""
SPARE = 8
"""Beside each eighth neighbour one more is looked at, as a block's order is not quite that of each row."""
HUB = 1000
"""Of a song's lists only so many are looked at, evenly spread: a hit's neighbours are as plain in a part."""
LONGEST = 10_000
"""Of a longer list only so many songs, evenly spread, are looked at together: pairs grow with its square."""
MANY = 2**16
"""For fewer entries threads cost more than they bring."""
ALL_NEIGHBOURS, FEWEST = 2**26, 100
"""Of many songs each keeps fewer neighbours, so that they are so many in all, but never fewer than these."""


def remember(lists: Playlists, settings: Settings) -> Memory | None:
    """What the members beside the factors remember; None if the settings ask for neither.

    The more parents a song or artist stands in, the more neighbours it has: they matter most, and are most
    different, for what is queued most. In a single parent's lists it has none: they were worth nothing.
    """
    if not settings.neighbours and not settings.kin:
        return None
    artist_of = Parts.of(lists).artist_of
    artists = int(artist_of.max(initial=-1)) + 1
    counts = supported(lists, settings.length_damping)
    lists = thinned(lists)
    most = min(settings.most_neighbours, max(ALL_NEIGHBOURS // max(len(artist_of), 1), FEWEST))
    return Memory(
        _neighbours(lists.matrix(), counts, lists.parents_per_song(), settings.neighbours, most),
        _kinship(lists, membership(artist_of, artists), counts, settings),
        artist_of,
    )


def thinned(lists: Playlists) -> Playlists:
    """The lists with at most `LONGEST` songs each."""
    lengths = np.diff(lists.bounds)
    if lengths.max(initial=0) <= LONGEST:
        return lists
    kept = np.ones(len(lists.entries), np.bool_)
    for i in np.flatnonzero(lengths > LONGEST).tolist():
        own = kept[lists.bounds[i] : lists.bounds[i + 1]]
        own[:] = False
        own[np.arange(LONGEST) * len(own) // LONGEST] = True
    return replace(lists, entries=lists.entries[kept], bounds=summed(np.minimum(lengths, LONGEST)))


def _kinship(
    lists: Playlists, of_artist: sparse.csr_array, counts: Floats, settings: Settings
) -> sparse.csr_array:
    seen = sparse.csr_array(lists.matrix() @ of_artist)
    seen.data = np.ones_like(seen.data)
    return _neighbours(seen, counts, _parents(seen, lists.parent_of), settings.kin, settings.most_kin)


def _neighbours(
    seen: sparse.csr_array, counts: Floats, parents: Rows, each: int, most: int
) -> sparse.csr_array:
    return nearest(
        Cosines(seen, counts, SUPPORT), np.where(parents >= 2, np.minimum(each * parents, most), 0)
    )


def _parents(seen: sparse.csr_array, parent_of: npt.NDArray[np.int32]) -> Rows:
    """In how many different parents' lists each column stands."""
    parents = int(parent_of.max(initial=-1)) + 1
    if parents == len(parent_of):
        return np.bincount(seen.indices, minlength=seen.shape[1])
    of_parent = sparse.csr_array(membership(parent_of, parents).T @ seen)
    return np.bincount(of_parent.indices, minlength=seen.shape[1])


def length_weights(lists: Playlists, damping: float, shortest: float = 1.0) -> Floats:
    """How much two songs in one list say of each other, less the longer the list: (lists,).

    Args:
        lists: the lists.
        damping: see `Settings.length_damping`.
        shortest: a list of fewer songs counts as one of so many.
    """
    lengths = np.maximum(np.diff(lists.bounds), shortest)
    return np.asarray((lengths / TYPICAL_LENGTH) ** -damping, np.float32)


def supported(lists: Playlists, damping: float) -> Floats:
    """The same for what a model remembers: no list counts more than a typical one, however short it is.

    A handful of songs stand together for any reason; that they are few makes none of them nearer.
    """
    return length_weights(lists, damping, TYPICAL_LENGTH)


class Cosines:
    """The shrunk cosine of every two songs' playlists, worked out for the songs that are asked for."""

    def __init__(self, seen: sparse.csr_array, counts: Floats, shrinkage: float = SHRINKAGE) -> None:
        """Takes (lists, songs), 1 where a list holds a song, and what each list weighs, (lists,)."""
        self.seen = seen
        self.by_song = sparse.csr_array(seen.T)  # what each list weighs that holds a song
        self.by_song.data = counts[self.by_song.indices].astype(np.float32)
        self.times = np.asarray(self.by_song.sum(1), np.float32).ravel()
        self.shrinkage = np.float32(shrinkage)

    def of(self, songs: npt.NDArray[np.integer]) -> sparse.csr_array:
        """Of these songs with every song, a song with itself 0: (asked, songs) float32."""
        together = sparse.csr_array(self.by_song[songs] @ self.seen)
        row = songs[np.repeat(np.arange(len(songs)), np.diff(together.indptr))]
        column = together.indices
        together.data /= np.sqrt(self.times[row] * self.times[column]) + self.shrinkage
        together.data[row == column] = 0
        return together


def nearest(cosines: Cosines, counts: Rows) -> sparse.csr_array:
    """The cosines of each song's nearest, so many as it may have, as they are shipped: (songs, songs).

    Only the first `REACH` songs are anybody's neighbours; of a song in more lists than `HUB` so many tell.
    """
    songs = len(counts)
    some = _Some(cosines)
    found = [some.nearest(rows, counts[rows]) for rows in _alike(cosines.times, np.flatnonzero(counts))]
    lengths = np.zeros(songs, np.int64)
    for block in found:
        lengths[block.rows] = block.lengths
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    columns, values = np.empty(bounds[-1], np.int32), np.empty(bounds[-1], np.float32)
    while found:
        block = found.pop()
        shift = bounds[block.rows] - np.concatenate([[0], np.cumsum(block.lengths)[:-1]])
        places = np.repeat(shift, block.lengths) + np.arange(len(block.columns))
        columns[places], values[places] = block.columns, block.values
    small, step = as_bytes(values)
    return sparse.csr_array((from_bytes(small, step), columns, bounds), shape=(songs, songs))


def _alike(times: Floats, rows: Rows) -> Iterator[Rows]:
    """Rows in as many lists, or nearly, in blocks that are not too large."""
    rows = rows[np.argsort(-times[rows], kind="stable")]
    falling = -times[rows]
    first = 0
    while first < len(rows):
        last = int(np.searchsorted(falling, falling[first] / ALIKE, "right"))
        last = min(max(last, first + 1), first + AT_ONCE)
        yield np.sort(rows[first:last])
        first = last


@dataclass(frozen=True, slots=True)
class _Block:
    """The nearest of some rows, one row behind the other."""

    rows: Rows
    lengths: Rows  # (rows,)
    columns: npt.NDArray[np.uint16]
    values: Floats


class _Some:
    """Finds the nearest of some rows without holding all cosines of any."""

    def __init__(self, cosines: Cosines) -> None:
        self._of = cosines
        reach = min(REACH, cosines.seen.shape[1])
        self._seen = sparse.csr_matrix(cosines.seen[:, :reach], dtype=np.float32)
        self._scaled = self._seen.copy()
        self._roots = np.sqrt(cosines.times[:reach])

    def nearest(self, rows: Rows, counts: Rows) -> _Block:
        """The so many nearest of each row, which stand in as many lists, or nearly."""
        # For one row, cosines are in the order of the products over root of times + shrinkage / own root.
        own = np.sqrt(np.maximum(self._of.times[rows], np.float32(1e-12)))
        by = 1 / (self._roots + self._of.shrinkage / np.float32(np.median(own)))
        np.take(by.astype(np.float32), self._seen.indices, out=self._scaled.data)
        of_rows = _sampled(self._of.by_song[rows])
        looked_at = int(counts.max()) + int(counts.max()) // SPARE + 1
        found = sp_matmul_topn(
            of_rows, self._scaled, looked_at, n_threads=(os.cpu_count() or 1) if of_rows.nnz > MANY else 1
        )
        row = np.repeat(np.arange(len(rows)), np.diff(found.indptr))
        column = found.indices
        with np.errstate(invalid="ignore"):
            value = found.data / by[column]
        value /= own[row] * self._roots[column] + self._of.shrinkage
        value[rows[row] == column] = 0
        wide = np.zeros((len(rows), max(int(np.diff(found.indptr).max(initial=0)), 1)), np.float32)
        place = np.arange(len(row)) - found.indptr[:-1][row]
        wide[row, place] = value
        rank = np.empty(wide.shape, np.int32)
        np.put_along_axis(
            rank, np.argsort(-wide, axis=1, kind="stable"), np.arange(wide.shape[1])[None], axis=1
        )
        kept = (value > 0) & (rank[row, place] < counts[row])
        lengths = np.bincount(row[kept], minlength=len(rows))
        return _Block(rows, lengths, column[kept].astype(np.uint16), value[kept].astype(np.float32))


def _sampled(by_song: sparse.csr_array) -> sparse.csr_matrix:
    """At most `HUB` of each row's lists, evenly spread, that weigh as much as all of them together."""
    lengths = np.diff(by_song.indptr)
    if not (lengths > HUB).any():
        return sparse.csr_matrix(by_song)
    kept = np.minimum(lengths, HUB)
    bounds = np.concatenate([[0], np.cumsum(kept)])
    row = np.repeat(np.arange(len(kept)), kept)
    place = (np.arange(bounds[-1]) - bounds[row]) * lengths[row] // kept[row]
    places = by_song.indptr[row] + place
    data = by_song.data[places]
    whole, part = (
        np.bincount(r, d, len(kept))
        for r, d in ((np.repeat(np.arange(len(kept)), lengths), by_song.data), (row, data))
    )
    data = (data * (whole / np.maximum(part, 1e-12))[row]).astype(np.float32)
    return sparse.csr_matrix((data, by_song.indices[places], bounds), shape=by_song.shape)


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
