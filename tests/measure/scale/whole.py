"""The whole model in float64, read from the numbers that a bundle ships: what the graph must agree with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import numpy_helper

from model_export.graph import Layout

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

AT_ONCE = 1 << 17
"""So many songs are looked at in one go."""
MIDDLE = 128
"""The byte that stands for nothing."""
ALIKE = 1e-6
"""Two songs whose scores are nearer than this share a place: float32 knows no more."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A queue of wanted songs, and what the model says to it; the queue's own songs score -inf."""

    queue: Whole
    playlist: Floats  # (dims,): the queue's factors
    plain: Doubles  # (tracks,): the products of the factors alone
    score: Doubles  # (tracks,): the whole model's
    logit: Doubles  # (tracks,), the queue's own too

    @property
    def match(self) -> Doubles:
        """(tracks,)."""
        found: Doubles = 1 / (1 + np.exp(-self.logit))
        return found


class Model:
    """A bundle's numbers. Everything is computed here from the formula in `model_export.model` alone."""

    def __init__(self, file: Path) -> None:
        self._of = stored(file)
        self._rows = Layout(self.tracks, int(self.number("dims"))).rows()  # of the songs, in their order

    @property
    def table(self) -> npt.NDArray[np.uint8]:
        """The factors as they are shipped, in the file's own order of rows."""
        found: npt.NDArray[np.uint8] = self._of["stored_factors"]
        return found

    @property
    def bias(self) -> Floats:
        """(tracks,)."""
        return np.asarray(self._of["track_bias"], np.float32).reshape(-1)

    @property
    def tracks(self) -> int:
        """How many songs there are; behind them are artists and words."""
        return len(self.bias)

    @cached_property
    def factors(self) -> Floats:
        """The factors of the songs, as the peers get them: (tracks, dims)."""
        dims = int(self.number("dims"))
        found = np.empty((self.tracks, dims), np.float32)
        for some in parts(self.tracks):
            rows = self._rows[some]
            whole = self.table[rows].reshape(len(rows), -1)[:, :dims].astype(np.int16) - MIDDLE
            np.multiply(whole, self._of["factor_step"][rows], out=found[some])
        return found

    def shares(self, queue: Whole) -> Doubles:
        """What each song of a queue counts: (queue,)."""
        told = self._of["entry_weight"][self._rows[queue]].astype(np.float64)
        found: Doubles = told / told.sum() ** self.number("power")
        return found

    def asked(self, queue: Whole) -> Asked:
        """The scores of all songs, without a shortcut."""
        playlist = self.shares(queue) @ self.factors[queue].astype(np.float64)
        plain: Doubles = np.concatenate([self.factors[rows] @ playlist for rows in parts(self.tracks)])
        score = plain + self.bias
        score += self._pulls(queue)
        tempered = self.number("temper") * score
        highest = tempered.max()
        centred = tempered - highest - np.log(np.exp(tempered - highest).sum())
        logit = self.number("scale") * centred + self.number("level")
        score[queue] = plain[queue] = -np.inf
        return Asked(queue, playlist.astype(np.float32), plain, score, logit)

    @cached_property
    def artist_of(self) -> npt.NDArray[np.int64]:
        """The artist of each song, the number of artists for none: (tracks,)."""
        return np.asarray(self._of["artist_of"][self._rows], np.int64)

    def number(self, name: str) -> float:
        """A constant that is one number."""
        return float(self._of[name].item())

    def pulled(self, queue: Whole) -> tuple[Whole, Doubles]:
        """The songs to which neighbours and artists add anything, in order, and what they add."""
        pulls = self._pulls(queue)
        songs = np.flatnonzero(pulls)
        return songs, pulls[songs]

    def _pulls(self, queue: Whole) -> Doubles:
        """What neighbours and artists add: (tracks,)."""
        shares = self.shares(queue)
        found = np.zeros(self.tracks)
        artists = int(self.number("artists"))
        by_artist = np.zeros(artists + 1)
        for song, share in zip(queue.tolist(), shares.tolist(), strict=True):
            near, likeness = self._row("near", int(self._rows[song]))
            found[near] += share * likeness
            artist = int(self.artist_of[song])
            if artist < artists:
                by_artist[artist] += share * self.number("same_artist")
                kin, likeness = self._row("kin", artist)
                by_artist[kin] += share * likeness
        found += by_artist[self.artist_of]
        return found

    def reasons(self, queue: Whole, best: Whole) -> Doubles:
        """Each queued song's share in the logit of each of some songs: (best, queue)."""
        artist_of, artists = self.artist_of, int(self.number("artists"))
        affinity = self.factors[best].astype(np.float64) @ self.factors[queue].astype(np.float64).T
        for column, song in enumerate(queue.tolist()):
            affinity[:, column] += _looked_up(*self._row("near", int(self._rows[song])), best)
            artist = int(artist_of[song])
            if artist < artists:
                affinity[:, column] += _looked_up(*self._row("kin", artist), artist_of[best])
                affinity[:, column] += (artist_of[best] == artist) * self.number("same_artist")
        return affinity * self.shares(queue) * self.number("scale") * self.number("temper")

    def _row(self, name: str, row: int) -> tuple[Whole, Doubles]:
        """The neighbours of a row and how near they are; the graph stores roots of them, as bytes."""
        first = self._of[f"{name}_first"]
        places = slice(int(first[row]), int(first[row + 1]))
        likeness = self._of[f"stored_{name}_likeness"][places].astype(np.float64) ** 2
        said = likeness > 0  # rows are filled up with nothing
        names = self._of[f"stored_{name}"][places].astype(np.int64)
        return names[said], likeness[said] * self.number(f"{name}_step")


def _looked_up(names: Whole, values: Doubles, wanted: npt.NDArray[np.integer]) -> Doubles:
    """The value of each wanted name, 0 where it is not among the names."""
    if not len(names):
        return np.zeros(len(wanted))
    order = np.argsort(names)
    place = np.minimum(np.searchsorted(names, wanted, sorter=order), len(names) - 1)
    return np.where(names[order[place]] == wanted, values[order[place]], 0.0)


def stored(file: Path) -> dict[str, npt.NDArray[Any]]:
    """Every constant of a graph by its name; those beside it in another file stay in that file."""
    graph = onnx.load(file, load_external_data=False).graph
    found: dict[str, npt.NDArray[Any]] = {}
    for each in graph.initializer:
        if each.data_location == onnx.TensorProto.EXTERNAL:
            where = {entry.key: entry.value for entry in each.external_data}
            kind = onnx.helper.tensor_dtype_to_np_dtype(each.data_type)
            place, shape = int(where.get("offset", 0)), tuple(each.dims)
            found[each.name] = np.memmap(file.parent / where["location"], kind, "r", place, shape)
        else:
            found[each.name] = numpy_helper.to_array(each)
    return found


def parts(rows: int) -> Iterator[slice]:
    """All rows in parts."""
    for start in range(0, rows, AT_ONCE):
        yield slice(start, min(start + AT_ONCE, rows))


def recall(scores: Doubles, found: npt.NDArray[np.integer], count: int) -> float:
    """Which part of the best `count` is among the first `count` found; equals count for each other."""
    count = min(count, int(np.isfinite(scores).sum()))
    least = np.partition(scores, -count)[-count]
    first = np.unique(found[:count])
    return float((scores[first] >= least - ALIKE).sum()) / count


def queues(tracks: int, count: int, length: int, seed: int) -> list[Whole]:
    """Queues of different songs, the popular ones, which come first, oftener."""
    rng = np.random.default_rng([seed, 19])
    drawn = []
    for _ in range(count):
        places = np.minimum((tracks ** rng.random(8 * length)).astype(np.int64) * 3, tracks - 1)
        songs = np.unique(places)
        if len(songs) < length:
            songs = np.union1d(songs, np.arange(length))
        drawn.append(rng.permutation(songs)[:length])
    return drawn
