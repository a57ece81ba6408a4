"""Somebody in the room who speaks its protocol by hand."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

Json = dict[str, Any]


class Visitor:
    """One WebSocket: what it asks, and the latest state that it was told."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.secret = uuid.uuid4().hex
        self.state: Json = {}
        self.told: list[str] = []

    async def hear(self) -> Json:
        """The next message."""
        heard: Json = await self.socket.receive_json()
        self.state = heard.get("state", self.state)
        if "told" in heard:
            self.told.append(heard["told"])
        return heard

    async def ask(self, do: str, ident: str | None = None, **fields: object) -> Json:
        """Asks, and waits for the answer."""
        ident = ident or uuid.uuid4().hex
        await self.socket.send_str(json.dumps({"id": ident, "do": do, **fields}))
        while (heard := await self.hear()).get("id") != ident or "going" in heard:
            pass
        return heard

    async def blurt(self, raw: str | bytes) -> Json:
        """Sends something as it is, and waits for what the room says to it."""
        if isinstance(raw, bytes):
            await self.socket.send_bytes(raw)
        else:
            await self.socket.send_str(raw)
        while "ok" not in (heard := await self.hear()):
            pass
        return heard

    async def hello(self, name: str, secret: str | None = None) -> Json:
        """Takes a name."""
        return await self.ask("hello", name=name, secret=secret or self.secret)

    async def until(self, holds: Callable[[Json], object]) -> Json:
        """The first state for which something holds."""
        while not self.state or not holds(self.state):
            await self.hear()
        return self.state


@asynccontextmanager
async def connect(session: aiohttp.ClientSession, url: str) -> AsyncIterator[Visitor]:
    """Comes in as the room's own page does."""
    async with session.ws_connect(f"{url}/live", headers={"Origin": url}) as socket:
        yield Visitor(socket)


@asynccontextmanager
async def connect_as(url: str, name: str) -> AsyncIterator[Visitor]:
    """Comes in with a session of one's own and takes a name."""
    async with aiohttp.ClientSession() as session, connect(session, url) as visitor:
        await visitor.hello(name)
        yield visitor
