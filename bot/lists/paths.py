"""Paths and addresses of sound files, as the songs that they are named after."""

from __future__ import annotations

import re
from urllib.parse import unquote

from bot.lists.lines import named, spotify_id, tidy
from bot.party.words import Wanted

DASH = re.compile(r"(?<!\s)\s+[-–—]\s+")
"""What stands between artist and title, or between title and artist."""
_SOUND = re.compile(
    r"\.(mp3|m4a|m4b|m4p|mp4|aac|flac|alac|ogg|oga|opus|wav|wave|aiff?|wma|ape|wv|mpc|mka|webm)$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"(?:\d-\d\d\s*[-.)_]\s*|\d-\d\d\s+|0\d\s*[-.)_]?\s*|\d{1,3}(?:\s*[.)_]|\s+-)\s*|\d\d-)(?=[^\s\d])"
)
"""A song's number on its album, which may begin with that of a disc; "99 Luftballons" has none."""
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_PERCENT = re.compile(r"%[0-9a-f]{2}", re.IGNORECASE)
_LONGEST_PATH = 4096
_NOBODY = {"compilations", "various artists", "unknown artist", "va", "music", "downloads"}


def is_sound(line: str) -> bool:
    """Whether a line is the name, path or address of a sound file."""
    return bool(_SOUND.search(line[-8:]))


def is_path(line: str) -> bool:
    """Whether a line may be a path or an address of anything."""
    return is_sound(line) or "/" in line or "\\" in line


def stem(path: str) -> str:
    """A file's name without its folders, its number on the album and its ending."""
    return _bare(_parts(path)[-1])


def from_path(path: str) -> Wanted | None:
    """The song that a file is named after.

    "ABBA - Waterloo.mp3" says both. A file whose name begins with its number on an album lies in a folder of
    the album, in a folder of the artist: "ABBA/Waterloo/01 Waterloo.mp3".
    """
    path = path.strip()[:_LONGEST_PATH]
    if found := spotify_id(path):
        return named("", spotify_id=found)
    parts = _parts(path)
    bare = _bare(parts[-1])
    if DASH.search(bare):
        return from_artist_and_title(bare)
    if len(parts) > 2 and bare != _ending_off(parts[-1]) and parts[-3].casefold() not in _NOBODY:
        return named(bare, parts[-3], album=parts[-2])
    return named(bare)


def from_artist_and_title(text: str) -> Wanted | None:
    """The song of "ABBA - Waterloo"; a text without a dash is a title."""
    first, *rest = DASH.split(text, maxsplit=1)
    return named(rest[0], first) if rest and first.strip() and rest[0].strip() else named(text)


def _parts(path: str) -> list[str]:
    is_address = bool(_ADDRESS.match(path))
    if is_address:
        path = re.split(r"[?#]", path, maxsplit=1)[0]
    if _PERCENT.search(path) and (is_address or " " not in path):
        path = unquote(path, errors="ignore")
    return [part for part in re.split(r"[/\\]+", path) if part] or [""]


def _bare(file: str) -> str:
    name = _ending_off(file)
    bare = _NUMBERED.sub("", name, count=1) if _NUMBERED.match(name) else name
    return bare or name


def _ending_off(file: str) -> str:
    name = _SOUND.sub("", file.strip())
    return tidy(name if " " in name else name.replace("_", " "))
