"""Files' titles and artists as songs of the catalogue: only what is sure, and only by that artist."""

from __future__ import annotations

import pytest

from bot.party.words import Track
from bot.recommend.catalogue import Catalogue

SURE = [
    ("Africa", "Toto"),
    ("africa", "TOTO"),
    ("Take On Me (Remastered 2015)", "a-ha"),
    ("Don't Stop Believin'", "Journey"),
    ("Dont Stop Believing", "Journey"),
    ("Waterloo", "Abba"),
    ("Mr. Brightside", "The Killers"),
    ("Hey Ya", "Outkast"),
]
NOT_SURE = [
    ("Africa", "Our Neighbours"),
    ("Africa", ""),
    ("Track 01", ""),
    ("Track 01", "Toto"),
    ("Untitled", "Unknown Artist"),
    ("", ""),
    ("???", "!!!"),
    ("Our Garage", "The Neighbours"),
    ("Africa (Live at Our Place 2003)", "Toto"),
    ("Waterloo (Karaoke Version)", "ABBA"),
    ("Hey Ya! (Neighbours Remix)", "OutKast"),
    ("x" * 5000, "y" * 5000),
]


async def test_what_is_sure(catalogue: Catalogue) -> None:
    """Is the song that people mean by it."""
    found = await catalogue.matched([Track(*each) for each in SURE])
    for (title, artist), song in zip(SURE, found, strict=True):
        assert song is not None, f"{title} by {artist}"
        assert song.track_id
    assert len({song.track_id for song in found if song}) == len(SURE) - 2


@pytest.mark.parametrize(("title", "artist"), NOT_SURE)
async def test_what_is_not_sure(catalogue: Catalogue, title: str, artist: str) -> None:
    """Is a song of nobody's: a namesake would sound in its place."""
    assert await catalogue.matched([Track(title, artist)]) == [None]


async def test_a_title_alone_is_sure_where_it_is_as_long(catalogue: Catalogue) -> None:
    """Nobody has said who made it, so its length has to."""
    known = await catalogue.resolve("Bohemian Rhapsody - Queen")
    assert known.duration_ms is not None
    alone, other = Track("Bohemian Rhapsody", ""), Track("Bohemian Rhapsody", "")
    (found,) = await catalogue.matched([Track(alone.title, "", duration_ms=known.duration_ms + 1000)])
    assert found is not None
    assert found.track_id == known.track_id
    assert await catalogue.matched([Track(other.title, "", duration_ms=known.duration_ms // 2)]) == [None]


async def test_the_version_that_is_as_long(catalogue: Catalogue) -> None:
    """Of several versions that are one song it is that which the file is."""
    for index in range(5000):
        versions = catalogue.tracks(catalogue.versions_of(index))
        lengths = [each.duration_ms or 0 for each in versions]
        same = len({(each.title, each.artist) for each in versions}) == 1
        if same and len(versions) == 2 and min(lengths) and abs(lengths[0] - lengths[1]) > 10_000:
            break
    asked = [Track(each.title, each.artist, duration_ms=each.duration_ms) for each in versions]
    assert await catalogue.matched(asked) == versions


async def test_the_ids_of_a_songs_other_versions(catalogue: Catalogue) -> None:
    """None of them its own, and nothing of ids that are not known."""
    some = [track.track_id or "" for track in catalogue.tracks(range(500))]
    found = await catalogue.twins([*some, "nobody's"])
    assert found.keys() == set(some)
    assert any(found.values())
    assert not any(track_id in others for track_id, others in found.items())
