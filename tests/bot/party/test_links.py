"""Spotify's links: exact hosts, ids of the right form, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.party import links
from bot.party.errors import ShortLink
from bot.party.links import Kind, Link

ID = "003vvx7Niy0yvhvHt4a68B"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"https://open.spotify.com/track/{ID}", Kind.TRACK),
        (f"https://open.spotify.com/track/{ID}?si=abc&x=y#z", Kind.TRACK),
        (f"http://open.spotify.com/intl-de/track/{ID}/", Kind.TRACK),
        (f"https://open.spotify.com/intl-pt-br/album/{ID}", Kind.ALBUM),
        (f"HTTPS://OPEN.SPOTIFY.COM/playlist/{ID}", Kind.PLAYLIST),
        (f"open.spotify.com/track/{ID}", Kind.TRACK),
        (f"https://play.spotify.com/track/{ID}", Kind.TRACK),
        (f"https://open.spotify.com/embed/track/{ID}", Kind.TRACK),
        (f"<https://open.spotify.com/track/{ID}>", Kind.TRACK),
        (f"  spotify:track:{ID} ", Kind.TRACK),
        (f"spotify:playlist:{ID}", Kind.PLAYLIST),
    ],
)
def test_every_usual_form_is_read(text: str, kind: Kind) -> None:
    """Shared links, URIs, and links as chats wrap them."""
    assert links.is_link(text)
    assert links.read(text) == Link(kind, ID)


@pytest.mark.parametrize(
    "text",
    [
        f"https://open.spotify.com.evil.example/track/{ID}",
        f"https://evil.example/open.spotify.com/track/{ID}",
        f"https://user@open.spotify.com/track/{ID}",
        f"https://open.spotify.com:8443/track/{ID}",
        f"https://open.spotify.com@evil.example/track/{ID}",
        f"ftp://open.spotify.com/track/{ID}",
        f"javascript://open.spotify.com/track/{ID}",
        f"https://open.spotify.com/track/{ID}x",
        f"https://open.spotify.com/track/{ID[:-1]}",
        f"https://open.spotify.com/track/{ID[:-1]}é",
        f"https://open.spotify.com/artist/{ID}",
        f"https://open.spotify.com/track/{ID}/../../evil",
        f"https://open.spotify.com//evil.example/track/{ID}",
        f"spotify:user:somebody:playlist:{ID}",
        "https://open.spotify.com/",
        "https://[::1/track",
        "spotify:",
        "www.example.com",
        "https://youtu.be/dQw4w9WgXcQ",
    ],
)
def test_what_only_looks_like_one_is_not(text: str) -> None:
    """A link all the same, so never taken for a title, and without a meaning."""
    assert links.is_link(text)
    assert links.read(text) is None
    assert links.several(text) is None


@pytest.mark.parametrize(
    "text", ["https://spotify.link/abc", "http://spoti.fi/2x", "https://spotify.app.link/x"]
)
def test_short_links_are_refused_in_words(text: str) -> None:
    """Nobody follows a link to see where it leads."""
    with pytest.raises(ShortLink):
        links.read(text)
    assert links.several(text) is None


def test_several_songs_are_told_from_one() -> None:
    """Albums and playlists are brought in as a whole."""
    assert links.several(f"https://open.spotify.com/album/{ID}") == Link(Kind.ALBUM, ID)
    assert links.several(f"https://open.spotify.com/track/{ID}") is None
    assert links.several("Take on Me") is None
    assert Link(Kind.ALBUM, ID).url == f"https://open.spotify.com/album/{ID}"


def test_links_are_found_in_a_longer_text() -> None:
    """Each once, without what stands around it."""
    text = f"hear this (https://open.spotify.com/track/{ID}), <spotify:album:{ID}>! spotify:track:nothing"
    text += f" and https://open.spotify.com/track/{ID}. https://spotify.link/abc https://example.com/x"
    assert links.found_in(text) == [
        f"https://open.spotify.com/track/{ID}",
        f"spotify:album:{ID}",
        "https://spotify.link/abc",
    ]


@given(st.text(max_size=80) | st.text(alphabet="/:.?#[]@<>spotifycmenrak0Az-", max_size=60))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    """What comes out is None, one sentence, or an id of 22 letters and digits."""
    for each in (text, f"https://open.spotify.com/{text}", f"spotify:{text}"):
        try:
            link = links.read(each)
        except ShortLink:
            continue
        assert link is None or links.ID.fullmatch(link.id)
        links.found_in(each)
