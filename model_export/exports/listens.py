"""What scrobblers remember: Last.fm's and ListenBrainz' listens, in JSON.

Last.fm itself exports nothing; what people have is what its API says
(https://www.last.fm/api/show/user.getRecentTracks) as several tools keep it: page by page
(https://lastfm.ghan.nl/export), or as https://lastfmstats.com does, in an object of `username` and
`scrobbles` with milliseconds. ListenBrainz' own export has a listen on each line
(https://listenbrainz.readthedocs.io/en/latest/users/json.html; metabrainz/listenbrainz-server,
`listenbrainz/background/export.py`). Their tables are read in `model_export/exports/tables.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from model_export.exports.found import Found, LeftOut, Named, Play
from model_export.exports.libraries import NAMELESS
from model_export.exports.spotify import text
from model_export.exports.understanding import song

Json = Mapping[str, Any]

NOW_PLAYING = "songs that were only just playing"
BROKEN_LINES = "broken lines"
LASTFM, LISTENBRAINZ = "Last.fm history", "ListenBrainz history"
_MS = 100_000_000_000
"""A time from here on counts milliseconds: in seconds it would be the year 5138."""


def seconds(said: object) -> float | None:
    """An instant in s since 1970, of whole seconds or milliseconds as a number or its digits."""
    if isinstance(said, str) and said.strip().isdecimal() and len(said) < 20:
        said = int(said)
    if isinstance(said, bool) or not isinstance(said, int | float) or not 0 < said < 1e16:
        return None
    return said / 1000 if said >= _MS else float(said)


def lastfm_plays(value: object) -> list[Json] | None:
    """The listens of an API's answer, of pages of them, or of a plain list; None where there are none."""
    if isinstance(value, dict):
        if isinstance(value.get("scrobbles"), list):
            return lastfm_plays(value["scrobbles"])
        if "recenttracks" in value:
            return lastfm_plays(value["recenttracks"])
        if isinstance(value.get("track"), list | dict) and "@attr" in value:
            return lastfm_plays(value["track"])
        return [value] if _is_lastfm(value) else None
    if not isinstance(value, list):
        return None
    pages = [lastfm_plays(each) for each in value]
    found = [play for page in pages if page for play in page]
    return found if found and any(pages[:2]) else None


def _is_lastfm(value: Json) -> bool:
    artist, date = value.get("artist"), value.get("date")
    if isinstance(artist, dict):
        return isinstance(value.get("name"), str) and ("#text" in artist or "name" in artist)
    named = isinstance(artist, str) and isinstance(value.get("track", value.get("name")), str)
    return named and isinstance(date, int | str | dict)


def read_lastfm(plays: Iterable[Json]) -> Found:
    """Listens as Last.fm's API has them."""
    found = Found(LASTFM, "lastfm")
    for play in plays:
        date = play.get("date")
        at_s = seconds(date.get("uts") if isinstance(date, dict) else date)
        named = song(
            text(play, "name") or text(play, "track"), _of(play, "artist"), _of(play, "album"), link=""
        )
        if at_s is None:
            found.left[NOW_PLAYING] += 1
        else:
            _note(found, named, at_s)
    return found


def _of(play: Json, key: str) -> str:
    """The name of an artist or album, which may be an object of its own."""
    said = play.get(key)
    return (text(said, "#text") or text(said, "name")) if isinstance(said, dict) else text(play, key)


def is_listen(value: object) -> bool:
    """Whether this is a listen as ListenBrainz has it."""
    return isinstance(value, dict) and isinstance(value.get("track_metadata"), dict)


def read_listenbrainz(listens: Iterable[object]) -> Found:
    """Listens as ListenBrainz has them."""
    found = Found(LISTENBRAINZ, "listenbrainz")
    for listen in listens:
        if not isinstance(listen, dict) or not isinstance(listen.get("track_metadata"), dict):
            continue
        told = listen["track_metadata"]
        more = told.get("additional_info")
        more = more if isinstance(more, dict) else {}
        named = song(
            text(told, "track_name"),
            text(told, "artist_name"),
            text(told, "release_name"),
            ms=text(more, "duration_ms"),
            link=text(more, "spotify_id"),
        )
        _note(found, named, seconds(listen.get("listened_at")))
    return found


def read_lines(lines: str) -> Found:
    """JSON with a value on each line; a line that is broken, as the last one of a cut file is, is left out.

    Raises:
        LeftOut: no line is a listen.
    """
    listens, broken = [], 0
    for line in lines.split("\n"):
        if line.strip():
            try:
                listens.append(json.loads(line, strict=False))
            except (ValueError, RecursionError):
                broken += 1
    listens = [each for each in listens if is_listen(each)]
    if not listens:
        raise LeftOut("JSON of another kind")
    found = read_listenbrainz(listens)
    if broken:
        found.left[BROKEN_LINES] += broken
    return found


def _note(found: Found, named: Named | None, at_s: float | None) -> None:
    if named is None or at_s is None:
        found.left[NAMELESS] += 1
    else:
        found.plays.append(Play(at_s, named))
