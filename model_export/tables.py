"""Playlists as three Parquet files: `tracks`, `playlists` and `entries`.

NaN is what pandas writes where a column of numbers lacks one, so it counts as null here. What is surely sound
is taken over column by column; anything else is looked at row by row, which finds the one that is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from model_export.arrays import LISTS, Entries, songs_table, store
from model_export.columns import LONG, SHORT, SONGS, TEXT, Song, Songs, Texts, at, pc, whole
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
from model_export.playlists import DataError
from model_export.sound import all_match, identities, numbers, texts

NEEDED = {
    "tracks": ("track_id", "title", "artist", "album"),
    "playlists": ("playlist_id", "parent_id", "source", "licence"),
    "entries": ("playlist_id", "position", "track_id"),
}
WELCOME: Mapping[str, Sequence[str]] = {
    "tracks": ("year", "duration_ms", "spotify_id"),
    "playlists": ("name", "kind", "followers"),
    "entries": (),
}
AT_ONCE = 2**21
"""How many rows are held at a time, or twice as many as there are ids to find, if those are more."""
CLOSELY = 2**14
"""How many of them are looked at row by row together, where something is odd."""


def read_tables(folder: Path, into: Path, key: str = "") -> None:
    """Stores all playlists of a folder of Parquet files as arrays.

    Raises:
        DataError: a file is damaged; the text names it, and the row and the column if it is one value.
    """
    tracks, listed, entries = (folder / f"{name}.parquet" for name in NEEDED)
    songs, songs_again = _once(_taken(tracks, _Songs()), SONGS, "track_id")
    lists, lists_again = _once(_taken(listed, _Lists()), _LISTED, "playlist_id")
    again = songs_again, lists_again
    notes = [_repeated(folder, *again)] if any(again) else []
    with Entries(into) as filled:
        for rows in _taken(entries, _Filled(lists["playlist_id"], songs["track_id"])):
            list_of, position, track = (column.to_numpy() for column in rows.columns)
            filled.add(list_of, track, position)
        store(into, songs, lists.select(LISTS.names), filled, _licences(lists), notes, key)


def _once(batches: Iterator[pa.Table], schema: pa.Schema, key: str) -> tuple[pa.Table, int]:
    """All rows but those that repeat an id, and how many those are."""
    table = pa.concat_tables([schema.empty_table(), *batches]).combine_chunks()
    number_of = Texts(table[key]).numbered()[1]
    first = np.unique(number_of, return_index=True)[1]
    repeated = table.num_rows - len(first)
    return (at(table, first) if repeated else table), repeated


def _licences(lists: pa.Table) -> dict[str, str]:
    """The licence of each source: what its last list says."""
    names, source_of = Texts(lists["source"]).numbered()
    last = np.zeros(len(names), np.int64)
    last[source_of] = np.arange(len(source_of))
    return dict(zip(names, Texts(lists["licence"]).take(last), strict=True))


def _repeated(folder: Path, tracks: int, playlists: int) -> str:
    return (
        f"{folder}: {tracks} rows of tracks.parquet and {playlists} of playlists.parquet "
        "repeat an id; the first of each counts"
    )


class _Songs:
    """What is made of rows of tracks."""

    known = 0

    def surely(self, columns: Mapping[str, Any]) -> pa.Table | None:
        """The rows as a table, or None where one must be looked at."""
        made = {
            "track_id": identities(columns["track_id"]),
            "title": texts(columns["title"]),
            "artist": texts(columns["artist"]),
            "album": texts(columns["album"]),
            "year": numbers(columns["year"], LATEST_YEAR),
            "duration_ms": numbers(columns["duration_ms"], LONGEST_MS, whole=False),
            "spotify_id": texts(columns["spotify_id"]),
        }
        if any(column is None for column in made.values()):
            return None
        if not all_match(made["track_id"], f"[!-~]{{1,{LONGEST_ID}}}"):
            return None
        return songs_table(made) if all_match(made["spotify_id"], "[0-9A-Za-z]{0,22}") else None

    def one_by_one(self, rows: Iterator[Row]) -> Iterator[Song]:
        """Each row."""
        return map(_song, rows)

    def together(self, made: Sequence[Song]) -> pa.Table:
        """A table of what was made one by one."""
        return Songs.of(made).table


class _Lists:
    """What is made of rows of playlists."""

    known = 0

    def surely(self, columns: Mapping[str, Any]) -> pa.Table | None:
        """The rows as a table, or None where one must be looked at."""
        made: list[Any] = [
            identities(columns["playlist_id"]),
            identities(columns["parent_id"]),
            texts(columns["source"], needed=True),
            texts(columns["name"]),
            texts(columns["kind"]),
            numbers(columns["followers"], MOST),
            texts(columns["licence"], needed=True),
        ]
        if any(column is None for column in made):
            return None
        for place, unknown in ((3, ""), (4, ""), (5, 0)):
            made[place] = pc.fill_null(made[place], unknown)
        return pa.Table.from_arrays(made, schema=_LISTED)

    def one_by_one(self, rows: Iterator[Row]) -> Iterator[tuple[str | int, ...]]:
        """Each row."""
        return map(_listed, rows)

    def together(self, made: Sequence[tuple[str | int, ...]]) -> pa.Table:
        """A table of what was made one by one."""
        columns = zip(*made, strict=True)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, _LISTED, strict=True)]
        return pa.Table.from_arrays(arrays, schema=_LISTED)


_LISTED = pa.schema([("playlist_id", TEXT), *zip(LISTS.names, LISTS.types, strict=True), ("licence", TEXT)])
_FILLED = pa.schema([("list", SHORT), ("position", LONG), ("track", SHORT)])


@dataclass(slots=True)
class _Filled:
    """What is made of rows of entries: numbers of lists and tracks instead of ids."""

    lists: Any  # the ids, by number
    tracks: Any
    places: tuple[dict[str, int], dict[str, int]] | None = None

    @property
    def known(self) -> int:
        """How many ids are gone through for every so many rows, which must be more, or time grows faster."""
        return len(self.lists) + len(self.tracks)

    def surely(self, columns: Mapping[str, Any]) -> pa.Table | None:
        """The rows as a table, or None where one must be looked at."""
        position = numbers(columns["position"], MOST)
        if position is None or position.null_count:
            return None
        lists: Any = _found(columns["playlist_id"], self.lists)
        tracks: Any = None if lists is None else _found(columns["track_id"], self.tracks)
        return None if tracks is None else pa.Table.from_arrays([lists, position, tracks], schema=_FILLED)

    def one_by_one(self, rows: Iterator[Row]) -> Iterator[tuple[int, int, int]]:
        """Each row."""
        if self.places is None:
            lists, tracks = (
                {each: i for i, each in enumerate(Texts(ids))} for ids in (self.lists, self.tracks)
            )
            self.places = lists, tracks
        lists, tracks = self.places
        for row in rows:
            playlist_id, track_id = identity(row, "playlist_id"), identity(row, "track_id")
            position = number(row, "position", MOST)
            if position is None:
                raise FieldError("position", None, f"a whole number from 0 to {MOST:,}")
            if playlist_id not in lists:
                raise FieldError("playlist_id", playlist_id, "one of playlists.parquet")
            if track_id not in tracks:
                raise FieldError("track_id", track_id, "one of tracks.parquet")
            yield lists[playlist_id], position, tracks[track_id]

    def together(self, made: Sequence[tuple[int, int, int]]) -> pa.Table:
        """A table of what was made one by one."""
        columns = zip(*made, strict=True)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, _FILLED, strict=True)]
        return pa.Table.from_arrays(arrays, schema=_FILLED)


def _found(column: Any, known: Any) -> Any | None:
    """The number of each id, or None where one is none or unknown."""
    if column.null_count:
        return None
    try:
        encoded = column.dictionary_encode()
    except pa.ArrowException:  # a list or an object
        return None
    ids = identities(encoded.dictionary)
    if ids is None:
        return None
    number_of = pc.index_in(ids, value_set=whole(known))
    return None if number_of.null_count else number_of.take(encoded.indices)


def _taken(path: Path, kind: Any) -> Iterator[pa.Table]:
    """What is made of the rows of a table, some at a time."""
    first = 0
    for rows in _rows(path, max(AT_ONCE, 2 * kind.known)):
        made = kind.surely(_columns(path, rows))
        if made is not None:
            yield made
        else:
            for place in range(0, rows.num_rows, CLOSELY):
                yield _closely(path, kind, rows.slice(place, CLOSELY).combine_chunks(), first + place)
        first += rows.num_rows


def _closely(path: Path, kind: Any, rows: pa.Table, first: int) -> pa.Table:
    """What is made of some rows where one may be odd."""
    made: pa.Table | None = kind.surely(_columns(path, rows))
    if made is not None:
        return made
    one_by_one: list[Any] = []
    names = rows.column_names
    columns = [_values(path, name, rows[name], first) for name in names]
    try:
        one_by_one.extend(
            kind.one_by_one(dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))
        )
    except FieldError as error:
        row = first + len(one_by_one)
        raise DataError(f"{path}, row {row} (the first is 0): {error}") from error
    together: pa.Table = kind.together(one_by_one)
    return together


def _columns(path: Path, rows: pa.Table) -> dict[str, Any]:
    """The columns in one piece; one that is welcome but not there holds nothing."""
    nothing = pa.nulls(rows.num_rows)
    names = (*NEEDED[path.stem], *WELCOME[path.stem])
    return {name: whole(rows[name]) if name in rows.column_names else nothing for name in names}


def _values(path: Path, name: str, column: Any, first: int) -> list[Any]:
    """A column's values, null for NaN."""
    try:
        values: list[Any] = column.to_pylist()
    except (ValueError, OverflowError) as error:  # bytes that are no UTF-8, or an instant that Python lacks
        row = first + next(row for row, value in enumerate(column) if not _readable(value))
        raise DataError(
            f"{path}, row {row} (the first is 0): {name} is unreadable ({error}); it must be text or a number"
        ) from error
    if not pa.types.is_floating(column.type):
        return values
    return [None if value != value else value for value in values]


def _readable(value: Any) -> bool:
    try:
        value.as_py()
    except (ValueError, OverflowError):
        return False
    return True


def _rows(path: Path, at_once: int) -> Iterator[pa.Table]:
    """The rows of a table, at most so many together, with those columns that are looked at."""
    held: list[pa.RecordBatch] = []
    count = 0
    for batch in _batches(path):
        if held and count + batch.num_rows > at_once:
            yield pa.Table.from_batches(held).combine_chunks()
            held, count = [], 0
        held.append(batch)
        count += batch.num_rows
    if held:
        yield pa.Table.from_batches(held).combine_chunks()


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The rows of a file, or of all files in a folder, as Spark writes a table."""
    if path.is_dir():
        yield from (batch for part in sorted(path.rglob("*.parquet")) for batch in _of_file(part, path))
    else:
        yield from _of_file(path, path)


def _of_file(part: Path, path: Path) -> Iterator[pa.RecordBatch]:
    try:
        with pq.ParquetFile(part, pre_buffer=False) as file:  # or all of it would be held
            names = file.schema_arrow.names
            missing = [column for column in NEEDED[path.stem] if column not in names]
            if missing:
                raise DataError(f"{path} lacks the column {', '.join(missing)}; add it")
            wanted = [*NEEDED[path.stem], *(name for name in WELCOME[path.stem] if name in names)]
            twice = [name for name in wanted if names.count(name) > 1]
            if twice:
                raise DataError(f"{path} has the column {twice[0]} twice; leave one of them out")
            yield from file.iter_batches(min(AT_ONCE, 2**18), columns=wanted)
    except (OSError, ValueError, pa.ArrowException) as error:
        reason = " ".join(str(error).split())
        raise DataError(f"{path} cannot be read as Parquet ({reason}); put a sound copy there") from error


def _listed(row: Row) -> tuple[str | int, ...]:
    """What stands in a row of `_LISTED`."""
    source, licence = text(row, "source"), text(row, "licence")
    for field, value in (("source", source), ("licence", licence)):
        if value is None:
            raise FieldError(field, None, "text")
    parent, followers = identity(row, "parent_id"), number(row, "followers", MOST) or 0
    name, kind = text(row, "name") or "", text(row, "kind") or ""
    return identity(row, "playlist_id"), parent, source or "", name, kind, followers, licence or ""


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
