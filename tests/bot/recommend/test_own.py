"""People's own songs beside the shipped catalogue, as people type them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.party.errors import UnknownChoice, UnsureSong
from bot.party.words import Track
from bot.recommend.bundle import Bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from db.store import Store
from tests.own_music import Own
from tests.patience import PATIENCE_S

GRAVEL = Track("Gravel Moon", "The Basement Ferns", album="Under the Stairs", year=2021, duration_ms=200_000)
WALK = Track("Wonderwalk", "Bob Nobodyknows")
RARITY = Track("Rarity Nobody Has", "Queen", year=1975, duration_ms=180_000)
UMLAUT = Track("Überübermorgen", "Die Kellerfarne", year=2019)
KNOWN = ("mr brightside the killers", "africa toto", "dancing queen abba")


@pytest.fixture
async def own(
    store: Store, bundle: Bundle, catalogue: Catalogue, recommender: Recommender
) -> AsyncIterator[Own]:
    """Songs that the catalogue lacks, and some that it has."""
    known = [await catalogue.resolve(text) for text in KNOWN]
    own = await Own.of(store, bundle, catalogue, recommender, GRAVEL, WALK, RARITY, UMLAUT, *known)
    yield own
    own.songs.close()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Gravel Moon", GRAVEL),
        ("gravl mooon", GRAVEL),
        ("the basement ferns - gravel moon", GRAVEL),
        ("gravel moon by basement fern", GRAVEL),
        ("Gravel Moon\tThe Basement Ferns", GRAVEL),
        ("wonderwalk", WALK),
        ("queen rarity nobody has", RARITY),
        ("uberubermorgen", UMLAUT),
        ("kellerfarne überübermorgen", UMLAUT),
    ],
)
async def test_own_songs_are_found_as_people_type(own: Own, text: str, meant: Track) -> None:
    """With the same slips forgiven as in the catalogue, and under an id of ours."""
    track = await own.songs.resolve(text)
    assert (track.title, track.artist, track.year) == (meant.title, meant.artist, meant.year)
    assert (track.track_id or "").startswith("own:")
    assert own.library.sounds(track)
    assert await own.songs.resolve(f"track:{track.track_id}") == track


@pytest.mark.parametrize(
    "text", ["wonderwall", "hello", "bohemian rapsody", "queen - bohemian rhapsody", "yesterday"]
)
async def test_where_the_catalogue_is_sure_it_is_its_song(own: Own, catalogue: Catalogue, text: str) -> None:
    """No song of people's own takes the place of one that fits better, or as well."""
    assert await own.songs.resolve(text) == await catalogue.resolve(text)


async def test_a_song_of_the_same_name_does_not_replace_the_catalogues(
    own: Own, catalogue: Catalogue
) -> None:
    """Whose title alone is typed is the well-known one; with its artist it is one's own."""
    cover = Track("Wonderwall", "The Basement Ferns")
    await own.hold(GRAVEL, cover)
    assert (await own.songs.resolve("wonderwall")).artist == "Oasis"
    assert (await own.songs.resolve("wonderwall basement ferns")).artist == cover.artist


async def test_where_both_may_be_meant_people_are_asked(own: Own, catalogue: Catalogue) -> None:
    """Of two that fit alike, the one in the catalogue little known, both are offered."""
    with pytest.raises(UnsureSong) as before:
        await catalogue.resolve("gravel")
    await own.hold(Track("Gravel", "The Basement Ferns"))
    with pytest.raises(UnsureSong) as after:
        await own.songs.resolve("gravel")
    ours, *theirs = after.value.offered
    assert ours.artist == "The Basement Ferns"
    assert theirs == [*before.value.offered[: len(theirs)]]
    assert 1 <= len(theirs) <= 2
    assert await own.songs.resolve(f"track:{ours.track_id}") == ours


async def test_what_is_not_there_any_more_is_said(own: Own) -> None:
    """A choice of a song that is gone, or never was; its name is nothing but a text again."""
    track = await own.songs.resolve("überübermorgen")
    await own.hold(WALK)
    for gone in (track.track_id, "own:999999", "own:x"):
        with pytest.raises(UnknownChoice):
            await own.songs.resolve(f"track:{gone}")
    assert not (await own.songs.resolve("überübermorgen kellerfarne")).known


async def test_without_own_songs_all_is_as_it_was(own: Own, catalogue: Catalogue) -> None:
    """An empty library is no obstacle."""
    await own.hold()
    for text in ("mr brightside", "überübermorgen kellerfarne"):
        assert await own.songs.resolve(text) == await catalogue.resolve(text)
    assert await own.songs.search("gra", own_first=True) == await catalogue.search("gra")


async def test_own_songs_are_offered_while_one_types(own: Own, catalogue: Catalogue) -> None:
    """Beside the catalogue's; none twice; all of the catalogue's order is kept."""
    found = await own.songs.search("gravel mo", 10)
    assert found[0].title == GRAVEL.title
    theirs = await catalogue.search("gravel mo", 10)
    assert [track for track in found if track in theirs] == theirs[: len(found) - 1]
    ids = [track.track_id for track in await own.songs.search("africa", 25, own_first=True)]
    assert len(ids) == len({*ids})


async def test_what_can_sound_comes_first_where_it_sounds(own: Own) -> None:
    """A single letter finds the songs that can sound; what fits badly does not stand before what fits."""
    first = await own.songs.search("d", 10, own_first=True)
    assert own.library.sounds(first[0])
    assert first[0].title == "Dancing Queen"
    assert not own.library.sounds((await own.songs.search("d", 10))[0])
    assert (await own.songs.search("bohemian rhapsody", 10, own_first=True))[0].artist == "Queen"
    sounding = [own.library.sounds(track) for track in first]
    assert sounding == sorted(sounding, reverse=True)


async def test_an_own_song_takes_part_by_its_artist(own: Own, catalogue: Catalogue, bundle: Bundle) -> None:
    """Its index is its artist's row, behind all songs; a stranger's says nothing."""
    rarity, gravel = [await own.songs.resolve(text) for text in ("queen rarity nobody has", "gravel moon")]
    row = catalogue.index_of(rarity)
    assert row is not None
    assert row >= bundle.tracks
    assert row == catalogue.index_of(Track("Anything Else", "Queen"))
    assert catalogue.index_of(gravel) is None


async def test_other_music_is_found_soon(own: Own) -> None:
    """Whatever keeps watch reads the songs anew."""
    keeping = asyncio.create_task(own.songs.run())
    own.records.tracks = (GRAVEL, Track("Attic Light", "The Basement Ferns"))
    await own.library.look()
    async with asyncio.timeout(PATIENCE_S):
        while not (await own.songs.resolve("attic light")).known:  # noqa: ASYNC110 - it runs by itself
            await asyncio.sleep(0.05)
    keeping.cancel()
    stock = own.songs.stock()
    assert stock is not None
    assert {track.title for track in stock.lacked} == {GRAVEL.title, "Attic Light"}
    assert not stock.known
