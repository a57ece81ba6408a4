"""A fake Discord on 127.0.0.1 that the real discord.py client logs in to.

It answers the HTTP API and the gateway as Discord does to a bot with commands, buttons, menus and
forms, holds both directions against the published schemas, and lets a test act as the members.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import yarl
from aiohttp import web
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.patience import PATIENCE_S

from .discord_acts import Acts
from .discord_files import CDN_PATH
from .discord_model import FakeMessage, Json, RestRequest, Timing
from .discord_rest import PREFIX
from .discord_voice import plain_endpoints


class FakeDiscord(Acts):
    """The fake server, its state, and what the members in it can do.

    An answer is complete when the interaction was acknowledged, at least one visible result is
    there (a new message that is not a deferral's placeholder, or an edit or deletion of the
    clicked message), none of its requests is open, and it was quiet for `settle_s` since the last
    of them. A deferred update with no visible result, which a click without effect leads to, is
    complete after `unchanged_s` seconds of quiet.
    """

    def __init__(
        self,
        token: str = "fake-token",
        *,
        specs: Path | None = None,
        timing: Timing | None = None,
        heartbeat_ms: int = 41_250,
        allowed_intents: int = 0,
        remember: bool = True,
    ) -> None:
        """Prepare a server for the bot with this token.

        Args:
            token: The only bot token that is let in.
            specs: The folder of published schemas; without it nothing is validated.
            timing: How long interactions live and how long the driving methods wait.
            heartbeat_ms: The heartbeat interval that HELLO asks for.
            remember: Whether `requests` keeps every request; a benchmark would only grow by it.
            allowed_intents: The privileged intents that the bot may identify with.
        """
        super().__init__(
            token,
            timing or Timing(),
            specs,
            heartbeat_ms=heartbeat_ms,
            allowed_intents=allowed_intents,
        )
        self.world.remember = remember
        self._runner: web.AppRunner | None = None
        self.rest_url = ""
        self.gateway_url = ""

    async def __aenter__(self) -> Self:
        """Listen on a free port."""
        app = web.Application()
        self._rest.add_routes(app)
        app.router.add_get("/gateway", self._gateway.handle)
        app.router.add_get(CDN_PATH, self._files.serve)
        self._runner = web.AppRunner(app, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host = f"127.0.0.1:{self._runner.addresses[0][1]}"
        self.rest_url, self.gateway_url = f"http://{host}{PREFIX}", f"ws://{host}/gateway"
        self._rest.gateway_url = self._gateway.url = self.gateway_url
        self._files.url = f"http://{host}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close every connection and stop listening."""
        await self._gateway.drop(1001, resumable=False)
        await self.voice.close()
        if self._runner is not None:
            await self._runner.cleanup()

    @contextlib.contextmanager
    def patched_client(self) -> Iterator[None]:
        """Point discord.py here, and back to where it pointed afterwards."""
        base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
        Route.BASE = self.rest_url
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(self.gateway_url)
        try:
            with plain_endpoints():
                yield
        finally:
            Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway

    # What happened

    @property
    def requests(self) -> list[RestRequest]:
        """Every REST request so far, oldest first."""
        return self.world.requests

    @property
    def violations(self) -> list[str]:
        """Breaches of the published schemas, in either direction."""
        return self.world.violations + self.voice.violations

    @property
    def commands(self) -> dict[str, Json]:
        """The registered commands by name; those of the default guild win over global ones."""
        scopes = (None, self.guild.id)
        found = [command for scope in scopes for command in self.world.commands.get(scope, [])]
        return {command["name"]: command for command in found}

    @property
    def identified(self) -> list[Json]:
        """The data of every accepted IDENTIFY."""
        return self._gateway.identified

    @property
    def resumes(self) -> int:
        """How often a session was resumed."""
        return self._gateway.resumes

    @property
    def messages(self) -> list[FakeMessage]:
        """All messages that are there, oldest first."""
        return [it for it in self.world.messages.values() if not it.deleted and not it.loading]

    @property
    def ack_heartbeats(self) -> bool:
        """Whether heartbeats are answered; a client has to give up a connection that is silent."""
        return self._gateway.ack_heartbeats

    @ack_heartbeats.setter
    def ack_heartbeats(self, answered: bool) -> None:
        self._gateway.ack_heartbeats = answered

    # The connection

    async def ready(
        self,
        *,
        commands: bool = True,
        shards: int = 1,
        timeout: float = PATIENCE_S,  # noqa: ASYNC109
    ) -> None:
        """Wait until so many shards are connected and, unless told otherwise, there are commands."""
        try:
            async with asyncio.timeout(timeout):
                await self.until(lambda: len(self._gateway.live) >= shards)
                if commands:
                    await self._rest.registered.wait()
        except TimeoutError:
            told = "\n".join(map(str, self.requests[-5:])) or "none"
            connected = len(self._gateway.live)
            raise TimeoutError(f"{connected=}, last requests:\n{told}") from None

    def connected(self, shard: int) -> int:
        """How many connections of a shard there are: a bot may have several (docs, "Gateway": Sharding)."""
        return sum(session.shard[0] == shard for session in self._gateway.live)

    async def until(self, met: Callable[[], bool]) -> None:
        """Wait for something that comes with a connection, a resume, a heartbeat or a goodbye."""
        while not met():
            self._gateway.changed.clear()
            await self._gateway.changed.wait()

    async def drop_gateway(self, code: int = 4000, *, resumable: bool = True) -> None:
        """Close the bot's websocket; with `resumable=False` a resume will be refused too."""
        await self._gateway.drop(code, resumable=resumable)

    async def ask_to_reconnect(self) -> None:
        """Send RECONNECT, as Discord does before it restarts a gateway."""
        self._gateway.ask_to_reconnect()

    async def invalidate(self, *, resumable: bool) -> None:
        """Send INVALID_SESSION: the bot has to resume, or to identify anew."""
        self._gateway.invalidate(resumable=resumable)
