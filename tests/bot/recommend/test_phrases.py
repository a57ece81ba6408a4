"""What the words of a vibe are taken for."""

from __future__ import annotations

import pytest

from bot.party.limits import LONGEST_TEXT
from bot.recommend.phrases import MOST_LOOKED_AT, read


def meant(text: str, own: str = "") -> tuple[list[str], list[str]]:
    """The keys of the topics of a text, and what nobody knows; a bundle's own word in angle brackets."""
    parts, unknown = read(text, own.split().__contains__)
    return [
        key for part in parts for key in ([each.key for each in part.topics] or [f"<{part.said}>"])
    ], unknown


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("house party", ["party"]),  # the longest phrase first
        ("house", ["house"]),
        ("road trip", ["road trip"]),
        ("roadtrip", ["road trip"]),
        ("noche de las chicas", ["girls night"]),
        ("german rap", ["german", "hip hop"]),
        ("deutschrap", ["german", "hip hop"]),
        ("rockmusik", ["rock"]),
        ("Hochzeitsmusik", ["wedding"]),
        ("weihnachtslieder", ["christmas"]),
        ("deutsches", ["german"]),
        ("R&B", ["r&b"]),
        ("rock'n'roll", ["rock and roll"]),
        ("the '80s!", ["80s"]),
        ("die 80er Jahre", ["80s"]),
        ("années 90", ["90s"]),
        ("90年代の夏ソング", ["90s", "summer"]),
        ("适合下雨天听的歌", ["rain"]),
        ("ＰＡＲＴＹ", ["party"]),
        ("party party PARTY", ["party"]),
        ("\u200b🎉 fiesta 🎉", ["party"]),
    ],
)
def test_phrases(text: str, topics: list[str]) -> None:
    """In any language and spelling, and no word is left over."""
    assert meant(text) == (topics, [])


@pytest.mark.parametrize("typed", ["wrokout", "workuot", "worrkout"])
@pytest.mark.parametrize("first", ["", "xy "])
def test_slips_are_forgiven(typed: str, first: str) -> None:
    """Within a word of some length."""
    assert meant(first + typed)[0] == ["workout"]


@pytest.mark.parametrize("text", ["horse", "mental", "sada", "pup", "rok", "mouse", "carpet", "hause"])
def test_words_that_are_only_like_one_are_not_taken_for_it(text: str) -> None:
    """A short word with another letter is another word."""
    assert meant(text) == ([], [text])


def test_a_slip_never_beats_a_word() -> None:
    """What is spelt like a phrase, or like a word of the bundle's, is that."""
    assert meant("dinner", own="diner")[0] == ["dinner"]
    assert meant("workuot", own="workuot")[0] == ["<workuot>"]


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("the", ["the"]),
        ("by die all", ["by", "die", "all"]),
        ("kshe wzlx", ["kshe", "wzlx"]),
        ("vlorp zorp vlorp", ["vlorp", "zorp"]),
        ("ぬるぽ", ["ぬるぽ"]),
        ("!?", []),
    ],
)
def test_what_nobody_knows_is_told(text: str, unknown: list[str]) -> None:
    """Once each, though a bundle has words of names: those that say nothing are none."""
    assert meant(text, own="the by die all kshe wzlx") == ([], unknown)


def test_words_beside_what_is_known_that_say_nothing_are_not_told() -> None:
    """`some music for the wedding` is about a wedding; hits say nothing either, but alone they do."""
    assert meant("some music for the wedding please") == (["wedding"], [])
    assert meant("hits") == (["hits"], [])


@pytest.mark.parametrize("text", ["a" * LONGEST_TEXT, "夏" * LONGEST_TEXT, "x " * 150, "80" * 150, "é" * 300])
def test_long_texts_are_looked_at_no_further_than_people_type(text: str) -> None:
    """However long they are."""
    parts, unknown = read(text, lambda _: False)
    assert len(parts) + len(unknown) <= MOST_LOOKED_AT


def test_a_compound_needs_parts_that_are_known() -> None:
    """Not of any two letters."""
    assert meant("metalhead")[0] == []
    assert meant("funkparty")[0] == ["funk", "party"]
