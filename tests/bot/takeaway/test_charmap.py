"""Which characters a font has: read as another reader reads it, and whatever is in the file."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.font_manager import get_font

from bot.takeaway.charmap import NONE, contains, coverage, read
from bot.takeaway.fonts import noto

THAI = next(font for font in noto() if "Thai" in font.name)


def collection(font: bytes) -> bytes:
    """A collection of this font alone: a head, and the font with its tables further on."""
    head = struct.pack(">4s4I", b"ttcf", 0x10000, 1, 20, 0)
    (count,) = struct.unpack_from(">4xH", font)
    records = struct.iter_unpack(">4sIII", font[12 : 12 + 16 * count])
    moved = (struct.pack(">4sIII", tag, check, at + len(head), size) for tag, check, at, size in records)
    return head + font[:12] + b"".join(moved) + font[12 + 16 * count :]


@pytest.mark.parametrize("font", noto(), ids=lambda font: font.stem)
def test_a_font_has_what_another_reader_finds_in_it(font: Path) -> None:
    """The tables of each bundled font, in both formats, are read as FreeType reads them."""
    assert coverage(font).tolist() == sorted(get_font(font).get_charmap())


def test_a_text_is_contained_if_all_of_it_is() -> None:
    """One character that a font lacks is enough."""
    codes = coverage(THAI)
    assert contains(codes, "สวัสดี")
    assert not contains(codes, "สวัสดี中")
    assert not contains(codes, "\U0010ffff")
    assert not contains(NONE, "a")


def test_a_collection_has_what_its_first_font_has(tmp_path: Path) -> None:
    """Fonts for Chinese, Japanese and Korean come as collections."""
    path = tmp_path / "thai.ttc"
    path.write_bytes(collection(THAI.read_bytes()))
    assert coverage(path).tolist() == coverage(THAI).tolist()


def test_a_font_made_of_pictures_has_nothing(tmp_path: Path) -> None:
    """Coloured emoji have no shape to be drawn in the colour of a line."""
    path = tmp_path / "emoji.ttf"
    path.write_bytes(THAI.read_bytes().replace(b"STAT", b"CBDT", 1))
    assert not coverage(path).size


@pytest.mark.parametrize("content", [b"", b"ttcf", b"no font at all, however long it may be", b"\0" * 99])
def test_what_is_no_font_has_nothing(content: bytes, tmp_path: Path) -> None:
    """Any file may be called a font; one that is not there has nothing either."""
    path = tmp_path / "font.ttf"
    assert not coverage(path / "nowhere").size
    path.write_bytes(content)
    assert not coverage(path).size


@given(st.binary(max_size=80), st.sampled_from([4, 12]), st.integers(0, 9))
def test_a_broken_table_is_refused_or_read(noise: bytes, kind: int, count: int) -> None:
    """Whatever is in the table, no error but those that `coverage` expects."""
    part = (
        struct.pack(">3HH", kind, 0, 0, 2 * count) if kind == 4 else struct.pack(">2H3I", 12, 0, 0, 0, count)
    )
    try:
        codes = read(struct.pack(">2HHHI", 0, 1, 3, 1, 12) + part + noise)
    except (ValueError, IndexError, struct.error):
        return
    assert codes.size < 0x110000
