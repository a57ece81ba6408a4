"""A fake Slack on 127.0.0.1 that real Bolt apps and slack_sdk clients talk to.

It answers the Web API, delivers over HTTP and over Socket Mode, checks blocks, views and arguments
as Slack does, and lets a test act as the people of its workspaces.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.patience import PATIENCE_S

from .slack_acts import Acts
from .slack_limits import TIERS
from .slack_model import BOT_SCOPES, Timing
from .slack_socket import Connection


class FakeSlack(Acts):
    """The fake server, its state, and what the people in it can do."""

    def __init__(
        self,
        *,
        specs: Path | None = None,
        timing: Timing | None = None,
        scopes: str = BOT_SCOPES,
        installed: bool = True,
        rotate: bool = False,
        redirect_uris: tuple[str, ...] = (),
        remember: bool = True,
        budgets: bool = True,
    ) -> None:
        """Prepare one workspace.

        Args:
            specs: The folder of published descriptions; without it arguments are not checked.
            timing: How long Slack and the driving methods wait.
            scopes: The bot's scopes, with commas.
            installed: Whether the app is in the first workspace, with `bot_token`.
            rotate: Whether tokens expire after twelve hours.
            redirect_uris: What the app's settings allow; empty lets any through.
            remember: Whether `requests` keeps every request; a benchmark would only grow by it.
            budgets: Whether a workspace has no more requests a minute than Slack promises for a method.
        """
        super().__init__(timing or Timing(), specs, scopes, installed=installed)
        self.world.rotate, self.world.redirect_uris = rotate, redirect_uris
        self.world.remember = remember
        self.world.limits.tiers = dict(TIERS) if budgets else {}
        self._offers = {}
        self._background = set()
        self._oauth.tell = self._spawn_uninstall
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        """Listen on a free port."""
        app = web.Application(client_max_size=64 * 1024**2)
        app.router.add_route("*", "/api/{method}", self._web.handle)
        app.router.add_post("/actions/{team}/{number}/{hook}", self._hooks.handle)
        app.router.add_post("/upload/v1/{secret}", self._files.upload)
        app.router.add_get("/files-pri/{file}/{name:.+}", self._downloads.handle)
        app.router.add_get("/link/", self.socket.handle)
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
        """Close every connection and stop listening."""
        tasks = [it.delivery for it in self.world.open_acts if it.delivery is not None]
        for task in [*tasks, *self._background]:
            task.cancel()
        await asyncio.gather(*tasks, *self._background, return_exceptions=True)
        await self.socket.close()
        if self._http is not None:
            await self._http.close()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        """The base URL for AsyncWebClient."""
        return f"{self.world.base}/api/"

    @property
    def signing_secret(self) -> str:
        """What requests to the app are signed with."""
        return self.world.signing_secret

    @property
    def client_id(self) -> str:
        """The app's OAuth client id."""
        return self.world.client_id

    @property
    def client_secret(self) -> str:
        """The app's OAuth client secret."""
        return self.world.client_secret

    async def connected(self, connections: int = 1) -> None:
        """Wait until the app has so many Socket Mode connections."""
        async with asyncio.timeout(PATIENCE_S):
            await self.socket.until(connections)

    async def reconnected(self, former: Connection) -> None:
        """Wait until the app has left a connection and has another one."""
        async with asyncio.timeout(PATIENCE_S):
            while former in self.socket.live or not self.socket.live:
                await self.socket.changed.wait()
