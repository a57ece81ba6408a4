"""Libraries of players and DJs, and playlists in XML: Apple Music, rekordbox, XSPF and its JSON twin.

- Apple Music and iTunes: "Library.xml", a property list with `Tracks` by number and `Playlists` of such
  numbers (Apple Support, "Save a copy of your playlists in Music on Mac"; the keys as libpytunes reads them).
- rekordbox: "rekordbox.xml format list" (https://cdn.rekordbox.com/files/20200410160904/xml_format_list.pdf).
- XSPF: https://www.xspf.org/spec, version 1. JSPF: https://www.xspf.org/jspf.
"""

from __future__ import annotations

import plistlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.parsers import expat

from model_export.exports.elements import as_it_is_written, heard
from model_export.exports.found import Found, LeftOut, Named, NamedList
from model_export.exports.understanding import song

Json = Mapping[str, Any]

ALL_OF_IT = "whole libraries, which are no lists"
FOLDERS = "folders, whose lists are read by themselves"
NO_SONGS = "films, podcasts and books"
NAMELESS = "without a title"


# --- Apple


def read_apple(data: bytes) -> Found:
    """The playlists of Apple Music's and iTunes' "Library.xml", or of one playlist exported as XML.

    Raises:
        LeftOut: it is broken, cut off, or another property list.
    """
    library = as_it_is_written(data, _property_list)
    if not isinstance(library, dict) or not isinstance(library.get("Tracks"), dict):
        raise LeftOut("a property list without songs")
    found = Found("Apple Music XML", "apple")
    tracks = library["Tracks"]
    playlists = library.get("Playlists")
    for playlist in playlists if isinstance(playlists, list) else []:
        if not isinstance(playlist, dict):
            continue
        if playlist.get("Master") or playlist.get("Distinguished Kind"):
            found.left[ALL_OF_IT] += 1
        elif playlist.get("Folder"):
            found.left[FOLDERS] += 1
        else:
            songs = list(_of_apple(playlist.get("Playlist Items"), tracks, found))
            found.lists.append(NamedList(songs, _text(playlist, "Name") or None))
    return found


def _property_list(data: bytes, encoding: str | None) -> object:
    try:
        return plistlib.loads(_named_so(data) if encoding else data, fmt=plistlib.FMT_XML)
    except expat.ExpatError:
        raise
    except plistlib.InvalidFileException as error:
        raise LeftOut("declares XML entities, which no export needs and which can be a trap") from error
    except Exception as error:  # whatever stands where a number or a date must
        raise LeftOut("broken") from error


def _named_so(data: bytes) -> bytes:
    """A property list in UTF-8 without the first line that says otherwise."""
    start, end, rest = data.partition(b"?>")
    return rest if end and start.lstrip().startswith(b"<?xml") else data


def _of_apple(items: object, tracks: Json, found: Found) -> Iterator[Named]:
    for item in items if isinstance(items, list) else []:
        track = tracks.get(str(item.get("Track ID"))) if isinstance(item, dict) else None
        if not isinstance(track, dict):
            continue
        if any(track.get(kind) for kind in ("Podcast", "Movie", "TV Show", "Audiobook")):
            found.left[NO_SONGS] += 1
        elif named := song(
            _text(track, "Name"),
            _text(track, "Artist"),
            _text(track, "Album"),
            ms=_text(track, "Total Time"),
            year=_text(track, "Year"),
        ):
            yield named
        else:
            found.left[NAMELESS] += 1


def _text(told: Json, key: str) -> str:
    said = told.get(key)
    return str(said) if isinstance(said, str | int) else ""


# --- rekordbox


def read_rekordbox(data: bytes) -> Found:
    """The playlists of rekordbox' "Export Collection in xml format".

    Raises:
        LeftOut: it is broken or cut off.
    """
    library = heard(data, _Rekordbox)
    found = Found("rekordbox XML", "rekordbox")
    for name, keys in library.lists:
        songs = [each for key in keys if (each := library.tracks.get(key))]
        if missing := len(keys) - len(songs):
            found.left[NAMELESS] += missing
        found.lists.append(NamedList(songs, name or None))
    return found


class _Rekordbox:
    """A collection of tracks, and a tree of nodes: folders (Type 0) and playlists (Type 1) of keys."""

    def __init__(self) -> None:
        self.tracks: dict[tuple[str, str], Named] = {}
        self.lists: list[tuple[str, list[tuple[str, str]]]] = []
        self._of = "0"

    def begun(self, path: Sequence[str], attributes: Mapping[str, str]) -> None:
        if path[-1] == "TRACK" and path[-2:-1] == ["COLLECTION"]:
            named = song(
                attributes.get("Name", ""),
                attributes.get("Artist", ""),
                attributes.get("Album", ""),
                seconds=attributes.get("TotalTime", ""),
                year=attributes.get("Year", ""),
            )
            if named:
                for kind, key in (("0", "TrackID"), ("1", "Location")):
                    self.tracks[kind, attributes.get(key, "")] = named
        elif path[-1] == "NODE" and attributes.get("Type") == "1":
            self._of = attributes.get("KeyType", "0")
            self.lists.append((attributes.get("Name", ""), []))
        elif path[-1] == "TRACK" and path[-2:-1] == ["NODE"] and self.lists:
            self.lists[-1][1].append((self._of, attributes.get("Key", "")))

    def ended(self, path: Sequence[str], text: str) -> None:
        pass


# --- XSPF and JSPF


def read_xspf(data: bytes) -> Found:
    """The playlist of an XSPF.

    Raises:
        LeftOut: it is broken or cut off.
    """
    playlist = heard(data, _Xspf)
    found = Found("XSPF", "xspf")
    _spiff(found, playlist.name, playlist.tracks)
    return found


class _Xspf:
    """What is directly in the playlist and in its tracks; of several places the first."""

    def __init__(self) -> None:
        self.name = ""
        self.tracks: list[dict[str, str]] = []

    def begun(self, path: Sequence[str], _: Mapping[str, str]) -> None:
        if path == ["playlist", "trackList", "track"]:
            self.tracks.append({})

    def ended(self, path: Sequence[str], text: str) -> None:
        if path == ["playlist", "title"]:
            self.name = text
        elif path[:3] == ["playlist", "trackList", "track"] and len(path) == 4:
            self.tracks[-1].setdefault(path[3], text)


def read_jspf(playlist: Json) -> Found:
    """The playlist of a JSPF: what stands under its `playlist`."""
    found = Found("JSPF", "jspf")
    tracks = playlist.get("track")
    told = [
        {key: said[0] if isinstance(said, list) and said else said for key, said in track.items()}
        for track in (tracks if isinstance(tracks, list) else [])
        if isinstance(track, dict)
    ]
    _spiff(found, _text(playlist, "title"), told)
    return found


def _spiff(found: Found, name: str, tracks: Sequence[Json]) -> None:
    songs = []
    for track in tracks:
        places = [_text(track, "identifier"), _text(track, "location")]
        link = next((place for place in places if "spotify" in place), "")
        texts = [_text(track, key) for key in ("title", "creator", "album")]
        named = song(*texts, ms=_text(track, "duration"), link=link)
        if named:
            songs.append(named)
        else:
            found.left[NAMELESS] += 1
    found.lists.append(NamedList(songs, name.strip() or None))
