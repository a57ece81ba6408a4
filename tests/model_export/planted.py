"""Playlists with a known answer: genres whose songs never share a list, and the files they are read from."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from model_export.model import Settings
from model_export.playlists import Playlists, Song

GENRES = ("rock", "jazz", "folk")
SONGS_PER_GENRE = 24
SONGS_PER_ARTIST = 4
QUICK = Settings(dims=8, epochs=60, batch=32)
MANY = Settings(dims=8, epochs=60, batch=16, few=0, sample=24)
"""The same as if there were many playlists: started from least squares, the softmax sampled."""

Columns = Mapping[str, Sequence[object]]


def song(genre: str, number: int) -> Song:
    """A song of a genre; every four have an artist, every two an album."""
    artist = f"{genre} band {number // SONGS_PER_ARTIST}"
    return Song(
        track_id=f"{genre}-{number:02}",
        title=f"{genre} song {number}",
        artist=f"{artist}, a guest",
        album=f"{artist} album {number // 2}",
        year=1970 + number,
        duration_ms=180_000 + number,
        spotify_id=f"spotify{genre}{number:02}",
    )


def planted(count: int = 60, seed: int = 0) -> Playlists:
    """So many lists, each of 6 to 20 songs of one genre, the genres in turn."""
    rng = np.random.default_rng(seed)
    songs = [song(genre, number) for genre in GENRES for number in range(SONGS_PER_GENRE)]
    lists = [
        (i % len(GENRES)) * SONGS_PER_GENRE + rng.permutation(SONGS_PER_GENRE)[: rng.integers(6, 21)]
        for i in range(count)
    ]
    return playlists(lists, songs)


def playlists(
    lists: Sequence[Sequence[int] | np.ndarray[Any, Any]],
    songs: Sequence[Song] | int,
    parents: Sequence[str] | None = None,
    sources: Sequence[str] | None = None,
) -> Playlists:
    """Lists of indices into songs, or into so many songs of nobody; each its own parent by default."""
    named = [Song(f"t{i}", f"title {i}", "") for i in range(songs)] if isinstance(songs, int) else songs
    of = sources or ["parties"] * len(lists)
    return Playlists(
        songs=named,
        entries=np.array([track for tracks in lists for track in tracks], np.int32),
        bounds=np.cumsum([0, *map(len, lists)], dtype=np.int64),
        parents=parents or [f"parent-{i}" for i in range(len(lists))],
        sources=of,
        licences=dict.fromkeys(of, "MIT"),
    )


def genre_of(track: Song) -> str:
    """The genre that a planted song belongs to."""
    return track.track_id.split("-")[0]


def write_tables(folder: Path, tracks: Columns, lists: Columns, entries: Columns) -> Path:
    """Writes the three Parquet files, columns as given."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, columns in (("tracks", tracks), ("playlists", lists), ("entries", entries)):
        pq.write_table(pa.table({key: list(values) for key, values in columns.items()}), table(folder, name))
    return folder


def table(folder: Path, name: str) -> Path:
    """Where a table of a folder lies."""
    return folder / f"{name}.parquet"


def write_playlists(folder: Path, lists: Playlists) -> Path:
    """Writes playlists as the three Parquet files that they would be read from."""
    ids = [f"id-of-list-{i:03}" for i in range(len(lists))]
    songs = [asdict(each) for each in lists.songs]
    rows = [(ids[i], place, track) for i in range(len(ids)) for place, track in enumerate(lists.tracks(i))]
    return write_tables(
        folder,
        {name: [each[name] for each in songs] for name in songs[0]},
        {
            "playlist_id": ids,
            "parent_id": lists.parents,
            "name": [name_of(i) for i in range(len(ids))],
            "source": lists.sources,
            "licence": [lists.licences[source] for source in lists.sources],
        },
        {
            "playlist_id": [row[0] for row in rows],
            "position": [row[1] for row in rows],
            "track_id": [lists.songs[row[2]].track_id for row in rows],
        },
    )


def name_of(index: int) -> str:
    """The name that `write_playlists` gives a list: personal, so no bundle may hold it."""
    return f"Dana's farewell {index:03}"


def environment() -> dict[str, str]:
    """What a subprocess needs to be quick and plain: one thread, no colours, a wide terminal."""
    return {**os.environ, "OMP_NUM_THREADS": "1", "NO_COLOR": "1", "COLUMNS": "120", "TERM": "dumb"}
