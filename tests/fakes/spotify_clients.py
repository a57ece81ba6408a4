"""The real spotipy, pointed at the fake Spotify, and plain requests where spotipy cannot go."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import aiohttp
import pytest
import spotipy

from tests.patience import PATIENCE_S

from .spotify_model import ALL_SCOPES, FakePlaylist, FakeSong, FakeUser, Json
from .spotify_server import FakeSpotify

TIMEOUT_S = PATIENCE_S
"""What spotipy's OAuth classes are to wait for an answer."""


def client_of(spotify: FakeSpotify, token: str, timeout_s: float = TIMEOUT_S) -> Any:
    """A spotipy that asks once and never sleeps."""
    client = spotipy.Spotify(
        auth=token, retries=0, status_retries=0, status_forcelist=(999,), requests_timeout=timeout_s
    )
    client.prefix = spotify.api_url
    return client


def of(spotify: FakeSpotify, user: FakeUser, scopes: str = ALL_SCOPES) -> Any:
    """A spotipy of somebody who has agreed."""
    return client_of(spotify, spotify.sign_in(user, scopes).access_token)


def pointed(spotify: FakeSpotify, manager: Any) -> Any:
    """One of spotipy's OAuth classes, pointed at the fake."""
    manager.OAUTH_TOKEN_URL = f"{spotify.accounts_url}/api/token"
    manager.OAUTH_AUTHORIZE_URL = f"{spotify.accounts_url}/authorize"
    return manager


@contextmanager
def refused(status: int, message: str, reason: str | None = None) -> Iterator[pytest.ExceptionInfo[Any]]:
    """The call within is refused with this."""
    with pytest.raises(spotipy.SpotifyException, match=re.escape(message)) as caught:
        yield caught
    assert (caught.value.http_status, caught.value.reason) == (status, reason)


async def send(
    spotify: FakeSpotify, method: str, path: str, header: str | None, **more: Any
) -> tuple[int, Any]:
    """One plain request to the Web API: the status and the JSON or text."""
    headers = {} if header is None else {"Authorization": header}
    url = spotify.api_url + path
    async with aiohttp.request(method, url, headers=headers, **more) as answer:
        text = await answer.text()
        return answer.status, json.loads(text) if answer.content_type == "application/json" and text else text


async def token(spotify: FakeSpotify, **form: Any) -> tuple[int, Json]:
    """One plain token request; where the form has no client, HTTP Basic shows it with its secret."""
    basic = aiohttp.encode_basic_auth(spotify.client_id, spotify.client_secret)
    headers = {} if "client_id" in form else {"Authorization": basic}
    url = f"{spotify.accounts_url}/api/token"
    async with aiohttp.request("POST", url, data=form, headers=headers) as answer:
        return answer.status, await answer.json()


async def ask(call: Callable[..., Any], *args: Any, **more: Any) -> Any:
    """Call spotipy in a worker thread, as it blocks."""
    return await asyncio.to_thread(call, *args, **more)


async def add_items(client: Any, playlist: FakePlaylist, songs: Iterable[FakeSong], **more: Any) -> Any:
    """Add songs in the shape of February 2026, which spotipy has no method for."""
    body = {"uris": uris(*songs)} | more
    return await ask(client._post, f"playlists/{playlist.id}/items", payload=body)  # noqa: SLF001 - see above


async def seen(client: Any) -> tuple[str | None, bool, int]:
    """What plays: its title, whether it runs, and how far it has got in seconds."""
    told = await ask(client.current_playback)
    item = told["item"]
    return item and item["name"], told["is_playing"], told["progress_ms"] // 1000


def uris(*songs: FakeSong) -> list[str]:
    """The songs' URIs."""
    return [it.uri for it in songs]
