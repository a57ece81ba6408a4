"""Everybody in the room: takes their requests to the party and tells them all what became of it."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from bot.party import links
from bot.party.domain import Member, Room
from bot.party.errors import NameNeeded, NotUnderstood, PartyError, TooFast
from bot.room import protocol
from bot.room.guest import Guest
from bot.room.names import PLATFORM, Names
from bot.room.protocol import Json, Request, Snapshot
from bot.room.sound import Sound
from bot.room.words import REPLIES
from bot.service import PartyService

log = logging.getLogger(__name__)

LOBBY = Room(platform=PLATFORM, workspace="", channel="lobby")
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
MOST_GOING = 4
"""How many requests that may take long a browser may have under way."""
IMPORT = "import"
"""What an `add` becomes that names more than a song."""
SLOW = {"play", "pause", "devices", "device", "volume", "stop", "save", IMPORT}
"""What may take long, because Spotify is asked."""


class Live:
    """The room's connections and the party that they share."""

    def __init__(self, party: PartyService, room: Room = LOBBY) -> None:
        self._party = party
        self._room = room
        self._names = Names()
        self._guests: set[Guest] = set()
        self._changed = asyncio.Event()
        self._going: dict[str, asyncio.Task[Json]] = {}
        sound = Sound(party, room)
        self._use_cases: dict[str, Callable[[Member, Request, str], Coroutine[Any, Any, Json]]] = {
            "add": self._add,
            "next": self._next,
            "vibe": self._vibe,
            "vote": self._vote,
            "skip": self._wish_to_skip,
            "remove": self._remove,
            "undo": self._undo,
            "play": sound.play,
            "pause": sound.pause,
            "connect": sound.connect,
            "account": sound.account,
            "disconnect": sound.disconnect,
            "devices": sound.devices,
            "device": sound.device,
            "volume": sound.volume,
            "stop": sound.stop,
            "save": sound.save,
            IMPORT: sound.bring_in,
        }
        party.watch(self._note)
        party.hear(self._hear)
        party.whisper_by(PLATFORM, self._whisper)

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
        for work in list(self._going.values()):
            work.cancel()

    def _note(self, room: Room) -> None:
        if room == self._room:
            self._changed.set()

    def _hear(self, room: Room, error: PartyError) -> None:
        if room == self._room:
            for guest in self._guests:
                guest.tell(protocol.told(error))

    async def _whisper(self, member: Member, error: PartyError) -> bool:
        theirs = [guest for guest in self._guests if guest.member == member]
        for guest in theirs:
            guest.tell(protocol.told(error))
        return bool(theirs)

    async def _tell(self) -> None:
        people = {guest.member.user_id: guest.member.name for guest in self._guests if guest.member}
        snapshot = Snapshot(
            party=await self._party.party(self._room),
            people=tuple(sorted(people.values(), key=str.casefold)),
            watching=len(people) + sum(guest.member is None for guest in self._guests),
            now_ms=self._party.now_ms(),
            spotify=self._party.has_spotify,
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
            request = protocol.request(asked)
            if request.do == "add" and links.several(request.text):
                request = replace(request, do=IMPORT)
            if request.do in SLOW:
                return self._answer_later(guest, request)
            return protocol.done(ident, await self._meet_request(guest, request))
        except Exception as error:
            return _failed(ident, error)

    async def _meet_request(self, guest: Guest, request: Request) -> Json:
        if request.do == "hello":
            return self._hello(guest, request)
        if request.do == "search":
            return {"tracks": [protocol.track(each) for each in await self._party.search(request.text)]}
        return await self._use_cases[request.do](*_change(guest, request))

    def _answer_later(self, guest: Guest, request: Request) -> Json:
        """Begins on a request, or joins in if it is under way, so that the browser can go on asking."""
        member, _, key = _change(guest, request)
        if guest.going >= MOST_GOING:
            raise TooFast
        work = self._going.get(key)
        if work is None:
            work = self._going[key] = asyncio.create_task(self._work(member, request, key))
            work.add_done_callback(lambda _: self._going.pop(key))
        guest.going += 1
        work.add_done_callback(guest.answer)
        return protocol.going(request.id)

    async def _work(self, member: Member, request: Request, key: str) -> Json:
        try:
            return protocol.done(request.id, await self._use_cases[request.do](member, request, key))
        except Exception as error:
            return _failed(request.id, error)

    def _hello(self, guest: Guest, request: Request) -> Json:
        present = {other.member.user_id for other in self._guests if other.member}
        guest.member = self._names.claim(request.name, request.secret, present)
        self._changed.set()
        return {"name": guest.member.name}

    async def _add(self, member: Member, request: Request, key: str) -> Json:
        return {"say": REPLIES.added(await self._party.add(self._room, member, request.text, key))}

    async def _next(self, member: Member, request: Request, key: str) -> Json:
        return {
            "say": REPLIES.offered(await self._party.next(self._room, member, key=key, mood=request.mood))
        }

    async def _vibe(self, member: Member, request: Request, key: str) -> Json:
        found = await self._party.vibe(self._room, member, request.text, key, mood=request.mood)
        return {"say": REPLIES.vibe(found)}

    async def _vote(self, member: Member, request: Request, key: str) -> Json:
        voted = await self._party.vote(self._room, member, request.entry, request.value, key)
        return {"say": REPLIES.voted(voted)}

    async def _wish_to_skip(self, member: Member, request: Request, key: str) -> Json:
        return {"say": REPLIES.skipped(await self._party.skip(self._room, member, key, request.entry))}

    async def _remove(self, member: Member, request: Request, key: str) -> Json:
        return {"say": REPLIES.removed(await self._party.remove(self._room, member, request.entry, key))}

    async def _undo(self, member: Member, request: Request, key: str) -> Json:
        return {"say": REPLIES.undone(await self._party.undo(self._room, member, key))}


def _change(guest: Guest, request: Request) -> tuple[Member, Request, str]:
    """What a use case needs: who asks for what, with the key under which it happens once."""
    if guest.member is None:
        raise NameNeeded
    return guest.member, request, f"{guest.member.platform}/{guest.member.user_id}/{request.id}"


def _failed(ident: str | None, error: Exception) -> Json:
    if isinstance(error, PartyError):
        return protocol.refused(ident, error)
    fault = secrets.token_hex(4)
    log.error("Fault %s in the room.", fault, exc_info=error)
    return protocol.failed(ident, fault)
