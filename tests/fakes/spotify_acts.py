"""What a test puts into the fake Spotify, and what the people in it do."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path

import aiohttp

from tests.patience import PATIENCE_S

from .spotify_accounts import USER_COOKIE, Accounts
from .spotify_faults import Gate
from .spotify_model import (
    ALL_SCOPES,
    FakeAlbum,
    FakeDevice,
    FakeEntry,
    FakeGrant,
    FakePlaylist,
    FakeRequest,
    FakeSong,
    FakeUser,
    Product,
    new_id,
)
from .spotify_playback import Context, Playback
from .spotify_web import WebApi
from .spotify_world import World

LISTED_MOST = 5
"""How many people an app in development mode may list, beside its owner."""


class Acts:
    """The fake's state in a test's words."""

    def __init__(self, specs: Path | None, clock: Callable[[], float]) -> None:
        """Start with an app and its owner."""
        self.world = World(specs, clock)
        self._accounts, self._web = Accounts(self.world), WebApi(self.world)
        faults = self.world.faults
        self.limit, self.fail, self.stall = faults.limit, faults.fail, faults.stall
        self.drip, self.drop, self.exhaust = faults.drip, faults.drop, faults.exhaust

    def held(self, path: str | None = None) -> AbstractContextManager[Gate]:
        """Hold requests to paths that begin so, until the gate is opened or this is left."""
        return self.world.faults.held(path)

    def asked(self, method: str | None = None, path: str = "") -> list[FakeRequest]:
        """The requests so far by method, to paths that begin so."""
        return [it for it in self.world.requests if method in (None, it.method) and it.path.startswith(path)]

    async def until_asked(self, method: str | None = None, path: str = "", times: int = 1) -> None:
        """Wait until so many such requests have been acted on, be they answered or not; TimeoutError."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.asked(method, path)) < times:
                await self.world.asked.wait()

    # What there is

    def user(
        self,
        name: str,
        product: Product = "premium",
        *,
        listed: bool = True,
        autoplay: Iterable[FakeSong] = (),
    ) -> FakeUser:
        """A new account; ValueError for a sixth on the app's list."""
        if listed and len(self.world.app.users) >= LISTED_MOST:
            raise ValueError(f"an app in development mode lists {LISTED_MOST} people")
        user = self.world.add_user(name)
        user.product, user.autoplay = product, list(autoplay)
        if listed:
            self.world.app.users.append(user)
        return user

    def album(self, title: str, artist: str, *, released: str = "1999-01-01") -> FakeAlbum:
        """A new album without songs."""
        album = FakeAlbum(new_id(), title, self.world.artist(artist), released)
        self.world.albums[album.id] = album
        return album

    def song(
        self,
        title: str,
        artist: str = "Some Band",
        duration_ms: int = 200_000,
        *,
        album: FakeAlbum | None = None,
        id: str | None = None,
        isrc: str | None = None,
        explicit: bool = False,
        playable: bool = True,
    ) -> FakeSong:
        """A new song, at the end of its album; without one it is a single."""
        if duration_ms < 1:
            raise ValueError("a song lasts")
        album = album or self.album(title, artist)
        code = isrc or f"NLFAK26{len(self.world.songs):05d}"
        song = FakeSong(
            *(id or new_id(), title, self.world.artist(artist), duration_ms, album, code, explicit, playable)
        )
        album.songs.append(song)
        self.world.songs[song.id] = song
        return song

    def playlist(
        self,
        owner: FakeUser,
        name: str,
        songs: Iterable[FakeSong] = (),
        *,
        public: bool = True,
        collaborative: bool = False,
        collaborators: Iterable[FakeUser] = (),
    ) -> FakePlaylist:
        """A new playlist; a collaborative one is never public."""
        playlist = FakePlaylist(new_id(), owner, name, public and not collaborative, collaborative)
        playlist.collaborators = list(collaborators)
        playlist.entries = [FakeEntry(it, owner, self.world.now()) for it in songs]
        self.world.playlists[playlist.id] = playlist
        return playlist

    def device(
        self,
        user: FakeUser,
        name: str = "Living room",
        type: str = "Speaker",
        volume: int = 50,
        *,
        active: bool = False,
        supports_volume: bool = True,
        restricted: bool = False,
    ) -> FakeDevice:
        """A new device of an account; `volume` is in percent."""
        device = FakeDevice(secrets.token_hex(20), name, type, volume, supports_volume, restricted)
        playback = self.playback(user)
        playback.devices.append(device)
        if active:
            playback.move_to(device, play=False)
        return device

    def playback(self, user: FakeUser) -> Playback:
        """What an account plays now."""
        return self.world.playback(user)

    # Tokens

    def sign_in(self, user: FakeUser, scopes: str = ALL_SCOPES, *, pkce: bool = False) -> FakeGrant:
        """Tokens of a person who has agreed, without the way there."""
        return self.world.grant(user, scopes.split(), pkce=pkce)

    def app_token(self) -> str:
        """An access token of the app itself, as client_credentials gives."""
        return self.world.grant(None, ()).access_token

    def revoke(self, user: FakeUser) -> None:
        """The person takes the app's leave back: its tokens are void."""
        self._accounts.forget(user)

    async def agree(self, authorize_url: str, user: FakeUser) -> str:
        """The person opens the page and agrees; returns where the browser is sent. ValueError if refused."""
        return await self._decide(authorize_url, user, "agree")

    async def deny(self, authorize_url: str, user: FakeUser) -> str:
        """The person opens the page and cancels; returns where the browser is sent.

        Who has agreed to as much before is not asked again, and sent on as if by `agree`.
        """
        return await self._decide(authorize_url, user, "deny")

    async def _decide(self, url: str, user: FakeUser, choice: str) -> str:
        jar = aiohttp.DummyCookieJar()
        cookies = {"Cookie": f"{USER_COOKIE}={user.id}"}
        async with aiohttp.ClientSession(headers=cookies, cookie_jar=jar) as session:
            async with session.get(url, allow_redirects=False) as page:
                if page.status == 302:
                    return page.headers["Location"]
                if page.status != 200:
                    raise ValueError(await page.text())
            async with session.post(url, data={"choice": choice}, allow_redirects=False) as sent:
                return sent.headers["Location"]

    # The person with the phone

    def press_play(self, user: FakeUser) -> None:
        """Go on with what is there."""
        self.playback(user).resume()

    def press_pause(self, user: FakeUser) -> None:
        """Hold."""
        self.playback(user).pause()

    def skip(self, user: FakeUser) -> None:
        """Go on to the next song."""
        self.playback(user).skip()

    def play_elsewhere(
        self,
        user: FakeUser,
        what: FakeSong | Context,
        device: FakeDevice | None = None,
        *,
        position_ms: int = 0,
    ) -> None:
        """Put on something else, on this device, the active one or any that is there."""
        playback = self.playback(user)
        on = device or playback.active or next(iter(playback.devices), None)
        playback.move_to(on or self.device(user, f"{user.name}'s phone", "Smartphone"), play=False)
        if isinstance(what, FakeSong):
            playback.start([what], position_ms=position_ms)
        else:
            playback.start(what.songs, what, position_ms=position_ms)

    def enqueue(self, user: FakeUser, song: FakeSong) -> None:
        """Put a song into the account's queue."""
        self.playback(user).queue.append(song)

    def doze(self, user: FakeUser) -> None:
        """The active device falls asleep: it stays listed but is not active any more."""
        self.playback(user).leave()

    def unplug(self, user: FakeUser, device: FakeDevice) -> None:
        """The device vanishes."""
        playback = self.playback(user)
        playback.devices.remove(device)
        if playback.active is device:
            playback.leave()
