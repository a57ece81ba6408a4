"""What kind of sound a file holds, told by its content: a name may say anything."""

from __future__ import annotations

from typing import BinaryIO

MP3, FLAC, WAV, M4A = "audio/mpeg", "audio/flac", "audio/wav", "audio/mp4"
OPUS, VORBIS, FLAC_IN_OGG = (f"audio/ogg; codecs={codec}" for codec in ("opus", "vorbis", "flac"))

_PACKETS = {b"OpusHead": OPUS, b"\x01vorbis": VORBIS, b"\x7fFLAC": FLAC_IN_OGG}
_HEAD = 64
_LOOKED_AT = 65_536
"""The first frame of an MP3 begins in so many bytes behind its tags."""
_IN_A_ROW = 3
"""So many frames one after the other are no accident."""
_TAGS = 4
"""So many tags may stand before the sound."""
_BIT_RATES = {
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),  # MPEG 1
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),  # MPEG 2 and 2.5
}
_SAMPLE_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def kind_of(file: BinaryIO) -> str | None:
    """The MIME type of a file of sound; None for any other file, and for sound of other kinds."""
    file.seek(0)
    head = file.read(_HEAD)
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return WAV
    if head[:4] == b"OggS" and len(head) > 26:
        packet = head[27 + head[26] :]
        return next((kind for begin, kind in _PACKETS.items() if packet.startswith(begin)), None)
    if head[4:8] == b"ftyp":
        return M4A
    at = 0
    for _ in range(_TAGS):
        if head[:3] != b"ID3" or len(head) < 10:
            break
        at += 10 + _size(head[6:10]) + (10 if head[5] & 0x10 else 0)
        file.seek(at)
        head = file.read(_HEAD)
    if head[:4] == b"fLaC":
        return FLAC
    file.seek(at)
    return MP3 if _has_frames(file.read(_LOOKED_AT)) else None


def _size(synchsafe: bytes) -> int:
    """A number of seven bits a byte (ID3 tag version 2.4.0, Main Structure, 6.2)."""
    return sum((byte & 0x7F) << shift for byte, shift in zip(synchsafe, (21, 14, 7, 0), strict=True))


def _has_frames(data: bytes) -> bool:
    at = data.find(b"\xff")
    while at >= 0:
        if _frames_from(data, at):
            return True
        at = data.find(b"\xff", at + 1)
    return False


def _frames_from(data: bytes, at: int) -> bool:
    """Whether frames of MPEG audio begin there, of which each says where the next one is."""
    for number in range(_IN_A_ROW):
        length = _frame(data[at : at + 4])
        if length is None:
            return False
        at += length
        if at + 4 > len(data):  # it ends with this one
            return number > 0 or at <= len(data)
    return True


def _frame(header: bytes) -> int | None:
    """How long a frame of layer III is, by its header (ISO/IEC 11172-3, 2.4.1.3)."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return None
    version, bits, rate = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or rate == 3 or bits in {0, 15}:
        return None
    samples = 144 if version == 3 else 72
    return samples * 1000 * _BIT_RATES[version == 3][bits] // _SAMPLE_RATES[version][rate] + (
        header[2] >> 1 & 1
    )
