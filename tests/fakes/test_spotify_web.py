"""The fake Spotify's Web API: who may ask, what is checked, and how it fails."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml  # type: ignore[import-untyped]  # its stubs are a package of their own, for one call
from spotipy.cache_handler import MemoryCacheHandler
from spotipy.oauth2 import SpotifyClientCredentials

from tests.conftest import SPECS
from tests.fakes.spotify_clients import (
    TIMEOUT_S,
    ask,
    client_of,
    of,
    pointed,
    refused,
    send,
    token,
)
from tests.fakes.spotify_schemas import Schemas
from tests.fakes.spotify_server import FakeSpotify

NOWHERE = "0" * 22
DESCRIBED = pytest.mark.skipif(not SPECS.exists(), reason=f"the published descriptions are not in {SPECS}")


@pytest.fixture
async def spotify() -> AsyncIterator[FakeSpotify]:
    """A fake whose answers are all held against the description."""
    async with FakeSpotify(specs=SPECS) as fake:
        yield fake


# Who may ask


async def test_the_app_itself_is_nobody(spotify: FakeSpotify) -> None:
    """Its token finds songs, and has no profile, playlists or player."""
    handler = MemoryCacheHandler()
    manager: Any = SpotifyClientCredentials(
        spotify.client_id, spotify.client_secret, cache_handler=handler, requests_timeout=TIMEOUT_S
    )
    access = await ask(pointed(spotify, manager).get_access_token, as_dict=False)
    client, song = client_of(spotify, access), spotify.song("Toxic")
    assert (await ask(client.track, song.id))["name"] == "Toxic"
    for call in (client.me, client.current_user_playlists, client.current_playback):
        with refused(401, "Valid user authentication required"):
            await ask(call)


@pytest.mark.parametrize(
    ("header", "status", "told"),
    [
        (None, 401, "No token provided"),
        ("Bearer x", 401, "Invalid access token"),
        ("Basic eDp4", 400, "Only valid bearer authentication supported"),
    ],
)
async def test_the_web_api_asks_for_a_good_token(
    spotify: FakeSpotify, header: str | None, status: int, told: str
) -> None:
    """None, a wrong one and another kind are told apart."""
    refusal = {"error": {"status": status, "message": told}}
    assert await send(spotify, "GET", "me", header) == (status, refusal)


async def test_scopes_are_asked_for(spotify: FakeSpotify) -> None:
    """What a person has not agreed to is refused."""
    client = of(spotify, spotify.user("Anna"), "user-read-private")
    made = client.current_user_playlist_create
    for call in (client.devices, client.pause_playback, client.current_user_playlists, client.queue):
        with refused(403, "Insufficient client scope"):
            await ask(call)
    with refused(403, "Insufficient client scope"):
        await ask(made, "Party")


async def test_development_mode_knows_its_people(spotify: FakeSpotify) -> None:
    """Who is not listed is refused in plain text; five may be, and the owner always is."""
    stranger = of(spotify, spotify.user("Zoe", listed=False))
    with refused(403, "User not registered in the Developer Dashboard"):
        await ask(stranger.me)
    for i in range(5):
        spotify.user(f"Guest {i}")
    with pytest.raises(ValueError, match="5 people"):
        spotify.user("One too many")
    owner = of(spotify, spotify.owner)
    assert await ask(owner.me)
    spotify.owner.product = "free"
    with refused(403, "Active premium subscription required"):
        await ask(owner.me)


# What is gone, and what never was


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "tracks?ids=x"),
        ("GET", "recommendations?seed_tracks=x"),
        ("POST", "users/anna/playlists"),
        ("GET", f"playlists/{NOWHERE}/tracks"),
        ("POST", f"playlists/{NOWHERE}/tracks"),
        ("GET", "audio-features/x"),
        ("GET", "artists/x/top-tracks"),
    ],
)
async def test_removed_calls_are_forbidden(spotify: FakeSpotify, method: str, path: str) -> None:
    """Development mode answers them with 403."""
    header = f"Bearer {spotify.sign_in(spotify.owner).access_token}"
    status, answer = await send(spotify, method, path, header)
    assert (status, answer["error"]["message"]) == (403, "Forbidden")
    if SPECS.exists():
        assert "is deprecated." in spotify.breaches[0]


@DESCRIBED
async def test_just_the_deprecated_calls_are_removed(spotify: FakeSpotify) -> None:
    """The fake's own list of what is gone is the description's."""
    header = f"Bearer {spotify.sign_in(spotify.owner).access_token}"
    described = yaml.safe_load((SPECS / "spotify-openapi.yml").read_text("utf-8"))["paths"]
    for template, operations in described.items():
        for method, operation in operations.items():
            path = re.sub(r"\{\w+\}", NOWHERE, template).removeprefix("/")
            _, answer = await send(spotify, method.upper(), path, header)
            gone = isinstance(answer, dict) and answer.get("error", {}).get("message") == "Forbidden"
            assert gone == operation.get("deprecated", False), f"{method} {template}"


@DESCRIBED
@pytest.mark.parametrize(
    ("method", "path", "body", "told"),
    [
        ("GET", "nowhere", None, "GET /nowhere is no call of the Web API."),
        ("DELETE", "me", None, "DELETE /me is no call of the Web API."),
        ("GET", "me?fields=id", None, "GET /me has no parameter fields."),
        ("GET", "me", {}, "GET /me has no body."),
        ("PUT", "me/player/volume", None, "PUT /me/player/volume needs the parameter volume_percent."),
        ("PUT", "me/player/volume?volume_percent=loud", None, "volume_percent: 'loud' is not of type"),
        ("POST", "me/playlists", {"public": True}, "'name' is a required property"),
    ],
)
async def test_requests_are_held_against_the_description(
    spotify: FakeSpotify, method: str, path: str, body: Any, told: str
) -> None:
    """Unknown paths, parameters and bodies, and missing ones, are told in a sentence."""
    header = f"Bearer {spotify.sign_in(spotify.owner).access_token}"
    await send(spotify, method, path, header, json=body)
    assert told in spotify.breaches[0]


@DESCRIBED
def test_answers_are_held_against_the_description() -> None:
    """A wrong field, a missing one and a status that is not described would come out."""
    schemas = Schemas(SPECS)
    devices = "/me/player/devices"
    assert not schemas.answer("GET", devices, 200, {"devices": [{"id": None, "volume_percent": 5}]})
    assert schemas.answer("GET", devices, 200, {"devices": [{"volume_percent": 101}]})
    assert schemas.answer("GET", devices, 200, {})
    assert schemas.answer("GET", devices, 404, {"error": {"status": "404"}})
    assert schemas.answer("GET", devices, 201, {"devices": []})
    assert schemas.answer("PUT", "/me/player/pause", 204, {})


@DESCRIBED
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "me/player/play", {"uris": [], "position_ms": "soon"}),
        ("PUT", "playlists/here/items", {"range_start": "first", "insert_before": 0}),
        ("DELETE", "playlists/here/items", {"items": ["spotify:track:x"]}),
        ("PUT", "me/player", ["x"]),
        ("POST", "me/playlists", "Party"),
    ],
)
async def test_wrong_types_do_not_crash_the_fake(
    spotify: FakeSpotify, method: str, path: str, body: Any
) -> None:
    """They are answered with 400, and told."""
    playlist = spotify.playlist(spotify.owner, "Party", [spotify.song("Toxic")])
    spotify.device(spotify.owner, active=True)
    header = f"Bearer {spotify.sign_in(spotify.owner).access_token}"
    status, _ = await send(spotify, method, path.replace("here", playlist.id), header, json=body)
    assert status == 400
    assert spotify.breaches


@DESCRIBED
async def test_a_wrong_answer_of_the_fake_is_a_breach(spotify: FakeSpotify) -> None:
    """A test that puts nonsense into it hears of that."""
    spotify.device(spotify.owner, volume=101)
    await ask(of(spotify, spotify.owner).devices)
    assert "101 is greater than the maximum" in spotify.breaches[0]


async def test_without_the_description_nothing_is_checked(tmp_path: Path) -> None:
    """The fake answers as ever, and records no breach but of calls that it does not know."""
    async with FakeSpotify(specs=tmp_path) as spotify:
        header = f"Bearer {spotify.sign_in(spotify.owner).access_token}"
        assert (await send(spotify, "GET", "me?fields=id", header))[0] == 200
        assert not spotify.breaches
        assert (await send(spotify, "GET", "nowhere", header))[0] == 404
        assert spotify.breaches == ["The fake does not know GET /nowhere."]


# Faults


async def test_a_limit_says_when_it_ends(spotify: FakeSpotify) -> None:
    """429 with the seconds that are left by the clock, on the paths it is for."""
    client, song = of(spotify, spotify.owner), spotify.song("Toxic")
    spotify.limit(21_600, "/search")
    spotify.clock.forward(600)
    with refused(429, "API rate limit exceeded") as caught:
        await ask(client.search, "toxic", limit=10)
    assert caught.value.headers["Retry-After"] == "21000"
    assert await ask(client.track, song.id)
    spotify.clock.forward(21_000)
    client = of(spotify, spotify.owner)
    assert await ask(client.search, "toxic", limit=10)
    spotify.limit(5)
    with refused(429, "API rate limit exceeded"):
        await ask(client.track, song.id)
    spotify.limit(None)
    assert await ask(client.track, song.id)
    assert [it.status for it in spotify.asked("GET", "/tracks")] == [200, 429, 200]
    assert not spotify.breaches


async def test_a_quota_says_so_in_its_reason(spotify: FakeSpotify) -> None:
    """429 with a reason on every path of the Web API, and no wait unless told; tokens are still given."""
    client = of(spotify, spotify.owner)
    spotify.exhaust()
    with refused(429, "Too many requests", "QUOTA_EXCEEDED") as caught:
        await ask(client.me)
    assert "Retry-After" not in caught.value.headers
    spotify.exhaust(retry_after_s=7_200)
    with refused(429, "Too many requests", "QUOTA_EXCEEDED") as caught:
        await ask(client.me)
    assert caught.value.headers["Retry-After"] == "7200"
    assert (await token(spotify, grant_type="client_credentials"))[0] == 200
    spotify.exhaust(on=False)
    assert await ask(client.me)
    assert not spotify.breaches


async def test_calls_fail_as_told(spotify: FakeSpotify) -> None:
    """An error status, and a connection that closes without an answer."""
    client = of(spotify, spotify.owner)
    spotify.fail(503, "/me")
    with refused(503, "Service unavailable"):
        await ask(client.me)
    spotify.fail(None, "/me")
    spotify.drop("/me")
    with pytest.raises(requests.exceptions.ConnectionError):
        await ask(client.me)
    spotify.drop("/me", on=False)
    assert await ask(client.me)


async def test_a_late_answer_was_still_acted_on(spotify: FakeSpotify) -> None:
    """Who gives up waiting does not know that the playlist was made, or which token is good now."""
    spotify.stall(3600, "/me/playlists")
    spotify.token_delay_s = 3600
    header = f"Bearer {spotify.sign_in(spotify.owner).access_token}"
    making = asyncio.create_task(send(spotify, "POST", "me/playlists", header, json={"name": "Party"}))
    asking = asyncio.create_task(token(spotify, grant_type="client_credentials"))
    await spotify.until_asked("POST", "/me/playlists")
    await spotify.until_asked("POST", "/api/token")
    assert [it.name for it in spotify.world.playlists.values()] == ["Party"]
    for waiting in (making, asking):
        assert not waiting.done()
        waiting.cancel()


async def test_spotipy_gives_up_on_a_stall_and_on_a_drip(spotify: FakeSpotify) -> None:
    """A late answer, and a body that does not go on, meet its timeout; a slow body arrives whole."""
    client = client_of(spotify, spotify.sign_in(spotify.owner).access_token, timeout_s=0.1)
    spotify.stall(3600, "/me")
    with pytest.raises(requests.exceptions.ReadTimeout):
        await ask(client.me)
    spotify.stall(None, "/me")
    spotify.drip(3600, "/me")
    with pytest.raises(requests.exceptions.RequestException):
        await ask(client.me)
    spotify.drip(0.0, "/me")
    assert (await ask(of(spotify, spotify.owner).me))["id"] == spotify.owner.id


async def test_requests_may_be_held(spotify: FakeSpotify) -> None:
    """A test sees that a request has come in, and lets it go on."""
    client = of(spotify, spotify.owner)
    with spotify.held("/me") as gate:
        asking = asyncio.create_task(ask(client.me))
        await gate.arrived.wait()
        assert not spotify.requests
        gate.open()
        assert (await asking)["id"] == spotify.owner.id
    assert await ask(client.me)


async def test_requests_are_recorded(spotify: FakeSpotify) -> None:
    """Who asked for what with which words, what was answered and when."""
    anna, song = spotify.user("Anna"), spotify.song("Toxic")
    playlist = spotify.playlist(anna, "Party")
    header = f"Bearer {spotify.sign_in(anna).access_token}"
    body = {"uris": [song.uri]}
    await send(spotify, "POST", f"playlists/{playlist.id}/items?position=0", header, json=body)
    (it,) = spotify.requests
    assert (it.method, it.path, it.query) == ("POST", f"/playlists/{playlist.id}/items", {"position": "0"})
    assert (it.body, it.status, it.answer) == (body, 201, {"snapshot_id": playlist.snapshot_id})
    assert (it.at, it.user) == (spotify.clock.now_s, anna)
    assert str(it).startswith(f"POST /playlists/{playlist.id}/items")
