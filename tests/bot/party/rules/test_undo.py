"""Which changes can be taken back."""

from __future__ import annotations

import pytest

from bot.party.rules.undo import UNDOABLE
from bot.party.words import BROUGHT_IN, State


@pytest.mark.parametrize(
    ("kind", "states"),
    [
        ("add", {State.QUEUED, State.PLAYING}),
        ("vote", {State.SUGGESTED, State.QUEUED, State.PLAYING}),
        ("move", {State.QUEUED}),
        ("skip", {State.PLAYING}),
        ("remove", {State.REMOVED}),
        ("clear", {State.REMOVED}),
    ],
)
def test_a_change_can_be_taken_back_while_it_still_matters(kind: str, states: set[State]) -> None:
    """What was queued until it has played, a vote and a skip until the song is over, a removal always."""
    assert set(UNDOABLE[kind]) == states


def test_the_song_of_an_import_that_plays_stays() -> None:
    """Unlike a song that was added by itself, it goes only while it waits."""
    assert set(UNDOABLE[BROUGHT_IN]) == {State.QUEUED}


def test_nothing_brings_back_what_was_played_or_skipped() -> None:
    """What people have heard is history."""
    assert not {State.PLAYED, State.SKIPPED} & {state for states in UNDOABLE.values() for state in states}


def test_taking_back_cannot_be_taken_back() -> None:
    """Every change that a member makes to the queue can be, and nothing else."""
    assert set(UNDOABLE) == {"add", BROUGHT_IN, "vote", "move", "skip", "remove", "clear"}
