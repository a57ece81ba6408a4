"""Every encoding that services write is read, and what is no text is refused before it is taken apart."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.lists.decoding import decoded
from bot.party.errors import ListTooLarge, NotAList
from bot.party.limits import LARGEST_LIST_BYTES

GERMAN = "Titel;Künstler\nBück dich hoch;Deichkind\n"
JAPANESE = "曲名\tアーティスト\n残酷な天使のテーゼ\t高橋洋子\n夜に駆ける\tYOASOBI\n"


@pytest.mark.parametrize("text", [GERMAN, JAPANESE])
@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (b"", "utf-16-le"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (b"", "utf-16-be"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
    ],
)
def test_unicode_is_read_with_and_without_a_mark(mark: bytes, encoding: str, text: str) -> None:
    """The zero bytes of UTF-16 give it away where no mark does."""
    assert decoded(mark + text.encode(encoding)) == text


def test_what_is_not_utf_8_is_what_windows_writes() -> None:
    """Latin-1 is a part of it, and its quotes and dashes are read too."""
    assert decoded(GERMAN.encode("latin-1")) == GERMAN
    assert decoded("Don’t – “Stop”".encode("cp1252")) == "Don’t – “Stop”"


def test_a_file_cut_within_a_character_loses_that_character_only() -> None:
    """Half of a UTF-16 unit at the end of a marked file."""
    assert decoded(codecs.BOM_UTF16_LE + "Waterloo".encode("utf-16-le") + b"\x20") == "Waterloo"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x85", "\v", "\f"])
def test_every_line_end_is_one(end: str) -> None:
    """Old Macs, Windows, Unicode's own."""
    assert decoded(f"A{end}B{end}".encode()) == "A\nB\n"


def test_what_nobody_sees_is_removed() -> None:
    """NUL, control characters, halves of surrogate pairs, a byte order mark in the middle."""
    assert decoded("A\x00BB\x1bA\ud800 - \ufeffWater\x07loo") == "ABBA - Waterloo"
    assert decoded(b"Water\x00loo, and what else there is to read here") == (
        "Waterloo, and what else there is to read here"
    )


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04\x14\x00\x06\x00[Content_Types].xml",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
        b"ID3\x04\x00\x00\x00\x00\x00\x23TSSE",
        b"\xff\xfb\x90\x64" + bytes(400),
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"\xff\xd8\xff\xe0\x00\x10JFIF",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"\x00\x00\x00\x20ftypM4A \x00\x00",
        b"{\\rtf1\\ansi A - B}",
        bytes(range(256)) * 40,
        bytes(5000),
    ],
)
def test_another_kind_of_file_is_no_list(data: bytes) -> None:
    """A spreadsheet, a document, sound or a picture, whatever it is called."""
    with pytest.raises(NotAList):
        decoded(data)


@pytest.mark.parametrize("data", [b"a" * (LARGEST_LIST_BYTES + 1), "a" * (LARGEST_LIST_BYTES + 1)])
def test_what_is_too_large_is_not_looked_at(data: bytes | str) -> None:
    """The sentence says how large a list may be."""
    with pytest.raises(ListTooLarge, match="under 1 MB"):
        decoded(data)
    assert decoded(data[:-1])


@given(st.binary(max_size=400) | st.text(st.characters(), max_size=400))
def test_any_bytes_are_text_or_no_list(data: bytes | str) -> None:
    """What comes out holds no control character but a line end and a tab, and no half of a pair."""
    try:
        text = decoded(data)
    except NotAList:
        return
    assert not [char for char in text if char < " " and char not in "\n\t"]
    text.encode()
