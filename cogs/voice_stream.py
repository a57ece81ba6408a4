"""The frames of one song after another, without a gap between them. What is here runs in worker threads."""

from __future__ import annotations

import logging
import math
from collections import deque
from collections.abc import Iterator

import numpy as np

from cogs.voice_decoding import CHANNELS, RATE, Broken, Encoder, Samples, Song
from cogs.voice_frames import END, FRAME_MS, Piece

log = logging.getLogger(__name__)


class Stream:
    """The frames of one song after another, without a gap, and with a fade where one is wanted.

    Args:
        fade_s: for how long the end of a song sounds together with the beginning of the next.
    """

    def __init__(self, fade_s: int = 0) -> None:
        self.fade_s = fade_s
        self.now: Song | None = None
        self.next: Song | None = None
        self.broken: set[int] = set()  # the entries that came to no good end
        self._encoder = Encoder()
        self._held: deque[Samples] = deque()  # the last seconds of what plays, for the fade
        self._held_samples = 0
        self._made: Iterator[Piece] | None = None
        self._sent = 0  # samples of the song so far

    def play(self, song: Song) -> None:
        """Goes on with a song at once."""
        self.stop()
        self.now = song

    def stop(self) -> None:
        """Closes what there is."""
        self._made = None
        for song in (self.now, self.next):
            if song is not None:
                song.close()
        self.now = self.next = None
        self._encoder.forget()
        self._drop_held()

    def follow(self, song: Song | None) -> None:
        """Says what comes next; None if that is not known."""
        if self.next is not None and self.next is not song:
            self.next.close()
        self.next = song

    def more(self, frames: int) -> list[Piece]:
        """So many frames further, fewer at the end; the last song ends with END."""
        made: list[Piece] = []
        while len(made) < frames and self.now is not None:
            if self._made is None:
                self._made = self._pieces(self.now)
            made += self._taken(frames - len(made))
            if len(made) < frames:
                made += self._turn()
        return made

    def _taken(self, frames: int) -> list[Piece]:
        taken: list[Piece] = []
        assert self._made is not None and self.now is not None  # noqa: S101, PT018 - see `more`
        try:
            for piece in self._made:
                taken.append(piece)
                if len(taken) == frames:
                    return taken
        except Broken as error:
            log.info("A song ended before its time: %s", error)
            self.broken.add(self.now.entry)
        return taken

    def _turn(self) -> list[Piece]:
        """What stands between two songs."""
        before, self.now, self.next = self.now, self.next, None
        self._made = None
        if before is not None:
            before.close()
        if self.now is not None or before is None:
            return []
        ends = [Piece(before.entry, opus, 0) for opus in self._flushed()]
        return [*ends, END]

    def _flushed(self) -> Iterator[bytes]:
        for block in self._unheld(0):
            yield from self._encoder.encode(block)
        yield from self._encoder.rest()

    def _pieces(self, song: Song) -> Iterator[Piece]:
        at_ms = float(song.from_ms)
        if song.passes:
            yield from (Piece(song.entry, opus, 0) for opus in self._flushed())
            try:
                for opus in song.packets():
                    yield Piece(song.entry, opus, int(at_ms))
                    at_ms += FRAME_MS
            except Broken:
                if song.passes:
                    raise
            else:
                return
            song.seek(int(at_ms))  # its own frames are no good, so it is decoded from there on
        for block in self._faded(song):
            for opus in self._encoder.encode(block):
                yield Piece(song.entry, opus, int(at_ms))
                at_ms += FRAME_MS

    # The fade

    def _faded(self, song: Song) -> Iterator[Samples]:
        """A song's samples, mixed at first with the end of the one before; its last seconds are held."""
        fading = np.concatenate([*self._unheld(0)]) if self._held else np.zeros((0, CHANNELS), np.float32)
        done = 0
        for block in song.samples():
            under = fading[done : done + len(block)]
            if len(under):
                block = block.copy()
                block[: len(under)] = _mixed(under, block[: len(under)], done, len(fading))
                done += len(under)
            yield from self._hold(block)
        if done < len(fading):
            yield fading[done:]

    def _hold(self, block: Samples) -> Iterator[Samples]:
        if not self.fade_s:
            yield block
            return
        self._held.append(block)
        self._held_samples += len(block)
        yield from self._unheld(self.fade_s * RATE)

    def _unheld(self, left: int) -> Iterator[Samples]:
        while self._held and self._held_samples - len(self._held[0]) >= left:
            block = self._held.popleft()
            self._held_samples -= len(block)
            yield block

    def _drop_held(self) -> None:
        self._held.clear()
        self._held_samples = 0


def _mixed(old: Samples, new: Samples, done: int, whole: int) -> Samples:
    """Two songs together, with the same power all the way."""
    angle = (np.arange(done, done + len(old), dtype=np.float32) / np.float32(whole)) * np.float32(math.pi / 2)
    mixed: Samples = np.clip(old * np.cos(angle)[:, None] + new * np.sin(angle)[:, None], -1.0, 1.0)
    return mixed
