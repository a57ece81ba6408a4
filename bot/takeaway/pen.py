"""What the map is drawn with: glows, shapes and lines of text; text lies above everything else.

All places are in pixels of the picture, from its lower left.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageColor

from bot.takeaway.lines import Line, Setter
from bot.takeaway.mapping import Floats
from bot.takeaway.shapes import distance

Sheet = npt.NDArray[np.float32]

PAPER, GLOW, INK, MUTED = "#17100c", "#33201a", "#fdeed8", "#c9b09a"
MIDDLE = 0.36
"""How far above its base the middle of a line is, in its size."""


class Written(NamedTuple):
    """A line and where its base begins, from the upper left."""

    line: Line
    x: float
    y: float
    colour: str


class Pen:
    """Draws on a picture that is dark at first, with a faint warm light from its middle."""

    def __init__(self, width: int, height: int, setter: Setter | None = None) -> None:
        self._setter = setter or Setter()
        self._written: list[Written] = []
        self._sheet = np.full((height, width, 3), _rgb(PAPER), np.float32)
        y, x = np.mgrid[:height, :width].astype(np.float32) + 0.5
        far = np.hypot(x / width - 0.5, 1.1 * (y / height - 0.5))
        _lay(self._sheet, GLOW, np.clip(1 - far / 0.68, 0, 1) ** 1.4)

    def picture(self) -> Image.Image:
        """All that was drawn and written."""
        image = Image.fromarray((self._sheet + 0.5).astype(np.uint8))
        for line, x, y, colour in self._written:
            mask, column, row = line.printed(x - int(x))
            image.paste(colour, (int(x) - column, round(y) - row), mask)
        return image

    def glow(self, place: Floats, size: float, colour: str) -> None:
        """Lets light shine from a place."""
        part, x, y = self._around(place, 4 * size)
        _lay(part, colour, 0.3 * np.exp(-(x**2) / (2 * size**2)) * np.exp(-(y**2) / (2 * size**2)))

    def mark(
        self,
        place: Sequence[float] | Floats,
        size: float,
        shape: str,
        *,
        face: str | None = None,
        edge: str | None = None,
        thick: float = 0.0,
        alpha: float = 1.0,
    ) -> None:
        """Draws a shape around a place that looks as large as a circle of this radius."""
        part, x, y = self._around(place, 1.6 * size + thick)
        off = distance(x, y, shape, size)
        if face:
            _lay(part, face, alpha * np.clip(0.5 - off, 0, 1))
        if edge:
            _lay(part, edge, alpha * np.clip(thick / 2 + 0.5 - np.abs(off), 0, 1))

    def legible(self, text: str, longest: int) -> str:
        """A text cut to a length, on one line, without what no font here can write; may be empty."""
        return self._setter.legible(text, longest)

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """How wide a text will be."""
        return self._setter.line(text, size, bold=bold).width

    def write(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        colour: str = INK,
        *,
        bold: bool = False,
        before: float = 0.0,
    ) -> None:
        """Writes a line at its middle height; `before` is which share of it lies left of the place."""
        line = self._setter.line(text, size, bold=bold)
        base = len(self._sheet) - y + MIDDLE * size
        self._written.append(Written(line, x - before * line.width, base, colour))

    def _around(self, place: Sequence[float] | Floats, reach: float) -> tuple[Sheet, Floats, Floats]:
        """The part of the picture around a place, and how far its pixels are right of it and above it."""
        height, width, _ = self._sheet.shape
        x, y = float(place[0]), height - float(place[1])
        columns = np.arange(max(int(x - reach), 0), min(int(x + reach) + 2, width))
        rows = np.arange(max(int(y - reach), 0), min(int(y + reach) + 2, height))
        part = self._sheet[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        return part, np.add(columns, 0.5 - x)[np.newaxis], np.subtract(y - 0.5, rows)[:, np.newaxis]


@functools.cache
def _rgb(colour: str) -> Sheet:
    return np.array(ImageColor.getrgb(colour), np.float32)


def _lay(part: Sheet, colour: str, share: Floats | Sheet) -> None:
    """Lays a colour over a part of the picture, as thick on each pixel as its share says."""
    part += share.astype(np.float32)[:, :, np.newaxis] * (_rgb(colour) - part)
