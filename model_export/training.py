"""How the factors are learned: a random part of a playlist is hidden and predicted from the rest.

A track's factors are the sum of a part of its own, its artist's, its album's and its era's, so that a rare
song stands by its artist. They start from singular vectors or least squares (`start`) and go down the slopes
of a softmax (`softmax`): over all songs where playlists are few, over a sample where they are many. There a
step touches only the rows of its own songs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from threadpoolctl import threadpool_limits

from model_export.adam import Adam
from model_export.checkpoint import Checkpoint
from model_export.model import Floats, Indices, Model, Parts, Settings
from model_export.playlists import Playlists, list_weights
from model_export.softmax import Sample, Sampler, gradients
from model_export.start import first_factors, singular_vectors

Judge = Callable[[Model], float]
"""How good a model is on validation, higher is better."""

Epoch = tuple[int, float, float | None]
"""The number of an epoch, its mean loss and, where it was measured, the NDCG@100 on validation after it."""

Progress = Callable[[int, float, float | None], None]
"""Told after every epoch: see `Epoch`."""

Told = Callable[[str, float], None]
"""Told which stage is being worked on, and the share of it that is done."""

QUICK = 2**29
"""All songs are in the softmax of few playlists if these times their songs are no more than so many."""
EPOCHS, THOROUGH = 40, 2.7
"""Where no number of epochs is asked for: so many, or where the softmax is sampled so many steps times the
number of playlists ** 0.6."""
AGAIN, AGAIN_RATE = 1 / 3, 0.5
"""A training that goes on from another has this share of its steps, this share as large."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """All numbers that are learned."""

    table: Floats  # (parts, dims)
    log_weights: Floats  # (tracks,)
    track_bias: Floats  # (tracks,)

    def model(self, parts: sparse.csr_array, power: float) -> Model:
        """The model that they make."""
        return Model(parts @ self.table, np.exp(self.log_weights), self.track_bias, power)

    def moved(
        self, old: sparse.csr_array, new: sparse.csr_array, places: npt.NDArray[np.integer]
    ) -> Parameters:
        """The same for a catalogue that holds the old tracks at these places; new ones stand by their artist.

        Args:
            old: the parts of the old tracks.
            new: those of the new ones.
            places: (old tracks,).
        """
        # A song has the same parts in both, in the same order: its own, its artist's, its album's, its era's.
        table = np.zeros((new.shape[1], self.table.shape[1]), np.float32)
        table[new[places].indices] = self.table[old.indices]
        log_weights = np.full(new.shape[0], np.mean(self.log_weights), np.float32)
        track_bias = np.full(new.shape[0], np.min(self.track_bias), np.float32)
        log_weights[places], track_bias[places] = self.log_weights, self.track_bias
        return Parameters(table, log_weights, track_bias)


class Trained(NamedTuple):
    """The best model that the judge saw (or the last one), and how it came about."""

    model: Model
    epochs: int
    parameters: Parameters
    curve: list[Epoch]


def train(
    lists: Playlists,
    settings: Settings,
    *,
    judge: Judge | None = None,
    progress: Progress = lambda epoch, loss, word: None,
    told: Told = lambda stage, done: None,
    keep: Checkpoint | None = None,
    before: Parameters | None = None,
) -> Trained:
    """Learns the factors, weights and biases from playlists.

    Args:
        lists: what may be learned from; every song of its catalogue gets factors.
        settings: see there.
        judge: without it all epochs are run.
        progress: see there.
        told: see there.
        keep: where it is kept as it goes on, and gone on from.
        before: what to go on from, over the same songs, in fewer and smaller steps.

    Raises:
        DataError: the checkpoint cannot be written or read.
    """
    learner = Learner(lists, settings, told, keep, before)
    course, patience = learner.course, settings.patience * settings.check_every
    # Of a sample, the matrices are so small that threads wait for each other.
    with threadpool_limits(None if learner.exact else 1, "blas"):
        while learner.steps < learner.rounds and not (
            judge and len(course.curve) - course.best_epoch >= patience
        ):
            course.losses.append(learner.step())
            told(learner.stage, learner.steps / learner.rounds)
            if learner.steps % learner.batches == 0 or learner.steps == learner.rounds:
                epoch = len(course.curve) + 1
                word = judge(learner.model()) if judge and epoch % settings.check_every == 0 else None
                course.curve.append((epoch, float(np.mean(course.losses)), word))
                course.losses = []
                if word is not None and word > course.best_word:
                    course.best, course.best_epoch, course.best_word = learner.parameters(), epoch, word
                progress(*course.curve[-1])
            if keep is not None and (keep.due or learner.steps == learner.rounds):
                learner.save(keep)
    best = course.best or learner.parameters()
    return Trained(
        best.model(learner.parts, settings.power),
        course.best_epoch or len(course.curve),
        best,
        course.curve,
    )


@dataclass(slots=True)
class Course:
    """How a training has gone so far."""

    losses: list[float] = field(default_factory=list)  # of the steps of this epoch
    curve: list[Epoch] = field(default_factory=list)
    best: Parameters | None = None
    best_epoch: int = 0
    best_word: float = -np.inf


class Learner:
    """The parameters and the examples they learn from."""

    def __init__(
        self,
        lists: Playlists,
        settings: Settings,
        told: Told = lambda stage, done: None,
        keep: Checkpoint | None = None,
        before: Parameters | None = None,
    ) -> None:
        self.settings = settings
        self.rng = np.random.default_rng(settings.seed)
        self.lists = lists
        self.stage = "training" if before is None else "everything"
        self.course = Course()
        self.steps = 0
        weights = list_weights(lists, settings.damping, settings.follower_weight)
        self._usable = np.flatnonzero(np.diff(lists.bounds) >= 2)
        self._up_to = np.cumsum(weights[self._usable], dtype=np.float64)
        self._rate = settings.learning_rate * (1.0 if before is None else AGAIN_RATE)
        tracks = len(lists.songs)
        self.exact = len(lists) <= settings.few and len(lists) * tracks <= QUICK
        self._batch = settings.batch if self.exact else 2 * settings.batch
        self.batches = -(-len(self._usable) // self._batch)
        rounds = self.batches * (settings.epochs or EPOCHS)
        if not self.exact and not settings.epochs:
            rounds = int(THOROUGH * len(self._usable) ** 0.6) + 1
        self.rounds = rounds if before is None else int(rounds * AGAIN) + 1
        parts = Parts.of(lists)
        self.parts = parts.of_track
        weight_of = np.repeat(weights, np.diff(lists.bounds))
        popularity = np.bincount(lists.entries, weight_of, tracks).astype(np.float64)
        sample = tracks if self.exact else settings.sample
        self._sampler = Sampler(popularity, sample, settings.sample_power)
        if keep is not None and self._restored(keep):
            return
        if before is None:
            if self.exact:
                table = self.rng.normal(0, 0.005, (self.parts.shape[1], settings.dims)).astype(np.float32)
                directions = singular_vectors(lists, weights, settings)
                table[:tracks, : directions.shape[1]] = directions
            else:
                table = np.zeros((self.parts.shape[1], settings.dims), np.float32)
                table[:tracks] = first_factors(
                    lists, parts.groups, weights, settings, keep, lambda done: told("start", done)
                )
            before = Parameters(
                table, np.zeros(tracks, np.float32), (np.log1p(popularity) / 2).astype(np.float32)
            )
        self.table = Adam(before.table, settings.decay)
        self.log_weights = Adam(before.log_weights[:, None])
        self.track_bias = Adam(before.track_bias[:, None])

    def parameters(self) -> Parameters:
        """What has been learned so far."""
        arrays = (self.table.values, self.log_weights.values[:, 0], self.track_bias.values[:, 0])
        return Parameters(*(array.copy() for array in arrays))

    def model(self) -> Model:
        """The model as it stands."""
        return self.parameters().model(self.parts, self.settings.power)

    def save(self, keep: Checkpoint) -> None:
        """Keeps all that it takes to go on as if nothing had happened."""
        course = self.course
        arrays = {
            **self.table.state("table"),
            **self.log_weights.state("log_weights"),
            **self.track_bias.state("track_bias"),
        }
        if course.best is not None:
            arrays |= {
                "best_table": course.best.table,
                "best_log_weights": course.best.log_weights,
                "best_track_bias": course.best.track_bias,
            }
        facts = {
            "steps": self.steps,
            "random": self.rng.bit_generator.state,
            "losses": course.losses,
            "curve": course.curve,
            "best_epoch": course.best_epoch,
            "best_word": course.best_word,
        }
        keep.save(self.stage, arrays, facts)
        keep.drop("start")

    def _restored(self, keep: Checkpoint) -> bool:
        """Goes on from what `save` kept; False if that is nothing."""
        stored = keep.load(self.stage)
        if stored is None:
            return False
        arrays, facts = stored
        self.table = Adam.restored(arrays, "table", self.settings.decay)
        self.log_weights = Adam.restored(arrays, "log_weights")
        self.track_bias = Adam.restored(arrays, "track_bias")
        self.steps = facts["steps"]
        self.rng.bit_generator.state = facts["random"]
        best = None
        if "best_table" in arrays:
            best = Parameters(*(arrays[f"best_{name}"] for name in ("table", "log_weights", "track_bias")))
        curve: list[Any] = [tuple(each) for each in facts["curve"]]
        self.course = Course(facts["losses"], curve, best, facts["best_epoch"], facts["best_word"])
        return True

    def step(self) -> float:
        """Learns from one batch; returns its loss."""
        settings = self.settings
        queues, targets = self._examples()
        sample = self._sampler.draw(self.rng)
        kept = self.rng.random((len(queues), settings.dims)) >= settings.dropout
        songs, local = np.unique(np.concatenate([*queues, *targets, sample.songs]), return_inverse=True)
        rows, of_parts = _narrowed(self.parts[songs])
        seen = sum(map(len, queues))
        hidden = seen + sum(map(len, targets))
        aims = _rows(local[seen:hidden], targets, len(songs))
        sizes = np.array([len(target) for target in targets], np.float32)
        # 1 / sqrt(n): a long playlist says more than a short one, but not n times as much.
        aims.data = np.repeat(sizes**-0.5 / np.mean(sizes**0.5), sizes.astype(int)).astype(np.float32)
        found = gradients(
            Model(
                of_parts @ self.table.values[rows],
                np.exp(self.log_weights.values[songs, 0]),
                self.track_bias.values[songs, 0],
                settings.power,
            ),
            _rows(local[:seen], queues, len(songs)),
            aims,
            (kept / (1 - settings.dropout)).astype(np.float32),
            Sample(local[hidden:], sample.log_times),
        )
        rate = self._rate * _one_cycle(self.steps / self.rounds)
        self.table.step(rows, of_parts.T @ found.factors, rate)
        self.log_weights.step(songs, found.log_weights[:, None], rate)
        self.track_bias.step(songs, found.track_bias[:, None], rate)
        self.steps += 1
        return found.loss

    def _examples(self) -> tuple[list[Indices], list[Indices]]:
        """A batch of playlists, each cut at random into a queue and what it hides."""
        at = self.rng.random(self._batch) * self._up_to[-1]
        chosen = self._usable[np.minimum(np.searchsorted(self._up_to, at, "right"), len(self._usable) - 1)]
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


def _rows(columns: npt.NDArray[np.integer], rows: list[Indices], width: int) -> sparse.csr_array:
    """1 in these columns, one row behind the other, as long as these: (rows, width) float32."""
    ones = np.ones(len(columns), np.float32)
    bounds = np.cumsum([0, *map(len, rows)])
    return sparse.csr_array((ones, columns, bounds), shape=(len(rows), width))


def _narrowed(matrix: sparse.csr_array) -> tuple[npt.NDArray[np.integer], sparse.csr_array]:
    """The columns that hold anything, and the matrix over them alone."""
    columns, local = np.unique(matrix.indices, return_inverse=True)
    return columns, sparse.csr_array((matrix.data, local, matrix.indptr), (matrix.shape[0], len(columns)))


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
