"""JSON: JSPF, Spotify's account data, and whatever else is made of objects with a title and an artist."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.lists.cells import Unit, duration_ms, year
from bot.lists.heads import Role, plain, role_of
from bot.lists.lines import named, spotify_id
from bot.lists.plain import read_plain
from bot.party.errors import NotAList
from bot.party.words import Wanted

_JSON = re.compile(r'\s*(?:\{\s*["}]|\[\s*[{\]"\[])')

_HOLDS_SONGS = {"track", "tracks", "items", "songs", "entries", "playlist", "playlists"}
_OF_SPOTIFY = re.compile(r"spotify:(?!local:)|https?://open\.spotify\.com/")


def read_json(text: str, name: str) -> Iterable[Wanted] | None:
    """The songs of a JSON file in their order, or None for a text that is no JSON.

    Raises:
        NotAList: it begins like JSON, and is broken or nested too deeply.
    """
    if not _JSON.match(text):
        return None
    try:
        root = json.loads(text, strict=False)  # a line end within a text may stand as it is
    except (ValueError, RecursionError) as broken:
        raise NotAList from broken
    if isinstance(root, list) and all(isinstance(each, str) for each in root):
        return read_plain("\n".join(root), name)
    return _songs(root)


def _songs(root: object) -> Iterator[Wanted]:
    """Every object that is a song; what it holds is not looked at."""
    waiting = [root]
    while waiting:
        value = waiting.pop()
        song = _song(value) if isinstance(value, dict) else None
        if song is not None:
            yield song
        elif isinstance(value, dict):
            waiting += reversed(value.values())
        elif isinstance(value, list):
            waiting += reversed(value)


def _song(value: Mapping[str, Any]) -> Wanted | None:
    """What an object says of a song. A list of songs is none, and neither is a title with other objects."""
    if any(plain(key) in _HOLDS_SONGS and isinstance(said, dict | list) for key, said in value.items()):
        return None
    told: dict[Role, tuple[int, str, Any]] = {}
    for key, said in value.items():
        known = role_of(key)
        if known is not None and said not in (None, "", []):
            role, rank = known
            told[role] = min(told.get(role, (rank, key, said)), (rank, key, said), key=lambda each: each[0])
    texts = {role: (key, _text(said)) for role, (_, key, said) in told.items()}
    title, artist = texts.get(Role.TITLE, ("", ""))[1], texts.get(Role.ARTIST, ("", ""))[1]
    artist = artist or texts.get(Role.ALBUM_ARTIST, ("", ""))[1]
    places = list(_places(value))
    found = next(filter(None, map(spotify_id, places)), None)
    if found is None and any(map(_OF_SPOTIFY.match, places)):  # a show, an artist, an album
        return None
    if not title or not (artist or found or _is_flat(value)):
        return None
    key, length = texts.get(Role.LENGTH, ("", ""))
    return named(
        title,
        artist,
        album=texts.get(Role.ALBUM, ("", ""))[1],
        duration_ms=duration_ms(length, Unit.MILLISECONDS if key == "duration" else Unit.UNKNOWN),
        year=year(texts.get(Role.YEAR, ("", ""))[1]),
        spotify_id=found,
    )


def _places(value: Mapping[str, Any]) -> Iterator[str]:
    """The links of an object."""
    for key, said in value.items():
        known = role_of(key)
        if known is not None and known[0] is Role.LINK:
            yield from (
                each for each in (said if isinstance(said, list) else [said]) if isinstance(each, str)
            )


def _is_flat(value: Mapping[str, Any]) -> bool:
    """Whether an object holds nothing but plain values and lists of texts."""
    return not any(
        isinstance(said, dict) or (isinstance(said, list) and not (said and isinstance(said[0], str)))
        for said in value.values()
    )


def _text(said: object) -> str:
    """A text, a number, the name of an object, or the names of several, with commas between them."""
    if isinstance(said, str):
        return said
    if isinstance(said, dict):
        name = said.get("name", said.get("title"))
        return name if isinstance(name, str) else ""
    if isinstance(said, list):
        return ", ".join(filter(None, (_text(each) for each in said if not isinstance(each, list))))
    return str(said) if isinstance(said, int | float) and not isinstance(said, bool) else ""
