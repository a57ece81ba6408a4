"""Draws the party's map: `python -m bot.takeaway.picture` reads a `Picture` as JSON and writes a PNG.

Only this process loads Pillow, see `mapping.drawn`. All places are in pixels of the picture, from its lower
left. Colours are never the only sign: each person has a shape too.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from bot.party.visible import short
from bot.party.words import State
from bot.takeaway.labels import RINGS, Box, placed
from bot.takeaway.mapping import COLOURS, OTHERS, Dot, Floats, Picture, Words, ranked
from bot.takeaway.pen import INK, MUTED, PAPER, Pen
from bot.takeaway.shapes import CIRCLE, CROSS

WIDTH, HEIGHT = 1200, 800
"""As chats show it, scaled down to 525 by 350 pixels, whole."""
SHAPES = (CIRCLE, "square", "diamond", "triangle", "turned triangle", "pentagon", "hexagon", "plus")
LEAST = 0.55
"""How large the cross is on a song that fits least, where its dot is 1."""

FIELD = Box(90, 115, WIDTH - 90, HEIGHT - 130)
"""Where the dots are; what is left around it holds the title, the names, and labels that stand out."""
LABELLED = Box(16, 84, WIDTH - 16, HEIGHT - 92)
"""Where labels may be."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a person's songs look."""

    name: str
    colour: str
    shape: str


def main(source: BinaryIO, sink: BinaryIO) -> None:
    """Draws what it reads."""
    told = json.load(source)
    dots = tuple(Dot(**{**dot, "state": State(dot["state"])}) for dot in told["dots"])
    pen = Pen(WIDTH, HEIGHT)
    draw(Picture(told["title"], dots, Words(**told["words"])), pen)
    pen.picture().save(sink, "PNG", compress_level=4)  # the next levels take longer than they save


def draw(picture: Picture, pen: Pen) -> None:
    """Draws the map on a picture of `WIDTH` by `HEIGHT` pixels."""
    looks = dress(picture, pen)
    nobody = Look("", OTHERS, CIRCLE)
    places = spread(np.array([(dot.x, dot.y) for dot in picture.dots], np.float64).reshape(-1, 2))
    radii = np.array([radius(dot, len(picture.dots)) for dot in picture.dots])
    worn = [looks[dot.added_by] if dot.added_by is not None else nobody for dot in picture.dots]
    for place, size, look in zip(places, radii, worn, strict=True):
        pen.glow(place, 1.5 * size, look.colour)
    dots = zip(picture.dots, places, radii, worn, strict=True)
    for dot, place, size, look in sorted(dots, key=lambda each: each[0].state is State.PLAYING):
        _dot(pen, dot, place, size, look)
    for label in placed(picture.dots, places, radii, LABELLED, pen):
        label.write(pen)
    _head(picture, pen)
    _legend(picture, looks, pen)


def dress(picture: Picture, pen: Pen) -> Mapping[str, Look]:
    """Each adder's look, who added most first; those past the eighth look alike."""
    own, rest = ranked(dot.added_by for dot in picture.dots if dot.added_by is not None)
    looks: dict[str, Look] = {
        name: Look(pen.legible(name, 18) or picture.words.somebody, colour, shape)
        for name, colour, shape in zip(own, COLOURS, SHAPES, strict=False)
    }
    others = Look(picture.words.others, OTHERS, CIRCLE)
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
    least, most = np.array(FIELD[:2]), np.array(FIELD[2:])
    spots = np.asarray(least + share * (most - least), np.float64)
    room = min(0.62 * np.sqrt(np.prod(most - least) / 2 / len(spots)), 95.0) * np.array([2.0, 1.0])
    # Dots in one place, like a corner of the field, go apart in directions of their own.
    angles = np.arange(len(spots)) * 2.4
    aside = 0.5 * np.column_stack([np.cos(angles), np.sin(angles)])
    for _ in range(80):
        beside = spots + aside
        gaps = (beside[:, np.newaxis] - beside) / room
        apart = np.sqrt((gaps**2).sum(axis=2)) + np.eye(len(spots)) * 9
        push = np.clip(1 - apart, 0, None) / apart
        spots += 0.25 * (gaps * push[:, :, np.newaxis]).sum(axis=1) * room
        spots = np.asarray(np.clip(spots, least, most), np.float64)
    return spots


def _dot(pen: Pen, dot: Dot, place: Floats, size: float, look: Look) -> None:
    if dot.state is State.SUGGESTED:
        pen.mark(place, size, look.shape, face=PAPER, edge=look.colour, thick=2.5)
        return
    over = dot.state in {State.PLAYED, State.SKIPPED, State.REMOVED}
    pen.mark(place, size, look.shape, face=look.colour, edge=PAPER, thick=1.7, alpha=0.6 if over else 1)
    if dot.least:
        pen.mark(place, LEAST * size, CROSS, face=PAPER)
    if dot.state is State.PLAYING:
        for wider, thick in RINGS:
            pen.mark(place, size + wider, CIRCLE, edge=INK, thick=thick)


def _head(picture: Picture, pen: Pen) -> None:
    title = pen.legible(picture.title, 46)
    while title and pen.width(title, 36, bold=True) > WIDTH - 72:
        title = short(title, len(title) - 1)
    pen.write(36, HEIGHT - 42, title, 36, bold=True)
    pen.write(36, HEIGHT - 78, pen.legible(picture.words.caption, 90), 21, MUTED)


def _legend(picture: Picture, looks: Mapping[str, Look], pen: Pen) -> None:
    """Who is who, and what ring and hollow dots are, at the foot."""
    people = list(dict.fromkeys(looks.values()))
    for longest in (18, 14, 11, 8, 6, 4, 3, 2):
        names = [short(look.name, longest) for look in people]
        ends = np.cumsum([0.0] + [pen.width(name, 20) + 56 for name in names])
        if ends[-1] <= WIDTH - 60:
            break
    for look, name, start in zip(people, names, ends[:-1], strict=True):
        pen.mark((46 + start, 56), 9, look.shape, face=look.colour)
        pen.write(64 + start, 56, name, 20)
    _key(picture, pen)


def _key(picture: Picture, pen: Pen) -> None:
    """What a ring, a hollow dot, a crossed and a large one say, where there are any."""
    states = {dot.state for dot in picture.dots}
    rings = [
        (State.PLAYING in states, 9, INK, 2.8, picture.words.playing),
        (State.SUGGESTED in states, 7, OTHERS, 2.5, picture.words.suggested),
    ]
    x = 36.0
    for there, size, colour, thick, words in rings:
        if there:
            pen.mark((x + 10, 24), size, CIRCLE, edge=colour, thick=thick)
            x = _after(x + 28, words, pen)
    if any(dot.least for dot in picture.dots):
        pen.mark((x + 10, 24), 9, CIRCLE, face=OTHERS)
        pen.mark((x + 10, 24), 9 * LEAST, CROSS, face=PAPER)
        x = _after(x + 28, picture.words.least, pen)
    if any(dot.votes > 0 for dot in picture.dots):
        _after(x, picture.words.votes, pen)


def _after(x: float, words: str, pen: Pen) -> float:
    """Writes a part of the key, and says where the next may begin."""
    plain = pen.legible(words, 40)
    pen.write(x, 24, plain, 18, MUTED)
    return x + pen.width(plain, 18) + 30


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
