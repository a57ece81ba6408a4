"""When songs, ballots and parties begin and end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.party.rules.lifetime import began_ms, ends_ms, expired, still_open
from bot.party.words import State
from tests.bot.party.rules.made import HOUR_MS, MINUTE_MS, NOW_MS, entry, song


def test_a_party_goes_on_until_nobody_has_done_anything_for_twelve_hours() -> None:
    """After more than that the next one begins now."""
    started_ms = NOW_MS - 100 * HOUR_MS
    assert began_ms(started_ms, NOW_MS, NOW_MS) == started_ms
    assert began_ms(started_ms, NOW_MS - 12 * HOUR_MS, NOW_MS) == started_ms
    assert began_ms(started_ms, NOW_MS - 12 * HOUR_MS - 1, NOW_MS) == NOW_MS


def test_a_song_is_over_after_its_length() -> None:
    """One of unknown length is taken to last three and a half minutes."""
    assert ends_ms(replace(song(1), duration_ms=1_234), NOW_MS) == NOW_MS + 1_234
    assert ends_ms(song(1), NOW_MS) == NOW_MS + 3.5 * MINUTE_MS


def test_a_suggestion_expires_after_ten_minutes() -> None:
    """Not a millisecond sooner."""
    suggestion = entry(state=State.SUGGESTED, added_ms=NOW_MS)
    assert not expired(suggestion, NOW_MS)
    assert not expired(suggestion, NOW_MS + 10 * MINUTE_MS - 1)
    assert expired(suggestion, NOW_MS + 10 * MINUTE_MS)


@pytest.mark.parametrize("state", sorted(set(State) - {State.SUGGESTED}))
def test_nothing_else_expires(state: State) -> None:
    """A song that waits for hours still waits."""
    assert not expired(entry(state=state, added_ms=NOW_MS), NOW_MS + 100 * HOUR_MS)


def test_a_ballot_holds_what_is_in_time_and_was_not_added_by_hand() -> None:
    """Each song that drops out leaves the others as they are, in their order."""
    late = entry(1, None, State.SUGGESTED, added_ms=NOW_MS - 10 * MINUTE_MS)
    ballot = [entry(number, None, State.SUGGESTED, added_ms=NOW_MS) for number in (4, 2, 3)]
    again = replace(entry(9), track=song(2))
    assert still_open([late, *ballot], [], NOW_MS) == ballot
    assert still_open([late, *ballot], [entry(8), again], NOW_MS) == [ballot[0], ballot[2]]
    assert still_open([], [again], NOW_MS) == []
