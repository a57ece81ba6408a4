"""From bytes to text: which encoding it is in, and whether it is text at all."""

from __future__ import annotations

import codecs
import re

from bot.lists.lines import UNSEEN
from bot.party.errors import ListTooLarge, NotAList
from bot.party.limits import LARGEST_LIST_BYTES

_NOT_TEXT = (
    *(b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!\x1a"),  # archives, Excel, Word
    *(b"\xd0\xcf\x11\xe0", b"%PDF", b"{\\rtf", b"SQLite format 3\0", b"bplist00"),
    *(b"ID3\x02", b"ID3\x03", b"ID3\x04", b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2"),  # MP3
    *(b"OggS\0", b"fLaC\0", b"\x89PNG", b"\xff\xd8\xff", b"GIF87a", b"GIF89a"),
)
"""How files of other kinds begin. Those that are missing here give themselves away by what is in them."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins like the next one, so it comes first
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LINE_ENDS = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
_FEW_UNSEEN = 8
_UNSEEN_ONE_IN = 50
"""A text may hold a few characters that nobody sees; what holds more than one in so many is no text."""
_LETTERS_OF_EUROPE = 0.4
_BLANKS_ONLY = 0.02
"""The least share of zeros among the upper bytes of UTF-16, in Latin script and in Chinese or Japanese."""


def decoded(data: bytes | str, largest: int = LARGEST_LIST_BYTES) -> str:
    r"""A list as text: each line ends with \n, and no character is one that nobody can see.

    Raises:
        ListTooLarge: more than `largest` bytes, or characters of a text.
        NotAList: another kind of file.
    """
    if len(data) > largest:
        raise ListTooLarge(largest >> 20)
    text = _LINE_ENDS.sub("\n", data if isinstance(data, str) else _text(data))
    seen = UNSEEN.sub("", text)
    if len(text) - len(seen) > _FEW_UNSEEN + len(text) // _UNSEEN_ONE_IN:
        raise NotAList
    return seen


def _text(data: bytes) -> str:
    """Half a character at the end, where a file was cut off, is left out."""
    if data.startswith(_NOT_TEXT) or data[4:8] == b"ftyp":
        raise NotAList
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "ignore")
    wide, share = _two_bytes_a_character(data)
    if share >= _LETTERS_OF_EUROPE:
        return data.decode(wide, "ignore")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode(wide if share >= _BLANKS_ONLY else "cp1252", "ignore")


def _two_bytes_a_character(data: bytes) -> tuple[str, float]:
    """Which UTF-16 it would be, and what share of its characters have an upper byte of zero.

    Where zeros are in both places it is none.
    """
    little, big = data[1::2].count(0), data[0::2].count(0)
    most, least = max(little, big), min(little, big)
    share = 2 * most / len(data) if most > 16 * least else 0.0
    return "utf-16-le" if little >= big else "utf-16-be", share
