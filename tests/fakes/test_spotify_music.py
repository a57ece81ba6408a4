"""The fake Spotify's songs, search and playlists, through the real spotipy and plain HTTP."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.conftest import SPECS
from tests.fakes.spotify_clients import (
    add_items,
    ask,
    client_of,
    of,
    refused,
    send,
)
from tests.fakes.spotify_server import FakeSpotify

NOWHERE = "0" * 22


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
    shared.collaborative = False
    with refused(404, "Resource not found"):
        await ask(client.playlist_items, shared.id, limit=50)


async def test_public_and_private_playlists_have_scopes_of_their_own(spotify: FakeSpotify) -> None:
    """Leave for the one is no leave for the other."""
    client = of(spotify, spotify.user("Anna"), "playlist-modify-private")
    assert await ask(client.current_user_playlist_create, "Party", public=False)
    with refused(403, "Insufficient client scope"):
        await ask(client.current_user_playlist_create, "Party", public=True)
    with refused(400, "Collaborative playlists can only be private."):
        await ask(client.current_user_playlist_create, "Party", public=True, collaborative=True)
