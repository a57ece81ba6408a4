"""Lists of one's own as a folder to train on: the three Parquet tables, and an id for a song nobody knows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from model_export.columns import Song
from model_export.merge import song_key

_TEXT, _NUMBER = pa.string(), pa.int64()
TABLES: dict[str, dict[str, pa.DataType]] = {
    "tracks": {
        "track_id": _TEXT,
        "title": _TEXT,
        "artist": _TEXT,
        "album": _TEXT,
        "year": _NUMBER,
        "duration_ms": _NUMBER,
        "spotify_id": _TEXT,
    },
    "playlists": {
        "playlist_id": _TEXT,
        "parent_id": _TEXT,
        "name": _TEXT,
        "source": _TEXT,
        "licence": _TEXT,
        "kind": _TEXT,
        "n_tracks": _NUMBER,
    },
    "entries": {"playlist_id": _TEXT, "position": _NUMBER, "track_id": _TEXT},
}
"""The columns of each table."""
FILES = frozenset(f"{name}.parquet" for name in TABLES)
"""What such a folder may hold."""
SHORTEST = 2
"""A list of fewer songs says nothing of what belongs together."""


@dataclass(frozen=True, slots=True)
class List:
    """A list as it is written; its songs are told by their ids, each once."""

    parent: str
    songs: Sequence[Song]
    source: str
    kind: str
    name: str | None = None


def typed_id(title: str, main_artist: str) -> str:
    """The id of a song that no catalogue knows: the same for every spelling of it."""
    name = "\n".join(song_key(title, main_artist))
    return f"typed:{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def write_lists(folder: Path, lists: Iterable[List]) -> tuple[int, int]:
    """Writes lists as the three tables and returns how many lists and different songs there were.

    The lists of a parent are numbered. What is known of a song is what the first list says.
    """
    songs: dict[str, Song] = {}
    numbers: dict[str, int] = {}
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in TABLES}
    for each in lists:
        number = numbers[each.parent] = numbers.get(each.parent, 0) + 1
        told = {"playlist_id": f"{each.parent}:{number}"}
        about = {"parent_id": each.parent, "name": each.name, "source": each.source, "kind": each.kind}
        rows["playlists"].append({**told, **about, "licence": "own", "n_tracks": len(each.songs)})
        rows["entries"] += [
            {**told, "position": place, "track_id": song.track_id} for place, song in enumerate(each.songs)
        ]
        for song in each.songs:
            songs.setdefault(song.track_id, song)
    rows["tracks"] = [asdict(song) for song in songs.values()]
    for name, columns in TABLES.items():
        table = pa.Table.from_pylist(rows[name], schema=pa.schema(columns))
        # Uncompressed, so that anybody can look for a name in it.
        pq.write_table(table, folder / f"{name}.parquet", compression="none")
    return len(rows["playlists"]), len(songs)
