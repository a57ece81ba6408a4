"""How loud a file is as people hear it (EBU R128), measured by FFmpeg's filter. It runs in a worker thread.

Only whoever has PyAV (requirements-voice.txt) imports this.
"""

from __future__ import annotations

import math
from pathlib import Path

import av

from bot.playback.words import FFMPEG_FORMATS

LOUDNESS_LUFS = -18.0
"""What a song is levelled to, as ReplayGain 2.0 does."""
SILENT_LUFS = -60.0
"""What is quieter than this is left as it is."""
MOST_S = 30 * 60
"""Of a longer song only the beginning is listened to."""
MOST_DB = 20.0
_LOUDNESS, _PEAK = "lavfi.r128.I", "lavfi.r128.sample_peak"


class NotMeasured(Exception):
    """A file cannot be decoded."""


def gain_of(path: Path) -> float:
    """What levels a song, in dB; it is never made so loud that it would be distorted.

    Raises:
        NotMeasured: it cannot be decoded.
    """
    try:
        said = _heard(path)
        loudness, peak = float(said[_LOUDNESS]), float(said.get(_PEAK, "1"))
    except (av.FFmpegError, KeyError, ValueError, IndexError) as error:
        raise NotMeasured from error
    if not math.isfinite(loudness) or loudness < SILENT_LUFS:
        return 0.0
    headroom_db = -20 * math.log10(peak) if peak > 0 else 0.0
    return round(max(-MOST_DB, min(LOUDNESS_LUFS - loudness, MOST_DB, max(0.0, headroom_db))), 2)


def _heard(path: Path) -> dict[str, str]:
    """What the filter says at the end."""
    with av.open(
        str(path), options={"protocol_whitelist": "file", "format_whitelist": FFMPEG_FORMATS}
    ) as file:
        stream = file.streams.audio[0]
        graph = av.filter.Graph()
        begin = graph.add_abuffer(template=stream)
        meter = graph.add("ebur128", "metadata=1:peak=sample")
        end = graph.add("abuffersink")
        begin.link_to(meter)
        meter.link_to(end)
        graph.configure()
        said: dict[str, str] = {}
        for frame in file.decode(stream):
            graph.push(frame)
            said |= _pulled(graph)
            if frame.time is not None and frame.time > MOST_S:
                break
        graph.push(None)
        return said | _pulled(graph)


def _pulled(graph: av.filter.Graph) -> dict[str, str]:
    """What is said with the frames that are ready: something ten times a second."""
    said: dict[str, str] = {}
    while True:
        try:
            said |= graph.pull().metadata
        except (av.BlockingIOError, av.EOFError):
            return said
