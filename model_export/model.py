"""The model: what it is made of, and how it scores.

`sigmoid(playlist_factors . track_factors + playlist_bias + track_bias)`, in an ensemble whose every member is
linear in the queue, so that each entry's share of a score is exact:

    share_e = w_e y_e a_e / (sum_e w_e a_e) ** power
    score_t = sum_e share_e (x_e . x_t + n likeness_et + s [same artist] + k kinship_et) + b bias_t

with w_e how sure we are of entry e, y_e whether it is wanted and a_e > 0 its learned weight. x are the track
factors (matrix factorisation), likeness the nearest neighbours of each track (memory-based filtering), and
same artist and kinship, the neighbours of each artist, its content; n, s, k and b blend them. The playlist's
factors are the sum of its shares, so a queue that training never saw gets its own the same way; its bias is
the softmax's normaliser.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from model_export.playlists import Playlists, taken

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Settings:
    """What is chosen by validation, not learned. The defaults won; docs/model.md says what lost."""

    dims: int = 64
    epochs: int = 0  # at most; 0: as many as the number of playlists asks for
    check_every: int = 10  # epochs between two looks at validation
    patience: int = 3  # looks without a gain before training stops
    batch: int = 128  # playlists; twice as many where the softmax is sampled
    few: int = 5000  # up to so many playlists all songs are in the softmax, as long as that is quick
    sample: int = 4096  # otherwise so many songs are in its normaliser, beside those that are hidden
    sample_power: float = 0.75  # their odds are popularity to this power
    learning_rate: float = 5e-3
    dropout: float = 0.2  # share of a pooled playlist's dimensions hidden in training
    decay: float = 1e-3  # AdamW's weight decay of the factors
    power: float = 0.6  # of the pooling's denominator
    squares: float = 3.0  # what the least squares' factors weigh beside those of the softmax; 0 for none
    neighbours: int = 25  # how many of each song are remembered for every parent it stands in; 0 for none
    most_neighbours: int = 700  # of one song
    kin: int = 20  # the same of each artist; 0 for no content member
    most_kin: int = 60
    length_damping: float = 0.5  # a list of n songs counts n ** -length_damping for neighbours
    damping: float = 0.5  # a source of n playlists counts n ** damping, see `list_weights`
    follower_weight: float = 0.0  # a list with f followers counts (1 + f) ** follower_weight
    in_order: float = 0.0  # share of training queues that are a run of neighbouring songs
    longest_queue: int = 50  # tracks
    empty_queues: float = 0.05  # share of training queues with no track, which teach the biases
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Parts:
    """Which rows of the table a track's factors are the sum of: its own, its artist's, album's and era's."""

    of_track: sparse.csr_array  # (tracks, parts) 0/1
    groups: sparse.csr_array  # (tracks, artists and albums) 0/1
    artists: Sequence[str]  # main artists, as credited
    artist_of: Indices  # (tracks,): index into artists, -1 unknown

    @classmethod
    def of(cls, lists: Playlists) -> Parts:
        """The parts of these lists' songs; a song without artist, album or year stands by the rest."""
        named, artist_of = _renumbered(lists.artist_of)
        groups = [_groups(artist_of), _groups(lists.album_of)]
        own = sparse.csr_array(sparse.identity(len(artist_of), dtype=np.float32, format="csr"))
        return cls(
            _beside([own, *groups, _groups(lists.era_of)]),
            _beside(groups),
            taken(lists.artists, named),
            artist_of,
        )


def _beside(blocks: Sequence[sparse.csr_array]) -> sparse.csr_array:
    return sparse.csr_array(sparse.hstack(blocks, format="csr", dtype=np.float32))


def _groups(group_of: Indices) -> sparse.csr_array:
    named, of = _renumbered(group_of)
    return membership(of, len(named))


def _renumbered(group_of: Indices) -> tuple[Indices, Indices]:
    """The groups that have a track, the first to appear first, and every track's place among them or -1."""
    found, first, of = np.unique(group_of, return_index=True, return_inverse=True)
    order = np.argsort(first)
    order = order[found[order] >= 0]
    place = np.full(len(found), -1, np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    return found[order], place[of]


def membership(group_of: Indices, groups: int) -> sparse.csr_array:
    """1 where a track is of a group: (tracks, groups) float32; -1 is of none."""
    rows = np.flatnonzero(group_of >= 0)
    ones = np.ones(len(rows), np.float32)
    return sparse.csr_array((ones, (rows, group_of[rows])), shape=(len(group_of), groups))


class Blend(NamedTuple):
    """What each member of the ensemble weighs beside the factors, which weigh 1; learned on validation."""

    neighbours: float = 40.0
    same_artist: float = 2.0
    kin: float = 3.0
    bias: float = 1.0  # of the tracks: how much being popular counts


UNLEARNED = Blend()


@dataclass(frozen=True, slots=True)
class Memory:
    """What the members beside the factors remember of the training playlists."""

    likeness: sparse.csr_array  # (tracks, tracks): the cosine of each song's nearest neighbours
    kinship: sparse.csr_array  # (artists, artists): the cosine of each artist's nearest neighbours
    artist_of: Indices  # (tracks,): the artist of each, -1 unknown


@dataclass(frozen=True, slots=True)
class Model:
    """What training learned, ready to score."""

    factors: Floats  # (tracks, dims)
    weights: Floats  # (tracks,): a_e > 0
    track_bias: Floats  # (tracks,), as learned; `bias` is what counts
    power: float
    memory: Memory | None = None  # None: factors alone
    blend: Blend = UNLEARNED
    temper: float = 1.0  # calibration: logit = scale * (temper * score - normaliser) + level,
    scale: float = 1.0  # the normaliser that of a softmax of temper * score,
    level: float = 0.0  # so that scale * -normaliser + level is the playlist's bias

    @property
    def bias(self) -> Floats:
        """What is added to every track's score, whatever the queue: (tracks,)."""
        return np.asarray(np.float32(self.blend.bias) * self.track_bias, np.float32)

    def pooled(self, queues: sparse.csr_array) -> Floats:
        """The playlist factors of queues of wanted tracks, (queues, tracks) w_e: (queues, dims)."""
        return np.asarray(self.shares(queues) @ self.factors)

    def shares(self, queues: sparse.csr_array) -> sparse.csr_array:
        """What each entry counts: (queues, tracks)."""
        told = queues @ sparse.diags_array(self.weights)
        return sparse.csr_array(sparse.diags_array(positive(told.sum(1)) ** -self.power) @ told)

    def logits(self, queues: sparse.csr_array) -> Floats:
        """The calibrated logits, the playlists' biases included: (queues, tracks)."""
        scores = np.float32(self.temper) * self.scores(queues)
        return np.asarray(self.scale * (scores - log_sum_exp(scores)) + self.level, np.float32)

    def scores(self, queues: sparse.csr_array) -> Floats:
        """What ranks the tracks for each queue: (queues, tracks)."""
        scores = np.asarray(self.pooled(queues) @ self.factors.T + self.bias)
        for weight, member in zip(self.blend, self.members(queues), strict=False):
            scores += np.float32(weight) * member
        return scores

    def members(self, queues: sparse.csr_array) -> list[Floats]:
        """What neighbours, same artist and kin say, in the order of `Blend`: each (queues, tracks)."""
        if self.memory is None:
            return []
        shares, memory = self.shares(queues), self.memory
        artists = shares @ membership(memory.artist_of, memory.kinship.shape[0])
        found = [(shares @ memory.likeness).toarray()]
        for each in (artists, artists @ memory.kinship):
            by_artist = np.pad(each.toarray(), ((0, 0), (0, 1)))  # the last column is of unknown artists
            found.append(by_artist[:, memory.artist_of])
        return found


def positive(total: npt.ArrayLike) -> Floats:
    """An empty queue pools to nothing, whatever it is divided by."""
    total = np.asarray(total, np.float32).ravel()
    return np.where(total > 0, total, np.float32(1))


def rounded(factors: Floats) -> tuple[npt.NDArray[np.int8], Floats]:
    """Factors in the precision in which they are shipped: bytes, and what each row's are multiplied with.

    The greatest of each row becomes 127, so (rows, dims) int8 times (rows, 1) float32 is nearly the factors.
    """
    step = np.maximum(np.abs(factors).max(axis=1, keepdims=True), np.float32(1e-12)) / np.float32(127)
    return np.round(factors / step).astype(np.int8), step.astype(np.float32)


def as_shipped(model: Model) -> Model:
    """The model with its factors as they come out of a bundle."""
    small, step = rounded(model.factors)
    return replace(model, factors=small * step)


def log_sum_exp(logits: Floats) -> Floats:
    """The logarithm of each row's softmax normaliser: (rows, 1)."""
    highest = logits.max(axis=1, keepdims=True)
    return np.asarray(highest + np.log(np.exp(logits - highest).sum(axis=1, keepdims=True)))


def queue_matrix(queues: Sequence[npt.NDArray[np.integer]], tracks: int) -> sparse.csr_array:
    """1 where a queue holds a track: (queues, tracks) float32."""
    bounds = np.cumsum([0, *map(len, queues)])
    entries = np.concatenate([np.empty(0, np.int32), *queues])
    ones = np.ones(len(entries), np.float32)
    return sparse.csr_array((ones, entries, bounds), shape=(len(queues), tracks))
