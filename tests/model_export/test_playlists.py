"""Reading playlists, splitting and weighting them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from model_export.merge import read_folders
from model_export.playlists import SPLITS, DataError, Song, list_weights, split_of
from model_export.reading import read_playlists
from tests.model_export.planted import Columns, planted, playlists, table, write_playlists, write_tables

VALIDATION = ["parent-1", "parent-8", "parent-13", "parent-29", "parent-37"]
TEST = ["parent-2", "parent-3", "parent-5", "parent-23", "parent-30"]

NAN = float("nan")
TRACKS: Columns = {
    "track_id": [10, 11, 12],
    "title": ["Clocks", "Yellow", None],
    "artist": ["Coldplay, A Guest", "Coldplay", None],
    "album": ["A Rush of Blood to the Head", None, None],
    "year": [2002.0, NAN, None],
    "duration_ms": [307_000.0, NAN, None],
    "spotify_id": ["spotifyclocks", None, None],
}
LISTS: Columns = {
    "playlist_id": ["a", "b", "empty"],
    "parent_id": ["a", "a", "empty"],
    "name": ["x", "y", "z"],
    "source": ["radio", "radio", "friends"],
    "licence": ["MIT", "MIT", "CC0"],
}
ENTRIES: Columns = {
    "playlist_id": ["b", "a", "a", "a", "a"],
    "position": [0, 3, 1, 0, 2],
    "track_id": [12, 11, 12, 11, 10],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sound folder of Parquet files."""
    return write_tables(tmp_path / "data", TRACKS, LISTS, ENTRIES)


def test_the_kind_of_a_list_is_read(folder: Path, tmp_path: Path) -> None:
    """Where the files tell it; it is kept with the list it is of, in the cache too, and unknown is empty."""
    kinds = {**LISTS, "kind": ["radio", None, "user"]}
    told = write_tables(tmp_path / "told", TRACKS, kinds, ENTRIES)
    for _ in range(2):
        lists = read_playlists(told, tmp_path / "cache")
        assert list(lists.kinds) == ["radio", ""]
        assert list(lists.select([1, 0]).kinds) == ["", "radio"]
    assert list(read_playlists(folder).kinds) == ["", ""]
    assert list(read_folders([told, folder]).kinds) == ["radio", "", "", ""]


def test_songs_are_read_with_all_that_is_known_of_them(folder: Path) -> None:
    """Every column reaches the song, and what is null or no number becomes None."""
    known, partly, unknown = read_playlists(folder).songs
    assert known == Song(
        "10", "Clocks", "Coldplay, A Guest", "A Rush of Blood to the Head", 2002, 307_000, "spotifyclocks"
    )
    assert partly == Song("11", "Yellow", "Coldplay")
    assert unknown == Song("12", "", "")


def test_the_main_artist_is_the_first_one_credited(folder: Path) -> None:
    """Guests behind a comma do not change whose song it is, and no artist is an empty text."""
    assert [song.main_artist for song in read_playlists(folder).songs] == ["Coldplay", "Coldplay", ""]


def test_entries_stand_in_order_of_their_position(folder: Path) -> None:
    """A list's tracks follow the positions, not the file's rows; a song twice counts where it is first."""
    lists = read_playlists(folder)
    assert lists.tracks(0).tolist() == [1, 2, 0]
    assert lists.tracks(1).tolist() == [2]


def test_empty_lists_are_dropped(folder: Path) -> None:
    """A list without entries is no list."""
    lists = read_playlists(folder)
    assert len(lists) == 2
    assert lists.parents == ["a", "a"]


def test_sources_and_licences_are_kept(folder: Path) -> None:
    """Each list knows its source and each source its licence."""
    lists = read_playlists(folder)
    assert lists.sources == ["radio", "radio"]
    assert lists.licences["radio"] == "MIT"


def test_columns_that_nobody_needs_may_be_missing(tmp_path: Path) -> None:
    """Year, duration and Spotify id are optional."""
    few = {name: TRACKS[name] for name in ("track_id", "title", "artist", "album")}
    songs = read_playlists(write_tables(tmp_path, few, LISTS, ENTRIES)).songs
    assert [(song.year, song.duration_ms, song.spotify_id) for song in songs] == [(None, None, None)] * 3


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    """Playlists survive the way through the files unchanged."""
    before = planted(12)
    after = read_playlists(write_playlists(tmp_path, before))
    assert after.songs == before.songs
    assert after.parents == before.parents
    np.testing.assert_array_equal(after.entries, before.entries)
    np.testing.assert_array_equal(after.bounds, before.bounds)


# --- what is odd and read all the same


def test_rows_that_repeat_an_id_are_passed_over_and_told(tmp_path: Path) -> None:
    """The first row of a track or playlist counts, the entries are one list, and `notes` says how many."""
    tracks = {name: [*values, values[0], values[1]] for name, values in TRACKS.items()}
    tracks["title"][3:] = ["Not Clocks", "Not Yellow"]
    lists_ = {name: [*values, values[0]] for name, values in LISTS.items()}
    for name, value in (("parent_id", "z"), ("source", "nobody"), ("licence", "none")):
        lists_[name][3] = value
    lists = read_playlists(write_tables(tmp_path, tracks, lists_, ENTRIES))
    assert [song.title for song in lists.songs] == ["Clocks", "Yellow", ""]
    assert lists.tracks(0).tolist() == [1, 2, 0]
    assert lists.parents == ["a", "a"]
    assert lists.licences == {"radio": "MIT", "friends": "CC0"}
    (note,) = lists.notes
    assert str(tmp_path) in note
    assert "2 rows of tracks.parquet and 1 of playlists.parquet" in note


def test_sound_files_need_no_note(folder: Path) -> None:
    """A track that stands in no playlist, or twice in one, is nothing to tell."""
    tracks = {name: [*values, None] for name, values in TRACKS.items()}
    tracks["track_id"][3] = 13
    lists = read_playlists(write_tables(folder, tracks, LISTS, ENTRIES))
    assert len(lists.songs) == 4
    assert lists.parents_per_song().tolist() == [1, 1, 1, 0]
    assert list(lists.notes) == []


@pytest.mark.parametrize("length", [1, 8607])
def test_a_playlist_may_be_of_any_length(tmp_path: Path, length: int) -> None:
    """A single track is a playlist, and so are the 8,607 of the longest list there is."""
    lists = read_playlists(write_playlists(tmp_path, playlists([range(length)], length)))
    assert lists.tracks(0).tolist() == list(range(length))


def test_followers_and_names_are_read(tmp_path: Path) -> None:
    """A column of followers and one of names reach their lists, and what is null is none."""
    lists = {**LISTS, "followers": [5, None, 9], "name": ["x", None, "z"]}
    found = read_playlists(write_tables(tmp_path, TRACKS, lists, ENTRIES))
    assert list(found.followers) == [5, 0]
    assert list(found.names) == ["x", ""]


def test_where_nobody_follows_there_are_no_followers(folder: Path, tmp_path: Path) -> None:
    """Without the column, or with nothing in it, the data has no followers at all."""
    assert list(read_playlists(folder).followers) == []
    lists = {**LISTS, "followers": [0, None, 3]}  # the third list is empty
    assert list(read_playlists(write_tables(tmp_path / "none", TRACKS, lists, ENTRIES)).followers) == []


def test_followers_and_names_stay_with_their_lists(tmp_path: Path) -> None:
    """Choosing lists chooses their followers and names too."""
    lists = replace(playlists([[0], [1], [2]], 3), followers=[1, 2, 3], names=["a", "b", "c"])
    chosen = lists.select([2, 0])
    assert (list(chosen.followers), list(chosen.names)) == ([3, 1], ["c", "a"])
    assert list(lists.select([]).followers) == []


# --- the Million Playlist Dataset


def mpd_track(pos: int, number: int) -> dict[str, Any]:
    """A track as the published slices hold it."""
    return {
        "pos": pos,
        "artist_name": f"Artist {number}",
        "track_uri": f"spotify:track:track{number}",
        "artist_uri": f"spotify:artist:artist{number}",
        "track_name": f"Title {number}",
        "album_uri": f"spotify:album:album{number}",
        "duration_ms": 200_000 + number,
        "album_name": f"Album {number}",
    }


def mpd_playlist(pid: int, tracks: list[dict[str, Any]]) -> dict[str, Any]:
    """A playlist as the published slices hold it."""
    return {
        "name": f"Throwbacks {pid}",
        "collaborative": "false",
        "pid": pid,
        "modified_at": 1493424000,
        "num_tracks": len(tracks),
        "num_albums": len(tracks),
        "num_followers": 1,
        "tracks": tracks,
        "num_edits": 6,
        "duration_ms": sum(track["duration_ms"] for track in tracks),
        "num_artists": len(tracks),
    }


def write_slice(folder: Path, first: int, lists: list[dict[str, Any]]) -> Path:
    """Writes one slice under its published name."""
    path = folder / f"mpd.slice.{first}-{first + 999}.json"
    info = {"generated_on": "2017-12-03 08:41:42.057563", "slice": f"{first}-{first + 999}", "version": "v1"}
    path.write_text(json.dumps({"info": info, "playlists": lists}), "utf-8")
    return path


def test_slices_are_read_as_published(tmp_path: Path) -> None:
    """Songs shared by two slices are one song, in the order of each list's positions."""
    write_slice(tmp_path, 0, [mpd_playlist(0, [mpd_track(1, 7), mpd_track(0, 8), mpd_track(2, 7)])])
    write_slice(tmp_path, 1000, [mpd_playlist(1000, [mpd_track(0, 9), mpd_track(1, 8)])])
    lists = read_playlists(tmp_path)
    titles = [[lists.songs[track].title for track in lists.tracks(i)] for i in range(len(lists))]
    assert titles == [["Title 8", "Title 7"], ["Title 9", "Title 8"]]
    assert lists.songs[0] == Song(
        "track8", "Title 8", "Artist 8", "Album 8", duration_ms=200_008, spotify_id="track8"
    )


def test_followers_and_names_of_the_slices_are_read(tmp_path: Path) -> None:
    """Each list knows its name and who follows it; a list that lacks either has none."""
    one, two = mpd_playlist(0, [mpd_track(0, 7)]), mpd_playlist(1, [mpd_track(0, 8)])
    del two["num_followers"], two["name"]
    write_slice(tmp_path, 0, [one | {"num_followers": 12}, mpd_playlist(2, []), two])
    lists = read_playlists(tmp_path)
    assert list(lists.followers) == [12, 0]
    assert list(lists.names) == ["Throwbacks 0", ""]


def test_every_list_of_the_slices_has_a_parent_of_its_own(tmp_path: Path) -> None:
    """Lists of the Million Playlist Dataset are no snapshots of each other, and empty ones are dropped."""
    write_slice(tmp_path, 0, [mpd_playlist(i, [mpd_track(0, i)] if i else []) for i in range(4)])
    lists = read_playlists(tmp_path)
    assert len(lists) == 3
    assert len(set(lists.parents)) == 3


# --- bad input


def without(name: str, column: str) -> Callable[[Path], None]:
    """Takes a column out of a table."""

    def spoil(folder: Path) -> None:
        path = table(folder, name)
        pq.write_table(pq.read_table(path).drop_columns([column]), path)

    return spoil


def stranger(column: str, value: object) -> Callable[[Path], None]:
    """Lets the first entry name a track or playlist that does not exist."""

    def spoil(folder: Path) -> None:
        values = [value, *ENTRIES[column][1:]]
        write_tables(folder, TRACKS, LISTS, {**ENTRIES, column: values})

    return spoil


NEEDED = (
    *(("tracks", column) for column in ("track_id", "title", "artist", "album")),
    *(("playlists", column) for column in ("playlist_id", "parent_id", "source", "licence")),
    *(("entries", column) for column in ("playlist_id", "position", "track_id")),
)


@pytest.mark.parametrize(("name", "column"), NEEDED)
def test_a_missing_column_is_named(folder: Path, name: str, column: str) -> None:
    """A table that lacks a column it needs is refused with the file's and the column's name."""
    without(name, column)(folder)
    with pytest.raises(DataError) as refusal:
        read_playlists(folder)
    assert str(table(folder, name)) in str(refusal.value)
    assert column in str(refusal.value)


@pytest.mark.parametrize("name", ["tracks", "playlists", "entries"])
@pytest.mark.parametrize("content", [None, b"", b"no parquet at all", b"PAR1 cut off"])
def test_a_file_that_is_no_parquet_is_named(folder: Path, name: str, content: bytes | None) -> None:
    """A missing, empty, foreign or cut file is refused with its name."""
    path = table(folder, name)
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError) as refusal:
        read_playlists(folder)
    assert str(path) in str(refusal.value)


@pytest.mark.parametrize(("column", "value"), [("track_id", 99), ("playlist_id", "nobody's")])
def test_an_entry_of_something_unknown_is_refused(folder: Path, column: str, value: object) -> None:
    """An entry of a track or playlist that no table holds is refused, by file and name."""
    stranger(column, value)(folder)
    with pytest.raises(DataError) as refusal:
        read_playlists(folder)
    assert str(table(folder, "entries")) in str(refusal.value)
    assert str(value) in str(refusal.value)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"playlists": [',
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"info": {}}',
        b'{"playlists": 3}',
    ],
)
def test_a_damaged_slice_is_named(tmp_path: Path, content: bytes) -> None:
    """A slice that is no JSON, or JSON of something else, is refused with its name."""
    path = write_slice(tmp_path, 0, [])
    path.write_bytes(content)
    with pytest.raises(DataError) as refusal:
        read_playlists(tmp_path)
    assert str(path) in str(refusal.value)


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    """Neither a missing folder nor a file in its place is a folder of playlists."""
    file = tmp_path / "file"
    file.touch()
    for path in (tmp_path / "nowhere", file):
        with pytest.raises(DataError) as refusal:
            read_playlists(path)
        assert str(path) in str(refusal.value)


def test_data_without_a_playlist_is_refused(tmp_path: Path) -> None:
    """Sound files without one playlist that holds a track are refused with the folder's name."""
    write_slice(tmp_path, 0, [mpd_playlist(0, [])])
    with pytest.raises(DataError) as refusal:
        read_playlists(tmp_path)
    assert str(tmp_path) in str(refusal.value)


# --- splits


def test_snapshots_of_a_parent_never_part() -> None:
    """All lists of one parent stand in the same split."""
    lists = playlists([[0]] * 400, 1, parents=[f"parent-{i % 100}" for i in range(400)])
    seen = [set(lists.split(name).parents) for name in SPLITS]
    assert sum(map(len, seen)) == 100
    assert set.union(*seen) == set(lists.parents)
    assert sum(len(lists.split(name)) for name in SPLITS) == 400


def test_the_splits_are_eight_one_one() -> None:
    """Of many parents about 80 % are trained on, 10 % validate and 10 % test."""
    counts = Counter(split_of(f"parent-{i}") for i in range(5000))
    assert counts["train"] == pytest.approx(4000, abs=150)
    assert counts["validation"] == pytest.approx(500, abs=100)
    assert counts["test"] == pytest.approx(500, abs=100)


def test_a_parent_keeps_its_split_for_ever() -> None:
    """The split depends on the parent's name alone, so that runs years apart measure the same lists."""
    lists = playlists([[0]] * 40, 1)
    held_out = {name: lists.split(name).parents for name in ("validation", "test")}
    assert held_out == {"validation": VALIDATION, "test": TEST}


# --- views


def test_restricting_renumbers_and_keeps_the_order() -> None:
    """Only the kept songs stay, numbered as asked for, and the lists keep their order and their places."""
    lists = playlists([[0, 1, 2, 3], [2], [3, 0]], 4).restricted(np.array([3, 1]))
    assert [song.track_id for song in lists.songs] == ["t3", "t1"]
    assert [lists.tracks(i).tolist() for i in range(3)] == [[1, 0], [], [0]]
    assert len(lists.parents) == 3


def test_selecting_keeps_the_lists_asked_for() -> None:
    """Selected lists come with their tracks, parents and sources, over the same songs; none is allowed."""
    lists = playlists([[0, 1], [2], [3, 0]], 4, sources=["a", "b", "c"])
    chosen = lists.select([2, 0])
    assert [chosen.tracks(i).tolist() for i in range(2)] == [[3, 0], [0, 1]]
    assert (chosen.parents, chosen.sources) == (["parent-2", "parent-0"], ["c", "a"])
    assert len(lists.select([])) == 0
    assert lists.select([]).matrix().shape == (0, 4)


def test_a_song_is_counted_once_a_parent() -> None:
    """Twenty snapshots that hold a song say no more than one."""
    lists = playlists([[0, 1], [0], [0, 2], [1]], 4, parents=["a", "a", "a", "b"])
    assert lists.parents_per_song().tolist() == [1, 2, 1, 0]


def test_one_list_stands_for_its_snapshots() -> None:
    """The first list of each parent stays, in the old order."""
    lists = playlists([[0], [1], [2], [3]], 4, parents=["b", "a", "b", "c"]).one_per_parent()
    assert lists.parents == ["b", "a", "c"]
    assert lists.entries.tolist() == [0, 1, 3]


def test_the_matrix_holds_what_the_lists_hold() -> None:
    """A row a list, a column a song, 1 where it is in it."""
    assert playlists([[2, 0], [1]], 3).matrix().toarray().tolist() == [[1, 0, 1], [0, 1, 0]]


# --- weights


def test_a_list_that_many_follow_weighs_more() -> None:
    """With weight 1/2, lists of 0, 3 and 8 followers weigh as 1, 2 and 3, beside all else; 1 on average."""
    lists = replace(playlists([[0]] * 4, 1, parents=["a", "b", "c", "c"]), followers=[0, 3, 8, 8])
    weights = list_weights(lists, 1.0, 0.5)
    np.testing.assert_allclose(weights / weights[0], [1, 2, 1.5, 1.5], rtol=1e-5)
    assert float(weights.mean()) == pytest.approx(1, rel=1e-5)
    np.testing.assert_allclose(list_weights(lists, 1.0, 0.0)[:2], 4 / 3, rtol=1e-5)


def test_without_followers_their_weight_changes_nothing() -> None:
    """Where nobody counted followers, every list weighs as it does without them."""
    lists = playlists([[0]] * 3, 1, sources=["a", "a", "b"])
    np.testing.assert_array_equal(list_weights(lists, 0.5, 1.0), list_weights(lists, 0.5))


def test_a_large_source_does_not_drown_the_others() -> None:
    """A hundred sessions of one source weigh as ten of them, four lists as two, and none as nothing."""
    sources = ["radio"] * 100 + ["friends"] * 4
    weights = list_weights(playlists([[0]] * 104, 1, sources=sources), damping=0.5)
    radio, friends = float(weights[:100].sum()), float(weights[100:].sum())
    assert radio / friends == pytest.approx(10 / 2, rel=1e-4)
    assert weights.min() > 0


def test_without_damping_every_parent_weighs_the_same() -> None:
    """Damping 1 counts parents, whatever their source."""
    weights = list_weights(playlists([[0]] * 5, 1, sources=["a", "b", "b", "b", "b"]), damping=1)
    np.testing.assert_allclose(weights, 1, rtol=1e-6)


def test_snapshots_share_one_weight() -> None:
    """A parent with three snapshots weighs as much as a parent with one."""
    weights = list_weights(playlists([[0]] * 4, 1, parents=["a", "a", "a", "b"]), damping=0.5)
    assert float(weights[:3].sum()) == pytest.approx(float(weights[3]), rel=1e-5)


@pytest.mark.parametrize("damping", [0.0, 0.3, 1.0])
def test_weights_are_one_on_average(damping: float) -> None:
    """Weighting moves attention between lists and adds none."""
    lists = playlists([[0]] * 5, 1, ["a", "a", "b", "c", "d"], ["x", "x", "x", "y", "z"])
    assert float(list_weights(lists, damping).mean()) == pytest.approx(1, rel=1e-5)
