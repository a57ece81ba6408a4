"""Plain text: a song a line, as people number, time and mark their lines."""

from __future__ import annotations

import pytest

from bot.lists.reading import read_list
from bot.party.errors import EmptyList
from bot.party.limits import LONGEST_TEXT
from bot.party.words import Wanted

ID = "003vvx7Niy0yvhvHt4a68B"
SONGS = ["ABBA - Waterloo", "Toto – Africa", "Dancing Queen by ABBA"]


def texts(data: bytes | str, name: str = "") -> list[str]:
    """What to look for."""
    return [line.text for line in read_list(data, name)]


@pytest.mark.parametrize(
    "template",
    [
        "{song}",
        "  {song}  ",
        "{number}. {song}",
        "{number}) {song}",
        "({number}) {song}",
        "#{number}: {song}",
        "0{number} - {song}",
        "{number} {song}",
        "- {song}",
        "* {song}",
        "• {song}",
        "> {song}",
        "- [x] {song}",
        "0{number}:00 {song}",
        "[0{number}:00:15] {song}",
        "{number}:00 - {song}",
        "2{number}:39 : {song}",
        "{number}. 0{number}:00 {song}",
        "0{number}:00 {number}. {song}",
        "0{number}:00 - 0{number}:59 {song}",
        "{song} (3:0{number})",
        "{song} 3:0{number}",
        "{number}. {song} - 4:0{number}",
        "**{song}**",
        "{song}\n",
    ],
)
def test_a_line_is_its_song(template: str) -> None:
    """However it is numbered, marked or timed."""
    text = "\n".join(template.format(song=song, number=number) for number, song in enumerate(SONGS, 1))
    assert texts(text) == SONGS


@pytest.mark.parametrize(
    "song",
    [
        "99 Luftballons - Nena",
        "7 Years - Lukas Graham",
        "4:44 - JAY-Z",
        "1999 - Prince",
        "#1 Crush - Garbage",
        "24K Magic - Bruno Mars",
        "50 Ways to Leave Your Lover",
        "+44 - When Your Heart Stops Beating",
        "Title",
    ],
)
def test_a_number_may_be_the_name(song: str) -> None:
    """It is taken off only where it counts the lines."""
    assert texts(song) == [song]
    assert texts(f"ABBA - Waterloo\n{song}\nToto - Africa") == ["ABBA - Waterloo", song, "Toto - Africa"]


def test_what_is_no_song_is_left_out() -> None:
    """Headings, rules, fences and unknown songs of a set."""
    text = "# Friday\n\nWarm-up:\n1. ABBA - Waterloo\n---\n=====\nID - ID\n"
    text += "```\n## Later\n2. Toto - Africa\n***\n"
    assert texts(text) == ["ABBA - Waterloo", "Toto - Africa"]


@pytest.mark.parametrize(
    "top", ["VirtualDJ History 2026/01/01\n------------------", "Artist - Title", "Titel - Interpret"]
)
def test_what_stands_above_all_is_no_song(top: str) -> None:
    """An underlined line, or what people write over two columns."""
    assert texts(f"{top}\n21:39 : ABBA - Waterloo\n21:43 : Toto - Africa\n") == [
        "ABBA - Waterloo",
        "Toto - Africa",
    ]


def test_links_are_kept() -> None:
    """As the text to look for, and as the id that they name; what a link is called is the better text."""
    url = f"https://open.spotify.com/track/{ID}?si=1"
    assert read_list(
        f"{url}\n<{url}>\nspotify:track:{ID}\n- [ABBA - Waterloo]({url})\nhttps://example.com/x\n"
    ) == [
        Wanted(url, spotify_id=ID),
        Wanted(f"<{url}>", spotify_id=ID),
        Wanted(f"spotify:track:{ID}", spotify_id=ID),
        Wanted("ABBA - Waterloo", spotify_id=ID),
        Wanted("https://example.com/x"),
    ]


def test_a_line_that_is_too_long_is_no_song() -> None:
    """Neither just so nor by a megabyte."""
    long, longer = "a" * LONGEST_TEXT, "b" * (LONGEST_TEXT + 1)
    assert texts(f"{long}\n{longer}\n{'c' * 1_000_000}") == [long]


@pytest.mark.parametrize("text", ["", " \n\t\r\n ", "\ufeff", "-----\n...\n", "# Friday\n", b"", "\x00"])
def test_nothing_is_an_empty_list(text: bytes | str) -> None:
    """It has no letter, no digit, or only a heading."""
    with pytest.raises(EmptyList):
        read_list(text)


def test_order_and_duplicates_stay() -> None:
    """And Windows' line ends are none of the songs."""
    assert texts(b"B\r\nA\r\nB\r\n") == ["B", "A", "B"]
