"""Playlists as they are learned from: their songs, their splits and their weights."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, TypeVar, get_args

import numpy as np
import numpy.typing as npt
from scipy import sparse

from model_export.columns import Song as Song
from model_export.columns import Songs, Texts

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)

Numbers = npt.NDArray[np.int32]
Indices = Sequence[int] | npt.NDArray[np.integer]
T = TypeVar("T")

AT_ONCE = 2**22
"""How many entries are worked on at a time, so that none but the results grow with the playlists."""


class DataError(Exception):
    """The playlists cannot be read; the text names the file and the mend."""


@dataclass(frozen=True)
class Playlists:
    """Lists of tracks in their order.

    List `i` holds the tracks `entries[bounds[i]:bounds[i + 1]]`, indices into `songs`, none twice.
    """

    songs: Sequence[Song]
    entries: Numbers  # (entries,)
    bounds: npt.NDArray[np.int64]  # (lists + 1,)
    parents: Sequence[str]  # (lists,): snapshots of one playlist share a parent
    sources: Sequence[str]  # (lists,)
    licences: dict[str, str]  # source -> licence
    followers: Sequence[int] = ()  # (lists,), or empty where nobody counted them
    notes: Sequence[str] = ()  # what was odd in the files, a sentence each
    names: Sequence[str] = ()  # (lists,) or none at all: personal, so never written anywhere
    kinds: Sequence[str] = ()  # (lists,) or none at all: whose lists they are, like "user" or "radio"

    def __len__(self) -> int:
        return len(self.parents)

    def tracks(self, index: int) -> Numbers:
        """The tracks of one list, in its order."""
        return self.entries[self.bounds[index] : self.bounds[index + 1]]

    def matrix(self) -> sparse.csr_array:
        """1 where a list holds a track: (lists, songs) float32."""
        ones = np.ones(len(self.entries), np.float32)
        return sparse.csr_array((ones, self.entries, self.bounds), shape=(len(self), len(self.songs)))

    @cached_property
    def parent_of(self) -> Numbers:
        """The number of each list's parent, 0 the first that appears: (lists,)."""
        return numbered(self.parents)[1]

    @cached_property
    def source_of(self) -> Numbers:
        """The number of each list's source, likewise: (lists,)."""
        return numbered(self.sources)[1]

    @cached_property
    def splits(self) -> npt.NDArray[np.uint8]:
        """The split of each list, as a place in `SPLITS`: (lists,)."""
        parents = taken(self.parents, np.unique(self.parent_of, return_index=True)[1])
        places = (SPLITS.index(split_of(parent)) for parent in parents)
        return np.fromiter(places, np.uint8, len(parents))[self.parent_of]

    @cached_property
    def _artists(self) -> tuple[Sequence[str], Numbers]:
        return Songs.of(self.songs).by_artist()

    @property
    def artists(self) -> Sequence[str]:
        """The main artists, as credited, in the order in which they appear."""
        return self._artists[0]

    @property
    def artist_of(self) -> Numbers:
        """The number of each song's main artist, -1 where it is unknown: (songs,)."""
        return self._artists[1]

    @cached_property
    def album_of(self) -> Numbers:
        """The number of each song's album, -1 where it is unknown: (songs,).

        Albums of different artists that share a name ("Greatest Hits") are different albums.
        """
        return Songs.of(self.songs).by_album(self.artist_of)

    @cached_property
    def era_of(self) -> Numbers:
        """The number of each song's half a decade, -1 where it is unknown: (songs,)."""
        return Songs.of(self.songs).by_era()

    @cached_property
    def titled(self) -> npt.NDArray[np.bool_]:
        """Which songs have a title that people see: (songs,)."""
        return Songs.of(self.songs).titled()

    def split(self, name: Split) -> Playlists:
        """The lists of one split: by parent, so that no snapshot of a list leaks into another split."""
        return self.select(np.flatnonzero(self.splits == SPLITS.index(name)))

    def split_name(self, index: int) -> Split:
        """The split that a list belongs to."""
        return SPLITS[int(self.splits[index])]

    def one_per_parent(self) -> Playlists:
        """The first list of each parent, so that a list with twenty snapshots counts once."""
        return self.select(np.unique(self.parent_of, return_index=True)[1])

    def select(self, lists: Indices) -> Playlists:
        """Only these lists, over the same songs."""
        chosen = np.asarray(lists, np.int64)
        starts, lengths = self.bounds[:-1][chosen], np.diff(self.bounds)[chosen]
        bounds = summed(lengths)
        entries = np.empty(bounds[-1], np.int32)
        for part in parts(bounds):
            places = runs(starts[part], lengths[part])
            entries[bounds[part.start] : bounds[part.stop]] = self.entries[places]
        return replace(
            self,
            entries=entries,
            bounds=bounds,
            parents=taken(self.parents, chosen),
            sources=taken(self.sources, chosen),
            followers=taken(self.followers, chosen) if len(self.followers) else (),
            names=taken(self.names, chosen) if len(self.names) else (),
            kinds=taken(self.kinds, chosen) if len(self.kinds) else (),
        )

    def parents_per_song(self) -> npt.NDArray[np.int64]:
        """In how many different parents each song stands: (songs,)."""
        songs = len(self.songs)
        alone = (np.bincount(self.parent_of, minlength=1) == 1)[self.parent_of]
        counts = np.zeros(songs, np.int64)
        pairs = [np.empty(0, np.int64)]
        for part in parts(self.bounds):
            tracks = self.entries[self.bounds[part.start] : self.bounds[part.stop]]
            lengths = np.diff(self.bounds)[part]
            single = np.repeat(alone[part], lengths)
            counts += np.bincount(tracks[single], minlength=songs)
            parent = np.repeat(self.parent_of[part].astype(np.int64), lengths)
            pairs.append(np.unique(parent[~single] * songs + tracks[~single]))
        shared = np.unique(np.concatenate(pairs)) % max(songs, 1)
        return counts + np.bincount(shared, minlength=songs)

    def restricted(self, keep: npt.NDArray[np.integer]) -> Playlists:
        """Only the songs `keep` (indices), renumbered in that order; lists may become empty."""
        new = np.full(len(self.songs), -1, np.int32)
        new[keep] = np.arange(len(keep), dtype=np.int32)
        entries = np.empty(len(self.entries), np.int32)
        lengths = np.zeros(len(self), np.int64)
        filled = 0
        for part in parts(self.bounds):
            found = new[self.entries[self.bounds[part.start] : self.bounds[part.stop]]]
            kept = summed(found >= 0)
            of_lists = self.bounds[part.start : part.stop + 1] - self.bounds[part.start]
            lengths[part] = np.diff(kept[of_lists])
            entries[filled : filled + kept[-1]] = found[found >= 0]
            filled += int(kept[-1])
        fewer = replace(self, songs=taken(self.songs, keep), entries=entries[:filled], bounds=summed(lengths))
        for known in {"parent_of", "source_of", "splits"} & vars(self).keys():
            vars(fewer)[known] = vars(self)[known]
        return fewer


def taken(values: Sequence[T], indices: npt.NDArray[np.integer]) -> Sequence[T]:
    """Some of these values, in the order of the indices."""
    if isinstance(values, Texts | Songs):
        return values.take(indices)  # type: ignore[return-value] # a sequence of the same
    if isinstance(values, memoryview):
        return memoryview(np.asarray(values)[indices])
    return [values[i] for i in indices.tolist()]


def numbered(values: Sequence[str]) -> tuple[Sequence[str], Numbers]:
    """The different values in the order in which they appear, and each one's number there."""
    if isinstance(values, Texts):
        return values.numbered()
    numbers: dict[str, int] = {}
    of = [numbers.setdefault(value, len(numbers)) for value in values]
    return list(numbers), np.array(of, np.int32)


def summed(lengths: npt.NDArray[np.generic]) -> npt.NDArray[np.int64]:
    """Where each of these lengths begins, and where the last one ends: (lengths + 1,)."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])


def runs(starts: npt.NDArray[np.integer], lengths: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
    """Numbers that count up from each start, as many as its length says, one run after the other."""
    bounds = summed(lengths)
    return np.arange(bounds[-1]) + np.repeat(starts - bounds[:-1], lengths)


def parts(bounds: npt.NDArray[np.int64]) -> Iterator[slice]:
    """Runs of lists that hold about `AT_ONCE` entries together; a longer list is a run of its own."""
    first, lists = 0, len(bounds) - 1
    while first < lists:
        last = int(np.searchsorted(bounds, bounds[first] + AT_ONCE, "right")) - 1
        last = min(max(last, first + 1), lists)
        yield slice(first, last)
        first = last


def split_of(parent: str) -> Split:
    """Where a parent's lists belong: 80 % train, 10 % validation, 10 % test, always the same."""
    tenth = int.from_bytes(hashlib.sha256(parent.encode()).digest()[:8], "big") % 10
    return "test" if tenth == 0 else "validation" if tenth == 1 else "train"


def list_weights(lists: Playlists, damping: float, follower_weight: float = 0.0) -> npt.NDArray[np.float32]:
    """How much each list counts in training: (lists,), 1 on average.

    The snapshots of one parent share one weight, and a source with n parents counts as n ** damping of
    them: with damping below 1, hundreds of sessions of one radio format do not drown the rest. A list with
    f followers counts (1 + f) ** follower_weight.
    """
    parent_of, source_of = lists.parent_of.astype(np.int64), lists.source_of.astype(np.int64)
    snapshots = np.bincount(parent_of)[parent_of]
    sources = int(source_of.max(initial=-1)) + 1
    parents = np.bincount(np.unique(parent_of * sources + source_of) % max(sources, 1))[source_of]
    weight = np.asarray(parents.astype(np.float64) ** (damping - 1) / snapshots, np.float32)
    if len(lists.followers):
        weight *= (1 + np.asarray(lists.followers, np.float32)) ** np.float32(follower_weight)
    return np.asarray(weight / weight.mean(), np.float32)
