"""What the columns of a table without a head are, by what is in them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.lists import cells
from bot.lists.heads import Head, Role
from bot.lists.lines import spotify_id

_NUMBER = re.compile(r"[#№]?\d+(?:[.,]\d+)?\.?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d.*|\d{1,2}[./]\d{1,2}[./]\d{2,4}.*")
_ISRC = re.compile(r"[A-Z]{2}-?[A-Z0-9]{3}-?\d{2}-?\d{5}", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*://|spotify:).*", re.IGNORECASE)
_LONGEST = 500
"""A cell that is longer than this tells nothing."""
_NAMES = (Role.TITLE, Role.ARTIST, Role.ALBUM)


def guessed(rows: Sequence[Sequence[str]]) -> Head:
    """A head for rows that have none: the columns of names are title, artist and album, in this order."""
    columns: dict[Role, list[int]] = {}
    names = iter(_NAMES)
    for column in range(max(map(len, rows), default=0)):
        role = _role([row[column][:_LONGEST].strip() for row in rows if column < len(row)])
        if role is Role.OTHER:
            continue
        if role is None:
            role = next(names, Role.OTHER)
        columns.setdefault(role, []).append(column)
    return Head(columns)


def _role(column: Sequence[str]) -> Role | None:
    """What a column is; None for names, `Role.OTHER` for what says nothing of a song."""
    filled = [cell for cell in column if cell]
    if not filled:
        return Role.OTHER
    kinds = [_kind(cell) for cell in filled]
    common = max(set(kinds), key=lambda kind: (kinds.count(kind), kind is None))
    return common if kinds.count(common) * 2 > len(kinds) else None


def _kind(cell: str) -> Role | None:
    if cells.LENGTH.fullmatch(cell):
        return Role.LENGTH
    if _NUMBER.fullmatch(cell):
        return Role.YEAR if len(cell) == 4 and cells.year(cell) else Role.OTHER
    if _ADDRESS.fullmatch(cell):
        return Role.LINK if spotify_id(cell) else Role.OTHER
    return Role.OTHER if _DATE.fullmatch(cell) or _ISRC.fullmatch(cell) else None
