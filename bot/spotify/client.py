"""Spotify, through spotipy, which only this folder knows.

spotipy writes tokens into its log of debugging, so that log is switched off. The rules of the Web API are
Spotify's of February 2026 (developer.spotify.com/documentation/web-api).
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import spotipy
from spotipy.cache_handler import MemoryCacheHandler
from spotipy.oauth2 import SpotifyClientCredentials, SpotifyPKCE

from bot.party.words import Track
from bot.playback.errors import (
    NoDevice,
    NothingBehindLink,
    SpotifyRefuses,
)
from bot.playback.words import Device, Heard
from bot.spotify.answers import device, heard, track, tracks
from bot.spotify.breaker import Breaker
from bot.spotify.calls import WITHIN_S, Calls
from bot.spotify.words import Page, Tokens

logging.getLogger("spotipy").setLevel(logging.CRITICAL)  # its lines of debugging show tokens, its errors ids

API_URL = "https://api.spotify.com/v1/"
ACCOUNTS_URL = "https://accounts.spotify.com"
SCOPES = (
    "user-read-playback-state",
    "user-modify-playback-state",
    "playlist-read-private",
    "playlist-read-collaborative",
    "playlist-modify-private",
)
"""The least that playing, saving and importing need."""
SEARCHED = 10
"""The most that a search returns."""
PAGE = 50
"""The most that a page of a playlist or an album holds."""
WRITTEN = 100
"""The most songs that one request writes into a playlist."""


class Spotify:
    """What can be asked of Spotify, each with the access token that it is asked with.

    Every method raises SpotifyRests, SpotifyAway or SpotifyBusy when there is no answer, AccessRefused for a
    token that is no longer good, and SpotifyRefuses, NotOnTheList and what its own lines name.

    Args:
        client_id: the app's.
        client_secret: the app's, for looking songs up; None where it has none.
        redirect_uri: where Spotify sends who has agreed.
        breaker: knows when Spotify wants to be left alone.
        api_url: of the Web API, with a slash at its end.
        accounts_url: of the accounts service.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        client_id: str,
        client_secret: str | None,
        redirect_uri: str,
        breaker: Breaker,
        *,
        api_url: str = API_URL,
        accounts_url: str = ACCOUNTS_URL,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client_id, self._redirect_uri = client_id, redirect_uri
        self._clock = clock
        self._calls = Calls(breaker, clock)
        self._api_url, self.accounts_url = api_url, accounts_url
        self._app = self._app_credentials(client_secret) if client_secret else None
        self._app_lock = asyncio.Lock()
        self._mine = threading.local()  # a client a thread: neither it nor its session may be shared
        self.close = self._calls.close
        self.resting = self._calls.resting

    @property
    def looks_up(self) -> bool:
        """Whether songs can be looked up without anybody's account."""
        return self._app is not None

    def login(self, state: str) -> tuple[str, str]:
        """Where to send who should agree, and the code verifier that the answer must be exchanged with."""
        pkce = self._pkce()
        url: str = pkce.get_authorize_url(state)
        return url, pkce.code_verifier

    async def exchange(self, code: str, verifier: str) -> Tokens:
        """The tokens for a code.

        Raises:
            GrantRefused: the code is not good, or no more.
        """

        def work() -> Tokens:
            pkce = self._pkce()
            pkce.code_verifier, pkce.code_challenge = verifier, "-"  # what was sent is not needed again
            pkce.get_access_token(code, check_cache=False)
            return self._tokens(pkce.cache_handler.get_cached_token())

        return await self._calls.run(work, once=True)

    async def refresh(self, refresh_token: str) -> Tokens:
        """New tokens for a refresh token, which is used up.

        Raises:
            GrantRefused: it is not good, or no more.
        """
        return await self._calls.run(
            lambda: self._tokens(self._pkce().refresh_access_token(refresh_token)), once=True
        )

    async def me(self, access: str) -> str:
        """What an account is called. Whether it is a Premium one shows only when it should play."""
        me = await self._ask(access, lambda api: api.current_user())
        return str(me.get("display_name") or me["id"])

    async def app_token(self) -> str:
        """The app's own access token, for looking songs up."""
        app = self._app
        if app is None:
            raise SpotifyRefuses
        async with self._app_lock:  # one request for all who ask
            known = app.cache_handler.get_cached_token()
            if known and not app.is_token_expired(known):
                return str(known["access_token"])
            return str(await self._calls.run(lambda: app.get_access_token(as_dict=False)))

    async def song(self, access: str, spotify_id: str) -> Track:
        """A song by its id.

        Raises:
            NothingBehindLink: there is none.
        """
        return track(await self._ask(access, lambda api: api.track(spotify_id)))

    async def search(self, access: str, query: str) -> list[Track]:
        """The songs that Spotify finds, best first."""
        found = await self._ask(access, lambda api: api.search(query, limit=SEARCHED, type="track"))
        return tracks(found["tracks"]["items"])

    async def album(self, access: str, album_id: str) -> tuple[str, int]:
        """An album's name and how many songs it has.

        Raises:
            NothingBehindLink: there is none.
        """
        album = await self._ask(access, lambda api: api.album(album_id))
        return str(album["name"]), int(album["total_tracks"])

    async def album_songs(self, access: str, album_id: str, offset: int) -> Page:
        """A page of an album's songs."""
        path = f"albums/{album_id}/tracks"
        page = await self._ask(access, lambda api: api._get(path, limit=PAGE, offset=offset))  # noqa: SLF001 - spotipy's own adds a slash
        return Page(tuple(tracks(page["items"])), len(page["items"]), page.get("next") is not None)

    async def playlist(self, access: str, playlist_id: str) -> tuple[str, int]:
        """A playlist's name and how many songs it has.

        Raises:
            NothingBehindLink: there is none, or it is somebody else's.
        """
        found = await self._ask(access, lambda api: api.playlist(playlist_id))
        inside = found.get("items") or found.get("tracks") or {}  # renamed in February 2026
        return str(found["name"]), int(inside.get("total", 0)) if isinstance(inside, dict) else 0

    async def playlist_songs(self, access: str, playlist_id: str, offset: int) -> Page:
        """A page of a playlist's songs."""
        page = await self._ask(access, lambda api: api.playlist_items(playlist_id, limit=PAGE, offset=offset))
        items = [each.get("item") or each.get("track") for each in page["items"]]  # renamed likewise
        return Page(tuple(tracks(items)), len(items), page.get("next") is not None)

    async def create_playlist(self, access: str, name: str, told: str) -> str:
        """Makes a private playlist, and returns its id."""
        made = await self._ask(
            access, lambda api: api.current_user_playlist_create(name, public=False, description=told)
        )
        return str(made["id"])

    async def write_playlist(self, access: str, playlist_id: str, songs: Iterable[str]) -> None:
        """Puts these songs into a playlist in place of what was in it.

        Raises:
            NothingBehindLink: there is no such playlist.
        """
        uris = [_uri(song) for song in songs]
        path = f"playlists/{playlist_id}/items"
        first = {"uris": uris[:WRITTEN]}
        await self._ask(access, lambda api: api._put(path, payload=first))  # noqa: SLF001 - spotipy's own sends a bare list
        for start in range(WRITTEN, len(uris), WRITTEN):
            more = {"uris": uris[start : start + WRITTEN]}
            await self._ask(access, lambda api, more=more: api._post(path, payload=more))  # type: ignore[misc] # noqa: SLF001 - likewise

    async def rename(self, access: str, playlist_id: str, name: str) -> None:
        """Gives a playlist another name.

        Raises:
            NothingBehindLink: there is no such playlist.
        """
        await self._ask(access, lambda api: api.playlist_change_details(playlist_id, name=name))

    async def heard(self, access: str) -> Heard | None:
        """What an account plays now; None where nothing is open."""
        state = await self._ask(access, lambda api: api.current_playback())
        return heard(state) if state else None

    async def devices(self, access: str) -> list[Device]:
        """What an account could play on."""
        found = await self._ask(access, lambda api: api.devices())
        return [each for each in map(device, found["devices"]) if each is not None]

    async def play(self, access: str, spotify_id: str, device_id: str = "", from_ms: int = 0) -> None:
        """Plays a song, from its beginning or from somewhere in it.

        Raises:
            NoDevice, DeviceRefuses, NotPremium: it cannot be.
        """
        uris = [_uri(spotify_id)]
        await self._steer(
            access, lambda api: api.start_playback(device_id or None, uris=uris, position_ms=from_ms)
        )

    async def resume(self, access: str, device_id: str = "") -> None:
        """Plays on. Raises what `play` does."""
        await self._steer(access, lambda api: api.start_playback(device_id or None))

    async def pause(self, access: str, device_id: str = "") -> None:
        """Stands still. Raises what `play` does."""
        await self._steer(access, lambda api: api.pause_playback(device_id or None))

    async def enqueue(self, access: str, spotify_id: str, device_id: str = "") -> None:
        """Puts a song behind what plays. Raises what `play` does."""
        await self._steer(access, lambda api: api.add_to_queue(_uri(spotify_id), device_id or None))

    async def move_to(self, access: str, device_id: str) -> None:
        """Goes on with what plays on another device. Raises what `play` does."""
        await self._steer(access, lambda api: api.transfer_playback(device_id, force_play=True))

    async def forward(self, access: str, device_id: str = "") -> None:
        """Goes to the next song of the device's own queue. Raises what `play` does."""
        await self._steer(access, lambda api: api.next_track(device_id or None))

    async def seek(self, access: str, position_ms: int, device_id: str = "") -> None:
        """Goes to a place in what plays, or stands still there. Raises what `play` does."""
        await self._steer(access, lambda api: api.seek_track(position_ms, device_id or None))

    async def volume(self, access: str, percent: int, device_id: str = "") -> None:
        """Sets how loud it is, from 0 to 100. Raises what `play` does."""
        await self._steer(access, lambda api: api.volume(percent, device_id or None))

    async def _steer(self, access: str, work: Callable[[Any], Any]) -> None:
        """Tells a device something; where Spotify finds nothing, there is no such device."""
        try:
            await self._ask(access, work)
        except NothingBehindLink:
            raise NoDevice from None

    async def _ask(self, access: str, work: Callable[[Any], Any]) -> Any:
        return await self._calls.run(lambda: work(self._client(access)))

    def _client(self, access: str) -> Any:
        client = getattr(self._mine, "client", None)
        if client is None:
            client = self._mine.client = spotipy.Spotify(
                requests_timeout=WITHIN_S, retries=0, status_retries=0, status_forcelist=(999,)
            )
            client.prefix = self._api_url
        client.set_auth(access)
        return client

    def _pkce(self) -> Any:
        pkce = SpotifyPKCE(
            client_id=self._client_id,
            redirect_uri=self._redirect_uri,
            scope=SCOPES,
            requests_timeout=WITHIN_S,
            open_browser=False,
            cache_handler=MemoryCacheHandler(),
        )
        pkce.OAUTH_AUTHORIZE_URL = f"{self.accounts_url}/authorize"
        pkce.OAUTH_TOKEN_URL = f"{self.accounts_url}/api/token"
        return pkce

    def _app_credentials(self, client_secret: str) -> Any:
        app = SpotifyClientCredentials(
            client_id=self._client_id,
            client_secret=client_secret,
            requests_timeout=WITHIN_S,
            cache_handler=MemoryCacheHandler(),
        )
        app.OAUTH_TOKEN_URL = f"{self.accounts_url}/api/token"
        return app

    def _tokens(self, given: Mapping[str, Any]) -> Tokens:
        expires_ms = int((self._clock() + float(given["expires_in"])) * 1000)
        return Tokens(str(given["access_token"]), str(given["refresh_token"]), expires_ms)


def _uri(spotify_id: str) -> str:
    return f"spotify:track:{spotify_id}"
