"""Spotify's links and URIs: what they name, taken from exact hosts and ids of the right form only.

A shared link looks like https://open.spotify.com/intl-de/track/<22 letters and digits>?si=...
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from bot.party.errors import ShortLink

ID = re.compile(r"[0-9A-Za-z]{22}", re.ASCII)
HOSTS = {"open.spotify.com", "play.spotify.com"}
SHORTENERS = {"spotify.link", "spoti.fi", "spotify.app.link"}
"""What these lead to is known only after following them."""
LONGEST_LINK = 1_000
"""A longer text is no link of Spotify's, and is not looked at."""
LIKE_A_LINK = re.compile(r"[a-z][a-z0-9+.-]*://|www\.|spotify:|open\.spotify\.com", re.IGNORECASE)
IN_TEXT = re.compile(r"(?:https?://|spotify:)[^\s<>()\[\]\"'|]+", re.IGNORECASE)


class Kind(StrEnum):
    """What a link names."""

    TRACK = "track"
    ALBUM = "album"
    PLAYLIST = "playlist"


@dataclass(frozen=True, slots=True)
class Link:
    """A song, an album or a playlist on Spotify."""

    kind: Kind
    id: str

    @property
    def url(self) -> str:
        """The page that people open."""
        return f"https://open.spotify.com/{self.kind}/{self.id}"


def is_link(text: str) -> bool:
    """Whether a text starts like a link, good or not."""
    return bool(LIKE_A_LINK.match(bare(text[:LONGEST_LINK])))


def read(text: str) -> Link | None:
    """What a link or URI names; None for any other text.

    Raises:
        ShortLink: nobody can tell what it names.
    """
    text = bare(text)
    if len(text) > LONGEST_LINK:
        return None
    if text[:8].casefold() == "spotify:":
        return _link(text.split(":")[1:])
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme.casefold() not in {"http", "https"} or host is None:
        return None
    if host in SHORTENERS:
        raise ShortLink
    if host not in HOSTS or parts.netloc.casefold() != host:  # no port, nobody's name in front
        return None
    path = parts.path.strip("/").split("/")
    if re.fullmatch(r"intl-[a-z]{2}(-[a-z]{2})?", path[0], re.IGNORECASE) or path[0] == "embed":
        path = path[1:]
    return _link(path)


def several(text: str) -> Link | None:
    """The album or playlist that a text names, if it does."""
    try:
        link = read(text)
    except ShortLink:
        return None
    return link if link is not None and link.kind is not Kind.TRACK else None


def found_in(text: str) -> list[str]:
    """The links to songs, albums and playlists inside a longer text, each once, in order."""
    found = []
    for match in IN_TEXT.finditer(text):
        candidate = match[0].rstrip(".,;:!?")
        try:
            known = read(candidate) is not None
        except ShortLink:
            known = True
        if known:
            found.append(candidate)
    return list(dict.fromkeys(found))


def bare(text: str) -> str:
    """A link without the angle brackets that keep a chat from showing a preview of it."""
    text = text.strip()
    return text[1:-1] if re.fullmatch(r"<\S+>", text) else text


def _link(parts: list[str]) -> Link | None:
    if len(parts) != 2 or parts[0] not in [*Kind] or not ID.fullmatch(parts[1]):
        return None
    return Link(Kind(parts[0]), parts[1])
