"""What Spotify sends who asks for a copy of their data.

- `Playlist1.json` and so on, `YourLibrary.json`, and a year of `StreamingHistory_music_0.json` (formerly
  `StreamingHistory0.json`): https://support.spotify.com/article/understanding-my-data, "Account data".
- `Streaming_History_Audio_2019-2020_1.json` (formerly `endsong_0.json`): the same page, "Extended streaming
  history", whose fields `ReadMeFirst_ExtendedStreamingHistory.pdf` describes.

User names, addresses, devices and countries stand beside the songs; they are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus

from model_export.exports.found import Found, Named, NamedList, Play
from model_export.exports.libraries import NAMELESS
from model_export.exports.understanding import song

Json = Mapping[str, Any]

HEARD_MS = 30_000
"""A song that was listened to for less was skipped; Spotify, too, counts a stream from here on."""
SKIPPED = "songs skipped within 30 s"
EPISODES = "podcasts, books and films"
PRIVATE = "songs of private sessions"
_EXTENDED = (
    "master_metadata_track_name",
    "master_metadata_album_artist_name",
    "master_metadata_album_album_name",
    "spotify_track_uri",
)


def read_playlists(playlists: Sequence[object]) -> Found:
    """The playlists of an account: what stands under `playlists`."""
    found = Found("Spotify playlists", "spotify")
    for playlist in playlists:
        if isinstance(playlist, dict) and isinstance(playlist.get("items"), list):
            songs = list(_items(playlist["items"], found))
            found.lists.append(NamedList(songs, text(playlist, "name") or None))
    return found


def _items(items: Sequence[object], found: Found) -> Iterator[Named]:
    for item in items:
        told = item if isinstance(item, dict) else {}
        if isinstance(told.get("track"), dict):
            named = _song(told["track"], "trackName", "artistName", "albumName", "trackUri")
        elif isinstance(told.get("localTrack"), dict):
            named = _local(text(told["localTrack"], "uri"))
        else:
            found.left[EPISODES] += 1
            continue
        if named:
            yield named
        else:
            found.left[NAMELESS] += 1


def _local(uri: str) -> Named | None:
    """The song of a file of one's own: spotify:local:ARTIST:ALBUM:TITLE:SECONDS, each as in an address."""
    parts = [unquote_plus(part) for part in uri.split(":")[2:]]
    return song(parts[2], parts[0], parts[1], seconds=parts[3]) if len(parts) == 4 else None


def read_library(tracks: Sequence[object]) -> Found:
    """The songs that somebody likes: what stands under `tracks` in `YourLibrary.json`."""
    found = Found("Spotify liked songs", "spotify")
    songs = [_song(each, "track", "artist", "album", "uri") for each in tracks if isinstance(each, dict)]
    found.lists.append(NamedList([each for each in songs if each]))
    return found


def read_year(plays: Sequence[object]) -> Found:
    """What was listened to in the last year."""
    found = Found("Spotify history", "spotify_history")
    for play in plays:
        if isinstance(play, dict):
            named = song(text(play, "trackName"), text(play, "artistName"))
            _note(found, named, time(text(play, "endTime")), play.get("msPlayed"))
    return found


def read_extended(plays: Sequence[object]) -> Found:
    """What was listened to since the account began, but for private sessions."""
    found = Found("Spotify extended history", "spotify_history")
    for play in plays:
        if not isinstance(play, dict):
            continue
        if play.get("incognito_mode") is True:
            found.left[PRIVATE] += 1
        elif not text(play, "master_metadata_track_name"):
            found.left[EPISODES] += 1
        else:
            named = _song(play, *_EXTENDED)
            _note(found, named, time(text(play, "ts")), play.get("ms_played"))
    return found


def _song(told: Json, title: str, artist: str, album: str, link: str) -> Named | None:
    return song(text(told, title), text(told, artist), text(told, album), link=text(told, link))


def _note(found: Found, named: Named | None, at_s: float | None, heard_ms: object) -> None:
    if isinstance(heard_ms, int) and heard_ms < HEARD_MS:
        found.left[SKIPPED] += 1
    elif named is None or at_s is None:
        found.left[NAMELESS] += 1
    else:
        found.plays.append(Play(at_s, named))


def text(told: Json, key: str) -> str:
    """A text or number under a key, as text; nothing where something else stands there."""
    said = told.get(key)
    return str(said) if isinstance(said, str | int) and not isinstance(said, bool) else ""


def time(said: str) -> float | None:
    """The instant of 2020-05-01 20:15 or 2020-05-01T20:15:00Z in s since 1970; UTC if nothing is said."""
    try:
        found = datetime.fromisoformat(said.strip())
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
