"""Playlists as three Parquet files: `tracks`, `playlists` and `entries`.

NaN is what pandas writes where a column of numbers lacks one, so it counts as null here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from model_export.fields import (
    LATEST_YEAR,
    LONGEST_ID,
    LONGEST_MS,
    MOST,
    SPOTIFY_ID,
    FieldError,
    Row,
    identity,
    number,
    text,
)
from model_export.playlists import DataError, Listed, Playlists, Song, assembled

T = TypeVar("T")

NEEDED = {
    "tracks": ("track_id", "title", "artist", "album"),
    "playlists": ("playlist_id", "parent_id", "source", "licence"),
    "entries": ("playlist_id", "position", "track_id"),
}
WELCOME = {
    "tracks": ("year", "duration_ms", "spotify_id"),
    "playlists": ("name", "followers"),
    "entries": (),
}


def read_tables(folder: Path) -> Playlists:
    """All playlists of a folder of Parquet files.

    Raises:
        DataError: a file is damaged; the text names it, and the row and the column if it is one value.
    """
    tracks, listed, entries = (folder / f"{name}.parquet" for name in NEEDED)
    found = _made(tracks, _song)
    songs: dict[str, Song] = {}
    for song in found:
        songs.setdefault(song.track_id, song)
    rows = _made(listed, _listed)
    lists: dict[str, Listed] = {}
    licences: dict[str, str] = {}
    for playlist_id, licence, each in rows:
        if playlist_id not in lists:
            lists[playlist_id] = each
            licences[each.source] = licence
    _fill(lists, songs, entries)
    read = assembled(list(songs.values()), list(lists.values()), licences)
    again = len(found) - len(songs), len(rows) - len(lists)
    return replace(read, notes=[_repeated(folder, *again)]) if any(again) else read


def _fill(lists: dict[str, Listed], songs: dict[str, Song], path: Path) -> None:
    """Puts the entries into their lists, in the order of their positions."""
    places = {track_id: i for i, track_id in enumerate(songs)}

    def made(row: Row) -> tuple[Listed, int, int]:
        playlist_id, track_id = identity(row, "playlist_id"), identity(row, "track_id")
        position = number(row, "position", MOST)
        if position is None:
            raise FieldError("position", None, f"a whole number from 0 to {MOST:,}")
        if playlist_id not in lists:
            raise FieldError("playlist_id", playlist_id, "one of playlists.parquet")
        if track_id not in places:
            raise FieldError("track_id", track_id, "one of tracks.parquet")
        return lists[playlist_id], position, places[track_id]

    entries = _made(path, made)
    positions = np.array([position for _, position, _ in entries], np.int64)
    for i in np.argsort(positions, kind="stable").tolist():
        listed, _, track = entries[i]
        listed.tracks[track] = None


def _repeated(folder: Path, tracks: int, playlists: int) -> str:
    return (
        f"{folder}: {tracks} rows of tracks.parquet and {playlists} of playlists.parquet "
        "repeat an id; the first of each counts"
    )


def _made(path: Path, make: Callable[[Row], T]) -> list[T]:
    """What is made of each row of a table."""
    made: list[T] = []
    try:
        made.extend(map(make, _rows(path)))
    except FieldError as error:
        raise DataError(f"{path}, row {len(made)} (the first is 0): {error}") from error
    return made


def _rows(path: Path) -> Iterator[Row]:
    table = _table(path, NEEDED[path.stem])
    names = [name for name in (*NEEDED[path.stem], *WELCOME[path.stem]) if name in table.column_names]
    columns = [_values(path, name, table[name]) for name in names]
    return (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))


def _values(path: Path, name: str, column: pa.ChunkedArray[Any]) -> list[Any]:
    """A column's values, null for NaN."""
    try:
        values = column.to_pylist()
    except (ValueError, OverflowError) as error:  # bytes that are no UTF-8, or an instant that Python lacks
        row = next(row for row, value in enumerate(column) if not _readable(value))
        raise DataError(
            f"{path}, row {row} (the first is 0): {name} is unreadable ({error}); it must be text or a number"
        ) from error
    if not pa.types.is_floating(column.type):
        return values
    return [None if value != value else value for value in values]


def _readable(value: pa.Scalar[Any]) -> bool:
    try:
        value.as_py()
    except (ValueError, OverflowError):
        return False
    return True


def _table(path: Path, columns: Sequence[str]) -> pa.Table:
    try:
        table = pq.read_table(path)
    except (OSError, ValueError, pa.ArrowException) as error:
        reason = " ".join(str(error).split())
        raise DataError(f"{path} cannot be read as Parquet ({reason}); put a sound copy there") from error
    missing = [column for column in columns if column not in table.column_names]
    if missing:
        raise DataError(f"{path} lacks the column {', '.join(missing)}; add it")
    return table


def _listed(row: Row) -> tuple[str, str, Listed]:
    """The id of a playlist, its licence, and the list."""
    source, licence = text(row, "source"), text(row, "licence")
    for field, value in (("source", source), ("licence", licence)):
        if value is None:
            raise FieldError(field, None, "text")
    listed = Listed(identity(row, "parent_id"), source or "", {})
    listed.followers = number(row, "followers", MOST) or 0
    listed.name = text(row, "name") or ""
    return identity(row, "playlist_id"), licence or "", listed


def _song(row: Row) -> Song:
    track_id = identity(row, "track_id")
    if len(track_id) > LONGEST_ID or not track_id.isprintable() or " ".join(track_id.split()) != track_id:
        raise FieldError("track_id", track_id, f"at most {LONGEST_ID} visible characters, with single spaces")
    spotify_id = text(row, "spotify_id") or None
    if spotify_id is not None and not SPOTIFY_ID.fullmatch(spotify_id):
        raise FieldError("spotify_id", spotify_id, "what stands behind spotify:track:, letters and digits")
    return Song(
        track_id=track_id,
        title=text(row, "title") or "",
        artist=text(row, "artist") or "",
        album=text(row, "album"),
        year=number(row, "year", LATEST_YEAR) or None,
        duration_ms=number(row, "duration_ms", LONGEST_MS, whole=False) or None,
        spotify_id=spotify_id,
    )
