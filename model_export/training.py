"""How the factors are learned: a random part of a playlist is hidden and predicted from the rest.

The loss is the softmax cross-entropy over all tracks. A track's factors are the sum of a part of its own, its
artist's, its album's and its era's, so that a rare song stands by its artist. Slopes are written out by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds

from model_export.model import Floats, Indices, Model, Parts, Settings, positive, queue_matrix
from model_export.playlists import Playlists, list_weights

Judge = Callable[[Model], float]
"""How good a model is on validation, higher is better."""

Progress = Callable[[int, float, float | None], None]
"""Told after every epoch: its number, the mean loss, the judge's word if it was asked."""


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
        model: the model as it stands; only its factors, weights and biases are looked at.
        queues: (batch, tracks), what is seen of each playlist.
        targets: (batch, tracks), the weight of each hidden track.
        mask: (batch, dims), the dropout of the pooled factors, 1 on average.
    """
    told = queues @ sparse.diags_array(model.weights)
    total = positive(told.sum(1))
    share = total**-model.power  # what pooling multiplies the sum with
    pooled = np.asarray(told @ model.factors) * share[:, None]
    logits = (pooled * mask) @ model.factors.T
    logits += model.track_bias
    logits -= logits.max(axis=1, keepdims=True)
    aims = targets.tocoo()
    at_aims = logits[aims.row, aims.col]
    # From here on in place: these are the largest arrays of training, (batch, tracks).
    slope = np.exp(logits, out=logits)
    normaliser = slope.sum(axis=1)
    loss = -float(aims.data @ (at_aims - np.log(normaliser)[aims.row])) / len(mask)
    slope *= (np.asarray(targets.sum(1), np.float32).ravel() / normaliser / len(mask))[:, None]
    slope[aims.row, aims.col] -= aims.data / len(mask)

    of_pooled = (slope @ model.factors) * mask
    of_sum = of_pooled * share[:, None]
    of_total = -model.power * (of_pooled * pooled).sum(axis=1) / total
    seen = told.tocoo()
    of_told = (model.factors[seen.col] * of_sum[seen.row]).sum(axis=1) + of_total[seen.row]
    of_factors = slope.T @ (pooled * mask)
    of_factors += told.T @ of_sum
    return Gradients(
        loss,
        factors=of_factors,
        log_weights=np.bincount(seen.col, of_told * seen.data, len(model.weights)).astype(np.float32),
        track_bias=slope.sum(axis=0),
    )


@dataclass(slots=True)
class _Adam:
    """AdamW (Loshchilov and Hutter, 2019) on one array, in place."""

    values: Floats
    decay: float = 0.0
    mean: Floats = field(init=False)
    square: Floats = field(init=False)
    scratch: Floats = field(init=False)
    steps: int = 0

    def __post_init__(self) -> None:
        self.mean = np.zeros_like(self.values)
        self.square = np.zeros_like(self.values)
        self.scratch = np.empty_like(self.values)

    def step(self, gradient: Floats, rate: float) -> None:
        self.steps += 1
        self.mean *= 0.9
        self.mean += np.multiply(gradient, 0.1, out=self.scratch)
        self.square *= 0.999
        np.multiply(gradient, gradient, out=self.scratch)
        self.square += np.multiply(self.scratch, 0.001, out=self.scratch)
        spread = np.sqrt(self.square, out=self.scratch)
        spread /= np.sqrt(1 - 0.999**self.steps)
        spread += 1e-8
        move = np.divide(self.mean, spread, out=self.scratch)
        self.values *= 1 - rate * self.decay
        self.values -= np.multiply(move, rate / (1 - 0.9**self.steps), out=self.scratch)


def train(
    lists: Playlists, settings: Settings, *, judge: Judge | None = None, progress: Progress | None = None
) -> tuple[Model, int]:
    """Learns the factors, weights and biases from playlists.

    Args:
        lists: what may be learned from; every song of its catalogue gets factors.
        settings: see there.
        judge: without it all epochs are run.
        progress: see there.

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
        weights = list_weights(lists, settings.damping, settings.follower_weight)
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
            lengths = positive(seen.sum(1)) / weights
            scaled = (
                sparse.diags_array(lengths**-0.5) @ seen @ sparse.diags_array(positive(seen.sum(0)) ** -0.5)
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
        in_order = self.settings.in_order
        halves = [self._cut(mixed(self.lists.tracks(i), in_order, self.rng)) for i in chosen]
        return [queue for queue, _ in halves], [hidden for _, hidden in halves]

    def _cut(self, tracks: Indices) -> tuple[Indices, Indices]:
        """Short queues are as frequent as long ones: the logarithm of the length is uniform."""
        longest = min(self.settings.longest_queue, len(tracks) - 1)
        size = int(np.exp(self.rng.uniform(0, np.log(longest + 1))))
        if self.rng.random() < self.settings.empty_queues:
            size = 0
        return tracks[:size], tracks[size:]


def mixed(tracks: Indices, in_order: float, rng: np.random.Generator) -> Indices:
    """A list's tracks in random order or, in so great a share, in their own from a random place on."""
    if in_order and rng.random() < in_order:
        return np.roll(tracks, -int(rng.integers(len(tracks))))
    return rng.permutation(tracks)


def _one_cycle(done: float) -> float:
    """The learning rate's course: up over the first third, then down along a cosine."""
    warm_up = 0.3
    if done < warm_up:
        return done / warm_up
    return 0.5 + 0.5 * float(np.cos(np.pi * (done - warm_up) / (1 - warm_up)))
