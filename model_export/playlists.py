"""Playlists read from disk, and who of them may be learned from.

Two formats are read: a folder of three Parquet files (`tracks`, `playlists`, `entries`) and a folder of
the Million Playlist Dataset's `mpd.slice.*.json` as published (C.-W. Chen et al., RecSys Challenge 2018).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from scipy import sparse

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)

_COLUMNS = {
    "tracks": ("track_id", "title", "artist", "album"),
    "playlists": ("playlist_id", "parent_id", "source", "licence"),
    "entries": ("playlist_id", "position", "track_id"),
}


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


def read_playlists(folder: Path) -> Playlists:
    """All playlists of a folder, in either format.

    A track_id or playlist_id that stands twice in its table counts as its first row says, and `notes` tells
    how many rows were passed over; the entries of such a playlist are one list. A track in no playlist is
    in the songs all the same; a playlist may be as short as one track, or as long as it likes.

    Raises:
        DataError: nothing readable there, or a file is damaged or lacks a column.
    """
    if not folder.is_dir():
        raise DataError(f"{folder} is not a folder; name the folder that holds the playlists")
    slices = sorted(folder.glob("mpd.slice.*.json"))
    try:
        lists = _read_slices(slices) if slices else _read_parquet(folder)
    except TypeError as error:  # an id that is a list, say
        raise DataError(f"{folder} holds ids that are no words or numbers ({error})") from error
    if not len(lists.entries):
        raise DataError(f"{folder} holds no playlist with a track in it; check the files")
    return lists


def _build(songs: Sequence[Song], lists: Sequence[_List], licences: dict[str, str]) -> Playlists:
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


@dataclass(slots=True)
class _List:
    parent: str
    source: str
    tracks: dict[int, None]  # an ordered set: a song twice in a list counts once
    followers: int = 0
    name: str = ""


def _read_parquet(folder: Path) -> Playlists:
    tables = {name: _table(folder / f"{name}.parquet", columns) for name, columns in _COLUMNS.items()}
    try:
        tracks = [_song(row) for row in tables["tracks"].to_pylist()]
    except (ValueError, OverflowError, TypeError) as error:
        raise DataError(
            f"{folder / 'tracks.parquet'} has a year or a length that is no number ({error})"
        ) from error
    songs: dict[str, Song] = {}
    for song in tracks:
        songs.setdefault(song.track_id, song)
    number = {track_id: i for i, track_id in enumerate(songs)}
    rows: dict[Any, dict[str, Any]] = {}
    for row in tables["playlists"].to_pylist():
        rows.setdefault(row["playlist_id"], row)
    lists = {key: _listed(row) for key, row in rows.items()}
    again = len(tracks) - len(songs), tables["playlists"].num_rows - len(rows)
    try:
        entries = tables["entries"].sort_by([("playlist_id", "ascending"), ("position", "ascending")])
    except pa.ArrowException as error:
        raise DataError(f"{folder / 'entries.parquet'} cannot be put in order ({error}); mend it") from error
    for playlist_id, track_id in zip(
        entries["playlist_id"].to_pylist(), entries["track_id"].to_pylist(), strict=True
    ):
        if playlist_id not in lists or str(track_id) not in number:
            raise DataError(
                f"{folder / 'entries.parquet'} names playlist {playlist_id!r} and track {track_id!r}, "
                "of which one is unknown; write the three files from one source"
            )
        lists[playlist_id].tracks[number[str(track_id)]] = None
    licences = {str(row["source"]): str(row["licence"]) for row in rows.values()}
    found = _build(list(songs.values()), list(lists.values()), licences)
    return replace(found, notes=[_repeated(folder, *again)]) if any(again) else found


def _repeated(folder: Path, tracks: int, playlists: int) -> str:
    return (
        f"{folder}: {tracks} rows of tracks.parquet and {playlists} of playlists.parquet "
        "repeat an id; the first of each counts"
    )


def _listed(row: dict[str, Any]) -> _List:
    listed = _List(str(row["parent_id"]), str(row["source"]), {})
    listed.followers = int(row.get("followers") or 0)
    listed.name = str(row.get("name") or "")
    return listed


def _table(path: Path, columns: Sequence[str]) -> pa.Table:
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"{path} cannot be read as Parquet ({error}); put a sound copy there") from error
    missing = [column for column in columns if column not in table.column_names]
    if missing:
        raise DataError(f"{path} lacks the column {', '.join(missing)}; add it")
    return table


def _song(row: dict[str, Any]) -> Song:
    def number(column: str) -> int | None:
        value = row.get(column)
        return None if value is None or value != value else int(value)

    def text(column: str) -> str | None:
        value = row.get(column)
        return None if value is None or value != value else str(value)

    return Song(
        track_id=str(row["track_id"]),
        title=text("title") or "",
        artist=text("artist") or "",
        album=text("album"),
        year=number("year"),
        duration_ms=number("duration_ms"),
        spotify_id=text("spotify_id"),
    )


def _read_slices(paths: Sequence[Path]) -> Playlists:
    songs: dict[str, Song] = {}
    number: dict[str, int] = {}
    lists: list[_List] = []
    for path in paths:
        try:
            for playlist in json.loads(path.read_text("utf-8"))["playlists"]:
                tracks: dict[int, None] = {}
                for track in sorted(playlist["tracks"], key=lambda each: int(each["pos"])):
                    uri = track["track_uri"]
                    songs.setdefault(uri, _mpd_song(track))
                    tracks[number.setdefault(uri, len(number))] = None
                listed = _List(f"mpd:{playlist['pid']}", "million_playlist_dataset", tracks)
                listed.followers = int(playlist.get("num_followers") or 0)
                listed.name = str(playlist.get("name") or "")
                lists.append(listed)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataError(f"{path} is no slice of the Million Playlist Dataset ({error!r})") from error
    licences = {"million_playlist_dataset": "research only"}
    return _build(list(songs.values()), lists, licences)


def _mpd_song(track: dict[str, Any]) -> Song:
    spotify_id = str(track["track_uri"]).rsplit(":", 1)[-1]
    return Song(
        track_id=spotify_id,
        title=track["track_name"] or "",
        artist=track["artist_name"] or "",
        album=track["album_name"],
        duration_ms=track.get("duration_ms"),
        spotify_id=spotify_id,
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
