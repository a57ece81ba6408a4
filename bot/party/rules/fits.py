"""How well suggestions fit a room, in words: beside what fits this room best, not beside all rooms."""

from __future__ import annotations

from enum import StrEnum

from bot.party.words import Entry


class Fit(StrEnum):
    """How well a suggestion fits."""

    STRONG = "strong"
    GOOD = "good"
    TRY = "try"  # it may


STRONG, GOOD = 0.75, 0.45
"""From these shares of the best on a suggestion is called so."""
BLOCKS = 5
"""So many blocks a full bar has in a chat."""


def fit(entry: Entry) -> Fit:
    """What a suggestion is called; one without a reason is a try, however popular."""
    if not entry.because or entry.fit is None or entry.fit < GOOD:
        return Fit.TRY
    return Fit.STRONG if entry.fit >= STRONG else Fit.GOOD


def full(entry: Entry) -> float:
    """How full a suggestion's bar is, from 0 to 1, never fuller than what it is called."""
    share = min(max(entry.fit or 0.0, 0.0), 1.0)
    return share if entry.because else min(share, GOOD / 2)


def blocks(entry: Entry) -> str:
    """The bar as a chat shows it: at least one block of five."""
    filled = max(round(BLOCKS * full(entry)), 1)
    return "▰" * filled + "▱" * (BLOCKS - filled)
