"""Runs a Bolt app against the fake Slack, over either transport."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp

from .slack_server import FakeSlack


@asynccontextmanager
async def over_http(fake: FakeSlack, app: AsyncApp) -> AsyncIterator[str]:
    """Serve the app on a port of its own, with its pages for installing; yields where."""

    async def handle(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    async def page(request: web.Request) -> web.Response:
        flow, asked = app.oauth_flow, await to_bolt_request(request)
        if flow is None:
            raise web.HTTPNotFound
        installing = request.path == flow.install_path
        answer = flow.handle_installation(asked) if installing else flow.handle_callback(asked)
        return await to_aiohttp_response(await answer)

    server = web.Application()
    server.router.add_get("/slack/{page:install|oauth_redirect}", page)
    server.router.add_post("/slack/events", handle)
    runner = web.AppRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        fake.http(f"{base}/slack/events")
        yield base
    finally:
        await runner.cleanup()


@asynccontextmanager
async def over_socket(
    fake: FakeSlack, app: AsyncApp, *, ping_interval_s: float = 10
) -> AsyncIterator[AsyncSocketModeHandler]:
    """Connect the app over Socket Mode."""
    before = len(fake.socket.live)
    handler = AsyncSocketModeHandler(app, fake.app_token, ping_interval=ping_interval_s)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # as slack_bolt ships it
    await fake.connected(before + 1)
    try:
        yield handler
    finally:
        client = handler.client
        ended = [client.message_processor, client.current_session_monitor, client.message_receiver]
        await handler.close_async()  # type: ignore[no-untyped-call]  # as slack_bolt ships it
        await asyncio.gather(*filter(None, ended), return_exceptions=True)
