"""The devices of the fake Spotify's player, through the real spotipy, and the people with the phones."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.conftest import SPECS
from tests.fakes.spotify_clients import ask, of, refused, seen, send, uris
from tests.fakes.spotify_model import FakeSong, FakeUser
from tests.fakes.spotify_server import FakeSpotify

NO_DEVICE = (404, "Player command failed: No active device found", "NO_ACTIVE_DEVICE")
RESTRICTED = (403, "Player command failed: Restriction violated", "UNKNOWN")
NO_PREMIUM = (403, "Player command failed: Premium required", "PREMIUM_REQUIRED")
NO_VOLUME = (403, "Player command failed: Cannot control device volume", "VOLUME_CONTROL_DISALLOW")


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


async def test_without_a_device_commands_are_refused(
    spotify: FakeSpotify, anna: FakeUser, songs: list[FakeSong]
) -> None:
    """One that is listed but asleep has to be named; an unknown one is not found."""
    client, device = of(spotify, anna), spotify.device(anna)
    for call in (client.pause_playback, client.start_playback, client.next_track):
        with refused(*NO_DEVICE):
            await ask(call)
    with refused(*NO_DEVICE):
        await ask(client.add_to_queue, songs[0].uri)
    with refused(404, "Device not found"):
        await ask(client.start_playback, device_id="0" * 40, uris=uris(songs[0]))
    await ask(client.start_playback, device_id=device.id, uris=uris(songs[0]))
    assert (await ask(client.current_playback))["device"]["id"] == device.id


async def test_a_free_account_takes_no_commands(spotify: FakeSpotify, songs: list[FakeSong]) -> None:
    """It can be looked at, and nothing more."""
    free = spotify.user("Frank", "free")
    spotify.device(free, active=True)
    spotify.play_elsewhere(free, songs[0])
    client = of(spotify, free)
    assert await seen(client) == ("Song 0", True, 0)
    for call in (client.pause_playback, client.start_playback, client.next_track):
        with refused(*NO_PREMIUM):
            await ask(call)
    with refused(*NO_PREMIUM):
        await ask(client.volume, 10)


async def test_a_restricted_device_takes_no_commands(
    spotify: FakeSpotify, anna: FakeUser, songs: list[FakeSong]
) -> None:
    """It is listed as such, and refuses."""
    device = spotify.device(anna, restricted=True)
    client = of(spotify, anna)
    assert (await ask(client.devices))["devices"][0]["is_restricted"]
    with refused(*RESTRICTED):
        await ask(client.start_playback, device_id=device.id, uris=uris(songs[0]))
    with refused(*RESTRICTED):
        await ask(client.transfer_playback, device.id)


async def test_volume(spotify: FakeSpotify, anna: FakeUser) -> None:
    """It can be set where the device has one."""
    device, phone = spotify.device(anna, active=True), spotify.device(anna, "Phone", supports_volume=False)
    client = of(spotify, anna)
    await ask(client.volume, 25)
    assert (device.volume, (await ask(client.current_playback))["device"]["volume_percent"]) == (25, 25)
    with refused(*NO_VOLUME):
        await ask(client.volume, 25, device_id=phone.id)
    header = f"Bearer {spotify.sign_in(anna).access_token}"
    for wrong in ("101", "-1"):
        path = f"me/player/volume?volume_percent={wrong}"
        assert (await send(spotify, "PUT", path, header))[0] == 400


async def test_playback_moves_to_another_device(
    spotify: FakeSpotify, anna: FakeUser, songs: list[FakeSong]
) -> None:
    """It goes on there, or starts if that is asked for; one device at a time."""
    old, new = spotify.device(anna, "Kitchen", active=True), spotify.device(anna, "Garden")
    client = of(spotify, anna)
    await ask(client.start_playback, uris=uris(*songs))
    spotify.clock.forward(30)
    await ask(client.transfer_playback, new.id, force_play=False)
    assert await seen(client) == ("Song 0", True, 30)
    assert [it["is_active"] for it in (await ask(client.devices))["devices"]] == [False, True]
    await ask(client.pause_playback)
    await ask(client.transfer_playback, old.id, force_play=False)
    assert await seen(client) == ("Song 0", False, 30)
    await ask(client.transfer_playback, new.id, force_play=True)
    assert await seen(client) == ("Song 0", True, 30)
    header = f"Bearer {spotify.sign_in(anna).access_token}"
    both = {"device_ids": [old.id, new.id]}
    assert (await send(spotify, "PUT", "me/player", header, json=both))[0] == 400


async def test_wrong_things_to_play_are_refused(
    spotify: FakeSpotify, anna: FakeUser, songs: list[FakeSong]
) -> None:
    """Unknown songs and contexts, both at once, an empty list and an offset beyond the end."""
    spotify.device(anna, active=True)
    header = f"Bearer {spotify.sign_in(anna).access_token}"
    playlist = spotify.playlist(anna, "Party", songs)
    wrong: list[dict[str, Any]] = [
        {"uris": ["spotify:track:" + "0" * 22]},
        {"uris": ["spotify:episode:" + "0" * 22]},
        {"uris": []},
        {"context_uri": "spotify:playlist:" + "0" * 22},
        {"context_uri": playlist.uri, "uris": uris(songs[0])},
        {"context_uri": playlist.uri, "offset": {"position": 4}},
        {"context_uri": playlist.uri, "offset": {"position": "first"}},
        {"context_uri": playlist.uri, "offset": {"uri": "spotify:track:" + "0" * 22}},
    ]
    for body in wrong:
        assert (await send(spotify, "PUT", "me/player/play", header, json=body))[0] == 400, body
    assert spotify.playback(anna).item is None


# The person with the phone


async def test_people_use_their_own_phones(
    spotify: FakeSpotify, anna: FakeUser, songs: list[FakeSong]
) -> None:
    """Play, pause, skip and another song show up for the app."""
    spotify.device(anna, active=True)
    client = of(spotify, anna)
    await ask(client.start_playback, uris=uris(*songs[:2]))
    spotify.press_pause(anna)
    assert await seen(client) == ("Song 0", False, 0)
    spotify.press_play(anna)
    spotify.skip(anna)
    assert await seen(client) == ("Song 1", True, 0)
    phone = spotify.device(anna, "Phone", "Smartphone")
    spotify.play_elsewhere(anna, songs[3], phone, position_ms=5_000)
    assert await seen(client) == ("Song 3", True, 5)
    assert (await ask(client.current_playback))["device"]["name"] == "Phone"


async def test_a_device_may_vanish_or_fall_asleep(
    spotify: FakeSpotify, anna: FakeUser, songs: list[FakeSong]
) -> None:
    """Asleep it stays listed; unplugged it is gone; either way nothing plays, and nothing is lost."""
    device = spotify.device(anna, active=True)
    client = of(spotify, anna)
    await ask(client.start_playback, uris=uris(*songs))
    spotify.clock.forward(20)
    spotify.doze(anna)
    assert await ask(client.current_playback) is None
    with refused(*NO_DEVICE):
        await ask(client.pause_playback)
    spotify.clock.forward(500)
    await ask(client.transfer_playback, device.id, force_play=True)
    assert await seen(client) == ("Song 0", True, 20)
    spotify.unplug(anna, device)
    assert await ask(client.current_playback) is None
    assert (await ask(client.devices))["devices"] == []


async def test_accounts_play_apart(spotify: FakeSpotify, anna: FakeUser, songs: list[FakeSong]) -> None:
    """What one person plays is not the other's."""
    ben = spotify.user("Ben")
    for user in (anna, ben):
        spotify.device(user, active=True)
    await ask(of(spotify, anna).start_playback, uris=uris(songs[0]))
    assert await seen(of(spotify, ben)) == (None, False, 0)
