"""The people, songs, devices, tokens and requests in the fake Spotify."""

from __future__ import annotations

import random
import secrets
import string
import time
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Product = Literal["premium", "free"]

ALL_SCOPES = (
    "playlist-modify-private playlist-modify-public playlist-read-collaborative playlist-read-private "
    "user-modify-playback-state user-read-currently-playing user-read-email user-read-playback-state "
    "user-read-private"
)
"""The scopes that the fake knows what to do with."""

_BASE_62 = string.digits + string.ascii_letters


def new_id() -> str:
    """An id as Spotify's are: 22 base-62 characters."""
    return "".join(random.choices(_BASE_62, k=22))  # noqa: S311 - a name, no secret


@dataclass
class Clock:
    """A clock that stands still until a test moves it on."""

    now_s: float = field(default_factory=time.time)

    def __call__(self) -> float:
        """The time in seconds since 1970."""
        return self.now_s

    def forward(self, seconds: float) -> None:
        """Let so many seconds go by."""
        self.now_s += seconds


@dataclass(eq=False)
class FakeUser:
    """An account. After the last song Spotify goes on with `autoplay`, or stops if that is empty."""

    id: str
    name: str
    product: Product = "premium"
    autoplay: list[FakeSong] = field(default_factory=list)

    @property
    def uri(self) -> str:
        """Its Spotify URI."""
        return f"spotify:user:{self.id}"


@dataclass(eq=False)
class FakeArtist:
    """An artist."""

    id: str
    name: str


@dataclass(eq=False)
class FakeAlbum:
    """An album, with its songs in order."""

    id: str
    title: str
    artist: FakeArtist
    released: str = "1999-01-01"
    songs: list[FakeSong] = field(default_factory=list)

    @property
    def uri(self) -> str:
        """Its Spotify URI."""
        return f"spotify:album:{self.id}"


@dataclass(eq=False)
class FakeSong:
    """A track; one that is not `playable` is skipped by the player."""

    id: str
    title: str
    artist: FakeArtist
    duration_ms: int
    album: FakeAlbum
    isrc: str
    explicit: bool = False
    playable: bool = True

    @property
    def uri(self) -> str:
        """Its Spotify URI."""
        return f"spotify:track:{self.id}"


@dataclass(eq=False)
class FakeEntry:
    """A song in a playlist: who put it there, and when, in seconds since 1970."""

    song: FakeSong
    added_by: FakeUser
    added_at: float


@dataclass(eq=False)
class FakePlaylist:
    """A playlist; its collaborators may change it too while it is collaborative."""

    id: str
    owner: FakeUser
    name: str
    public: bool = True
    collaborative: bool = False
    description: str = ""
    collaborators: list[FakeUser] = field(default_factory=list)
    entries: list[FakeEntry] = field(default_factory=list)
    snapshot_id: str = field(default_factory=lambda: secrets.token_urlsafe(18))

    @property
    def uri(self) -> str:
        """Its Spotify URI."""
        return f"spotify:playlist:{self.id}"

    @property
    def songs(self) -> list[FakeSong]:
        """Its songs in order."""
        return [it.song for it in self.entries]

    def open_to(self, user: FakeUser | None) -> bool:
        """Whether someone may see what is in it, and change that."""
        return user is self.owner or (self.collaborative and user in self.collaborators)


@dataclass(eq=False)
class FakeDevice:
    """A Spotify Connect device; `volume` is in percent."""

    id: str
    name: str
    type: str = "Speaker"
    volume: int = 50
    supports_volume: bool = True
    restricted: bool = False


@dataclass(eq=False)
class FakeApp:
    """The app in development mode, as its dashboard has it."""

    owner: FakeUser
    client_id: str = field(default_factory=lambda: secrets.token_hex(16))
    client_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    redirect_uris: list[str] = field(default_factory=list)
    users: list[FakeUser] = field(default_factory=list)


@dataclass(eq=False)
class FakeCode:
    """An authorisation code: good once, for ten minutes, for one client and redirect URI."""

    user: FakeUser
    redirect_uri: str
    scopes: frozenset[str]
    challenge: str | None
    made_at: float
    used: bool = False


@dataclass(eq=False)
class FakeGrant:
    """What somebody agreed to (user None: the app for itself), with the token that is good now."""

    user: FakeUser | None
    scopes: frozenset[str]
    made_at: float
    pkce: bool = False
    access_token: str = ""
    refresh_token: str | None = None
    revoked: bool = False


@dataclass(frozen=True)
class FakeRequest:
    """One request to the Web API, or to `/api/token`; `path` is without /v1, `at` by the clock."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    status: int
    answer: Any
    at: float
    user: FakeUser | None = None

    def __str__(self) -> str:
        """The request, and what came of it."""
        return f"{self.method} {self.path} {self.query} {self.body} -> {self.status} {self.answer}"[:600]
