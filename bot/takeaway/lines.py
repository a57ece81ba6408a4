"""Lines of text on the map, in any script that a font here can write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from unicodedata import category

from PIL import Image, ImageDraw, ImageFont, features

from bot.party.visible import normal, short
from bot.takeaway.bidi import levels, ordered, turned
from bot.takeaway.fonts import Fonts, Run, loaded

MOST_MARKS = 2
"""So many accents may stand on one letter: more are a prank that draws over everything else."""
WIDEST = 3.0
"""A character wider than this many of its heights is a prank too: U+FDFD is a whole sentence."""
FINER = 4
"""Lines are printed this many times as large and brought down, so that letters stand where they should."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What one font writes of a line in one direction; all lengths are `FINER`."""

    text: str
    font: ImageFont.FreeTypeFont
    direction: str | None
    width: float


@dataclass(frozen=True)
class Line:
    """A line that is ready to be printed."""

    pieces: tuple[Piece, ...]
    size: float

    @cached_property
    def width(self) -> float:
        """In pixels."""
        return sum(piece.width for piece in self.pieces) / FINER

    def printed(self, shift: float) -> tuple[Image.Image, int, int]:
        """How much of each pixel the letters cover, and the column and row where the line's base starts.

        Args:
            shift: how far right of that column's left edge it starts, less than 1.
        """
        margin, above, below = (int(share * self.size) for share in (1, 2, 1))
        columns = int(shift + self.width) + 1 + 2 * margin
        mask = Image.new("L", (FINER * columns, FINER * (above + below)))
        canvas, x = ImageDraw.Draw(mask), FINER * (margin + shift)
        for piece in self.pieces:
            canvas.text((x, FINER * above), piece.text, 255, piece.font, "ls", direction=piece.direction)
            x += piece.width
        return mask.reduce(FINER), margin, above


class Setter:
    """Sets texts in the fonts there are."""

    def __init__(self, fonts: Fonts | None = None, *, shaped: bool | None = None) -> None:
        """What it works with.

        Args:
            fonts: those that are here if not told.
            shaped: whether Pillow orders and joins the letters of a run by itself, which it can where the
                system has FriBiDi; looked up if not told.
        """
        self._fonts = fonts or Fonts()
        self._shaped = bool(features.check("raqm")) if shaped is None else shaped
        self._lines: dict[tuple[str, float, bool], Line] = {}
        self._fitting: dict[str, bool] = {}

    def legible(self, text: str, longest: int) -> str:
        """A text cut to a length, on one line, without what no font here can write; may be empty."""
        kept = ""
        for char in self._legible(text):
            kept += char
            if len(kept) - kept.count(" ") > longest:
                break
        return short(kept, longest)

    def line(self, text: str, size: float, *, bold: bool = False) -> Line:
        """A text in a size, in pixels: two thirds of it are a capital's height."""
        key = text, size, bold
        if key not in self._lines:
            pieces = (self._piece(run, level % 2 == 1, size, bold) for run, level in self._runs(text, bold))
            self._lines[key] = Line(tuple(pieces), size)
        return self._lines[key]

    def _legible(self, text: str) -> Iterator[str]:
        marks = 0
        for char in normal("NFC", " ".join(text.split())):
            marks = marks + 1 if category(char) in {"Mn", "Me"} else 0
            if category(char)[0] != "C" and marks <= MOST_MARKS and self._fits(char):
                yield char

    def _fits(self, char: str) -> bool:
        if char not in self._fitting:
            self._fitting[char] = self._fonts.known(char) and self.line(char, 10).width <= 10 * WIDEST
        return self._fitting[char]

    def _runs(self, text: str, bold: bool) -> list[tuple[Run, int]]:
        return ordered(list(self._by_level(text, bold)))

    def _by_level(self, text: str, bold: bool) -> Iterator[tuple[Run, int]]:
        for level, pairs in groupby(zip(text, levels(text), strict=True), key=lambda pair: pair[1]):
            for run in self._fonts.runs("".join(char for char, _ in pairs), bold=bold):
                yield run, level

    def _piece(self, run: Run, from_right: bool, size: float, bold: bool) -> Piece:
        font = loaded(run.font, FINER * size, bold=bold, shaped=self._shaped)
        if self._shaped:
            text, direction = run.text, "rtl" if from_right else "ltr"
        else:
            text, direction = turned(run) if from_right else run.text, None
        return Piece(text, font, direction, font.getlength(text, direction=direction))
