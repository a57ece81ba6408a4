"""What a cell of a table says: a length, a year, a text that a spreadsheet wrapped."""

from __future__ import annotations

import re
from enum import Enum

from bot.party.limits import HOUR_MS

LENGTH = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d\d)(?:\.\d{1,6})?")
"""A length as players show it: 3:52 or 1:02:03."""
_NUMBER = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*(ms|s|sec)?\.?", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")
_AS_TEXT = re.compile(r'=\s*"((?:[^"]|"")*)"')
_SIGNS = set("=+-@＝＋－＠")
_BEFORE_SIGN = re.compile(r"""(?:(?<![^,;\t\r\n])'|["\s])+""")
"""Quotes, blanks, and apostrophes that stand at the start or behind a separator."""
_LONGEST_MS = 24 * HOUR_MS
_SURELY_MS = 10_000
"""A bare number from here on is milliseconds: no song takes so many seconds."""


class Unit(Enum):
    """What a number of a column of lengths counts."""

    UNKNOWN = 0
    SECONDS = 1
    MILLISECONDS = 2


def duration_ms(cell: str, unit: Unit = Unit.UNKNOWN) -> int | None:
    """A length such as 3:52, 225s, 230.4 or 230400; None for what is none, or no song's."""
    cell = cell.strip()
    if clock := LENGTH.fullmatch(cell):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        length = ((hours * 60 + minutes) * 60 + seconds) * 1000
    elif number := _NUMBER.fullmatch(cell):
        length = round(float(number[1]) * _factor(number, unit))
    else:
        return None
    return length if 0 < length <= _LONGEST_MS else None


def _factor(number: re.Match[str], unit: Unit) -> int:
    if number[2]:
        return 1 if number[2].casefold() == "ms" else 1000
    if unit is Unit.UNKNOWN:
        return 1 if float(number[1]) >= _SURELY_MS else 1000
    return 1000 if unit is Unit.SECONDS else 1


def year(cell: str) -> int | None:
    """The year of 1976, 1976-10-11 or 11.10.1976."""
    found = _YEAR.search(cell[:40])
    return int(found[1]) if found else None


def from_spreadsheet(cell: str) -> str:
    """A cell without the formula by which a spreadsheet keeps a text a text: ="99" is 99."""
    wrapped = _AS_TEXT.fullmatch(cell.strip())
    return wrapped[1].replace('""', '"') if wrapped else cell


def disarmed(cell: str) -> str:
    """A cell of Encore's own CSV without the apostrophes that keep it from being a formula.

    A title that has an apostrophe of its own exactly there, before a sign that begins a formula, loses it:
    its file looks the same as that of a title without.
    """
    plain = _BEFORE_SIGN.sub(_without_apostrophes, cell)
    return plain[1:] if plain[:2] in {"'\t", "'\r", "'\n"} else plain


def _without_apostrophes(found: re.Match[str]) -> str:
    begins_a_formula = found.string[found.end() : found.end() + 1] in _SIGNS
    return found[0].replace("'", "") if begins_a_formula else found[0]
