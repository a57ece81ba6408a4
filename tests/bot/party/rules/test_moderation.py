"""Who may do what concerns other people."""

from __future__ import annotations

from dataclasses import replace

from bot.party.rules.moderation import is_dj
from bot.party.words import Rules
from tests.bot.party.rules.made import ANNA

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
