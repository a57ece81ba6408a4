"""XSPF, with and without its namespace."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from xml.parsers import expat

from bot.lists.cells import Unit, duration_ms, year
from bot.lists.lines import named, spotify_id
from bot.lists.paths import from_path
from bot.party.errors import NotAList, TooManyLines
from bot.party.limits import MOST_IMPORTED
from bot.party.words import Wanted

_XML = re.compile(r"\s*<(?:\?xml|!--|!doctype|html|(?:\w{1,40}:)?playlist[\s>])", re.IGNORECASE)
_TRACK = ["playlist", "tracklist", "track"]


def read_xspf(text: str, _name: str) -> Iterable[Wanted] | None:
    """The songs of an XSPF, or None for a text that is no XML.

    Raises:
        NotAList: XML of another kind, broken, or with a DOCTYPE: XSPF has none, and entities can be a trap.
        TooManyLines: more than `MOST_IMPORTED` songs.
    """
    if not _XML.match(text):
        return None
    reader = _Reader()
    try:
        reader.parser.Parse(text.lstrip(), True)
    except expat.ExpatError as broken:
        raise NotAList from broken
    if not reader.is_playlist:
        raise NotAList
    return _songs(reader.tracks)


def _songs(tracks: Sequence[Mapping[str, Sequence[str]]]) -> Iterator[Wanted]:
    for track in tracks:
        told = {name: values[0] for name, values in track.items()}
        places = [*track.get("identifier", ()), *track.get("location", ())]
        song = named(
            told.get("title", ""),
            told.get("creator", ""),
            album=told.get("album", ""),
            duration_ms=duration_ms(told.get("duration", ""), Unit.MILLISECONDS),
            year=year(told.get("date", "")),
            spotify_id=next(filter(None, map(spotify_id, places)), None),
        )
        song = song or next(filter(None, map(from_path, track.get("location", ()))), None)
        if song is not None:
            yield song


class _Reader:
    """Hears a parser out and keeps what is directly in a track; nothing is built of the rest."""

    def __init__(self) -> None:
        self.tracks: list[dict[str, list[str]]] = []
        self.is_playlist = False
        self._path: list[str] = []
        self._text: list[str] | None = None
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._hear

    def _refuse(self, *_: object) -> None:
        raise NotAList

    def _start(self, name: str, _: object) -> None:
        self._path.append(name.rpartition(":")[2].casefold())
        if len(self._path) == 1:
            self.is_playlist = self._path == _TRACK[:1]
        elif len(self._path) == 3 and self._path == _TRACK:
            if len(self.tracks) == MOST_IMPORTED:
                raise TooManyLines(MOST_IMPORTED)
            self.tracks.append({})
        self._text = [] if len(self._path) == 4 and self._path[:3] == _TRACK else None

    def _hear(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _end(self, _: str) -> None:
        name = self._path.pop()
        if self._text is not None:
            self.tracks[-1].setdefault(name, []).append("".join(self._text))
        self._text = None
