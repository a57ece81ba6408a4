"""Sound files as Opus frames of 20 ms: passed through where they are that already, else decoded and encoded.

Only this module and the scan know PyAV, which brings FFmpeg's decoders and libopus. The bot runs without it,
so this is imported where voice is used. All of it runs in worker threads.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from bot.playback.words import FFMPEG_FORMATS
from cogs.voice_frames import FRAME_MS

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
            self._container = av.open(
                str(file) if isinstance(file, Path) else file,
                metadata_errors="ignore",
                options={"protocol_whitelist": "file", "format_whitelist": FFMPEG_FORMATS},
            )
        except (av.FFmpegError, OSError, ValueError) as error:
            raise Broken(str(error)) from error
        if not self._container.streams.audio:
            self.close()
            raise Broken("there is no sound in it")
        self._stream = self._container.streams.audio[0]
        self.from_ms = from_ms
        level = abs(gain_db or 0.0) >= LEAST_DB
        self.passes = not whole and not level and self._stream.codec_context.name in ("opus", "libopus")
        if from_ms > 0:
            self.seek(from_ms)

    @property
    def length_ms(self) -> int | None:
        """How long it says that it is."""
        length = self._container.duration
        return length // 1000 if length else None

    def seek(self, to_ms: int) -> None:
        """Has it begin elsewhere, or where it is if that cannot be."""
        self.from_ms = to_ms
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
            if not data or self._at_ms(packet) < self.from_ms - FRAME_MS:
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
                at_ms = int(1000 * frame.time) if frame.time is not None else self.from_ms
                for resampled in resampler.resample(frame):
                    yield from self._shaped(resampled, at_ms)
        for resampled in resampler.resample(None):
            yield from self._shaped(resampled, self.from_ms)

    def _shaped(self, frame: Any, at_ms: int) -> Iterator[Samples]:
        block = np.ascontiguousarray(frame.to_ndarray().reshape(-1, CHANNELS), dtype=np.float32)
        early = max(0, self.from_ms - at_ms) * RATE // 1000  # a packet begins before the position
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
