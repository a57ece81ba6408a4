"""Files of sound: tones that are encoded here, and files made by hand that are wrong in one way each."""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

RATE = 48_000
ENCODERS = {
    "mp3": ("libmp3lame", "mp3"),
    "m4a": ("aac", "ipod"),
    "flac": ("flac", "flac"),
    "ogg": ("vorbis", "ogg"),
    "opus": ("libopus", "ogg"),
    "wav": ("pcm_s16le", "wav"),
}
AFRICA = {"title": "Africa", "artist": "Toto", "album": "Toto IV", "date": "1982"}


def tone(
    path: Path,
    tags: Mapping[str, str] | None = None,
    *,
    seconds: float = 1.0,
    hertz: float = 440.0,
    level: float = 0.25,
    form: str = "",
) -> Path:
    """Writes a tone into a file of the form that its name, or `form`, says."""
    codec, container = ENCODERS[form or path.suffix.removeprefix(".").lower()]
    path.parent.mkdir(parents=True, exist_ok=True)
    wave = (level * np.sin(2 * np.pi * hertz * np.arange(int(RATE * seconds)) / RATE)).astype(np.float32)
    frame = av.AudioFrame.from_ndarray(np.stack([wave, wave]), format="fltp", layout="stereo")
    frame.sample_rate = RATE
    with path.open("wb") as file, av.open(file, "w", format=container) as out:
        stream = out.add_stream(codec, rate=RATE, layout="stereo", options={"strict": "-2"})  # for Vorbis
        out.metadata.update(tags or {})
        assert isinstance(stream, av.AudioStream)
        encoder = stream.codec_context
        shape = av.AudioResampler(encoder.format, "stereo", RATE, encoder.frame_size or 1024)
        at = 0
        for each in (*shape.resample(frame), *shape.resample(None)):
            each.pts, each.time_base, at = at, Fraction(1, RATE), at + each.samples
            out.mux(stream.encode(each))
        out.mux(stream.encode(None))
    return path


def silent_mp3(seconds: float = 1.0) -> bytes:
    """Frames of MPEG 1, layer III, 32 kbit/s at 48 kHz, each of 24 ms and all of them nothing."""
    return (b"\xff\xfb\x14\x00" + bytes(92)) * round(seconds / 0.024)


def id3(*frames: tuple[bytes, bytes], version: int = 4) -> bytes:
    """A tag of ID3 version 2, of frames with their content."""
    body = b"".join(
        name
        + (_synchsafe(len(content)) if version == 4 else struct.pack(">I", len(content)))
        + b"\0\0"
        + content
        for name, content in frames
    )
    return b"ID3" + bytes((version, 0, 0)) + _synchsafe(len(body)) + body


def text(value: str, encoding: str = "utf-8") -> bytes:
    """What is in a frame of text."""
    return bytes(({"latin-1": 0, "utf-16": 1, "utf-8": 3}[encoding],)) + value.encode(encoding)


def picture(data: bytes, kind: str = "image/jpeg") -> bytes:
    """What is in a frame with a picture."""
    return b"\0" + kind.encode() + b"\0\x03\0" + data


def jpeg(size: int) -> bytes:
    """Something that begins as a JPEG does."""
    return b"\xff\xd8\xff\xe0".ljust(size, b"j")


def flac_picture(data: bytes, kind: str = "image/jpeg") -> bytes:
    """A picture as FLAC has it."""
    head = struct.pack(">II", 3, len(kind)) + kind.encode() + struct.pack(">I", 0) + bytes(16)
    return head + struct.pack(">I", len(data)) + data


def ogg_opus(comments: list[bytes], *, seconds: float = 1.0, skipped: int = 312) -> bytes:
    """An Ogg of Opus with these comments, and one packet a second that nobody could decode."""
    head = struct.pack("<8sBBHIhB", b"OpusHead", 1, 2, skipped, RATE, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 4) + b"test" + struct.pack("<I", len(comments))
    tags += b"".join(struct.pack("<I", len(each)) + each for each in comments)
    pages = [*_pages(head, 0, 0x02), *_pages(tags, 0)]
    for second in range(1, int(seconds) + 1):
        pages += _pages(b"\xf8\xff\xfe", second * RATE + skipped, 0x04 if second == int(seconds) else 0)
    return b"".join(pages)


def opus_with_picture(data: bytes) -> bytes:
    """An Opus with a picture."""
    block = base64.b64encode(flac_picture(data))
    return ogg_opus([b"METADATA_BLOCK_PICTURE=" + block, b"TITLE=Africa", b"ARTIST=Toto"])


def _pages(packet: bytes, position: int, kind: int = 0) -> list[bytes]:
    """A packet in as many pages as it needs (RFC 3533); nobody here looks at their checksums."""
    pages = []
    sizes = [255] * (len(packet) // 255) + [len(packet) % 255]
    for at in range(0, len(sizes), 255):
        some = sizes[at : at + 255]
        begin = at * 255
        last = at + 255 >= len(sizes)
        head = struct.pack("<4sBBqIIIB", b"OggS", 0, kind, position if last else -1, 7, 0, 0, len(some))
        pages.append(head + bytes(some) + packet[begin : begin + sum(some)])
    return pages


def _synchsafe(size: int) -> bytes:
    return bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
