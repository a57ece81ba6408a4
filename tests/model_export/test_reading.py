"""What a folder of playlists may hold, and what is said of one that holds something else."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from model_export import slices
from model_export.playlists import DataError
from model_export.reading import read_playlists
from tests.model_export.planted import planted, table, write_playlists
from tests.model_export.test_cli import refused, run
from tests.model_export.test_playlists import mpd_playlist, mpd_track, write_slice
from tests.model_export.test_slices import refusal, shaped

SHOULD_HOLD = "tracks.parquet, playlists.parquet and entries.parquet, or mpd.slice.*.json"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([], ()),
        (["beach.jpg", "notes.txt"], ()),
        (["songs.csv"], ("CSV is not read", "songs.csv", "convert")),
        (["TRACKS.CSV", "plays.tsv"], ("CSV is not read", "TRACKS.CSV, plays.tsv")),
        (["playlists.json.gz"], ("playlists.json.gz", "gunzip")),
        (["mine.json.gz", "more.gz"], ("mine.json.gz, more.gz", "gunzip")),
        (["spotify_million_playlist_dataset.zip"], ("spotify_million_playlist_dataset.zip", "unpack")),
        (["songs.csv.gz"], ("songs.csv.gz", "gunzip", "CSV is not read")),
        (["Playlist1.json"], ("Playlist1.json", "named like mpd.slice.0-999.json")),
        ([f"{i}.csv" for i in range(9)], ("0.csv, 1.csv, 2.csv and 6 more",)),
        (["a.csv", "b.json.gz"], ("a.csv", "b.json.gz", "gunzip", "CSV is not read")),
    ],
)
def test_a_folder_of_something_else_is_told_what_it_should_hold(
    tmp_path: Path, files: Sequence[str], said: Sequence[str]
) -> None:
    """One sentence: what belongs there, and what to do with what is there."""
    for name in files:
        (tmp_path / name).write_bytes(b"x")
    line = refusal(tmp_path)
    assert line.startswith(f"{tmp_path} holds no playlists; put {SHOULD_HOLD} there")
    for words in said:
        assert words in line
    assert ("CSV" in line.removeprefix(str(tmp_path))) == any("csv" in name.lower() for name in files)


def test_the_command_line_tells_it_too(tmp_path: Path) -> None:
    """As a person meets it: exit code 2 and one line."""
    (tmp_path / "songs.csv").write_text("title,artist\n")
    line = refused(run("train", tmp_path, "--out", tmp_path / "out"))
    assert line == (
        f"{tmp_path} holds no playlists; put {SHOULD_HOLD} there "
        "(CSV is not read: convert songs.csv to these Parquet files)"
    )


def test_one_of_three_tables_is_a_folder_with_two_missing(tmp_path: Path) -> None:
    """Who has begun to write tables is told which one cannot be read."""
    write_playlists(tmp_path, planted(3))
    table(tmp_path, "tracks").unlink()
    assert refusal(tmp_path).startswith(f"{table(tmp_path, 'tracks')} cannot be read as Parquet")


# --- slices that are still packed


def packed(path: Path) -> Path:
    """Packs a slice, and leaves only the packed one."""
    there = path.with_name(f"{path.name}.gz")
    there.write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()
    return there


def test_packed_slices_are_read_as_they_are(tmp_path: Path) -> None:
    """Gzip is read beside plain slices, in the order of their names."""
    packed(write_slice(tmp_path, 0, [mpd_playlist(0, [mpd_track(0, 1)])]))
    write_slice(tmp_path, 1000, [mpd_playlist(1000, [mpd_track(0, 2)])])
    lists = read_playlists(tmp_path)
    assert list(lists.parents) == ["mpd:0", "mpd:1000"]


def test_a_slice_that_was_unpacked_counts_once(tmp_path: Path) -> None:
    """Where both forms of a slice lie side by side, the packed one is passed over."""
    path = write_slice(tmp_path, 0, [mpd_playlist(0, [mpd_track(0, 1)])])
    content = path.read_bytes()
    packed(path)
    path.write_bytes(content)
    assert len(read_playlists(tmp_path)) == 1


@pytest.mark.parametrize("cut", [0, 1, 5, 20, -1, -8])
def test_a_damaged_packed_slice_is_named(tmp_path: Path, cut: int) -> None:
    """A download that ended early, at any place."""
    path = packed(write_slice(tmp_path, 0, shaped()))
    path.write_bytes(path.read_bytes()[:cut])
    assert refusal(tmp_path).startswith(f"{path} cannot be read")


def test_a_packed_slice_with_a_wrong_byte_is_named(tmp_path: Path) -> None:
    """What gzip cannot unpack, and what is no gzip at all."""
    path = packed(write_slice(tmp_path, 0, shaped()))
    sound, said = path.read_bytes(), []
    for place in range(0, len(sound), 7):
        path.write_bytes(sound[:place] + bytes([sound[place] ^ 0xFF]) + sound[place + 1 :])
        try:
            read_playlists(tmp_path)  # a byte of the name or the date changes nothing
        except DataError as error:
            said.append(str(error))
    assert said
    assert all(line.startswith(str(path)) for line in said)
    path.write_text(json.dumps({"playlists": []}))
    assert refusal(tmp_path).startswith(f"{path} cannot be read")


def test_a_packed_slice_that_never_ends_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kilobyte may unpack to a gigabyte: more than a slice can have is not read."""
    monkeypatch.setattr(slices, "LARGEST", 1000)
    path = packed(write_slice(tmp_path, 0, [mpd_playlist(0, [mpd_track(i, i) for i in range(100)])]))
    line = refusal(tmp_path)
    assert line.startswith(f"{path} cannot be read")
    assert "gunzip" in line


def test_a_bad_field_of_a_packed_slice_is_told_with_its_place(tmp_path: Path) -> None:
    """As of any other slice."""
    path = packed(write_slice(tmp_path, 1000, shaped({"duration_ms": "3:45"})))
    assert refusal(tmp_path).startswith(f"{path}, playlists[1] (pid 1001), tracks[1]: duration_ms ")
