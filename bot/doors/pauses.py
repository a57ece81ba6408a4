"""How long a card rests that its chat does not take just now, and what the log says of it."""

from __future__ import annotations

import logging

from bot.party.words import Room

log = logging.getLogger(__name__)

LONGEST_S = 300.0
"""A pause that grows is twice as long after each try, and so long at most."""
MOST_DOUBLED = 16
"""After so many tries in a row it does not matter any more how many there were."""


class Pauses:
    """Which rooms' cards are not taken just now.

    Of each kind of trouble the log has one line when it begins and one when it is over.
    """

    def __init__(self) -> None:
        self._tries: dict[Room, int] = {}
        self._rooms: dict[str, set[Room]] = {}  # by the kind of trouble

    def next_s(self, room: Room, kind: str, seconds: float, *, grows: bool) -> float:
        """How long a card rests before the next try.

        Args:
            room: its room.
            kind: what is the matter, the same text for all rooms that it happens to.
            seconds: how long it rests after the first try.
            grows: whether it rests twice as long after each further one.
        """
        tries = self._tries.get(room, 0)
        self._tries[room] = tries + 1
        pause_s = seconds
        if grows:
            pause_s = min(seconds * 2 ** min(tries, MOST_DOUBLED), max(seconds, LONGEST_S))
        if kind not in self._rooms:
            log.warning("The card in %s has to wait, and others may, too: %s", room, kind)
        self._rooms.setdefault(kind, set()).add(room)
        return pause_s

    def over(self, room: Room) -> None:
        """Takes note that a card was taken, or is wanted no more."""
        if self._tries.pop(room, None) is None:
            return
        for kind, rooms in list(self._rooms.items()):
            rooms.discard(room)
            if not rooms:
                del self._rooms[kind]
                log.info("Cards are taken again; this is over: %s", kind)
