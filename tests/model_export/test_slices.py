"""Hostile slices of the Million Playlist Dataset: a sentence with file and row, or sound playlists."""

from __future__ import annotations

import math
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_export.playlists import DataError, Playlists, Song
from model_export.reading import read_playlists
from tests.model_export.test_cli import refused, run
from tests.model_export.test_playlists import mpd_playlist, mpd_track, write_slice

INFINITY, NAN = float("inf"), float("nan")
HALF = "half of 😀 is \ud83d"
DAY_MS = 24 * 3_600_000
Json = dict[str, Any]

Cases = list[tuple[str, object]]


def each(field: str, *values: object) -> Cases:
    """A field with each of these values."""
    return [(field, value) for value in values]


BAD_IN_A_TRACK: Cases = [
    *each("duration_ms", "3:45", "225000", True, -1, DAY_MS + 1, 10**30, 1e300),
    *each("duration_ms", INFINITY, -INFINITY, NAN, [225_000], {"ms": 1}),
    *each("track_name", 1999, 19.99, True, ["Yellow"], {}, HALF, "a\0b", NAN),
    *each("artist_name", 311, False, ["Coldplay"], {}, HALF, "a\0b", INFINITY),
    *each("album_name", 1989, 0, ["25"], {}, HALF, "a\0b", NAN),
    *each("pos", "0", "first", 0.5, True, None, -1, [0], INFINITY, NAN),
    *each("track_uri", 7, None, True, ["spotify:track:a"], "", "7", "spotify:track:", HALF),
    *each("track_uri", "spotify:local", "spotify:artist:a", "https://open.spotify.com/track/a"),
    *each("track_uri", "spotify:track:a b", "spotify:track:" + "a" * 23),
]
BAD_IN_A_PLAYLIST: Cases = [
    *each("pid", None, True, 1.5, INFINITY, NAN, [], {}, "", HALF, "a\0b"),
    *each("name", 1999, True, ["party"], {}, HALF, "a\0b", NAN),
    *each("num_followers", "12", -1, True, 1.5, INFINITY, NAN, 10**30, [1]),
    *each("tracks", None, 3, "abc", {}, {"0": mpd_track(0, 1)}),
]


def refusal(folder: Path) -> str:
    """The one line with which a folder is refused."""
    with pytest.raises(DataError) as found:
        read_playlists(folder)
    (line,) = str(found.value).splitlines()
    return line


def shaped(track: Mapping[str, object] = {}, of: Mapping[str, object] = {}) -> list[Json]:
    """Two playlists, the second one with something odd in its second track or in itself."""
    odd = mpd_playlist(1001, [mpd_track(0, 2), mpd_track(1, 3)])
    odd["tracks"][1].update(track)
    return [mpd_playlist(1000, [mpd_track(0, 1)]), {**odd, **of}]


@pytest.mark.parametrize(("field", "value"), BAD_IN_A_TRACK)
def test_a_bad_field_of_a_track_is_told_with_its_place(tmp_path: Path, field: str, value: object) -> None:
    """File, playlist, track and field are named, and what it must be."""
    path = write_slice(tmp_path, 1000, shaped({field: value}))
    line = refusal(tmp_path)
    assert line.startswith(f"{path}, playlists[1] (pid 1001), tracks[1]: {field} ")
    assert "must be" in line
    line.encode()  # whatever stands there, it can be printed


@pytest.mark.parametrize(("field", "value"), BAD_IN_A_PLAYLIST)
def test_a_bad_field_of_a_playlist_is_told_with_its_place(tmp_path: Path, field: str, value: object) -> None:
    """File, playlist and field are named, and what it must be."""
    path = write_slice(tmp_path, 1000, shaped(of={field: value}))
    line = refusal(tmp_path)
    assert re.match(re.escape(f"{path}, playlists[1]") + rf"( \(pid 1001\))?: {field} ", line)
    assert "must be" in line
    line.encode()


@pytest.mark.parametrize("field", ["pos", "track_uri", "track_name", "artist_name"])
def test_a_track_without_a_field_is_told_with_its_place(tmp_path: Path, field: str) -> None:
    """What every track of a slice has may be null for a name, and must not be absent."""
    lists = shaped()
    del lists[1]["tracks"][1][field]
    path = write_slice(tmp_path, 1000, lists)
    assert refusal(tmp_path).startswith(f"{path}, playlists[1] (pid 1001), tracks[1]: {field} is missing")


@pytest.mark.parametrize("odd", [None, 3, "abc", ["pos", 0], INFINITY])
def test_what_is_no_object_is_told_with_its_place(tmp_path: Path, odd: object) -> None:
    """A number, text or list where a playlist or a track belongs."""
    path = write_slice(tmp_path, 1000, [mpd_playlist(1000, []), odd])  # type: ignore[list-item] # that is the point
    assert refusal(tmp_path).startswith(f"{path}, playlists[1]: a playlist ")
    path = write_slice(tmp_path, 1000, shaped(of={"tracks": [mpd_track(0, 1), odd]}))
    assert refusal(tmp_path).startswith(f"{path}, playlists[1] (pid 1001), tracks[1]: a track ")


@pytest.mark.parametrize(
    "content",
    [
        "[" * 200_000,
        '{"playlists":' * 100_000,
        '{"playlists": [' + "9" * 5000 + "]}",
        '{"playlists": Infinity}',
        '{"playlists": {"0": {}}}',
        "NaN",
        '"playlists"',
        '{"playlists": null}',
    ],
)
def test_a_slice_that_holds_no_list_is_named(tmp_path: Path, content: str) -> None:
    """Nested without end, numbers without end, or something else than a list of playlists."""
    path = write_slice(tmp_path, 0, [])
    path.write_text(content, "utf-8")
    line = refusal(tmp_path)
    assert str(path) in line
    assert len(line) < 500


def test_what_says_nothing_is_no_fault(tmp_path: Path) -> None:
    """No name, album or length, a length of 0, signs of any script, and fields that nobody reads."""
    bare = mpd_track(0, 1) | {
        "track_name": None,
        "artist_name": None,
        "album_name": None,
        "duration_ms": None,
    }
    silent = mpd_track(1, 2) | {"duration_ms": 0, "track_name": "😀 \u202e\x1b", "album_uri": NAN}
    brief = {name: mpd_track(2, 3)[name] for name in ("pos", "track_uri", "track_name", "artist_name")}
    computed = mpd_track(3, 4) | {"duration_ms": 200_000.000_01}
    tracks = [bare, silent, brief, computed]
    odd = {"name": None, "num_followers": None, "pid": "mine", "modified_at": INFINITY, "tracks": tracks}
    write_slice(tmp_path, 0, [mpd_playlist(0, []) | odd])
    lists = read_playlists(tmp_path)
    assert list(lists.songs) == [
        Song("track1", "", "", spotify_id="track1"),
        Song("track2", "😀 \u202e\x1b", "Artist 2", "Album 2", spotify_id="track2"),
        Song("track3", "Title 3", "Artist 3", spotify_id="track3"),
        Song("track4", "Title 4", "Artist 4", "Album 4", duration_ms=200_000, spotify_id="track4"),
    ]
    assert (list(lists.parents), list(lists.names), list(lists.followers)) == (["mpd:mine"], [""], [])


def test_a_mark_at_the_beginning_of_a_slice_is_passed_over(tmp_path: Path) -> None:
    """Some editors put a byte order mark there."""
    path = write_slice(tmp_path, 0, shaped())
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(read_playlists(tmp_path)) == 2


# --- local files


def local(pos: int, uri: str, **fields: object) -> Json:
    """A track that somebody played from their own disk."""
    return {**mpd_track(pos, 0), "track_uri": uri, **fields}


def test_two_local_files_never_share_an_id(tmp_path: Path) -> None:
    """Not those of equal length, nor those whose URI says nothing; the same file in two lists is one song."""
    tracks = [
        local(0, "spotify:local:Ann:Demos:First:225", track_name="First"),
        local(1, "spotify:local:Ann:Demos:Second:225", track_name="Second"),
        local(2, "spotify:local::::225", track_name="Third"),
        local(3, "spotify:local::::225", track_name="Fourth"),
        local(4, "spotify:local::::225", track_name="Fourth", duration_ms=225_400),
        local(5, "spotify:local:::::", track_name=None, artist_name=None, album_name=None),
        local(6, "spotify:local:", track_name="", artist_name="", album_name=None),
    ]
    again = [{**track, "pos": 6 - track["pos"]} for track in tracks]
    write_slice(tmp_path, 0, [mpd_playlist(0, tracks), mpd_playlist(1, again)])
    lists = read_playlists(tmp_path)
    assert [song.title for song in lists.songs] == ["First", "Second", "Third", "Fourth", "Fourth", "", ""]
    assert len({song.track_id for song in lists.songs}) == 7
    assert lists.tracks(1).tolist() == lists.tracks(0).tolist()[::-1]
    check(lists)


def test_a_local_file_is_nowhere_on_spotify(tmp_path: Path) -> None:
    """No id of a Spotify track is made of its length, and none that a track could have."""
    tracks = [
        local(0, "spotify:local:Ann:Demos:First:225"),
        local(1, "spotify:track:225", track_name="A Song"),
    ]
    write_slice(tmp_path, 0, [mpd_playlist(0, tracks)])
    file, song = read_playlists(tmp_path).songs
    assert (file.spotify_id, song.spotify_id) == (None, "225")
    assert (song.track_id, file.track_id.startswith("local:")) == ("225", True)


def test_a_local_file_has_the_same_id_in_any_folder(tmp_path: Path) -> None:
    """Whatever else is read with it, so that a model finds it again."""
    file = local(0, "spotify:local:Ann:Demos:First:225")
    ids = set()
    other = local(1, "spotify:local:Ann:Demos:Second:225", track_name="Second")
    for number, others in enumerate(([], [mpd_track(1, 1)], [other])):
        folder = tmp_path / str(number)
        folder.mkdir()
        write_slice(folder, 0, [mpd_playlist(0, [*others, file])])
        ids |= {song.track_id for song in read_playlists(folder).songs if song.title == "Title 0"}
    assert len(ids) == 1


# --- whatever stands in a field

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
NEAR = (
    st.sampled_from(
        ["spotify:track:a", "spotify:local:a:b:c:1", "spotify:local::::", "\ud83d", "\0", "3:45", ""]
    )
    | st.integers(-1, DAY_MS + 1)
    | st.floats(-1, DAY_MS + 1)
)
FIELDS_OF_A_PLAYLIST = ["pid", "name", "num_followers", "tracks"]
FIELDS_OF_A_TRACK = ["pos", "track_uri", "track_name", "artist_name", "album_name", "duration_ms"]


@given(
    track=st.dictionaries(st.sampled_from(FIELDS_OF_A_TRACK), NEAR | ANYTHING, max_size=2),
    of=st.dictionaries(st.sampled_from(FIELDS_OF_A_PLAYLIST), NEAR | ANYTHING, max_size=1),
)
@settings(deadline=None)
def test_whatever_stands_in_a_slice_is_refused_or_sound(track: Json, of: Json) -> None:
    """Any JSON in any field: a sentence, or songs that are all of the right types."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_slice(Path(folder), 1000, shaped(track, of))
        try:
            lists = read_playlists(Path(folder))
        except DataError as error:
            (line,) = str(error).splitlines()
            line.encode()
            assert str(path) in line
        else:
            check(lists)


def check(lists: Playlists) -> None:
    """Asserts that every value is one that the bot can read."""
    for song in lists.songs:
        texts = (song.track_id, song.title, song.artist, song.album or "", song.spotify_id or "")
        assert all(type(text) is str and "\0" not in text and text.encode() is not None for text in texts)
        assert 0 < len(song.track_id) <= 80
        assert song.year is None or (type(song.year) is int and 0 < song.year < 10_000)
        assert song.duration_ms is None or (type(song.duration_ms) is int and 0 < song.duration_ms <= DAY_MS)
    assert len({song.track_id for song in lists.songs}) == len(lists.songs)
    assert all(type(text) is str and text.encode() is not None for text in (*lists.names, *lists.parents))
    assert all(type(count) is int and math.isfinite(count) and count >= 0 for count in lists.followers)
    assert lists.entries.max() < len(lists.songs)


# --- the command line


@pytest.mark.parametrize("command", ["train", "tune", "evaluate", "report", "export"])
def test_every_command_refuses_a_bad_slice_in_one_line(tmp_path: Path, command: str) -> None:
    """Exit code 2, one sentence on stderr with file and place, no traceback, and nothing is written."""
    data = tmp_path / "data"
    data.mkdir()
    path = write_slice(data, 1000, shaped({"duration_ms": "3:45"}))
    options: dict[str, list[str | Path]] = {
        "train": ["--out", tmp_path / "out"],
        "tune": ["--study", tmp_path / "study"],
        "evaluate": ["--model", tmp_path],
        "report": ["--model", tmp_path, "--out", tmp_path / "out"],
        "export": ["--model", tmp_path, "--out", tmp_path / "out"],
    }
    line = refused(run(command, data, *options[command]))
    assert line == (
        f"{path}, playlists[1] (pid 1001), tracks[1]: duration_ms is '3:45', "
        "but must be a number from 0 to 86,400,000"
    )
    assert [each.name for each in tmp_path.iterdir()] == ["data"]


@pytest.mark.parametrize(
    "lists",
    [
        shaped({"track_name": 1999}),
        shaped({"track_name": HALF}),
        shaped({"duration_ms": INFINITY}),
        shaped(of={"tracks": {}}),
    ],
)
def test_hostile_slices_are_one_line(tmp_path: Path, lists: list[Json]) -> None:
    """Numbers, halves of characters, infinities and objects, as a person meets them."""
    data = tmp_path / "data"
    data.mkdir()
    path = write_slice(data, 0, lists)
    line = refused(run("train", data, "--out", tmp_path / "out"))
    assert line.startswith(f"{path}, playlists[1] (pid 1001)")
    assert [each.name for each in tmp_path.iterdir()] == ["data"]
