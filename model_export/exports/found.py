"""What is found in a file: lists of songs, songs that were played at some time, and what is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field


class LeftOut(Exception):
    """A file names no songs, or cannot be read; the text says which, in a few words."""


@dataclass(frozen=True, slots=True)
class Named:
    """A song as a file names it: title and artist apart, or a line as somebody typed it."""

    title: str = ""
    artist: str = ""
    album: str | None = None
    year: int | None = None
    duration_ms: int | None = None
    spotify_id: str | None = None
    line: str = ""
    video: str = ""  # a video's id on YouTube, of a list that has no titles: another file names it


@dataclass(frozen=True, slots=True)
class Play:
    """A song that was listened to."""

    at_s: float  # since 1970 UTC
    song: Named


@dataclass(frozen=True, slots=True)
class NamedList:
    """A list as a file has it."""

    songs: Sequence[Named]
    name: str | None = None


@dataclass(slots=True)
class Found:
    """What is in a file.

    Args:
        form: what people call such a file.
        source: the same in a word, for the table of playlists.
    """

    form: str
    source: str
    lists: list[NamedList] = field(default_factory=list)
    plays: list[Play] = field(default_factory=list)
    videos: dict[str, Named] = field(default_factory=dict)  # the songs of videos, by the videos' ids
    left: Counter[str] = field(default_factory=Counter)  # what is left out, by the reason
