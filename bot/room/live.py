"""Everybody in the room: takes their requests to the party and tells them all what became of it."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from bot.domain import Member, Room
from bot.errors import NameNeeded, NotUnderstood, PartyError, TooFast
from bot.party import PartyService
from bot.room import protocol
from bot.room.guest import Guest
from bot.room.names import Names
from bot.room.protocol import REPLIES, Json, Request, Snapshot

log = logging.getLogger(__name__)

LOBBY = Room(platform="web", workspace="", channel="lobby")
LARGEST_MESSAGE = 64 * 1024
"""A longer message closes its connection; in bytes."""
MOST_GUESTS = 500
"""How many connections are served at once."""
GATHER_S = 0.03
"""Changes this close to each other are told in one go, in seconds."""
RETRY_S = 1.0
"""How long to wait after the party could not be read, in seconds."""
HEARTBEAT_S = 20.0
"""How often a silent connection is asked whether it is still there, in seconds."""
GOODBYE_S = 2.0
"""How long a closing connection may take to say so, in seconds."""


class Live:
    """The room's connections and the party that they share."""

    def __init__(self, party: PartyService, room: Room = LOBBY) -> None:
        self._party = party
        self._room = room
        self._names = Names()
        self._guests: set[Guest] = set()
        self._changed = asyncio.Event()
        self._use_cases: dict[str, Callable[[Member, Request, str], Awaitable[str]]] = {
            "add": self._add,
            "next": self._next,
            "vibe": self._vibe,
            "vote": self._vote,
            "skip": self._wish_to_skip,
            "remove": self._remove,
            "undo": self._undo,
        }
        party.watch(self._note)

    async def meet(self, request: web.Request) -> web.WebSocketResponse:
        """Serves one browser until it leaves."""
        if len(self._guests) >= MOST_GUESTS:
            raise web.HTTPServiceUnavailable(text="The room is full. Try again later.\n")
        socket = web.WebSocketResponse(
            heartbeat=HEARTBEAT_S, max_msg_size=LARGEST_MESSAGE, timeout=GOODBYE_S, compress=False
        )
        await socket.prepare(request)
        guest = Guest(socket, request.transport)
        self._guests.add(guest)
        self._changed.set()
        shown = asyncio.create_task(guest.keep_shown())
        try:
            async for message in socket:
                await guest.send(await self._answer(guest, message))
        finally:
            self._guests.discard(guest)
            self._changed.set()
            shown.cancel()
        return socket

    async def keep_told(self) -> None:
        """Tells everybody of each change for as long as it runs; a fault is logged and it goes on."""
        while True:
            await self._changed.wait()
            await asyncio.sleep(GATHER_S)
            self._changed.clear()
            try:
                await self._tell()
            except Exception:
                log.exception("The room could not read its party; it tries again.")
                self._changed.set()
                await asyncio.sleep(RETRY_S)

    async def close(self) -> None:
        """Says goodbye to everybody, so that their pages come back by themselves."""
        await asyncio.gather(
            *(guest.socket.close(code=WSCloseCode.GOING_AWAY) for guest in self._guests),
            return_exceptions=True,
        )

    def _note(self, room: Room) -> None:
        if room == self._room:
            self._changed.set()

    async def _tell(self) -> None:
        people = {guest.member.user_id: guest.member.name for guest in self._guests if guest.member}
        snapshot = Snapshot(
            party=await self._party.party(self._room),
            people=tuple(sorted(people.values(), key=str.casefold)),
            watching=len(people) + sum(guest.member is None for guest in self._guests),
            now_ms=int(time.time() * 1000),
        )
        for guest in self._guests:
            guest.show(snapshot)

    async def _answer(self, guest: Guest, message: WSMessage) -> Json:
        ident = None
        try:
            if message.type is not WSMsgType.TEXT:
                raise NotUnderstood
            allowed = guest.pace.allows()
            asked = protocol.message(message.data)
            ident = protocol.legible_id(asked)
            if not allowed:
                raise TooFast
            return protocol.done(ident, await self._meet_request(guest, protocol.request(asked)))
        except PartyError as error:
            return protocol.refused(ident, error)
        except Exception:
            fault = secrets.token_hex(4)
            log.exception("Fault %s in the room.", fault)
            return protocol.failed(ident, fault)

    async def _meet_request(self, guest: Guest, request: Request) -> Json:
        if request.do == "hello":
            return self._hello(guest, request)
        if request.do == "search":
            return {"tracks": [protocol.track(each) for each in await self._party.search(request.text)]}
        if guest.member is None:
            raise NameNeeded
        key = f"{guest.member.platform}/{guest.member.user_id}/{request.id}"
        return {"say": await self._use_cases[request.do](guest.member, request, key)}

    def _hello(self, guest: Guest, request: Request) -> Json:
        present = {other.member.user_id for other in self._guests if other.member}
        guest.member = self._names.claim(request.name, request.secret, present)
        self._changed.set()
        return {"name": guest.member.name}

    async def _add(self, member: Member, request: Request, key: str) -> str:
        return REPLIES.added(await self._party.add(self._room, member, request.text, key))

    async def _next(self, member: Member, request: Request, key: str) -> str:
        return REPLIES.offered(await self._party.next(self._room, member, key=key, mood=request.mood))

    async def _vibe(self, member: Member, request: Request, key: str) -> str:
        found = await self._party.vibe(self._room, member, request.text, key, mood=request.mood)
        return REPLIES.vibe(found)

    async def _vote(self, member: Member, request: Request, key: str) -> str:
        voted = await self._party.vote(self._room, member, request.entry, request.value, key)
        return REPLIES.voted(voted)

    async def _wish_to_skip(self, member: Member, request: Request, key: str) -> str:
        return REPLIES.skipped(await self._party.skip(self._room, member, key, request.entry))

    async def _remove(self, member: Member, request: Request, key: str) -> str:
        return REPLIES.removed(await self._party.remove(self._room, member, request.entry, key))

    async def _undo(self, member: Member, request: Request, key: str) -> str:
        return REPLIES.undone(await self._party.undo(self._room, member, key))
