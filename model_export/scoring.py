"""What a model puts first, of all songs, without sorting all of them.

What neighbours and artists add is never below zero and stands for few songs, so whoever comes first is among
the songs that those name and the first by factors and bias alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from model_export.model import Floats, Indices, Model, membership, queue_matrix
from model_export.playlists import Playlists

Songs = npt.NDArray[np.int64]

AT_ONCE = 2**25
"""How many scores are held at once."""
BLOCK = 64
"""The first n of many numbers are no less than the n-th greatest of the greatest of every so many."""


@dataclass(frozen=True, slots=True)
class Head:
    """The songs that can come first for one queue, and what is said of them."""

    songs: Songs  # (songs,), in the order of their numbers; those of the queue are none of them
    base: Floats  # (songs,): what factors and biases say
    members: Floats  # (members, songs): what the other members of the ensemble say, each weighing 1
    normalisers: Floats  # (tempers,): log sum exp (temper * score) over all songs of the catalogue

    def scores(self, blend: Sequence[float]) -> Floats:
        """What ranks the songs: (songs,)."""
        return np.asarray(
            self.base + np.array(blend[: len(self.members)], np.float32) @ self.members, np.float32
        )

    def of(self, places: Songs) -> Head:
        """The same with only the songs at these places."""
        return Head(self.songs[places], self.base[places], self.members[:, places], self.normalisers)

    def ranked(self, blend: Sequence[float], limit: int) -> Songs:
        """The first songs, best first; of equal ones the first number."""
        return self.songs[np.argsort(-self.scores(blend), kind="stable")[:limit]]


class Scorer:
    """A model, laid out for ranking many queues."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._by_artist: sparse.csr_array | None = None
        if model.memory is not None:
            self._artists = membership(model.memory.artist_of, model.memory.kinship.shape[0])
            self._by_artist = sparse.csr_array(self._artists.T)

    def heads(
        self,
        queues: Sequence[npt.NDArray[np.integer]],
        depth: int | Sequence[int],
        tempers: Sequence[float] = (),
    ) -> Iterator[Head]:
        """The head of each queue, in their order; it holds the first `depth` songs of every blend.

        Args:
            queues: the songs of each.
            depth: how many, or how many for each queue.
            tempers: of the normalisers.
        """
        tracks = len(self.model.factors)
        at_once = max(AT_ONCE // max(tracks, 1), 1)
        for start in range(0, len(queues), at_once):
            some = queues[start : start + at_once]
            matrix = queue_matrix(some, tracks)
            base = self.model.pooled(matrix) @ self.model.factors.T
            base += self.model.bias
            members = self._members(matrix)
            for i, queue in enumerate(some):
                asked = depth if isinstance(depth, int) else depth[start + i]
                yield self._head(base[i], [_row(each, i) for each in members], queue, asked, tempers)

    def _members(self, queues: sparse.csr_array) -> list[sparse.csr_array]:
        """What neighbours, same artist and kin say, in the order of `Blend`: each (queues, tracks)."""
        memory = self.model.memory
        if memory is None or self._by_artist is None:
            return []
        shares = self.model.shares(queues)
        artists = sparse.csr_array(shares @ self._artists)
        found = [
            shares @ memory.likeness,
            artists @ self._by_artist,
            (artists @ memory.kinship) @ self._by_artist,
        ]
        return [sparse.csr_array(each) for each in found]

    def _head(
        self,
        base: Floats,
        members: Sequence[tuple[Indices, Floats]],
        queue: npt.NDArray[np.integer],
        depth: int,
        tempers: Sequence[float],
    ) -> Head:
        named = np.zeros(len(base), np.bool_)
        named[first(base, depth + len(queue))] = True
        for theirs, _ in members:
            named[theirs] = True
        songs = np.flatnonzero(named)
        place = np.empty(len(base), np.int32)
        place[songs] = np.arange(len(songs))
        said = np.zeros((len(members), len(songs)), np.float32)
        for row, (theirs, values) in zip(said, members, strict=True):
            row[place[theirs]] = values
        of_songs = base[songs]
        normalisers = [self._normaliser(base, of_songs, said, temper) for temper in tempers]
        named[queue] = False
        free = named[songs]
        return Head(songs[free], of_songs[free], said[:, free], np.array(normalisers, np.float32))

    def _normaliser(self, base: Floats, of_songs: Floats, said: Floats, temper: float) -> float:
        whole = of_songs + np.array(self.model.blend[: len(said)], np.float32) @ said
        highest = max(float(base.max()), float(whole.max(initial=-np.inf)))
        by = np.float32(temper)

        def total(scores: Floats) -> float:
            return float(np.exp(by * (scores - np.float32(highest))).sum(dtype=np.float64))

        return temper * highest + float(np.log(total(base) - total(of_songs) + total(whole)))


def _row(matrix: sparse.csr_array, i: int) -> tuple[Indices, Floats]:
    """The columns of a row that hold anything, and what they hold."""
    of_row = slice(matrix.indptr[i], matrix.indptr[i + 1])
    return matrix.indices[of_row], matrix.data[of_row]


def first(values: Floats, count: int) -> Songs:
    """The places of the greatest so many values, in no order."""
    if count >= len(values):
        return np.arange(len(values))
    blocks = values[: len(values) // BLOCK * BLOCK].reshape(-1, BLOCK).max(axis=1)
    if count <= len(blocks):
        places = np.flatnonzero(values >= np.partition(blocks, -count)[-count])
    else:
        places = np.arange(len(values))
    order = np.argpartition(-values[places], count - 1) if count < len(places) else np.arange(len(places))
    return places[order[:count]]


def playlist_biases(model: Model, lists: Playlists) -> Iterator[float]:
    """The bias of each playlist, seen whole: the calibrated level less the softmax's normaliser."""
    queues = [lists.tracks(i) for i in range(len(lists))]
    for head in Scorer(model).heads(queues, 1, [model.temper]):
        yield float(model.level - model.scale * head.normalisers[0])
