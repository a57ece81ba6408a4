"""Texts from outside show what they are, and turn nothing around that stands beside them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.party.visible import END_OF_ISOLATE, ISOLATE, isolated, short, units, visible

FAMILY, ENGLAND = (
    "👨\u200d👩\u200d👧",
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
)
PERSIAN, HINDI = "می\u200cخواهم", "क\u094d\u200dष"
HEBREW = "שלום"


@pytest.mark.parametrize(
    "text", ["Africa", "Beyoncé", FAMILY, "👩🏽\u200d🚀", "❤\ufe0f\u200d🔥", ENGLAND, PERSIAN, HINDI]
)
def test_what_a_script_or_an_emoji_needs_stays(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("thun\u200cder\u200dstruck", "thunderstruck"),
        ("gpj.\u202eexe", "gpj.exe"),
        ("a\u2066b\u2069c\u200ed\u200fe\u061cf", "abcdef"),
        ("Z\u0351\u036b\u0343\u036a\u0302\u036b\u033dalgo", "Z\u0351\u036b\u0343\u036aalgo"),
        ("\u0301\u0302\u0303", ""),
        ("a \u0301b", "a b"),
        ("א" + "\u1ab0\u200d" * 12, "א" + "\u1ab0\u200d" * 4),
        ("no\u00adbody\ufeff\x07\ud800", "nobody"),
        ("\U000e0067\U000e0062", ""),
    ],
)
def test_what_hides_or_disguises_goes(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("text", "longest", "cut"),
    [
        ("Take on Me", 10, "Take on Me"),
        ("Take on Me", 9, "Take on…"),
        ("  two   lines\n", 20, "two lines"),
        ("🎉🎉🎉🎉", 8, "🎉🎉🎉🎉"),
        ("🎉🎉🎉🎉", 7, "🎉🎉🎉…"),
        (f"ab {FAMILY} cd", 8, "ab…"),
        ("cafe\u0301s", 5, "caf…"),
        ("🇩🇪🇫🇷🇮🇹", 8, "🇩🇪…"),
        ("👍🏽👍🏽", 7, "👍🏽…"),
        (f"{ISOLATE}{HEBREW * 3}{END_OF_ISOLATE} – x", 9, f"{ISOLATE}{(HEBREW * 3)[:6]}…{END_OF_ISOLATE}"),
    ],
)
def test_a_text_is_cut_between_letters(text: str, longest: int, cut: str) -> None:
    assert short(text, longest) == cut
    assert units(cut) <= longest


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80), st.integers(3, 60))
@example("a" + "\u0301" * 79, 10)
@example("\u200d" * 79, 10)
@example("🇩" * 79, 11)
def test_no_text_is_longer_than_it_may_be(text: str, longest: int) -> None:
    cut = short(isolated(visible(text)), longest)
    assert len(cut) <= units(cut) <= longest
    assert cut.count(ISOLATE) == cut.count(END_OF_ISOLATE)


@given(st.text(max_size=60))
def test_nothing_visible_overrides_a_direction(text: str) -> None:
    seen = visible(text)
    assert not {unicodedata.bidirectional(sign) for sign in seen} & {
        *("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    }
    assert visible(seen) == seen


def test_a_text_that_runs_from_right_to_left_is_set_apart() -> None:
    assert isolated(HEBREW) == f"{ISOLATE}{HEBREW}{END_OF_ISOLATE}"
    assert isolated("العربية 3") == f"{ISOLATE}العربية 3{END_OF_ISOLATE}"
    assert isolated("日本語 é") == "日本語 é"
