"""What people mean who press a button twice, or all at once."""

from __future__ import annotations

import pytest

from bot.party.rules.presses import Press, Presses, just_skipped
from bot.party.words import Room, State
from tests.bot.party.rules.made import NOW_MS, entry

ROOM = Room("discord", "1", "2")
UP: Press = (ROOM, "anna", 7, +1)
AGAIN_MS = 700
"""Within this time a second press is the same press."""


def test_the_first_press_counts() -> None:
    """Whether or not the request has a key."""
    assert not Presses().is_second_half(UP, None, NOW_MS)
    assert not Presses().is_second_half(UP, "key", NOW_MS)


@pytest.mark.parametrize("keys", [(None, None), ("one", "two"), (None, "two"), ("one", None)])
@pytest.mark.parametrize(("later_ms", "half"), [(0, True), (AGAIN_MS - 1, True), (AGAIN_MS, False)])
def test_a_second_press_soon_after_is_half_of_a_double_click(
    keys: tuple[str | None, str | None], later_ms: int, half: bool
) -> None:
    """After seven tenths of a second it is a press of its own."""
    presses = Presses()
    presses.is_second_half(UP, keys[0], NOW_MS)
    assert presses.is_second_half(UP, keys[1], NOW_MS + later_ms) is half


def test_a_press_that_is_delivered_again_is_no_double_click() -> None:
    """It has the same key, by which whoever serves it knows it; the next one is compared with it."""
    presses = Presses()
    presses.is_second_half(UP, "key", NOW_MS)
    assert not presses.is_second_half(UP, "key", NOW_MS + 1)
    assert presses.is_second_half(UP, "other", NOW_MS + AGAIN_MS)


def test_time_is_counted_from_the_latest_press() -> None:
    """Who keeps pressing meant one press."""
    presses = Presses()
    halves = [presses.is_second_half(UP, None, NOW_MS + number * 600) for number in range(4)]
    assert halves == [False, True, True, True]


@pytest.mark.parametrize(
    "other",
    [
        (Room("discord", "1", "3"), "anna", 7, +1),
        (ROOM, "ben", 7, +1),
        (ROOM, "anna", 8, +1),
        (ROOM, "anna", 7, -1),
    ],
)
def test_each_button_and_each_member_is_on_its_own(other: Press) -> None:
    """Another room, member, song or vote neither is a second half nor comes between two."""
    presses = Presses()
    presses.is_second_half(UP, None, NOW_MS)
    assert not presses.is_second_half(other, None, NOW_MS)
    assert presses.is_second_half(UP, None, NOW_MS)


@pytest.mark.parametrize(("others", "remembered"), [(9_999, True), (10_000, False)])
def test_at_most_ten_thousand_presses_are_remembered(others: int, remembered: bool) -> None:
    """One more, and all are forgotten: a double click across that moment is two presses."""
    presses = Presses()
    presses.is_second_half(UP, None, NOW_MS)
    for number in range(others):
        presses.is_second_half((ROOM, "ben", number, +1), None, NOW_MS)
    assert presses.is_second_half(UP, None, NOW_MS) is remembered


@pytest.mark.parametrize(("later_ms", "just"), [(0, True), (1_999, True), (2_000, False)])
def test_a_song_was_just_skipped_for_two_seconds(later_ms: int, just: bool) -> None:
    """Whoever asks for a skip meanwhile meant that song."""
    assert just_skipped(entry(state=State.SKIPPED, ended_ms=NOW_MS), NOW_MS + later_ms) is just


@pytest.mark.parametrize("state", sorted(set(State) - {State.SKIPPED}))
def test_a_song_that_ended_otherwise_was_not_skipped(state: State) -> None:
    """However short a while ago."""
    assert not just_skipped(entry(state=state, ended_ms=NOW_MS), NOW_MS)


def test_a_skip_at_an_unknown_time_is_long_ago() -> None:
    """At the beginning of time: two seconds later it is over."""
    assert not just_skipped(entry(state=State.SKIPPED), 2_000)
