"""Least squares on one machine beside Spark's: how good what comes of them is, and what it costs.

`python -m tests.measure.spark DATA` (or `make bench-spark`) learns the factors twice from the training
playlists, of the same rows, and lets the ensemble's blend be learned on validation around either. The ridge
and what popularity weighs are chosen on validation; test is only shown. The neighbours are one machine's,
for Spark finds the same. A model of nothing but least squares shows what the start of a training is worth.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from model_export import spark
from model_export.checkpoint import Checkpoint
from model_export.ensemble import blended
from model_export.learning import _held_out, _kept, _ndcg
from model_export.merge import read_folders
from model_export.model import Floats, Memory, Model, Parts, Settings
from model_export.neighbours import remember
from model_export.playlists import DataError, Playlists, list_weights
from model_export.start import ROUNDS, STAGE, first_factors

POPULARITY = (0.03, 0.1, 0.3)
"""What the logarithm of a song's popularity may weigh beside its factors."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a factorisation took, in seconds."""

    wall: float
    cpu: float  # of all threads, and of Java from its start to its end


@dataclass(frozen=True, slots=True)
class Task:
    """What both learn from and are judged by."""

    lists: Playlists
    validation: Playlists
    test: Playlists
    weights: Floats
    memory: Memory | None
    settings: Settings

    def model(self, factors: Floats, popularity: float) -> Model:
        """Factors and popularity, as a model that the neighbours stand beside."""
        lists = self.lists
        times = np.bincount(lists.entries, np.repeat(self.weights, np.diff(lists.bounds)), len(lists.songs))
        bias = (popularity * np.log1p(times)).astype(np.float32)
        return Model(factors, np.ones(len(bias), np.float32), bias, self.settings.power, self.memory)

    def judged(self, songs: Floats) -> Iterator[float]:
        """NDCG@100 of the factors alone and blended, on validation, and of the same on test."""
        with tempfile.TemporaryDirectory() as folder:
            keep = Checkpoint(Path(folder) / "kept", "")
            keep.save(STAGE, {"songs": songs, "lists": songs[:0]}, ROUNDS)
            groups = Parts.of(self.lists).groups
            factors = first_factors(self.lists, groups, self.weights, self.settings, keep)
        alone = [replace(self.model(factors, each), memory=None) for each in POPULARITY]
        judged = [_ndcg(each, self.validation) for each in alone]
        chosen = int(np.argmax(judged))
        whole = blended(self.model(factors, POPULARITY[chosen]), self.validation)
        yield judged[chosen]
        yield _ndcg(alone[chosen], self.test)
        yield _ndcg(whole, self.validation)
        yield _ndcg(whole, self.test)


def measured(work: Callable[[], Floats]) -> tuple[Floats, Cost]:
    """What a factorisation answers, and what it costs."""
    begun, used = time.perf_counter(), _cpu()
    found = work()
    return found, Cost(time.perf_counter() - begun, _cpu() - used)


def _cpu() -> float:
    of = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in of)


def task_of(folders: list[Path], seed: int) -> Task:
    """The playlists of folders, split as training splits them."""
    lists = read_folders(folders)
    settings = Settings(seed=seed)
    kept, learned_from = _kept(lists, lists.split("train"), 1)
    validation, test = (_held_out(lists, kept, name) for name in ("validation", "test"))
    weights = list_weights(learned_from, settings.damping, settings.follower_weight)
    return Task(learned_from, validation, test, weights, remember(learned_from, settings), settings)


def one_machine(task: Task) -> Floats:
    """Implicit's factors of the songs, before they are whitened."""
    with tempfile.TemporaryDirectory() as folder:
        keep = _Everything(Path(folder) / "kept", "")
        first_factors(task.lists, Parts.of(task.lists).groups, task.weights, task.settings, keep)
        stored = keep.load(STAGE)
        assert stored is not None
        return np.asarray(stored[0]["songs"], np.float32)


class _Everything(Checkpoint):
    """A checkpoint that is due after every round."""

    @property
    def due(self) -> bool:
        """Always."""
        return True


def clusters(task: Task, master: str, ridge: float) -> Floats:
    """Spark's factors of the songs, before they are whitened."""
    spark.RIDGE = ridge
    with (
        tempfile.TemporaryDirectory() as folder,
        spark.cluster(master, Path(folder) / "session") as cluster,
    ):
        return cluster.least_squares(task.lists, Parts.of(task.lists).groups, task.weights, task.settings)


def main() -> None:
    """Prints a line of either."""
    parser = argparse.ArgumentParser(prog="python -m tests.measure.spark")
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--ridge", type=float, nargs="+", default=[spark.RIDGE])
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    task = task_of(given.data, given.seed)
    print(
        f"{len(task.lists):,} playlists, {len(task.lists.songs):,} songs, {len(task.lists.entries):,} entries"
    )
    print(f"{'NDCG@100':26} {'factors alone':>18} {'blended':>18} {'seconds':>9} {'CPU':>9}")
    print(f"{'':26} {'validation':>10} {'test':>7} {'validation':>10} {'test':>7}")
    says(f"implicit, seed {given.seed}", task, partial(one_machine, task))
    for ridge in given.ridge:
        says(f"Spark, ridge {ridge:g}", task, partial(clusters, task, given.master, ridge))


def says(name: str, task: Task, work: Callable[[], Floats]) -> None:
    """Prints the line of one."""
    songs, cost = measured(work)
    alone, alone_test, whole, whole_test = task.judged(songs)
    print(
        f"{name:26} {alone:10.4f} {alone_test:7.4f} {whole:10.4f} {whole_test:7.4f}"
        f" {cost.wall:9.1f} {cost.cpu:9.1f}",
        flush=True,
    )


if __name__ == "__main__":
    try:
        main()
    except DataError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
