"""What people may do who come to a party's page without an account."""

from __future__ import annotations

from bot.party.errors import AddingLocked, VisitorsLook, VisitorsVote
from bot.party.rules.moderation import may_moderate
from bot.party.words import Member, Room, Rules, Visitors


def is_visitor(member: Member, rules: Rules) -> bool:
    """Whether a member has no account and no say: hosts and whom they appoint are held to nothing here."""
    return member.platform == "web" and not may_moderate(member, rules)


def only_looks(member: Member, rules: Rules) -> bool:
    """Whether a member may do nothing but look."""
    return rules.visitors is Visitors.LOOK and is_visitor(member, rules)


def only_votes(member: Member, rules: Rules) -> bool:
    """Whether a member may vote, and add nothing."""
    return rules.visitors is Visitors.VOTE and is_visitor(member, rules)


def just_came(member: Member, rules: Rules) -> bool:
    """Whether a member came too lately to be counted when a skip is put to the vote.

    An account takes longer to make than a name on a page: nobody skips a song by coming in four times.
    """
    return member.newcomer and is_visitor(member, rules)


def most_songs(member: Member, rules: Rules) -> int:
    """How many songs of a member may wait; 0 for any number."""
    if may_moderate(member, rules):
        return 0
    limits = [rules.songs_each, rules.visitor_songs if is_visitor(member, rules) else 0]
    return min(filter(None, limits), default=0)


def let_take_part(member: Member, rules: Rules, room: Room) -> None:
    """Lets a member vote, skip and ask for suggestions.

    Raises:
        VisitorsLook: whoever has no account may only look.
    """
    if only_looks(member, rules):
        raise VisitorsLook(room)


def let_add(member: Member, rules: Rules, room: Room) -> None:
    """Lets a member add songs, as far as it is not about which.

    Raises:
        VisitorsLook, VisitorsVote: whoever has no account may not.
        AddingLocked: only moderators may for now.
    """
    let_take_part(member, rules, room)
    if only_votes(member, rules):
        raise VisitorsVote(room)
    if rules.adding_locked and not may_moderate(member, rules):
        raise AddingLocked(room)
