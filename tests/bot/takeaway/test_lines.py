"""Lines of text: what of a name can be read, how wide it is, and that all of it is printed."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, features

from bot.takeaway.fonts import Fonts
from bot.takeaway.lines import Line, Setter

SETTER = Setter(Fonts(folders=[]))


def ink(line: Line, shift: float = 0.0) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """How dark each pixel is, from 0 to 1."""
    return np.asarray(line.printed(shift)[0], np.float64) / 255


def middle(line: Line, shift: float) -> float:
    """How far right of the start of its column the middle of a line's ink lies."""
    columns = ink(line, shift).sum(axis=0)
    return float(((np.arange(len(columns)) + 0.5) * columns).sum() / columns.sum())


@pytest.mark.parametrize(
    ("text", "longest", "expected"),
    [
        ("Dancing Queen", 20, "Dancing Queen"),
        ("Dancing Queen", 8, "Dancing…"),
        ("a b c d e f g", 3, "a…"),
        ("abc defg", 3, "ab…"),
        ("abc", 3, "abc"),
        ("two\nlines\r\n\tand more", 40, "two lines and more"),
        ("\x00\x1b[31m\u202e\u200b", 40, "[31m"),
        ("日本 a", 40, "a"),
        ("Z" + "\u0300\u0301\u0302" * 80 + "a", 40, "Z\u0300\u0301a"),
        ("e\u0301", 40, "é"),
        ("﷽ salam", 40, "salam"),
        ("日本語", 40, ""),
        ("\ud800", 40, ""),
        ("", 40, ""),
    ],
)
def test_a_name_is_cut_to_what_can_be_read(text: str, longest: int, expected: str) -> None:
    """One line, no control characters, two accents at most, no character as wide as a sentence."""
    assert SETTER.legible(text, longest) == expected


def test_a_line_is_as_wide_as_its_ink() -> None:
    """Twice the text is twice as wide, and all of it is printed."""
    once, twice = (SETTER.line(text, 30, bold=True) for text in ("mmmm", "mmmmmmmm"))
    assert twice.width == pytest.approx(2 * once.width, rel=0.01)
    columns = np.flatnonzero(ink(once).sum(axis=0))
    assert columns[-1] - columns[0] + 1 == pytest.approx(once.width, abs=4)
    _, start, base = once.printed(0)
    assert columns[0] == pytest.approx(start, abs=3)
    assert np.flatnonzero(ink(once).sum(axis=1))[-1] == base - 1


@pytest.mark.parametrize("shift", [0.0, 0.25, 0.5, 0.9])
def test_a_line_stands_where_it_should_within_a_pixel(shift: float) -> None:
    """Letters are not moved to whole pixels, which would spoil the room between them."""
    line = SETTER.line("il", 18)
    assert middle(line, shift) - middle(line, 0.0) == pytest.approx(shift, abs=0.13)


@pytest.mark.parametrize("text", ["", " ", "\u0301", "Ž\u0302\u0303y", "ﷺ", "🎉 a สวัสดี مرحبا"])
def test_every_line_can_be_printed(text: str) -> None:
    """Even an empty one, or an accent alone; nothing touches the edges, where it would be cut."""
    line = SETTER.line(text, 20)
    dark = ink(line)
    assert line.width >= 0
    assert not dark[[0, -1]].any()
    assert not dark[:, [0, -1]].any()


@pytest.mark.skipif(not features.check("raqm"), reason="this system has no FriBiDi to compare with")
@pytest.mark.parametrize("text", ["مرحبا", "السلام", "שלום", "ABBA שיר 12", "كلمة (حلوة) 12", "שלום ab"])
def test_a_line_looks_the_same_without_fribidi(text: str) -> None:
    """Names in Arabic and Hebrew have the same order and the same joined letters there, less kerning."""
    by_pillow, by_us = (Setter(Fonts(folders=[]), shaped=shaped).line(text, 40) for shaped in (True, False))
    assert by_us.width == pytest.approx(by_pillow.width, abs=3)
    seen = [
        line.printed(0)[0].resize((int(line.width) // 4, 20), Image.Resampling.BOX)
        for line in (by_pillow, by_us)
    ]
    both = [np.asarray(each.resize(seen[0].size), np.float64).ravel() for each in seen]
    assert np.asarray(np.corrcoef(both))[0, 1] > 0.9
