"""A text as it goes over the line, made once for everybody who gets it.

A WebSocket frame from a server is not masked (RFC 6455, 5.1), so the same bytes are good for all. So is a
compressed one that does not look back at earlier messages (RFC 7692, 7.2.1: whoever compresses may always
start anew).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from typing import Any

import orjson

WORTH_PACKING = 400
"""Shorter texts are sent as they are: packing them costs more than it saves, in bytes."""
WINDOW_BITS = 15
"""How far back a packed text refers to itself, as a power of two: as far as a browser looks by itself."""
LEVEL = 5
TEXT, PACKED = 0x81, 0xC1
"""The first byte: the last frame of a text, as it is or packed."""
TAIL = b"\x00\x00\xff\xff"
"""What RFC 7692, 7.2.1 takes off the end of a packed text."""


class Frame:
    """A message in the form in which it is sent."""

    __slots__ = ("_packed", "_plain", "_text")

    def __init__(self, message: Mapping[str, Any]) -> None:
        self._text = orjson.dumps(message, option=orjson.OPT_NON_STR_KEYS)
        self._plain: bytes | None = None
        self._packed: bytes | None = None

    def __len__(self) -> int:
        """How long the text is, in bytes."""
        return len(self._text)

    def sent(self, packs: bool) -> bytes:
        """The frame for a browser that takes packed ones, or for one that does not."""
        if packs and len(self._text) >= WORTH_PACKING:
            if self._packed is None:
                self._packed = framed(PACKED, packed(self._text))
            return self._packed
        if self._plain is None:
            self._plain = framed(TEXT, self._text)
        return self._plain


def packed(text: bytes) -> bytes:
    """A text as permessage-deflate has it, for whoever knows no earlier one."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -WINDOW_BITS)
    return (packer.compress(text) + packer.flush(zlib.Z_SYNC_FLUSH)).removesuffix(TAIL)


def framed(first: int, payload: bytes) -> bytes:
    """A payload behind its header."""
    length = len(payload)
    if length < 126:
        return struct.pack("!BB", first, length) + payload
    if length < 1 << 16:
        return struct.pack("!BBH", first, 126, length) + payload
    return struct.pack("!BBQ", first, 127, length) + payload
