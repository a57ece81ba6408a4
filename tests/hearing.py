"""Tones: made, written into sound files of every kind, and found again in what was heard."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

av: Any = importlib.import_module("av") if find_spec("av") else None
needs_voice = pytest.mark.skipif(
    not all(map(find_spec, ("av", "davey", "nacl"))), reason="requirements-voice.txt is not installed"
)

RATE = 48_000
CODECS = {
    ".wav": "pcm_s16le",
    ".mp3": "libmp3lame",
    ".m4a": "aac",
    ".flac": "flac",
    ".opus": "libopus",
}
"""What a file of this kind is written with."""
Samples = npt.NDArray[np.float32]


def tone(hertz: float, seconds: float, rate: int = RATE, loud: float = 0.3) -> Samples:
    """A tone in stereo, one row each moment."""
    at = np.arange(round(seconds * rate)) / rate
    wave = (loud * np.sin(2 * np.pi * hertz * at)).astype(np.float32)
    return np.stack([wave, wave], axis=1)


def write(path: Path, samples: Samples, rate: int = RATE, **options: str) -> Path:
    """A file of the kind that its name says."""
    codec = CODECS[path.suffix]
    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec, rate=rate, layout="stereo", options=options)
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples).reshape(1, -1), format="flt", layout="stereo"
        )
        frame.sample_rate = rate
        fit = av.AudioResampler(
            format=stream.codec_context.format,
            layout="stereo",
            rate=rate,
            frame_size=stream.codec_context.frame_size or 1024,
        )
        for part in [*fit.resample(frame), *fit.resample(None), None]:
            for packet in stream.encode(part):
                file.mux(packet)
    return path


def heard(frames: Iterable[bytes]) -> Samples:
    """What Opus frames sound like, one channel of it."""
    codec = av.CodecContext.create("opus", "r")
    codec.sample_rate, codec.layout = RATE, "stereo"
    parts = [frame.to_ndarray()[0] for opus in frames for frame in codec.decode(av.Packet(opus))]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def pitch(samples: Samples) -> float:
    """The loudest frequency, in Hertz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(spectrum.argmax()) * RATE / len(samples)


def loudness(samples: Samples) -> float:
    """The mean of the power, in decibels of full scale."""
    return float(10 * np.log10(np.mean(np.square(samples, dtype=np.float64)) + 1e-12))
