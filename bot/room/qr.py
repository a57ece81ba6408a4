"""Links as squares for a phone's camera."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated

import segno
from pydantic import Field
from typing_extensions import TypedDict  # which pydantic asks for before Python 3.12

QUIET = 4
"""So many empty squares stand around a code (ISO/IEC 18004, "quiet zone")."""


class QrJson(TypedDict):
    """A QR code for an SVG picture."""

    size: Annotated[int, Field(description="The width of its view box, with the empty edge")]
    path: Annotated[str, Field(description="What is dark in it, as the `d` of a path")]


@lru_cache(maxsize=200)
def qr_code(text: str) -> QrJson:
    """The code of a text; each row's dark squares that touch are one stroke."""
    rows = segno.make(text, error="m", micro=False).matrix
    strokes = [
        f"M{start + QUIET} {y + QUIET}h{length}v1h-{length}z"
        for y, row in enumerate(rows)
        for start, length in _runs(row)
    ]
    return {"size": len(rows) + 2 * QUIET, "path": "".join(strokes)}


def _runs(row: bytearray) -> list[tuple[int, int]]:
    """Where dark squares begin, and how many there are side by side."""
    found: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if dark and found and sum(found[-1]) == x:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        elif dark:
            found.append((x, 1))
    return found
