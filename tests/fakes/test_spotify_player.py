"""The fake Spotify's player, through the real spotipy: songs end by the clock."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.conftest import SPECS
from tests.fakes.spotify_clients import ask, of, refused, seen, uris
from tests.fakes.spotify_model import FakeSong, FakeUser
from tests.fakes.spotify_server import FakeSpotify

RESTRICTED = (403, "Player command failed: Restriction violated", "UNKNOWN")


@pytest.fixture
async def spotify() -> AsyncIterator[FakeSpotify]:
    """A fake that the published description has nothing against in the end."""
    async with FakeSpotify(specs=SPECS) as fake:
        yield fake
        assert not fake.breaches


@pytest.fixture
def anna(spotify: FakeSpotify) -> FakeUser:
    """Somebody with Premium."""
    return spotify.user("Anna")


@pytest.fixture
def songs(spotify: FakeSpotify) -> list[FakeSong]:
    """Four songs of a hundred seconds each."""
    return [spotify.song(f"Song {i}", duration_ms=100_000) for i in range(4)]


async def test_nothing_plays_at_first(spotify: FakeSpotify, anna: FakeUser) -> None:
    """Without an active device there is no playback, though devices may be listed."""
    client = of(spotify, anna)
    assert await ask(client.current_playback) is None
    assert await ask(client.current_user_playing_track) is None
    assert await ask(client.queue) == {"currently_playing": None, "queue": []}
    device = spotify.device(anna, "Kitchen", volume=30)
    (told,) = (await ask(client.devices))["devices"]
    assert (told["id"], told["name"], told["is_active"], told["volume_percent"]) == (
        *(device.id, "Kitchen"),
        *(False, 30),
    )
    assert await ask(client.current_playback) is None


async def test_an_active_device_may_have_nothing_to_play(spotify: FakeSpotify, anna: FakeUser) -> None:
    """Then the state has no item, and there is nothing to go on with."""
    spotify.device(anna, active=True)
    client = of(spotify, anna)
    assert await seen(client) == (None, False, 0)
    with refused(*RESTRICTED):
        await ask(client.start_playback)


async def test_songs_play_one_after_the_other_and_stop(
    spotify: FakeSpotify, anna: FakeUser, songs: list[FakeSong]
) -> None:
    """Each for its duration; after the last one playback stands still at the start."""
    spotify.device(anna, active=True)
    client = of(spotify, anna)
    await ask(client.start_playback, uris=uris(*songs[:2]), position_ms=10_000)
    assert await seen(client) == ("Song 0", True, 10)
    spotify.clock.forward(89)
    assert await seen(client) == ("Song 0", True, 99)
    spotify.clock.forward(1)
    assert await seen(client) == ("Song 1", True, 0)
    spotify.clock.forward(99)
    assert await seen(client) == ("Song 1", True, 99)
    spotify.clock.forward(1)
    assert await seen(client) == ("Song 0", False, 0)


async def test_much_may_happen_between_two_looks(
    spotify: FakeSpotify, anna: FakeUser, songs: list[FakeSong]
) -> None:
    """After 250 seconds the third song of a hundred has run for fifty."""
    spotify.device(anna, active=True)
    client = of(spotify, anna)
    await ask(client.start_playback, uris=uris(*songs))
    started_at = spotify.clock.now_s
    spotify.clock.forward(250)
    assert await seen(client) == ("Song 2", True, 50)
    told = await ask(client.current_user_playing_track)
    assert told["timestamp"] == int(1000 * (started_at + 200))


async def test_a_context_goes_on_by_itself(
    spotify: FakeSpotify, anna: FakeUser, songs: list[FakeSong]
) -> None:
    """A playlist plays on from where it was started, and names itself."""
    spotify.device(anna, active=True)
    client, playlist = of(spotify, anna), spotify.playlist(anna, "Party", songs)
    await ask(client.start_playback, context_uri=playlist.uri, offset={"position": 2})
    assert (await ask(client.current_playback))["context"]["uri"] == playlist.uri
    spotify.clock.forward(100)
    assert await seen(client) == ("Song 3", True, 0)
    await ask(client.start_playback, context_uri=playlist.uri, offset={"uri": songs[1].uri})
    assert await seen(client) == ("Song 1", True, 0)
    await ask(client.start_playback, context_uri=songs[0].album.uri)
    assert await seen(client) == ("Song 0", True, 0)


async def test_the_queue_goes_before_the_context(
    spotify: FakeSpotify, anna: FakeUser, songs: list[FakeSong]
) -> None:
    """A queued song comes next, and then what was started goes on."""
    spotify.device(anna, active=True)
    client = of(spotify, anna)
    await ask(client.start_playback, uris=uris(songs[0], songs[1]))
    await ask(client.add_to_queue, songs[3].uri)
    spotify.enqueue(anna, songs[2])
    told = await ask(client.queue)
    assert told["currently_playing"]["name"] == "Song 0"
    assert [it["name"] for it in told["queue"]] == ["Song 3", "Song 2", "Song 1"]
    names = []
    for _ in range(3):
        spotify.clock.forward(100)
        names.append((await seen(client))[0])
    assert names == ["Song 3", "Song 2", "Song 1"]


async def test_autoplay_goes_on_with_something_else(spotify: FakeSpotify, songs: list[FakeSong]) -> None:
    """Where the account has it switched on, playback does not stop."""
    zoe = spotify.user("Zoe", autoplay=songs[2:])
    spotify.device(zoe, active=True)
    client = of(spotify, zoe)
    await ask(client.start_playback, context_uri=spotify.playlist(zoe, "Party", songs[:1]).uri)
    spotify.clock.forward(150)
    assert await seen(client) == ("Song 2", True, 50)
    assert (await ask(client.current_playback))["context"] is None


async def test_repeat_goes_on_with_the_same(
    spotify: FakeSpotify, anna: FakeUser, songs: list[FakeSong]
) -> None:
    """One song, or all of what was started, comes again; skipping leaves a repeated song."""
    spotify.device(anna, active=True)
    client = of(spotify, anna)
    await ask(client.start_playback, uris=uris(*songs[:2]))
    await ask(client.repeat, "track")
    spotify.clock.forward(100)
    assert await seen(client) == ("Song 0", True, 0)
    await ask(client.next_track)
    assert await seen(client) == ("Song 1", True, 0)
    await ask(client.repeat, "context")
    spotify.clock.forward(100)
    assert await seen(client) == ("Song 0", True, 0)
    await ask(client.shuffle, True)
    told = await ask(client.current_playback)
    assert (told["repeat_state"], told["shuffle_state"]) == ("context", True)


async def test_what_cannot_be_played_is_skipped(
    spotify: FakeSpotify, anna: FakeUser, songs: list[FakeSong]
) -> None:
    """At the start, and between two others."""
    spotify.device(anna, active=True)
    client = of(spotify, anna)
    songs[0].playable = songs[2].playable = False
    await ask(client.start_playback, uris=uris(*songs))
    assert await seen(client) == ("Song 1", True, 0)
    spotify.clock.forward(100)
    assert await seen(client) == ("Song 3", True, 0)


async def test_pausing_seeking_and_skipping(
    spotify: FakeSpotify, anna: FakeUser, songs: list[FakeSong]
) -> None:
    """A held song stands still, goes on from there, and can be left."""
    spotify.device(anna, active=True)
    client = of(spotify, anna)
    await ask(client.start_playback, uris=uris(*songs))
    spotify.clock.forward(40)
    await ask(client.pause_playback)
    spotify.clock.forward(1000)
    assert await seen(client) == ("Song 0", False, 40)
    await ask(client.start_playback)
    spotify.clock.forward(10)
    assert await seen(client) == ("Song 0", True, 50)
    await ask(client.seek_track, 90_000)
    assert await seen(client) == ("Song 0", True, 90)
    await ask(client.seek_track, 100_000)
    assert await seen(client) == ("Song 1", True, 0)
    await ask(client.next_track)
    assert await seen(client) == ("Song 2", True, 0)
    await ask(client.start_playback, uris=uris(songs[0], songs[3]), position_ms=100_000)
    assert await seen(client) == ("Song 3", True, 0)


async def test_a_command_may_come_too_late(
    spotify: FakeSpotify, anna: FakeUser, songs: list[FakeSong]
) -> None:
    """Pausing what is held, and going on with what plays, are refused."""
    spotify.device(anna, active=True)
    client = of(spotify, anna)
    await ask(client.start_playback, uris=uris(*songs))
    with refused(*RESTRICTED):
        await ask(client.start_playback)
    await ask(client.pause_playback)
    with refused(*RESTRICTED):
        await ask(client.pause_playback)
