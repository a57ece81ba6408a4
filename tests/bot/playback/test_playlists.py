"""Links, saved nights and imported playlists, through the real spotipy."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass

import pytest
from sqlalchemy.engine import make_url

from bot.party.errors import (
    NothingToShow,
    NothingToUndo,
    QueueFull,
    SeveralSongs,
    ShortLink,
    TooManyOfYours,
    UnknownLink,
)
from bot.party.limits import LONGEST_QUEUE
from bot.party.words import BROUGHT_IN, Room
from bot.playback.errors import (
    NoPlaylistLink,
    NoSpotify,
    NotConnected,
    NothingBehindLink,
    PlaylistClosed,
    SpotifyRests,
)
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.room.language import REPLIES
from bot.service import PartyService
from db.harvest import shared_rooms
from db.store import Store
from tests.bot.spotify.stage import Stage, sounding
from tests.conftest import ANNA, BEN, MOD, ON_BOTH, ROOM, SPECS, Clock
from tests.fakes.spotify_model import FakeUser
from tests.fakes.spotify_server import FakeSpotify


@dataclass
class House:
    """A party with Spotify; Anna has connected her account."""

    party: PartyService
    catalogue: Catalogue
    stage: Stage
    fake: FakeSpotify
    clock: Clock
    anna: FakeUser

    async def night(self, *texts: str) -> None:
        """A party with these songs, all of them on Spotify where the catalogue says they are."""
        for text in texts:
            track = (await self.party.queue.add(ROOM, BEN, text)).entry.track
            known = (await self.catalogue.spotify_ids([track]))[0]
            if known is not None:
                self.fake.song(track.title, track.artist, id=known)
            self.clock.pass_by(minutes=0.01)

    def contents(self, playlist: str) -> list[str]:
        """The ids of the songs in a playlist of Anna's."""
        found = self.fake.world.playlists[playlist.rpartition("/")[2]]
        return [song.id for song in found.songs]


@pytest.fixture
async def house(
    store: Store, catalogue: Catalogue, recommender: Recommender, clock: Clock
) -> AsyncIterator[House]:
    """Everything, and nothing that Spotify's description has to say against it."""
    async with (
        FakeSpotify(specs=SPECS, clock=clock) as fake,
        sounding(store, catalogue, recommender, clock, fake) as (party, stage),
    ):
        anna = fake.user("Anna")
        await stage.link(ANNA, anna)
        yield House(party, catalogue, stage, fake, clock, anna)
        assert not fake.breaches


def url(kind: str, its: object) -> str:
    """The page of something on Spotify."""
    return f"https://open.spotify.com/{kind}/{its.id}?si=x"  # type: ignore[attr-defined] # whatever has an id


@ON_BOTH
async def test_a_link_that_the_catalogue_does_not_know_is_looked_up_once(house: House) -> None:
    """Title, artist and length come from Spotify and are remembered; the model knows the artist alone."""
    song = house.fake.song("A Song of Tomorrow", "Radiohead", 123_000)
    added = await house.party.queue.add(ROOM, ANNA, url("track", song))
    assert (added.entry.track.title, added.entry.track.duration_ms) == ("A Song of Tomorrow", 123_000)
    assert added.entry.track.track_id is None
    assert house.catalogue.index_of(added.entry.track) is not None
    other = Room("discord", "1", "9")
    await house.party.queue.add(other, BEN, f"spotify:track:{song.id}")
    assert len(house.fake.asked("GET", "/tracks/")) == 1


async def test_links_that_the_catalogue_knows_need_nobody(house: House) -> None:
    """They are resolved offline, and play as linked."""
    house.fake.limit(21_600)
    track = (await house.catalogue.search("creep radiohead"))[0]
    known = (await house.catalogue.spotify_ids([track]))[0]
    added = await house.party.queue.add(ROOM, ANNA, f"https://open.spotify.com/track/{known}")
    assert added.entry.track.track_id == track.track_id
    assert added.entry.track.spotify_id == known
    unknown = house.fake.song("Another", "One")
    with pytest.raises(SpotifyRests):
        await house.party.queue.add(ROOM, ANNA, url("track", unknown))


async def test_other_links_are_refused_in_words(house: House, party: PartyService) -> None:
    """Nothing there, short ones, whole playlists where one song is asked for; and without Spotify set up."""
    with pytest.raises(NothingBehindLink):
        await house.party.queue.add(ROOM, ANNA, "https://open.spotify.com/track/0000000000000000000000")
    with pytest.raises(ShortLink):
        await house.party.queue.add(ROOM, ANNA, "https://spotify.link/abcdef")
    with pytest.raises(SeveralSongs):
        await house.party.queue.add(ROOM, ANNA, "https://open.spotify.com/album/0000000000000000000000")
    with pytest.raises(UnknownLink):
        await party.queue.add(ROOM, ANNA, "https://open.spotify.com/track/0000000000000000000000")
    for use in (
        party.accounts.connect(ROOM, ANNA),
        party.playlists.save(ROOM, ANNA, "x", "y"),
        party.playlists.import_songs(
            ROOM, ANNA, "https://open.spotify.com/album/0000000000000000000000", "k"
        ),
        party.playback.devices(ANNA),
        party.playback.play(ROOM, ANNA),
        party.accounts.disconnect(ANNA),
        party.accounts.of(ANNA),
    ):
        with pytest.raises((NoSpotify, NothingToShow)):
            await use


async def test_what_spotify_said_is_never_trained_on(house: House, database_url: str) -> None:
    """A room that shares its songs shares those that people typed or the catalogue knows."""
    await house.party.settings.share(ROOM, MOD, True)
    await house.night("creep radiohead")
    await house.party.queue.add(ROOM, ANNA, url("track", house.fake.song("A Song of Tomorrow", "Radiohead")))
    track = (await house.catalogue.search("africa toto"))[0]
    song = house.fake.song(track.title, track.artist, id=(await house.catalogue.spotify_ids([track]))[0])
    playlist = house.fake.playlist(house.anna, "Mine", [song])
    assert (await house.party.playlists.import_songs(ROOM, ANNA, url("playlist", playlist), "k")).added == 1
    (room,) = shared_rooms(database_url)
    assert [song.title for song in room.songs] == ["Creep"]


@ON_BOTH
async def test_a_night_is_saved_and_brought_up_to_date(house: House) -> None:
    """In the order it was heard in, without what was skipped; a second save writes the same playlist."""
    await house.night("creep radiohead", "Africa - Toto", "Take on Me - a-ha", "Qwzx Mump - Zzyxq Vlorp")
    await house.party.queue.skip(ROOM, BEN)
    first = await house.party.playlists.save(ROOM, ANNA, "  Our\nnight  ", "An evening")
    assert (first.songs, first.again) == (2, False)
    assert [track.title for track in first.missing] == ["Qwzx Mump"]
    playlist = house.fake.world.playlists[first.url.rpartition("/")[2]]
    assert (playlist.name, playlist.public) == ("Our night", False)
    await house.night("Hey Ya! - OutKast")
    again = await house.party.playlists.save(ROOM, ANNA, "Another name", "An evening")
    assert (again.url, again.again, again.songs) == (first.url, True, 3)
    assert len(house.contents(again.url)) == 3
    assert len(house.fake.asked("POST", "/me/playlists")) == 1
    assert house.contents(again.url)[:2] == house.contents(first.url)[:2]
    assert playlist.name == "Another name"
    await house.party.playlists.save(ROOM, ANNA, "Party on 2026-01-01", "An evening", named=False)
    assert playlist.name == "Another name"


async def test_two_who_save_at_once_make_one_playlist(house: House) -> None:
    """A command that is sent twice, or a button pressed twice."""
    await house.night("creep radiohead")
    saved = await asyncio.gather(*(house.party.playlists.save(ROOM, ANNA, "x", "") for _ in range(3)))
    assert len({each.url for each in saved}) == 1
    assert len(house.fake.asked("POST", "/me/playlists")) == 1


async def test_a_long_night_is_saved_whole(house: House) -> None:
    """More songs than one request may hold."""
    songs = [house.fake.song(f"Song {i}", f"Band {i}") for i in range(230)]
    playlist = house.fake.playlist(house.anna, "Long", songs)
    await house.party.playlists.import_songs(ROOM, ANNA, url("playlist", playlist), "k")
    saved = await house.party.playlists.save(ROOM, ANNA, "Long", "")
    assert saved.songs == 230
    assert house.contents(saved.url) == [song.id for song in songs]


async def test_a_new_party_is_a_new_playlist(house: House) -> None:
    """The next night does not write over the last one's."""
    await house.night("creep radiohead")
    first = await house.party.playlists.save(ROOM, ANNA, "One", "")
    house.clock.pass_by(hours=20)
    await house.party.clock.play_on()
    with pytest.raises(NothingToShow):
        await house.party.playlists.save(Room("discord", "1", "9"), ANNA, "None", "")
    await house.night("Africa - Toto")
    second = await house.party.playlists.save(ROOM, ANNA, "Two", "")
    assert second.url != first.url
    assert second.songs == 1


async def test_saving_needs_an_account(house: House) -> None:
    """Ben has none."""
    await house.night("creep radiohead")
    with pytest.raises(NotConnected):
        await house.party.playlists.save(ROOM, BEN, "x", "")


@ON_BOTH
async def test_a_playlist_is_brought_in(house: House) -> None:
    """What the catalogue knows is the catalogue's, what waits is left as it is, a retry adds nothing."""
    await house.night("creep radiohead", "Africa - Toto")
    africa = (await house.party.insight.now(ROOM)).queue[0].track
    songs = [
        house.fake.song("New One", "Somebody"),
        next(each for each in house.fake.world.songs.values() if each.title == africa.title),
        house.fake.song("New Two", "Somebody"),
    ]
    playlist = house.fake.playlist(house.anna, "Mine", songs)
    for _ in range(2):
        result = await house.party.playlists.import_songs(ROOM, ANNA, url("playlist", playlist), "k")
        assert (result.name, result.added, result.there, result.total, result.stopped) == (
            "Mine",
            2,
            1,
            3,
            None,
        )
    queue = (await house.party.insight.now(ROOM)).queue
    assert [entry.track.title for entry in queue] == ["Africa", "New One", "New Two"]
    assert [entry.score for entry in queue] == [0, 0, 0]


async def brought_in(house: House, key: str, name: str, count: int) -> None:
    """Anna brings so many songs in."""
    songs = [house.fake.song(f"{name} {i}", f"Band {i}") for i in range(count)]
    playlist = house.fake.playlist(house.anna, name, songs)
    await house.party.playlists.import_songs(ROOM, ANNA, url("playlist", playlist), key)


@pytest.mark.parametrize(
    ("songs", "said"),
    [
        (0, "Nothing new in Mine."),
        (1, "Nothing new in Mine: 1 song was already queued or isn't allowed here."),
        (3, "Nothing new in Mine: 3 songs were already queued or aren't allowed here."),
    ],
)
async def test_an_import_that_adds_nothing_says_so(house: House, songs: int, said: str) -> None:
    """Nobody is told that 0 songs were added."""
    await brought_in(house, "k", "Mine", songs)
    playlist = url("playlist", next(iter(house.fake.world.playlists.values())))
    assert REPLIES.imported(await house.party.playlists.import_songs(ROOM, ANNA, playlist, "again")) == said


@ON_BOTH
async def test_an_import_is_taken_back_as_one(house: House) -> None:
    """The latest one, all of it that still waits; what plays, came earlier or is another's stays."""
    await brought_in(house, "k_1", "Early", 2)
    await house.night("creep radiohead")
    await brought_in(house, "kk1", "Late", 60)
    undone = await house.party.queue.undo(ROOM, ANNA, "u")
    assert (undone.kind, undone.songs) == (BROUGHT_IN, 60)
    assert REPLIES.undone(undone) == "Removed the 60 imported songs that were still waiting."
    assert await house.party.queue.undo(ROOM, ANNA, "u") == undone
    party = await house.party.insight.now(ROOM)
    assert [entry.track.title for entry in party.queue] == ["Early 1", "Creep"]
    assert (await house.party.queue.undo(ROOM, ANNA)).songs == 1
    party = await house.party.insight.now(ROOM)
    assert party.playing is not None
    assert party.playing.track.title == "Early 0"
    assert [entry.track.title for entry in party.queue] == ["Creep"]
    with pytest.raises(NothingToUndo):
        await house.party.queue.undo(ROOM, ANNA)


async def test_what_an_older_encore_brought_in_is_taken_back_song_by_song(
    house: House, database_url: str
) -> None:
    """It did not note which songs came together."""
    await brought_in(house, "k", "Old", 3)
    with closing(sqlite3.connect(make_url(database_url).database or "")) as file, file:
        file.execute("UPDATE changes SET key = NULL")
    assert (await house.party.queue.undo(ROOM, ANNA)).songs == 1
    assert [entry.track.title for entry in (await house.party.insight.now(ROOM)).queue] == ["Old 1"]


async def test_a_playlist_of_ten_thousand_songs_fills_the_queue_and_no_more(house: House) -> None:
    """It is read only as far as songs fit, and what is left out is counted."""
    songs = [house.fake.song(f"Song {i}", f"Band {i}") for i in range(10_000)]
    playlist = house.fake.playlist(house.anna, "Endless", songs)
    result = await house.party.playlists.import_songs(ROOM, ANNA, url("playlist", playlist), "k")
    assert (result.added, result.total) == (LONGEST_QUEUE, 10_000)
    assert isinstance(result.stopped, QueueFull)
    assert len(house.fake.asked("GET", f"/playlists/{playlist.id}/items")) <= LONGEST_QUEUE / 50 + 1
    assert len((await house.party.insight.now(ROOM)).queue) == LONGEST_QUEUE - 1


async def test_the_rooms_rules_hold_for_playlists(house: House) -> None:
    """Nobody gets more songs waiting by bringing in a playlist."""
    await house.party.settings.choose(ROOM, MOD, {"songs_each": 3})
    songs = [house.fake.song(f"Song {i}", f"Band {i}") for i in range(10)]
    playlist = house.fake.playlist(house.anna, "Ten", songs)
    result = await house.party.playlists.import_songs(ROOM, ANNA, url("playlist", playlist), "k")
    assert isinstance(result.stopped, TooManyOfYours)
    assert result.added == 4  # one of them plays


async def test_an_album_needs_no_account(house: House) -> None:
    """Ben brings one in, in its order."""
    album = house.fake.album("The Album", "Somebody")
    for i in range(3):
        house.fake.song(f"Track {i}", "Somebody", album=album)
    result = await house.party.playlists.import_songs(ROOM, BEN, url("album", album), "k")
    assert (result.name, result.added) == ("The Album", 3)
    party = await house.party.insight.now(ROOM)
    assert party.playing is not None
    titles = [party.playing.track.title, *(entry.track.title for entry in party.queue)]
    assert titles == ["Track 0", "Track 1", "Track 2"]


async def test_playlists_that_are_not_ones_own(house: House) -> None:
    """Somebody else's, public or private, and what is none: a sentence each, and an unchanged party."""
    ben = house.fake.user("Ben")
    for public in (True, False):
        theirs = house.fake.playlist(ben, "Theirs", [house.fake.song("A")], public=public)
        with pytest.raises(PlaylistClosed):
            await house.party.playlists.import_songs(ROOM, ANNA, url("playlist", theirs), "k")
    with pytest.raises(NotConnected):
        await house.party.playlists.import_songs(ROOM, BEN, url("playlist", theirs), "k")
    with pytest.raises(NoPlaylistLink):
        await house.party.playlists.import_songs(ROOM, ANNA, url("track", house.fake.song("A")), "k")
    with pytest.raises(NoPlaylistLink):
        await house.party.playlists.import_songs(ROOM, ANNA, "Take on Me", "k")
    with pytest.raises(NothingBehindLink):
        await house.party.playlists.import_songs(
            ROOM, ANNA, "https://open.spotify.com/album/0000000000000000000000", "k"
        )
    assert (await house.party.insight.now(ROOM)).playing is None
