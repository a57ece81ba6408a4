"""Every form that people have: recognised by its content, read in its order, and without anybody's name."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from model_export.exports import Counts, is_export, read
from model_export.exports.recognising import recognised
from model_export.reading import read_playlists
from tests.model_export.exports import forms
from tests.model_export.exports.forms import BOTH, EVERY, HISTORIES, PERSON, PLAYLISTS

ENDINGS = (".csv", ".json", ".xml", ".txt", ".m3u", ".dat", "")

Songs = list[tuple[str, str]]


def written(folder: Path, files: dict[str, str]) -> Path:
    """A folder with these files."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="")
    return folder


def lists_of(out: Path) -> list[Songs]:
    """The titles and artists of each list, as the training reads them."""
    found = read_playlists(out)
    return [
        [(song.title, song.artist) for song in map(found.songs.__getitem__, found.tracks(i))]
        for i in range(len(found))
    ]


def read_here(tmp_path: Path, files: dict[str, str]) -> tuple[list[Songs], Counts]:
    """What is read from a folder of these files, where no catalogue knows anything."""
    counts = read([written(tmp_path / "in", files)], tmp_path / "out", None)
    return lists_of(tmp_path / "out"), counts


@pytest.mark.parametrize("name", PLAYLISTS)
def test_a_playlist_is_read_in_its_order(tmp_path: Path, name: str) -> None:
    """Both songs, title and artist told apart, in the order of the list; the form is named in the counts."""
    text, form = PLAYLISTS[name]
    lists, counts = read_here(tmp_path, {name: text})
    assert lists[0][:2] == BOTH
    assert counts.files[0].form == form
    assert (counts.files[0].file, counts.lists) == (f"in/{name}", len(lists))


@pytest.mark.parametrize("name", HISTORIES)
def test_what_was_listened_to_is_a_list_for_each_sitting(tmp_path: Path, name: str) -> None:
    """An evening and the next morning are two lists, each in the order of time, whatever the file's order."""
    text, form = HISTORIES[name]
    lists, counts = read_here(tmp_path, {name: text})
    assert lists[0] == BOTH
    assert [title.casefold().partition(" (")[0] for title, _ in lists[1]] == ["take on me", "waterloo"]
    assert (len(lists), counts.files[0].form) == (2, form)
    kinds = pq.read_table(tmp_path / "out" / "playlists.parquet").to_pylist()
    assert [(each["kind"], each["name"]) for each in kinds] == [("sitting", None)] * 2


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_renamed_file_is_what_it_is(name: str, ending: str) -> None:
    """The name says nothing: an export of one service under the name of another's is read as what it is."""
    text, form = EVERY[name]
    found = recognised(text.encode(), f"Playlist1{ending}")
    assert found.form == form
    assert found.lists or found.plays


@pytest.mark.parametrize("name", EVERY)
def test_no_file_says_who(tmp_path: Path, name: str) -> None:
    """Neither owners, nor user names, nor addresses, nor descriptions stand in the raw bytes; titles do."""
    text, _ = EVERY[name]
    read_here(tmp_path, {name: text})
    raw = b"".join(path.read_bytes() for path in (tmp_path / "out").iterdir())
    assert b"Waterloo" in raw
    assert PERSON.encode() not in raw
    assert b"203.0.113" not in raw


@pytest.mark.parametrize(
    ("name", "called"),
    [("road_trip.csv", ["road trip"]), ("My Spotify Library.csv", ["Road, trip", "Videos"])]
    + [
        (name, ["Road trip"])
        for name in ("Playlist1.json", "Library.xml", "list.xspf", "list.jspf", "list.m3u8")
    ]
    + [("rekordbox.xml", ["Road trip", "By place"]), ("list.pls", ["list"]), ("list.txt", ["list"])],
)
def test_a_list_keeps_its_own_name(tmp_path: Path, name: str, called: list[str]) -> None:
    """The name is what the file says, else what the file is called; training learns from its words."""
    read_here(tmp_path, {name: PLAYLISTS[name][0]})
    rows = pq.read_table(tmp_path / "out" / "playlists.parquet").to_pylist()
    assert [row["name"] for row in rows] == called
    assert {row["licence"] for row in rows} == {"own"}


def test_the_facts_of_a_song_are_kept(tmp_path: Path) -> None:
    """Album, year, length and Spotify's id are written where the file has them."""
    read_here(tmp_path, {"road_trip.csv": forms.EXPORTIFY})
    first = pq.read_table(tmp_path / "out" / "tracks.parquet").to_pylist()[0]
    assert first.pop("track_id").startswith("typed:")
    assert first == {
        "title": "Waterloo",
        "artist": "ABBA",
        "album": "Waterloo",
        "year": 1974,
        "duration_ms": 168_000,
        "spotify_id": forms.IDS[0],
    }


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("My Spotify Library.csv", {"rows of artists and albums": 1}),
        ("Playlist1.json", {"podcasts, books and films": 1, "lists of fewer than two songs": 1}),
        ("Library.xml", {"whole libraries, which are no lists": 2, "films, podcasts and books": 1}),
        ("rekordbox.xml", {"without a title": 1}),
        ("StreamingHistory_music_0.json", {"songs skipped within 30 s": 1}),
        (
            "Streaming_History_Audio_2023_0.json",
            {"podcasts, books and films": 1, "songs of private sessions": 1},
        ),
        (f"recenttracks-{PERSON}.json", {"songs that were only just playing": 1}),
        ("watch-history.json", {"videos that are no music": 2, "without a title": 1}),
    ],
)
def test_what_is_left_out_is_counted(tmp_path: Path, name: str, left: dict[str, int]) -> None:
    """Podcasts, skipped songs, private sessions, whole libraries: each is counted with its reason."""
    _, counts = read_here(tmp_path, {name: EVERY[name][0]})
    assert counts.files[0].left == left


def test_podcasts_in_a_playlist_are_no_songs() -> None:
    """Exportify writes them as it writes songs, but for the link."""
    link = f"spotify:episode:{forms.IDS[0]}"
    row = f'"{link}","Talk","","{PERSON}","","3600000","0","false","","","","","",""\r\n'
    found = recognised((forms.EXPORTIFY + row).encode(), "x")
    assert [song.title for song in found.lists[0].songs] == [title for title, _ in BOTH]
    assert found.left == {"podcasts, books and films": 1}


def test_a_file_of_ones_own_on_spotify_is_a_song(tmp_path: Path) -> None:
    """What somebody put into a playlist from their disk has title and artist in its address."""
    lists, _ = read_here(tmp_path, {"Playlist1.json": json.dumps(forms.SPOTIFY_PLAYLISTS)})
    assert lists[0][2] == ("Our Demo", "The Neighbours")


# --- Takeout


TAKEOUT = {
    "Takeout/YouTube and YouTube Music/history/watch-history.json": json.dumps(forms.YOUTUBE_HISTORY),
    "Takeout/YouTube and YouTube Music/playlists/Road trip-videos.csv": forms.YOUTUBE_PLAYLIST,
}


def test_a_playlist_of_videos_is_named_by_the_history_beside_it(tmp_path: Path) -> None:
    """Its file has ids alone; what no file beside names as music is left out and counted."""
    lists, counts = read_here(tmp_path, TAKEOUT)
    assert lists[-3] == BOTH or lists[0] == BOTH
    playlist = next(each for each in counts.files if each.form == "YouTube playlist")
    assert (playlist.lists, playlist.songs) == (1, 2)
    assert playlist.left == {"videos that no file beside names as music": 1}
    rows = pq.read_table(tmp_path / "out" / "playlists.parquet").to_pylist()
    assert [row["name"] for row in rows if row["kind"] == "playlist"] == ["Road trip"]


@pytest.mark.parametrize("playlist", [forms.YOUTUBE_PLAYLIST, forms.YOUTUBE_PLAYLIST_OLD])
@pytest.mark.parametrize(
    "head",
    [
        "Video ID,Song Title,Album Title,Artist Name 1,Artist Name 2",
        "ID del video,Título de la canción,Título del álbum,Nombre del artista,x",
    ],
)
def test_a_playlist_of_videos_is_named_by_the_library_beside_it(
    tmp_path: Path, playlist: str, head: str
) -> None:
    """In the new form and the old one, in the languages that the bot knows columns in."""
    library = forms.YOUTUBE_LIBRARY.replace(forms.YOUTUBE_LIBRARY.partition("\n")[0], head)
    lists, counts = read_here(tmp_path, {"Road trip.csv": playlist, "music library songs.csv": library})
    assert lists == [BOTH]
    assert {each.form for each in counts.files} == {"YouTube playlist", "YouTube Music library"}


@pytest.mark.parametrize(
    "around",
    [
        *("Watched {}", "{} angesehen", "Has visto {}", "Vous avez regardé\xa0{}", "{} を視聴しました"),
        *("Hai guardato {}", "{} bekeken"),
    ],
)
def test_what_stands_around_a_title_is_taken_off(around: str) -> None:
    """In any language: what all titles have in common is none of them; of the last two that is learned."""
    titles = [f"{chr(65 + number)} Song {number}" for number in range(30)]
    history = [
        forms.watched(around.format(title), "Band - Topic", f"2023-11-14T22:{number:02}:00Z", f"{number:011}")
        for number, title in enumerate(titles)
    ]
    found = recognised(json.dumps(history).encode(), "x")
    assert [play.song.title for play in found.plays] == titles


def test_an_archive_is_read_as_it_came(tmp_path: Path) -> None:
    """Services send archives; nothing of them is unpacked onto the disk."""
    path = tmp_path / "in" / "takeout.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in TAKEOUT.items():
            archive.writestr(name, text)
        archive.writestr("__MACOSX/Takeout/._x.csv", b"\0\5\26\7")
    counts = read([path], tmp_path / "out", None)
    assert [each.form for each in counts.files] == ["YouTube Music history", "YouTube playlist"]
    assert {each.name for each in tmp_path.iterdir()} == {"in", "out"}


# --- what is an export


def test_a_folder_to_train_on_is_no_export(tmp_path: Path) -> None:
    """What `read` writes is read by `train` itself; a folder with exports is one, as is a file."""
    files = {"list.m3u8": forms.M3U, "notes.txt": "Milk\nBread\n"}
    read_here(tmp_path, files)
    assert is_export(tmp_path / "in")
    assert is_export(tmp_path / "in" / "list.m3u8")
    assert not is_export(tmp_path / "out")
    assert not is_export(tmp_path / "nowhere")
    (tmp_path / "in" / "list.m3u8").unlink()
    assert not is_export(tmp_path / "in")
