"""Where parties sound, on real databases of both kinds."""

from __future__ import annotations

from dataclasses import replace

from bot.party.words import Member, Outlet, Playback, Room, State
from db.store import Store
from tests.conftest import ANNA, BEN, ON_BOTH, ROOM
from tests.db.songs import SONG, found, queued

pytestmark = ON_BOTH

LOBBY = Room("web", "", "lobby")
PHONE = Playback(ANNA, "phone", "Phone", 1, 2)


async def test_a_song_is_paused_once_and_goes_on(store: Store) -> None:
    """Only what runs can be held; afterwards it ends when it is told to."""
    async with store.writing() as tx:
        party_id, song = await queued(tx)
        assert not await tx.playbacks.hold(song, 5)
        await tx.entries.move(song, State.QUEUED, State.PLAYING, now_ms=0, ends_ms=10)
        assert await tx.playbacks.hold(song, 5)
        assert not await tx.playbacks.hold(song, 4)
        held = await found(tx, party_id, song)
        assert (held.left_ms, held.ends_ms) == (5, None)
        await tx.playbacks.resume(song, 20)
        on = await found(tx, party_id, song)
        assert (on.left_ms, on.ends_ms) == (None, 20)
        await tx.playbacks.set_spotify_id(song, "0" * 22)
        assert (await found(tx, party_id, song)).track == replace(SONG, spotify_id="0" * 22)


async def test_a_party_sounds_in_one_place(store: Store) -> None:
    """A new one replaces the old one; marks change without anybody being told; it can be dropped."""
    async with store.writing() as tx:
        party = await tx.parties.open(ROOM, 1)
        await tx.playbacks.set(party.id, PHONE)
        await tx.playbacks.set(party.id, replace(PHONE, host=BEN, device_id="tv"))
        await tx.playbacks.mark(party.id, 7, None)
        sounds = (await tx.parties.open(ROOM, 1)).playback
        assert sounds == Playback(BEN, "tv", "Phone", 7, None)
        assert await tx.playbacks.hosted_by(BEN) == [ROOM]
        assert await tx.playbacks.hosted_by(ANNA) == []
        await tx.playbacks.drop(party.id)
        assert (await tx.parties.open(ROOM, 1)).playback is None


async def test_each_room_is_watched_by_one_process(store: Store) -> None:
    """Until it lets go or its time is over; a new device changes nothing of that."""
    async with store.writing() as tx:
        for room in (ROOM, LOBBY):
            await tx.playbacks.set((await tx.parties.open(room, 1)).id, PHONE)
        assert set(await tx.playbacks.claim("one", 100, 0)) == {ROOM, LOBBY}
        assert await tx.playbacks.claim("two", 150, 99) == []
        assert set(await tx.playbacks.claim("one", 120, 99)) == {ROOM, LOBBY}
        await tx.playbacks.set((await tx.parties.open(ROOM, 1)).id, replace(PHONE, device_id="tv"))
        assert await tx.playbacks.claim("two", 150, 119) == []
        assert set(await tx.playbacks.claim("two", 150, 120)) == {ROOM, LOBBY}
        await tx.playbacks.release("one")
        assert await tx.playbacks.claim("three", 200, 149) == []
        await tx.playbacks.release("two")
        assert set(await tx.playbacks.claim("three", 200, 149)) == {ROOM, LOBBY}


async def test_what_own_music_sounds_from_is_said_to_be_there(store: Store) -> None:
    """Of each device for itself; a watcher of Spotify's devices need not wait for that."""
    page = replace(PHONE, device_id="a page", outlet=Outlet.PAGE)
    async with store.writing() as tx:
        await tx.playbacks.set((await tx.parties.open(ROOM, 1)).id, page)
        await tx.playbacks.set((await tx.parties.open(LOBBY, 1)).id, replace(page, device_id="another"))
        await tx.playbacks.beat("a page", 50)
        assert await tx.playbacks.beats(Outlet.PAGE) == {ROOM: ("a page", 50), LOBBY: ("another", 0)}
        assert await tx.playbacks.beats(Outlet.VOICE) == {}
        await tx.playbacks.set((await tx.parties.open(ROOM, 1)).id, PHONE)
        assert await tx.playbacks.claim("one", 100, 50) == [ROOM]
        await tx.playbacks.beat(PHONE.device_id, 60)
        assert await tx.playbacks.claim("two", 100, 70) == []


async def test_a_playlist_belongs_to_a_member_and_a_party(store: Store) -> None:
    """It is found again by both, and by when that party began; a new one replaces it."""
    async with store.writing() as tx:
        party = await tx.parties.open(ROOM, 1)
        for playlist in ("0" * 22, "1" * 22):
            await tx.playbacks.keep_saved_playlist(party.id, 5, ANNA, playlist)
        assert await tx.playbacks.saved_playlist(party.id, 5, ANNA) == "1" * 22
        assert await tx.playbacks.saved_playlist(party.id, 6, ANNA) is None
        assert await tx.playbacks.saved_playlist(party.id, 5, BEN) is None
        assert await tx.playbacks.saved_playlist(party.id, 5, Member("slack", ANNA.user_id, "A")) is None
