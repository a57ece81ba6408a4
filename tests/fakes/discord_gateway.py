"""The gateway of the fake Discord: one websocket a connection, sessions that can be resumed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web

from . import discord_payloads as payloads
from . import discord_places as places
from .discord_model import FakeGuild, FakeMessage, Json
from .discord_session import CloseCode, Link, Op, Refused, Session
from .discord_state import MESSAGE_CONTENT
from .discord_world import World

_ENDS_SESSION = (1000, 1001)
_GUILDS, _VOICE_STATES, _GUILD_MESSAGES, _DIRECT_MESSAGES = 1 << 0, 1 << 7, 1 << 9, 1 << 12
_INTENTS = {
    "GUILD_ROLE_CREATE": _GUILDS,
    "CHANNEL_CREATE": _GUILDS,
    "CHANNEL_UPDATE": _GUILDS,
    "CHANNEL_DELETE": _GUILDS,
    "THREAD_CREATE": _GUILDS,
    "THREAD_UPDATE": _GUILDS,
    "THREAD_DELETE": _GUILDS,
    "GUILD_ROLE_UPDATE": _GUILDS,
    "GUILD_MEMBER_UPDATE": 0,  # of the bot itself: of others it takes an intent (docs, "Gateway")
    "MESSAGE_DELETE_BULK": _GUILD_MESSAGES,
    "VOICE_STATE_UPDATE": _VOICE_STATES,
}
_PRIVILEGED = (1 << 1) | (1 << 8) | MESSAGE_CONTENT
_KNOWN_INTENTS = sum(1 << bit for bit in (*range(17), 20, 21, 24, 25))
_GUILDS_PER_SHARD = 2500


class Gateway:
    """Says HELLO, identifies and resumes clients, and dispatches events to them."""

    def __init__(self, world: World, *, heartbeat_ms: int, allowed_intents: int) -> None:
        """Serve this world."""
        self.world = world
        self.url = ""
        self.sessions: dict[str, Session] = {}
        self.changed = asyncio.Event()
        self.identified: list[Json] = []
        self.resumes = 0
        self.ack_heartbeats = True
        self.on_voice: Callable[[Json], None] = _nobody_listens
        self.on_session_over: Callable[[], None] = lambda: None
        self._heartbeat_ms = heartbeat_ms
        self._refused_intents = _PRIVILEGED & ~allowed_intents
        self._links: set[Link] = set()

    @property
    def live(self) -> list[Session]:
        """The sessions that are connected now."""
        return [session for session in self.sessions.values() if session.link is not None]

    # One connection

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one websocket until it closes."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        link = Link(socket, request.query.get("compress"))
        self._links.add(link)
        writer = asyncio.create_task(link.write())
        try:
            self._send(link, "HELLO", Op.HELLO, {"heartbeat_interval": self._heartbeat_ms})
            await self._read(link)
        except Refused as refused:
            await link.close(refused.code)
        finally:
            writer.cancel()
            self._forget(link)
        return socket

    async def _read(self, link: Link) -> None:
        async for frame in link.socket:
            if frame.type is not WSMsgType.TEXT:
                continue
            link.received()
            try:
                payload = json.loads(frame.data)
            except json.JSONDecodeError:
                raise Refused(CloseCode.DECODE_ERROR) from None
            self._receive(link, payload)

    def _forget(self, link: Link) -> None:
        self._links.discard(link)
        session = link.session
        if session is not None and session.link is link:
            session.detach()
            # A client that says goodbye ends its session; one that loses its line may resume.
            if link.socket.close_code in _ENDS_SESSION and not link.dropped:
                self.sessions.pop(session.id, None)
                self.on_session_over()
        self.changed.set()

    def _receive(self, link: Link, payload: Json) -> None:
        match payload["op"]:
            case Op.HEARTBEAT:
                self._heartbeat(link, payload["d"])
            case Op.IDENTIFY | Op.RESUME if link.session is not None:
                raise Refused(CloseCode.ALREADY_AUTHENTICATED)
            case Op.IDENTIFY:
                self._identify(link, payload)
            case Op.RESUME:
                self._resume(link, payload)
            case Op.PRESENCE | Op.VOICE_STATE | Op.MEMBERS | Op.SOUNDS:
                if link.session is None:
                    raise Refused(CloseCode.NOT_AUTHENTICATED)
                if payload["op"] == Op.VOICE_STATE:
                    self.on_voice(payload["d"])
            case _:
                raise Refused(CloseCode.UNKNOWN_OPCODE)

    def _heartbeat(self, link: Link, seen: int | None) -> None:
        # Before it resumes a client tells what it saw of a session that it has not named yet.
        sent = len(link.session.events) if link.session is not None else None
        if sent is not None and (seen or 0) > sent:
            self.world.report([f"HEARTBEAT: event {seen} was seen, but only {sent} were sent"])
        if self.ack_heartbeats:
            self._send(link, "ACK", Op.ACK)
        self.changed.set()

    def _send(self, link: Link, name: str, op: Op, data: Any = None) -> None:
        payload: Json = {"op": int(op), "s": None, "t": None}
        if data is not None:
            payload["d"] = data
        self.world.report(self.world.schemas.gateway(name, payload))
        link.send(payload)

    # Sessions

    def _identify(self, link: Link, payload: Json) -> None:
        self.world.report(self.world.schemas.gateway("IDENTIFY", payload))
        data = payload["d"]
        self._check_token(data)
        if data["intents"] & ~_KNOWN_INTENTS:
            raise Refused(CloseCode.INVALID_INTENTS)
        if data["intents"] & self._refused_intents:
            raise Refused(CloseCode.DISALLOWED_INTENTS)
        number, count = self._shard(data)
        # A bot that has used up its starts loses its token.
        if self.world.starts.remaining <= 0:
            raise Refused(CloseCode.AUTHENTICATION_FAILED)
        if not self.world.starts.take(number):
            self._send(link, "INVALID", Op.INVALID_SESSION, data=False)
            return
        self.identified.append(data)
        self._welcome(Session(data["intents"], (number, count)), link, data.get("shard"))

    def _check_token(self, data: Json) -> None:
        if data["token"] != self.world.token:
            raise Refused(CloseCode.AUTHENTICATION_FAILED)

    def _shard(self, data: Json) -> tuple[int, int]:
        number, count = data.get("shard") or (0, 1)
        if not 0 <= number < count:
            raise Refused(CloseCode.INVALID_SHARD)
        if len(self.world.guilds) > _GUILDS_PER_SHARD * count:
            raise Refused(CloseCode.SHARDING_REQUIRED)
        return number, count

    def _welcome(self, session: Session, link: Link, shard: list[int] | None) -> None:
        world = self.world
        self.sessions[session.id] = session
        session.attach(link)
        guilds = [guild for guild in world.guilds.values() if session.serves(guild.id)]
        ready: Json = {
            "v": 10,
            "user": places.own_user(world.bot),
            "guilds": [{"id": guild.id, "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "application": {"id": world.bot.id, "flags": 0, "flags_new": "0"},
        }
        self._dispatch(session, "READY", ready | ({"shard": shard} if shard else {}))
        for guild in guilds:
            if guild.id not in world.down:
                self._dispatch(session, "GUILD_CREATE", self._guild(guild, session))
        self.changed.set()

    def _resume(self, link: Link, payload: Json) -> None:
        self.world.report(self.world.schemas.gateway("RESUME", payload))
        data = payload["d"]
        self._check_token(data)
        session = self.sessions.get(data["session_id"])
        if session is None:
            self._send(link, "INVALID", Op.INVALID_SESSION, data=False)
            return
        if data["seq"] > len(session.events):
            raise Refused(CloseCode.INVALID_SEQ)
        for event in session.events[data["seq"] :]:
            link.send(event)
        session.attach(link)
        session.dispatch("RESUMED", {})
        self.resumes += 1
        self.changed.set()

    # Events

    def _guild(self, guild: FakeGuild, session: Session) -> Json:
        world = self.world
        people = world.members_of[guild.id]
        listening = world.voice_of[guild.id].items() if session.wants(_VOICE_STATES) else ()
        listeners = [(people[who], place) for who, place in listening]
        channels, roles = world.channels_of[guild.id], world.roles_of[guild.id]
        return places.guild_create(guild, world.bot, channels, roles, listeners, len(people) + 1)

    def announce_guild(self, guild: FakeGuild) -> None:
        """Tell that the bot is in this guild now."""
        for session in self.sessions.values():
            if session.serves(guild.id):
                self._dispatch(session, "GUILD_CREATE", self._guild(guild, session))

    def dispatch(self, event: str, data: Json, guild_id: str | None = None) -> None:
        """Send an event to the sessions that it concerns, now or when they resume."""
        home = guild_id or data.get("guild_id")
        for session in self.sessions.values():
            if session.serves(home) and session.wants(_INTENTS.get(event, 0)):
                self._dispatch(session, event, data)

    def dispatch_message(self, event: str, message: FakeMessage) -> None:
        """Tell of a message that came, changed or went, each session as much as it may read."""
        home = message.channel.home
        needed = _GUILD_MESSAGES if home is not None else _DIRECT_MESSAGES
        for session in self.sessions.values():
            if session.serves(home.id if home is not None else None) and session.wants(needed):
                self._dispatch(session, event, self._told(event, message, session))

    def _told(self, event: str, message: FakeMessage, session: Session) -> Json:
        home = message.channel.home
        if event == "MESSAGE_DELETE":
            gone: Json = {"id": message.id, "channel_id": message.channel.id}
            return gone | ({"guild_id": home.id} if home is not None else {})
        readable = home is None or session.wants(MESSAGE_CONTENT)
        return payloads.gateway_message(message, self.world.bot, readable=readable)

    def _dispatch(self, session: Session, event: str, data: Json) -> None:
        payload = session.dispatch(event, data)
        self.world.report(self.world.schemas.gateway(event, payload))

    # What a test makes of it

    async def drop(self, code: int, *, resumable: bool) -> None:
        """Close every websocket, and forget the sessions if they may not be resumed."""
        self._detach(resumable=resumable)
        for link in list(self._links):
            await link.close(code)

    def ask_to_reconnect(self) -> None:
        """Tell every client to come back over a new connection."""
        for link in list(self._links):
            self._send(link, "RECONNECT", Op.RECONNECT)
        self._detach(resumable=True)

    def invalidate(self, *, resumable: bool) -> None:
        """Tell every client that its session is not valid, but may be resumed or not."""
        for link in list(self._links):
            self._send(link, "INVALID", Op.INVALID_SESSION, data=resumable)
        self._detach(resumable=resumable)

    def _detach(self, *, resumable: bool) -> None:
        for session in self.sessions.values():
            session.detach()
        if not resumable:
            self.sessions.clear()
            self.on_session_over()
        self.changed.set()


def _nobody_listens(asked: Json) -> None:
    """Stand in for the voice servers until there are some."""
