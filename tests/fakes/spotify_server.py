"""A fake Spotify on 127.0.0.1 that the real spotipy talks to: accounts service, Web API and player.

A test points spotipy at it by hand, as spotipy has no setting for it. A client gets a token and the
base URL of the Web API: `client = spotipy.Spotify(auth=token, retries=0, status_retries=0)`, then
`client.prefix = spotify.api_url`; the token comes from `spotify.sign_in(user).access_token`, from
`spotify.app_token()`, or from one of the OAuth classes. spotipy blocks, so its calls go to a worker
thread: `await asyncio.to_thread(client.track, song.id)`.

The OAuth classes take their addresses from class attributes, which an instance may have too:
`manager.OAUTH_TOKEN_URL = f"{spotify.accounts_url}/api/token"` on all of them, and on SpotifyOAuth and
SpotifyPKCE `manager.OAUTH_AUTHORIZE_URL = f"{spotify.accounts_url}/authorize"`. Give them a
`MemoryCacheHandler`, or they write a file, and `requests_timeout`, which they lack. The person's part is
`redirect = await spotify.agree(manager.get_authorize_url(), user)`, and the code is in that URL:
`await asyncio.to_thread(manager.get_access_token, manager.parse_response_code(redirect))`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from .spotify_acts import Acts
from .spotify_model import Clock, FakeRequest, FakeUser

REDIRECT_URI = "http://127.0.0.1:8888/callback"
"""What the app's dashboard allows, unless a test says otherwise."""


class FakeSpotify(Acts):
    """The fake server, its state, and what the people in it can do."""

    def __init__(
        self,
        *,
        specs: Path | None = None,
        clock: Callable[[], float] | None = None,
        redirect_uris: Iterable[str] = (REDIRECT_URI,),
    ) -> None:
        """Prepare an app in development mode whose owner has Premium.

        Args:
            specs: The folder of published descriptions; without it nothing is checked against them.
            clock: Seconds since 1970, for tokens, limits and playback; without it the fake's own
                `clock`, which stands still until a test moves it on.
            redirect_uris: What the app's dashboard allows.
        """
        self.clock = Clock()
        super().__init__(specs, clock or self.clock)
        self.world.app.redirect_uris = list(redirect_uris)
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        """Listen on a free port."""
        app = web.Application()
        app.router.add_routes(self._accounts.routes())
        app.router.add_route("*", "/v1/{path:.*}", self._web.handle)
        self._runner = web.AppRunner(app, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.world.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening."""
        self.world.faults.close()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        """The base of the Web API, for spotipy's `prefix`; ends in /v1/."""
        return f"{self.world.base}/v1/"

    @property
    def accounts_url(self) -> str:
        """The base of the accounts service, without a slash at its end."""
        return self.world.base

    @property
    def client_id(self) -> str:
        """The app's client id."""
        return self.world.app.client_id

    @property
    def client_secret(self) -> str:
        """The app's client secret."""
        return self.world.app.client_secret

    @property
    def redirect_uris(self) -> list[str]:
        """What the dashboard allows; a test may change it."""
        return self.world.app.redirect_uris

    @property
    def owner(self) -> FakeUser:
        """The app's owner; without Premium the app stops working."""
        return self.world.app.owner

    @property
    def requests(self) -> list[FakeRequest]:
        """Every request to the Web API and to `/api/token` so far."""
        return self.world.requests

    @property
    def breaches(self) -> list[str]:
        """What was against the published description, by the client or by this fake, in sentences."""
        return self.world.breaches

    @property
    def token_requests(self) -> Counter[str]:
        """How many token requests there were by grant type."""
        return self.world.token_requests

    @property
    def browser_user(self) -> FakeUser | None:
        """Who is logged in to a browser that comes without a cookie."""
        return self.world.browser_user

    @browser_user.setter
    def browser_user(self, user: FakeUser | None) -> None:
        self.world.browser_user = user

    @property
    def token_delay_s(self) -> float:
        """How many real seconds `/api/token` takes."""
        return self.world.token_delay_s

    @token_delay_s.setter
    def token_delay_s(self, seconds: float) -> None:
        self.world.token_delay_s = seconds

    @property
    def token_status(self) -> int | None:
        """What `/api/token` fails with, such as 503; None while it works."""
        return self.world.token_status

    @token_status.setter
    def token_status(self, status: int | None) -> None:
        self.world.token_status = status
