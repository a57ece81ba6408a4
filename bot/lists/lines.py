"""A song of a list, and how what a list says of it is brought into shape."""

from __future__ import annotations

import re

from bot.party import links
from bot.party.errors import ShortLink
from bot.party.limits import LONGEST_TEXT
from bot.party.links import ID, Kind, Link
from bot.party.words import Wanted

UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
"""Control characters that are no blanks, halves of surrogate pairs, and marks of byte order."""


def named(
    title: str,
    artist: str = "",
    *,
    album: str = "",
    duration_ms: int | None = None,
    year: int | None = None,
    spotify_id: str | None = None,
) -> Wanted | None:
    """A song whose title and artist are known apart, or None if there is neither a title nor a link.

    A name longer than `LONGEST_TEXT` is cut there.
    """
    title, artist, album = (tidy(text)[:LONGEST_TEXT].rstrip() for text in (title, artist, album))
    if not title and spotify_id is None:
        return None
    text = f"{title} - {artist}" if artist else title
    if not title and spotify_id is not None:
        text, artist = Link(Kind.TRACK, spotify_id).url, ""
    if len(text) > LONGEST_TEXT:
        text = text[:LONGEST_TEXT].rstrip(" -")
    return Wanted(text, title, artist, album or None, duration_ms, year, spotify_id)


def tidy(text: str) -> str:
    """A text on one line, with single blanks and without characters that nobody can see."""
    return " ".join(UNSEEN.sub("", text).split())


def spotify_id(text: str) -> str | None:
    """The id in a link to a song, in its URI, or by itself."""
    text = text.strip()
    if len(text) > LONGEST_TEXT:
        return None
    if ID.fullmatch(text):
        return text
    try:
        link = links.read(text)
    except ShortLink:
        return None
    return link.id if link is not None and link.kind is Kind.TRACK else None
