"""The Slack front door: Bolt's asynchronous app, by Socket Mode or signed requests, for any workspaces.

Every request is acknowledged before the database is asked: who may do what is looked up afterwards, and the
token with it. What comes twice has one effect, by its key in the party's own transaction.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.party.errors import NotReached
from bot.service import PartyService
from bot.slack import leaving
from bot.slack.asked import Slack, Tokens
from bot.slack.credentials import opened
from bot.slack.door import Door
from bot.slack.renewal import quiet

log = logging.getLogger(__name__)

COMMAND = re.compile(r"/.+")
"""Slack sends an app its own commands only, whatever they are called: see `bot.slack.names`."""
CHANNELS = (*leaving.DELETED, *leaving.OPENED, *leaving.LEFT)
EVENTS = (
    *("app_home_opened", "app_uninstalled", "tokens_revoked", "app_mention"),
    "user_change",  # who is deactivated is forgotten
    *CHANNELS,
)
SCOPES = [
    *("commands", "chat:write", "chat:write.public", "users:read", "im:write"),
    "files:read",  # lists of songs: without it Slack shows no field for files, and hands none out
    "files:write",  # the map and the night's files
    "app_mentions:read",  # @Encore next
    *("channels:read", "groups:read"),  # which channel was deleted, opened again, or left
]
"""The least that all this needs."""
SHORTCUT = "encore:add_from_message"
"""The id of the command in a message's own menu."""
EVENTS_PATH, INSTALL_PATH, REDIRECT_PATH = "/slack/events", "/slack/install", "/slack/oauth_redirect"
"""Where Slack's requests come in, all of them at the first; and the pages that install the bot."""
FAULT = 500
WARN_EVERY_S = 600.0
"""How often it is said that requests are not Slack's."""
STAMP_LIMIT = 15
"""No instant that Slack signs has so many digits."""
ANYTHING = re.compile(r"encore:.*")


async def _authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
    """Nobody yet: an acknowledgement waits for no database, and each answer finds its own token."""
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token="later")  # noqa: S106


def install_flow(
    installs: AsyncInstallationStore,
    states: AsyncOAuthStateStore,
    client_id: str,
    client_secret: str,
    base_url: str = AsyncWebClient.BASE_URL,
) -> AsyncOAuthFlow:
    """The pages that install the bot in a workspace."""
    return AsyncOAuthFlow(
        settings=AsyncOAuthSettings(
            client_id=client_id,
            client_secret=client_secret,
            scopes=SCOPES,
            installation_store=installs,
            state_store=states,
            install_path=INSTALL_PATH,
            redirect_uri_path=REDIRECT_PATH,
        ),
        client=AsyncWebClient(base_url=base_url, logger=quiet),
        logger=log,
    )


class SlackDoor:
    """The app with all its listeners.

    Args:
        party: what it is a door to.
        tokens: the workspaces' tokens.
        app_token: for Socket Mode; without one Slack's requests come to `/slack/events`.
        signing_secret: what Slack signs its requests with.
        flow: the pages that install the bot.
        only: the one command that the app has, if it has no other.
        base_url: of Slack's Web API.
    """

    def __init__(
        self,
        party: PartyService,
        tokens: Tokens,
        *,
        app_token: str = "",
        signing_secret: str = "",
        flow: AsyncOAuthFlow | None = None,
        only: str = "",
        base_url: str = AsyncWebClient.BASE_URL,
    ) -> None:
        self.tokens = tokens
        self.door = Door(Slack(party, tokens, base_url, only=only))
        self.flow = flow
        self._app_token, self._signed = app_token, bool(signing_secret)
        secret = signing_secret or secrets.token_hex(16)
        self._verifier = SignatureVerifier(secret)
        self._warn_from_s = 0.0
        self.app = AsyncApp(
            signing_secret=secret,
            authorize=_authorize,
            client=AsyncWebClient(base_url=base_url, logger=quiet),  # the library logs tokens
            logger=log,
        )
        self._listen()

    def _listen(self) -> None:
        app, door = self.app, self.door
        app.command(COMMAND)(_acknowledged(door.command))
        app.action(ANYTHING)(_acknowledged(door.action))
        app.view(ANYTHING)(_acknowledged(door.submitted))
        app.options(ANYTHING)(door.options)
        app.shortcut(SHORTCUT)(_acknowledged(door.shortcut))
        listeners = dict.fromkeys(CHANNELS, door.leaving.channel) | {
            "app_home_opened": door.home,
            "app_uninstalled": door.leaving.workspace,
            "tokens_revoked": door.leaving.workspace,
            "app_mention": door.mentioned,
            "user_change": door.leaving.person,
        }
        for event in EVENTS:
            app.event(event)(listeners[event])

    @asynccontextmanager
    async def open(self) -> AsyncIterator[asyncio.Task[None]]:
        """Connects by Socket Mode where there is a token for it, and yields a task that goes on until closed.

        Raises:
            StartError: Slack does not accept the token; NotReached where it cannot be reached.
        """
        token = self._app_token
        handler = AsyncSocketModeHandler(self.app, token, web_client=self.app.client) if token else None
        self.door.slack.party.vitals.part("Slack", lambda: handler is None or _is_connected(handler))
        try:
            await self.tokens.reseal()
            if handler is not None:
                handler.client.message_listeners.append(watch_connections)
                await _connect(handler, token)
            await self.door.open()
            task = asyncio.create_task(_for_ever(), name="slack")
            try:
                yield task
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        finally:
            if handler is not None:
                await handler.close_async()  # type: ignore[no-untyped-call]
            await self.door.close()

    def add_routes(self, room: web.Application) -> None:
        """Hangs Slack's signed requests, and the pages that install the bot, under `/slack/`."""
        if self._signed:
            room.router.add_post(EVENTS_PATH, self._events)
        if self.flow is not None:
            room.router.add_get(INSTALL_PATH, _page(self.flow.handle_installation))
            room.router.add_get(REDIRECT_PATH, _page(self.flow.handle_callback))

    async def _events(self, request: web.Request) -> web.Response:
        if not self._from_slack(request.headers, await request.read()):  # before anything reads what it says
            self._warn_of_unsigned()
            return web.Response(status=401, text="This request isn't signed by Slack.\n")
        try:
            answer = await self.app.async_dispatch(await to_bolt_request(request))
        except (ValueError, LookupError, TypeError, AttributeError):  # Bolt takes its shape for granted
            answer = None
        if answer is None or answer.status >= FAULT:  # what Bolt could not read; it has logged why
            return web.Response(status=400, text="I can't read this request.\n")
        return await to_aiohttp_response(answer)

    def _warn_of_unsigned(self) -> None:
        """With a wrong secret nobody would be told anything; anybody may send such requests, so not often."""
        now_s = time.monotonic()
        if now_s >= self._warn_from_s:
            self._warn_from_s = now_s + WARN_EVERY_S
            log.warning(
                "A request came in that is not signed with SLACK_SIGNING_SECRET. If people see "
                "dispatch_failed, copy the Signing Secret again from your app's Basic Information."
            )

    def _from_slack(self, headers: Mapping[str, str], body: bytes) -> bool:
        stamp = headers.get("X-Slack-Request-Timestamp", "")
        signature = headers.get("X-Slack-Signature", "")
        if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < STAMP_LIMIT and signature.isascii()):
            return False
        try:
            return self._verifier.is_valid(body, stamp, signature)
        except UnicodeDecodeError:
            return False


def _acknowledged(
    work: Callable[[dict[str, Any]], Awaitable[None]],
) -> Callable[..., Awaitable[None]]:
    async def listener(ack: Callable[[], Awaitable[None]], body: dict[str, Any]) -> None:
        await ack()
        await work(body)

    return listener


async def _for_ever() -> None:
    await asyncio.Event().wait()


def _page(handle: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]) -> Callable[..., Any]:
    async def show(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await handle(await to_bolt_request(request)))

    return show


async def _connect(handler: AsyncSocketModeHandler, token: str) -> None:
    # By itself connecting would try a refused token again for ever.
    handler.client.wss_uri = await opened(token, handler.client.web_client)
    try:
        await handler.connect_async()  # type: ignore[no-untyped-call]
    except (SlackApiError, aiohttp.ClientError, OSError, TimeoutError) as error:
        reason = " ".join(str(error).split())[:200]
        raise NotReached(f"Slack cannot be reached ({reason}); check the network and start again") from error


def _is_connected(handler: AsyncSocketModeHandler) -> bool:
    client = handler.client
    session = client.current_session
    return not client.closed and not client.stale and session is not None and not session.closed


async def watch_connections(client: Any, message: dict[str, Any], raw: str | None) -> None:
    """Warns of a second connection: Slack gives each its share of the clicks, whether it listens or not."""
    if message.get("type") == "hello" and int(message.get("num_connections") or 1) > 1:
        log.warning(
            "Slack counts %s connections of this app, and each gets only part of what people do: "
            "stop the other process that uses this SLACK_APP_TOKEN, or wait until Slack drops it.",
            message["num_connections"],
        )
