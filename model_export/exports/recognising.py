"""What a file is, told by its content alone: any of them may have been renamed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from model_export.exports import libraries, listens, spotify, youtube
from model_export.exports.elements import is_xml, root_of
from model_export.exports.files import LARGEST
from model_export.exports.found import Found, LeftOut, NamedList
from model_export.exports.tables import read_table
from model_export.exports.understanding import (
    lines_with_two_names,
    song,
    songs_of_player,
    songs_of_text,
    text_of,
)

_JSON = re.compile(r'\s*(?:\{\s*["}]|\[\s*[{\]"\[])')
_HTML = re.compile(rb"<!doctype html|<html", re.IGNORECASE)
_PLAYLIST = re.compile(r"^#PLAYLIST:(.+)$", re.MULTILINE)
_LIBRARY = {"tracks", "albums", "shows", "artists"}
_OTHER_JSON = "JSON of another kind"


def recognised(data: bytes, stem: str, *, alone: bool = True) -> Found:
    """The lists and listens in a file.

    Args:
        data: the file.
        stem: what it is called, without its ending: what a list without a name of its own is called.
        alone: whether somebody named the file. In a folder a text is read only if most of its lines tell two
            names apart, since other texts lie there too.

    Raises:
        LeftOut: there are none, or it is damaged.
    """
    if not data.strip(b"\0 \t\r\n"):
        raise LeftOut("empty")
    if is_xml(data):
        return _xml(data)
    text = text_of(data, LARGEST)
    if _JSON.match(text):
        return _json(text, stem)
    player = songs_of_player(text, stem)
    if player is not None:
        form, songs = player
        called = _PLAYLIST.search(text)
        return _list(Found(form, form.casefold()), songs, called[1].strip() if called else stem)
    table = read_table(text, stem)
    if table is not None:
        return table
    if not alone and not _names_songs(text):
        raise LeftOut("no list of songs")
    songs = songs_of_text(text, "")
    if not songs:
        raise LeftOut("no list of songs")
    return _list(Found("text", "text"), songs, stem)


def _list(found: Found, songs: Sequence[Any], name: str) -> Found:
    found.lists.append(NamedList(songs, " ".join(name.replace("_", " ").split()) or None))
    return found


def _names_songs(text: str) -> bool:
    lines = [line for line in text.split("\n") if line.strip()]
    return lines_with_two_names(lines) * 2 > len(lines)


_ROOTS: Mapping[str, Callable[[bytes], Found]] = {
    "plist": libraries.read_apple,
    "DJ_PLAYLISTS": libraries.read_rekordbox,
    "playlist": libraries.read_xspf,
}


def _xml(data: bytes) -> Found:
    if _HTML.search(data[:500]):
        raise LeftOut("a web page; Takeout writes JSON where you choose it for the history")
    root = root_of(data)
    if root not in _ROOTS:
        raise LeftOut("XML of another kind")
    return _ROOTS[root](data)


def _json(text: str, stem: str) -> Found:
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        if "\n" in text.strip() and isinstance(error, json.JSONDecodeError) and _is_lines(text):
            return listens.read_lines(text)
        raise LeftOut("broken or cut off JSON") from error
    if isinstance(value, dict):
        return _object(value)
    if listens.is_listen(value):
        return listens.read_listenbrainz([value])
    return _array(value, stem)


def _is_lines(text: str) -> bool:
    """Whether the first line is JSON by itself."""
    try:
        return isinstance(json.loads(text.lstrip().partition("\n")[0]), dict)
    except (ValueError, RecursionError):
        return False


def _object(value: Mapping[str, Any]) -> Found:
    if isinstance(value.get("playlists"), list):
        return spotify.read_playlists(value["playlists"])
    if isinstance(value.get("playlist"), dict):
        return libraries.read_jspf(value["playlist"])
    if isinstance(value.get("tracks"), list) and len(_LIBRARY & value.keys()) > 1:
        return spotify.read_library(value["tracks"])
    if listens.is_listen(value):
        return listens.read_listenbrainz([value])
    plays = listens.lastfm_plays(value)
    if plays is None:
        raise LeftOut(_OTHER_JSON)
    return listens.read_lastfm(plays)


def _array(values: Sequence[object], stem: str) -> Found:
    """What an array holds, as most of its first values have it."""
    first = [each for each in values[:20] if isinstance(each, dict)]

    def have(*keys: str) -> bool:
        return sum(each.keys() >= {*keys} for each in first) * 2 > len(first)

    if first and have("ts", "ms_played", "master_metadata_track_name"):
        return spotify.read_extended(values)
    if first and have("endTime", "artistName", "trackName", "msPlayed"):
        return spotify.read_year(values)
    if first and have("track_metadata"):
        return listens.read_listenbrainz(values)
    if first and have("header", "title", "time"):
        return youtube.read_history(values)
    plays = listens.lastfm_plays(values)
    if plays is not None and any("date" in each for each in plays[:20]):
        return listens.read_lastfm(plays)
    if first and have("title", "artist"):
        told = [each for each in values if isinstance(each, dict)]
        songs = [song(*(spotify.text(each, key) for key in ("title", "artist", "album"))) for each in told]
        return _list(Found("JSON list", "json"), [each for each in songs if each], stem)
    if values and all(isinstance(each, str) for each in values):
        return _list(Found("JSON list", "json"), songs_of_text("\n".join(map(str, values)), ""), stem)
    raise LeftOut(_OTHER_JSON)
