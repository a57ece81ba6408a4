"""XSPF, and the traps of XML."""

from __future__ import annotations

import pytest

from bot.lists.reading import read_list
from bot.party.errors import EmptyList, NotAList, TooManyLines
from bot.party.limits import MOST_IMPORTED
from bot.party.words import Wanted

ID = "003vvx7Niy0yvhvHt4a68B"
TRACK = "<track><title>Salt &amp; Pepper &#252;</title><creator>A</creator></track>"


def playlist(tracks: str, attributes: str = ' version="1" xmlns="http://xspf.org/ns/0/"') -> str:
    """An XSPF with these tracks."""
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<!-- mine -->\n'
    return f"{head}<playlist{attributes}><title>No song</title><trackList>{tracks}</trackList></playlist>"


def test_a_track_says_everything() -> None:
    """Title, creator, album, milliseconds, year and link."""
    track = f"<track><location>file:///a.mp3</location><identifier>spotify:track:{ID}</identifier>"
    track += "<title>Waterloo</title><creator>ABBA</creator><album>Waterloo</album>"
    track += "<duration>166000</duration></track>"
    assert read_list(playlist(track)) == [
        Wanted("Waterloo - ABBA", "Waterloo", "ABBA", "Waterloo", 166_000, None, ID)
    ]


@pytest.mark.parametrize("attributes", ["", ' xmlns="http://xspf.org/ns/0/"', ' version="0"'])
def test_the_namespace_may_be_missing(attributes: str) -> None:
    """Entities and references to characters are read."""
    assert [line.text for line in read_list(playlist(TRACK, attributes))] == ["Salt & Pepper ü - A"]


def test_a_prefix_is_no_part_of_a_name() -> None:
    """Some write the namespace that way."""
    text = '<x:playlist xmlns:x="http://xspf.org/ns/0/"><x:trackList><x:track><x:title>Africa</x:title>'
    assert [line.title for line in read_list(f"{text}</x:track></x:trackList></x:playlist>")] == ["Africa"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_the_text_is_decoded_once(encoding: str) -> None:
    """Whatever encoding the declaration names."""
    text = playlist("<track><title>Für Elise</title></track>").replace("UTF-8", "UTF-16")
    assert [line.title for line in read_list(text.encode(encoding))] == ["Für Elise"]


def test_extensions_are_not_the_song() -> None:
    """A title within something else within a track is that of something else."""
    track = '<track><extension application="x"><title>No</title></extension><title>Yes</title></track>'
    assert [line.title for line in read_list(playlist(track))] == ["Yes"]


def test_a_track_may_have_a_place_only() -> None:
    """A path is read as in an M3U, a link as a link."""
    tracks = "<track><location>file:///m/ABBA%20-%20SOS.mp3</location></track><track/>"
    tracks += f"<track><location>https://open.spotify.com/track/{ID}</location></track>"
    path, link = read_list(playlist(tracks))
    assert (path.title, path.artist) == ("SOS", "ABBA")
    assert link.spotify_id == ID


@pytest.mark.parametrize(
    "text",
    [
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "xx"><!ENTITY y "&x;&x;">]><playlist>&y;</playlist>',
        '<!DOCTYPE playlist SYSTEM "file:///etc/passwd"><playlist/>',
        "<!DOCTYPE html><html><body>ABBA - Waterloo</body></html>",
        "<html><body>ABBA - Waterloo</body></html>",
        '<?xml version="1.0"?><plist version="1.0"><dict/></plist>',
        "<playlist><trackList><track>",
        "<playlist>&undefined;</playlist>",
    ],
)
def test_other_xml_is_no_list(text: str) -> None:
    """A DOCTYPE is refused with all that it could declare, and so is what is broken or something else."""
    with pytest.raises(NotAList):
        read_list(text)


def test_no_track_is_empty_and_many_are_too_many() -> None:
    """The parser stops at the first one too many."""
    with pytest.raises(EmptyList):
        read_list(playlist(""))
    assert len(read_list(playlist(TRACK * MOST_IMPORTED))) == MOST_IMPORTED
    with pytest.raises(TooManyLines):
        read_list(playlist(TRACK * (MOST_IMPORTED + 1)))
