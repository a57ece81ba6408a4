"""Draws the party's map: `python -m bot.takeaway.picture` reads a `Picture` as JSON and writes a PNG.

Only this process loads matplotlib, see `mapping.drawn`. All places are in pixels of the picture, from its
lower left. Colours are P. Tol's "light" scheme (SRON/EPS/TN/09-002, 2021), which colour-blind people tell
apart, and never the only sign: each person has a shape too.
"""

from __future__ import annotations

import json
import sys
import unicodedata
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.transforms import Bbox

from bot.party.domain import State
from bot.takeaway.mapping import Dot, Picture, Words
from bot.wording.replies import short

Floats = npt.NDArray[np.float64]

WIDTH, HEIGHT = 1200, 800
"""As chats show it, scaled down to 525 by 350 pixels, whole."""
DPI = 100
MOST_LABELS = 40
"""Of more songs only the ones that matter most now are named."""
MOST_NAMES = 8
"""So many people have a colour of their own."""

PAPER, GLOW, INK, MUTED = "#17100c", "#33201a", "#fdeed8", "#c9b09a"
COLOURS = ("#EE8866", "#77AADD", "#EEDD88", "#44BB99", "#FFAABB", "#99DDFF", "#BBCC33", "#AAAA00")
SHAPES = ("o", "s", "D", "^", "v", "p", "h", "P")
OTHERS = "#DDDDDD"

FIELD = Bbox([[90, 115], [WIDTH - 90, HEIGHT - 130]])
"""Where the dots are; what is left around it holds the title, the names, and labels that stand out."""
LABELLED = Bbox([[16, 84], [WIDTH - 16, HEIGHT - 92]])
"""Where labels may be."""

APART = np.array([10.0, 1.0])
"""The least room between labels."""

FAMILIES = (
    "DejaVu Sans",
    "Noto Sans",
    *(f"Noto Sans CJK {place}" for place in ("JP", "SC", "TC", "KR")),
    *(f"Noto Sans {place}" for place in ("JP", "SC", "TC", "KR", "Thai", "Devanagari", "Bengali", "Tamil")),
    *("Hiragino Sans", "PingFang SC", "Yu Gothic", "Microsoft YaHei", "Malgun Gothic", "WenQuanYi Zen Hei"),
    *("Noto Emoji", "Symbola", "Arial Unicode MS"),
)
"""The fonts that are looked for, whichever of them are installed; the first comes with matplotlib."""
MOST_MARKS = 2
"""So many accents may stand on one letter: more are a prank that draws over everything else."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a person's songs look."""

    name: str
    colour: str
    shape: str


def main(source: BinaryIO, sink: BinaryIO) -> None:
    """Draws what it reads."""
    warnings.simplefilter("ignore")
    told = json.load(source)
    dots = tuple(Dot(**{**dot, "state": State(dot["state"])}) for dot in told["dots"])
    figure = draw(Picture(told["title"], dots, Words(**told["words"])))
    figure.savefig(sink, format="png", metadata={"Software": None})


def draw(picture: Picture) -> Figure:
    """The map as a figure of `WIDTH` by `HEIGHT` pixels."""
    figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, facecolor=PAPER)
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(0, HEIGHT))
    axes.set_axis_off()
    pen = Pen(axes, canvas)
    looks = dress(picture, pen)
    nobody = Look("", OTHERS, "o")
    places = spread(np.array([(dot.x, dot.y) for dot in picture.dots], np.float64).reshape(-1, 2))
    radii = np.array([radius(dot, len(picture.dots)) for dot in picture.dots])
    worn = [looks[dot.added_by] if dot.added_by is not None else nobody for dot in picture.dots]
    _background(axes, places, radii, [look.colour for look in worn])
    for dot, place, size, look in zip(picture.dots, places, radii, worn, strict=True):
        _dot(pen, dot, place, size, look)
    _labels(picture.dots, places, radii, pen)
    _head(picture, pen)
    _legend(picture, looks, pen)
    return figure


class Pen:
    """Draws shapes, and writes and measures text in the fonts there are."""

    def __init__(self, axes: Axes, canvas: FigureCanvasAgg) -> None:
        self._axes = axes
        self._renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]  # matplotlib's gap
        installed = set(font_manager.fontManager.get_font_names())
        self._families = [family for family in FAMILIES if family in installed]
        self._known = {
            code
            for family in self._families
            for code in font_manager.get_font(font_manager.findfont(family)).get_charmap()
        }

    def legible(self, text: str, longest: int) -> str:
        """A text cut to a length, on one line, without what no font here can write; may be empty."""
        kept, marks = [], 0
        for char in unicodedata.normalize("NFC", " ".join(text.split())):
            marks = marks + 1 if unicodedata.category(char) in {"Mn", "Me"} else 0
            if unicodedata.category(char)[0] != "C" and ord(char) in self._known and marks <= MOST_MARKS:
                kept.append(char)
        return short("".join(kept), longest)

    def width(self, text: str, size: float, weight: str = "normal") -> float:
        """How wide a text will be."""
        return float(self._renderer.get_text_width_height_descent(text, self._font(size, weight), False)[0])

    def write(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        colour: str = INK,
        weight: str = "normal",
        **how: Any,
    ) -> None:
        """Writes a line from its left end at its middle height, unless told otherwise; nothing is markup."""
        how = {"ha": "left", "va": "center_baseline"} | how
        font = self._font(size, weight)
        self._axes.text(x, y, text, color=colour, fontproperties=font, parse_math=False, zorder=9, **how)

    def after(self, x: float, y: float, text: str) -> float:
        """Writes a small line, and says where the next thing may begin."""
        plain = self.legible(text, 40)
        self.write(x, y, plain, 18, MUTED)
        return x + self.width(plain, 18) + 30

    def mark(self, place: Sequence[float] | Floats, size: float, shape: str, **how: Any) -> None:
        """Draws a shape around a place that looks as large as a circle of this radius."""
        area = (2 * size * 72 / DPI) ** 2
        times = {"s": 0.79, "D": 0.64}.get(shape, 1.0)
        self._axes.scatter(place[0], place[1], s=times * area, marker=shape, zorder=3, **how)

    def _font(self, size: float, weight: str) -> FontProperties:
        return FontProperties(family=self._families, size=size * 72 / DPI, weight=weight)


def dress(picture: Picture, pen: Pen) -> Mapping[str, Look]:
    """Each adder's look, who added most first; those past the eighth look alike."""
    added = Counter(dot.added_by for dot in picture.dots if dot.added_by is not None)
    ranked = sorted(added, key=lambda name: (-added[name], name))
    if len(ranked) > MOST_NAMES:
        own, rest = ranked[: MOST_NAMES - 1], ranked[MOST_NAMES - 1 :]
    else:
        own, rest = ranked, []
    looks: dict[str, Look] = {
        name: Look(pen.legible(name, 18) or picture.words.somebody, colour, shape)
        for name, colour, shape in zip(own, COLOURS, SHAPES, strict=False)
    }
    others = Look(picture.words.others, OTHERS, "o")
    return looks | dict.fromkeys(rest, others)


def radius(dot: Dot, count: int) -> float:
    """How large a dot is: its area grows with its votes, up to nine; suggestions are small."""
    usual = 12.0 if count <= 40 else 9.0 if count <= 80 else 7.0
    if dot.state is State.SUGGESTED:
        return 0.75 * usual
    return usual * float(np.sqrt(1 + 0.45 * min(max(dot.votes, 0), 9)))


def spread(places: Floats) -> Floats:
    """Brings the dots into the field and those that would cover each other apart: (n, 2).

    Each axis is stretched to the field by itself, half by place and half by rank, so that a crowd gets more
    of the room than an empty quarter. Labels are wide and low, so dots keep more room sideways.
    """
    if not len(places):
        return places
    low, high = places.min(axis=0), places.max(axis=0)
    stretched = np.where(high > low, (places - low) / np.where(high > low, high - low, 1), 0.5)
    ranked = np.argsort(np.argsort(places, axis=0, kind="stable"), axis=0) / max(len(places) - 1, 1)
    share = np.where(high > low, (stretched + ranked) / 2, 0.5)
    spots = np.asarray(FIELD.min + share * FIELD.size, np.float64)
    room = min(0.62 * np.sqrt(FIELD.width * FIELD.height / 2 / len(spots)), 95.0) * np.array([2.0, 1.0])
    # Dots in one place go apart in directions of their own.
    angles = np.arange(len(spots)) * 2.4
    spots += 0.5 * np.column_stack([np.cos(angles), np.sin(angles)])
    for _ in range(80):
        gaps = (spots[:, np.newaxis] - spots) / room
        apart = np.sqrt((gaps**2).sum(axis=2)) + np.eye(len(spots)) * 9
        push = np.clip(1 - apart, 0, None) / apart
        spots += 0.25 * (gaps * push[:, :, np.newaxis]).sum(axis=1) * room
        spots = np.asarray(np.clip(spots, FIELD.min, FIELD.max), np.float64)
    return spots


def _background(axes: Axes, places: Floats, radii: Floats, colours: Sequence[str]) -> None:
    """A faint warm light from the middle, and each dot's own around it."""
    y, x = np.mgrid[0:HEIGHT:201j, 0:WIDTH:301j]
    far = np.hypot((x - WIDTH / 2) / WIDTH, 1.1 * (y - HEIGHT / 2) / HEIGHT)
    dark = np.array(to_rgb(PAPER))
    image = dark + (np.clip(1 - far / 0.68, 0, 1) ** 1.4)[:, :, np.newaxis] * (np.array(to_rgb(GLOW)) - dark)
    for (left, low), size, colour in zip(places, radii, colours, strict=True):
        across, up = (np.exp(-(away**2) / (2 * (1.5 * size) ** 2)) for away in (x[:1] - left, y[:, :1] - low))
        light = 0.3 * across * up
        image += light[:, :, np.newaxis] * (np.array(to_rgb(colour)) - image)
    extent = (0, WIDTH, 0, HEIGHT)
    axes.imshow(image, extent=extent, origin="lower", aspect="auto", interpolation="bilinear", zorder=0)


def _dot(pen: Pen, dot: Dot, place: Floats, size: float, look: Look) -> None:
    if dot.state is State.SUGGESTED:
        pen.mark(place, size, look.shape, facecolor=PAPER, edgecolor=look.colour, linewidth=1.8)
        return
    over = dot.state in {State.PLAYED, State.SKIPPED, State.REMOVED}
    alpha = 0.6 if over else 1
    pen.mark(place, size, look.shape, facecolor=look.colour, edgecolor=PAPER, linewidth=1.2, alpha=alpha)
    if dot.state is State.PLAYING:
        for wider, width in ((7, 2.4), (13, 1.0)):
            pen.mark(place, size + wider, "o", facecolor="none", edgecolor=INK, linewidth=width)


def _labels(dots: Sequence[Dot], places: Floats, radii: Floats, pen: Pen) -> None:
    """Names what matters most first, each beside its dot where nothing is yet, if there is such a place."""
    big = 23.0 if len(dots) <= 14 else 20.0 if len(dots) <= 26 else 17.0
    taken = np.hstack([places - radii[:, np.newaxis] - 2, places + radii[:, np.newaxis] + 2])
    for index in sorted(range(len(dots)), key=lambda i: _matters(dots[i]))[:MOST_LABELS]:
        dot = dots[index]
        lines = [
            (pen.legible(dot.title, 26), big, INK, "bold"),
            (pen.legible(dot.artist, 28), 0.8 * big, MUTED, "normal"),
        ]
        lines = [line for line in lines if line[0]]
        if not lines:
            continue
        width = max(pen.width(text, size, weight) for text, size, _, weight in lines)
        height = sum(1.22 * size for _, size, _, _ in lines)
        reach = radii[index] + (26 if dot.state is State.PLAYING else 13)
        spots = [each for each in _beside(places[index], reach, width, height) if _inside(each[0])]
        free = [each for each in spots if not _touches(each[0], taken)]
        if dot.state is State.PLAYING and not free:
            free = spots  # what plays is named, whatever lies behind
        for box, side in free[:1]:
            taken = np.vstack([taken, box.extents])
            _label(box, side, lines, pen)


def _label(box: Bbox, side: str, lines: Sequence[tuple[str, float, str, str]], pen: Pen) -> None:
    x = {"left": box.x0, "center": (box.x0 + box.x1) / 2, "right": box.x1}[side]
    y = box.y1
    for text, size, colour, weight in lines:
        pen.write(x, y - 0.61 * size, text, size, colour, weight, ha=side)
        y -= 1.22 * size


def _beside(place: Floats, reach: float, width: float, height: float) -> Iterator[tuple[Bbox, str]]:
    """Where a label may stand beside its dot, best first, and which of its ends is at the dot."""
    x, y = place
    for lift in (0.5, 0.25, 0.75, 0.0, 1.0):
        yield Bbox.from_bounds(x + reach, y - height * lift, width, height), "left"
        yield Bbox.from_bounds(x - reach - width, y - height * lift, width, height), "right"
    for shift in (0.5, 0.3, 0.7, 0.1, 0.9):
        for low in (y - reach - height, y + reach):
            yield Bbox.from_bounds(x - width * shift, low, width, height), "center"


def _matters(dot: Dot) -> tuple[int, int]:
    order = {State.PLAYING: 0, State.QUEUED: 1, State.SUGGESTED: 2}
    return order.get(dot.state, 3), -dot.votes


def _inside(box: Bbox) -> bool:
    return bool(np.all(box.min >= LABELLED.min) and np.all(box.max <= LABELLED.max))


def _touches(box: Bbox, taken: Floats) -> bool:
    """Whether a box is too near to one of these: (boxes, 4), each with its lower left and upper right."""
    meets = (box.min < taken[:, 2:] + APART) & (taken[:, :2] < box.max + APART)
    return bool(meets.all(axis=1).any())


def _head(picture: Picture, pen: Pen) -> None:
    pen.write(36, HEIGHT - 42, pen.legible(picture.title, 46), 36, weight="bold")
    pen.write(36, HEIGHT - 78, pen.legible(picture.words.caption, 90), 21, MUTED)


def _legend(picture: Picture, looks: Mapping[str, Look], pen: Pen) -> None:
    """Who is who, and what ring and hollow dots are, at the foot."""
    people = list(dict.fromkeys(looks.values()))
    for longest in (18, 14, 11, 8, 6):
        names = [short(look.name, longest) for look in people]
        ends = np.cumsum([0.0] + [pen.width(name, 20) + 56 for name in names])
        if ends[-1] <= WIDTH - 60:
            break
    for look, name, start in zip(people, names, ends[:-1], strict=True):
        pen.mark((46 + start, 56), 9, look.shape, facecolor=look.colour, linewidth=0)
        pen.write(64 + start, 56, name, 20)
    _key(picture, pen)


def _key(picture: Picture, pen: Pen) -> None:
    """What a ring, a hollow dot and a large one say, where there are any."""
    states = {dot.state for dot in picture.dots}
    x = 36.0
    if State.PLAYING in states:
        pen.mark((x + 10, 24), 9, "o", facecolor="none", edgecolor=INK, linewidth=2)
        x = pen.after(x + 28, 24, picture.words.playing)
    if State.SUGGESTED in states:
        pen.mark((x + 10, 24), 7, "o", facecolor="none", edgecolor=OTHERS, linewidth=1.8)
        x = pen.after(x + 28, 24, picture.words.suggested)
    if any(dot.votes > 0 for dot in picture.dots):
        pen.after(x, 24, picture.words.votes)


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
