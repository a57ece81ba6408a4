"""Playlists as arrays on disk: written once while they are read, and mapped into memory from then on.

`entries.i32` and `bounds.i64` are raw numbers, `songs.arrow` and `lists.arrow` columns in Arrow's own format,
`facts.json` is the rest, with the size of each file: what was cut off is not opened.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from model_export import playlists
from model_export.columns import LONG, SONGS, TEXT, Songs, Texts, at, pc, whole
from model_export.playlists import Numbers, Playlists, parts, runs, summed

ENTRIES, BOUNDS, SONGS_FILE, LISTS_FILE, FACTS = (
    "entries.i32",
    "bounds.i64",
    "songs.arrow",
    "lists.arrow",
    "facts.json",
)
FILES = frozenset({ENTRIES, BOUNDS, SONGS_FILE, LISTS_FILE, FACTS})
"""What a folder of arrays may hold."""
FORMAT = 2

LISTS = pa.schema([*((name, TEXT) for name in ("parent", "source", "name", "kind")), ("followers", LONG)])
"""What is known of each list."""

Longs = npt.NDArray[np.int64]


class Entries:
    """The entries of all lists, put down as they come and brought into order at the end.

    In memory is only what is being added, and a number for each list.
    """

    def __init__(self, folder: Path) -> None:
        """Begins the files in a folder, which `finished` removes again, but for the entries themselves."""
        self._folder = folder
        self._counts = np.zeros(0, np.int64)
        self._last = (-1, -1)
        self._ordered = True
        self._files: dict[str, BinaryIO] = {name: (folder / name).open("w+b") for name in _RAW}

    def __enter__(self) -> Entries:
        return self

    def __exit__(self, *error: object) -> None:
        for file in self._files.values():
            file.close()

    def add(self, list_of: Numbers, tracks: Numbers, positions: Longs) -> None:
        """Adds entries: the number of each one's list, its track, and where it stands in the list."""
        if not len(list_of):
            return
        counts = np.bincount(list_of)
        if len(counts) > len(self._counts):
            self._counts = np.pad(self._counts, (0, len(counts) - len(self._counts)))
        self._counts[: len(counts)] += counts
        lists = np.concatenate([[self._last[0]], list_of])
        places = np.concatenate([[self._last[1]], positions])
        onwards, within = np.diff(lists), np.diff(places)
        self._ordered &= bool(((onwards > 0) | ((onwards == 0) & (within >= 0))).all())
        self._last = int(list_of[-1]), int(positions[-1])
        for name, values in zip(_RAW, (list_of, tracks, positions), strict=True):
            self._files[name].write(np.ascontiguousarray(values, _RAW[name]).data)

    def finished(self, lists: int, songs: int) -> Longs:
        """Writes the entries in the order of lists and positions, and returns how many each list has.

        A song twice in a list counts once, where it stands first; equal positions stand in the order of the
        files.
        """
        counts = np.pad(self._counts, (0, lists - len(self._counts)))
        bounds, kept = summed(counts), np.zeros(lists, np.int64)
        if not self._ordered:
            self._by_list(bounds)
        with (self._folder / ENTRIES).open("wb") as file:
            for part in parts(bounds):
                some = slice(int(bounds[part.start]), int(bounds[part.stop]))
                of_list = np.repeat(np.arange(part.stop - part.start), counts[part])
                tracks = self._read(_TRACK, some)
                if not self._ordered:
                    tracks = tracks[np.lexsort((self._read(_POSITION, some), of_list))]
                once = first_of(of_list * songs + tracks)
                kept[part] = np.bincount(of_list[once], minlength=part.stop - part.start)
                file.write(np.ascontiguousarray(tracks[once]).data)
        self.__exit__()
        for name in _RAW:
            (self._folder / name).unlink()
        return kept

    def _by_list(self, bounds: Longs) -> None:
        """Brings tracks and positions list by list, within each one still in the order of the files."""
        cursor, total = bounds[:-1].copy(), int(bounds[-1])
        new = {name: _blank(self._folder / f"{name}.new", _RAW[name], total) for name in (_TRACK, _POSITION)}
        for first in range(0, total, playlists.AT_ONCE):
            some = slice(first, min(first + playlists.AT_ONCE, total))
            list_of = self._read(_LIST, some)
            order = np.argsort(list_of, kind="stable")
            lists, counts = np.unique(list_of, return_counts=True)
            target = runs(cursor[lists], counts)
            for name, values in new.items():
                values[target] = self._read(name, some)[order]
            cursor[lists] += counts
        for name in new:
            self._files[name].close()
            (self._folder / f"{name}.new").replace(self._folder / name)
            self._files[name] = (self._folder / name).open("rb")

    def _read(self, name: str, some: slice) -> npt.NDArray[Any]:
        """Some of the numbers of a file; read, not mapped, they take room only while they are used."""
        file, kind = self._files[name], np.dtype(_RAW[name])
        file.seek(some.start * kind.itemsize)
        return np.frombuffer(file.read((some.stop - some.start) * kind.itemsize), kind)


_LIST, _TRACK, _POSITION = "list", "track", "position"
_RAW: Mapping[str, type[np.integer]] = {_LIST: np.int32, _TRACK: np.int32, _POSITION: np.int64}
"""The files of entries as they come, one number each."""


def _blank(path: Path, kind: type[Any], length: int) -> Any:
    """A new file of numbers, mapped; its room is taken first: a full disk would end the process later."""
    with path.open("wb") as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, length * np.dtype(kind).itemsize)
    return np.memmap(path, kind, "r+", shape=(length,))


def first_of(keys: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The places at which a key stands for the first time, in their order."""
    order = np.sort(keys)
    if (order[1:] != order[:-1]).all():
        return np.arange(len(keys))
    return np.sort(np.unique(keys, return_index=True)[1])


def mapped(path: Path, kind: type[Any]) -> Any:
    """A file of numbers as an array; what is changed in it stays in memory."""
    if not path.stat().st_size:
        return np.empty(0, kind)
    return np.memmap(path, kind, "c")


def store(
    folder: Path,
    songs: pa.Table,
    lists: pa.Table,
    entries: Entries,
    licences: Mapping[str, str],
    notes: Sequence[str] = (),
    key: str = "",
) -> None:
    """Writes a folder of arrays; lists without a track are left out."""
    counts = entries.finished(lists.num_rows, songs.num_rows)
    filled = np.flatnonzero(counts)
    summed(counts[filled]).tofile(folder / BOUNDS)
    if len(filled) < len(counts):
        lists = at(lists, filled)
    for name, table in ((SONGS_FILE, songs), (LISTS_FILE, lists)):
        with pa.OSFile(str(folder / name), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table.combine_chunks())
    sizes = {name: (folder / name).stat().st_size for name in FILES - {FACTS}}
    facts = {
        "format": FORMAT,
        "key": key,
        "sizes": sizes,
        "licences": dict(licences),
        "notes": [*notes],
    }
    (folder / FACTS).write_text(json.dumps(facts, indent=2) + "\n", "utf-8")


def is_stored(folder: Path, key: str) -> bool:
    """Whether a folder of arrays is there, whole, and made of what the key says."""
    try:
        facts = json.loads((folder / FACTS).read_text("utf-8"))
        return (facts["format"], facts["key"]) == (FORMAT, key) and all(
            (folder / name).stat().st_size == size for name, size in facts["sizes"].items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def opened(folder: Path) -> Playlists:
    """The playlists that `store` wrote, mapped into memory."""
    facts = json.loads((folder / FACTS).read_text("utf-8"))
    lists = _table(folder / LISTS_FILE)
    followers = whole(lists["followers"]).to_numpy()
    return Playlists(
        songs=Songs(_table(folder / SONGS_FILE)),
        entries=mapped(folder / ENTRIES, np.int32),
        bounds=mapped(folder / BOUNDS, np.int64),
        parents=Texts(lists["parent"]),
        sources=Texts(lists["source"]),
        licences=facts["licences"],
        followers=memoryview(followers) if followers.any() else (),
        notes=tuple(facts["notes"]),
        names=Texts(lists["name"]),
        kinds=Texts(lists["kind"]),
    )


def _table(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as file:
        return pa.ipc.open_file(file).read_all()


def songs_table(columns: Mapping[str, Any]) -> pa.Table:
    """Songs as their columns; numbers of 0 and empty Spotify ids say nothing."""
    arrays = []
    for field in SONGS:
        column = columns[field.name]
        if field.name in ("year", "duration_ms"):
            column = pc.if_else(pc.equal(column, 0), pa.scalar(None, column.type), column)
        elif field.name == "spotify_id":
            column = pc.if_else(pc.equal(column, ""), pa.scalar(None, column.type), column)
        elif field.name in ("title", "artist"):
            column = pc.fill_null(column, "")
        arrays.append(column.cast(field.type))
    return pa.Table.from_arrays(arrays, schema=SONGS)
