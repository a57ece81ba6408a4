"""The logo as pictures for home screens, drawn from its shapes: `static/logo.svg` is 64 units wide."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageDraw

GROUND, SUN, CREAM = "#d9381e", "#ffc247", "#fff3dc"
FINER = 4
"""Drawn so much larger, and then made smaller, so that edges are smooth."""


@dataclass(frozen=True, slots=True)
class Icon:
    """A picture: its side in pixels, and how much of it the logo takes."""

    side: int
    share: float = 1.0
    corners: bool = False


ICONS = {
    "icon-192.png": Icon(192, corners=True),
    "icon-512.png": Icon(512, corners=True),
    "maskable-512.png": Icon(512, share=0.72),  # Android may cut away a fifth on each side
    "apple-touch-icon.png": Icon(180, share=0.9),  # iOS rounds the corners itself
}


def drawn(name: str) -> bytes:
    """A picture as a PNG file."""
    icon = ICONS[name]
    side = icon.side * FINER
    picture = Image.new("RGBA", (side, side), "#0000" if icon.corners else GROUND)
    pen = ImageDraw.Draw(picture)
    if icon.corners:
        pen.rounded_rectangle((0, 0, side - 1, side - 1), side / 4, fill=GROUND)
    _draw_sun(pen, side * icon.share / 64, side * (1 - icon.share) / 2)
    file = io.BytesIO()
    picture.resize((icon.side, icon.side), Image.Resampling.LANCZOS).save(file, "PNG", optimize=True)
    return file.getvalue()


def _draw_sun(pen: ImageDraw.ImageDraw, unit: float, inset: float) -> None:
    def at(*places: float) -> list[float]:
        return [inset + place * unit for place in places]

    for radius, ink in ((22, SUN), (13, CREAM)):
        outer = radius + 3  # a line is drawn inwards from here
        pen.arc(at(32 - outer, 50 - outer, 32 + outer, 50 + outer), 180, 360, ink, round(6 * unit))
    pen.ellipse(at(27, 45, 37, 55), CREAM)
    for ray in ((32, 8, 32, 18), (15, 14, 20, 22), (49, 14, 44, 22)):
        pen.line(at(*ray), CREAM, round(5 * unit))
        for x, y in (ray[:2], ray[2:]):
            pen.ellipse(at(x - 2.5, y - 2.5, x + 2.5, y + 2.5), CREAM)
