"""Rows of a table, by what its columns say, as songs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from bot.lists import cells
from bot.lists.heads import Head, Role
from bot.lists.lines import named, spotify_id, tidy
from bot.party.errors import TooManyLines
from bot.party.limits import MOST_IMPORTED
from bot.party.words import Wanted

_SURELY_TOO_MANY = 20 * MOST_IMPORTED
_BETWEEN_ARTISTS = re.compile(r"(?<!\s)\s*;\s*")


def read_rows(rows: Iterable[Sequence[str]], head: Head) -> Iterator[Wanted]:
    """The songs of the rows below a head; a row without a title and a link names none.

    Raises:
        TooManyLines: many more rows than `MOST_IMPORTED`, whatever they say.
    """
    for number, row in enumerate(rows):
        if number == _SURELY_TOO_MANY:
            raise TooManyLines(MOST_IMPORTED)
        song = read_row(row, head)
        if song is not None:
            yield song


def read_row(row: Sequence[str], head: Head) -> Wanted | None:
    """The song of a row, if it names one."""
    undone = cells.disarmed if head.ours else cells.from_spreadsheet

    def cell(role: Role) -> str:
        return _cell(row, head.columns.get(role, ()), undone)

    return named(
        cell(Role.TITLE),
        _artist(row, head, undone) or cell(Role.ALBUM_ARTIST),
        album=cell(Role.ALBUM),
        duration_ms=cells.duration_ms(cell(Role.LENGTH), head.unit),
        year=cells.year(cell(Role.YEAR)),
        spotify_id=_id(row, head.columns.get(Role.LINK, ())),
    )


def _artist(row: Sequence[str], head: Head, undone: Callable[[str], str]) -> str:
    """All artists, comma separated, whether they share a cell or have one each."""
    artist = _cell(row, head.columns.get(Role.ARTIST, ()), undone)
    if head.ours:
        return artist
    more = (tidy(_cell(row, [column], undone)) for column in head.more_artists)
    return ", ".join(name for name in (_BETWEEN_ARTISTS.sub(", ", tidy(artist)), *more) if name)


def _cell(row: Sequence[str], columns: Sequence[int], undone: Callable[[str], str]) -> str:
    return undone(row[columns[0]]) if columns and columns[0] < len(row) else ""


def _id(row: Sequence[str], columns: Sequence[int]) -> str | None:
    """The first of the columns of links that names a song on Spotify does so."""
    found = (spotify_id(row[column]) for column in columns if column < len(row))
    return next((each for each in found if each), None)
