"""The fake Spotify's songs, playlists, faults and checks, through the real spotipy and plain HTTP."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml  # type: ignore[import-untyped]  # its stubs are a package of their own, for one call

from tests.conftest import SPECS
from tests.fakes.spotify_clients import add_items, ask, client_of, of, refused, send, token
from tests.fakes.spotify_schemas import Schemas
from tests.fakes.spotify_server import FakeSpotify

NOWHERE = "0" * 22
DESCRIBED = pytest.mark.skipif(not SPECS.exists(), reason=f"the published descriptions are not in {SPECS}")


@pytest.fixture
async def spotify() -> AsyncIterator[FakeSpotify]:
    """A fake whose answers are all held against the description."""
    async with FakeSpotify(specs=SPECS) as fake:
        yield fake


# Songs


async def test_songs_and_albums_are_found(spotify: FakeSpotify) -> None:
    """A song tells its album and an album its songs, a page at a time."""
    client, album = client_of(spotify, spotify.app_token()), spotify.album("In the Zone", "Britney Spears")
    songs = [spotify.song(f"Song {i}", "Britney Spears", 180_000, album=album) for i in range(55)]
    told = await ask(client.track, songs[3].uri)
    assert (told["album"]["name"], told["track_number"], told["duration_ms"]) == ("In the Zone", 4, 180_000)
    assert (await ask(client.album, album.id))["total_tracks"] == 55
    page = await ask(client.album_tracks, album.id, limit=50)
    rest = await ask(client.next, page)
    assert [it["id"] for it in page["items"] + rest["items"]] == [it.id for it in songs]
    assert (rest["next"], rest["total"]) == (None, 55)
    assert (await ask(client.previous, rest))["items"] == page["items"]
    assert all(re.fullmatch("[0-9A-Za-z]{22}", it.id) for it in songs)
    assert not spotify.breaches


async def test_what_does_not_exist_is_told_from_nonsense(spotify: FakeSpotify) -> None:
    """An unknown id is 404, one that cannot be is 400."""
    client = client_of(spotify, spotify.app_token())
    for call in (client.track, client.album, client.album_tracks, client.playlist):
        with refused(404, "Resource not found"):
            await ask(call, NOWHERE)
        with refused(400, "Invalid base62 id"):
            await ask(call, "short")


async def test_search_finds_songs(spotify: FakeSpotify) -> None:
    """Every word has to fit, and every filter; a page has ten songs at most."""
    client = client_of(spotify, spotify.app_token())
    toxic = spotify.song("Toxic", "Britney Spears", isrc="GBXXX0300001")
    for i in range(12):
        spotify.song(f"Toxic Love {i}", "Someone Else")
    spotify.song("Lucky", "Britney Spears")
    for q in ("toxic spears", 'track:"Toxic" artist:"Britney Spears"', "isrc:GBXXX0300001"):
        found = (await ask(client.search, q, limit=10))["tracks"]
        assert [it["id"] for it in found["items"]] == [toxic.id], q
    found = (await ask(client.search, "toxic", limit=10))["tracks"]
    assert (found["total"], len(found["items"])) == (13, 10)
    assert len((await ask(client.next, found))["tracks"]["items"]) == 3
    header = f"Bearer {spotify.app_token()}"
    _, default = await send(spotify, "GET", "search?q=toxic&type=track", header)
    assert len(default["tracks"]["items"]) == 5
    assert not spotify.breaches


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"q": "x", "type": "track", "limit": "11"}, "Invalid limit"),
        ({"q": "x", "type": "track", "limit": "0"}, "Invalid limit"),
        ({"q": "x", "type": "track", "limit": "ten"}, "Invalid limit"),
        ({"q": "x", "type": "track", "offset": "-1"}, "Invalid offset"),
        ({"type": "track"}, "No search query"),
        ({"q": "x"}, "Missing parameter type"),
        ({"q": "x", "type": "song"}, "Bad search type field song"),
    ],
)
async def test_a_wrong_search_is_refused(spotify: FakeSpotify, query: dict[str, str], told: str) -> None:
    """The limit of ten, and what has to be there, are held."""
    header = f"Bearer {spotify.app_token()}"
    status, answer = await send(spotify, "GET", "search", header, params=query)
    assert (status, answer["error"]["message"]) == (400, told)
    if SPECS.exists():
        assert spotify.breaches


# Playlists


async def test_a_playlist_is_made_filled_and_changed(spotify: FakeSpotify) -> None:
    """Adding, inserting, replacing, moving and removing all leave what they should."""
    anna = spotify.user("Anna")
    client, songs = of(spotify, anna), [spotify.song(f"Song {i}") for i in range(5)]
    made = await ask(client.current_user_playlist_create, "Party", public=False)
    playlist = spotify.world.playlists[made["id"]]
    assert (playlist.owner, playlist.public, playlist.name) == (anna, False, "Party")
    first = await add_items(client, playlist, songs[:3])
    await add_items(client, playlist, songs[3:], position=1)
    order = [songs[i] for i in (0, 3, 4, 1, 2)]
    assert playlist.songs == order
    page = await ask(client.playlist_items, playlist.id, limit=50)
    assert [it["item"]["id"] for it in page["items"]] == [it.id for it in order]
    await ask(client.playlist_reorder_items, playlist.id, range_start=0, insert_before=3, range_length=2)
    assert playlist.songs == [songs[i] for i in (4, 0, 3, 1, 2)]
    last = await ask(client.playlist_remove_all_occurrences_of_items, playlist.id, [songs[0].id, songs[2].id])
    assert playlist.songs == [songs[i] for i in (4, 3, 1)]
    assert first["snapshot_id"] != last["snapshot_id"] == playlist.snapshot_id
    await ask(client.playlist_replace_items, playlist.id, [songs[2].id])
    assert playlist.songs == [songs[2]]
    await ask(client.playlist_change_details, playlist.id, name="Friday", public=True, description="Ours")
    told = await ask(client.playlist, playlist.id)
    assert (told["name"], told["public"], told["description"]) == ("Friday", True, "Ours")
    assert told["items"]["items"][0]["item"]["id"] == songs[2].id
    listed = await ask(client.current_user_playlists)
    assert [(it["id"], it["items"]["total"]) for it in listed["items"]] == [(playlist.id, 1)]
    assert not spotify.breaches


async def test_items_come_in_an_object(spotify: FakeSpotify) -> None:
    """The bare array of spotipy's own playlist_add_items is refused, and recorded as a breach."""
    anna, song = spotify.user("Anna"), spotify.song("Toxic")
    playlist = spotify.playlist(anna, "Party")
    with refused(400, "Error parsing JSON."):
        await ask(of(spotify, anna).playlist_add_items, playlist.id, [song.uri])
    assert not playlist.entries
    if SPECS.exists():
        assert "is not of type 'object'" in spotify.breaches[0]


@pytest.mark.parametrize(
    ("method", "body", "told"),
    [
        ("POST", {"uris": ["x"] * 101}, "a maximum of 100"),
        ("PUT", {"uris": ["x"] * 101}, "a maximum of 100"),
        ("DELETE", {"items": [{"uri": "x"}] * 101}, "a maximum of 100"),
        ("POST", {"uris": [f"spotify:track:{NOWHERE}"]}, "Invalid track uri"),
        ("POST", {"uris": []}, "No uris provided"),
        ("POST", {"uris": "x"}, "Error parsing JSON."),
        ("DELETE", {"uris": ["x"]}, "Missing required field: items"),
        ("PUT", {"range_start": 1, "insert_before": 0}, "Index out of bounds."),
    ],
)
async def test_wrong_items_are_refused(spotify: FakeSpotify, method: str, body: Any, told: str) -> None:
    """Too many, unknown ones and wrong shapes change nothing."""
    anna, song = spotify.user("Anna"), spotify.song("Toxic")
    playlist = spotify.playlist(anna, "Party", [song])
    header = f"Bearer {spotify.sign_in(anna).access_token}"
    path = f"playlists/{playlist.id}/items"
    status, answer = await send(spotify, method, path, header, json=body)
    assert status == 400
    assert told in answer["error"]["message"]
    assert playlist.songs == [song]


async def test_a_hundred_items_are_taken(spotify: FakeSpotify) -> None:
    """The limit itself is allowed, also of a page."""
    anna = spotify.user("Anna")
    playlist, client = spotify.playlist(anna, "Party"), of(spotify, anna)
    await add_items(client, playlist, [spotify.song("Toxic")] * 100)
    assert len((await ask(client.playlist_items, playlist.id, limit=50))["items"]) == 50
    with refused(400, "Invalid limit"):
        await ask(client.playlist_items, playlist.id, limit=51)


async def test_other_peoples_playlists_stay_shut(spotify: FakeSpotify) -> None:
    """Their heads can be seen if they are public, their songs only by collaborators."""
    anna, ben, song = spotify.user("Anna"), spotify.user("Ben"), spotify.song("Toxic")
    public, private = spotify.playlist(ben, "Ben's", [song]), spotify.playlist(ben, "Secret", public=False)
    shared = spotify.playlist(ben, "Ours", [song], collaborative=True, collaborators=[anna])
    client = of(spotify, anna)
    assert "items" not in await ask(client.playlist, public.id)
    with refused(403, "Forbidden"):
        await ask(client.playlist_items, public.id, limit=50)
    with refused(403, "a playlist you don't own"):
        await ask(client.playlist_replace_items, public.id, [])
    with refused(404, "Resource not found"):
        await ask(client.playlist, private.id)
    await add_items(client, shared, [song])
    assert [it.added_by for it in shared.entries] == [ben, anna]
    with refused(403, "a playlist you don't own"):
        await ask(client.playlist_change_details, shared.id, name="Mine")
    assert [it["id"] for it in (await ask(client.current_user_playlists))["items"]] == [shared.id]


async def test_public_and_private_playlists_have_scopes_of_their_own(spotify: FakeSpotify) -> None:
    """Leave for the one is no leave for the other."""
    client = of(spotify, spotify.user("Anna"), "playlist-modify-private")
    assert await ask(client.current_user_playlist_create, "Party", public=False)
    with refused(403, "Insufficient client scope"):
        await ask(client.current_user_playlist_create, "Party", public=True)
    with refused(400, "Collaborative playlists can only be private."):
        await ask(client.current_user_playlist_create, "Party", public=True, collaborative=True)


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
