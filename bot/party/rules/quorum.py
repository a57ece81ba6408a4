"""How many must agree before a song is skipped, and who need not ask."""

from __future__ import annotations

from bot.party.rules.moderation import may_moderate
from bot.party.words import Entry, Member, Quorum, Rules


def skips_needed(people: int, quorum: Quorum = Quorum.HALF) -> int:
    """How many of the people there must agree before a song is skipped; at least one."""
    return max(
        1,
        {
            Quorum.ONE: 1,
            Quorum.THIRD: -(-people // 3),
            Quorum.HALF: people // 2 + 1,
            Quorum.MOST: -(-2 * people // 3),
            Quorum.ALL: people,
        }[quorum],
    )


def skips_at_once(member: Member, playing: Entry, rules: Rules) -> bool:
    """Whether a member skips what plays without a vote: as a moderator, or because it is their own song.

    What the room voted in is nobody's own.
    """
    own = playing.added_by == member and playing.ballot is None
    return rules.at_once and (own or may_moderate(member, rules))
