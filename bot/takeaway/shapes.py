"""The shapes of the map's dots, as how far each pixel is from their edge, which makes edges smooth."""

from __future__ import annotations

import numpy as np

from bot.takeaway.mapping import Floats

CIRCLE = "circle"
CROSS = "cross"


def _regular(corners: int, radius: float) -> Floats:
    angles = np.pi / 2 + 2 * np.pi * np.arange(corners) / corners
    return radius * np.column_stack([np.cos(angles), np.sin(angles)])


_TRIANGLE = np.array([[0.0, 1.05], [-1.2, -1.0], [1.2, -1.0]])
_HALF_PLUS = np.array([[1.0, 3.0], [-1.0, 3.0], [-1.0, 1.0], [-3.0, 1.0], [-3.0, -1.0], [-1.0, -1.0]])
_PLUS = np.vstack([_HALF_PLUS, -_HALF_PLUS])

CORNERS = {
    "square": 0.89 * np.array([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]]),
    "diamond": _regular(4, 1.16),
    "triangle": _TRIANGLE,
    "turned triangle": -_TRIANGLE,
    "pentagon": _regular(5, 1.1),
    "hexagon": _regular(6, 1.06),
    "plus": 0.36 * _PLUS,
    CROSS: 0.36 * _PLUS @ np.array([[1.0, 1.0], [-1.0, 1.0]]) / np.sqrt(2),
}
"""The corners of what looks as large as a circle of radius 1: (corners, 2), right and up from its middle."""


def distance(x: Floats, y: Floats, shape: str, size: float) -> Floats:
    """How far pixels are from the edge of a shape, less than 0 within it: (rows, columns).

    Args:
        x: how far right of its middle they are, (1, columns).
        y: and how far above it, (rows, 1).
        shape: `CIRCLE`, or one of `CORNERS`.
        size: the radius of a circle that looks as large.
    """
    if shape == CIRCLE:
        return np.asarray(np.hypot(x, y) - size, np.float64)
    nearest, within = np.full((len(y), x.size), np.inf), np.zeros((len(y), x.size), bool)
    corners = size * CORNERS[shape]
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along, up = x1 - x0, y1 - y0
        share = np.clip(((x - x0) * along + (y - y0) * up) / (along**2 + up**2), 0, 1)
        nearest = np.minimum(nearest, np.hypot(x - x0 - share * along, y - y0 - share * up))
        # A pixel is within if a line from it to the left crosses an odd number of sides.
        if up:
            within ^= ((y0 > y) != (y1 > y)) & (x0 + (y - y0) * along / up < x)
    return np.where(within, -nearest, nearest)
