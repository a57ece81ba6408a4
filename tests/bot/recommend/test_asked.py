"""What is taken off a text, what is kept of it, and that no text takes long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.party.visible import visible
from bot.recommend.asked import CHEAP, GUEST, Asked, understood
from bot.recommend.texts import tidy


def counted(asked: Asked) -> str:
    """The words that count."""
    return " ".join(asked.core())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Coldplay - Viva La Vida (Official Music Video) [HD]", "coldplay viva la vida"),
        ("7. Rage Against The Machine - Bombtrack", "rage against the machine bombtrack"),
        ("07 - Lady Gaga - Disease.mp3", "lady gaga disease"),
        ("07_ABBA_-_Waterloo.flac", "abba waterloo"),
        ("C:\\Music\\ABBA\\Gold\\03 Waterloo.mp3", "waterloo"),
        ("• ABBA - Waterloo 2:45", "abba waterloo"),
        ("#EXTINF:213,ABBA - Waterloo", "abba waterloo"),
        ("**Waterloo** by `ABBA`", "waterloo by abba"),
        ("[Waterloo](https://example.com/x) by ABBA", "waterloo by abba"),
        ("Waterloo\tABBA\tGold\t2:45", "waterloo abba"),
        ('"Waterloo","ABBA","Gold"', "waterloo abba"),
        ("play wonderwall by oasis please", "wonderwall by oasis"),
        ("spiel bitte wonderwall von oasis", "wonderwall von oasis"),
        ("mets wonderwall de oasis stp", "wonderwall de oasis"),
        ("Daft Punk ft. Pharrell Williams - Get Lucky", "daft punk get lucky"),
        ("Numb - Linkin Park #nowplaying :fire:", "numb linkin park"),
        ("Iris The Goo Goo Dolls 1998", "iris the goo goo dolls"),
        ("Lemon 米津玄師 かけて", "lemon 米津玄師"),
        ("Play", "play"),
        ("Video Games", "video games"),
        ("please please me", "me"),
    ],
)
def test_what_stands_around_a_song_counts_little(typed: str, meant: str) -> None:
    """It is not thrown away, since it may be a title: of a text that is nothing else all of it counts."""
    assert counted(understood(typed)) == meant


def test_wishes_and_guests_are_told_apart() -> None:
    """A version that is asked for, and a guest, who may or may not be credited."""
    asked = understood("Billie Jean (Live) feat. Somebody")
    assert asked.wishes == {"live"}
    weighed = dict(zip(asked.words, asked.weights, strict=True))
    assert (weighed["live"], weighed["somebody"]) == (CHEAP, GUEST)


def test_the_parts_keep_their_spelling() -> None:
    """What nobody knows is queued as it was typed: only what asks and decorates goes."""
    assert understood("play Our Own Demo - The Garage Neighbours").sides == (
        "Our Own Demo",
        "The Garage Neighbours",
    )
    assert understood("ABBA - Unheard (Official Video)").sides == ("ABBA", "Unheard")
    assert understood("Live Session - Wvvkj").sides == ("Live Session", "Wvvkj")
    assert understood("Unheard by ABBA").sides == ("Unheard", "ABBA")


HOSTILE = [
    '"' * 300,
    "(" * 300,
    "([{" * 100,
    "- " * 150,
    "a - " * 75,
    "by " * 100,
    "_" * 300,
    "*" * 300,
    "[x](" * 75,
    "12:34 " * 50,
    "ft. " * 75,
    "prod. by " * 33,
    "の" * 300,
    "かけて" * 100,
    "1. " * 100,
    "\t" * 300,
    ",;" * 150,
    "&amp;" * 60,
    "'a 'b" * 60,
    "title: artist: " * 20,
    "\u202e" * 300,
    "👨\u200d👩\u200d👧" * 50,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_taken_apart(text: str) -> None:
    """Signs, brackets and separators without end; every text is cut to its length before this."""
    asked = understood(text)
    assert len(asked.words) == len(asked.weights)
    assert all(0 < weight <= 1 for weight in asked.weights)


@given(st.text(max_size=300))
def test_any_text_is_taken_apart(text: str) -> None:
    """None makes it fail, and if it has a word at all, some word counts."""
    asked = understood(text)
    assert len(asked.words) == len(asked.weights)
    assert bool(asked.words) == any(weight > GUEST for weight in asked.weights)


def test_invisible_letters_stay_where_a_script_needs_them() -> None:
    """Persian and Indic words, and families of emoji; not in Latin text, and no overrides anywhere."""
    persian, family = "می\u200cخواهم", "👨\u200d👩\u200d👧"
    assert visible(persian) == persian
    assert visible(family) == family
    assert visible("thun\u200cder\u202estruck\ud800") == "thunderstruck"
    assert tidy(" a\t \tb  c\n") == "a\tb c"
