"""A party as a file, in the forms that spreadsheets, players and other services read.

What a text loses on the way is said at each form. In all of them half a surrogate pair, which is no
character, becomes a question mark or is dropped.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from xml.etree import ElementTree

from bot.party.links import Kind, Link
from bot.party.words import Entry, Track

COLUMNS = (
    *("title", "artist", "album", "year", "duration_s", "added_by", "state", "ups", "downs", "started"),
    "link",
)
"""The head of the CSV."""
XSPF_NAMESPACE = "http://xspf.org/ns/0/"

LONGEST_STEM_BYTES = 200
"""File systems take 255 bytes for a name; this leaves room for what a browser or a player appends."""

LONGEST_CELL = 1_000
"""The longest text of a table's cell, in characters."""

_FORMULA = re.compile(r"""^(?=["\s]*[=+\-@＝＋－＠]|[\t\r\n])|(?<=[,;\t\r\n])(?=["\s]*[=+\-@＝＋－＠])""")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


class Form(StrEnum):
    """What kind of file a party is written as."""

    CSV = "csv"  # a table, for spreadsheets
    M3U = "m3u"  # a list, for players
    XSPF = "xspf"  # a list with albums and notes, for players
    JSPF = "jspf"  # the same, for programs


def exported(songs: Sequence[Entry], form: Form, title: str) -> bytes:
    """The songs as one file, in their order.

    Args:
        songs: any entries of a party.
        form: what to write.
        title: the playlist's name; a CSV has no place for it.
    """
    return _WRITERS[form](songs, title)


def filename(title: str, form: Form) -> str:
    """A name that every file system takes for a file of this form, such as "Friday night.csv"."""
    extension = "m3u8" if form is Form.M3U else form.value
    return f"{_stem(title) or 'party'}.{extension}"


def _csv(songs: Sequence[Entry], _title: str) -> bytes:
    """RFC 4180 in UTF-8, behind the byte order mark by which Excel knows it.

    A text that a spreadsheet could take for a formula gets an apostrophe before it, at its start and, as
    spreadsheets differ in what separates cells, after a separator within it (OWASP, "CSV Injection"): the
    one change that a title may show. Lengths are whole seconds, instants ISO 8601 in UTC.
    """
    table = io.StringIO(newline="")
    writer = csv.writer(table, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(COLUMNS)
    writer.writerows(_row(song) for song in songs)
    return _utf8(table.getvalue(), "utf-8-sig")


def _row(song: Entry) -> list[str | int]:
    track = song.track
    return [
        _harmless(track.title),
        _harmless(track.artist),
        _harmless(track.album or ""),
        "" if track.year is None else track.year,
        "" if track.duration_ms is None else _seconds(track.duration_ms),
        _harmless(_adder(song)),
        song.state.value,
        song.ups,
        song.downs,
        "" if song.started_ms is None else _instant(song.started_ms),
        _link(track) or "",
    ]


def _harmless(text: str) -> str:
    return _FORMULA.sub("'", text[:LONGEST_CELL])


def _m3u(songs: Sequence[Entry], title: str) -> bytes:
    """Extended M3U in UTF-8 without a byte order mark, as RFC 8216, section 4.1, has it; so .m3u8.

    The format asks for a file or address after each song, and a party has neither. "Artist - Title.mp3" is
    how music collections name their files most: laid into such a folder, the list plays, and what reads
    only the #EXTINF lines loses nothing. Every text is brought to one line without control characters.
    """
    lines = ["#EXTM3U", f"#PLAYLIST:{_line(title)}"]
    for song in songs:
        track = song.track
        length = -1 if track.duration_ms is None else _seconds(track.duration_ms)
        lines += [f"#EXTINF:{length},{_line(_named(track))}", f"{_stem(_named(track)) or 'song'}.mp3"]
    return _utf8("\n".join(lines) + "\n")


def _xspf(songs: Sequence[Entry], title: str) -> bytes:
    """XSPF version 1 (xspf.org/spec); lengths are milliseconds, the note says who added a song.

    Characters that XML 1.0 has no way to write are dropped, and a parser reads a carriage return as a new
    line.
    """
    root = ElementTree.Element("playlist", {"version": "1", "xmlns": XSPF_NAMESPACE})
    ElementTree.SubElement(root, "title").text = _xml(title)
    tracks = ElementTree.SubElement(root, "trackList")
    for song in songs:
        track = ElementTree.SubElement(tracks, "track")
        for name, value in _properties(song).items():
            ElementTree.SubElement(track, name).text = _xml(str(value))
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _jspf(songs: Sequence[Entry], title: str) -> bytes:
    """JSPF, the JSON form of XSPF (xspf.org/jspf), in UTF-8: there a song has a list of identifiers."""
    tracks = []
    for song in songs:
        told: dict[str, object] = {**_properties(song)}
        if "identifier" in told:
            told["identifier"] = [told["identifier"]]
        tracks.append(told)
    playlist = {"title": title, "track": tracks}
    return _utf8(json.dumps({"playlist": playlist}, ensure_ascii=False, indent=2) + "\n")


def _properties(song: Entry) -> dict[str, str | int]:
    """What XSPF can say of a song, without what is unknown: no empty element says anything."""
    track, adder = song.track, _adder(song)
    told: dict[str, str | int | None] = {
        "identifier": _link(track),
        "title": track.title,
        "creator": track.artist,
        "album": track.album,
        "duration": None if track.duration_ms is None else max(track.duration_ms, 0),
        "annotation": f"added by {adder}" if adder else None,
    }
    return {name: value for name, value in told.items() if value not in (None, "")}


_WRITERS: Mapping[Form, Callable[[Sequence[Entry], str], bytes]] = {
    Form.CSV: _csv,
    Form.M3U: _m3u,
    Form.XSPF: _xspf,
    Form.JSPF: _jspf,
}


def _link(track: Track) -> str | None:
    """Where a song is on Spotify, if that is known."""
    return Link(Kind.TRACK, track.spotify_id).url if track.spotify_id else None


def _adder(song: Entry) -> str:
    return song.added_by.name if song.added_by else ""


def _named(track: Track) -> str:
    return f"{track.artist} - {track.title}" if track.artist else track.title


def _seconds(duration_ms: int) -> int:
    return max(round(duration_ms / 1000), 0)


def _instant(instant_ms: int) -> str:
    return datetime.fromtimestamp(instant_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _line(text: str) -> str:
    spaced = " ".join(text.split())
    return "".join(char for char in spaced if unicodedata.category(char) != "Cc")


def _stem(text: str) -> str:
    """A file's name without its extension: no path, no device, nothing invisible; empty if nothing is left.

    A leading # would make it a comment of an M3U, a leading dot hides it, a trailing one Windows drops.
    """
    seen = "".join(char for char in _line(text) if unicodedata.category(char) not in {"Cf", "Cs", "Co", "Cn"})
    short = _NOT_IN_NAMES.sub("_", seen).encode()[:LONGEST_STEM_BYTES].decode(errors="ignore")
    stem = short.lstrip(" .#").rstrip(" .")
    return f"_{stem}" if _DEVICES.fullmatch(stem) else stem


def _xml(text: str) -> str:
    return _NOT_XML.sub("", text)


def _utf8(text: str, encoding: str = "utf-8") -> bytes:
    return text.encode(encoding, "replace")
