"""Own music that sounds somewhere: the party's clock follows it, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.party.errors import NothingPlaying, PartyError
from bot.party.words import Member, Outlet, Room, State, Track
from bot.playback.errors import (
    HostsOnly,
    NotForVisitors,
    NothingSounds,
    PlaysAlready,
    SongFailed,
    SourceAway,
    SpeakerGone,
    VolumeElsewhere,
)
from bot.playback.ports import Source
from bot.playback.words import Found, OwnSong, Sounding
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.room.language import REPLIES
from bot.service import PartyService
from db.store import Store
from tests.conftest import ANNA, BEN, MOD, ON_BOTH, ROOM, Clock

pytestmark = ON_BOTH

SONGS = ("Take on Me - a-ha", "Africa - Toto", "Hey Ya! - OutKast")
SPEAKER = "a speaker"


class Shelf:
    """A folder with some songs, each a little longer than the catalogue says."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ids: set[str] = set()

    async def put(self, track: Track) -> None:
        """Puts a song there."""
        length_ms = (track.duration_ms or 0) + 10_000
        file = Track(track.title, track.artist, track.track_id, duration_ms=length_ms)
        async with self._store.writing() as tx:
            await tx.own_songs.keep("folder", [(Found(f"{track.title}.flac", "1", file, "audio/flac"), file)])
        assert track.track_id
        self._ids.add(track.track_id)

    def any(self) -> bool:
        """Whether there are any."""
        return bool(self._ids)

    def sounds(self, track: Track) -> bool:
        """Whether a song is there."""
        return track.track_id in self._ids

    async def song(self, track: Track) -> OwnSong | None:
        """What is there of a song."""
        async with self._store.reading() as tx:
            return next(iter(await tx.own_songs.of_track(track.track_id or "")), None)

    async def cover(self, song: OwnSong) -> tuple[bytes, str] | None:
        """There is none."""
        return None

    def source(self, name: str) -> Source:
        """Nothing is opened here."""
        raise SourceAway


class Evening:
    """A party whose first two songs can sound."""

    def __init__(self, store: Store, catalogue: Catalogue, recommender: Recommender, clock: Clock) -> None:
        self.shelf = Shelf(store)
        self.clock = clock
        self.party = PartyService(store, catalogue, recommender, clock, library=self.shelf)
        self.said: list[PartyError] = []
        self.party.notices.on_news(self._post)

    def _post(self, room: Room, error: PartyError) -> None:
        self.said.append(error)

    async def begin(self) -> None:
        """Queues all songs, and has the party sound on Anna's page."""
        for text in SONGS:
            entry = (await self.party.queue.add(ROOM, BEN, text)).entry
            if text != SONGS[-1]:
                await self.shelf.put(entry.track)
            self.clock.pass_by(minutes=0.001)
        await self.party.outlets.begin(ROOM, ANNA, Outlet.PAGE, SPEAKER, "")

    async def now(self) -> Sounding:
        """What sounds."""
        found = await self.party.outlets.now(ROOM)
        assert found is not None
        return found

    async def report(self, entry_id: int, left_ms: int) -> None:
        """Has the page say how much is left."""
        await self.party.outlets.report(ROOM, SPEAKER, entry_id, left_ms)


@pytest.fixture
async def evening(
    store: Store, catalogue: Catalogue, recommender: Recommender, clock: Clock
) -> AsyncIterator[Evening]:
    """A party with own music."""
    made = Evening(store, catalogue, recommender, clock)
    yield made
    await made.party.close()


async def test_without_own_music_nothing_sounds(evening: Evening) -> None:
    """Whoever wants it to sound is told that there is nothing."""
    with pytest.raises(NothingSounds):
        await evening.party.outlets.begin(ROOM, ANNA, Outlet.PAGE, SPEAKER, "")
    assert await evening.party.outlets.now(ROOM) is None


async def test_a_page_learns_what_to_play(evening: Evening) -> None:
    """The song from its beginning, and the next one."""
    await evening.begin()
    now = await evening.now()
    assert now.playback.outlet is Outlet.PAGE
    assert now.playing is not None
    assert now.playing.track.title == "Take on Me"
    assert now.position_ms == 0
    assert now.song is not None
    assert now.song.ref == "Take on Me.flac"
    assert now.next_song is not None


async def test_what_begins_is_at_its_beginning(evening: Evening) -> None:
    """Also before the first word of the page, however long the catalogue says that the song is."""
    await evening.begin()
    evening.clock.pass_by(minutes=0.1)
    assert (await evening.now()).position_ms == 6_000
    await evening.party.outlets.begin(ROOM, ANNA, Outlet.VOICE, "another", "Music")
    assert (await evening.now()).position_ms == 6_000


async def test_the_clock_follows_the_page(evening: Evening) -> None:
    """A song lasts as long as its file, and its end comes with the page's word."""
    await evening.begin()
    first = (await evening.now()).playing
    assert first is not None
    length_ms = (first.track.duration_ms or 0) + 10_000
    evening.clock.pass_by(minutes=1)
    await evening.report(first.id, length_ms - 50_000)  # it took ten seconds to begin
    now = await evening.now()
    assert now.position_ms == 50_000
    evening.clock.pass_by(minutes=(length_ms - 50_000) / 60_000)
    await evening.party.clock.play_on()
    assert (await evening.now()).playing == now.playing  # the page has the last word
    await evening.party.outlets.over(ROOM, SPEAKER, first.id)
    second = await evening.now()
    assert second.playing is not None
    assert second.playing.track.title == "Africa"
    assert second.next_song is None  # the third has no file
    await evening.party.outlets.over(ROOM, SPEAKER, first.id)  # once more
    assert (await evening.now()).playing == second.playing


async def test_a_page_that_is_silent_holds_nothing_up(evening: Evening) -> None:
    """After a while the clock goes on."""
    await evening.begin()
    first = (await evening.now()).playing
    evening.clock.pass_by(minutes=8)
    await evening.party.clock.play_on()
    assert (await evening.now()).playing != first


@pytest.mark.parametrize("first", [False, True])
async def test_a_song_without_sound_is_over_when_its_time_is_up(evening: Evening, first: bool) -> None:
    """No page will say anything of it, so nobody waits for that, whether the page began with it or not."""
    if first:
        for text in (SONGS[-1], SONGS[0]):
            track = (await evening.party.queue.add(ROOM, BEN, text)).entry.track
        await evening.shelf.put(track)
        await evening.party.outlets.begin(ROOM, ANNA, Outlet.PAGE, SPEAKER, "")
    else:
        await evening.begin()
        for _ in SONGS[:-1]:
            playing = (await evening.now()).playing
            assert playing is not None
            await evening.report(playing.id, 60_000)
            await evening.party.outlets.over(ROOM, SPEAKER, playing.id)
    now = await evening.now()
    assert now.song is None
    assert now.playing is not None
    evening.clock.pass_by(minutes=(now.playing.track.duration_ms or 0) / 60_000 + 0.001)
    await evening.party.clock.play_on()
    assert (await evening.now()).playing != now.playing


async def test_what_is_paused_stands_still_where_it_is(evening: Evening) -> None:
    """Anybody may pause and go on; the place stays."""
    await evening.begin()
    first = (await evening.now()).playing
    assert first is not None
    evening.clock.pass_by(minutes=0.5)
    await evening.report(first.id, (first.track.duration_ms or 0) + 10_000 - 30_000)
    await evening.party.playback.pause(ROOM, BEN)
    evening.clock.pass_by(minutes=10)
    now = await evening.now()
    assert now.paused
    assert now.position_ms == 30_000
    played = await evening.party.playback.play(ROOM, BEN)
    assert played.playback is not None
    assert played.playback.outlet is Outlet.PAGE
    assert not (await evening.now()).paused
    assert (await evening.now()).position_ms == 30_000


async def test_a_page_is_not_called_spotify(evening: Evening) -> None:
    """It has no name, as devices have; with a song and without."""
    await evening.begin()
    played = await evening.party.playback.play(ROOM, BEN)
    assert REPLIES.played(played) == "▶ The party is playing again."
    assert REPLIES.played(replace(played, playing=None)) == "🔊 On Anna's page"


@pytest.mark.parametrize("paused", [False, True])
async def test_a_seek_moves_it(evening: Evening, paused: bool) -> None:
    """To a place in the song, whether it stands still or not."""
    await evening.begin()
    if paused:
        await evening.party.playback.pause(ROOM, ANNA)
    await evening.party.outlets.seek(ROOM, ANNA, 42_000)
    now = await evening.now()
    assert now.position_ms == 42_000
    assert now.paused is paused


async def test_a_seek_may_be_a_step(evening: Evening) -> None:
    """From where it is, back to the beginning at most; and never past the end, which would be a skip."""
    await evening.begin()
    playing = (await evening.now()).playing
    assert playing is not None
    await evening.party.outlets.seek(ROOM, ANNA, 42_000)
    evening.clock.pass_by(minutes=0.1)
    for step_ms, there_ms in ((30_000, 78_000), (-10_000, 68_000), (-90_000, 0)):
        await evening.party.outlets.seek(ROOM, ANNA, step_ms, step=True)
        assert (await evening.now()).position_ms == there_ms
    for far_ms, step in ((10**9, False), (10**9, True)):
        await evening.party.outlets.seek(ROOM, ANNA, far_ms, step=step)
        now = await evening.now()
        assert now.playing is not None
        assert now.playing.id == playing.id
        assert now.position_ms == (playing.track.duration_ms or 0) + 10_000 - 1_000  # the file's length


async def test_what_was_said_before_a_seek_does_not_take_it_back(evening: Evening) -> None:
    """It was on its way; a moment later the page is heard again."""
    await evening.begin()
    playing = (await evening.now()).playing
    assert playing is not None
    length_ms = (playing.track.duration_ms or 0) + 10_000
    await evening.report(playing.id, length_ms)
    await evening.party.outlets.seek(ROOM, ANNA, 42_000)
    await evening.report(playing.id, length_ms)
    assert (await evening.now()).position_ms == 42_000
    evening.clock.pass_by(minutes=0.05)
    await evening.report(playing.id, length_ms - 50_000)
    assert (await evening.now()).position_ms == 50_000


async def test_it_moves_with_the_channel(evening: Evening) -> None:
    """Whoever has called it keeps it, and the song goes on; of where it sounds no more there is no news."""
    await evening.begin()
    await evening.party.outlets.begin(ROOM, ANNA, Outlet.VOICE, "1", "Music")
    before = await evening.now()
    await evening.party.outlets.moved(ROOM, "1", "2", "Lounge")
    await evening.party.outlets.moved(ROOM, "1", "3", "Attic")
    now = await evening.now()
    assert (now.playback.device_id, now.playback.device_name, now.playback.host) == ("2", "Lounge", ANNA)
    assert now.position_ms == before.position_ms


async def test_a_step_that_is_asked_for_twice_is_taken_once(evening: Evening) -> None:
    """The second delivery of a request answers and moves nothing."""
    await evening.begin()
    for _ in range(2):
        await evening.party.outlets.seek(ROOM, ANNA, 30_000, "once", step=True)
    assert (await evening.now()).position_ms == 30_000


@pytest.mark.parametrize("sounds", [True, False])
async def test_a_seek_is_for_the_host_and_moderators(evening: Evening, sounds: bool) -> None:
    """Whoever may go anywhere in a song may go to its end, past everybody's vote to skip."""
    await evening.begin()
    if not sounds:
        await evening.party.outlets.end(ROOM, SPEAKER)
    with pytest.raises(HostsOnly):
        await evening.party.outlets.seek(ROOM, BEN, 42_000)
    playing = await evening.party.outlets.seek(ROOM, MOD, 42_000)
    assert await evening.party.outlets.position_ms(ROOM, playing.id) == 42_000
    assert await evening.party.outlets.position_ms(ROOM, playing.id + 1) is None


async def test_nothing_to_seek_in(evening: Evening) -> None:
    """Without a song there is no place."""
    with pytest.raises(NothingPlaying):
        await evening.party.outlets.seek(ROOM, ANNA, 42_000)


async def test_a_song_that_fails_is_passed_over(evening: Evening) -> None:
    """The room is told which."""
    await evening.begin()
    first = (await evening.now()).playing
    assert first is not None
    await evening.party.outlets.over(ROOM, SPEAKER, first.id, failed=True)
    shown = await evening.party.insight.now(ROOM)
    assert shown.history[0].state is State.SKIPPED
    assert [(type(error), error.parts) for error in evening.said] == [(SongFailed, {"title": "Take on Me"})]


async def test_a_page_that_is_gone_leaves_the_clock(evening: Evening) -> None:
    """The party goes on, nothing is lost, and the room is told once."""
    await evening.begin()
    playing = (await evening.now()).playing
    assert await evening.party.outlets.end(ROOM, SPEAKER, SpeakerGone())
    assert not await evening.party.outlets.end(ROOM, SPEAKER, SpeakerGone())
    assert await evening.party.outlets.now(ROOM) is None
    shown = await evening.party.insight.now(ROOM)
    assert shown.playback is None
    assert shown.playing == playing
    assert [type(error) for error in evening.said] == [SpeakerGone]


async def test_where_the_room_is_gone_there_is_nothing_to_end(evening: Evening) -> None:
    """As when a server throws the bot out: otherwise its voice channel would be ended for ever."""
    await evening.begin()
    await evening.party.leave(ROOM.platform, ROOM.workspace)
    assert not await evening.party.outlets.end(ROOM, SPEAKER, SpeakerGone())
    assert not evening.said


async def test_one_outlet_at_a_time(evening: Evening) -> None:
    """Somebody else has to ask, a moderator does not; the one before is no outlet any more."""
    await evening.begin()
    with pytest.raises(PlaysAlready, match=r"Anna already plays the music here\. They can stop it"):
        await evening.party.outlets.begin(ROOM, BEN, Outlet.VOICE, "7", "Lounge")
    await evening.party.outlets.begin(ROOM, MOD, Outlet.VOICE, "7", "Lounge")
    now = await evening.now()
    assert now.playing is not None
    await evening.report(now.playing.id, 1_000)
    await evening.party.outlets.over(ROOM, SPEAKER, now.playing.id)
    assert (await evening.now()).playing == now.playing
    assert await evening.party.outlets.sounding_from(Outlet.VOICE) == [ROOM]
    assert await evening.party.outlets.sounding_from(Outlet.PAGE) == []


async def test_no_visitor_makes_it_sound(evening: Evening) -> None:
    """Files are for the party's own people."""
    await evening.begin()
    await evening.party.playback.stop(ROOM, ANNA)
    visitor = Member("web", "a browser", "Somebody")
    with pytest.raises(NotForVisitors):
        await evening.party.outlets.begin(ROOM, visitor, Outlet.PAGE, "theirs", "")


async def test_how_loud_it_is_is_set_there(evening: Evening) -> None:
    """No device of Spotify's is asked."""
    await evening.begin()
    with pytest.raises(VolumeElsewhere):
        await evening.party.playback.volume(ROOM, ANNA, 30)


async def test_the_watcher_of_devices_leaves_it_alone(evening: Evening) -> None:
    """Only what sounds at Spotify is followed there."""
    await evening.begin()
    assert await evening.party.devices.claim("a process", 1_000) == []
