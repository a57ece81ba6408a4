"""How many must agree before a song is skipped."""

from __future__ import annotations

from bot.party.words import Quorum


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
