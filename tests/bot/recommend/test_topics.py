"""The tables of what words are about."""

from __future__ import annotations

import pytest

from bot.recommend.topics import LANGUAGES, Kind, facts, time_of, tokens
from bot.wording.languages import LANGUAGES as SPOKEN


def test_a_topic_has_a_name_in_every_language() -> None:
    """So that what a phrase was taken for can be said to anybody."""
    assert {*LANGUAGES.values()} == {*SPOKEN}
    for topic in facts().topics.values():
        assert {*topic.names} == {*SPOKEN}
        assert all(topic.names.values())


def test_a_topic_has_songs_or_artists() -> None:
    """Nothing is understood for which no song stands."""
    genres = {genre for group in facts().makers for genre in group.genres}
    countries = {group.country for group in facts().makers}
    for key, topic in facts().topics.items():
        assert topic.songs or key in genres or topic.countries <= countries
        assert not topic.near or topic.near in facts().topics
        if topic.kind in {Kind.OCCASION, Kind.TIME}:
            assert len(topic.songs) >= 15, key
    assert genres <= {*facts().topics}


def test_no_song_or_artist_is_named_twice_in_a_row() -> None:
    """What a table repeats would count twice."""
    for topic in facts().topics.values():
        assert len({*topic.songs}) == len(topic.songs), topic.key


@pytest.mark.parametrize("word", ["by", "die", "all", "the", "la", "de", "of", "kshe", "wzlx"])
def test_words_that_say_nothing_are_no_phrases(word: str) -> None:
    """Neither articles and prepositions nor stations are in the tables."""
    assert word not in facts().phrases
    assert word not in facts().shorter


@pytest.mark.parametrize(
    ("key", "years"),
    [
        ("60s", (1960, 1969)),
        ("1960s", (1960, 1969)),
        ("80er", (1980, 1989)),
        ("80erjahre", (1980, 1989)),
        ("80", (1980, 1989)),
        ("80年代", (1980, 1989)),
        ("2000", (2000, 2009)),
        ("2000er", (2000, 2009)),
        ("10s", (2010, 2019)),
        ("2020s", (2020, 2029)),
        ("1985", (1985, 1985)),
        ("2005", (2005, 2005)),
        ("30s", None),
        ("40", None),
        ("1885", None),
        ("99", None),
        ("808080", None),
    ],
)
def test_figures_of_decades_and_years(key: str, years: tuple[int, int] | None) -> None:
    """However they are written; of what nobody means by it, nothing."""
    topic = time_of(key)
    assert (topic.years if topic else None) == years


def test_scripts_without_spaces_are_read_by_character() -> None:
    """And others by word."""
    assert tokens("Années 80's 夏のドライブ bgm") == [
        "annees", "80", "s", "夏", "の", "ド", "ラ", "イ", "ブ", "bgm",
    ]  # fmt: skip
