"""The state of the fake Spotify, which the services and the tests share."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from .spotify_errors import ApiError
from .spotify_faults import Faults
from .spotify_model import (
    ALL_SCOPES,
    FakeAlbum,
    FakeApp,
    FakeArtist,
    FakeCode,
    FakeGrant,
    FakePlaylist,
    FakeRequest,
    FakeSong,
    FakeUser,
    new_id,
)
from .spotify_payloads import Payloads
from .spotify_playback import Playback
from .spotify_schemas import Schemas

ACCESS_S = 3600
REFRESH_S = 182 * 86_400


class World:
    """Accounts, songs, playlists, tokens, and what was asked."""

    def __init__(self, specs: Path | None, clock: Callable[[], float]) -> None:
        """Start with an app, its owner and nothing else."""
        self.now = clock
        self.schemas = Schemas(specs)
        self.faults = Faults(clock)
        self.payloads = Payloads(lambda: f"{self.base}/v1/")
        self.base = ""
        self.users: dict[str, FakeUser] = {}
        self.artists: dict[str, FakeArtist] = {}
        self.songs: dict[str, FakeSong] = {}
        self.albums: dict[str, FakeAlbum] = {}
        self.playlists: dict[str, FakePlaylist] = {}
        self.playbacks: dict[str, Playback] = {}
        self.app = FakeApp(self.add_user("Owner"))
        self.codes: dict[str, FakeCode] = {}
        self.access: dict[str, tuple[FakeGrant, float]] = {}
        self.refresh: dict[str, FakeGrant] = {}
        self.browser_user: FakeUser | None = None
        self.token_delay_s = 0.0
        self.token_status: int | None = None
        self.token_requests: Counter[str] = Counter()
        self.requests: list[FakeRequest] = []
        self.breaches: list[str] = []
        self.asked = asyncio.Event()

    def keep(self, request: FakeRequest) -> None:
        """Record a request that has been acted on, and wake who waits for one."""
        self.requests.append(request)
        self.asked.set()
        self.asked = asyncio.Event()

    def add_user(self, name: str) -> FakeUser:
        """A new account with a player."""
        user = FakeUser(f"{name.lower().replace(' ', '')}{len(self.users)}", name)
        self.users[user.id] = user
        self.playbacks[user.id] = Playback(user, self.now)
        return user

    def artist(self, name: str) -> FakeArtist:
        """The artist of this name."""
        return self.artists.setdefault(name, FakeArtist(new_id(), name))

    def playback(self, user: FakeUser) -> Playback:
        """What an account plays now."""
        found = self.playbacks[user.id]
        found.settle()
        return found

    def songs_of(self, uris: Iterable[str]) -> list[FakeSong]:
        """The songs of these URIs; 400 for anything else."""
        found = []
        for uri in uris:
            kind, _, song_id = str(uri).removeprefix("spotify:").partition(":")
            if kind != "track" or song_id not in self.songs:
                raise ApiError(400, f"Invalid track uri: {uri}")
            found.append(self.songs[song_id])
        return found

    def new_access(self, grant: FakeGrant) -> str:
        """A new access token, good for an hour."""
        grant.access_token = "BQ" + secrets.token_urlsafe(96)
        self.access[grant.access_token] = (grant, self.now() + ACCESS_S)
        return grant.access_token

    def new_refresh(self, grant: FakeGrant) -> str:
        """A new refresh token in place of the former one."""
        grant.refresh_token = "AQ" + secrets.token_urlsafe(96)
        self.refresh[grant.refresh_token] = grant
        return grant.refresh_token

    def grant(self, user: FakeUser | None, scopes: Iterable[str], *, pkce: bool = False) -> FakeGrant:
        """What somebody has just agreed to, with its tokens."""
        grant = FakeGrant(user, frozenset(scopes), self.now(), pkce)
        self.new_access(grant)
        if user is not None:
            self.new_refresh(grant)
        return grant


def scopes_of(text: str) -> frozenset[str]:
    """The scopes in a text with spaces; ValueError for one that does not exist."""
    found = frozenset(text.split())
    if found - set(_KNOWN):
        raise ValueError(f"no such scope: {', '.join(sorted(found - set(_KNOWN)))}")
    return found


_KNOWN = (
    *ALL_SCOPES.split(),
    *("app-remote-control", "streaming", "ugc-image-upload", "user-follow-modify", "user-follow-read"),
    *("user-library-modify", "user-library-read", "user-read-playback-position"),
    *("user-read-recently-played", "user-top-read"),
)
