"""Which song plays next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from bot.party.words import NOBODY, Entry, Order


def in_order(
    queue: Iterable[Entry], order: Order = Order.VOTES, started_ms: Mapping[str, int] | None = None
) -> tuple[Entry, ...]:
    """What plays next first: what people asked for, by the room's order, then what the autopilot added.

    Args:
        queue: the entries that wait.
        order: what decides; an entry that was moved stands where it was moved to all the same.
        started_ms: when a song of each member was last started, by user_id; of whoever had none, never.
    """
    waiting = sorted(queue, key=lambda entry: (entry.added_ms, entry.id))
    if order is not Order.ARRIVAL:
        waiting.sort(key=lambda entry: -entry.score)
    if order is Order.TURNS:
        waiting = _in_turn(waiting, started_ms or {})
    waiting.sort(key=lambda entry: entry.added_by is None)
    free = [entry for entry in waiting if not entry.pin]
    pinned = [(entry.pin, entry) for entry in waiting if entry.pin]
    for place, entry in sorted(pinned, key=lambda each: each[0]):
        free.insert(place - 1, entry)
    return tuple(free)


def _in_turn(waiting: Sequence[Entry], started_ms: Mapping[str, int]) -> list[Entry]:
    """A song of each member after the other, each member's own in the order given.

    In a round those whose last song is longest ago come first.
    """
    turns: Counter[str] = Counter()
    placed = []
    for entry in waiting:
        user = entry.added_by.user_id if entry.added_by else NOBODY
        placed.append((turns[user], started_ms.get(user, 0), entry))
        turns[user] += 1
    return [entry for _, _, entry in sorted(placed, key=lambda each: each[:2])]
