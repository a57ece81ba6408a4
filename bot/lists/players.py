"""Lists that players keep: M3U and M3U8, with what VirtualDJ adds to them, and PLS."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from bot.lists.cells import Unit, duration_ms
from bot.lists.lines import named, spotify_id, tidy
from bot.lists.paths import from_artist_and_title, from_path, is_path, is_sound, stem
from bot.party.errors import NotAList
from bot.party.words import Wanted

_EXTENDED = re.compile(r"^[ \t]{0,8}#(?:EXTM3U|EXTINF:|EXTVDJ:)", re.IGNORECASE | re.MULTILINE)
_STREAM = re.compile(r"^#EXT-X-", re.MULTILINE)
_INFO = re.compile(r'(-?\d+(?:\.\d+)?)?((?:\s+[\w-]+=(?:"[^"]*"|[^\s,"]*))*)\s*,\s*(.*)')
_FIELD = re.compile(r"<(artist|title|remix|songlength)>([^<]*)</\1>")
_PLS = re.compile(r"\s*\[playlist\]\s*(?:\n|$)", re.IGNORECASE)
_PLS_FIELD = re.compile(r"\s*(file|title|length)(\d{1,6})\s*=(.*)", re.IGNORECASE)
_LONGEST_LINE = 4096


def read_m3u(text: str, name: str) -> Iterable[Wanted] | None:
    """The songs of an M3U, or None for a text that is none.

    Raises:
        NotAList: a stream's M3U, which names pieces of one recording.
    """
    called_so = name.casefold().endswith((".m3u", ".m3u8"))
    if not (_EXTENDED.search(text) or _only_paths(text, is_path if called_so else is_sound)):
        return None
    if _STREAM.search(text):
        raise NotAList
    return _m3u(text)


def _only_paths(text: str, is_one: Callable[[str], bool]) -> bool:
    lines = [line for line in map(str.strip, text.split("\n")) if line and not line.startswith("#")]
    return bool(lines) and all(map(is_one, lines))


def _m3u(text: str) -> Iterator[Wanted]:
    """What is said of a song stands above its path; a song without a path is one too."""
    told: dict[str, str] = {}
    for line in (line.strip()[:_LONGEST_LINE] for line in text.split("\n")):
        key, colon, value = line.partition(":")
        key = key.upper()
        if key in {"#EXTINF", "#EXTVDJ"} and colon:
            if told.get(key):  # the one before had no path
                yield from _told(told, "")
                told = {}
            told[key] = value
        elif key in {"#EXTALB", "#EXTART"}:
            told[key] = value
        elif line and not line.startswith("#"):
            yield from _told(told, line)
            told = {}
    if told:
        yield from _told(told, "")


def _told(told: Mapping[str, str], path: str) -> Iterator[Wanted]:
    song = _from_virtual_dj(told.get("#EXTVDJ", "")) or _from_info(told, path)
    song = song or (from_path(path) if path else None)
    if song is not None:
        yield replace(song, spotify_id=song.spotify_id or spotify_id(path))


def _from_virtual_dj(value: str) -> Wanted | None:
    fields = {name: html.unescape(said) for name, said in _FIELD.findall(value)}
    title, remix = fields.get("title", ""), fields.get("remix", "")
    length = duration_ms(fields.get("songlength", ""), Unit.SECONDS)
    title = f"{title} ({remix})" if title and remix else title
    return named(title, fields.get("artist", ""), duration_ms=length)


def _from_info(told: Mapping[str, str], path: str) -> Wanted | None:
    """The song of "230,ABBA - Waterloo"; iTunes has the title first, and names the file after it."""
    found = _INFO.fullmatch(told.get("#EXTINF", ""))
    if found is None or not found[3].strip():
        return None
    artist = tidy(told.get("#EXTART", ""))
    song = named(found[3], artist) if artist else from_artist_and_title(found[3])
    if song is None:
        return None
    title, by, album = song.title, song.artist, told.get("#EXTALB", "")
    if by and not artist and stem(path).casefold() == by.casefold():
        title, by = by, title
    length = duration_ms(found[1] or "", Unit.SECONDS)
    return named(title, by, album=album, duration_ms=length)


def read_pls(text: str, _name: str) -> Iterable[Wanted] | None:
    """The songs of a PLS in the order of their numbers, or None for a text that is none."""
    if not _PLS.match(text):
        return None
    entries: dict[int, dict[str, str]] = {}
    for line in text.split("\n"):
        if found := _PLS_FIELD.fullmatch(line[:_LONGEST_LINE]):
            entries.setdefault(int(found[2]), {})[found[1].casefold()] = found[3].strip()
    return _pls(entries)


def _pls(entries: Mapping[int, Mapping[str, str]]) -> Iterator[Wanted]:
    for _, entry in sorted(entries.items()):
        title, path = entry.get("title", ""), entry.get("file", "")
        song = from_artist_and_title(title) if title else from_path(path) if path else None
        if song is not None:
            length = duration_ms(entry.get("length", ""), Unit.SECONDS)
            yield replace(song, duration_ms=length, spotify_id=song.spotify_id or spotify_id(path))
