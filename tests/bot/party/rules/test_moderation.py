"""Who may do what concerns other people."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.party.rules.moderation import (
    is_dj,
    is_kept_out,
    mark_of,
    may_manage,
    may_moderate,
    may_vote,
    without,
)
from bot.party.words import Blocked, Member, Rules, Track
from tests.bot.party.rules.made import ANNA, BEN, song

WITH_ROLES = replace(ANNA, roles=frozenset({"77", "78"}))


def test_a_room_that_has_chosen_no_dj_has_none() -> None:
    """Whatever roles a member has."""
    assert not is_dj(ANNA, Rules())
    assert not is_dj(WITH_ROLES, Rules())


def test_a_member_with_the_chosen_role_is_a_dj() -> None:
    """One of their roles is enough; another role is not, nor a part of its number."""
    assert is_dj(WITH_ROLES, Rules(dj_role="77"))
    assert not is_dj(WITH_ROLES, Rules(dj_role="7"))
    assert not is_dj(ANNA, Rules(dj_role="77"))


def test_a_member_who_was_named_is_a_dj() -> None:
    """By the whole id, wherever it stands among the names."""
    assert is_dj(ANNA, Rules(djs="anna"))
    assert is_dj(ANNA, Rules(djs="ben anna cleo"))
    assert not is_dj(ANNA, Rules(djs="ben annabel"))


def test_a_named_member_needs_no_role_and_one_with_the_role_no_name() -> None:
    """Either way is enough where a room uses both."""
    rules = Rules(dj_role="77", djs="anna")
    assert is_dj(ANNA, rules)
    assert is_dj(replace(WITH_ROLES, user_id="ben"), rules)


@pytest.mark.parametrize(
    ("member", "manages", "moderates"),
    [
        (ANNA, False, False),
        (replace(ANNA, moderator=True), False, True),
        (replace(ANNA, manager=True), True, True),
        (WITH_ROLES, True, True),
    ],
)
def test_who_may_what(member: Member, manages: bool, moderates: bool) -> None:
    """Moderators moderate, managers and DJs do both."""
    rules = Rules(dj_role="77")
    assert (may_manage(member, rules), may_moderate(member, rules)) == (manages, moderates)


def test_a_newcomers_votes_count_where_the_room_says_so_or_they_moderate() -> None:
    """And everybody else's always."""
    new = replace(ANNA, newcomer=True)
    assert may_vote(ANNA, Rules())
    assert not may_vote(new, Rules())
    assert may_vote(new, Rules(newcomers=True))
    assert may_vote(replace(new, moderator=True), Rules())


def test_a_blocked_member_is_kept_out_by_id_and_platform() -> None:
    """Under any name, but not a namesake elsewhere, and not whoever moderates by now."""
    blocked = Blocked(members=(ANNA,))
    assert is_kept_out(replace(ANNA, name="Somebody"), Rules(), blocked)
    assert not is_kept_out(replace(ANNA, platform="slack"), Rules(), blocked)
    assert not is_kept_out(replace(ANNA, moderator=True), Rules(), blocked)
    assert not is_kept_out(BEN, Rules(), blocked)


def test_what_is_unblocked_is_named_by_its_mark() -> None:
    """The others stay, whatever marks are named besides."""
    blocked = Blocked((ANNA, BEN), (song(1), song(2)))
    left = without(blocked, {mark_of(ANNA), mark_of(song(2)), "song:0"})
    assert left == Blocked((BEN,), (song(1),))
    everything: tuple[Member | Track, ...] = (*blocked.members, *blocked.songs)
    assert len({mark_of(each) for each in everything}) == 4
    assert all(len(mark_of(each)) <= 75 for each in blocked.songs)
