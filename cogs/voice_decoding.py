"""Sound files as Opus frames of 20 ms: passed through where they are that already, else decoded and encoded.

Only this module and the scan know PyAV, which brings FFmpeg's decoders and libopus. The bot runs without it,
so this is imported where voice is used. All of it runs in worker threads.
"""

from __future__ import annotations

import logging
import math
from collections import deque
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from cogs.voice_frames import END, FRAME_MS, SILENCE, Piece

log = logging.getLogger(__name__)

RATE, CHANNELS = 48_000, 2
SAMPLES = RATE * FRAME_MS // 1000
"""Of a frame, in each channel."""
BIT_RATE = 128_000
LONGEST_FRAME = 1275
"""Of one Opus frame, in bytes (RFC 6716, section 3.2.1)."""
MOST_BAD = 50
"""After so many packets in a row that cannot be decoded a file is broken."""
LEAST_DB = 1.0
"""Opus is passed through as it is where it would be made louder or quieter by less."""
_STEREO, _CELT_20MS, _HYBRID_20MS, _SILK_20MS = 0x04, {19, 23, 27, 31}, {13, 15}, {1, 5, 9}
_ONE_FRAME = 0

Samples = npt.NDArray[np.float32]
"""Of both channels, one row each moment."""


class Broken(Exception):
    """A file is no sound, or the rest of it is not."""


class Song:
    """One song from a position on.

    Args:
        entry: what the party calls it.
        file: where it is, or something to read it from.
        from_ms: where to begin.
        gain_db: how much louder to make it.
        whole: whether its samples are wanted, even where it has Opus frames of its own.

    Raises:
        Broken: it is no sound.
    """

    def __init__(
        self,
        entry: int,
        file: Path | Any,
        from_ms: int = 0,
        gain_db: float | None = None,
        *,
        whole: bool = False,
    ) -> None:
        self.entry = entry
        self.gain = 10 ** ((gain_db or 0.0) / 20)
        try:
            self._container = av.open(str(file) if isinstance(file, Path) else file, metadata_errors="ignore")
        except (av.FFmpegError, OSError, ValueError) as error:
            raise Broken(str(error)) from error
        if not self._container.streams.audio:
            self.close()
            raise Broken("there is no sound in it")
        self._stream = self._container.streams.audio[0]
        self._from_ms = from_ms
        level = abs(gain_db or 0.0) >= LEAST_DB
        self.passes = not whole and not level and self._stream.codec_context.name in ("opus", "libopus")
        if from_ms > 0:
            self._seek(from_ms)

    @property
    def length_ms(self) -> int | None:
        """How long it says that it is."""
        length = self._container.duration
        return length // 1000 if length else None

    def _seek(self, to_ms: int) -> None:
        try:
            self._container.seek(to_ms * 1000)  # in microseconds, to the last packet before
        except (av.FFmpegError, OSError) as error:
            log.debug("Cannot go to a position in a song: %s", error)

    def packets(self) -> Iterator[bytes]:
        """Its own Opus frames; stops at the first that is no stereo frame of 20 ms.

        Raises:
            Broken: the rest cannot be read, or is not as it should be; `passes` is false then.
        """
        for packet in self._demuxed():
            data = bytes(packet)
            if not data or self._at_ms(packet) < self._from_ms - FRAME_MS:
                continue
            if not is_frame(data):
                self.passes = False
                raise Broken("its Opus is of another kind")
            yield data

    def samples(self) -> Iterator[Samples]:
        """Its sound, 48,000 samples a second.

        Raises:
            Broken: it cannot be decoded.
        """
        resampler = av.AudioResampler(format="flt", layout="stereo", rate=RATE)
        bad = 0
        for packet in self._demuxed():
            try:
                frames = packet.decode()
            except av.FFmpegError as error:
                bad += 1
                if bad >= MOST_BAD:
                    raise Broken(str(error)) from error
                continue
            bad = 0 if frames else bad
            for frame in frames:
                at_ms = int(1000 * frame.time) if frame.time is not None else self._from_ms
                for resampled in resampler.resample(frame):
                    yield from self._shaped(resampled, at_ms)
        for resampled in resampler.resample(None):
            yield from self._shaped(resampled, self._from_ms)

    def _shaped(self, frame: Any, at_ms: int) -> Iterator[Samples]:
        block = np.ascontiguousarray(frame.to_ndarray().reshape(-1, CHANNELS), dtype=np.float32)
        early = max(0, self._from_ms - at_ms) * RATE // 1000  # a packet begins before the position
        if early < len(block):
            yield (
                np.clip(block[early:] * np.float32(self.gain), -1.0, 1.0) if self.gain != 1 else block[early:]
            )

    def _demuxed(self) -> Iterator[Any]:
        try:
            yield from self._container.demux(self._stream)
        except (av.FFmpegError, OSError, TimeoutError) as error:
            raise Broken(str(error)) from error

    def _at_ms(self, packet: Any) -> float:
        return 1000 * float(packet.pts * packet.time_base) if packet.pts is not None else math.inf

    def close(self) -> None:
        """Closes the file."""
        self._container.close()


def is_frame(packet: bytes) -> bool:
    """Whether a packet of Opus is one stereo frame of 20 ms (RFC 6716, section 3.1)."""
    kind = packet[0] >> 3
    whole = kind in _CELT_20MS or kind in _HYBRID_20MS or kind in _SILK_20MS
    stereo = bool(packet[0] & _STEREO)
    return whole and stereo and packet[0] & 0x03 == _ONE_FRAME and len(packet) <= LONGEST_FRAME


class Encoder:
    """One Opus encoder for whatever comes, so that nothing is heard where two songs meet."""

    def __init__(self) -> None:
        self._left: Samples = np.zeros((0, CHANNELS), np.float32)
        self._at = 0
        self._codec: Any = av.CodecContext.create("libopus", "w")
        self._codec.sample_rate = RATE
        self._codec.layout = "stereo"
        self._codec.format = "flt"
        self._codec.bit_rate = BIT_RATE
        self._codec.time_base = Fraction(1, RATE)
        self._codec.options = {"application": "audio", "frame_duration": str(FRAME_MS)}

    def encode(self, block: Samples) -> Iterator[bytes]:
        """The frames that are full now."""
        samples = np.concatenate([self._left, block]) if len(self._left) else block
        for start in range(0, len(samples) - SAMPLES + 1, SAMPLES):
            yield from self._frame(samples[start : start + SAMPLES])
        self._left = samples[len(samples) - len(samples) % SAMPLES :]

    def rest(self) -> Iterator[bytes]:
        """What is left, filled up with silence."""
        if len(self._left):
            left = np.zeros((SAMPLES, CHANNELS), np.float32)
            left[: len(self._left)] = self._left
            self.forget()
            yield from self._frame(left)

    def forget(self) -> None:
        """Drops what is left."""
        self._left = np.zeros((0, CHANNELS), np.float32)

    def _frame(self, samples: Samples) -> Iterator[bytes]:
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples).reshape(1, -1), format="flt", layout="stereo"
        )
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._at, Fraction(1, RATE)
        self._at += SAMPLES
        for packet in self._codec.encode(frame):
            yield bytes(packet)


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
        at_ms = float(song._from_ms)  # noqa: SLF001 - its own module's
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
            song = self._again(song, int(at_ms))
        for block in self._faded(song):
            for opus in self._encoder.encode(block):
                yield Piece(song.entry, opus, int(at_ms))
                at_ms += FRAME_MS

    def _again(self, song: Song, at_ms: int) -> Song:
        """The same song, to be decoded: its own frames are no good."""
        song._from_ms = at_ms  # noqa: SLF001 - its own module's
        song._seek(at_ms)  # noqa: SLF001
        return song

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
    return np.clip(old * np.cos(angle)[:, None] + new * np.sin(angle)[:, None], -1.0, 1.0)


__all__ = ["SILENCE", "Broken", "Encoder", "Song", "Stream", "is_frame"]
