"""A voice server of the fake Discord: the voice gateway, version 8, and the UDP port behind it.

From Discord's docs, "Voice" and "Opcodes and Status Codes". It wants clients that speak end-to-end encryption
(DAVE), as all have to since March 2026, and then announces protocol 0, which is none: a group needs MLS.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
from typing import Any

from aiohttp import WSMsgType, web

from .discord_people import Json
from .discord_voice_packets import MODES, discovered, discovery_of, received, udp_socket
from .discord_voice_session import VoiceClose, VoiceOp, VoiceRefused, VoiceSession

VERSION = 8
_OLDEST = 4
_ssrcs = itertools.count(1001)


class VoiceServer:
    """Serves the sessions that the gateway has offered; a region of Discord's has many such servers."""

    def __init__(self, *, modes: tuple[str, ...] = MODES, heartbeat_ms: int = 13_750) -> None:
        """Serve nobody yet.

        Args:
            modes: which kinds of transport encryption it offers; AES only where the hardware has it.
            heartbeat_ms: the heartbeat interval that HELLO asks for.
        """
        self.modes = modes
        self.needs_dave = True
        self.deaf = False  # to all that comes over UDP, as behind a firewall
        self.away = False  # nobody gets in
        self.endpoint = ""
        self.violations: list[str] = []
        self.changed = asyncio.Event()
        self._sessions: list[VoiceSession] = []
        self._by_ssrc: dict[int, VoiceSession] = {}
        self._heartbeat_ms = heartbeat_ms
        self._runner: web.AppRunner | None = None
        self._udp: socket.socket | None = None

    async def open(self) -> None:
        """Listen on free ports."""
        app = web.Application()
        app.router.add_get("/", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.endpoint = f"127.0.0.1:{self._runner.addresses[0][1]}"
        self._udp = udp_socket()
        asyncio.get_running_loop().add_reader(self._udp, self._hear, self._udp)

    async def close(self) -> None:
        """Hang up on everybody."""
        for session in self._sessions:
            await session.close(VoiceClose.DISCONNECTED)
        if self._udp is not None:
            asyncio.get_running_loop().remove_reader(self._udp)
            self._udp.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def offer(self, guild_id: str, user_id: str, session_id: str) -> VoiceSession:
        """Expect a client, which is told the session's token and this server's endpoint."""
        session = VoiceSession(guild_id, user_id, session_id, self, next(_ssrcs))
        self._sessions.append(session)
        self._by_ssrc[session.ssrc] = session
        return session

    # Over UDP

    def _hear(self, udp: socket.socket) -> None:
        while (got := received(udp)) is not None:
            packet, address = got
            if self.deaf:
                continue
            asked = discovery_of(packet.data)
            session = self._by_ssrc.get(packet.ssrc if asked is None else asked)
            if session is None:
                self.violations.append(f"a packet from {address} with an SSRC of nobody's")
            elif asked is not None:
                session.found_at = address
                udp.sendto(discovered(asked, *address), address)
            elif session.mode and not session.over:
                session.take(packet)
        self.changed.set()

    # Over the websocket

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if self.away or int(request.query.get("v") or 1) < _OLDEST:
            raise web.HTTPServiceUnavailable
        if request.query.get("v") != str(VERSION):
            self.violations.append(f"the voice gateway was asked for in version {request.query.get('v')}")
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        session: VoiceSession | None = None
        await ws.send_json(
            {"op": int(VoiceOp.HELLO), "d": {"v": VERSION, "heartbeat_interval": self._heartbeat_ms}}
        )
        try:
            async for frame in ws:
                if frame.type is WSMsgType.TEXT:
                    session = await self._receive(ws, session, _decoded(frame.data))
        except VoiceRefused as refused:
            if session is not None:
                session.over = True
            await ws.close(code=refused.code)
        finally:
            if session is not None and session.socket is ws:
                session.socket = None
            self.changed.set()
        return ws

    async def _receive(
        self, ws: web.WebSocketResponse, session: VoiceSession | None, payload: Json
    ) -> VoiceSession | None:
        op, data = payload["op"], payload["d"]
        if op in (VoiceOp.IDENTIFY, VoiceOp.RESUME):
            if session is not None:
                raise VoiceRefused(VoiceClose.ALREADY_AUTHENTICATED)
            return await (self._identify if op == VoiceOp.IDENTIFY else self._resume)(ws, data)
        if op == VoiceOp.HEARTBEAT:
            await self._heartbeat(ws, session, data)
        elif session is None:
            raise VoiceRefused(VoiceClose.NOT_AUTHENTICATED)
        elif op == VoiceOp.SELECT_PROTOCOL:
            await self._select(session, data)
        elif op == VoiceOp.SPEAKING:
            self._speaking(session, data)
        else:
            raise VoiceRefused(VoiceClose.UNKNOWN_OPCODE)
        self.changed.set()
        return session

    async def _identify(self, ws: web.WebSocketResponse, data: Json) -> VoiceSession:
        session = self._session(data)
        if session.user_id != data["user_id"]:
            raise VoiceRefused(VoiceClose.AUTHENTICATION_FAILED)
        session.dave = data.get("max_dave_protocol_version") or 0
        if self.needs_dave and not session.dave:
            raise VoiceRefused(VoiceClose.DAVE_REQUIRED)
        session.socket = ws
        host, _, _ = self.endpoint.partition(":")
        port = self._udp.getsockname()[1] if self._udp is not None else 0
        ready = {"ssrc": session.ssrc, "ip": host, "port": port, "modes": list(self.modes)}
        await session.send(VoiceOp.READY, ready | {"heartbeat_interval": 1})  # which is to be ignored
        return session

    def _session(self, data: Json) -> VoiceSession:
        """Whose token it is, for as long as the session is not over."""
        found = next((it for it in self._sessions if it.token == data["token"]), None)
        if found is None:
            raise VoiceRefused(VoiceClose.AUTHENTICATION_FAILED)
        if found.guild_id != data["server_id"]:
            raise VoiceRefused(VoiceClose.SERVER_NOT_FOUND)
        if found.over or found.session_id != data["session_id"]:
            raise VoiceRefused(VoiceClose.SESSION_INVALID)
        return found

    async def _resume(self, ws: web.WebSocketResponse, data: Json) -> VoiceSession:
        session = self._session(data)
        seen = data.get("seq_ack", -1)
        if not session.mode:
            raise VoiceRefused(VoiceClose.SESSION_INVALID)
        session.socket = ws
        session.resumes += 1
        await session.send(VoiceOp.RESUMED, None)
        for missed in session.numbered[max(seen, 0) :]:
            await ws.send_json(missed)
        return session

    async def _heartbeat(self, ws: web.WebSocketResponse, session: VoiceSession | None, data: Any) -> None:
        """Answers with the nonce; since version 8 a heartbeat tells what was received, too."""
        if not isinstance(data, dict) or not {"t", "seq_ack"} <= data.keys():
            raise VoiceRefused(VoiceClose.BAD_REQUEST)
        if session is not None:
            session.heartbeats += 1
        await ws.send_json({"op": int(VoiceOp.HEARTBEAT_ACK), "d": {"t": data["t"]}})

    async def _select(self, session: VoiceSession, data: Json) -> None:
        if data["protocol"] != "udp":
            raise VoiceRefused(VoiceClose.UNKNOWN_PROTOCOL)
        session.selected = data["data"]
        if session.selected["mode"] not in self.modes:
            raise VoiceRefused(VoiceClose.UNKNOWN_MODE)
        session.mode = session.selected["mode"]
        described = {"mode": session.mode, "secret_key": list(session.key), "dave_protocol_version": 0}
        await session.send(VoiceOp.SESSION_DESCRIPTION, described, numbered=True)

    def _speaking(self, session: VoiceSession, data: Json) -> None:
        """Notes what the client says of itself, before it sends any sound ("Speaking")."""
        if data["ssrc"] != session.ssrc:
            self.violations.append(f"SPEAKING with the SSRC {data['ssrc']} instead of {session.ssrc}")
        session.speaking.append(data["speaking"])


def _decoded(text: str) -> Json:
    try:
        payload: Json = json.loads(text)
    except json.JSONDecodeError:
        raise VoiceRefused(VoiceClose.DECODE_ERROR) from None
    if not {"op", "d"} <= payload.keys():
        raise VoiceRefused(VoiceClose.DECODE_ERROR)
    return payload
