"""Who may do what concerns other people, and whom and what a room keeps out."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import replace

from bot.party.rules.songs import any_version
from bot.party.words import Blocked, Member, Rules, Track


def is_dj(member: Member, rules: Rules) -> bool:
    """Whether the room has given a member the say, by role or by name."""
    return rules.dj_role in member.roles or member.user_id in rules.djs.split()


def may_manage(member: Member, rules: Rules) -> bool:
    """Whether a member may choose what holds for everybody."""
    return member.manager or is_dj(member, rules)


def may_moderate(member: Member, rules: Rules) -> bool:
    """Whether a member may do what concerns other people's songs."""
    return member.moderator or may_manage(member, rules)


def may_vote(member: Member, rules: Rules) -> bool:
    """Whether a member's votes count: those of newcomers only where the room says so.

    Whoever comes to the page without an account has joined nothing: see `rules.visiting.just_came`.
    """
    old = not member.newcomer or member.platform == "web"
    return rules.newcomers or old or may_moderate(member, rules)


def is_kept_out(member: Member, rules: Rules, blocked: Blocked) -> bool:
    """Whether a member may only look; whoever may moderate by now is not held to an earlier block."""
    return member in blocked.members and not may_moderate(member, rules)


def is_blocked(track: Track, blocked: Blocked) -> bool:
    """Whether a song may not be here, in any version."""
    return any(any_version(each, track) for each in blocked.songs)


def mark_of(one: Member | Track) -> str:
    """What a blocked member or song is told apart by in menus, the same whatever else is blocked."""
    if isinstance(one, Member):
        return f"member:{one.user_id}"
    told = f"{one.track_id or ''}\n{one.title}\n{one.artist}"
    return f"song:{hashlib.sha256(told.encode('utf-8', 'replace')).hexdigest()[:16]}"


def without(blocked: Blocked, marks: Collection[str]) -> Blocked:
    """What stays blocked without those that these marks name."""
    return replace(
        blocked,
        members=tuple(each for each in blocked.members if mark_of(each) not in marks),
        songs=tuple(each for each in blocked.songs if mark_of(each) not in marks),
    )
