"""What is sent into a voice channel next: Opus frames, made ahead, which the sending thread only takes."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import discord

FRAME_MS = 20
SILENCE = b"\xf8\xff\xfe"
"""A frame of silence (Discord's docs, "Voice Data Interpolation")."""
AHEAD_MS = 8_000
"""So much is made ahead of what is heard."""
NOTHING = 0
"""The number of no entry."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A frame, and where it stands in which of the party's entries."""

    entry: int
    opus: bytes
    at_ms: int


END = Piece(NOTHING, SILENCE, 0)
"""What comes after the last song."""


class Frames(discord.AudioSource):
    """The frames of one voice channel: the library's thread takes them, all else is the event loop's."""

    def __init__(self) -> None:
        self.now: Piece | None = None  # what was sent last; None: nothing yet of what is ahead
        self.missed = 0  # frames that were not there in time
        self._ahead: deque[Piece] = deque()
        self._lock = threading.Lock()  # held for microseconds

    def is_opus(self) -> bool:
        """Nothing is left to encode."""
        return True

    def read(self) -> bytes:
        """The next frame; silence where there is none."""
        with self._lock:
            if self._ahead:
                self.now = self._ahead.popleft()
                return self.now.opus
        self.missed += self.now is not None and self.now is not END
        return SILENCE

    def add(self, pieces: Iterable[Piece]) -> None:
        """Puts frames behind those that are there."""
        with self._lock:
            self._ahead.extend(pieces)

    def clear(self) -> None:
        """Drops what is ahead, for there is something else to be heard."""
        with self._lock:
            self._ahead.clear()
            self.now = None

    def keep(self, entry: int) -> None:
        """Drops what follows after an entry."""
        with self._lock:
            while self._ahead and self._ahead[-1].entry != entry:
                self._ahead.pop()

    @property
    def ahead_ms(self) -> int:
        """How much there is."""
        return len(self._ahead) * FRAME_MS

    def left_ms(self, entry: int) -> int:
        """How much there is of an entry."""
        with self._lock:
            return sum(piece.entry == entry for piece in self._ahead) * FRAME_MS
