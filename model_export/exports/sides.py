"""Which side of a dash the artist stands on: people write it either way, but in one list always the same."""

from __future__ import annotations

from collections.abc import Iterable

Line = tuple[str, str, str]
"""A line as it is written, and the title and the artist in it."""


def artist_first(known: Iterable[Line]) -> bool:
    """Whether the lines whose songs are known name the artist first; where none is known, they do."""
    votes = 0
    for line, title, artist in known:
        places = [line.casefold().find(part.casefold()) for part in (artist, title)]
        if min(places) >= 0:
            votes += 1 if places[0] < places[1] else -1
    return votes >= 0


def turned(line: Line, *, artist_comes_first: bool) -> tuple[str, str]:
    """The title and the artist of a line, on the sides where the other lines of its list have them."""
    written, title, artist = line
    places = written.find(artist), written.find(title)
    if title and artist and min(places) >= 0 and (places[0] < places[1]) != artist_comes_first:
        return artist, title
    return title, artist
