"""Playlists copied from a page."""

from __future__ import annotations

import pytest

from bot.lists.reading import read_list
from bot.party.words import Wanted

YOUTUBE = """Friday
Anna
3 videos
1,234 views
Last updated on Jan 5, 2024
Play all
Shuffle
1
3:52
3:52
Now playing
ABBA - Dancing Queen (Official Music Video)
AbbaVEVO
•
1.2B views
•
10 years ago
2
3 minutes, 38 seconds
3:38
1999 (2019 Remaster)
Prince - Topic
12,345 views • 3 years ago
3
1:04:55
22
Taylor Swift - Topic
"""
GERMAN = """1
3:52
Jetzt läuft
ABBA - Waterloo [Offizielles Video]
ABBA
•
1,2 Mio. Aufrufe
•
vor 10 Jahren
2
4:55
Toto - Africa
TotoVEVO
•
900.000 Aufrufe
•
vor 3 Jahren
"""
YOUTUBE_MUSIC = """Friday
Playlist • 2026
2 songs • 6 minutes
Dancing Queen
ABBA
Arrival
3:52
Waterloo
ABBA
Waterloo
2:46
Related
"""
SPOTIFY = """1
Dancing Queen
ABBA
Arrival
Jan 5, 2024
3:52
2
Waterloo
E
ABBA
Waterloo
3 days ago
2:46
"""


def test_youtube_has_the_length_above_the_title() -> None:
    """A video's title names the artist, too; a topic's channel is the artist; a title may be a number."""
    assert read_list(YOUTUBE) == [
        Wanted("ABBA - Dancing Queen", duration_ms=232_000),
        Wanted("1999 (2019 Remaster) - Prince", "1999 (2019 Remaster)", "Prince", duration_ms=218_000),
        Wanted("22 - Taylor Swift", "22", "Taylor Swift", duration_ms=3_895_000),
    ]


def test_youtube_in_another_language() -> None:
    """Neither views nor ages are songs."""
    assert [line.text for line in read_list(GERMAN)] == ["ABBA - Waterloo", "Toto - Africa"]


@pytest.mark.parametrize("text", [YOUTUBE_MUSIC, SPOTIFY])
def test_players_have_the_length_below_title_artist_and_album(text: str) -> None:
    """The head of the page is no song, nor is what comes after the last length."""
    assert read_list(text) == [
        Wanted("Dancing Queen - ABBA", "Dancing Queen", "ABBA", "Arrival", 232_000),
        Wanted("Waterloo - ABBA", "Waterloo", "ABBA", "Waterloo", 166_000),
    ]


def test_a_length_below_each_line() -> None:
    """Some pages have no more than that."""
    assert read_list("ABBA - Waterloo\n2:46\nToto - Africa\n4:55\n") == [
        Wanted("ABBA - Waterloo", duration_ms=166_000),
        Wanted("Toto - Africa", duration_ms=295_000),
    ]


def test_a_song_may_be_called_like_a_length() -> None:
    """One such line makes no page of a list."""
    assert next(line.text for line in read_list("4:44\nABBA - Waterloo\nToto - Africa\n")) == "4:44"
