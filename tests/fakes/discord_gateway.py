"""The gateway of the fake Discord: one websocket a connection, sessions that can be resumed."""

from __future__ import annotations

import asyncio
import json
import secrets
import zlib
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from aiohttp import WSMsgType, web

from . import discord_payloads as payloads
from .discord_model import FakeGuild, Json
from .discord_world import World

_AUTHENTICATION_FAILED, _NOT_AUTHENTICATED, _DISALLOWED_INTENTS = 4004, 4003, 4014
_ENDS_SESSION = (1000, 1001)
_GUILD_MESSAGES = 1 << 9
_PRIVILEGED = (1 << 1) | (1 << 8) | (1 << 15)


class Op(IntEnum):
    """The gateway opcodes that the fake knows."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    RESUME = 6
    INVALID_SESSION = 9
    HELLO = 10
    ACK = 11


class _Link:
    """One websocket, with what is still to be sent over it."""

    def __init__(self, socket: web.WebSocketResponse, compression: str | None) -> None:
        self.socket = socket
        self.dropped = False
        self._queue: asyncio.Queue[Json] = asyncio.Queue()
        # A client that asks for another compression takes plain text too.
        self._deflate = zlib.compressobj() if compression == "zlib-stream" else None

    def send(self, payload: Json) -> None:
        self._queue.put_nowait(payload)

    async def write(self) -> None:
        """Send what is queued, in order, for as long as the socket lives."""
        while True:
            await self._write(json.dumps(await self._queue.get()))

    async def _write(self, text: str) -> None:
        if self._deflate is None:
            await self.socket.send_str(text)
            return
        packed = self._deflate.compress(text.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        await self.socket.send_bytes(packed)

    async def close(self, code: int) -> None:
        self.dropped = True
        await self.socket.close(code=code)


@dataclass(eq=False)
class Session:
    """What a client identified as, and all events since, for a resume."""

    intents: int
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    events: list[Json] = field(default_factory=list)
    link: _Link | None = None

    def dispatch(self, event: str, data: Json) -> Json:
        """Send the event now, or keep it until the client resumes."""
        payload = {"op": int(Op.DISPATCH), "s": len(self.events) + 1, "t": event, "d": data}
        self.events.append(payload)
        if self.link is not None:
            self.link.send(payload)
        return payload


class Gateway:
    """Says HELLO, identifies and resumes clients, and dispatches events to them."""

    def __init__(self, world: World, *, heartbeat_ms: int, allowed_intents: int) -> None:
        """Serve this world."""
        self.world = world
        self.url = ""
        self.sessions: dict[str, Session] = {}
        self.connected = asyncio.Event()
        self.identified: list[Json] = []
        self.resumes = 0
        self._heartbeat_ms = heartbeat_ms
        self._refused_intents = _PRIVILEGED & ~allowed_intents
        self._links: set[_Link] = set()

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one websocket until it closes."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        link = _Link(socket, request.query.get("compress"))
        self._links.add(link)
        writer = asyncio.create_task(link.write())
        try:
            self._send(link, "HELLO", Op.HELLO, {"heartbeat_interval": self._heartbeat_ms})
            await self._read(link)
        finally:
            writer.cancel()
            self._forget(link)
        return socket

    async def _read(self, link: _Link) -> None:
        async for frame in link.socket:
            if frame.type is WSMsgType.TEXT:
                await self._receive(link, json.loads(frame.data))

    def _forget(self, link: _Link) -> None:
        self._links.discard(link)
        for session in [known for known in self.sessions.values() if known.link is link]:
            session.link = None
            self.connected.clear()
            # A client that says goodbye ends its session; one that loses its line may resume.
            if link.socket.close_code in _ENDS_SESSION and not link.dropped:
                del self.sessions[session.id]

    async def _receive(self, link: _Link, payload: Json) -> None:
        match payload["op"]:
            case Op.HEARTBEAT:
                self._send(link, "ACK", Op.ACK)
            case Op.IDENTIFY:
                await self._identify(link, payload)
            case Op.RESUME:
                await self._resume(link, payload)
            case _ if all(session.link is not link for session in self.sessions.values()):
                await link.close(_NOT_AUTHENTICATED)

    def _send(self, link: _Link, name: str, op: Op, data: Any = None) -> None:
        payload: Json = {"op": int(op), "s": None, "t": None}
        if data is not None:
            payload["d"] = data
        self.world.report(self.world.schemas.gateway(name, payload))
        link.send(payload)

    async def _identify(self, link: _Link, payload: Json) -> None:
        self.world.report(self.world.schemas.gateway("IDENTIFY", payload))
        data = payload["d"]
        if data["token"] != self.world.token:
            await link.close(_AUTHENTICATION_FAILED)
        elif data["intents"] & self._refused_intents:
            await link.close(_DISALLOWED_INTENTS)
        else:
            self.identified.append(data)
            self._welcome(Session(data["intents"], link=link), data.get("shard"))

    def _welcome(self, session: Session, shard: list[int] | None) -> None:
        self.sessions[session.id] = session
        world = self.world
        ready: Json = {
            "v": 10,
            "user": payloads.own_user(world.bot),
            "guilds": [{"id": guild, "unavailable": True} for guild in world.guilds],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "application": {"id": world.bot.id, "flags": 0, "flags_new": "0"},
        }
        self._dispatch(session, "READY", ready | ({"shard": shard} if shard else {}))
        for guild in world.guilds.values():
            self._dispatch(session, "GUILD_CREATE", self.guild(guild))
        self.connected.set()

    async def _resume(self, link: _Link, payload: Json) -> None:
        self.world.report(self.world.schemas.gateway("RESUME", payload))
        data = payload["d"]
        session = self.sessions.get(data["session_id"])
        if data["token"] != self.world.token:
            await link.close(_AUTHENTICATION_FAILED)
        elif session is None:
            self._send(link, "INVALID", Op.INVALID_SESSION, data=False)
        else:
            self._replay(session, link, data["seq"])

    def _replay(self, session: Session, link: _Link, seen: int) -> None:
        for event in session.events[seen:]:
            link.send(event)
        session.link = link
        session.dispatch("RESUMED", {})
        self.resumes += 1
        self.connected.set()

    def guild(self, guild: FakeGuild) -> Json:
        """The guild as GUILD_CREATE carries it."""
        world = self.world
        places = [place for place in world.channels.values() if place.guild is guild]
        people = sum(1 for home, _ in world.members if home == guild.id)
        return payloads.guild_create(guild, world.bot, places, people + 1)

    def dispatch(self, event: str, data: Json) -> None:
        """Send an event to every session, now or when it resumes."""
        for session in self.sessions.values():
            if not event.startswith("MESSAGE_") or session.intents & _GUILD_MESSAGES:
                self._dispatch(session, event, data)

    def _dispatch(self, session: Session, event: str, data: Json) -> None:
        payload = session.dispatch(event, data)
        self.world.report(self.world.schemas.gateway(event, payload))

    async def drop(self, code: int, *, resumable: bool) -> None:
        """Close every websocket, and forget the sessions if they may not be resumed."""
        self.connected.clear()
        if not resumable:
            self.sessions.clear()
        for link in list(self._links):
            await link.close(code)
