"""What people spell in several ways has one key, and what is different keeps its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.party.spelling import (
    alike,
    alike_all,
    artist_key,
    fold,
    fold_all,
    names,
    song_key,
    title_key,
    version_key,
    with_notes,
)
from bot.party.words import Track

TEXTS = st.text(st.characters(blacklist_characters="\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), max_size=40)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("N.O.R.E.", "nore"),
        ("will.i.am", "will i am"),
        ("P!nk", "pink"),
        ("Wake Up!", "wake up"),
        ("A$AP Ferg", "asap ferg"),
        ("Zayde Wølf", "zayde wolf"),
        ("Straße", "strasse"),
        ("don’t", "dont"),
        ("Simon & Garfunkel", "simon and garfunkel"),
        ("ガガガ", "ガガガ"),
        ("Ёлка", "елка"),
        ("𝐁𝐨𝐥𝐝", "bold"),
        ("a\u202eb\u200bc", "abc"),
    ],
)
def test_signs_and_accents_are_folded(written: str, folded: str) -> None:
    """Case, accents, dots and signs within words, and what nobody sees."""
    assert fold(written).strip() == folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("There For You", "there 4 u"),
        ("Two", "2"),
        ("Twenty One Pilots", "21 pilots"),
        ("Lovin' You", "loving u"),
        ("Rock and Roll", "Rock & Roll"),
        ("für dich", "fuer dich"),
        ("Part II", "Pt. 2"),
    ],
)
def test_words_are_written_in_one_way(one: str, other: str) -> None:
    """What people shorten, swap and spell out."""
    assert alike(fold(one)) == alike(fold(other))


def test_versions_share_a_title() -> None:
    """Not so parts, and a title that is all brackets keeps them."""
    assert title_key("Hey Jude - Remastered 2015") == title_key("Hey Jude (Live)") == title_key("hey jude")
    assert title_key("Another Brick in the Wall (Pt. 1)") != title_key("Another Brick in the Wall (Pt. 2)")
    assert title_key("(What)") != title_key("(Who)")
    assert version_key("One (Live)") != version_key("One") == version_key("One - 2011 Remaster")


def test_artists_share_a_key() -> None:
    """The or not, & or and; a name of signs alone is its own key."""
    assert artist_key("The Naked And Famous") == artist_key("Naked & Famous")
    assert names("¥$, Kanye West") == ["¥$", "kanye west"]
    assert song_key(Track("Stay", "The Kid LAROI, Justin Bieber")) == song_key(Track("STAY", "Kid Laroi"))


@given(st.lists(TEXTS, min_size=1, max_size=8))
def test_many_texts_are_folded_as_one_is(texts: list[str]) -> None:
    """However many are folded at once, and whichever of them are ASCII."""
    folded = fold_all(texts)
    assert folded == [fold(text) for text in texts]
    written = [" ".join(each.translate(str.maketrans("(),", "   ")).split()) for each in alike_all(folded)]
    assert written == [alike(each) for each in folded]


@given(TEXTS)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    """A folded text is its own folding, and so are the keys."""
    once = fold(with_notes(text))
    assert fold(once) == once or not text.isascii()  # a few letters fold to others in two steps
    assert title_key(text) == title_key(text.strip())
