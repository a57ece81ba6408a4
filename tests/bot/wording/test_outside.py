"""Titles and names from outside, in every door's words: they hide nothing and turn nothing around."""

from __future__ import annotations

import pytest

from bot.doors.meant import named
from bot.party.errors import NameTaken
from bot.party.visible import END_OF_ISOLATE, ISOLATE
from bot.party.words import Entry, Member, State, Track
from bot.room.language import REPLIES
from bot.slack import text as slack
from bot.wording.languages import language
from bot.wording.replies import Replies
from cogs import escape

HEBREW, ARABIC = "שיר", "أغنية"
OVERRIDE = "\u202e\u2066\u200f"
DOORS = {"Discord": Replies(language("en"), escape.plain), "Slack": slack.words("en"), "room": REPLIES}


def set_apart(text: str) -> str:
    """As a text stands in a sentence that runs the other way."""
    return f"{ISOLATE}{text}{END_OF_ISOLATE}"


@pytest.mark.parametrize("door", DOORS)
def test_a_song_that_runs_from_right_to_left_is_set_apart(door: str) -> None:
    """Title, artist and whoever added it, each on its own."""
    member = Member("discord", "1", f"{OVERRIDE}{ARABIC}")
    entry = Entry(1, Track(HEBREW, ARABIC), State.QUEUED, member, 0, votes={"1": 1, "2": 1})
    line = DOORS[door].line(entry)
    assert line.startswith(f"{set_apart(HEBREW)} – {set_apart(ARABIC)} · 👍 2 · added by ")
    assert line.endswith(set_apart(ARABIC))


@pytest.mark.parametrize("door", DOORS)
def test_no_override_gets_through(door: str) -> None:
    """Neither in a song nor in a name, a reason or an error."""
    words = DOORS[door]
    said = [
        words.song(Track(f"gpj{OVERRIDE}exe", f"a{OVERRIDE}b")),
        words.name(f"a{OVERRIDE}b"),
        words.listed([f"a{OVERRIDE}b"]),
        words.error(NameTaken(f"a{OVERRIDE}b")),
        words.which([(f"a{OVERRIDE}b", [Track(f"c{OVERRIDE}d", "e")])]),
    ]
    for text in said:
        assert not {*OVERRIDE} & {*text}
    assert "gpjexe" in said[0]


def test_a_song_that_nobody_can_see_has_a_sign() -> None:
    """A title of marks alone would stand on the text before it."""
    assert REPLIES.song(Track("\u0301\u0302", "\u0303")) == "?"
    entry = Entry(1, Track("Africa", "TOTO"), State.QUEUED, Member("slack", "U1", "\u0301\u202e"), 0)
    assert REPLIES.line(entry) == "Africa – TOTO"


def test_a_choice_in_a_list_closes_what_it_opens() -> None:
    """However short it is cut."""
    for longest in range(6, 80):
        choice = named(Track(HEBREW * 20, ARABIC * 20), longest)
        assert choice.count(ISOLATE) == choice.count(END_OF_ISOLATE)
        assert len(choice) <= longest


def test_an_endless_name_is_not_looked_through() -> None:
    """Of what is sent ten times as much is looked at as is shown."""
    assert REPLIES.name("\u202e" * 1_000_000 + "late") == ""
    assert REPLIES.name("A" * 1_000_000) == "A" * 31 + "…"
