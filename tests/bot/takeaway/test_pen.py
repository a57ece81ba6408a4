"""What the map is drawn with: shapes as large as they should be, with smooth edges, and text above them."""

from __future__ import annotations

import numpy as np
import pytest

from bot.takeaway.fonts import Fonts
from bot.takeaway.lines import Setter
from bot.takeaway.mapping import Floats
from bot.takeaway.pen import Pen
from bot.takeaway.shapes import CIRCLE, CORNERS, distance

SHAPES = [CIRCLE, *CORNERS]
PIXELS: Floats = np.linspace(-29.5, 29.5, 60)
WHITE = "#ffffff"


def pen() -> Pen:
    """A small picture."""
    return Pen(60, 40, Setter(Fonts(folders=[])))


def seen(pen: Pen) -> Floats:
    """Each pixel's brightness, the lowest row first."""
    brightness: Floats = np.asarray(pen.picture(), np.float64)[::-1].sum(axis=2) / 765
    return brightness


def light(pen: Pen, empty: Pen) -> Floats:
    """How much brighter each pixel is than on a picture where nothing is drawn."""
    return seen(pen) - seen(empty)


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_look_as_large_as_a_circle(shape: str) -> None:
    """Each covers about the same, around its middle."""
    off = distance(PIXELS[np.newaxis], PIXELS[:, np.newaxis], shape, 20.0)
    assert 0.74 < (off < 0).sum() / (np.pi * 20**2) < 1.05
    for axis in (0, 1):
        within = np.flatnonzero((off < 0).any(axis=axis))
        assert within[0] + within[-1] == pytest.approx(59, abs=6)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_distance_is_one(shape: str) -> None:
    """From one pixel to the next it changes by one at most, and it has no jump at the edge."""
    off = distance(PIXELS[np.newaxis], PIXELS[:, np.newaxis], shape, 20.0)
    for axis in (0, 1):
        assert np.abs(np.diff(off, axis=axis)).max() < 1 + 1e-9


@pytest.mark.parametrize("place", [(30.0, 20.0), (30.3, 19.6), (30.5, 20.5)])
def test_a_shape_stands_where_it_should_within_a_pixel(place: tuple[float, float]) -> None:
    """Its edge is smooth: pixels are covered in part, all in all as much as the circle is large."""
    board = pen()
    board.mark(place, 8, CIRCLE, face=WHITE)
    added = light(board, pen()) / (1 - seen(pen()))
    assert added.sum() == pytest.approx(np.pi * 64, rel=0.01)
    y, x = np.mgrid[:40, :60] + 0.5
    assert [(added * x).sum() / added.sum(), (added * y).sum() / added.sum()] == pytest.approx(
        place, abs=0.05
    )
    assert ((added > 0.1) & (added < 0.9)).sum() > 20


def test_a_ring_is_hollow_and_as_thick_as_it_should_be() -> None:
    """What is behind shows through its middle."""
    board = pen()
    board.mark((30, 20), 10, CIRCLE, edge=WHITE, thick=3.0)
    added = light(board, pen()) / (1 - seen(pen()))
    assert added[20, 30] == 0
    assert added.sum() == pytest.approx(2 * np.pi * 10 * 3, rel=0.01)


def test_what_is_over_is_paler() -> None:
    """Half the colour is half of what was there."""
    board = pen()
    board.mark((30, 20), 10, "square", face=WHITE, alpha=0.5)
    assert seen(board)[20, 30] == pytest.approx((1 + seen(pen())[20, 30]) / 2, abs=0.01)


def test_a_glow_fades() -> None:
    """Brightest where it comes from, and nothing far from it."""
    board = pen()
    board.glow(np.array([20.0, 20.0]), 5, WHITE)
    added = light(board, pen())
    assert added[20, 20] > 2 * added[20, 26] > 4 * added[20, 31] > 0
    assert added[20, 45] == 0


@pytest.mark.parametrize("place", [(0.0, 0.0), (60.0, 40.0), (0.0, 40.0), (59.9, 0.1)])
def test_nothing_fails_at_the_edge_of_the_picture(place: tuple[float, float]) -> None:
    """Half of a dot may be outside; so may a text."""
    board = pen()
    board.mark(place, 8, CIRCLE, face=WHITE)
    board.glow(np.array(place), 8, WHITE)
    board.write(*place, "much longer than there is room", 20)
    assert light(board, pen()).max() > 0.5


def test_text_lies_above_shapes() -> None:
    """Whatever is drawn first."""
    board, dot = pen(), pen()
    board.write(30, 20, "H", 30, "#000000", bold=True, before=0.5)
    for each in (board, dot):
        each.mark((30, 20), 18, CIRCLE, face=WHITE)
    assert light(board, dot).min() < -0.9
    assert light(board, dot).max() <= 0


@pytest.mark.parametrize(("before", "middle"), [(0.0, 42.0), (0.5, 30.0), (1.0, 18.0)])
def test_text_stands_at_its_place(before: float, middle: float) -> None:
    """From it, around it or before it, and at its middle height."""
    board = pen()
    board.write(30, 20, "HHH", 11.4, WHITE, before=before)
    assert board.width("HHH", 11.4) == pytest.approx(24, abs=2)
    inked = np.argwhere(light(board, pen()) > 0.3)
    low, high = inked.min(axis=0), inked.max(axis=0)
    assert (low[1] + high[1] + 1) / 2 == pytest.approx(middle, abs=1.5)
    assert (low[0] + high[0] + 1) / 2 == pytest.approx(20, abs=1)
