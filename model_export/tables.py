"""Playlists as three Parquet files: `tracks`, `playlists` and `entries`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from model_export.playlists import DataError, Listed, Playlists, Song, assembled

_COLUMNS = {
    "tracks": ("track_id", "title", "artist", "album"),
    "playlists": ("playlist_id", "parent_id", "source", "licence"),
    "entries": ("playlist_id", "position", "track_id"),
}


def read_tables(folder: Path) -> Playlists:
    """All playlists of a folder of Parquet files."""
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
    found = assembled(list(songs.values()), list(lists.values()), licences)
    return replace(found, notes=[_repeated(folder, *again)]) if any(again) else found


def _repeated(folder: Path, tracks: int, playlists: int) -> str:
    return (
        f"{folder}: {tracks} rows of tracks.parquet and {playlists} of playlists.parquet "
        "repeat an id; the first of each counts"
    )


def _listed(row: dict[str, Any]) -> Listed:
    listed = Listed(str(row["parent_id"]), str(row["source"]), {})
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
