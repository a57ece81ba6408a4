"""The measurement of voice channels sees what it should, and runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.progress import Progress

from tests.fakes.discord_voice_packets import Frame
from tests.hearing import needs_voice
from tests.measure.promises import Run
from tests.measure.sound.voice import steadiness, voice


def test_a_late_frame_is_seen_and_delays_no_other() -> None:
    """Each is held against the rhythm of all; the first comes a beat too early and does not count."""
    at_ms = [0, 40, 60, 87, 100, 120, 152, 160]
    frames = [
        Frame(n, 960 * n, b"opus" if n else b"\xf8\xff\xfe", int(at * 1e6)) for n, at in enumerate(at_ms)
    ]
    found = steadiness(frames)
    assert (found.frames, found.silent) == (8, 1)
    assert found.late_ms == pytest.approx([0, 0, 7, 0, 0, 12, 0])


@needs_voice
async def test_the_bot_is_heard_in_every_channel(tmp_path: Path) -> None:
    """Small, and without a look at the clock: about as many frames come as are due."""
    with Progress(disable=True) as progress:
        told = await voice(Run(progress, tmp_path, 2.0, ""), parties=2, rate=5.0, song_s=5.0)
    sent = [int(each.figure.split()[0].replace(",", "")) for each in told if "sent" in each.what]
    assert len(sent) == 2
    assert min(sent) > 50
