"""Where the names of the map's songs stand: each beside its dot, and none on another or on a dot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from bot.party.words import State
from bot.takeaway.mapping import Dot, Floats
from bot.takeaway.pen import INK, MUTED, Pen

MOST_LABELS = 40
"""Of more songs only the ones that matter most now are named."""
APART = 10.0, 1.0
"""The least room between labels, beside and above each other."""
LINE = 1.22
"""How high a line is, in its size."""
RINGS = (7, 3.3), (13, 1.4)
"""How far around the dot that plays each of its rings is, and how thick."""


class Box(NamedTuple):
    """A part of the picture."""

    left: float
    low: float
    right: float
    high: float


class Text(NamedTuple):
    """A line of a label."""

    text: str
    size: float
    colour: str
    bold: bool


@dataclass(frozen=True, slots=True)
class Label:
    """What stands beside a dot; its lines are flush left where `before` is 0, flush right where it is 1."""

    box: Box
    lines: tuple[Text, ...]
    before: float

    def write(self, pen: Pen) -> None:
        """Writes it."""
        x = self.box.left + self.before * (self.box.right - self.box.left)
        y = self.box.high
        for text, size, colour, bold in self.lines:
            pen.write(x, y - LINE / 2 * size, text, size, colour, bold=bold, before=self.before)
            y -= LINE * size


def placed(dots: Sequence[Dot], places: Floats, radii: Floats, within: Box, pen: Pen) -> list[Label]:
    """Labels for what matters most first, each where nothing is yet, if there is such a place beside its dot.

    Args:
        dots: n of them.
        places: where they are, (n, 2).
        radii: how large they are, (n,).
        within: the part of the picture where labels may be.
        pen: measures them.
    """
    size = 24.0 if len(dots) <= 14 else 21.0 if len(dots) <= 26 else 18.0
    rings = [RINGS[-1][0] if dot.state is State.PLAYING else 0 for dot in dots]
    room = (radii + rings)[:, np.newaxis] + 2
    taken = np.hstack([places - room, places + room])
    labels = []
    for index in sorted(range(len(dots)), key=lambda i: _matters(dots[i]))[:MOST_LABELS]:
        reach = float(radii[index]) + rings[index] + 13
        spots = _spots(_lines(dots[index], size, pen), places[index], reach, pen)
        inside = [(_touched(each.box, taken), each) for each in spots if _is_inside(each.box, within)]
        touched, best = min(inside, key=lambda pair: pair[0], default=(0, None))
        # What plays is named, whatever lies behind.
        if best and best.lines and (not touched or dots[index].state is State.PLAYING):
            labels.append(best)
            taken = np.vstack([taken, best.box])
    return labels


def _matters(dot: Dot) -> tuple[int, int]:
    order = {State.PLAYING: 0, State.QUEUED: 1, State.SUGGESTED: 2}
    return order.get(dot.state, 3), -dot.votes


def _lines(dot: Dot, size: float, pen: Pen) -> tuple[Text, ...]:
    title = Text(pen.legible(dot.title, 26), size, INK, bold=True)
    artist = Text(pen.legible(dot.artist, 28), 0.8 * size, MUTED, bold=False)
    return tuple(line for line in (title, artist) if line.text)


def _spots(lines: tuple[Text, ...], place: Floats, reach: float, pen: Pen) -> Iterator[Label]:
    """Where a label may stand beside its dot, best first."""
    width = max((pen.width(line.text, line.size, bold=line.bold) for line in lines), default=0)
    height = sum(LINE * line.size for line in lines)
    x, y = place
    for lift in (0.5, 0.25, 0.75, 0.0, 1.0):
        low = y - height * lift
        yield Label(Box(x + reach, low, x + reach + width, low + height), lines, 0.0)
        yield Label(Box(x - reach - width, low, x - reach, low + height), lines, 1.0)
    for shift in (0.5, 0.3, 0.7, 0.1, 0.9):
        left = x - width * shift
        for low in (y - reach - height, y + reach):
            yield Label(Box(left, low, left + width, low + height), lines, 0.5)


def _is_inside(box: Box, within: Box) -> bool:
    left, low, right, high = np.subtract(box, within)
    return bool(left >= 0 and low >= 0 and right <= 0 and high <= 0)


def _touched(box: Box, taken: Floats) -> int:
    """How many of these a box is too near to: (boxes, 4), each as a `Box`."""
    meets = (box[:2] < taken[:, 2:] + APART) & (taken[:, :2] < np.add(box[2:], APART))
    return int(meets.all(axis=1).sum())
