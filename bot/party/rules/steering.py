"""What votes and skips tell the model: which songs are wanted, how much, and by whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from bot.party.limits import OFFER_LASTS_MS
from bot.party.words import NOBODY, Entry, Signal, State

UP_VOTE_WEIGHT = 1.0
"""What each up-vote adds to an entry's weight of 1 ..."""
HEAVIEST = 4.0
"""... up to this: trials found 2 to 4 best."""
UNWANTED = -0.25
"""The label of what the room skipped or voted down: trials found -0.1 to -0.25 best, stronger hurts."""


def vetoed(entry: Entry) -> bool:
    """Whether the room has said no to this song: skipped, taken out, or voted down by most."""
    return entry.state in {State.SKIPPED, State.REMOVED} or entry.score < 0


def spoken_for(entry: Entry, now_ms: int) -> bool:
    """Whether suggesting this song now would repeat something or ignore the room."""
    if entry.state is State.SUGGESTED and not vetoed(entry):
        return now_ms - entry.added_ms < OFFER_LASTS_MS
    return True


def signals(entries: Iterable[Entry]) -> list[Signal]:
    """What a party's entries and votes tell the model.

    A song that was taken out says nothing of itself: people mistype. A suggestion speaks only once it has
    been voted on, and so does one that the autopilot has picked: the model would hear itself.
    """
    told = []
    for entry in entries:
        if entry.state is State.SKIPPED or entry.score < 0:
            told.append(Signal(entry.track, 1.0, UNWANTED, stances(entry)))
        elif entry.state is not State.REMOVED and (entry.score or _added(entry)):
            weight = min(1 + UP_VOTE_WEIGHT * entry.ups, HEAVIEST)
            told.append(Signal(entry.track, weight, 1.0, stances(entry)))
    return told


def _added(entry: Entry) -> bool:
    """Whether a person has put it into the queue."""
    return entry.added_by is not None and entry.state is not State.SUGGESTED


def stances(entry: Entry) -> dict[str, float]:
    """What each member has said of an entry: whoever added it wants it, unless they voted against it."""
    adder = entry.added_by
    said = {adder.user_id: 1.0} if adder and adder.user_id != NOBODY else {}
    return said | {user: 1.0 if value > 0 else UNWANTED for user, value in entry.votes.items()}


def served(entries: Iterable[Entry]) -> dict[str, int]:
    """How many songs of each member have been played or are playing, by user_id."""
    on = [entry for entry in entries if entry.state in {State.PLAYING, State.PLAYED}]
    return dict(Counter(entry.added_by.user_id for entry in on if entry.added_by))
