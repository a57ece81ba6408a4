"""Whose songs were played to their end, one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from bot.party.words import Entry, State


def streaks(history: Iterable[Entry]) -> dict[str, int]:
    """Each member's longest run of songs that were played to their end, by user_id.

    Args:
        history: what was played or skipped, in the order in which it was.
    """
    longest: dict[str, int] = {}
    for (user, played), songs in groupby(history, key=_whose):
        if user is not None:
            longest[user] = max(longest.get(user, 0), sum(played for _ in songs))
    return longest


def _whose(entry: Entry) -> tuple[str | None, bool]:
    """Whose song it was, and whether it was played to its end."""
    return entry.added_by.user_id if entry.added_by else None, entry.state is State.PLAYED
