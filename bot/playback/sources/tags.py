"""What a file of sound says of itself: title, artist, album, length, loudness, and whether it has a picture.

Nobody knows what is in a file. However large a tag or a picture is, little of it is read, and what cannot be
understood is as if it were not there: then the file's name says which song it is.
"""

from __future__ import annotations

import io
import math
import re
import struct
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, cast

from tinytag import TinyTag, TinyTagException

from bot.lists.lines import named, tidy
from bot.lists.paths import from_path
from bot.party.limits import DAY_MS
from bot.party.words import Track, Wanted
from bot.playback.sources.kinds import M4A, MP3, WAV, kind_of
from bot.playback.sources.ogg import LONGEST_COMMENT, Ogg, OggError
from bot.playback.sources.pictures import LARGEST_PICTURE, picture_kind

_AT_ONCE = 65_536
"""Of a longer piece only the beginning is read."""
_WITH_PICTURE = LARGEST_PICTURE + _AT_ONCE
"""Of what is longer still nothing is read."""
_MOST_READS = 50_000
"""A file that is read in so many pieces is none that anybody wrote."""
_LONGEST_MS = 2 * DAY_MS
_MOST_GAIN_DB = 51.0
"""What levels a song is at most so much, either way; anything else is a slip."""
R128_TO_REPLAYGAIN_DB = 5.0
"""Opus is levelled to -23 LUFS (RFC 7845, 5.2.1), ReplayGain 2.0 to -18."""
_GAIN = re.compile(r"\s*([+-]?\d{1,3}(?:[.,]\d{1,6})?)\s*(?:db)?\s*", re.IGNORECASE)
_NUMBERED = re.compile(r"[1-3]\d\s+(?=[^\W\d])")
"""A number of more than nine on an album, which a title may begin with as well."""
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d|21\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class Tagged:
    """A file of sound."""

    track: Track
    kind: str
    gain_db: float | None
    cover: bool


@dataclass(slots=True)
class _Said:
    """What the tags say, as they say it."""

    title: str = ""
    artist: str = ""
    album: str = ""
    year: str = ""
    length_s: float | None = None
    gain_db: float | None = None
    cover: bool = False
    kind: str = ""  # where the tags know it better


def read(file: BinaryIO, size: int, path: bytes) -> Tagged | None:
    """What a file is; None for one that is no sound.

    Args:
        file: it, open.
        size: how many bytes it has.
        path: what it is called, with its folders.
    """
    kind = kind_of(file)
    if kind is None:
        return None
    said = _of_ogg(file, size) if kind.startswith("audio/ogg") else _of_tags(file, size, kind)
    if said is None:
        return None
    return Tagged(_track(said, path), said.kind or kind, said.gain_db, said.cover)


def picture(file: BinaryIO, size: int) -> tuple[bytes, str] | None:
    """The picture in a file of sound, and its MIME type; None without one, or for one that is too large."""
    kind = kind_of(file)
    if kind is None:
        return None
    try:
        if kind.startswith("audio/ogg"):
            data = _picture_of_ogg(Ogg(file, size, LARGEST_PICTURE * 4 // 3 + 4 * LONGEST_COMMENT))
        else:
            tag = _parsed(_Reader(file, _WITH_PICTURE), kind, tags=True, image=True)
            data = next(_pictures(tag), b"")
    except (TinyTagException, OggError, OSError):
        return None
    kind = picture_kind(data)
    return (data, kind) if kind and len(data) <= LARGEST_PICTURE else None


def gain_of(text: str) -> float | None:
    """What ReplayGain's tag says: "-7.03 dB"."""
    found = _GAIN.fullmatch(text[:40])
    return _sane(float(found[1].replace(",", "."))) if found else None


def _sane(gain_db: float) -> float | None:
    return gain_db if math.isfinite(gain_db) and abs(gain_db) <= _MOST_GAIN_DB else None


def _of_ogg(file: BinaryIO, size: int) -> _Said | None:
    try:
        ogg = Ogg(file, size)
    except (OggError, OSError):
        return None
    said = {name: values[0] for name, values in ogg.comments.items()}
    gain_db = gain_of(said.get("replaygain_track_gain", ""))
    if gain_db is None and re.fullmatch(r"\s*-?\d{1,5}\s*", said.get("r128_track_gain", "")):
        gain_db = _sane(int(said["r128_track_gain"]) / 256 + R128_TO_REPLAYGAIN_DB)
    artists = ogg.comments.get("artist") or ogg.comments.get("albumartist") or []
    return _Said(
        said.get("title", ""),
        ", ".join(artists),
        said.get("album", ""),
        said.get("date") or said.get("year", ""),
        ogg.length_s,
        gain_db,
        ogg.has_picture,
    )


def _picture_of_ogg(ogg: Ogg) -> bytes:
    """The picture in a comment: a block of FLAC's in Base64 (RFC 9639, 8.8)."""
    for each in ogg.pictures:
        try:
            block = b64decode(each, validate=False)
            at = 8 + struct.unpack_from(">I", block, 4)[0]
            at += 4 + struct.unpack_from(">I", block, at)[0] + 16
            (length,) = struct.unpack_from(">I", block, at)
        except (Base64Error, struct.error):
            continue
        return block[at + 4 : at + 4 + length]
    return b""


class _Cut(bytes):
    """The beginning of something longer, which says how long that is."""

    whole = 0

    def __len__(self) -> int:
        return self.whole


class _Reader(io.RawIOBase):
    """A file of which long pieces are passed over, all but their beginning.

    Args:
        file: it.
        longest: so long a piece is read whole.
    """

    def __init__(self, file: BinaryIO, longest: int = _AT_ONCE) -> None:
        self._file, self._longest, self._reads = file, longest, 0

    def read(self, size: int = 0, /) -> bytes:
        """A piece of it."""
        self._reads += 1
        if self._reads > _MOST_READS:
            raise OSError("too many pieces")
        if size <= self._longest:
            return self._file.read(size)
        begin = self._file.tell()
        end = self._file.seek(0, io.SEEK_END)
        self._file.seek(begin)
        there = max(0, min(size, end - begin))
        data = _Cut(
            self._file.read(min(there, LONGEST_COMMENT)) if there <= _WITH_PICTURE else LONGEST_COMMENT
        )
        data.whole = there
        self._file.seek(begin + there)
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Goes to a place in it."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Where it is."""
        return self._file.tell()


_NAMES = {MP3: "a.mp3", WAV: "a.wav", M4A: "a.m4a", "audio/flac": "a.flac"}
"""tinytag tells by the name how to read a file."""


def _parsed(
    reader: _Reader, kind: str, *, tags: bool = False, image: bool = False, duration: bool = False
) -> TinyTag:
    reader.seek(0)
    # What reads the file is chosen by its content: the file's own name may say anything.
    return TinyTag.get(
        _NAMES[kind], file_obj=cast(BinaryIO, reader), tags=tags, image=image, duration=duration
    )


def _pictures(tag: TinyTag) -> Iterator[bytes]:
    """The pictures that browsers show, the cover first."""
    for several in tag.images.as_dict().values():
        yield from (image.data for image in several if picture_kind(image.data))


def _of_tags(file: BinaryIO, size: int, kind: str) -> _Said | None:
    said = _Said()
    try:
        tag = _parsed(_Reader(file), kind, tags=True, image=True)
    except (TinyTagException, OSError):
        pass
    else:
        said.cover = any(_pictures(tag))
        artists = [tag.artist, *tag.other.get("artist", ())]
        said.artist = ", ".join(each for each in artists if each) or tag.albumartist or ""
        said.title, said.album, said.year = tag.title or "", tag.album or "", tag.year or ""
        said.gain_db = gain_of(next(iter(tag.other.get("replaygain_track_gain", ())), ""))
    try:
        sound = _parsed(_Reader(file), kind, duration=True)
    except (TinyTagException, OSError):
        return said if kind == MP3 else None
    if not sound.samplerate:
        return None  # a film without sound, or sound that only its maker's programs play
    if kind == M4A and "alac" in (sound.mime_type or ""):
        said.kind = f'{M4A}; codecs="alac"'
    said.length_s = _length(sound, size, kind)
    return said


def _length(sound: TinyTag, size: int, kind: str) -> float | None:
    """How long it is in seconds; of a file that was cut short, what is left of it."""
    length = sound.duration
    if length and sound.bitrate and kind in {MP3, WAV}:
        there = size * 8 / 1000 / sound.bitrate
        if there < 0.95 * length:
            return there
    return length


def _track(said: _Said, path: bytes) -> Track:
    length_ms = round(said.length_s * 1000) if said.length_s else 0
    wanted = named(said.title, said.artist, album=said.album)
    if wanted is None or not wanted.artist:
        wanted = _with(wanted, _called([*map(_text, path.split(b"/"))]))
    year = _YEAR.search(said.year[:100])
    return Track(
        wanted.title,
        wanted.artist,
        album=wanted.album,
        year=int(year[1]) if year else None,
        duration_ms=length_ms if 0 < length_ms <= _LONGEST_MS else None,
    )


def _called(parts: list[str]) -> Wanted:
    """The song that a file is named after; in a folder of an album "10 Africa" is the tenth song of it."""
    *folders, name = parts
    found = from_path("/".join(parts))
    if found is not None and not found.artist and len(folders) > 1 and _NUMBERED.match(name):
        found = from_path("/".join((*folders, _NUMBERED.sub("01 ", name)))) or found
    if found is None or not found.title:
        return Wanted(name, tidy(name) or "?")
    return found


def _with(told: Wanted | None, called: Wanted) -> Wanted:
    """What the tags say, and where they do not, what the file is called."""
    if told is None:
        return called
    return replace(told, artist=told.artist or called.artist, album=told.album or called.album)


def _text(name: bytes) -> str:
    """A name as text: in UTF-8, or in Latin-1 where it is none."""
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return name.decode("latin-1")
