"""What a party's page says in one language: how things stand, and the latest changes for who missed them."""

from __future__ import annotations

from collections import deque

from bot.party.words import Party
from bot.room.frames import Frame
from bot.room.sheet import Around, ChangeJson, Sheet, Songs, sheet
from bot.wording.replies import Replies

MOST_KEPT = 100
"""So many changes are kept for whoever was away."""
MOST_MISSED = 30
"""Whoever missed more is shown the whole instead, which is shorter."""
FRESH_MS = 250
"""For so long all who enter are sent the same bytes, which say what time it is."""


class Edition:
    """One language's sheet."""

    def __init__(self, words: Replies, party: Party, around: Around) -> None:
        self.words = words
        self._songs = Songs(words)
        self._sheet: Sheet = sheet(party, around, self._songs)
        self._next = self._sheet
        self._kept: deque[ChangeJson] = deque(maxlen=MOST_KEPT)
        self._whole: tuple[int, Frame] | None = None

    def compare(self, party: Party, around: Around) -> ChangeJson | None:
        """What has become different; it counts once it is printed."""
        self._next = sheet(party, around, self._songs)
        return self._next.since(self._sheet)

    def print(self, change: ChangeJson | None, run: str, seq: int, now_ms: int) -> Frame:
        """Takes note of what was compared, under its number; empty where only another language differs."""
        numbered: ChangeJson = {
            **(change or {"run": "", "seq": 0, "now_ms": 0, "set": {}, "entries": [], "lists": {}}),
            "run": run,
            "seq": seq,
            "now_ms": now_ms,
        }
        self._sheet, self._whole = self._next, None
        self._kept.append(numbered)
        return Frame({"change": numbered})

    def whole(self, run: str, seq: int, now_ms: int) -> Frame:
        """How all stands."""
        if self._whole is None or not 0 <= now_ms - self._whole[0] < FRESH_MS:
            self._whole = now_ms, Frame(self._sheet.whole(run, seq, now_ms))
        return self._whole[1]

    def missed(self, since: int, seq: int, now_ms: int) -> list[Frame] | None:
        """The changes after one, up to the latest; None where they are not known any more, or too many."""
        count = seq - since
        if not 0 <= count <= min(MOST_MISSED, len(self._kept)):
            return None
        latest = list(self._kept)[len(self._kept) - count :]
        return [Frame({"change": {**change, "now_ms": now_ms}}) for change in latest]
