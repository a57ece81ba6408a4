"""Songs of people's own music, on both databases."""

from __future__ import annotations

from dataclasses import replace

from bot.party.words import Track
from bot.playback.words import Found
from db.store import Store
from tests.conftest import ON_BOTH

pytestmark = ON_BOTH

KNOWN = Track("Africa", "Toto", "42", "Toto IV", 1982, 295_000)
OURS = Track("Our Garage", "The Neighbours", duration_ms=61_000)


async def test_what_is_kept_is_found(store: Store) -> None:
    """By number, by the catalogue's song, and by what the source calls it."""
    found = [(Found("a.mp3", "1", KNOWN, "audio/mpeg", -3.5, cover=True), KNOWN), (Found("b.mp3", "1"), OURS)]
    async with store.writing() as tx:
        await tx.own_songs.keep("folder", found)
        await tx.own_songs.keep("subsonic", [(Found("a.mp3", "x"), KNOWN)])
    async with store.reading() as tx:
        known, last = await tx.own_songs.known("folder")
        assert known == {"a.mp3": "1", "b.mp3": "1"}
        assert await tx.own_songs.known("folder", last) == ({}, 0)
        (africa, there) = await tx.own_songs.of_track("42")
        assert (africa.source, there.source) == ("folder", "subsonic")
        assert africa.track == KNOWN
        assert (africa.gain_db, africa.cover, africa.kind) == (-3.5, True, "audio/mpeg")
        (garage,) = await tx.own_songs.lacked()
        assert garage.track == replace(OURS, track_id=f"own:{garage.id}")
        assert await tx.own_songs.get(garage.id) == garage
        assert sorted(track or "" for _, track in await tx.own_songs.shelf()) == ["", "42", "42"]


async def test_a_song_that_has_changed_keeps_its_number(store: Store) -> None:
    """The party's entries go by it."""
    async with store.writing() as tx:
        await tx.own_songs.keep("folder", [(Found("b.mp3", "1"), OURS)])
    async with store.reading() as tx:
        (before,) = await tx.own_songs.lacked()
    async with store.writing() as tx:
        await tx.own_songs.keep("folder", [(Found("b.mp3", "2"), replace(OURS, title="Garage"))])
        await tx.own_songs.set_gain(before.id, 1.5)
    async with store.reading() as tx:
        after = await tx.own_songs.get(before.id)
    assert after is not None
    assert (after.track.title, after.version, after.gain_db) == ("Garage", "2", 1.5)


async def test_what_is_gone_is_forgotten(store: Store) -> None:
    """Of that source alone."""
    async with store.writing() as tx:
        await tx.own_songs.keep("folder", [(Found("b.mp3", "1"), OURS)])
        await tx.own_songs.keep("demo", [(Found("b.mp3", "1"), OURS)])
        await tx.own_songs.drop("folder", ["b.mp3", "c.mp3"])
    async with store.reading() as tx:
        assert [song.source for song in await tx.own_songs.lacked()] == ["demo"]
