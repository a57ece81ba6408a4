"""The order of a line in which some words run from right to left, after UAX #9."""

from __future__ import annotations

from pathlib import Path
from unicodedata import bidirectional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.takeaway.bidi import levels, ordered, turned
from bot.takeaway.fonts import Run, noto

ARABIC = next(font for font in noto() if "Arabic" in font.name)
HEBREW = next(font for font in noto() if "Hebrew" in font.name)
TEXTS = st.text(
    st.sampled_from("abאבمرحلا٣12 .,-+%/()") | st.characters(exclude_categories=["C"]), max_size=12
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("abc 12!", "0000000"),
        ("אב גד", "11111"),
        ("ab אב, גד.", "0001111110"),
        ("אב ab, cd.", "1112222221"),
        ("אב 12", "11122"),
        ("ab אב 12 cd", "00011122000"),
        ("ab 12 אב", "00000011"),
        ("ab مر 12", "00011122"),
        ("אב 1,5%", "1112222"),
        ("אב 1+2", "111222"),
        ("مر 1+2", "111212"),
        ("אב - 2", "111112"),
        ("(12) אב", "1221111"),
        ("א\u05b8ב\u0301", "1111"),
        ("12 %", "0000"),
    ],
)
def test_each_character_has_a_level(text: str, expected: str) -> None:
    """Letters by their alphabet, numbers by the words before them, signs by both sides."""
    assert "".join(map(str, levels(text))) == expected


@given(TEXTS)
def test_every_line_has_levels(text: str) -> None:
    """One a character, none above two; letters that run from right to left are on odd ones and others not."""
    found = levels(text)
    assert len(found) == len(text)
    assert set(found) <= {0, 1, 2}
    for char, level in zip(text, found, strict=True):
        kind = bidirectional(char)
        assert level % 2 == (kind in {"R", "AL"}) or kind not in {"L", "R", "AL"}


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([], ""),
        ([("a", 0), ("b", 1), ("c", 1), ("d", 0)], "acbd"),
        ([("a", 1), ("b", 2), ("c", 2), ("d", 1)], "dbca"),
        ([("a", 0), ("b", 1), ("c", 2), ("d", 0)], "acbd"),
        ([("a", 2)], "a"),
    ],
)
def test_runs_stand_in_the_order_of_their_levels(runs: list[tuple[str, int]], expected: str) -> None:
    """What is on an odd level is turned, and what is deeper within is turned back."""
    found = ordered([(Run(text, Path()), level) for text, level in runs])
    assert "".join(run.text for run, _ in found) == expected


@pytest.mark.parametrize(
    ("text", "font", "expected"),
    [
        ("שלום (ב)", HEBREW, "(ב) םולש"),
        ("ש\u05c1ל", HEBREW, "לש\u05c1"),
        ("سلام", ARABIC, "\ufee1\ufefc\ufeb3"),
        ("حبيبي", ARABIC, "\ufef2\ufe92\ufef4\ufe92\ufea3"),
        ("دار", ARABIC, "\ufead\ufe8d\ufea9"),
        ("گپ", ARABIC, "\ufb57\ufb94"),
        ("بَب", ARABIC, "\ufe90\ufe91\u064e"),
        ("بب", HEBREW, "بب"),
        ("", ARABIC, ""),
    ],
)
def test_a_run_from_right_to_left_is_turned_and_joined(text: str, font: Path, expected: str) -> None:
    """Arabic letters take the form of their place if the font has it, brackets are mirrored, accents stay."""
    assert turned(Run(text, font)) == expected


@given(TEXTS)
def test_every_run_can_be_turned(text: str) -> None:
    """Nothing but lam and alef become one."""
    pairs = sum(text.count("ل" + alef) for alef in "اأإآ")
    assert len(text) - pairs <= len(turned(Run(text, ARABIC))) <= len(text)
