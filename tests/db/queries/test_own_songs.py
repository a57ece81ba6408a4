"""Songs of people's own music, on both databases."""

from __future__ import annotations

from dataclasses import replace

from bot.party.words import Track
from bot.playback.words import OWN, Found, OwnSong
from db.queries.own_songs import AT_A_TIME
from db.store import Store, Transaction
from tests.conftest import ON_BOTH

pytestmark = ON_BOTH

KNOWN = Track("Africa", "Toto", "42", "Toto IV", 1982, 295_000)
OURS = Track("Our Garage", "The Neighbours", duration_ms=61_000)


async def lacked(tx: Transaction) -> list[OwnSong]:
    """The songs that the catalogue lacks."""
    return [song for song in await tx.own_songs.after(0) if (song.track.track_id or "").startswith(OWN)]


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
        (garage,) = await lacked(tx)
        assert garage.track == replace(OURS, track_id=f"own:{garage.id}")
        assert await tx.own_songs.get(garage.id) == garage
        assert len(await tx.own_songs.after(0)) == 3


async def test_a_song_that_has_changed_keeps_its_number(store: Store) -> None:
    """The party's entries go by it."""
    async with store.writing() as tx:
        await tx.own_songs.keep("folder", [(Found("b.mp3", "1"), OURS)])
    async with store.reading() as tx:
        (before,) = await lacked(tx)
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
        numbers = [song.id for song in await lacked(tx) if song.source == "folder"]
        assert await tx.own_songs.drop("folder", ["b.mp3", "c.mp3"]) == numbers
    async with store.reading() as tx:
        assert [song.source for song in await lacked(tx)] == ["demo"]


async def test_songs_are_read_a_part_at_a_time(store: Store) -> None:
    """In the order of their numbers, each once."""
    count = 4 * AT_A_TIME + 3
    async with store.writing() as tx:
        await tx.own_songs.keep("folder", [(Found(f"{number}.mp3", "1"), OURS) for number in range(count)])
    found: list[OwnSong] = []
    known: dict[str, str] = {}
    async with store.reading() as tx:
        while more := await tx.own_songs.after(found[-1].id if found else 0):
            assert len(more) <= AT_A_TIME
            found += more
        last = 0
        while last or not known:
            some, last = await tx.own_songs.known("folder", last)
            known |= some
    assert [song.ref for song in found] == [f"{number}.mp3" for number in range(count)]
    assert known == {song.ref: "1" for song in found}


async def test_what_nobody_knows_yet_is_found_out(store: Store) -> None:
    """What levels a song, and which of the catalogue it is; until its file is another one."""
    async with store.writing() as tx:
        await tx.own_songs.keep(
            "folder", [(Found("a.mp3", "1", gain_db=-2.0), KNOWN), (Found("b.mp3", "1"), OURS)]
        )
    async with store.writing() as tx:
        (song,) = await tx.own_songs.unlevelled(0)
        assert await tx.own_songs.unlevelled(song.id) == []
        await tx.own_songs.set_gain(song.id, 0.0)
        await tx.own_songs.set_track(song.id, "43")
    async with store.reading() as tx:
        assert await tx.own_songs.unlevelled(0) == []
        found = await tx.own_songs.called("folder", "b.mp3")
        assert found is not None
        assert (found.id, found.track.track_id, found.gain_db) == (song.id, "43", 0.0)
        assert await tx.own_songs.called("subsonic", "b.mp3") is None
    async with store.writing() as tx:
        await tx.own_songs.set_track(song.id, None)
        await tx.own_songs.keep("folder", [(Found("b.mp3", "2"), OURS)])
        assert [each.track.track_id for each in await tx.own_songs.unlevelled(0)] == [f"{OWN}{song.id}"]
