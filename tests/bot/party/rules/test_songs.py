"""What can be told of songs: which are the same, which are explicit, and how to mix artists."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.party.rules.songs import any_version, explicit, main_artist, same_song, twin, varied
from bot.party.words import Track
from tests.bot.party.rules.made import ANY_TIME, entry, song

ARTISTS = st.lists(st.sampled_from(["Abba", "ABBA, Cher", "Queen", "Blur"]), max_size=40)


@pytest.mark.parametrize(
    ("title", "album", "expected"),
    [
        ("Song (Explicit)", None, True),
        ("Song [explicit version]", "Album", True),
        ("Song (Live) [EXPLICIT]", None, True),
        ("Song", "Album (Explicit)", True),
        ("Song", "Album", False),
        ("Explicit", "Explicit", False),
        ("Explicit (Live) Explicit", None, False),
        ("Song (exp) [licit]", None, False),
        ("Song (Clean)", None, False),
    ],
)
def test_a_song_is_explicit_that_says_so_in_brackets(title: str, album: str | None, expected: bool) -> None:
    """In its title or its album's, of either kind of bracket, in any case; a name alone says nothing."""
    assert explicit(Track(title, "Band", album=album)) is expected


@pytest.mark.parametrize("artist", ["Queen", "queen", " Queen , David Bowie", "QUEEN,Bowie,Cher"])
def test_the_main_artist_is_the_first_without_case(artist: str) -> None:
    """However the others are credited."""
    assert main_artist(song(1, artist)) == "queen"


def test_main_artists_differ_where_the_first_one_does() -> None:
    """A guest is not whose song it is; a song of unknown artist is nobody's."""
    assert main_artist(song(1, "David Bowie, Queen")) == "david bowie"
    assert main_artist(song(1, "")) == ""
    assert main_artist(song(1, "Straße")) == main_artist(song(1, "STRASSE"))


@pytest.mark.parametrize(
    ("count", "of_one"), [(1, 1), (2, 2), (3, 2), (5, 2), (7, 2), (8, 3), (10, 4), (20, 8)]
)
def test_at_most_two_in_five_are_of_one_artist(count: int, of_one: int) -> None:
    """Two may be where fewer than five are asked for; the best of each artist are kept, in their order."""
    ranked = [song(number, "Abba, Guest" if number else "Abba") for number in range(30)]
    others = [song(number, f"Band {number}") for number in range(30)]
    assert varied(ranked + others, count) == [*range(of_one), *range(30, 30 + count - of_one)]


@ANY_TIME
@given(ARTISTS, st.integers(min_value=1, max_value=12))
def test_a_mix_is_a_choice_in_the_order_of_the_ranking(artists: list[str], count: int) -> None:
    """No place twice, no more than asked for, and nothing left out but for what its artist has already."""
    ranked = [song(number, artist) for number, artist in enumerate(artists)]
    kept = varied(ranked, count)
    assert kept == sorted(set(kept))
    assert len(kept) <= count
    most = max(2, 0.4 * count)
    had = Counter(main_artist(ranked[place]) for place in kept)
    assert all(songs <= most for songs in had.values())
    if len(kept) < count:
        passed_over = set(range(len(ranked))) - set(kept)
        assert all(had[main_artist(ranked[place])] + 1 > most for place in passed_over)


def test_songs_of_the_catalogue_are_the_same_by_their_id() -> None:
    """Whatever they are called."""
    assert same_song(song(1, track_id="a"), song(2, "Other", track_id="a"))
    assert not same_song(song(1, track_id="a"), song(2, "Other", track_id="b"))
    assert not same_song(song(1), song(2))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            ("Stay", "The Kid LAROI, Justin Bieber"),
            ("STAY (with Justin Bieber)", "Justin Bieber, The Kid LAROI"),
        ),
        (("Bury Us", "The Naked And Famous"), ("Bury Us", "Naked & Famous")),
        (
            ("Another Brick in the Wall, Pt. 2", "Pink Floyd"),
            ("Another Brick in the Wall (Part 2)", "Pink Floyd"),
        ),
        (("Don't Stop Me Now", "Queen"), ("Don’t Stop Me Now - Remastered 2011", "Queen")),
        (("Peaches (feat. Daniel Caesar)", "Justin Bieber, Daniel Caesar"), ("Peaches", "Justin Bieber")),
    ],
)
def test_twins_are_the_same_song(one: tuple[str, str], other: tuple[str, str]) -> None:
    """With credits swapped, & or and, The or not, Pt. or Part, remastered or not, whatever their ids."""
    assert same_song(Track(*one, track_id="a"), Track(*other, track_id="b"))
    assert same_song(Track(*other), Track(*one, track_id="a"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Stay", "Rihanna, Mikky Ekko"), ("Stay", "Mikky Ekko")),
        (("One", "U2"), ("One - Live", "U2")),
        (("One", "U2"), ("One", "Metallica")),
        (
            ("Another Brick in the Wall, Pt. 1", "Pink Floyd"),
            ("Another Brick in the Wall, Pt. 2", "Pink Floyd"),
        ),
        (("Levitating", "Dua Lipa"), ("Levitating - Remix", "Dua Lipa")),
    ],
)
def test_others_are_not(one: tuple[str, str], other: tuple[str, str]) -> None:
    """Another version, another part, another artist, and a guest's own song of the same title."""
    assert not same_song(Track(*one, track_id="a"), Track(*other, track_id="b"))


def test_typed_songs_are_the_same_by_title_and_artist() -> None:
    """Without case, and only if both are the same."""
    typed = Track("Straße", "Größe")
    assert same_song(typed, Track("STRASSE", "GRÖSSE"))
    assert not same_song(typed, Track("Straße", "Other"))
    assert not same_song(typed, Track("Other", "Größe"))


@pytest.mark.parametrize(
    ("one", "other", "same", "version"),
    [
        (("\u0301\u0302", ""), ("\u0301\u0302", ""), True, True),
        (("\u0301\u0302", ""), ("\u0303", ""), False, False),
        (("???", "!!!"), ("???", "!!!"), True, True),
        (("???", "!!!"), ("!!!", "!!!"), False, False),
        (("Africa", "TOTO"), ("Africa - Live", "Toto, Guest"), False, True),
        (("Africa", "TOTO"), ("Africa", "Weezer"), False, False),
    ],
)
def test_titles_of_signs_alone_and_versions(
    one: tuple[str, str], other: tuple[str, str], same: bool, version: bool
) -> None:
    """Of a title without letters the signs tell; a live take is another song, but a version of the same."""
    assert same_song(Track(*one), Track(*other)) is same
    assert any_version(Track(*one), Track(*other)) is version


def test_the_twin_is_the_first_entry_of_the_same_song() -> None:
    """None where there is none."""
    entries = [entry(3), entry(1), entry(2)]
    assert twin(entries, song(1)) is entries[1]
    assert twin(entries, song(4)) is None
    assert twin([], song(1)) is None
