"""What Encore exports comes back: every song of every form, in its order."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.lists.cells import disarmed
from bot.lists.lines import UNSEEN, tidy
from bot.lists.paths import DASH
from bot.lists.reading import read_list
from bot.party.words import Entry, Member, State, Track
from bot.takeaway.files import Form, exported, filename

ID = "003vvx7Niy0yvhvHt4a68B"
VISIBLE = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40).map(tidy)
"""Any text on one line."""
NAMES = st.tuples(VISIBLE.filter(bool), VISIBLE)


def plays_no_tricks(names: Sequence[str]) -> bool:
    """Whether no name has an apostrophe where the CSV puts one: that one is taken off with the others."""
    return all(disarmed(name) == name for name in names)


def says_one_thing(names: Sequence[str]) -> bool:
    """Whether no name has a dash like the one that an M3U puts between artist and title."""
    return not any(DASH.search(f" {name} ") for name in names)


def entry(track: Track) -> Entry:
    """A song in a party."""
    return Entry(1, track, State.PLAYED, Member("web", "1", "=Anna,\n+1"), added_ms=0, started_ms=0)


def returned(names: Sequence[tuple[str, str]], form: Form) -> list[tuple[str, str]]:
    """Title and artist of what was exported."""
    songs = [entry(Track(title, artist)) for title, artist in names]
    data = exported(songs, form, "Friday, =1 - <night>")
    return [(line.title, line.artist) for line in read_list(data, filename("Friday", form))]


@given(st.lists(NAMES.filter(plays_no_tricks), min_size=1, max_size=8))
def test_a_csv_comes_back(names: Sequence[tuple[str, str]]) -> None:
    """All but an apostrophe of a name's own before what looks like a formula."""
    assert returned(names, Form.CSV) == names


@pytest.mark.parametrize("form", [Form.XSPF, Form.JSPF])
@given(names=st.lists(NAMES, min_size=1, max_size=8))
def test_an_xspf_and_a_jspf_come_back(form: Form, names: Sequence[tuple[str, str]]) -> None:
    """All of it."""
    assert returned(names, form) == names


@given(st.lists(NAMES.filter(says_one_thing), min_size=1, max_size=8))
def test_an_m3u_comes_back(names: Sequence[tuple[str, str]]) -> None:
    """The first dash on its line divides artist and title."""
    assert returned(names, Form.M3U) == names


@given(st.lists(NAMES, min_size=1, max_size=8))
def test_an_m3u_loses_no_letter_to_other_dashes(names: Sequence[tuple[str, str]]) -> None:
    """Where a name has a dash, a part of it may be taken for the other's; every song is there, whole."""
    back = [sorted(letters(f"{artist}{title}")) for title, artist in returned(names, Form.M3U)]
    assert back == [sorted(letters(f"{artist}{title}")) for title, artist in names]


def letters(text: str) -> str:
    """A text without blanks, dashes, what nobody sees and what stands for half a surrogate pair."""
    return re.sub(r"[\s?–—-]", "", UNSEEN.sub("", text))


@pytest.mark.parametrize("form", Form)
@given(title=st.text(st.characters(), max_size=5), artist=st.text(st.characters(), max_size=5))
def test_any_text_comes_back_as_far_as_it_is_seen(form: Form, title: str, artist: str) -> None:
    """Wanted ends and tabs become blanks; control characters and halves of surrogate pairs are no loss."""
    track = Track(f"x{title}x", f"x{artist}x")
    if plays_no_tricks([track.title, track.artist]):
        (line,) = read_list(exported([entry(track)], form, "Friday"))
        assert letters(line.artist + line.title) == letters(track.artist + track.title)


@pytest.mark.parametrize(
    ("title", "artist"),
    [
        ("=1+1", "-M-"),
        ('="1999"', "+44"),
        ("'Round Midnight", "@"),
        ("Rock,=1;+2\tor\n-3", "'; DROP"),
        ("1999", "Prince"),
        ("Title", "Artist"),
        ("<!DOCTYPE a>", "&amp;"),
        ('"Heroes"', 'Weird "Al"'),
        ("#EXTINF:1,x", "[playlist]"),
        ("曲名", "アーティスト"),
    ],
)
@pytest.mark.parametrize("form", Form)
def test_names_that_look_like_something_else(form: Form, title: str, artist: str) -> None:
    """Formulas, heads, marks of other forms."""
    assert returned([(title, artist)], form) == [(tidy(title), tidy(artist))]


@pytest.mark.parametrize("form", Form)
def test_the_rest_of_a_song_comes_back_where_its_form_has_it(form: Form) -> None:
    """A CSV rounds the length to seconds, an M3U has nothing else, XSPF and JSPF have no year."""
    track = Track("Dancing Queen", "ABBA", "t1", "Arrival", 1976, 230_400, ID)
    (line,) = read_list(exported([entry(track)], form, "Friday"))
    told = (line.album, line.year, line.duration_ms, line.spotify_id)
    assert (
        told
        == {
            Form.CSV: ("Arrival", 1976, 230_000, ID),
            Form.M3U: (None, None, 230_000, None),
            Form.XSPF: ("Arrival", None, 230_400, ID),
            Form.JSPF: ("Arrival", None, 230_400, ID),
        }[form]
    )


@pytest.mark.parametrize("form", Form)
def test_the_same_song_twice_comes_back_twice(form: Form) -> None:
    """In its order."""
    names = [("B", "x"), ("A", "y"), ("B", "x")]
    assert returned(names, form) == names
