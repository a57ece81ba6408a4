"""JSON: JSPF, Spotify's account data and its Web API, and lists by hand."""

from __future__ import annotations

import json

import pytest

from bot.lists.reading import read_list
from bot.party.errors import EmptyList, NotAList
from bot.party.words import Wanted

ID = "003vvx7Niy0yvhvHt4a68B"
URI = f"spotify:track:{ID}"
WATERLOO = Wanted("Waterloo - ABBA", "Waterloo", "ABBA", "Waterloo", spotify_id=ID)


def read(value: object) -> list[Wanted]:
    """The songs of a value as JSON."""
    return list(read_list(json.dumps(value)))


def test_jspf() -> None:
    """The playlist has a title and a creator, too, and is no song."""
    track = {
        "title": "Waterloo",
        "creator": "ABBA",
        "album": "Waterloo",
        "duration": 9_500,
        "identifier": [URI],
    }
    playlist = {
        "title": "Friday",
        "creator": "Anna",
        "date": "2026-01-01",
        "track": [track, {"title": "Africa"}],
    }
    first, second = read({"playlist": playlist})
    assert first == Wanted("Waterloo - ABBA", "Waterloo", "ABBA", "Waterloo", 9_500, None, ID)
    assert second == Wanted("Africa", "Africa")


def test_jspf_of_listenbrainz() -> None:
    """Identifiers of another kind, and extensions."""
    track = {
        "creator": "ABBA",
        "title": "Waterloo",
        "identifier": ["https://musicbrainz.org/recording/e8f9b188-f819-4e43-ab0f-4bd26ce9ff56"],
        "extension": {"https://musicbrainz.org/doc/jspf#track": {"added_by": "anna", "title": "No"}},
    }
    assert read({"playlist": {"title": "x", "creator": "anna", "track": [track]}}) == [
        Wanted("Waterloo - ABBA", "Waterloo", "ABBA")
    ]


def test_spotify_playlists() -> None:
    """Episodes are no songs."""
    track = {"trackName": "Waterloo", "artistName": "ABBA", "albumName": "Waterloo", "trackUri": URI}
    episode = {"episodeName": "Talk", "showName": "Show", "episodeUri": "spotify:episode:1"}
    items = [
        {"track": track, "episode": None, "localTrack": None, "addedDate": "2024-01-01"},
        {"track": None, "episode": episode, "localTrack": None, "addedDate": "2024-01-01"},
    ]
    playlist = {"name": "Friday", "lastModifiedDate": "2024-01-01", "items": items, "numberOfFollowers": 0}
    assert read({"playlists": [playlist]}) == [WATERLOO]


def test_spotify_library_and_history() -> None:
    """What was listened to says how long, which is no length of a song; artists and shows are no songs."""
    library = {
        "tracks": [{"artist": "ABBA", "album": "Waterloo", "track": "Waterloo", "uri": URI}],
        "shows": [{"name": "Show", "publisher": "x", "uri": "spotify:show:1"}],
        "artists": [{"name": "ABBA", "uri": "spotify:artist:1"}],
    }
    assert read(library) == [WATERLOO]
    plain = {"endTime": "2024-01-01 10:00", "artistName": "ABBA", "trackName": "Waterloo", "msPlayed": 9_500}
    assert read([plain]) == [Wanted("Waterloo - ABBA", "Waterloo", "ABBA")]
    extended = {
        "ts": "2019-05-06T14:01:07Z",
        "ms_played": 1_000,
        "master_metadata_track_name": "Waterloo",
        "master_metadata_album_artist_name": "ABBA",
        "master_metadata_album_album_name": "Waterloo",
        "spotify_track_uri": URI,
        "episode_name": None,
    }
    assert read([extended, {**extended, "master_metadata_track_name": None}]) == [WATERLOO]


def test_spotify_web_api() -> None:
    """Artists are objects there, and the album is one."""
    track = {
        "name": "Under Pressure",
        "artists": [{"name": "Queen"}, {"name": "David Bowie"}],
        "album": {"name": "Hot Space", "images": []},
        "duration_ms": 248_000,
        "uri": URI,
    }
    assert read({"name": "Friday", "tracks": {"items": [{"track": track}]}}) == [
        Wanted(
            "Under Pressure - Queen, David Bowie",
            "Under Pressure",
            "Queen, David Bowie",
            "Hot Space",
            248_000,
            None,
            ID,
        )
    ]


def test_texts_are_lines() -> None:
    """As people write them into a list."""
    assert read(["1. ABBA - Waterloo", "2. Toto - Africa"]) == [
        Wanted("ABBA - Waterloo"),
        Wanted("Toto - Africa"),
    ]


def test_escapes_hide_nothing() -> None:
    """Half a surrogate pair and a control character can be written in JSON."""
    (line,) = read_list('[{"title": "Water\\ud800\\u0000loo", "artist": "AB\\u0007BA"}]')
    assert line.text == "Waterloo - ABBA"


@pytest.mark.parametrize("text", ['{"playlist": {"track": [', '{"a":' * 200_000, "[[" * 100_000, '{"a": 01}'])
def test_broken_and_deep_json_is_no_list(text: str) -> None:
    """It is not read as lines either."""
    with pytest.raises(NotAList):
        read_list(text)


@pytest.mark.parametrize(
    "text", ["{}", "[]", '[{"a": 1}]', '[{"title": null, "artist": NaN, "year": 5e999, "duration": "x"}, 1]']
)
def test_json_without_songs(text: str) -> None:
    """Whatever values there are, none breaks the reader."""
    with pytest.raises(EmptyList):
        read_list(text)
