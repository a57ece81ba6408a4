"""What a voice server of the fake Discord keeps of a bot's connection, and of a session that outlives it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from aiohttp import web

from .discord_people import Json
from .discord_voice_packets import Arrived, Frame

if TYPE_CHECKING:
    from .discord_voice_server import VoiceServer


class VoiceOp(IntEnum):
    """The opcodes of the voice gateway that the fake knows (docs, "Opcodes and Status Codes": Voice)."""

    IDENTIFY = 0
    SELECT_PROTOCOL = 1
    READY = 2
    HEARTBEAT = 3
    SESSION_DESCRIPTION = 4
    SPEAKING = 5
    HEARTBEAT_ACK = 6
    RESUME = 7
    HELLO = 8
    RESUMED = 9


class VoiceClose(IntEnum):
    """Why the voice gateway closes a connection (the same page, Voice Close Event Codes)."""

    UNKNOWN_OPCODE = 4001
    DECODE_ERROR = 4002
    NOT_AUTHENTICATED = 4003
    AUTHENTICATION_FAILED = 4004
    ALREADY_AUTHENTICATED = 4005
    SESSION_INVALID = 4006
    SESSION_TIMEOUT = 4009
    SERVER_NOT_FOUND = 4011
    UNKNOWN_PROTOCOL = 4012
    DISCONNECTED = 4014
    CRASHED = 4015
    UNKNOWN_MODE = 4016
    DAVE_REQUIRED = 4017
    BAD_REQUEST = 4020
    CALL_TERMINATED = 4022


class VoiceRefused(Exception):
    """The client broke a rule of the voice gateway, which closes the connection."""

    def __init__(self, code: VoiceClose) -> None:
        """Close with this code."""
        super().__init__(code.name)
        self.code = code


@dataclass(eq=False)
class VoiceSession:
    """One connection to a voice server, from the offer in VOICE_SERVER_UPDATE until it is over."""

    guild_id: str
    user_id: str
    session_id: str
    server: VoiceServer
    ssrc: int
    token: str = field(default_factory=lambda: secrets.token_hex(8))
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    mode: str = ""  # empty until one is selected
    socket: web.WebSocketResponse | None = None
    over: bool = False  # it can neither go on nor be resumed
    dave: int = 0  # the highest version of the end-to-end encryption that the client speaks
    numbered: list[Json] = field(default_factory=list)  # what is sent again after a resume
    found_at: tuple[str, int] | None = None  # where IP discovery found the client
    selected: Json = field(default_factory=dict)
    speaking: list[int] = field(default_factory=list)
    heartbeats: int = 0
    resumes: int = 0
    unannounced: int = 0  # packets that came before a SPEAKING
    _arrived: list[Arrived] = field(default_factory=list)
    _frames: list[Frame] = field(default_factory=list)
    garbled: int = 0  # packets that could not be opened

    def take(self, packet: Arrived) -> None:
        """Keep a packet of sound; it is opened when somebody listens."""
        if not self.speaking:
            self.unannounced += 1
        self._arrived.append(packet)

    @property
    def frames(self) -> list[Frame]:
        """What arrived so far, in that order."""
        arrived, self._arrived = self._arrived, []
        for packet in arrived:
            frame = packet.open(self.mode, self.key)
            if frame is None:
                self.garbled += 1
            else:
                self._frames.append(frame)
        return self._frames

    def number(self, payload: Json) -> Json:
        """Give a message a number, by which it can be asked for again ("Buffered Resume")."""
        numbered = payload | {"seq": len(self.numbered) + 1}
        self.numbered.append(numbered)
        return numbered

    async def send(self, op: VoiceOp, data: object, *, numbered: bool = False) -> None:
        """Send a message, if the client is connected."""
        payload: Json = {"op": int(op), "d": data}
        payload = self.number(payload) if numbered else payload
        if self.socket is not None and not self.socket.closed:
            await self.socket.send_json(payload)

    async def close(self, code: VoiceClose, *, resumable: bool = False) -> None:
        """Close the connection; what is not resumable is over."""
        self.over = self.over or not resumable
        if self.socket is not None:
            await self.socket.close(code=code)
