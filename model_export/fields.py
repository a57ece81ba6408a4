"""What a field of training data may hold, whatever file it comes from.

Whatever else stands there is refused here, so that no bundle is written that the bot fails with later:
PostgreSQL takes no NUL and no half of a character, Discord no choice of more than 100 characters, and a song
that lasts for ever never ends.
"""

from __future__ import annotations

import re
import reprlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

Row = Mapping[str, Any]

LONGEST_ID = 80
"""The longest track id, in characters: the bot puts it into the choices of Discord and Slack."""
LONGEST_MS = 24 * 3_600_000
"""The longest song, in ms: a day."""
LATEST_YEAR = 9999
MOST = 10**10
"""The greatest position in a list, and the most followers of one."""
SPOTIFY_ID = re.compile(r"[0-9A-Za-z]{1,22}")

_NO_TEXT = re.compile("[\0\ud800-\udfff]")


class FieldError(Exception):
    """A field holds what it must not; the text says which, what stands there, and what it must be."""

    def __init__(self, field: str, value: object, wanted: str) -> None:
        found = f"{field} is missing; it" if value is None else f"{field} is {reprlib.repr(value)}, but"
        super().__init__(f"{found} must be {wanted}")


def text(row: Row, field: str) -> str | None:
    """A text, or None where nothing is said.

    Raises:
        FieldError: it is no text, or has a NUL or half of a character (a lone surrogate) in it.
    """
    value = row.get(field)
    if value is None:
        return None
    if not isinstance(value, str):
        raise FieldError(field, value, "text")
    broken = _NO_TEXT.search(value)
    if broken:
        raise FieldError(field, value, f"text of whole characters, without {broken.group()!r}")
    return value


def number(row: Row, field: str, most: int, *, whole: bool = True) -> int | None:
    """A number from 0 to `most`, or None where nothing is said; what is no `whole` one is cut.

    Raises:
        FieldError: it is no number, or not one of these.
    """
    value = row.get(field)
    if value is None:
        return None
    sort = "a whole number" if whole else "a number"
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or not 0 <= value <= most:
        raise FieldError(field, value, f"{sort} from 0 to {most:,}")
    if whole and value != int(value):
        raise FieldError(field, value, f"{sort} from 0 to {most:,}")
    return int(value)


def identity(row: Row, field: str) -> str:
    """What tells a thing from others: a text with something in it, or a whole number.

    Raises:
        FieldError: it is neither.
    """
    value = row.get(field)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value == "" or not isinstance(value, str):
        raise FieldError(field, value, "text or a whole number")
    return text(row, field) or ""
