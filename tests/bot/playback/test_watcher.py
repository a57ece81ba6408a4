"""The follower at work: it starts songs, tells the room what went wrong, and follows each room once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import pytest

from bot.party.errors import PartyError
from bot.party.words import Member, Room
from bot.playback import watcher as module
from bot.playback.errors import DeviceGone, HostLost, LinkAgain, LinkEndsSoon, RestsMeanwhile, SpotifyRests
from bot.playback.watcher import DeviceWatcher
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.service import PartyService
from db.store import Store, open_store
from tests.bot.spotify.stage import Stage, sounding
from tests.conftest import ANNA, BEN, ON_POSTGRESQL, ROOM, SPECS, Clock
from tests.fakes.quiet import quiet
from tests.fakes.spotify_model import FakeDevice, FakeSong, FakeUser
from tests.fakes.spotify_server import FakeSpotify
from tests.patience import PATIENCE_S


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks around as often as a test has time for."""
    for name, value in {"LOOK_S": 0.05, "FIRST_S": 0.05, "LAST_S": 0.2, "AWAY_S": 0.1, "REST_S": 0.1}.items():
        monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(module, "A_SECOND", 1000.0)


@dataclass
class Night:
    """Anna hosts; the follower runs."""

    party: PartyService
    stage: Stage
    fake: FakeSpotify
    clock: Clock
    anna: FakeUser
    phone: FakeDevice
    songs: list[FakeSong]
    said: list[PartyError] = field(default_factory=list)
    whispered: list[tuple[Member, PartyError]] = field(default_factory=list)

    async def until(self, true: Callable[[], bool]) -> None:
        """Waits until something is so; the clock goes on a little whenever nobody has anything to do."""
        async with asyncio.timeout(PATIENCE_S):
            while not true():
                await quiet(asyncio.Event(), 0.02)
                self.clock.pass_by(minutes=0.007)

    async def wait(self, ticks: int) -> None:
        """Lets a little time go by, for what should not happen."""
        left = iter(range(ticks))
        await self.until(lambda: next(left) == ticks - 1)

    def sounds(self, song: FakeSong) -> bool:
        """Whether Anna's account plays this."""
        playback = self.fake.playback(self.anna)
        return playback.playing and playback.item is song


@asynccontextmanager
async def following(party: PartyService) -> AsyncIterator[None]:
    """A follower at work."""
    task = asyncio.create_task(DeviceWatcher(party.devices, party.accounts).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def night(
    store: Store, catalogue: Catalogue, recommender: Recommender, clock: Clock
) -> AsyncIterator[Night]:
    """A room that sounds on Anna's phone."""
    async with (
        FakeSpotify(specs=SPECS, clock=clock) as fake,
        sounding(store, catalogue, recommender, clock, fake) as (party, stage),
    ):
        anna = fake.user("Anna")
        phone = fake.device(anna, "Phone", active=True)
        await stage.link(ANNA, anna)
        songs = [fake.song(f"Song {i}", f"Band {i}", 40_000) for i in range(4)]
        night = Night(party, stage, fake, clock, anna, phone, songs)

        async def whisper(member: Member, error: PartyError) -> bool:
            night.whispered.append((member, error))
            return True

        party.notices.on_news(lambda _room, error: night.said.append(error))
        party.notices.send_by("discord", whisper)
        await party.playback.play(ROOM, ANNA)
        async with following(party):
            yield night
        assert not fake.breaches


async def add(night: Night, *songs: FakeSong) -> None:
    """Queues songs by their links."""
    for song in songs:
        await night.party.queue.add(ROOM, BEN, f"spotify:track:{song.id}")


async def test_a_whole_night_plays_by_itself(night: Night) -> None:
    """Songs are started when they come, one follows the other, and a vote to skip is done at once."""
    await add(night, *night.songs)
    await night.until(lambda: night.sounds(night.songs[0]))
    await night.until(lambda: night.sounds(night.songs[1]))
    for member in (ANNA, BEN):
        await night.party.queue.skip(ROOM, member)
    await night.until(lambda: night.sounds(night.songs[2]))
    await night.until(lambda: night.sounds(night.songs[3]))
    await night.until(lambda: not night.fake.playback(night.anna).playing)
    for _ in range(200):
        party = await night.party.insight.now(ROOM)
        if party.playing is None:
            break
        await night.wait(5)
    assert party.playing is None
    assert len(party.history) == 4
    assert night.said == []


async def test_an_idle_room_asks_nothing(night: Night) -> None:
    """Without a song nothing is asked of Spotify, however long that lasts."""
    asked = len(night.fake.requests)
    await night.wait(50)
    assert len(night.fake.requests) == asked


async def test_a_vanished_device_is_told_once(night: Night) -> None:
    """The party stands still with every song in it, and goes on when the host says so."""
    await add(night, *night.songs[:2])
    await night.until(lambda: night.sounds(night.songs[0]))
    night.fake.unplug(night.anna, night.phone)
    await night.until(lambda: bool(night.said))
    assert [type(error) for error in night.said] == [DeviceGone]
    party = await night.party.insight.now(ROOM)
    assert party.paused
    assert len(party.queue) == 1
    asked = len(night.fake.requests)
    await night.wait(30)
    assert len(night.fake.requests) == asked
    night.fake.device(night.anna, "Kitchen", active=True)
    await night.party.playback.play(ROOM, ANNA)
    await night.until(lambda: night.sounds(night.songs[0]))


async def test_a_device_is_followed_again_after_one_has_vanished(night: Night) -> None:
    """What the host does on the second one is seen as it was on the first."""
    await add(night, *night.songs[:2])
    await night.until(lambda: night.sounds(night.songs[0]))
    night.fake.unplug(night.anna, night.phone)
    await night.until(lambda: bool(night.said))
    night.fake.device(night.anna, "Kitchen", active=True)
    await night.party.playback.play(ROOM, ANNA)
    asked = len(night.fake.asked("GET", "/me/player"))
    await night.until(lambda: len(night.fake.asked("GET", "/me/player")) > asked)


async def test_a_revoked_account_in_the_middle_of_a_song(night: Night) -> None:
    """The room and the host are told once each, the queue is whole, and the clock goes on."""
    await add(night, *night.songs[:2])
    await night.until(lambda: night.sounds(night.songs[0]))
    night.fake.revoke(night.anna)
    await night.until(lambda: bool(night.whispered))
    assert [type(error) for error in night.said] == [HostLost]
    assert [(member, type(error)) for member, error in night.whispered] == [(ANNA, LinkAgain)]
    party = await night.party.insight.now(ROOM)
    assert party.playback is None
    assert party.playing is not None
    assert not party.paused
    assert len(party.queue) == 1
    assert await night.party.accounts.of(ANNA) is None


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(1, "1 minute"), (89, "89 minutes"), (90, "2 hours"), (149, "2 hours"), (360, "6 hours")],
)
def test_a_long_rest_is_told_in_hours(minutes: int, said: str) -> None:
    """Who asks hears when to try again; a room that its party goes on."""
    asker, room = SpotifyRests(minutes), RestsMeanwhile(minutes)
    assert str(asker) == f"Spotify has asked me to wait. Try again in about {said}."
    assert (
        str(room) == f"Spotify has asked me to wait about {said}. Until then, the queue keeps its own time."
    )
    assert asker.parts["minutes"] == room.parts["minutes"] == minutes


async def test_a_rest_is_told_once_and_all_goes_on_afterwards(night: Night) -> None:
    """One sentence to the room, one request for each rest, and the device plays again."""
    await add(night, *night.songs[:3])
    await night.until(lambda: night.sounds(night.songs[0]))
    night.fake.limit(21_600)
    asked = len(night.fake.requests)
    await night.until(lambda: bool(night.said))
    for number in range(4):
        await night.wait(10)
        await night.party.queue.add(ROOM, BEN, f"Song {number} - Nobody")  # people go on meanwhile
    assert [type(error) for error in night.said] == [RestsMeanwhile]
    assert len(night.fake.requests) == asked + 1
    night.fake.limit(None)
    night.clock.pass_by(hours=6)
    await night.party.clock.play_on()
    await night.until(lambda: night.fake.playback(night.anna).playing)


async def test_a_rest_is_told_once_however_much_the_party_does(night: Night) -> None:
    """Votes and songs that end say nothing of Spotify, and so repeat nothing."""
    await add(night, *night.songs)
    await night.until(lambda: night.sounds(night.songs[0]))
    night.fake.limit(21_600)
    await night.until(lambda: bool(night.said))
    for entry in (await night.party.insight.now(ROOM)).queue:
        await night.party.ballots.vote(ROOM, BEN, entry.id, -1)
        await night.wait(20)
    night.clock.pass_by(minutes=10)
    await night.party.clock.play_on()
    await night.wait(20)
    assert [type(error) for error in night.said] == [RestsMeanwhile]


async def test_a_device_that_has_come_back_is_followed_again(night: Night) -> None:
    """Once the host plays on, a skip there is seen as before."""
    await add(night, *night.songs[:2])
    await night.until(lambda: night.sounds(night.songs[0]))
    night.fake.unplug(night.anna, night.phone)
    await night.until(lambda: bool(night.said))
    night.fake.device(night.anna, "Kitchen", active=True)
    await night.party.playback.play(ROOM, ANNA)
    await night.until(lambda: night.sounds(night.songs[0]))
    asked = len(night.fake.asked("GET", "/me/player"))
    await night.until(lambda: len(night.fake.asked("GET", "/me/player")) > asked + 3)
    assert night.sounds(night.songs[0])


async def test_a_fault_of_spotifys_is_waited_out(night: Night) -> None:
    """A server's error takes nothing away: the same device plays on."""
    await add(night, *night.songs[:2])
    await night.until(lambda: night.sounds(night.songs[0]))
    asked = len(night.fake.requests)
    night.fake.fail(502)
    await night.until(lambda: len(night.fake.requests) > asked + 1)
    night.fake.fail(None)
    await night.until(lambda: night.sounds(night.songs[1]))
    assert (await night.party.insight.now(ROOM)).playback is not None


async def test_who_has_to_connect_again_soon_is_told_once(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A week before the half year is over, in private."""
    monkeypatch.setattr(module, "REMIND_S", 0.05)
    await night.wait(10)
    assert night.whispered == []
    night.clock.pass_by(hours=24 * 174)
    async with following(night.party):
        await night.until(lambda: bool(night.whispered))
        await night.wait(20)
    ((member, error),) = night.whispered
    assert member == ANNA
    assert isinstance(error, LinkEndsSoon)
    assert 5 <= error.parts["number"] <= 7


@ON_POSTGRESQL
async def test_one_of_two_processes_follows(
    database_url: str, catalogue: Catalogue, recommender: Recommender, clock: Clock
) -> None:
    """What both see is sent to the device once; when one stops the other takes over."""
    async with AsyncExitStack() as stack:
        fake = await stack.enter_async_context(FakeSpotify(specs=SPECS, clock=clock))
        parties = []
        for _ in range(2):
            store = await stack.enter_async_context(open_store(database_url))
            party, stage = await stack.enter_async_context(
                sounding(store, catalogue, recommender, clock, fake)
            )
            await stack.enter_async_context(store.listen(party.changed_elsewhere))
            parties.append(party)
        anna = fake.user("Anna")
        phone = fake.device(anna, active=True)
        await stage.link(ANNA, anna)
        songs = [fake.song(f"Song {i}", f"Band {i}", 60_000) for i in range(2)]
        night = Night(parties[0], stage, fake, clock, anna, phone, songs)
        await parties[0].playback.play(ROOM, ANNA)
        second = await stack.enter_async_context(AsyncExitStack())
        async with following(parties[0]):
            await second.enter_async_context(following(parties[1]))
            await parties[1].queue.add(ROOM, BEN, f"spotify:track:{songs[0].id}")
            await night.until(lambda: night.sounds(songs[0]))
            assert len(fake.asked("PUT", "/me/player/play")) == 1
        await parties[0].queue.add(ROOM, BEN, f"spotify:track:{songs[1].id}")
        await night.until(lambda: night.sounds(songs[1]))
        assert await parties[1].devices.hosted_by(ANNA) == [Room("discord", "1", "2")]
