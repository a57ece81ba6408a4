"""The matrix factorisation: playlist factors, track factors and both biases, learned from playlists.

The model is `sigmoid(playlist_factors . track_factors + playlist_bias + track_bias)`. A playlist's factors
are pooled from its tracks, so that a queue that training never saw gets its factors by the same sum:

    p = sum_e share_e x_e,   share_e = w_e y_e a_e / (sum_e w_e a_e) ** power

with x_e the factors of track e, a_e > 0 its learned weight, w_e how sure we are of it and y_e whether it is
wanted. A track's factors are the sum of a part of its own, its artist's and its album's, so that a rare song
stands by its artist. Training hides a random part of a playlist and predicts it from the rest with a softmax
over all tracks, whose normaliser is the playlist's bias. What a few dimensions cannot hold, the nearest
neighbours of each track remember: they add sum_e share_e likeness_et to the score of track t.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.linalg import svds

from model_export.playlists import Playlists, Song, list_weights

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Settings:
    """What is chosen by validation, not learned."""

    dims: int = 64
    epochs: int = 100
    check_every: int = 5  # epochs between two looks at validation
    patience: int = 4  # looks without a gain before training stops
    batch: int = 128  # playlists
    learning_rate: float = 5e-3
    dropout: float = 0.2  # share of a pooled playlist's dimensions hidden in training
    decay: float = 1e-3  # AdamW's weight decay of the factors
    power: float = 0.6  # of the pooling's denominator
    neighbours: int = 140  # how many of each song are remembered; 0 for factors alone
    neighbour_weight: float = 10.0  # of a cosine beside a product of factors
    damping: float = 0.5  # see `list_weights`
    longest_queue: int = 50  # tracks
    empty_queues: float = 0.05  # share of training queues with no track, which teach the biases
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Parts:
    """Which rows of the table a track's factors are the sum of: its own, its artist's, its album's."""

    of_track: sparse.csr_array  # (tracks, parts) 0/1
    artists: Sequence[str]  # main artists, as credited
    artist_of: Indices  # (tracks,): index into artists, -1 unknown

    @classmethod
    def of(cls, songs: Sequence[Song]) -> Parts:
        """The parts of these songs; a song without artist or album stands by the rest."""
        artists, artist_of = _numbered([song.main_artist or None for song in songs])
        albums, album_of = _numbered([_album_key(song) for song in songs])
        blocks = [
            sparse.identity(len(songs), dtype=np.float32, format="csr"),
            _membership(artist_of, len(artists)),
            _membership(album_of, len(albums)),
        ]
        return cls(sparse.csr_array(sparse.hstack(blocks)), artists, artist_of)


def _album_key(song: Song) -> str | None:
    """Albums of different artists that share a name ("Greatest Hits") are different albums."""
    return f"{song.main_artist}\n{song.album}" if song.album else None


def _numbered(names: Sequence[str | None]) -> tuple[list[str], Indices]:
    numbers: dict[str, int] = {}
    of = [-1 if name is None else numbers.setdefault(name, len(numbers)) for name in names]
    return list(numbers), np.array(of, np.int32)


def _membership(group_of: Indices, groups: int) -> sparse.csr_array:
    rows = np.flatnonzero(group_of >= 0)
    ones = np.ones(len(rows), np.float32)
    return sparse.csr_array((ones, (rows, group_of[rows])), shape=(len(group_of), groups))


@dataclass(frozen=True, slots=True)
class Model:
    """What training learned, ready to score."""

    factors: Floats  # (tracks, dims)
    weights: Floats  # (tracks,): a_e > 0
    track_bias: Floats  # (tracks,)
    power: float
    likeness: sparse.csr_array | None = None  # (tracks, tracks): of each queued track's neighbours
    scale: float = 1.0  # calibration: logit = scale * (score - normaliser) + level,
    level: float = 0.0  # so that scale * -normaliser + level is the playlist's bias

    def pooled(self, queues: sparse.csr_array) -> Floats:
        """The playlist factors of queues of wanted tracks, (queues, tracks) w_e: (queues, dims)."""
        return np.asarray(self._shares(queues) @ self.factors)

    def _shares(self, queues: sparse.csr_array) -> sparse.csr_array:
        """What each entry counts: (queues, tracks)."""
        told = queues @ sparse.diags_array(self.weights)
        return sparse.csr_array(sparse.diags_array(_positive(told.sum(1)) ** -self.power) @ told)

    def logits(self, queues: sparse.csr_array) -> Floats:
        """The calibrated logits, the playlists' biases included: (queues, tracks)."""
        scores = self.scores(queues)
        return np.asarray(self.scale * (scores - log_sum_exp(scores)) + self.level, np.float32)

    def scores(self, queues: sparse.csr_array) -> Floats:
        """What ranks the tracks for each queue: (queues, tracks)."""
        scores = np.asarray(self.pooled(queues) @ self.factors.T + self.track_bias)
        return scores if self.likeness is None else scores + self._shares(queues) @ self.likeness


def _positive(total: npt.ArrayLike) -> Floats:
    """An empty queue pools to nothing, whatever it is divided by."""
    total = np.asarray(total, np.float32).ravel()
    return np.where(total > 0, total, np.float32(1))


def rounded(model: Model) -> Model:
    """The model with its factors in the precision in which they are shipped (float16)."""
    return replace(model, factors=model.factors.astype(np.float16).astype(np.float32))


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


@dataclass(slots=True)
class _Adam:
    """AdamW (Loshchilov and Hutter, 2019) on one array, in place."""

    values: Floats
    decay: float = 0.0
    mean: Floats = field(init=False)
    square: Floats = field(init=False)
    steps: int = 0

    def __post_init__(self) -> None:
        self.mean = np.zeros_like(self.values)
        self.square = np.zeros_like(self.values)

    def step(self, gradient: Floats, rate: float) -> None:
        self.steps += 1
        self.mean += 0.1 * (gradient - self.mean)
        self.square += 0.001 * (gradient * gradient - self.square)
        mean = self.mean / (1 - 0.9**self.steps)
        spread = np.sqrt(self.square / (1 - 0.999**self.steps)) + 1e-8
        self.values -= rate * (mean / spread + self.decay * self.values)


@dataclass(frozen=True, slots=True)
class Gradients:
    """The loss of a batch and its slopes."""

    loss: float
    factors: Floats  # (tracks, dims)
    log_weights: Floats  # (tracks,)
    track_bias: Floats  # (tracks,)


def gradients(model: Model, queues: sparse.csr_array, targets: sparse.csr_array, mask: Floats) -> Gradients:
    """Softmax cross-entropy of the hidden tracks given the queues, and its slopes.

    Args:
        model: the model as it stands.
        queues: (batch, tracks), what is seen of each playlist.
        targets: (batch, tracks), the weight of each hidden track.
        mask: (batch, dims), the dropout of the pooled factors, 1 on average.
    """
    told = queues @ sparse.diags_array(model.weights)
    total = _positive(told.sum(1))
    share = total**-model.power  # what pooling multiplies the sum with
    pooled = np.asarray(told @ model.factors) * share[:, None]
    logits = (pooled * mask) @ model.factors.T + model.track_bias
    logits -= log_sum_exp(logits)
    aims = targets.tocoo()
    loss = -float(aims.data @ logits[aims.row, aims.col]) / len(mask)

    slope = np.exp(logits) * np.asarray(targets.sum(1), np.float32)[:, None]
    slope[aims.row, aims.col] -= aims.data
    slope /= len(mask)  # (batch, tracks): d loss / d logits
    of_pooled = (slope @ model.factors) * mask
    of_sum = of_pooled * share[:, None]
    of_total = -model.power * (of_pooled * pooled).sum(axis=1) / total
    seen = told.tocoo()
    of_told = (model.factors[seen.col] * of_sum[seen.row]).sum(axis=1) + of_total[seen.row]
    return Gradients(
        loss,
        factors=slope.T @ (pooled * mask) + told.T @ of_sum,
        log_weights=np.bincount(seen.col, of_told * seen.data, len(model.weights)).astype(np.float32),
        track_bias=slope.sum(axis=0),
    )


def train(
    lists: Playlists,
    settings: Settings,
    *,
    judge: Callable[[Model], float] | None = None,
    progress: Callable[[int, float, float | None], None] | None = None,
) -> tuple[Model, int]:
    """Learns from playlists.

    Args:
        lists: what may be learned from; every song of its catalogue gets factors.
        settings: see there.
        judge: how good a model is on validation, higher is better; without it all epochs are run.
        progress: told after every epoch: its number, the mean loss, the judge's word if it was asked.

    Returns:
        The best model that the judge saw (or the last one), and its number of epochs.
    """
    rng = np.random.default_rng(settings.seed)
    learner = _Learner(lists, settings, rng)
    best, best_epoch, best_word = learner.model(), 0, -np.inf
    for epoch in range(1, settings.epochs + 1):
        loss = learner.epoch()
        looked = judge is not None and epoch % settings.check_every == 0
        word = judge(learner.model()) if judge is not None and looked else None
        if progress is not None:
            progress(epoch, loss, word)
        if word is not None and word > best_word:
            best, best_epoch, best_word = learner.model(), epoch, word
        if epoch - best_epoch >= settings.patience * settings.check_every and judge is not None:
            break
    return (best, best_epoch) if best_epoch else (learner.model(), settings.epochs)


class _Learner:
    """The parameters and the examples they learn from."""

    def __init__(self, lists: Playlists, settings: Settings, rng: np.random.Generator) -> None:
        self.settings = settings
        self.rng = rng
        self.lists = lists
        weights = list_weights(lists, settings.damping)
        self.usable = np.flatnonzero(np.diff(lists.bounds) >= 2)
        self.odds = weights[self.usable] / weights[self.usable].sum()
        self.batches = -(-len(self.usable) // settings.batch)
        self.rounds = self.batches * settings.epochs
        self.parts = Parts.of(lists.songs).of_track
        popularity = lists.matrix().T @ weights
        self.table = _Adam(self._first_table(weights), settings.decay)
        self.log_weights = _Adam(np.zeros(len(lists.songs), np.float32))
        self.track_bias = _Adam(np.asarray(np.log1p(popularity) / 2, np.float32))

    def _first_table(self, weights: Floats) -> Floats:
        """Starts from the playlists' singular vectors: far better than noise on this little data."""
        dims, tracks = self.settings.dims, len(self.lists.songs)
        table = self.rng.normal(0, 0.005, (self.parts.shape[1], dims)).astype(np.float32)
        known = min(dims, len(self.lists) - 1, tracks - 1)
        if known > 0:
            seen = self.lists.matrix()
            lengths = _positive(seen.sum(1)) / weights
            scaled = (
                sparse.diags_array(lengths**-0.5) @ seen @ sparse.diags_array(_positive(seen.sum(0)) ** -0.5)
            )
            _, strengths, vectors = svds(scaled, k=known, random_state=self.settings.seed)
            start = vectors.T * np.sqrt(strengths)
            table[:tracks, :known] = 0.1 * start / np.sqrt(np.mean(start**2))
        return table

    def model(self) -> Model:
        """The model as it stands."""
        return Model(
            factors=self.parts @ self.table.values,
            weights=np.exp(self.log_weights.values),
            track_bias=self.track_bias.values.copy(),
            power=self.settings.power,
        )

    def epoch(self) -> float:
        """Goes once over as many playlists as there are and returns the mean loss."""
        return float(np.mean([self._step() for _ in range(self.batches)]))

    def _step(self) -> float:
        settings = self.settings
        queues, targets = self._examples()
        kept = self.rng.random((len(queues), settings.dims)) >= settings.dropout
        tracks = len(self.lists.songs)
        aims = queue_matrix(targets, tracks)
        sizes = np.array([len(target) for target in targets], np.float32)
        # 1 / sqrt(n): a long playlist says more than a short one, but not n times as much.
        aims.data = np.repeat(sizes**-0.5 / np.mean(sizes**0.5), sizes.astype(int)).astype(np.float32)
        found = gradients(
            self.model(),
            queue_matrix(queues, tracks),
            aims,
            (kept / (1 - settings.dropout)).astype(np.float32),
        )
        rate = settings.learning_rate * _one_cycle(self.track_bias.steps / self.rounds)
        self.table.step(self.parts.T @ found.factors, rate)
        self.log_weights.step(found.log_weights, rate)
        self.track_bias.step(found.track_bias, rate)
        return found.loss

    def _examples(self) -> tuple[list[Indices], list[Indices]]:
        """A batch of playlists, each cut at random into a queue and what it hides."""
        chosen = self.rng.choice(self.usable, self.settings.batch, p=self.odds)
        halves = [self._cut(self.rng.permutation(self.lists.tracks(i))) for i in chosen]
        return [queue for queue, _ in halves], [hidden for _, hidden in halves]

    def _cut(self, tracks: Indices) -> tuple[Indices, Indices]:
        """Short queues are as frequent as long ones: the logarithm of the length is uniform."""
        longest = min(self.settings.longest_queue, len(tracks) - 1)
        size = int(np.exp(self.rng.uniform(0, np.log(longest + 1))))
        if self.rng.random() < self.settings.empty_queues:
            size = 0
        return tracks[:size], tracks[size:]


def _one_cycle(done: float) -> float:
    """The learning rate's course: up over the first third, then down along a cosine."""
    warm_up = 0.3
    if done < warm_up:
        return done / warm_up
    return 0.5 + 0.5 * float(np.cos(np.pi * (done - warm_up) / (1 - warm_up)))


def playlist_biases(model: Model, lists: Playlists) -> Iterator[float]:
    """The bias of each playlist, seen whole: the calibrated level less the softmax's normaliser."""
    matrix = lists.matrix()
    for first in range(0, len(lists), 256):
        normaliser = log_sum_exp(model.scores(matrix[first : first + 256]))
        yield from (model.level - model.scale * normaliser[:, 0]).tolist()
