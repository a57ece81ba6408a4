"""The catalogue's songs as people name them, and when two names mean the same song."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FAMOUS = 0.2
"""Songs of more popularity are ones that most people know."""
LONGEST_TITLE, LONGEST_ARTIST = 60, 40
_BRACKETED = re.compile(r"\s*[(\[][^)\]]*[)\]]")
_DASH = re.compile(r"\s+[-–—]\s+")
_GUESTS = re.compile(r"\s(?:feat\.?|ft\.?|featuring)\s.*$", re.IGNORECASE)
_REMIX = re.compile(r"(?<=\w)\s+remix\s*$", re.IGNORECASE)
_PART = re.compile(r"\bpart\b", re.IGNORECASE)
_BETWEEN_NAMES = re.compile(r",|\||\s(?:feat\.?|ft\.?|featuring)\s", re.IGNORECASE)
_AND = re.compile(r"\band\b|[&+]", re.IGNORECASE)
_COMMA_NAMES = (
    "Tyler, The Creator",
    "Earth, Wind & Fire",
    "Crosby, Stills, Nash & Young",
    "Crosby, Stills & Nash",
    "Blood, Sweat & Tears",
    "Emerson, Lake & Palmer",
    "Peter, Paul & Mary",
)
_NOT_ASKED_FOR = re.compile(
    r"karaoke|tribute|originally performed|various artists|unknown artist", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Song:
    """A song as people name it."""

    idx: int
    title: str  # without remasters and guests
    artist: str  # the main one
    guests: tuple[str, ...]
    album: str
    year: int | None
    duration_ms: int | None
    popularity: float
    asked_for: bool = True  # no karaoke, and not of a name that nobody would type

    @property
    def artists(self) -> str:
        """All who are credited."""
        return ", ".join([self.artist, *self.guests])

    @property
    def famous(self) -> bool:
        """Whether most people know it."""
        return self.popularity > FAMOUS

    @property
    def latin(self) -> bool:
        """Whether title and artist are written in Latin letters."""
        return not any(
            c.isalpha() and not unicodedata.name(c, "LATIN").startswith("LATIN")
            for c in self.title + self.artist
        )


def read(catalogue: Path) -> list[Song]:
    """All songs, the most popular first."""
    address = f"{catalogue.resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        rows = connection.execute(
            "SELECT idx, title, artist, album, year, duration_ms, popularity FROM tracks ORDER BY idx"
        ).fetchall()
    return [_song(*row) for row in rows]


def _song(
    idx: int,
    title: str,
    artists: str,
    album: str | None,
    year: int | None,
    duration_ms: int | None,
    popularity: float,
) -> Song:
    short, (main, *guests) = said(title), credited(artists)
    asked_for = (
        bool(fold(short) and fold(main))
        and len(short) <= LONGEST_TITLE
        and len(main) <= LONGEST_ARTIST
        and not _NOT_ASKED_FOR.search(f"{title} {artists} {album}")
    )
    return Song(idx, short, main, tuple(guests), album or "", year, duration_ms, popularity, asked_for)


def credited(artists: str) -> list[str]:
    """The names of those who made a song, the main artist's first."""
    for name in _COMMA_NAMES:
        if artists.casefold().startswith(name.casefold()):
            others = artists[len(name) :].strip(", ")
            return [artists[: len(name)], *(credited(others) if others else [])]
    return [name for each in _BETWEEN_NAMES.split(artists) if (name := each.strip())] or [artists]


def said(title: str) -> str:
    """A title as people say it: what stands in brackets at its start belongs to it, behind it seldom."""
    short = _DASH.split(title)[0].strip()
    while (shorter := re.sub(r"\s*[(\[][^()\[\]]*[)\]]\s*$", "", short)) != short and shorter:
        short = shorter
    named = re.sub(r"\s[(\[](?:feat|ft|with)\b[^)\]]*[)\]]", "", short, flags=re.IGNORECASE)
    return _GUESTS.sub("", named) or title


@lru_cache(maxsize=400_000)
def fold(text: str) -> str:
    """A text without case, accents, spaces and punctuation."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if c.isalnum())


@lru_cache(maxsize=400_000)
def words(text: str) -> frozenset[str]:
    """The words of a text, folded."""
    return frozenset(fold(word) for word in re.findall(r"[^\s\-–—/&,.:;()]+", text)) - {""}


@lru_cache(maxsize=400_000)
def bare(title: str) -> str:
    """A title without guests, remixes and what stands in brackets or behind a dash, folded."""
    short = _GUESTS.sub("", _DASH.split(_BRACKETED.sub(" ", title))[0])
    return fold(_PART.sub("pt", _REMIX.sub("", short))) or fold(title)


def same(title: str, artist: str, found_title: str, found_artists: str) -> bool:
    """Whether a song found is the one meant, in any version."""
    return bare(title) == bare(found_title) and shared(artist, found_artists)


def shared(artists: str, others: str) -> bool:
    """Whether the main artist of one song is credited in the other."""
    return _credits(artists, others) or _credits(others, artists)


def _credits(main_of: str, artists: str) -> bool:
    return _name(credited(main_of)[0]) in map(_name, credited(artists))


@lru_cache(maxsize=400_000)
def _name(artist: str) -> str:
    return fold(_AND.sub(" ", artist)) or fold(artist)


def titles(songs: Iterable[Song]) -> dict[str, Song]:
    """The most famous song of every bare title; the songs stand in that order."""
    first: dict[str, Song] = {}
    for song in songs:
        first.setdefault(bare(song.title), song)
    return first
