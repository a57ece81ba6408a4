"""What the gateway of the fake Discord keeps of a connection, and of a session that outlives it."""

from __future__ import annotations

import asyncio
import secrets
import time
import zlib
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum

import orjson
from aiohttp import web

from .discord_people import Json

_EVENTS, _PER_S = 120, 60.0


class Op(IntEnum):
    """The gateway opcodes that the fake knows."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    VOICE_STATE = 4
    RESUME = 6
    RECONNECT = 7
    MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    ACK = 11
    SOUNDS = 31


class CloseCode(IntEnum):
    """Why the gateway closes a connection."""

    UNKNOWN_OPCODE = 4001
    DECODE_ERROR = 4002
    NOT_AUTHENTICATED = 4003
    AUTHENTICATION_FAILED = 4004
    ALREADY_AUTHENTICATED = 4005
    INVALID_SEQ = 4007
    RATE_LIMITED = 4008
    INVALID_SHARD = 4010
    SHARDING_REQUIRED = 4011
    INVALID_INTENTS = 4013
    DISALLOWED_INTENTS = 4014


class Refused(Exception):
    """The client broke a rule of the gateway, which closes the connection."""

    def __init__(self, code: CloseCode) -> None:
        """Close with this code."""
        super().__init__(code.name)
        self.code = code


class Link:
    """One websocket, with what is still to be sent over it."""

    def __init__(self, socket: web.WebSocketResponse, compression: str | None) -> None:
        """Write to this socket, compressed if the client asked for it."""
        self.socket = socket
        self.dropped = False
        self.session: Session | None = None
        self._received: deque[float] = deque(maxlen=_EVENTS + 1)
        self._queue: asyncio.Queue[Json] = asyncio.Queue()
        # A client that asks for another compression takes plain text too.
        self._deflate = zlib.compressobj() if compression == "zlib-stream" else None

    def received(self) -> None:
        """Count an event of the client; refuses more than 120 a minute."""
        self._received.append(time.monotonic())
        if len(self._received) > _EVENTS and self._received[-1] - self._received[0] < _PER_S:
            raise Refused(CloseCode.RATE_LIMITED)

    def send(self, payload: Json) -> None:
        """Queue a payload."""
        self._queue.put_nowait(payload)

    async def write(self) -> None:
        """Send what is queued, in order, for as long as the socket lives."""
        while True:
            await self._write(orjson.dumps(await self._queue.get()))

    async def _write(self, payload: bytes) -> None:
        if self._deflate is None:
            await self.socket.send_str(payload.decode())
            return
        packed = self._deflate.compress(payload) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        await self.socket.send_bytes(packed)

    async def close(self, code: int) -> None:
        """Close the connection from the server's side."""
        self.dropped = True
        await self.socket.close(code=code)


@dataclass(eq=False)
class Session:
    """What a client identified as, and all events since, for a resume."""

    intents: int
    shard: tuple[int, int] = (0, 1)
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    events: list[Json] = field(default_factory=list)
    link: Link | None = None

    def wants(self, intents: int) -> bool:
        """Whether the client identified with all of these intents."""
        return self.intents & intents == intents

    def serves(self, guild_id: str | None) -> bool:
        """Whether the events of a guild, or those of no guild, go to this session's shard."""
        number, count = self.shard
        return (int(guild_id or 0) >> 22) % count == number

    def attach(self, link: Link) -> None:
        """Send events over this connection from now on."""
        self.link, link.session = link, self

    def detach(self) -> None:
        """Keep events for a resume from now on."""
        self.link = None

    def dispatch(self, event: str, data: Json) -> Json:
        """Send the event now, or keep it until the client resumes."""
        payload = {"op": int(Op.DISPATCH), "s": len(self.events) + 1, "t": event, "d": data}
        self.events.append(payload)
        if self.link is not None:
            self.link.send(payload)
        return payload


@dataclass
class SessionStarts:
    """How often and how fast a bot may identify, as /gateway/bot tells."""

    shards: int = 1
    total: int = 1000
    remaining: int = 1000
    reset_after_ms: int = 14_400_000
    max_concurrency: int = 1
    per_s: float = 0.0
    _last: dict[int, float] = field(default_factory=dict)

    def told(self) -> Json:
        """The session_start_limit object."""
        return {
            "total": self.total,
            "remaining": self.remaining,
            "reset_after": self.reset_after_ms,
            "max_concurrency": self.max_concurrency,
        }

    def take(self, shard_id: int) -> bool:
        """Count an IDENTIFY; tells whether it came late enough after the last of its kind."""
        key, at = shard_id % self.max_concurrency, time.monotonic()
        if at - self._last.get(key, -self.per_s) < self.per_s:
            return False
        self._last[key] = at
        self.remaining -= 1
        return True
