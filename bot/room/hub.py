"""Everybody in the room: takes their requests to the party and tells them all what became of it."""

from __future__ import annotations

import asyncio
import logging

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from bot.party.errors import NameNeeded, NotUnderstood, PartyError, TooFast
from bot.party.words import Member, Room
from bot.room import protocol
from bot.room.guest import Guest
from bot.room.names import PLATFORM, Names
from bot.room.protocol import Message
from bot.room.rendering import Fields
from bot.room.requests import Hello, OfTable, Search, read
from bot.room.state import Snapshot, track
from bot.room.work import Work
from bot.service import PartyService

log = logging.getLogger(__name__)

LOBBY = Room(platform=PLATFORM, workspace="", channel="lobby")
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


class Hub:
    """The room's connections and the party that they share."""

    def __init__(self, party: PartyService, room: Room = LOBBY) -> None:
        self._party = party
        self._room = room
        self._names = Names()
        self._guests: set[Guest] = set()
        self._changed = asyncio.Event()
        self._work = Work(party, room)
        party.notices.on_change(self._note)
        party.notices.on_news(self._hear)
        party.notices.send_by(PLATFORM, self._whisper)

    async def meet(self, request: web.Request) -> web.WebSocketResponse:
        """Serves one browser until it leaves."""
        if len(self._guests) >= MOST_GUESTS:
            raise web.HTTPServiceUnavailable(text="The room is full. Try again later.\n")
        socket = web.WebSocketResponse(
            heartbeat=HEARTBEAT_S, max_msg_size=protocol.LARGEST_IMPORT, timeout=GOODBYE_S, compress=False
        )
        await socket.prepare(request)
        guest = Guest(socket, request.transport)
        self._guests.add(guest)
        self._changed.set()
        shown = asyncio.create_task(guest.keep_shown())
        try:
            async for message in socket:
                if message.type in {WSMsgType.TEXT, WSMsgType.BINARY} and not protocol.fits(message.data):
                    await socket.close(code=WSCloseCode.MESSAGE_TOO_BIG)
                    break
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
                log.exception("The room could not read its party; trying again.")
                self._changed.set()
                await asyncio.sleep(RETRY_S)

    async def close(self) -> None:
        """Says goodbye to everybody, so that their pages come back by themselves."""
        await asyncio.gather(
            *(guest.socket.close(code=WSCloseCode.GOING_AWAY) for guest in self._guests),
            return_exceptions=True,
        )
        self._work.close()

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
            party=await self._party.insight.now(self._room),
            people=tuple(sorted(people.values(), key=str.casefold)),
            watching=len(people) + sum(guest.member is None for guest in self._guests),
            now_ms=self._party.now_ms(),
            spotify=self._party.has_spotify,
        )
        for guest in self._guests:
            guest.show(snapshot)

    async def _answer(self, guest: Guest, message: WSMessage) -> Message:
        ident = None
        try:
            if message.type is not WSMsgType.TEXT:
                raise NotUnderstood
            cost = 1 + protocol.size(message.data) // protocol.LARGEST_MESSAGE
            allowed = guest.pace.allows(cost)
            if cost > 1 and not allowed:  # it is not even read
                ident = protocol.id_of_import(message.data)
                raise TooFast
            asked = protocol.message(message.data)
            ident = protocol.legible_id(asked)
            if not allowed:
                raise TooFast
            match read(asked):
                case OfTable() as request if request.slow:
                    return self._answer_later(guest, request)
                case request:
                    return protocol.done(request.id, await self._meet_request(guest, request))
        except Exception as error:
            return protocol.refused(ident, error)

    async def _meet_request(self, guest: Guest, request: Hello | Search | OfTable) -> Fields:
        match request:
            case Hello():
                return self._hello(guest, request)
            case Search(text=text):
                return {"tracks": [track(each) for each in await self._party.insight.search(text)]}
            case OfTable():
                return await self._work.run(_named(guest), request)

    def _answer_later(self, guest: Guest, request: OfTable) -> Message:
        """Sees to a request, so that the browser can go on asking."""
        member = _named(guest)
        if guest.going >= MOST_GOING:
            raise TooFast
        guest.going += 1
        self._work.begin(member, request).add_done_callback(guest.answer)
        return protocol.going(request.id)

    def _hello(self, guest: Guest, request: Hello) -> Fields:
        present = {other.member.user_id for other in self._guests if other.member}
        guest.member = self._names.claim(request.name, request.secret, present)
        self._changed.set()
        return {"name": guest.member.name}


def _named(guest: Guest) -> Member:
    if guest.member is None:
        raise NameNeeded
    return guest.member
