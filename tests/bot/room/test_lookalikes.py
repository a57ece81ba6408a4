"""Which names look the same, and which nobody may have."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.party.errors import NameNeeded, NotUnderstood
from bot.room.lookalikes import is_reserved, looks
from bot.room.names import person

SECRET = "a secret of sixteen letters"


@pytest.mark.parametrize(
    "other",
    [
        *("ada", "ADA", "Ada.", "Ada ✓", "A d a", "Ada 🎉", "Àda", "Ａｄａ", "𝐀𝐝𝐚", "Ⓐⓓⓐ"),
        *("Аda", "Adа", "АԀа", "Αda", "ᎪԁА", "Ada\u200d", "A\u0336d\u0336a", "ꓮda", "Ⲁda", "ɑda"),
    ],
)
def test_lookalikes(other: str) -> None:
    """What no eye tells from a name looks like it."""
    assert looks(other) == looks("Ada")


@pytest.mark.parametrize(
    ("one", "other"), [("Ian", "lan"), ("Bill", "Bi11"), ("Otto", "0tt0"), ("Arno", "Amo"), ("Wim", "vvim")]
)
def test_letters_that_are_hard_to_tell_apart(one: str, other: str) -> None:
    """So do names in which only such letters differ."""
    assert looks(one) == looks(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada", "Ida"),
        ("Anna", "Hanna"),
        ("Ann", "Anne"),
        ("Ада", "Ида"),
        ("राम", "रमा"),
        ("愛", "恋"),
        ("가", "나"),
    ],
)
def test_others(one: str, other: str) -> None:
    """Names that are different look different."""
    assert looks(one) != looks(other)


@pytest.mark.parametrize(
    "name",
    [
        *("Host", "HOST", "h0st", "Нost", "The Host", "Host 2", "H o s t", "Encore", "Еncore", "Encore Bot"),
        *("encore.", "Moderator", "Admin", "DJ", "Spotify", "Gastgeber", "Anfitrión", "ホスト", "主持人"),
    ],
)
def test_reserved(name: str) -> None:
    """Nobody is called as the house is, or as whoever has the say."""
    assert is_reserved(name)


@pytest.mark.parametrize("name", ["Ann", "Hostess Ann", "DJ Ann", "Coren", "Bo", "Тамара"])
def test_not_reserved(name: str) -> None:
    """Names that only sound a little like it are people's."""
    assert not is_reserved(name)


@given(st.text(max_size=200))
def test_any_text_looks_like_something(text: str) -> None:
    """There is no text that this could not look at, and looking twice changes nothing."""
    assert looks(text) == looks(text.swapcase().swapcase()) or text.swapcase().swapcase() != text
    assert isinstance(is_reserved(text), bool)


@pytest.mark.parametrize("name", ["a" + "\u0301" * 30_000, "x" * 60_000, "ﷺ" * 20_000, "\u202e" * 60_000])
def test_a_long_text_costs_nothing(name: str) -> None:
    """What is too long for any name is refused by its length, unread."""
    begun = time.process_time()
    for _ in range(1_000):
        with pytest.raises(NameNeeded):
            person(name, SECRET)
    assert time.process_time() - begun < 1


@pytest.mark.parametrize("secret", ["", "x" * 15, "x" * 129, "x" * 60_000])
def test_secrets(secret: str) -> None:
    """A secret that the page does not make is none."""
    with pytest.raises(NotUnderstood):
        person("Ann", secret)
