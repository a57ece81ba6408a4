"""Made-up playlists: as many as asked for, in the published proportions, the same again for the same seed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from model_export.playlists import DataError, Playlists
from model_export.reading import read_playlists
from model_export.synth import FORMATS, Format, synthesise
from model_export.synth_tastes import Tastes
from tests.model_export.test_cli import refused, run
from tests.model_export.test_playlists import mpd_playlist, mpd_track

LISTS, TRACKS = 3000, 20_000


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[Format, Path]:
    """One set in both formats."""
    made = {form: tmp_path_factory.mktemp(form) for form in FORMATS}
    for form, folder in made.items():
        synthesise(folder, LISTS, TRACKS, 1, form)
    return made


@pytest.fixture(scope="module")
def lists(folders: dict[Format, Path]) -> Playlists:
    """What is read from the tables."""
    return read_playlists(folders["parquet"])


def test_both_formats_hold_the_same(folders: dict[Format, Path], lists: Playlists) -> None:
    """Tables and slices are two spellings of one set; only years and sources are in the tables alone."""
    other = read_playlists(folders["slices"])
    assert list(other.parents) == list(lists.parents)
    assert list(other.names) == list(lists.names)
    assert list(other.followers) == list(lists.followers)
    for i in range(0, len(lists), 100):
        one, two = ([each.songs[track] for track in each.tracks(i)] for each in (lists, other))
        assert [(song.track_id, song.title, song.artist, song.album, song.duration_ms) for song in one] == [
            (song.track_id, song.title, song.artist, song.album, song.duration_ms) for song in two
        ]


def test_slices_have_every_field_that_the_published_ones_have(folders: dict[Format, Path]) -> None:
    """1,000 playlists in each file, named by their numbers, whose counts are those of their tracks."""
    paths, of_a_track = sorted(folders["slices"].iterdir()), types(mpd_track(0, 0))
    assert [path.name for path in paths] == [
        f"mpd.slice.{first}-{first + 999}.json" for first in range(0, LISTS, 1000)
    ]
    for path in paths:
        content = json.loads(path.read_text("utf-8"))
        assert content["info"].keys() == {"generated_on", "slice", "version"}
        assert len(content["playlists"]) == 1000
        for playlist in content["playlists"]:
            tracks = playlist["tracks"]
            assert types(playlist) == types(mpd_playlist(0, []))
            assert all(types(track) == of_a_track for track in tracks)
            assert playlist["num_tracks"] == len(tracks)
            assert playlist["num_artists"] == len({track["artist_uri"] for track in tracks})
            assert playlist["num_albums"] == len({track["album_uri"] for track in tracks})
            assert playlist["duration_ms"] == sum(track["duration_ms"] for track in tracks)
            assert [track["pos"] for track in tracks] == list(range(len(tracks)))


def types(of: Mapping[str, object]) -> dict[str, type]:
    """What an object's fields are."""
    return {name: type(value) for name, value in of.items()}


def test_the_proportions_are_the_published_ones(lists: Playlists) -> None:
    """Lengths, popularity, artists, albums, names and followers, within what chance allows."""
    tastes = Tastes(LISTS, TRACKS, 1)
    assert tastes.entries / LISTS == pytest.approx(66.35, rel=0.03)
    lengths = np.concatenate([np.diff(block.bounds) for block in tastes.blocks()])
    assert (lengths.min(), lengths.max()) == (5, 250)
    in_lists = np.bincount(lists.entries, minlength=len(lists.songs))
    assert len(lists.songs) == TRACKS
    assert in_lists.min() == 1
    assert (in_lists == 1).mean() == pytest.approx(0.5, abs=0.05)
    assert in_lists.max() > 100 * np.median(in_lists)
    assert len(lists.artists) == pytest.approx(TRACKS * 295_860 / 2_262_292, rel=0.01)
    assert int(lists.album_of.max()) + 1 == pytest.approx(TRACKS * 734_684 / 2_262_292, rel=0.02)
    assert len(set(lists.names)) == pytest.approx(LISTS * 0.093, rel=0.1)
    assert Counter(lists.followers).most_common(1)[0][0] == 1
    assert max(lists.followers) > 20


def test_there_is_something_to_learn(lists: Playlists) -> None:
    """Two songs of one list share their genre far more often than two of different lists."""
    genre_of = Tastes(LISTS, TRACKS, 1).catalogue.genre_of
    first, second = (genre_of[lists.entries[lists.bounds[:-1] + i]] for i in (0, 1))
    assert (first == second).mean() > 4 * (first == np.roll(second, 1)).mean()


def test_the_same_seed_makes_the_same_bytes(folders: dict[Format, Path], tmp_path: Path) -> None:
    """And another seed makes something else."""
    for form, folder in folders.items():
        synthesise(tmp_path / form, LISTS, TRACKS, 1, form)
        for path in folder.iterdir():
            assert path.read_bytes() == (tmp_path / form / path.name).read_bytes()
    synthesise(tmp_path / "other", LISTS, TRACKS, 2)
    same = [(folders["parquet"] / name).read_bytes() for name in ("tracks.parquet", "entries.parquet")]
    other = [(tmp_path / "other" / name).read_bytes() for name in ("tracks.parquet", "entries.parquet")]
    assert same != other


@pytest.mark.parametrize("count", [1, 7, 1001])
def test_any_number_of_lists_can_be_made(tmp_path: Path, count: int) -> None:
    """One list, a few, and one slice and a bit."""
    synthesise(tmp_path / "set", count, 2, 0, "slices")
    assert len(read_playlists(tmp_path / "set")) == count
    assert len(list((tmp_path / "set").iterdir())) == -(-count // 1000)


def test_more_tracks_than_the_lists_have_room_for_are_refused(tmp_path: Path) -> None:
    """The sentence names a number that goes, and nothing is written."""
    with pytest.raises(DataError, match="no room for 1,000,000 tracks; say --tracks") as refusal:
        synthesise(tmp_path / "set", 100, 1_000_000, 0)
    most = int(str(refusal.value).split("--tracks ")[1].split()[0])
    assert list(tmp_path.iterdir()) == []
    synthesise(tmp_path / "set", 100, most, 0)
    assert len(read_playlists(tmp_path / "set").songs) == most


def test_the_command_says_what_it_made(tmp_path: Path) -> None:
    """A smaller set takes the place of a larger one, and another word than the two formats is refused."""
    options = ("--tracks", "500", "--format", "slices", "--out", tmp_path / "set")
    for count in ("2000", "1000"):
        done = run("synth", "--lists", count, *options)
        assert done.returncode == 0, done.stderr
    assert [path.name for path in (tmp_path / "set").iterdir()] == ["mpd.slice.0-999.json"]
    told = done.stderr.split("\n", 1)[1].replace("\n", " ")
    assert "1,000 playlists, " in told
    assert "500 tracks of 65 artists on 162 albums" in told
    assert "'csv'; say parquet or slices" in refused(run("synth", "--format", "csv", "--out", tmp_path / "x"))
