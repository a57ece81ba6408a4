"""Delivers over Socket Mode: websockets that the app opens."""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
import time
from typing import Literal

from aiohttp import WSMsgType, web

from .slack_http import Answer, Retry
from .slack_model import Json, Kind
from .slack_web import Call, Method
from .slack_world import World

Reason = Literal["warning", "refresh_requested", "link_disabled"]
_MOST = 10
_CONNECTION_S = 18_060


class Connection:
    """One websocket of the app.

    `answers_pings=False` makes it stale; `ghost=True` lets it swallow its share of the deliveries
    while pings look healthy, as a connection does whose other end is gone.
    """

    def __init__(self, number: int, socket: web.WebSocketResponse, request: web.Request) -> None:
        """Begin healthy."""
        self.number = number
        self.request = request
        self.socket = socket
        self.answers_pings = True
        self.ghost = False
        self.pings = 0
        self.envelopes: list[Json] = []


class SocketDelivery:
    """Takes turns between the app's connections, as every envelope goes to one of them."""

    def __init__(self, world: World) -> None:
        """Wait for connections."""
        self._world = world
        self._tickets: set[str] = set()
        self._numbers = itertools.count(1)
        self._turn = 0
        self._acks: dict[str, asyncio.Future[Json]] = {}
        self.live: list[Connection] = []
        self.changed = asyncio.Event()

    def methods(self) -> dict[str, Method]:
        """The methods by name."""
        return {"apps.connections.open": Method(self._open, "app", ("connections:write",))}

    def _open(self, call: Call) -> Json:
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        base = self._world.base.replace("http", "ws", 1)
        return {"url": f"{base}/link/?ticket={ticket}&app_id={self._world.app_id}"}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until it ends."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403)
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        if len(self.live) >= _MOST:
            await socket.send_json(_goodbye("too_many_websockets"))
            await socket.close()
            return socket
        connection = Connection(next(self._numbers), socket, request)
        self.live.append(connection)
        try:
            await socket.send_json(self._hello())
            self._change()
            await self._receive(connection)
        finally:
            self.live.remove(connection)
            self._change()
        return socket

    def _hello(self) -> Json:
        debug = {"host": "applink-fake", "build_number": 1, "approximate_connection_time": _CONNECTION_S}
        told = {"connection_info": {"app_id": self._world.app_id}, "debug_info": debug}
        return {"type": "hello", "num_connections": len(self.live), **told}

    async def _receive(self, connection: Connection) -> None:
        async for message in connection.socket:
            if message.type is WSMsgType.PING:
                connection.pings += 1
                self._change()
                if connection.answers_pings:
                    await connection.socket.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                self._acknowledge(json.loads(message.data))

    def _acknowledge(self, answer: Json) -> None:
        waiting = self._acks.get(str(answer.get("envelope_id")))
        if waiting is None:
            self._world.report([f"an acknowledgement of nothing that is waiting: {answer}"])
        elif not waiting.done():
            waiting.set_result(answer)

    def _change(self) -> None:
        self.changed.set()
        self.changed.clear()

    async def until(self, connections: int) -> None:
        """Wait until the app has so many connections."""
        while len(self.live) != connections:
            await self.changed.wait()

    async def send(self, kind: Kind, payload: Json, retry: Retry | None, envelope_id: str) -> Answer:
        """Deliver; TimeoutError after `ack_s`, ConnectionError without a connection."""
        if not self.live:
            raise ConnectionError("the app has no Socket Mode connection")
        connection = self.live[self._turn % len(self.live)]
        self._turn += 1
        envelope: Json = {"envelope_id": envelope_id, "type": kind, "payload": payload}
        envelope["accepts_response_payload"] = kind != "events_api"
        if kind == "events_api":
            envelope |= {
                "retry_attempt": retry.number if retry else 0,
                "retry_reason": retry.reason if retry else "",
            }
        started = time.monotonic()
        connection.envelopes.append(envelope)
        waiting = self._acks[envelope_id] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._world.timing.ack_s):
                if not connection.ghost:
                    await connection.socket.send_json(envelope)
                answer = await waiting
        finally:
            # An acknowledgement that comes too late is no mistake of the app's envelope ids.
            waiting.cancel()
        taken = answer.get("payload", "") if kind != "events_api" else ""
        return Answer(200, taken, 1000 * (time.monotonic() - started))

    async def disconnect(self, reason: Reason) -> None:
        """Ask every connection to go; with `link_disabled`, Socket Mode was switched off."""
        for connection in list(self.live):
            await connection.socket.send_json(_goodbye(reason))

    async def drop(self) -> None:
        """Cut every connection without a word."""
        for connection in list(self.live):
            if connection.request.transport is not None:
                connection.request.transport.close()

    async def close(self) -> None:
        """Close every connection properly."""
        for connection in list(self.live):
            await connection.socket.close()


def _goodbye(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-fake"}}
