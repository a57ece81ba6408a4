"""Who may do what concerns other people."""

from __future__ import annotations

from bot.party.words import Member, Rules


def is_dj(member: Member, rules: Rules) -> bool:
    """Whether the room has given a member the say, by role or by name."""
    return rules.dj_role in member.roles or member.user_id in rules.djs.split()
