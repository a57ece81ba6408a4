"""A file is what it says it is."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np

from bot.playback.synthesis.voices import RATE
from bot.playback.synthesis.waves import is_whole, wave_file

SAMPLES = np.arange(-500, 500, dtype=np.int16).reshape(-1, 2)


def test_a_file_holds_what_was_put_in() -> None:
    """Python's own reader finds the samples, and whoever looks for it the title."""
    data = wave_file(SAMPLES, {"INAM": "Odd", "IART": "Nobody"})
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, RATE)
        assert file.readframes(1_000) == SAMPLES.tobytes()
    assert b"INAM\x04\0\0\0Odd\0" in data
    assert b"IART\x07\0\0\0Nobody\0\0" in data  # a chunk has an even length


def test_a_file_that_was_cut_short_is_told(tmp_path: Path) -> None:
    """What a full disk or a power cut has left is made anew."""
    path = tmp_path / "a.wav"
    data = wave_file(SAMPLES, {"INAM": "Odd"})
    path.write_bytes(data)
    assert is_whole(path)
    for left in (data[:-1], data[:10], b"", data + b"x"):
        path.write_bytes(left)
        assert not is_whole(path)
    assert not is_whole(tmp_path / "none.wav")
    assert not is_whole(tmp_path)
