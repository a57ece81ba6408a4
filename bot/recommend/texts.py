"""Texts as the catalogue compares them: words without case and accents, bare titles, and keys of songs."""

from __future__ import annotations

import re
import unicodedata

from bot.party.errors import TextTooLong
from bot.party.limits import LONGEST_TEXT
from bot.party.words import Track

DASH = re.compile(r"\s+[-–—]\s+")
"""What stands between title and artist."""
_BRACKETED = re.compile(r"\s*[(\[][^)\]]*[)\]]\s*")
_ACCENTS = re.compile(r"([a-z])[\u0300-\u036f]+")  # the index drops those of Latin letters only
_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """The words of a text as the search index sees them: without case, accents and punctuation."""
    if text.isascii():
        return _WORD.findall(text.lower())
    plain = _ACCENTS.sub(r"\1", unicodedata.normalize("NFKD", text.casefold()))
    return _WORD.findall(unicodedata.normalize("NFC", plain))


def visible(text: str) -> str:
    """A text without control characters and the invisible signs that hide in copied text."""
    return "".join(c for c in text if c.isspace() or unicodedata.category(c) not in {"Cc", "Cf"})


def tidy(text: str) -> str:
    """A text as people see it, on one line.

    Raises:
        TextTooLong: longer than any song's name.
    """
    text = " ".join(visible(text).split())
    if len(text) > LONGEST_TEXT:
        raise TextTooLong(LONGEST_TEXT)
    return text


def song_key(track: Track) -> str:
    """The same for every version of a song: the bare title and the main artist."""
    return key(track.title, artist_key(track))


def key(title: str, artist_key: str) -> str:
    """The key of a song by its title and its artist's key."""
    return f"{' '.join(words(bare(title)) or words(title))}\n{artist_key}"


def bare(title: str) -> str:
    """A title without what stands in brackets or behind a dash: featured guests, remasters, live takes."""
    return DASH.split(_BRACKETED.sub(" ", title))[0]


def artist_key(track: Track) -> str:
    """The same for every spelling of a main artist's name."""
    return " ".join(words(track.artist.split(",")[0]))
