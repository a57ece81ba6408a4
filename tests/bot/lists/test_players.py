"""Lists of players: M3U, M3U8, PLS, and what VirtualDJ and iTunes make of them."""

from __future__ import annotations

import pytest

from bot.lists.paths import from_path
from bot.lists.reading import read_list
from bot.party.errors import NotAList
from bot.party.words import Wanted

ID = "003vvx7Niy0yvhvHt4a68B"


def test_an_extended_m3u_says_artist_and_title() -> None:
    """The length is in seconds, -1 where nobody knows it."""
    text = "#EXTM3U\r\n#PLAYLIST:Friday\r\n#EXTINF:166,ABBA - Waterloo\r\nC:\\Music\\a.mp3\r\n"
    text += "#EXTINF:-1,Africa\r\n/music/b.mp3\r\n"
    assert read_list(text.encode("cp1252"), "friday.m3u") == [
        Wanted("Waterloo - ABBA", "Waterloo", "ABBA", duration_ms=166_000),
        Wanted("Africa", "Africa"),
    ]


def test_attributes_are_no_names() -> None:
    """A comma within quotes ends none of them; an album may have a line of its own."""
    text = "#EXTM3U\n#EXTALB:Waterloo\n"
    text += '#EXTINF:166 tvg-id="a,b" group-title="70s, pop" x=1,ABBA - Waterloo, live\na.mp3\n'
    (line,) = read_list(text)
    assert line == Wanted("Waterloo, live - ABBA", "Waterloo, live", "ABBA", "Waterloo", 166_000)


def test_itunes_has_the_title_first() -> None:
    """The file is named after it, which tells."""
    text = "#EXTM3U\n#EXTINF:166,Waterloo - ABBA\nABBA/Waterloo/01 Waterloo.m4a\n"
    assert [(line.title, line.artist) for line in read_list(text)] == [("Waterloo", "ABBA")]


def test_virtual_dj_writes_tags() -> None:
    """With entities in them, and the remix apart."""
    text = "#EXTVDJ:<filesize>1</filesize><artist>Simon &amp; Garfunkel</artist><title>America</title>"
    text += "<remix>Edit</remix><songlength>212.45</songlength>\nC:\\x.mp3\n"
    (line,) = read_list(text)
    assert line == Wanted(
        "America (Edit) - Simon & Garfunkel", "America (Edit)", "Simon & Garfunkel", None, 212_450
    )


def test_a_song_needs_no_path_and_a_path_no_song() -> None:
    """Each line of a list that lost the others is read."""
    text = "#EXTM3U\n#EXTINF:1,A - One\n#EXTINF:2,A - Two\nx.mp3\n"
    text += "A - Three.mp3\n#EXTINF:4\nA - Four.mp3\n#EXTINF:5,A - Five"
    assert [line.title for line in read_list(text)] == ["One", "Two", "Three", "Four", "Five"]


def test_a_link_in_place_of_a_path_says_where_a_song_is() -> None:
    """With its name above, or alone."""
    text = f"#EXTM3U\n#EXTINF:1,ABBA - Waterloo\nspotify:track:{ID}\nhttps://open.spotify.com/track/{ID}\n"
    named, alone = read_list(text)
    assert (named.text, named.spotify_id) == ("Waterloo - ABBA", ID)
    assert (alone.title, alone.spotify_id) == ("", ID)


@pytest.mark.parametrize(
    ("path", "title", "artist", "album"),
    [
        ("C:\\Music\\ABBA - Waterloo.mp3", "Waterloo", "ABBA", None),
        ("/home/anna/ABBA – Waterloo.flac", "Waterloo", "ABBA", None),
        ("ABBA/Arrival/02 - Dancing Queen.ogg", "Dancing Queen", "ABBA", "Arrival"),
        ("ABBA\\Gold\\1-02 Knowing Me.m4a", "Knowing Me", "ABBA", "Gold"),
        ("ABBA\\Gold\\1-02 - Knowing Me.m4a", "Knowing Me", "ABBA", "Gold"),
        ("Compilations/80s/03 Africa.m4a", "Africa", "", None),
        ("file:///music/ABBA%20-%20Mamma%20Mia.mp3", "Mamma Mia", "ABBA", None),
        ("https://radio.example/ABBA_-_SOS.mp3?token=1", "SOS", "ABBA", None),
        ("99 Luftballons.mp3", "99 Luftballons", "", None),
        ("7 Rings.mp3", "7 Rings", "", None),
        ("01.mp3", "01", "", None),
        ("100% Pure Love.mp3", "100% Pure Love", "", None),
    ],
)
def test_a_file_is_named_after_its_song(path: str, title: str, artist: str, album: str | None) -> None:
    """Windows and Unix, with numbers on an album, with percent signs; a number may be the name."""
    line = from_path(path)
    assert line is not None
    assert (line.title, line.artist, line.album) == (title, artist, album)


def test_a_list_of_paths_is_an_m3u_whatever_it_is_called() -> None:
    """The simplest form has no head and no comments."""
    text = "C:\\Music\\ABBA - Waterloo.mp3\r\nC:\\Music\\Toto - Africa.mp3\r\n"
    assert [line.text for line in read_list(text, "list.txt")] == ["Waterloo - ABBA", "Africa - Toto"]
    assert [line.text for line in read_list("m/ABBA - Waterloo\nm/b.ra\n", "a.m3u")] == [
        "Waterloo - ABBA",
        "b.ra",
    ]


def test_a_stream_is_no_list() -> None:
    """An M3U8 of HLS names pieces of one recording."""
    with pytest.raises(NotAList):
        read_list("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:9.009,\nfirst.ts\n", "live.m3u8")


def test_a_pls_goes_by_its_numbers() -> None:
    """Whatever the order of its lines; a number of many digits is none."""
    text = "[playlist]\nFile2=/m/Toto - Africa.mp3\nTitle1=ABBA - Waterloo\nFile1=a.mp3\nLength1=166\n"
    text += f"Length2=-1\nNumberOfEntries=2\nVersion=2\nFile{'9' * 5000}=x\n"
    assert read_list(text) == [
        Wanted("Waterloo - ABBA", "Waterloo", "ABBA", duration_ms=166_000),
        Wanted("Africa - Toto", "Africa", "Toto"),
    ]
