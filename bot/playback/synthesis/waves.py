"""WAV files, which everything plays: samples of 16 bits behind a head that says what they are.

The form is RIFF's ("Multimedia Programming Interface and Data Specifications 1.0", 1991): `fmt ` and `data`,
and before them a list of what the piece is called, in chunks of even length.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.playback.synthesis.voices import RATE

PCM = 1
BYTES_EACH = 2
HEAD = struct.Struct("<4sI4s")


def wave_file(samples: NDArray[np.int16], told: Mapping[str, str]) -> bytes:
    """A file of samples, one row a moment and one column a channel.

    Args:
        samples: as they were made.
        told: what is said of them, by RIFF's names: INAM (title), IART (artist), IPRD (album), ICRD (year).
    """
    channels = samples.shape[1]
    frame = channels * BYTES_EACH
    form = struct.pack("<HHIIHH", PCM, channels, RATE, RATE * frame, frame, 8 * BYTES_EACH)
    info = b"INFO" + b"".join(_chunk(name, value.encode() + b"\0") for name, value in told.items())
    body = _chunk("fmt ", form) + _chunk("LIST", info) + _chunk("data", samples.astype("<i2").tobytes())
    return HEAD.pack(b"RIFF", 4 + len(body), b"WAVE") + body


def is_whole(path: Path) -> bool:
    """Whether a file is there, and as long as its head says."""
    try:
        with path.open("rb") as file:
            riff, size, wave = HEAD.unpack(file.read(HEAD.size))
        return bool(riff == b"RIFF" and wave == b"WAVE" and path.stat().st_size == size + 8)
    except (OSError, struct.error):
        return False


def _chunk(name: str, data: bytes) -> bytes:
    return name.encode() + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
