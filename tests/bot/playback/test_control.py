"""A party on a host's device: the real spotipy, a fake Spotify whose player runs by the party's clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Literal

import pytest

from bot.party.errors import NothingPlaying, PartyError
from bot.party.limits import GRACE_MS
from bot.party.words import Entry, Member, Room, State
from bot.playback.errors import (
    DevicePlaysOn,
    DeviceRefuses,
    HostedAlready,
    HostLeft,
    HostsDeviceGone,
    HostsOnly,
    ManyDevices,
    NoDevice,
    NoHost,
    NotConnected,
    NotOnSpotify,
    NotPremium,
    RestsMeanwhile,
    SpotifyAway,
    SpotifyRests,
)
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.room.language import REPLIES
from bot.service import PartyService
from db.store import Store
from tests.bot.spotify.stage import Stage, sounding
from tests.conftest import ANNA, BEN, CLEO, MOD, ON_BOTH, ROOM, SPECS, Clock
from tests.fakes.spotify_model import FakeDevice, FakeSong, FakeUser
from tests.fakes.spotify_server import FakeSpotify

pytestmark = ON_BOTH

SONGS = ("Take on Me - a-ha", "Africa - Toto", "Hey Ya! - OutKast", "Creep - Radiohead")


@dataclass
class Night:
    """A room with Anna's phone in it."""

    party: PartyService
    catalogue: Catalogue
    stage: Stage
    fake: FakeSpotify
    clock: Clock
    anna: FakeUser
    phone: FakeDevice
    said: list[PartyError] = field(default_factory=list)
    songs: dict[str, FakeSong] = field(default_factory=dict)

    async def add(self, *texts: str, member: Member = BEN) -> list[Entry]:
        """Queues songs; Spotify has each of them under the catalogue's own id."""
        entries = []
        for text in texts:
            entry = (await self.party.queue.add(ROOM, member, text)).entry
            await self.has(entry)
            entries.append(entry)
            self.clock.pass_by(minutes=0.001)
        return entries

    async def has(self, entry: Entry) -> FakeSong:
        """Puts a song on Spotify, where the catalogue says it is."""
        track = entry.track
        known = (await self.catalogue.spotify_ids([track]))[0]
        song = self.fake.song(track.title, track.artist, track.duration_ms or 200_000, id=known)
        self.songs[track.title] = song
        return song

    async def look(self, *, seconds: float = 4) -> Entry | None:
        """Lets time go by and follows the device; returns what the party plays."""
        self.clock.pass_by(minutes=seconds / 60)
        return (await self.party.devices.sync(ROOM, listen=True)).playing

    async def state(self, entry: Entry) -> State:
        """What has become of an entry."""
        found = await self.party.insight.now(ROOM)
        all_of_them = (*found.queue, *found.history, *filter(None, (found.playing,)))
        return next(each.state for each in all_of_them if each.id == entry.id)

    @property
    def sounds(self) -> str | None:
        """What Anna's account plays; None while it stands still."""
        playback = self.fake.playback(self.anna)
        return playback.item.title if playback.item is not None and playback.playing else None


@pytest.fixture
async def night(
    store: Store, catalogue: Catalogue, recommender: Recommender, clock: Clock
) -> AsyncIterator[Night]:
    """Anna has Premium, a phone with Spotify open, and has connected her account."""
    async with (
        FakeSpotify(specs=SPECS, clock=clock) as fake,
        sounding(store, catalogue, recommender, clock, fake) as (party, stage),
    ):
        anna = fake.user("Anna")
        phone = fake.device(anna, "Anna's phone", "Smartphone", active=True)
        await stage.link(ANNA, anna)
        night = Night(party, catalogue, stage, fake, clock, anna, phone)
        party.notices.on_news(lambda _room, error: night.said.append(error))
        yield night
        assert not fake.breaches


async def test_the_host_plays_the_party(night: Night) -> None:
    """What plays in the party sounds from its beginning on the active device, and the room knows whose."""
    first, _ = await night.add(*SONGS[:2])
    night.clock.pass_by(minutes=1)
    result = await night.party.playback.play(ROOM, ANNA)
    assert night.sounds == first.track.title
    assert night.fake.playback(night.anna).progress_ms == 0
    assert result.playing is not None
    assert result.playback is not None
    assert (result.playback.host, result.playback.device_name) == (ANNA, "Anna's phone")
    party = await night.party.insight.now(ROOM)
    assert party.playback is not None
    assert party.playback.host == ANNA


async def test_an_empty_party_sounds_with_its_first_song(night: Night) -> None:
    """Nothing is asked of the device before, and the song is started when it comes."""
    result = await night.party.playback.play(ROOM, ANNA)
    assert result.playing is None
    assert not night.fake.asked("PUT", "/me/player")
    await night.add(SONGS[0])
    followed = await night.party.devices.sync(ROOM)
    assert followed.changed
    assert night.sounds == "Take on Me"


async def test_songs_follow_each_other_without_a_gap(night: Night) -> None:
    """The next song stands in the device's own queue before the last one ends, and the party goes with it."""
    first, second, third = await night.add(*SONGS[:3])
    await night.party.playback.play(ROOM, ANNA)
    length_s = night.songs[first.track.title].duration_ms / 1000
    assert await night.look(seconds=length_s - 10) is not None
    assert [song.title for song in night.fake.playback(night.anna).queue] == [second.track.title]
    playing = await night.look(seconds=11)
    assert playing is not None
    assert playing.id == second.id
    assert night.sounds == second.track.title
    assert await night.state(first) is State.PLAYED
    assert len(night.fake.asked("PUT", "/me/player/play")) == 1
    assert await night.state(third) is State.QUEUED


async def test_a_vote_to_skip_skips_there(night: Night) -> None:
    """Enough votes, and the device plays the next song at once."""
    first, second, _ = await night.add(*SONGS[:3])
    await night.party.playback.play(ROOM, ANNA)
    night.clock.pass_by(minutes=0.5)
    for member in (ANNA, BEN):
        await night.party.queue.skip(ROOM, member)
    await night.party.devices.sync(ROOM)
    assert night.sounds == second.track.title
    assert await night.state(first) is State.SKIPPED


async def test_a_skip_just_before_the_end_uses_the_devices_own_queue(night: Night) -> None:
    """The song that was put ahead is not played twice."""
    first, second, third = await night.add(*SONGS[:3])
    await night.party.playback.play(ROOM, ANNA)
    await night.look(seconds=night.songs[first.track.title].duration_ms / 1000 - 12)
    for member in (ANNA, BEN):
        await night.party.queue.skip(ROOM, member)
    await night.party.devices.sync(ROOM)
    assert night.sounds == second.track.title
    assert not night.fake.playback(night.anna).queue
    playing = await night.look()
    assert playing is not None
    assert playing.id == second.id
    await night.look(seconds=night.songs[second.track.title].duration_ms / 1000 - 14)
    playing = await night.look(seconds=15)
    assert playing is not None
    assert playing.id == third.id


async def test_a_forward_that_leads_elsewhere_is_put_right(night: Night) -> None:
    """Where the host had queued a song of their own, the party's song is played all the same."""
    first, second, _ = await night.add(*SONGS[:3])
    await night.party.playback.play(ROOM, ANNA)
    night.fake.enqueue(night.anna, night.fake.song("The host's own", "Somebody"))
    await night.look(seconds=night.songs[first.track.title].duration_ms / 1000 - 12)
    for member in (ANNA, BEN):
        await night.party.queue.skip(ROOM, member)
    await night.party.devices.sync(ROOM)
    assert night.sounds == "The host's own"
    playing = await night.look()
    assert playing is not None
    assert playing.id == second.id
    assert night.sounds == second.track.title


async def test_a_skip_on_the_phone_is_seen(night: Night) -> None:
    """The party goes on with the next song, and the one before counts as skipped."""
    first, second = await night.add(*SONGS[:2])
    await night.party.playback.play(ROOM, ANNA)
    await night.look(seconds=night.songs[first.track.title].duration_ms / 1000 - 14)
    night.clock.pass_by(minutes=-1)  # so that a minute is left
    await night.look(seconds=0)
    night.fake.skip(night.anna)
    playing = await night.look(seconds=1)
    assert playing is not None
    assert playing.id == second.id
    assert await night.state(first) is State.SKIPPED


async def test_a_skip_on_the_phone_is_seen_in_the_middle_of_a_song(night: Night) -> None:
    """No song was put ahead yet, so the device stops at a song's beginning; the next one plays there."""
    first, second = await night.add(*SONGS[:2])
    await night.party.playback.play(ROOM, ANNA)
    await night.look(seconds=30)
    night.fake.skip(night.anna)
    assert night.sounds is None
    playing = await night.look()
    assert playing is not None
    assert playing.id == second.id
    assert night.sounds == second.track.title
    assert await night.state(first) is State.SKIPPED


async def test_a_device_that_never_begins_costs_no_song(night: Night) -> None:
    """It stands still at the beginning from the start, and so does the party."""
    first, _ = await night.add(*SONGS[:2])
    await night.party.playback.play(ROOM, ANNA)
    night.fake.playback(night.anna).pause()
    night.fake.playback(night.anna).seek(0)
    for _ in range(5):
        await night.look()
    now = await night.party.insight.now(ROOM)
    assert now.paused
    assert now.playing is not None
    assert now.playing.id == first.id


async def test_play_goes_on_where_the_phone_was_paused_unseen(night: Night) -> None:
    """What is said to play does."""
    (first,) = await night.add(SONGS[0])
    await night.party.playback.play(ROOM, ANNA)
    await night.look(seconds=30)
    night.fake.press_pause(night.anna)
    night.clock.pass_by(minutes=0.1)
    played = await night.party.playback.play(ROOM, ANNA)
    assert played.playing is not None
    assert played.playing.left_ms is None
    assert night.sounds == first.track.title
    assert not (await night.party.insight.now(ROOM)).paused


async def test_a_song_from_elsewhere_is_seen_and_the_party_goes_on_after_it(night: Night) -> None:
    """What the host puts on by hand is the room's song while it plays; then comes the party's next."""
    first, second = await night.add(*SONGS[:2])
    await night.party.playback.play(ROOM, ANNA)
    await night.look(seconds=30)
    own = night.fake.song("Birthday Song", "The Family", 60_000)
    night.fake.play_elsewhere(night.anna, own)
    playing = await night.look()
    assert playing is not None
    assert (playing.track.title, playing.added_by) == ("Birthday Song", ANNA)
    assert playing.track.track_id is None
    assert await night.state(first) is State.SKIPPED
    await night.look(seconds=50)
    playing = await night.look(seconds=15)
    assert playing is not None
    assert playing.id == second.id
    assert night.sounds == second.track.title


async def test_pausing_here_and_there(night: Night) -> None:
    """Whoever stops or goes on, in the room or on the phone, party and device agree, and no time is lost."""
    (first,) = await night.add(SONGS[0])
    await night.party.playback.play(ROOM, ANNA)
    await night.look(seconds=60)
    held = await night.party.playback.pause(ROOM, ANNA)
    assert held.left_ms is not None
    assert night.sounds is None
    night.clock.pass_by(hours=1)
    await night.party.clock.play_on()
    assert (await night.party.insight.now(ROOM)).paused
    await night.party.playback.play(ROOM, BEN)
    assert night.sounds == first.track.title
    assert not (await night.party.insight.now(ROOM)).paused
    await night.look()
    night.fake.press_pause(night.anna)
    await night.look()
    assert (await night.party.insight.now(ROOM)).paused
    night.fake.press_play(night.anna)
    playing = await night.look()
    assert playing is not None
    assert playing.left_ms is None
    passed_ms = 68_000
    assert abs((playing.ends_ms or 0) - night.party.now_ms() - (held.left_ms + 60_000 - passed_ms)) < 8_000


async def test_a_device_that_vanishes_loses_no_song(night: Night) -> None:
    """The party stands still, whoever asks is told so, and it goes on where it was on another device."""
    first, second = await night.add(*SONGS[:2])
    await night.party.playback.play(ROOM, ANNA)
    await night.look(seconds=60)
    night.fake.unplug(night.anna, night.phone)
    with pytest.raises(NoDevice):
        await night.look()
    await night.party.devices.lose_device(ROOM)
    party = await night.party.insight.now(ROOM)
    assert party.paused
    assert [entry.id for entry in party.queue] == [second.id]
    with pytest.raises(NoDevice):
        await night.party.playback.play(ROOM, ANNA)
    assert (await night.party.insight.now(ROOM)).paused
    night.fake.device(night.anna, "Kitchen", active=True)
    await night.party.playback.play(ROOM, ANNA)
    assert night.sounds == first.track.title
    assert 55_000 < night.fake.playback(night.anna).progress_ms < 75_000


async def test_a_song_that_spotify_lacks_is_passed_over(night: Night) -> None:
    """The room is told, and the next song plays."""
    await night.party.playback.play(ROOM, ANNA)
    await night.party.queue.add(ROOM, BEN, "Zzyxq Vlorp - Qwzx Mump")
    (second,) = await night.add(SONGS[1])
    await night.party.devices.sync(ROOM)
    assert night.sounds == second.track.title
    assert [type(error) for error in night.said] == [NotOnSpotify]


async def test_a_song_typed_by_hand_is_searched(night: Night) -> None:
    """Title and artist find it on Spotify; something merely alike does not."""
    night.fake.song("Qwzx Mump (Karaoke)", "The Copycats")
    song = night.fake.song("Qwzx Mump", "Zzyxq Vlorp, Guest")
    await night.party.playback.play(ROOM, ANNA)
    await night.party.queue.add(ROOM, BEN, "Qwzx Mump - Zzyxq Vlorp")
    await night.party.devices.sync(ROOM)
    assert night.fake.playback(night.anna).item is song


async def test_who_may_steer(night: Night) -> None:
    """Host and moderators may pause, set the volume and stop; others may not, and change nothing."""
    await night.add(SONGS[0])
    await night.party.playback.play(ROOM, ANNA)
    for refused in (
        night.party.playback.pause(ROOM, BEN),
        night.party.playback.volume(ROOM, BEN, 10),
        night.party.playback.stop(ROOM, BEN),
    ):
        with pytest.raises(HostsOnly):
            await refused
    assert night.sounds is not None
    await night.party.playback.volume(ROOM, MOD, 30)
    assert night.phone.volume == 30
    await night.party.playback.volume(ROOM, ANNA, 1000)
    assert night.phone.volume == 100
    await night.party.playback.pause(ROOM, MOD)
    await night.party.playback.play(ROOM, BEN)
    await night.party.playback.stop(ROOM, ANNA)
    assert night.sounds is None
    assert (await night.party.insight.now(ROOM)).playback is None
    with pytest.raises(NoHost):
        await night.party.playback.stop(ROOM, ANNA)
    with pytest.raises(NoHost):
        await night.party.playback.volume(ROOM, ANNA, 10)


@pytest.mark.parametrize("paused", [False, True])
async def test_a_seek_is_done_on_the_device(night: Night, paused: bool) -> None:
    """There and by the clock, standing still or not; what is in the device's own queue stays there."""
    first, _ = await night.add(*SONGS[:2])
    await night.party.playback.play(ROOM, ANNA)
    await night.look()
    if paused:
        await night.party.playback.pause(ROOM, ANNA)
    queue = night.fake.playback(night.anna).queue
    with pytest.raises(HostsOnly):
        await night.party.outlets.seek(ROOM, BEN, 42_000)
    await night.party.outlets.seek(ROOM, ANNA, 42_000)
    device = night.fake.playback(night.anna)
    assert device.progress_ms == 42_000
    assert device.playing is not paused
    assert device.queue == queue
    playing = await night.look(seconds=6)
    assert playing is not None
    assert playing.id == first.id
    assert await night.party.outlets.position_ms(ROOM, first.id) == 42_000 + (0 if paused else 6_000)
    await night.party.outlets.seek(ROOM, ANNA, 10**9)
    assert night.fake.playback(night.anna).item is night.songs[first.track.title]


async def test_one_host_at_a_time(night: Night) -> None:
    """Somebody else who plays is told who does already, and takes over once they have stopped."""
    ben = night.fake.user("Ben")
    night.fake.device(ben, "Ben's laptop", active=True)
    await night.stage.link(BEN, ben)
    await night.add(SONGS[0])
    await night.party.playback.play(ROOM, ANNA)
    with pytest.raises(HostedAlready):
        await night.party.playback.play(ROOM, BEN)
    with pytest.raises(HostedAlready):
        await night.party.playback.choose_device(ROOM, BEN, "x")
    await night.party.playback.stop(ROOM, ANNA)
    await night.party.playback.play(ROOM, BEN)
    assert night.fake.playback(ben).playing


@pytest.mark.parametrize("seen", [False, True])
async def test_who_has_no_account_is_told_whose_device_is_gone(night: Night, seen: bool) -> None:
    """It is not theirs to open Spotify, whether the device left in a song or while the party stood still."""
    (first,) = await night.add(SONGS[0])
    await night.party.playback.play(ROOM, ANNA)
    await night.look(seconds=30)
    assert (
        REPLIES.sounding((await night.party.insight.now(ROOM)).playback) == "🔊 Anna's phone, hosted by Anna"
    )
    if not seen:
        await night.party.playback.pause(ROOM, ANNA)
    night.fake.unplug(night.anna, night.phone)
    if seen:
        await night.party.devices.lose_device(ROOM)
    for _ in range(2):
        with pytest.raises(HostsDeviceGone, match="Anna's device is gone") as refused:
            await night.party.playback.play(ROOM, CLEO)
        party = await night.party.insight.now(ROOM)
        assert party.paused
        assert REPLIES.sounding(party.playback) == ""
        assert REPLIES.error(refused.value) in REPLIES.standing(None, party.playback, CLEO)
    night.fake.device(night.anna, "Kitchen", active=True)
    await night.party.playback.play(ROOM, CLEO)
    assert night.sounds == first.track.title
    await night.look()
    assert REPLIES.sounding((await night.party.insight.now(ROOM)).playback) == "🔊 Kitchen, hosted by Anna"


@pytest.mark.parametrize("chosen", [False, True])
async def test_somebody_else_takes_over_from_a_host_who_has_left(night: Night, chosen: bool) -> None:
    """Whose device is gone keeps the party from nobody."""
    ben = night.fake.user("Ben")
    laptop = night.fake.device(ben, "Ben's laptop", active=True)
    await night.stage.link(BEN, ben)
    (first,) = await night.add(SONGS[0])
    await night.party.playback.play(ROOM, ANNA)
    night.fake.unplug(night.anna, night.phone)
    with pytest.raises(NoDevice):
        await night.look(seconds=30)
    assert await night.party.devices.lose_device(ROOM)
    if chosen:
        played = await night.party.playback.choose_device(ROOM, BEN, laptop.id)
    else:
        played = await night.party.playback.play(ROOM, BEN)
    assert played.playback is not None
    assert played.playback.host == BEN
    item = night.fake.playback(ben).item
    assert night.fake.playback(ben).playing
    assert item is not None
    assert item.title == first.track.title
    assert not (await night.party.insight.now(ROOM)).paused


async def test_without_an_account_the_clock_is_the_player(night: Night) -> None:
    """Cleo has none: she can let the clock stand still and go on, and is told how to connect otherwise."""
    (first,) = await night.add(SONGS[0])
    with pytest.raises(NotConnected):
        await night.party.playback.play(ROOM, CLEO)
    held = await night.party.playback.pause(ROOM, CLEO)
    night.clock.pass_by(hours=1)
    await night.party.clock.play_on()
    assert await night.state(first) is State.PLAYING
    result = await night.party.playback.play(ROOM, CLEO)
    assert result.playback is None
    playing = (await night.party.insight.now(ROOM)).playing
    assert playing is not None
    assert playing.ends_ms == night.party.now_ms() + (held.left_ms or 0)
    night.fake.unplug(night.anna, night.phone)
    await night.party.playback.pause(ROOM, CLEO)
    assert (await night.party.playback.play(ROOM, ANNA)).playback is None
    assert not (await night.party.insight.now(ROOM)).paused
    night.clock.pass_by(minutes=10)
    await night.party.clock.play_on()
    assert await night.state(first) is State.PLAYED
    with pytest.raises(NothingPlaying):
        await night.party.playback.pause(ROOM, CLEO)


async def test_choosing_a_device(night: Night) -> None:
    """Among several that stand still one must be chosen, and the music moves to another one in the middle."""
    night.fake.unplug(night.anna, night.phone)
    kitchen = night.fake.device(night.anna, "Kitchen")
    night.fake.device(night.anna, "Bedroom")
    await night.add(SONGS[0])
    with pytest.raises(ManyDevices, match="Kitchen, Bedroom"):
        await night.party.playback.play(ROOM, ANNA)
    with pytest.raises(NoDevice):
        await night.party.playback.choose_device(ROOM, ANNA, "nothing of hers")
    bedroom = (await night.party.playback.devices(ANNA))[1]
    await night.party.playback.choose_device(ROOM, ANNA, bedroom.id)
    await night.look(seconds=20)
    result = await night.party.playback.choose_device(ROOM, ANNA, kitchen.id)
    assert result.playback is not None
    assert result.playback.device_name == "Kitchen"
    playback = night.fake.playback(night.anna)
    assert playback.active is kitchen
    assert playback.playing
    assert playback.progress_ms >= 20_000
    await night.party.playback.pause(ROOM, ANNA)
    night.clock.pass_by(minutes=10)
    await night.party.playback.choose_device(ROOM, ANNA, bedroom.id)
    assert not (await night.party.insight.now(ROOM)).paused
    playback = night.fake.playback(night.anna)
    assert playback.playing
    assert 20_000 <= playback.progress_ms < 30_000


async def test_free_accounts_cannot_host(night: Night) -> None:
    """Spotify says so when something is to be played; the member is told, and hosts nothing."""
    ben = night.fake.user("Ben", product="free")
    night.fake.device(ben, active=True)
    await night.stage.link(BEN, ben)
    await night.add(SONGS[0])
    with pytest.raises(NotPremium):
        await night.party.playback.play(ROOM, BEN)
    assert (await night.party.insight.now(ROOM)).playback is None


async def test_a_device_without_volume_says_so(night: Night) -> None:
    """The refusal is told, and nothing else happens."""
    night.fake.unplug(night.anna, night.phone)
    night.fake.device(night.anna, "Old radio", active=True, supports_volume=False)
    await night.add(SONGS[0])
    await night.party.playback.play(ROOM, ANNA)
    with pytest.raises(DeviceRefuses):
        await night.party.playback.volume(ROOM, ANNA, 20)


async def test_disconnecting_erases_and_the_clock_goes_on(night: Night) -> None:
    """The account is gone, no party sounds on it, and no song is lost."""
    first, second = await night.add(*SONGS[:2])
    await night.party.playback.play(ROOM, ANNA)
    assert await night.party.accounts.disconnect(ANNA)
    assert [str(error) for error in night.said] == [str(HostLeft("Anna"))]
    assert night.sounds is None
    assert not await night.party.accounts.disconnect(ANNA)
    assert await night.party.accounts.of(ANNA) is None
    party = await night.party.insight.now(ROOM)
    assert party.playback is None
    assert party.playing is not None
    assert party.playing.id == first.id
    assert [entry.id for entry in party.queue] == [second.id]


async def test_who_is_forgotten_hosts_no_longer(night: Night) -> None:
    """The device does not play on for a party that knows nothing of it."""
    await night.add(*SONGS[:2])
    await night.party.playback.play(ROOM, ANNA)
    await night.party.forget(ANNA)
    assert night.sounds is None
    assert (await night.party.insight.now(ROOM)).playback is None
    assert await night.party.accounts.of(ANNA) is None


async def test_a_blocked_hosts_device_stops(night: Night) -> None:
    """As where they had left by themselves: the clock goes on, and the room hears of it."""
    await night.add(*SONGS[:2])
    await night.party.playback.play(ROOM, ANNA)
    heard: list[PartyError] = []
    night.party.notices.on_news(lambda room, error: heard.append(error))
    await night.party.block_member(ROOM, MOD, ANNA)
    assert night.sounds is None
    assert (await night.party.insight.now(ROOM)).playback is None
    assert [type(each) for each in heard] == [HostLeft]


async def test_a_device_stops_where_the_channel_is_gone(night: Night) -> None:
    """Nobody could stop it afterwards: nothing is known of that party any more."""
    await night.add(*SONGS[:2])
    await night.party.playback.play(ROOM, ANNA)
    await night.party.leave_rooms(ROOM.platform, ROOM.workspace, [ROOM.channel, "999"])
    assert night.sounds is None
    assert (await night.party.insight.now(ROOM)).playing is None


async def test_who_gives_up_waiting_is_forgotten_all_the_same(night: Night) -> None:
    """However long the device takes to stop: what was begun is not left with half of somebody's data."""
    await night.add(*SONGS[:2])
    await night.party.playback.play(ROOM, ANNA)
    with night.fake.held("/me/player/pause") as gate:
        caller = asyncio.create_task(night.party.forget(ANNA))
        await gate.arrived.wait()
        caller.cancel()
        await asyncio.wait([caller])
        gate.open()
    await night.party.close()
    assert await night.party.accounts.of(ANNA) is None


async def test_a_rest_leaves_the_party_to_its_clock(night: Night) -> None:
    """For six hours nothing is asked but once; songs end by the clock, and all goes on afterwards."""
    first, second, third = await night.add(*SONGS[:3])
    await night.party.playback.play(ROOM, ANNA)
    await night.look()
    night.fake.limit(21_600)
    asked = len(night.fake.requests)
    for _ in range(5):
        with pytest.raises(SpotifyRests):
            await night.look(seconds=30)
    assert len(night.fake.requests) == asked + 1
    night.clock.pass_by(minutes=10)
    await night.party.clock.play_on()
    assert await night.state(first) is State.PLAYED
    assert await night.state(second) is State.PLAYING
    night.fake.limit(None)
    night.clock.pass_by(hours=6)
    await night.party.clock.play_on()
    playing = await night.look()
    assert playing is not None
    assert playing.id == third.id
    assert night.sounds == third.track.title


@pytest.mark.parametrize("away", [False, True])
async def test_a_pause_that_spotify_cannot_be_told_of_holds_the_clock(night: Night, away: bool) -> None:
    """While it rests and when it does not answer, and whoever asked reads that the device may go on."""
    (first,) = await night.add(SONGS[0])
    await night.party.playback.play(ROOM, ANNA)
    await night.look()
    if away:
        night.fake.fail(503)
    else:
        night.fake.limit(21_600)
    with pytest.raises(DevicePlaysOn, match="The party is paused"):
        await night.party.playback.pause(ROOM, ANNA)
    night.clock.pass_by(hours=1)
    await night.party.clock.play_on()
    assert (await night.party.insight.now(ROOM)).paused
    assert await night.state(first) is State.PLAYING


async def test_a_pause_after_the_device_has_gone_is_a_pause(night: Night) -> None:
    """There is nothing left that could play on."""
    await night.add(SONGS[0])
    await night.party.playback.play(ROOM, ANNA)
    await night.look()
    night.fake.unplug(night.anna, night.phone)
    assert (await night.party.playback.pause(ROOM, ANNA)).left_ms is not None


async def test_the_clock_leaves_a_song_to_its_device_for_a_while(night: Night) -> None:
    """A device that lags a little is not cut off; one that stays silent holds nothing up."""
    first, second = await night.add(*SONGS[:2])
    await night.party.playback.play(ROOM, ANNA)
    playing = await night.look(seconds=10)
    assert playing is not None
    left_ms = (playing.ends_ms or 0) - night.party.now_ms()
    assert left_ms == night.songs[first.track.title].duration_ms - 10_000
    night.clock.pass_by(minutes=(left_ms + GRACE_MS - 500) / 60_000)
    await night.party.clock.play_on()
    assert await night.state(first) is State.PLAYING
    night.clock.pass_by(minutes=0.01)
    await night.party.clock.play_on()
    assert await night.state(second) is State.PLAYING


@pytest.mark.parametrize("limited", [True, False])
async def test_the_clock_goes_on_while_spotify_cannot(night: Night, limited: bool) -> None:
    """Host and guests can let the party go on during a rest or a fault; they are told of it."""
    await night.add(SONGS[0])
    await night.party.playback.play(ROOM, ANNA)
    for member in (ANNA, CLEO):
        await night.party.playback.pause(ROOM, ANNA)
        if limited:
            night.fake.limit(21_600)
        else:
            night.fake.fail(503)
        with pytest.raises(RestsMeanwhile if limited else SpotifyAway):
            await night.party.playback.play(ROOM, member)
        assert not (await night.party.insight.now(ROOM)).paused
        night.fake.limit(None)
        night.fake.fail(None)
        night.clock.pass_by(hours=6)


async def test_another_room_is_not_touched(night: Night) -> None:
    """A host plays in one room; the other room's songs end by the clock."""
    other = Room("discord", "1", "3")
    await night.add(SONGS[0])
    await night.party.playback.play(ROOM, ANNA)
    await night.party.queue.add(other, BEN, SONGS[1])
    followed = await night.party.devices.sync(other, listen=True)
    assert followed.playback is None
    assert night.sounds == "Take on Me"


async def test_a_host_who_plays_another_party_leaves_the_first(night: Night) -> None:
    """Two parties would fight for one device: the first one is told, and its clock goes on."""
    other = Room("discord", "1", "3")
    first, _ = await night.add(*SONGS[:2])
    await night.party.playback.play(ROOM, ANNA)
    await night.has((await night.party.queue.add(other, BEN, SONGS[2])).entry)
    await night.party.playback.play(other, ANNA)
    left = await night.party.insight.now(ROOM)
    assert left.playback is None
    assert left.playing is not None
    assert (left.playing.id, left.paused) == (first.id, False)
    assert [type(error) for error in night.said] == [HostLeft]
    await night.look()
    assert night.sounds == "Hey Ya!"
    kitchen = night.fake.device(night.anna, "Kitchen")
    await night.party.playback.choose_device(ROOM, ANNA, kitchen.id)
    assert (await night.party.insight.now(other)).playback is None
    assert night.sounds == first.track.title


async def test_a_host_who_goes_to_an_empty_party_takes_the_music_along(night: Night) -> None:
    """The device stands still until the other party has a song."""
    await night.add(SONGS[0])
    await night.party.playback.play(ROOM, ANNA)
    await night.party.playback.play(Room("discord", "1", "3"), ANNA)
    assert night.sounds is None


async def test_a_party_that_is_over_has_no_host(night: Night) -> None:
    """Who adds a song on the next day does not wake the host's device; the host can play again."""
    await night.add(SONGS[0])
    await night.party.playback.play(ROOM, ANNA)
    night.clock.pass_by(minutes=10)
    await night.party.clock.play_on()
    night.clock.pass_by(hours=13)
    assert (await night.party.insight.now(ROOM)).playback is None
    _, second = await night.add(*SONGS[1:3])
    await night.look()
    assert night.sounds is None
    assert (await night.party.insight.now(ROOM)).playback is None
    assert (await night.party.playback.play(ROOM, ANNA)).playback is not None
    assert night.sounds == SONGS[1].split(" - ")[0]
    assert await night.state(second) is State.QUEUED


async def test_a_host_who_plays_before_the_first_song_of_a_new_party_hosts_it(night: Night) -> None:
    """The host of the last party is one anew by saying so."""
    await night.party.playback.play(ROOM, ANNA)
    night.clock.pass_by(hours=13)
    await night.party.playback.play(ROOM, ANNA)
    await night.add(SONGS[0])
    await night.look()
    assert night.sounds == "Take on Me"


async def test_a_device_that_went_on_by_itself_is_not_sent_further(night: Night) -> None:
    """Where the clock was faster than the look, the song that the device has begun plays on."""
    first, second, _ = await night.add(*SONGS[:3])
    await night.party.playback.play(ROOM, ANNA)
    await night.look(seconds=night.songs[first.track.title].duration_ms / 1000 - 12)
    night.clock.pass_by(minutes=(12 + GRACE_MS / 1000 + 1) / 60)
    await night.party.clock.play_on()
    playing = (await night.party.devices.sync(ROOM)).playing
    assert playing is not None
    assert playing.id == second.id
    assert night.sounds == second.track.title
    assert not night.fake.asked("POST", "/me/player/next")


@pytest.mark.parametrize("repeat", ["track", "context"])
async def test_a_device_that_repeats_holds_no_party_up(
    night: Night, repeat: Literal["track", "context"]
) -> None:
    """A song that begins again has been heard; the next one comes, and the last one ends the party."""
    first, second = await night.add(*SONGS[:2])
    await night.party.playback.play(ROOM, ANNA)
    night.fake.playback(night.anna).repeat = repeat
    for entry in (first, second):
        assert night.sounds == entry.track.title
        await night.look(seconds=night.songs[entry.track.title].duration_ms / 1000 - 12)
        await night.look(seconds=12.5)
        assert await night.state(entry) is State.PLAYED
    assert (await night.party.insight.now(ROOM)).playing is None


async def test_one_song_twice_in_a_row_is_played_twice(night: Night) -> None:
    """Its second time is not taken for the first that goes on."""
    await night.party.settings.choose(ROOM, MOD, {"one_of_each": False})
    first, second = await night.add(SONGS[0], SONGS[0])
    await night.party.playback.play(ROOM, ANNA)
    length_s = night.songs[first.track.title].duration_ms / 1000
    await night.look(seconds=length_s - 12)
    playing = await night.look(seconds=12.5)
    assert playing is not None
    assert playing.id == second.id
    assert not night.fake.asked("POST", "/me/player/next")
    assert night.fake.playback(night.anna).progress_ms < 1000


async def test_a_device_that_takes_no_queue_costs_nobody_the_host(night: Night) -> None:
    """What cannot be queued there is played when its turn comes."""
    first, second = await night.add(*SONGS[:2])
    await night.party.playback.play(ROOM, ANNA)
    night.clock.pass_by(minutes=night.songs[first.track.title].duration_ms / 60_000 - 0.2)
    night.phone.restricted = True
    await night.look(seconds=0)
    night.phone.restricted = False
    playing = await night.look(seconds=12.5)
    assert playing is not None
    assert playing.id == second.id
    assert night.sounds == second.track.title


async def test_a_device_that_is_slow_to_stand_still_does_not_wake_the_party(night: Night) -> None:
    """What it says right after it was told to stand still is not believed."""
    await night.add(SONGS[0])
    await night.party.playback.play(ROOM, ANNA)
    await night.look(seconds=30)
    await night.party.playback.pause(ROOM, ANNA)
    night.fake.playback(night.anna).resume()
    await night.look(seconds=1)
    assert (await night.party.insight.now(ROOM)).paused
    await night.look(seconds=3)
    assert not (await night.party.insight.now(ROOM)).paused


async def test_who_plays_on_what_was_just_paused_on_the_phone_hears_it(night: Night) -> None:
    """The party has not seen it stand still yet: it goes on at once, and nobody has to ask twice."""
    first, _ = await night.add(*SONGS[:2])
    await night.party.playback.play(ROOM, ANNA)
    await night.look(seconds=30)
    night.fake.press_pause(night.anna)
    night.clock.pass_by(minutes=0.1)
    result = await night.party.playback.play(ROOM, ANNA, "again")
    assert night.sounds == first.track.title
    assert result.playing is not None
    assert result.playing.left_ms is None
    assert night.fake.playback(night.anna).progress_ms >= 30_000


async def test_who_stops_while_the_device_is_asked_has_it_stand_still(night: Night) -> None:
    """What was about to be played there is not played any more."""
    await night.add(*SONGS[:2])
    await night.party.playback.play(ROOM, ANNA)
    night.clock.pass_by(minutes=0.5)
    for member in (ANNA, BEN):
        await night.party.queue.skip(ROOM, member)
    with night.fake.held("/me/player") as gate:
        following = asyncio.create_task(night.party.devices.sync(ROOM, listen=True))
        await gate.arrived.wait()
        stopping = asyncio.create_task(night.party.playback.stop(ROOM, ANNA))
        while (await night.party.insight.now(ROOM)).playback is not None:
            pass
        gate.open()
    followed, _ = await asyncio.gather(following, stopping)
    assert followed.playback is None
    assert night.sounds is None
    assert len(night.fake.asked("PUT", "/me/player/play")) == 1


async def test_a_last_song_that_is_skipped_is_silent(night: Night) -> None:
    """With nothing behind it the device stands still, and is asked nothing more."""
    await night.add(SONGS[0])
    await night.party.playback.play(ROOM, ANNA)
    night.clock.pass_by(minutes=0.5)
    for member in (ANNA, BEN):
        await night.party.queue.skip(ROOM, member)
    await night.party.devices.sync(ROOM)
    assert night.sounds is None
    asked = len(night.fake.requests)
    await night.look()
    assert len(night.fake.requests) == asked
    await night.add(SONGS[1])
    await night.party.devices.sync(ROOM)
    assert night.sounds == "Africa"


async def test_what_the_host_plays_after_the_party_plays_on(night: Night) -> None:
    """A last song that is skipped takes nothing away that the party did not put on."""
    await night.add(SONGS[0])
    await night.party.playback.play(ROOM, ANNA)
    night.clock.pass_by(minutes=0.5)
    night.fake.play_elsewhere(night.anna, night.fake.song("The host's own", "Somebody"))
    for member in (ANNA, BEN):
        await night.party.queue.skip(ROOM, member)
    await night.party.devices.sync(ROOM)
    assert night.sounds == "The host's own"
