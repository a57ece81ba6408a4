"""What holds for every form: bounds, and an end to every list."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.lists.reading import read_list
from bot.party.errors import PartyError, TooManyLines
from bot.party.limits import LARGEST_LIST_BYTES, LONGEST_TEXT, MOST_IMPORTED

OURS = "title,artist,added_by,duration_s,state\n"
TRACK = "<playlist><trackList><track><title>"


def filled(unit: str, head: str = "") -> str:
    """As much of a text as a list may have."""
    room = LARGEST_LIST_BYTES - len(head)
    return head + (unit * (room // len(unit) + 1))[:room]


NOISE = random.Random(1)  # noqa: S311 - the same at each run
ALONE = ("a", "1", '"', "*", "-", "|", "[", "<", "{", "`", "=", "'", " - ", "1 ", "a,", "a\t", "a:")
PAIRS = ('",', "|-", "[a](", "**a ", "_a", "1\n", "3:52\n", "1\n3:52\n", "3:52\nx\n", "```\n", "x.mp3\n")
HOSTILE: dict[str, bytes | str] = {
    **{f"only {unit!r}": filled(unit) for unit in (*ALONE, *PAIRS)},
    **{f"blanks {unit!r}": filled(unit)[:-1] + "x" for unit in (" ", "\t", "\n", "\r\n", "\u2028")},
    "quotes that open": filled('"a\n'),
    "quotes that open late": filled('"a\n' + "b\n" * 60),
    "quotes that hold quotes": filled('""",\n'),
    "rows of quotes": filled('"' * 41 + ",\n", "title,artist\n"),
    "columns": filled("title,artist,"),
    "rows of columns": filled("," * 300 + "\n", "title,artist\n"),
    "rows without titles": filled(",a\n", "title,artist\n"),
    "apostrophes": filled("\n'", f'{OURS}"'),
    "cells of apostrophes": filled('"' + "\n'" * 40 + '",b,c,1,q\n', OURS),
    "formulas": filled('="', "title,artist\n"),
    "fences": filled("``` ", "```\n"),
    "brackets of titles": filled("(official ", "1:00\na\n1:00\n"),
    "counts": filled("1 " * 90 + "\n", "1:00\na\n1:00\n"),
    "attributes": filled('#EXTINF:1 a="b" ', "#EXTM3U\n"),
    "infos": filled("#EXTINF:\n", "#EXTM3U\n"),
    "tags": filled("<artist>", "#EXTM3U\n#EXTVDJ:"),
    "folders": filled("a/")[:-4] + ".mp3",
    "files": filled("File1=a\n", "[playlist]\n"),
    "deep objects": filled('{"a":'),
    "deep lists": filled("["),
    "deep both": filled('[{"a":'),
    "empty objects": filled("{},", "[")[:-3] + "{}]",
    "escapes": filled("\\ud800", '["')[:-12] + '"]',
    "a number": '[{"title": "a", "duration": ' + "9" * 900_000 + "}]",
    "deep elements": filled("<a>", "<playlist>"),
    "deep elements of a title": filled("<a>x", TRACK),
    "references": filled("&amp;", TRACK)[:-60] + "</title></track></trackList></playlist>",
    "a bomb": '<!DOCTYPE a [<!ENTITY x "' + filled("x", " " * 999) + '">]><playlist>&x;</playlist>',
    "noise": NOISE.randbytes(LARGEST_LIST_BYTES),
    "wide noise": b"\xff\xfe" + NOISE.randbytes(LARGEST_LIST_BYTES - 2),
    "letters of windows": bytes(range(160, 256)) * (LARGEST_LIST_BYTES // 96),
    "zeros": bytes(LARGEST_LIST_BYTES),
}
"""A megabyte of each: what makes readers look back, ahead, or down again and again."""


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_every_list_comes_to_an_end(data: bytes | str) -> None:
    """Within a second or so; looking on from each of a million places would take hours."""
    try:
        songs = read_list(data)
    except PartyError:
        return
    assert 0 < len(songs) <= MOST_IMPORTED
    assert all(0 < len(song.text) <= LONGEST_TEXT for song in songs)


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("", "ABBA - Waterloo {number}\n"),
        ("title,artist\n", "Waterloo {number},ABBA\n"),
        ("#EXTM3U\n", "#EXTINF:1,ABBA - Waterloo {number}\nx.mp3\n"),
        ("", "1:00\nWaterloo {number}\n"),
        ("a|b\n-|-\n", "Waterloo {number}|ABBA\n"),
    ],
)
def test_as_many_songs_as_may_be_imported(head: str, row: str) -> None:
    """And not one more, in any form."""
    most = head + "".join(row.format(number=number) for number in range(MOST_IMPORTED))
    assert len(read_list(most)) == MOST_IMPORTED
    with pytest.raises(TooManyLines, match="up to 500"):
        read_list(most + row.format(number=MOST_IMPORTED))


def test_the_content_says_what_a_list_is() -> None:
    """Its name may be wrong."""
    table = "title,artist\nWaterloo,ABBA\n"
    for name in ("", "list.csv", "list.txt", "list.xspf", "list.json", "list.m3u", "list.pdf", "../../list"):
        assert [line.title for line in read_list(table, name)] == ["Waterloo"], name


def test_a_text_and_its_bytes_say_the_same() -> None:
    """What is pasted and what is uploaded."""
    text = "titel;künstler\nFür Elise;Ludwig\n"
    assert read_list(text) == read_list(text.encode()) == read_list(text.encode("utf-16"))


PIECES = st.sampled_from(
    [
        *(
            '"',
            ",",
            ";",
            "\t",
            "|",
            "\n",
            "\r",
            "title",
            "artist",
            "ABBA",
            "Waterloo",
            "3:52",
            "1",
            ".",
            " - ",
        ),
        *("#EXTM3U\n", "#EXTINF:1,", "[playlist]\n", "File1=", "<playlist>", "<trackList><track>", "<title>"),
        *(
            "</",
            ">",
            "{",
            "[",
            "]",
            "}",
            '{"title":',
            '"playlist":',
            "```\n",
            "|---|---|\n",
            "views",
            "•",
            "=",
        ),
        *(
            "spotify:track:003vvx7Niy0yvhvHt4a68B",
            "\x00",
            "\ud800",
            "é",
            "曲名",
            "'",
            "\\",
            "sep=;",
            "added_by",
        ),
    ]
)


@given(st.lists(PIECES | st.text(max_size=5), max_size=60).map("".join) | st.binary(max_size=300))
def test_any_list_is_read_or_refused_in_a_sentence(data: bytes | str) -> None:
    """Nothing else is ever raised, and every text is on one line and can be sent."""
    try:
        songs = read_list(data)
    except PartyError:
        return
    for song in songs:
        assert song.text
        assert song.duration_ms is None or song.duration_ms > 0
        for text in (song.text, song.title, song.artist, song.album or ""):
            assert text == " ".join(text.split())
            text.encode()
            assert len(text) <= LONGEST_TEXT
