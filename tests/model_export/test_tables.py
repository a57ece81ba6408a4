"""Hostile Parquet files: each is a sentence with file and row, or sound playlists."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_export.playlists import DataError
from model_export.reading import read_playlists
from tests.model_export.planted import Columns, table, write_tables
from tests.model_export.test_cli import refused, run
from tests.model_export.test_playlists import ENTRIES, LISTS, TRACKS
from tests.model_export.test_slices import DAY_MS, INFINITY, NAN, Cases, check, each, refusal

SOUND = {"tracks": TRACKS, "playlists": {**LISTS, "followers": [1, 2, None]}, "entries": ENTRIES}
BAD: Cases = [
    *each("title", 1999, 19.99, True, ["Yellow"], {"en": "Yellow"}, b"Yellow", "a\0b"),
    *each("artist", 311, False, ["Coldplay"], {"a": 1}, date(2002, 1, 1)),
    *each("album", 1989, ["25"], "a\0b"),
    *each("year", -1, 10_000, INFINITY, -INFINITY, 2002.5, "2002", True, [2002]),
    *each("duration_ms", -1, DAY_MS + 1, INFINITY, "3:45", True, [1], 10**15),
    *each("spotify_id", 7, ["a"], "spotify:track:a", "a" * 23, "a b", "a\0"),
    *each("track_id", None, "", 1.5, NAN, INFINITY, True, [1], b"a", Decimal("1.5")),
    *each("track_id", "a\0", "a\nb", "a  b", " a", "a" * 81, "\u200b"),
    *each("playlist_id", None, "", 1.5, NAN, True, ["a"], "a\0"),
    *each("parent_id", None, "", 1.5, INFINITY, True, ["a"], "a\0"),
    *each("source", None, 7, ["a"], "a\0"),
    *each("licence", None, 7, ["a"], "a\0"),
    *each("name", 1999, ["party"], "a\0"),
    *each("followers", -1, 1.5, INFINITY, "12", True, 10**12),
    *each("position", None, -1, 0.5, INFINITY, NAN, "1", True, [1], date(2002, 1, 1)),
]


def place_of(field: str) -> str:
    """The table that has a column, the first one of several."""
    return next(name for name, columns in SOUND.items() if field in columns)


def spoiled(folder: Path, field: str, value: object, name: str = "") -> Path:
    """Writes the files with a value in row 1 of a column, and returns the table's path.

    The column's other values are of the same kind, as Arrow wants it.
    """
    name = name or place_of(field)
    columns = dict(SOUND[name])
    columns[field] = [None, value, *[None] * (len(columns[field]) - 2)]
    if field in {"track_id", "playlist_id", "parent_id", "source", "licence", "position"}:
        columns[field] = [_like(value), value, *[_like(value)] * (len(columns[field]) - 2)]
    tables: dict[str, Columns] = {**SOUND, name: columns}
    write_tables(folder, tables["tracks"], tables["playlists"], tables["entries"])
    return table(folder, name)


def _like(value: object) -> object:
    """Something of a value's type that is sound where it can be."""
    of_kind: dict[type, object] = {float: 1.0, bool: False, list: [], bytes: b"", date: value, Decimal: value}
    return of_kind.get(type(value), "a" if value is None or isinstance(value, str) else value)


@pytest.mark.parametrize(("field", "value"), BAD)
def test_a_bad_value_is_told_with_its_row(tmp_path: Path, field: str, value: object) -> None:
    """File, row and column are named, and what it must be."""
    path = spoiled(tmp_path, field, value)
    line = refusal(tmp_path)
    assert line.startswith(f"{path}, row ")
    assert f": {field} " in line
    assert "must be" in line


@pytest.mark.parametrize("field", ["title", "year", "duration_ms", "spotify_id", "name", "followers"])
def test_the_row_is_the_bad_one(tmp_path: Path, field: str) -> None:
    """Rows are counted from 0, as pandas does."""
    path = spoiled(tmp_path, field, "a\0" if field in {"title", "spotify_id", "name"} else -1)
    assert refusal(tmp_path).startswith(f"{path}, row 1 (the first is 0): {field} ")


@pytest.mark.parametrize(("field", "value"), [("track_id", None), ("playlist_id", None), ("track_id", [1])])
def test_an_entry_of_nothing_is_told_with_its_row(tmp_path: Path, field: str, value: object) -> None:
    """A null or a list where an entry should name a track or a playlist."""
    path = spoiled(tmp_path, field, value, "entries")
    assert refusal(tmp_path).startswith(f"{path}, row ")


def test_an_entry_of_something_unknown_is_told_with_its_row(tmp_path: Path) -> None:
    """The row of the first one that leads nowhere."""
    write_tables(tmp_path, TRACKS, LISTS, {**ENTRIES, "track_id": [12, 11, 99, 11, 10]})
    assert refusal(tmp_path).startswith(f"{table(tmp_path, 'entries')}, row 2 (the first is 0): ")


@pytest.mark.parametrize("field", ["title", "name"])
def test_bytes_that_are_no_text_are_told_with_their_row(tmp_path: Path, field: str) -> None:
    """A string column may hold what is no UTF-8, such as half of a surrogate pair."""
    path = spoiled(tmp_path, field, "x")
    raw = pq.read_table(path)
    values: list[bytes | None] = [None, b"\xed\xa0\xbd", None]
    broken = pa.array(values, pa.binary()).view(pa.string())
    pq.write_table(raw.set_column(raw.column_names.index(field), field, broken), path)
    line = refusal(tmp_path)
    assert line.startswith(f"{path}, row 1 (the first is 0): {field} ")


def test_a_column_that_stands_twice_is_named(tmp_path: Path) -> None:
    """Which of the two is meant nobody can say."""
    write_tables(tmp_path, TRACKS, LISTS, ENTRIES)
    path = table(tmp_path, "entries")
    found = pq.read_table(path)
    pq.write_table(found.append_column("track_id", found["track_id"]), path)
    line = refusal(tmp_path)
    assert str(path) in line
    assert "track_id" in line


def test_what_says_nothing_is_no_fault(tmp_path: Path) -> None:
    """No year, length, album, name or Spotify id; 0 and empty texts; numbers of any kind; other columns."""
    tracks = {
        **TRACKS,
        "album": [NAN, NAN, NAN],
        "year": [0, None, 2002],
        "duration_ms": [0.0, NAN, 200_000.000_01],
        "spotify_id": ["", None, "abc"],
        "added": [date(2002, 1, 1)] * 3,
        "genres": [["rock"], [], None],
    }
    lists = {**LISTS, "name": [None] * 3, "followers": [Decimal(3), None, Decimal(0)]}
    songs = read_playlists(write_tables(tmp_path, tracks, lists, ENTRIES))
    assert [(song.year, song.duration_ms, song.album) for song in songs.songs] == [
        (None, None, None),
        (None, None, None),
        (2002, 200_000, None),
    ]
    assert [song.spotify_id for song in songs.songs] == [None, None, "abc"]
    assert (list(songs.names), list(songs.followers)) == (["", ""], [3, 0])
    check(songs)


def test_ids_may_be_numbers_in_one_table_and_texts_in_another(tmp_path: Path) -> None:
    """A track 12 is the track "12", and so with playlists."""
    entries = {
        **ENTRIES,
        "track_id": [str(each) for each in ENTRIES["track_id"]],
        "playlist_id": [1, 0, 0, 0, 0],
    }
    lists = read_playlists(write_tables(tmp_path, TRACKS, {**LISTS, "playlist_id": ["0", "1", "2"]}, entries))
    assert [lists.tracks(i).tolist() for i in range(2)] == [[1, 2, 0], [2]]


@pytest.mark.parametrize(
    "positions", [[10, 9, 1, 0, 2], [10.0, 9.0, 1.0, 0.0, 2.0], [2**33, 2**33 - 1, 1, 0, 2]]
)
def test_positions_are_numbers_of_any_kind(tmp_path: Path, positions: list[float]) -> None:
    """They are compared as numbers, however they are stored."""
    entries = {**ENTRIES, "playlist_id": ["a"] * 5, "position": positions, "track_id": [12, 11, 10, 12, 11]}
    lists = read_playlists(write_tables(tmp_path, TRACKS, LISTS, entries))
    assert [lists.songs[track].track_id for track in lists.tracks(0)] == ["12", "10", "11"]


ANYTHING = st.one_of(
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.text(max_size=3),
    st.booleans(),
    st.lists(st.integers(-1, 1), max_size=2),
    st.binary(max_size=3),
    st.dates(),
    st.datetimes(),
    st.timedeltas(timedelta(-100), timedelta(100)),
    st.decimals(-100, 100, places=2, allow_nan=False),
)


@given(st.sampled_from(sorted({field for field, _ in BAD})), ANYTHING)
@settings(deadline=None)
def test_whatever_stands_in_a_table_is_refused_or_sound(field: str, value: object) -> None:
    """Anything that Arrow can hold in any column: a sentence, or songs that are all of the right types."""
    with tempfile.TemporaryDirectory() as folder:
        path = spoiled(Path(folder), field, value)
        try:
            lists = read_playlists(Path(folder))
        except DataError as error:
            (line,) = str(error).splitlines()
            assert str(path) in line or "entries.parquet" in line  # whose ids are no longer those
        else:
            check(lists)


def test_hostile_tables_are_one_line(tmp_path: Path) -> None:
    """An infinite year, as a person meets it: exit code 2, one sentence, and nothing is written."""
    path = spoiled(tmp_path / "data", "year", INFINITY)
    line = refused(run("train", tmp_path / "data", "--out", tmp_path / "out"))
    assert line == f"{path}, row 1 (the first is 0): year is inf, but must be a whole number from 0 to 9,999"
    assert [each.name for each in tmp_path.iterdir()] == ["data"]
