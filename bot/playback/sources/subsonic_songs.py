"""What a Subsonic server says of a song, as a song of ours ("Child", opensubsonic.netlify.app)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import blake2b
from math import isfinite
from pathlib import PurePosixPath
from typing import Any

from bot.party.limits import LONGEST_TEXT
from bot.party.visible import short, visible
from bot.party.words import Track
from bot.playback.sources.kinds import FLAC, M4A, MP3, OPUS, WAV
from bot.playback.sources.subsonic_answers import listed, number, text
from bot.playback.words import Found

OGG = "audio/ogg"
KINDS = {"mp3": MP3, "m4a": M4A, "mp4": M4A, "flac": FLAC, "ogg": OGG, "oga": OGG, "opus": OPUS, "wav": WAV}
"""The MIME types of the forms that sound, by the ending of a file's name."""
OTHER_NAMES = {
    "audio/mp3": MP3,
    "audio/x-mpeg": MP3,
    "audio/m4a": M4A,
    "audio/x-m4a": M4A,
    "audio/x-flac": FLAC,
    "application/ogg": OGG,
    "audio/opus": OPUS,
    "audio/x-wav": WAV,
    "audio/wave": WAV,
    "audio/vnd.wave": WAV,
}
"""What servers call those types besides."""
NO_MUSIC = {"video", "podcast", "audiobook"}
LONGEST_REF = 200
"""An id that is longer is none that we keep."""
MOST_ARTISTS = 20
LONGEST_S = 48 * 3600
LOUDEST_DB = 51.0
"""ReplayGain's values are between this much louder and this much softer."""
LAST_YEAR = 9999


def found(child: Mapping[str, Any], known: Mapping[str, str]) -> Found | None:
    """A song, without its track where it is as known; None for what is no song that can sound.

    Args:
        child: what the server says of it.
        known: the versions of songs by their refs.
    """
    ref, kind = text(child, "id"), kind_of(child)
    if not ref or len(ref) > LONGEST_REF or not ref.isprintable() or not kind:
        return None
    if child.get("isDir") is True or child.get("isVideo") is True or text(child, "type") in NO_MUSIC:
        return None
    track, gain_db, cover = _track(child), _gain(child), bool(text(child, "coverArt"))
    if track is None:
        return None
    version = _version([track.title, track.artist, track.album, track.year, track.duration_ms, kind])
    version = _version([version, gain_db, cover, text(child, "size"), text(child, "created")])
    if known.get(ref) == version:
        return Found(ref, version, None)
    return Found(ref, version, track, kind, gain_db, cover)


def kind_of(child: Mapping[str, Any]) -> str:
    """The MIME type of a song's file; empty for a form that does not sound everywhere."""
    told = told_kind(text(child, "contentType"))
    return KINDS.get(text(child, "suffix").casefold()) or (told if told in KINDS.values() else "")


def told_kind(content_type: str) -> str:
    """A server's MIME type, as we call it."""
    told = content_type.partition(";")[0].strip().casefold()
    return OTHER_NAMES.get(told, told)


def _track(child: Mapping[str, Any]) -> Track | None:
    title = _line(text(child, "title")) or _line(PurePosixPath(text(child, "path")).stem)
    if not title:
        return None
    seconds, year = number(child, "duration") or 0, number(child, "year") or 0
    return Track(
        title,
        _artists(child),
        album=_line(text(child, "album")) or None,
        year=year if 0 < year <= LAST_YEAR else None,
        duration_ms=1000 * seconds if 0 < seconds <= LONGEST_S else None,
    )


def _artists(child: Mapping[str, Any]) -> str:
    """All artists: OpenSubsonic lists them, before it there was one text for all."""
    names = [_line(text(each, "name")) for each in listed(child, "artists")[:MOST_ARTISTS]]
    together = ", ".join(dict.fromkeys(filter(None, names)))
    return short(together, LONGEST_TEXT) or _line(text(child, "artist") or text(child, "displayArtist"))


def _gain(child: Mapping[str, Any]) -> float | None:
    """How much louder it should sound, in dB: the song's own gain, or else its album's."""
    told = child.get("replayGain")
    if not isinstance(told, dict):
        return None
    for value in (told.get("trackGain"), told.get("albumGain")):
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        if isfinite(value) and 0 < abs(value) <= LOUDEST_DB:
            return float(value)
    return None


def _line(told: str) -> str:
    return short(visible(told[: 4 * LONGEST_TEXT]), LONGEST_TEXT)


def _version(facts: list[Any]) -> str:
    return blake2b(json.dumps(facts).encode(), digest_size=9).hexdigest()
