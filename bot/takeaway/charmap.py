"""Which characters a font file has shapes for: its `cmap` table, as OpenType 1.9 defines it."""

from __future__ import annotations

import functools
import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int64]

NONE: Codes = np.zeros(0, np.int64)
LAST_CODE = 0x10FFFF
UNICODE = {(3, 1), (3, 10)}
"""The parts of the table that are for Unicode besides all of platform 0."""
PICTURES = {b"CBDT", b"sbix", b"COLR"}
OUTLINES = {b"glyf", b"CFF ", b"CFF2"}
"""The tables of fonts made of coloured pictures, and of those with shapes that can be drawn in any colour."""


@functools.cache
def coverage(font: Path) -> Codes:
    """The code of every character that a font has a shape for, in order; none if the file is no such font."""
    try:
        return read(_cmap(font))
    except (OSError, ValueError, IndexError, struct.error):
        return NONE


def contains(codes: Codes, text: str) -> bool:
    """Whether all characters of a text are among these codes, which are in order."""
    wanted = [ord(char) for char in text]
    places = np.searchsorted(codes, wanted)
    return bool(np.all(places < len(codes)) and np.all(codes[places] == wanted))


def _cmap(font: Path) -> bytes:
    """A font's table of characters, or that of the first in a collection; none of a font made of pictures."""
    with font.open("rb") as file:
        head = file.read(16)
        file.seek(struct.unpack(">12xI", head)[0] if head[:4] == b"ttcf" else 0)
        (count,) = struct.unpack(">4xH6x", file.read(12))
        records = struct.iter_unpack(">4s4xII", file.read(16 * count))
        tables = {tag: (start, length) for tag, start, length in records}
        if tables.keys() & PICTURES or not tables.keys() & OUTLINES:
            raise ValueError
        start, length = tables.get(b"cmap", (0, 0))
        file.seek(start)
        return file.read(length)


def read(table: bytes) -> Codes:
    """What a `cmap` table covers, by its fullest part for Unicode (OpenType 1.9, formats 4 and 12)."""
    (count,) = struct.unpack_from(">2xH", table)
    records = [struct.unpack_from(">HHI", table, 4 + 8 * i) for i in range(count)]
    parts = [
        table[start:] for platform, code, start in records if platform == 0 or (platform, code) in UNICODE
    ]
    formats = {struct.unpack_from(">H", part)[0]: part for part in parts}
    return _format_12(formats[12]) if 12 in formats else _format_4(formats.get(4, b""))


def _format_12(part: bytes) -> Codes:
    (count,) = struct.unpack_from(">12xI", part)
    first, last, glyph = np.frombuffer(part, ">u4", 3 * count, 16).astype(np.int64).reshape(-1, 3).T
    codes, of = _expanded(first, last)
    drawn: Codes = codes[glyph[of] + codes - first[of] != 0]
    return drawn


def _format_4(part: bytes) -> Codes:
    count = struct.unpack_from(">6xH", part)[0] // 2
    words = np.frombuffer(part[: len(part) // 2 * 2], ">u2").astype(np.int64)
    last, first = words[7 : 7 + count], words[8 + count : 8 + 2 * count]
    shift, offset = words[8 + 2 * count : 8 + 3 * count], words[8 + 3 * count : 8 + 4 * count]
    codes, of = _expanded(first, last)
    # A segment without an offset counts from its first glyph; another names each glyph in a list behind it.
    listed = offset[of] > 0
    place = 8 + 3 * count + of + offset[of] // 2 + codes - first[of]
    glyph = np.where(listed, words[np.where(listed, np.minimum(place, len(words) - 1), 0)], codes)
    drawn: Codes = codes[np.where(listed & (glyph == 0), 0, (glyph + shift[of]) & 0xFFFF) != 0]
    return drawn


def _expanded(first: Codes, last: Codes) -> tuple[Codes, Codes]:
    """Every code from each first to its last, and which range it is of."""
    sizes = last - first + 1
    if (sizes < 0).any() or sizes.sum() > LAST_CODE:
        raise ValueError
    of = np.repeat(np.arange(len(sizes)), sizes)
    return np.arange(len(of)) - (sizes.cumsum() - sizes)[of] + first[of], of
