"""When the autopilot asks, when it decides, and for which song."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from bot.party.limits import AUTOPILOT_WAITS_MS, OFFER_LASTS_MS
from bot.party.rules.lifetime import still_open
from bot.party.rules.steering import vetoed
from bot.party.words import Change, Entry, State


class Turn(Enum):
    """What the autopilot does next."""

    ASK = auto()
    WAIT = auto()
    DECIDE = auto()


def due(asked: Change | None, now_ms: int) -> Turn:
    """What to do where few songs are left.

    Args:
        asked: the ballot that the autopilot has opened and not settled.
        now_ms: the time.
    """
    if asked is None or now_ms - asked.at_ms >= OFFER_LASTS_MS:
        return Turn.ASK
    return Turn.DECIDE if now_ms - asked.at_ms >= AUTOPILOT_WAITS_MS else Turn.WAIT


def _taken_up(entry: Entry) -> bool:
    """Whether somebody has chosen a suggestion; one that was blocked leaves without anybody's name."""
    blocked = entry.state is State.REMOVED and entry.added_by is None
    return entry.state is not State.SUGGESTED and not blocked


def winner(offered: Sequence[Entry], waiting: Sequence[Entry], now_ms: int) -> Entry | None:
    """The song of a ballot that the autopilot queues; None where people have chosen or want none of it.

    Of equally wanted ones it is the first: a ballot's order knows of each member's taste, a match does not.
    """
    if any(_taken_up(entry) for entry in offered):
        return None
    suggested = [entry for entry in offered if entry.state is State.SUGGESTED]
    left = still_open(suggested, waiting, now_ms)
    best = max(left, key=lambda entry: (entry.score, -entry.id), default=None)
    return best if best is not None and not vetoed(best) else None
