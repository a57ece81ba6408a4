"""Playlists as arrays on disk: the same lists, a bounded part at a time, whole or not there."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from model_export import arrays, playlists, reading, slices, tables
from model_export.columns import SONGS, Song, Songs, Texts, at
from model_export.merge import read_folders
from model_export.playlists import DataError, Playlists
from model_export.reading import read_playlists
from model_export.synth import synthesise
from tests.model_export.planted import environment, planted, table, write_playlists, write_tables
from tests.model_export.test_cli import arguments, interrupted, refused, run
from tests.model_export.test_playlists import ENTRIES, LISTS, TRACKS, mpd_playlist, mpd_track, write_slice
from tests.model_export.test_slices import refusal, shaped
from tests.model_export.warm import ROOT


def held(lists: Playlists) -> list[list[str]]:
    """The track ids of each list."""
    return [[lists.songs[track].track_id for track in lists.tracks(i)] for i in range(len(lists))]


def same(one: Playlists, other: Playlists) -> None:
    """Asserts that two readings say the same."""
    assert held(one) == held(other)
    for name in ("songs", "parents", "sources", "names", "followers", "notes"):
        assert list(getattr(one, name)) == list(getattr(other, name))
    assert one.licences == other.licences


def shuffled(folder: Path, seed: int) -> Path:
    """The same tables with the entries' rows in any order, and some of them twice."""
    rows = pq.read_table(table(folder, "entries"))
    order = np.random.default_rng(seed).permutation(rows.num_rows)
    mixed = pa.concat_tables([at(rows, order), rows.slice(0, 20)])
    pq.write_table(mixed, table(folder, "entries"), row_group_size=64)
    return folder


# --- the same, however it comes


@pytest.mark.parametrize("at_once", [3, 100, 2**22])
def test_rows_in_any_order_are_the_same_lists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """Entries may be mixed over all lists: they are brought into order a part at a time."""
    expected = read_playlists(write_playlists(tmp_path / "sorted", planted()))
    monkeypatch.setattr(playlists, "AT_ONCE", at_once)
    monkeypatch.setattr(tables, "AT_ONCE", at_once)
    same(read_playlists(shuffled(write_playlists(tmp_path / "mixed", planted()), 1)), expected)


def test_no_more_rows_are_held_than_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a table's size, rows are looked at some at a time, and entries put down as they come."""
    monkeypatch.setattr(tables, "AT_ONCE", 50)
    lengths: list[int] = []
    add = arrays.Entries.add

    def counted(
        self: arrays.Entries, list_of: playlists.Numbers, tracks: playlists.Numbers, places: arrays.Longs
    ) -> None:
        lengths.append(len(list_of))
        add(self, list_of, tracks, places)

    monkeypatch.setattr(arrays.Entries, "add", counted)
    lists = read_playlists(write_playlists(tmp_path, planted()))
    assert sum(lengths) == len(lists.entries)
    assert max(lengths) <= 2 * (len(lists) + len(lists.songs)) < len(lists.entries) / 2


def test_what_was_read_is_mapped_not_held(tmp_path: Path) -> None:
    """Entries and texts lie in files; an entry that is changed in memory is not changed on disk."""
    data = write_playlists(tmp_path / "data", planted())
    lists = read_playlists(data, tmp_path / "cache")
    assert isinstance(lists.entries, np.memmap)
    (kept,) = (tmp_path / "cache").iterdir()
    before = (kept / arrays.ENTRIES).read_bytes()
    lists.entries[0] = 5
    assert (kept / arrays.ENTRIES).read_bytes() == before


def test_processes_read_slices_as_one_does(tmp_path: Path) -> None:
    """Beside each other or one after the other, slices make the same songs in the same order."""
    synthesise(tmp_path / "data", 3000, 5000, 1, "slices")
    paths = sorted((tmp_path / "data").iterdir())
    for processes in (1, 2):
        (tmp_path / str(processes)).mkdir()
        slices.read_slices(paths, tmp_path / str(processes), processes=processes)
    same(*(arrays.opened(tmp_path / str(processes)) for processes in (1, 2)))


def test_a_bad_slice_is_told_by_another_process_too(tmp_path: Path) -> None:
    """The sentence comes through, and the processes end."""
    for first in range(0, 4000, 1000):
        write_slice(tmp_path, first, [mpd_playlist(first, [mpd_track(0, first)])])
    path = write_slice(tmp_path, 2000, shaped({"duration_ms": "3:45"}))
    (tmp_path / "into").mkdir()
    with pytest.raises(DataError, match=f"{path}, playlists.1. .pid 1001., tracks.1.: duration_ms"):
        slices.read_slices(sorted(tmp_path.glob("mpd.*")), tmp_path / "into", processes=2)


@pytest.mark.parametrize("odd", [{}, {"duration_ms": None}, {"pos": 5}, {"track_name": None}])
def test_a_slice_is_the_same_whole_or_value_by_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, odd: dict[str, object]
) -> None:
    """What is surely sound is taken over whole; the careful way finds nothing else."""
    write_slice(
        tmp_path, 0, [*shaped(odd), mpd_playlist(7, []), mpd_playlist(8, [mpd_track(1, 3), mpd_track(0, 3)])]
    )
    quick = read_playlists(tmp_path)
    monkeypatch.setattr(slices, "_surely", lambda content: None)
    same(quick, read_playlists(tmp_path))


def test_slices_lie_in_a_folder_of_their_archive(tmp_path: Path) -> None:
    """The published archive unpacks to `data` beside a license and some programs."""
    (tmp_path / "data").mkdir()
    (tmp_path / "stats.txt").write_text("number of playlists 1000000")
    write_slice(tmp_path / "data", 0, shaped())
    assert len(read_playlists(tmp_path)) == 2


def test_a_table_may_be_a_folder_of_files(tmp_path: Path) -> None:
    """As Spark writes it."""
    expected = read_playlists(write_tables(tmp_path / "one", TRACKS, LISTS, ENTRIES))
    folder = write_tables(tmp_path / "many", TRACKS, LISTS, ENTRIES)
    rows = pq.read_table(table(folder, "entries"))
    table(folder, "entries").unlink()
    table(folder, "entries").mkdir()
    for part in range(2):
        pq.write_table(rows.slice(part * 3, 3), table(folder, "entries") / f"part-0000{part}.parquet")
    (table(folder, "entries") / "_SUCCESS").touch()
    same(read_playlists(folder), expected)


# --- what was read before


def test_a_second_run_reads_no_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same files are there at once, with all that is known of them."""
    data = write_playlists(tmp_path / "data", planted())
    first = read_playlists(data, tmp_path / "cache")
    monkeypatch.setattr(reading, "read_tables", lambda *of: pytest.fail("it read them again"))
    same(read_folders([data], tmp_path / "cache"), first)


def test_files_that_changed_are_read_again(tmp_path: Path) -> None:
    """What was kept of the old ones is replaced."""
    data = write_playlists(tmp_path / "data", planted())
    read_playlists(data, tmp_path / "cache")
    write_playlists(data, planted(7))
    assert len(read_playlists(data, tmp_path / "cache")) == 7
    assert len(list((tmp_path / "cache").iterdir())) == 1


@pytest.mark.parametrize("name", sorted(arrays.FILES))
def test_half_of_what_was_kept_is_not_used(tmp_path: Path, name: str) -> None:
    """A file that is cut off or gone, as after a full disk: all of them are made again."""
    data = write_playlists(tmp_path / "data", planted())
    expected = read_playlists(data)
    read_playlists(data, tmp_path / "cache")
    (kept,) = (tmp_path / "cache").iterdir()
    for damage in (lambda path: path.write_bytes(path.read_bytes()[:-9]), Path.unlink):
        damage(kept / name)
        same(read_playlists(data, tmp_path / "cache"), expected)


def test_what_a_killed_run_left_is_not_used(tmp_path: Path) -> None:
    """A run that was ended by force leaves a scratch folder at most, which nobody takes for a whole one."""
    data, cache = write_playlists(tmp_path / "data", planted()), tmp_path / "cache"
    script = (
        "import os, sys; from pathlib import Path; from model_export import arrays, reading; "
        "arrays.Entries.finished = lambda *of: os._exit(9); "
        "reading.read_playlists(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    done = subprocess.run([sys.executable, "-c", script, data, cache], cwd=ROOT, check=False)  # noqa: S603 - our own
    assert done.returncode == 9
    assert len(list(cache.iterdir())) == 1
    assert len(read_playlists(data, cache)) == 60


# --- bad input


def test_files_that_change_while_they_are_read_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the old and half of the new would be nobody's lists; nothing is kept of them."""
    data = write_playlists(tmp_path / "data", planted())

    def meanwhile(folder: Path, into: Path, key: str) -> None:
        tables.read_tables(folder, into, key)
        write_playlists(data, planted(7))

    monkeypatch.setattr(reading, "read_tables", meanwhile)
    with pytest.raises(DataError, match=f"{data} changed while it was read"):
        read_playlists(data, tmp_path / "cache")
    assert not list(tmp_path.glob("cache/*"))


@pytest.mark.parametrize("form", ["parquet", "slices"])
def test_a_full_disk_is_one_line(tmp_path: Path, form: str) -> None:
    """The line names the place and the mend, and nothing is left there.

    A limit on the size of files fails a write as a full disk does (setrlimit(2), RLIMIT_FSIZE).
    """
    synthesise(tmp_path / "data", 2000, 2000, 1, form)  # type: ignore[arg-type] # one of the two
    done = subprocess.run(  # noqa: S603 - our own command
        arguments("train", tmp_path / "data", "--out", tmp_path / "out", "--cache", tmp_path / "cache"),
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
    )
    line = refused(done)
    assert line.startswith(f"{tmp_path / 'cache'} has no room for the arrays of {tmp_path / 'data'} (")
    assert "--cache" in line
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_full_disk_while_a_set_is_made_up_is_one_line(tmp_path: Path) -> None:
    """And nothing is left of the set."""
    done = subprocess.run(  # noqa: S603 - our own command
        arguments("synth", "--lists", "2000", "--tracks", "2000", "--out", tmp_path / "set"),
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
    )
    assert done.returncode == 2
    assert f"{tmp_path / 'set'} cannot be written" in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_list_of_a_hundred_thousand_songs_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long a list is, it is one, though it is more than is worked on at a time."""
    monkeypatch.setattr(playlists, "AT_ONCE", 1000)
    long = mpd_playlist(0, [mpd_track(99_999 - i, i) for i in range(100_000)])
    write_slice(tmp_path, 0, [long, mpd_playlist(1, [mpd_track(0, 5)])])
    lists = read_playlists(tmp_path)
    assert np.diff(lists.bounds).tolist() == [100_000, 1]
    assert lists.songs[lists.tracks(0)[0]].title == "Title 99999"
    assert lists.songs[lists.tracks(1)[0]].title == "Title 5"


def test_a_track_of_two_titles_has_the_first_one(tmp_path: Path) -> None:
    """In slices the first list's words count, whichever slice the others are in."""
    for first, title in ((0, "Yellow"), (1000, "Gelb")):
        track = mpd_track(0, 7) | {"track_name": title}
        write_slice(tmp_path, first, [mpd_playlist(first, [track])])
    lists = read_playlists(tmp_path)
    assert [song.title for song in lists.songs] == ["Yellow"]
    assert held(lists) == [["track7"], ["track7"]]


@pytest.mark.parametrize("at_once", [2, 1000])
def test_the_row_is_counted_over_all_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """However many rows are looked at together, the bad one is named by its place in the file."""
    monkeypatch.setattr(tables, "AT_ONCE", at_once)
    monkeypatch.setattr(tables, "CLOSELY", max(at_once // 2, 1))
    folder = write_playlists(tmp_path, planted())
    rows = pq.read_table(table(folder, "entries"))
    ids = rows["track_id"].to_pylist()
    ids[333] = "nobody's"
    pq.write_table(
        rows.set_column(2, "track_id", pa.array(ids)), table(folder, "entries"), row_group_size=100
    )
    assert refusal(folder).startswith(f"{table(folder, 'entries')}, row 333 (the first is 0): track_id is ")


def test_control_c_while_reading_leaves_nothing(tmp_path: Path) -> None:
    """The processes that read slices end too, and no part of the arrays remains."""
    data, cache = tmp_path / "data", tmp_path / "cache"
    synthesise(data, 1000, 5000, 1, "slices")
    for first in range(1000, 40_000, 1000):
        (data / f"mpd.slice.{first}-{first + 999}.json").hardlink_to(data / "mpd.slice.0-999.json")

    def begun() -> bool:
        return any(path.stat().st_size for path in cache.glob(".*/track"))

    done = interrupted(begun, "train", data, "--out", tmp_path / "out", "--cache", cache)
    assert done.returncode == 130
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_the_command_line_keeps_what_it_read(tmp_path: Path) -> None:
    """`--cache` is filled by one command and used by another."""
    data, cache = write_playlists(tmp_path / "data", planted()), tmp_path / "cache"
    done = run("train", data, "--out", tmp_path / "out", "--dims", "4", "--epochs", "2", "--cache", cache)
    assert done.returncode == 0, done.stderr
    (kept,) = cache.iterdir()
    facts = json.loads((kept / arrays.FACTS).read_text("utf-8"))
    made = (kept / arrays.ENTRIES).stat().st_mtime_ns
    assert facts["licences"] == {"parties": "MIT"}
    done = run("export", data, "--model", tmp_path / "out", "--out", tmp_path / "bundle", "--cache", cache)
    assert done.returncode == 0, done.stderr
    assert (kept / arrays.ENTRIES).stat().st_mtime_ns == made


# --- columns


SOME: Sequence[Song] = [
    Song("1", "A", "B, C", "D", 1999, 5, "x"),
    Song("2", "", ""),
    Song("3", "é", "F", None, None, 7),
]


def test_songs_in_columns_are_the_songs() -> None:
    """By place, from the end, in slices, one after the other; and beyond the end there is none."""
    songs = Songs.of(SOME)
    assert songs == SOME
    assert [songs[i] for i in (0, 2, -1)] == [SOME[0], SOME[2], SOME[2]]
    assert songs[1:] == SOME[1:]
    assert songs[::-1] == SOME[::-1]
    assert songs.take(np.array([2, 0])) == [SOME[2], SOME[0]]
    assert songs.titled().tolist() == [song.titled for song in SOME] == [True, False, True]
    assert songs.table.schema == SONGS
    assert songs != SOME[:2]
    with pytest.raises(IndexError):
        songs[3]


def test_texts_in_a_column_are_the_texts() -> None:
    """Likewise; their numbers follow the order in which they appear."""
    texts = Texts(pa.array(["b", "a", "b"]))
    assert texts == ["b", "a", "b"]
    assert (texts[1], texts[-1], list(texts[:2])) == ("a", "b", ["b", "a"])
    names, numbers = texts.numbered()
    assert (list(names), numbers.tolist()) == (["b", "a"], [0, 1, 0])
    assert "c" not in texts
    with pytest.raises(IndexError):
        texts[3]


def test_the_songs_of_the_published_set_are_small() -> None:
    """By construction: 2,262,292 songs as published take under 400 MB, text and all, and no object each."""
    synthetic = pa.table(
        {
            "track_id": ["0" * 22] * 1000,
            "title": ["A Title of Twenty Si"] * 1000,
            "artist": ["An Artist's Name"] * 1000,
            "album": ["An Album of Twenty S"] * 1000,
            "year": pa.nulls(1000, pa.int32()),
            "duration_ms": pa.array([200_000] * 1000, pa.int32()),
            "spotify_id": ["0" * 22] * 1000,
        }
    ).cast(SONGS)
    assert Songs(synthetic).table.nbytes / 1000 * 2_262_292 < 400_000_000
