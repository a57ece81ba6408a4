"""Two processes on one PostgreSQL database: one party for both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.party.words import Quorum, Room, State
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.service import PartyService
from db.store import open_store
from tests.conftest import ANNA, BEN, CLEO, MOD, ON_POSTGRESQL, ROOM, Clock, MakeMembers

pytestmark = ON_POSTGRESQL


@pytest.fixture
async def other(
    party: PartyService, database_url: str, catalogue: Catalogue, recommender: Recommender, clock: Clock
) -> AsyncIterator[PartyService]:
    """The party service of another process."""
    async with open_store(database_url) as store:
        service = PartyService(store, catalogue, recommender, clock)
        yield service
        await service.close()


async def test_eight_writers_lose_nothing(
    party: PartyService, other: PartyService, members: MakeMembers
) -> None:
    """What people add at once in both processes is all there, each song once, and one plays."""

    async def add(number: int) -> None:
        for song in range(6):
            service = (party, other)[(number + song) % 2]
            await service.queue.add(ROOM, members(8)[number], f"Song {song} of {number} - Nobody")

    await asyncio.gather(*(add(number) for number in range(8)))
    now = await other.insight.now(ROOM)
    assert now.playing is not None
    titles = [entry.track.title for entry in (now.playing, *now.queue)]
    assert sorted(titles) == sorted(f"Song {song} of {number}" for number in range(8) for song in range(6))
    assert all(entry.state is State.QUEUED for entry in now.queue)


async def test_one_delivery_to_both_adds_once(party: PartyService, other: PartyService) -> None:
    """The same idempotency key in both processes at once changes the party once."""
    added = await asyncio.gather(
        *(service.queue.add(ROOM, ANNA, "mr brightside", "key") for service in (party, other))
    )
    assert added[0] == added[1]
    assert (await party.insight.now(ROOM)).queue == ()


async def test_skips_that_race_skip_one_song(party: PartyService, other: PartyService) -> None:
    """Two of three wish to skip at once, each in a process of their own: one song ends, the next plays."""
    for person, song in ((ANNA, "mr brightside"), (BEN, "take on me"), (CLEO, "wonderwall")):
        await party.queue.add(ROOM, person, song)
    results = await asyncio.gather(party.queue.skip(ROOM, BEN), other.queue.skip(ROOM, CLEO))
    assert sorted(result.done for result in results) == [False, True]
    now = await party.insight.now(ROOM)
    assert [entry.state for entry in now.history] == [State.SKIPPED]
    assert now.playing is not None
    assert now.playing.track.title == "Take on Me"


async def test_two_clocks_end_a_song_once(party: PartyService, other: PartyService, clock: Clock) -> None:
    """Each process keeps time: a song whose time is up ends once, and the next one plays in full."""
    for song in ("mr brightside", "take on me", "wonderwall"):
        await party.queue.add(ROOM, ANNA, song)
    for played in (1, 2):
        clock.pass_by(minutes=10)
        await asyncio.gather(*(service.clock.play_on() for service in (party, other) * 3))
        now = await other.insight.now(ROOM)
        assert [entry.state for entry in now.history] == [State.PLAYED] * played
        assert now.playing is not None


async def test_one_night_of_a_party_that_is_over(
    party: PartyService, other: PartyService, clock: Clock
) -> None:
    """Both look, or are told, at the same moment: the night is kept once, and one of them says so."""
    said: list[Room] = []
    for service in (party, other):
        service.notices.on_night(lambda room, _secret: said.append(room))
    rooms = [Room("discord", "1", f"room {number}") for number in range(5)]
    for room in (*rooms, ROOM):
        for song in ("mr brightside", "take on me", "wonderwall"):
            await party.queue.add(room, ANNA, song)
            clock.pass_by(minutes=10)
            await party.clock.play_on()
    ends = [service.end(ROOM, MOD, f"key {number}") for number, service in enumerate((party, other))]
    found = await asyncio.gather(*ends, return_exceptions=True)
    assert sorted(type(each).__name__ for each in found) == ["Ended", "NothingToEnd"]
    for _ in range(3):
        clock.pass_by(hours=13)
        await asyncio.gather(*(service.nights.look() for service in (party, other)))
    assert sorted(said, key=str) == sorted((*rooms, ROOM), key=str)


async def test_only_who_sees_the_voice_channel_counts_its_people(
    party: PartyService, other: PartyService
) -> None:
    """Another process skips nothing that the people in the voice channel have not agreed to.

    It serves another part of Discord, or the page alone, and does not see who listens.
    """
    listening = ["31", "32", "33", "34"]
    party.unit.count_listeners("discord", lambda _room, _voice: listening)
    other.unit.count_listeners("discord", lambda _room, _voice: None)
    await party.settings.choose(ROOM, MOD, {"voice": "9", "quorum": Quorum.THIRD})
    for song in ("mr brightside", "take on me"):
        await party.queue.add(ROOM, ANNA, song)
    wished = [await each.queue.skip(ROOM, who) for each, who in ((party, BEN), (other, CLEO))]
    assert [result.done for result in wished] == [False, False]
    assert wished[1].votes < wished[1].needed
    await other.clock.play_on()
    now = await other.insight.now(ROOM)
    assert now.playing is not None
    assert (now.playing.track.title, len(now.skippers)) == ("Mr. Brightside", 2)
    listening.clear()
    await other.clock.play_on()
    assert (await other.insight.now(ROOM)).history == ()
    await party.clock.play_on()
    assert [entry.track.title for entry in (await other.insight.now(ROOM)).history] == ["Mr. Brightside"]


async def test_each_process_sees_to_its_own_rooms_first(
    party: PartyService, other: PartyService, clock: Clock
) -> None:
    """A song of a room that another process serves is left to it, unless that does nothing for a while."""
    party.unit.serve("discord", lambda room: room == ROOM)
    other.unit.serve("discord", lambda room: room != ROOM)
    for song in ("mr brightside", "take on me", "wonderwall"):
        await party.queue.add(ROOM, ANNA, song)
    clock.pass_by(minutes=10)
    await other.clock.play_on(everywhere=False)
    assert (await party.insight.now(ROOM)).history == ()
    await party.clock.play_on(everywhere=False)
    assert len((await other.insight.now(ROOM)).history) == 1
    clock.pass_by(minutes=10)
    await other.clock.play_on()
    assert len((await party.insight.now(ROOM)).history) == 2


async def test_the_process_that_serves_a_room_tells_of_its_night(
    party: PartyService, other: PartyService, clock: Clock
) -> None:
    """It alone knows what the room is called and who is to be told; others wait, in case nobody serves it."""
    said: list[tuple[str, Room]] = []
    party.notices.on_night(lambda room, _secret: said.append(("party", room)))
    other.notices.on_night(lambda room, _secret: said.append(("other", room)))
    party.unit.serve("slack", lambda _: True)
    other.unit.serve("discord", lambda room: room == ROOM)
    other.nights.named_by("discord", lambda _: "the kitchen")
    elsewhere = Room("discord", "1", "nobody's")
    for room in (ROOM, elsewhere):
        for song in ("mr brightside", "take on me", "wonderwall"):
            await party.queue.add(room, ANNA, song)
            clock.pass_by(minutes=10)
            await party.clock.play_on()
    clock.pass_by(hours=12.1)
    for service in (party, other):
        await service.nights.look()
    assert said == [("other", ROOM)]
    night = await party.nights.read((await party.insight.now(ROOM)).night)
    assert night.title == "the kitchen"
    clock.pass_by(hours=2)
    await party.nights.look()
    assert said == [("other", ROOM), ("party", elsewhere)]
