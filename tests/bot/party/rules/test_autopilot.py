"""When the autopilot asks, when it decides, and for which song."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.party.rules.autopilot import Turn, due, winner
from bot.party.words import Change, Entry, Member, State
from tests.bot.party.rules.made import MINUTE_MS, NOW_MS, SECOND_MS, entry, song


def asked(ago_ms: int) -> Change:
    """A ballot that the autopilot has opened so long ago."""
    return Change(1, "suggest", None, None, 0, NOW_MS - ago_ms)


def offer(number: int, *, ups: int = 0, downs: int = 0, match: float | None = 0.5) -> Entry:
    """A suggestion of this moment."""
    return entry(number, None, State.SUGGESTED, ups=ups, downs=downs, added_ms=NOW_MS, match=match)


def test_where_nothing_is_asked_the_autopilot_asks() -> None:
    """At once."""
    assert due(None, NOW_MS) is Turn.ASK


@pytest.mark.parametrize(
    ("ago_ms", "turn"),
    [
        (0, Turn.WAIT),
        (45 * SECOND_MS - 1, Turn.WAIT),
        (45 * SECOND_MS, Turn.DECIDE),
        (10 * MINUTE_MS - 1, Turn.DECIDE),
        (10 * MINUTE_MS, Turn.ASK),
    ],
)
def test_people_may_vote_for_45_seconds_before_it_decides(ago_ms: int, turn: Turn) -> None:
    """After ten minutes the ballot is closed, and it asks anew."""
    assert due(asked(ago_ms), NOW_MS) is turn


def test_the_most_wanted_song_wins() -> None:
    """Up-votes less down-votes count, before its place on the ballot."""
    offered = [offer(1, ups=2, downs=2, match=0.9), offer(2, ups=1, match=0.1), offer(3, match=0.8)]
    assert winner(offered, [], NOW_MS) is offered[1]


def test_among_equally_wanted_songs_the_first_wins() -> None:
    """Whatever its match: the order of the ballot knows more."""
    offered = [offer(2, match=None), offer(3, match=0.7), offer(4, match=0.3)]
    assert winner(offered, [], NOW_MS) is offered[0]
    assert winner(offered[::-1], [], NOW_MS) is offered[0]


def test_a_song_voted_down_is_not_queued() -> None:
    """Where the best is unwanted all are; as many votes for it as against it are enough."""
    assert winner([offer(1, downs=1), offer(2, downs=2)], [], NOW_MS) is None
    even = offer(1, ups=1, downs=1)
    assert winner([even, offer(2, downs=1)], [], NOW_MS) is even


@pytest.mark.parametrize("state", sorted(set(State) - {State.SUGGESTED}))
def test_where_people_have_chosen_the_autopilot_does_not(state: State) -> None:
    """A song of the ballot that is not a suggestion any more was taken up, whatever became of it."""
    taken_up = replace(offer(2), state=state, added_by=Member("discord", "1", "Anna"))
    assert winner([offer(1, ups=3), taken_up], [], NOW_MS) is None


def test_a_blocked_suggestion_is_nobodys_choice() -> None:
    """The votes for the others count all the same."""
    best = offer(1, ups=2)
    assert winner([best, replace(offer(2), state=State.REMOVED)], [], NOW_MS) is best


def test_a_song_that_somebody_added_meanwhile_does_not_win() -> None:
    """The next best does."""
    offered = [offer(1, match=0.9), offer(2, match=0.5)]
    assert winner(offered, [replace(entry(9), track=song(1))], NOW_MS) is offered[1]


def test_a_closed_ballot_has_no_winner() -> None:
    """Nor has an empty one."""
    assert winner([offer(1, ups=1)], [], NOW_MS + 10 * MINUTE_MS) is None
    assert winner([], [], NOW_MS) is None
