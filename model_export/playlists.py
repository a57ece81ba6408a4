"""Playlists as they are learned from: their songs, their splits and their weights."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy import sparse

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)


class DataError(Exception):
    """The playlists cannot be read; the text names the file and the mend."""


@dataclass(frozen=True, slots=True)
class Song:
    """What a catalogue says of one track; unknown is None."""

    track_id: str
    title: str
    artist: str  # all credited artists, comma separated, the main one first
    album: str | None = None
    year: int | None = None
    duration_ms: int | None = None
    spotify_id: str | None = None

    @property
    def main_artist(self) -> str:
        """The first credited artist, or an empty text when none is known."""
        return self.artist.split(",")[0].strip()

    @property
    def titled(self) -> bool:
        """Whether people see anything of its title: blanks and invisible signs are none."""
        return any(sign.isprintable() and not sign.isspace() for sign in self.title)


@dataclass(frozen=True, slots=True)
class Playlists:
    """Lists of tracks in their order.

    List `i` holds the tracks `entries[bounds[i]:bounds[i + 1]]`, indices into `songs`, none twice.
    """

    songs: Sequence[Song]
    entries: npt.NDArray[np.int32]  # (entries,)
    bounds: npt.NDArray[np.int64]  # (lists + 1,)
    parents: Sequence[str]  # (lists,): snapshots of one playlist share a parent
    sources: Sequence[str]  # (lists,)
    licences: dict[str, str]  # source -> licence
    followers: Sequence[int] = ()  # (lists,), or empty where nobody counted them
    notes: Sequence[str] = ()  # what was odd in the files, a sentence each
    names: Sequence[str] = ()  # (lists,) or none at all: personal, so never written anywhere

    def __len__(self) -> int:
        return len(self.parents)

    def tracks(self, index: int) -> npt.NDArray[np.int32]:
        """The tracks of one list, in its order."""
        return self.entries[self.bounds[index] : self.bounds[index + 1]]

    def matrix(self) -> sparse.csr_array:
        """1 where a list holds a track: (lists, songs) float32."""
        ones = np.ones(len(self.entries), np.float32)
        return sparse.csr_array((ones, self.entries, self.bounds), shape=(len(self), len(self.songs)))

    def split(self, name: Split) -> Playlists:
        """The lists of one split: by parent, so that no snapshot of a list leaks into another split."""
        return self.select([i for i in range(len(self)) if self.split_name(i) == name])

    def split_name(self, index: int) -> Split:
        """The split that a list belongs to."""
        return split_of(self.parents[index])

    def one_per_parent(self) -> Playlists:
        """The first list of each parent, so that a list with twenty snapshots counts once."""
        first = {parent: i for i, parent in reversed(list(enumerate(self.parents)))}
        return self.select(sorted(first.values()))

    def select(self, lists: Sequence[int]) -> Playlists:
        """Only these lists, over the same songs."""
        parts = [self.tracks(i) for i in lists]
        return replace(
            self,
            entries=np.concatenate([np.empty(0, np.int32), *parts]),
            bounds=np.cumsum([0, *map(len, parts)], dtype=np.int64),
            parents=[self.parents[i] for i in lists],
            sources=[self.sources[i] for i in lists],
            followers=[self.followers[i] for i in lists] if self.followers else (),
            names=[self.names[i] for i in lists] if self.names else (),
        )

    def parents_per_song(self) -> npt.NDArray[np.int64]:
        """In how many different parents each song stands: (songs,)."""
        numbers = {parent: i for i, parent in enumerate(dict.fromkeys(self.parents))}
        parent_of_list = np.array([numbers[parent] for parent in self.parents], np.int64)
        of_entry = np.repeat(parent_of_list, np.diff(self.bounds))
        pairs = np.unique(np.stack([self.entries.astype(np.int64), of_entry]), axis=1)
        return np.bincount(pairs[0], minlength=len(self.songs))

    def restricted(self, keep: npt.NDArray[np.int64]) -> Playlists:
        """Only the songs `keep` (indices), renumbered in that order; lists may become empty."""
        new = np.full(len(self.songs), -1, np.int32)
        new[keep] = np.arange(len(keep), dtype=np.int32)
        entries = new[self.entries]
        kept = np.concatenate([[0], np.cumsum(entries >= 0)])
        return replace(
            self,
            songs=[self.songs[i] for i in keep],
            entries=entries[entries >= 0],
            bounds=kept[self.bounds],
        )


def split_of(parent: str) -> Split:
    """Where a parent's lists belong: 80 % train, 10 % validation, 10 % test, always the same."""
    tenth = int.from_bytes(hashlib.sha256(parent.encode()).digest()[:8], "big") % 10
    return "test" if tenth == 0 else "validation" if tenth == 1 else "train"


@dataclass(slots=True)
class Listed:
    """One list while it is read."""

    parent: str
    source: str
    tracks: dict[int, None]  # an ordered set: a song twice in a list counts once
    followers: int = 0
    name: str = ""


def assembled(songs: Sequence[Song], lists: Sequence[Listed], licences: dict[str, str]) -> Playlists:
    """The lists that hold a track, as one."""
    lists = [each for each in lists if each.tracks]
    return Playlists(
        songs=songs,
        entries=np.array([track for each in lists for track in each.tracks], np.int32),
        bounds=np.cumsum([0, *(len(each.tracks) for each in lists)], dtype=np.int64),
        parents=[each.parent for each in lists],
        sources=[each.source for each in lists],
        licences=licences,
        followers=[each.followers for each in lists] if any(each.followers for each in lists) else (),
        names=[each.name for each in lists],
    )


def list_weights(lists: Playlists, damping: float, follower_weight: float = 0.0) -> npt.NDArray[np.float32]:
    """How much each list counts in training: (lists,), 1 on average.

    The snapshots of one parent share one weight, and a source with n parents counts as n ** damping of
    them: with damping below 1, hundreds of sessions of one radio format do not drown the rest. A list with
    f followers counts (1 + f) ** follower_weight.
    """
    snapshots = Counter(lists.parents)
    parents = Counter(source for _, source in set(zip(lists.parents, lists.sources, strict=True)))
    weight = np.array(
        [
            parents[source] ** (damping - 1) / snapshots[parent]
            for parent, source in zip(lists.parents, lists.sources, strict=True)
        ],
        np.float32,
    )
    if lists.followers:
        weight *= np.asarray(1 + np.array(lists.followers), np.float32) ** follower_weight
    return np.asarray(weight / weight.mean(), np.float32)
