"""One connection: its pace, and what happens when it does not listen."""

from __future__ import annotations

import asyncio
import socket

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.room import guest
from bot.room.guest import Guest, Pace
from tests.patience import PATIENCE_S

HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


def test_pace() -> None:
    """A burst is fine, more is not, and with time it is fine again."""
    now = 0.0
    pace = Pace(burst=3, per_s=2, clock=lambda: now)
    assert [pace.allows() for _ in range(4)] == [True, True, True, False]
    now = 0.5
    assert [pace.allows() for _ in range(2)] == [True, False]
    now = 100.0
    assert [pace.allows() for _ in range(4)] == [True, True, True, False]


async def test_whoever_does_not_listen_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser that takes no messages is dropped, so that nothing piles up for it."""
    monkeypatch.setattr(guest, "SEND_WITHIN_S", 0.1)
    dropped = asyncio.Event()

    async def talk(request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        deaf = Guest(ws, request.transport)
        while request.transport and not request.transport.is_closing():
            await deaf.send({"told": "x" * 100_000})
        dropped.set()
        return ws

    app = web.Application()
    app.router.add_get("/", talk)
    async with TestServer(app) as server:
        with socket.create_connection((str(server.host), server.port or 0)) as deaf_end:
            deaf_end.sendall(HANDSHAKE)
            async with asyncio.timeout(PATIENCE_S):
                await dropped.wait()
