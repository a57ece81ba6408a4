"""All connections: takes what people ask for to their party, and answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from bot.party.errors import (
    HouseFull,
    JoiningLocked,
    LinkGone,
    NightKept,
    NotUnderstood,
    PartyError,
    RoomFull,
    TooFast,
    TooSlow,
)
from bot.party.shares import counted, working_for
from bot.party.words import Member, Room
from bot.room import protocol
from bot.room.asking import Enter, Own
from bot.room.floors import COME_BACK_S, LOBBY, Floors
from bot.room.guest import GOODBYE_S, Guest
from bot.room.limits import MINUTE_S, Gate, Limits, address_of
from bot.room.names import PLATFORM
from bot.room.protocol import Message
from bot.room.reading import read
from bot.room.rendering import Fields
from bot.room.requests import OfTable
from bot.room.speakers import Speakers
from bot.room.state import PersonJson
from bot.room.visit import Visit
from bot.room.work import Work
from bot.service import PartyService

__all__ = ["LOBBY", "Hub"]

HEARTBEAT_S = 20.0
"""How often a silent connection is asked whether it is still there, in seconds."""
FORGET_S = 10.0
"""How often to forget who was here a while ago, in seconds."""
ENTER_WITHIN_S = 20.0
"""How long a connection may take to say where it wants to, in seconds."""
SAID = {WSMsgType.TEXT, WSMsgType.BINARY}
STILL_THERE = {*SAID, WSMsgType.PING, WSMsgType.PONG}
"""What comes of a connection that is open."""
TELL_LINKS = {"link", "links"}
"""The requests that are answered with links."""
MOST_GOING = 4
"""How many requests that may take long a browser may have under way."""


class Hub:
    """Everybody who has a page open, in whichever party."""

    def __init__(self, party: PartyService, limits: Limits | None = None) -> None:
        self._party = party
        self._limits = limits or Limits()
        self._gate = Gate(self._limits)
        self._floors = Floors(party, self._limits)
        self.covers = self._floors.covers
        self._guests: set[Guest] = set()
        self._work = Work()
        self.speakers = Speakers(party)
        party.notices.on_change(self._note)
        party.notices.on_music(self._note_all)
        party.notices.on_news(self._hear)
        party.notices.on_night(lambda room, _secret: self._hear(room, NightKept()))
        party.notices.on_gone(self._floors.empty)
        party.notices.on_forgotten(self._floors.forget)
        party.notices.send_by(PLATFORM, self._whisper)
        party.vitals.figure("web_connections", "Pages that are open", lambda: len(self._guests))
        party.vitals.figure("web_rooms", "Parties with a page that is open", lambda: len(self._floors.all()))

    async def meet(self, request: web.Request) -> web.WebSocketResponse:
        """Serves one browser until it leaves."""
        if len(self._guests) >= self._limits.lines:
            raise web.HTTPServiceUnavailable(text="Too many people are here. Try again later.\n")
        socket = web.WebSocketResponse(
            heartbeat=HEARTBEAT_S, max_msg_size=protocol.LARGEST_IMPORT, timeout=GOODBYE_S, autoping=False
        )
        await socket.prepare(request)
        assert request.transport is not None  # noqa: S101 - the handshake went over it
        address = address_of(request, self._limits.proxies)
        guest = Guest(socket, request.transport, self._party.shares.page(address, self._limits.household))
        self._guests.add(guest)
        refusal = self._gate.come(address)
        try:
            if refusal is None:
                with working_for(guest.asker):
                    await self._serve(guest)
            else:
                await guest.leave(refusal, retry=True, after_s=int(MINUTE_S))
        finally:
            self._gate.go(address)
            self._guests.discard(guest)
            self._work.leave(guest)
            self.speakers.left(guest)
            self._floors.take_out(guest)
            guest.let_go()
            _part(request)
        return socket

    def people(self, room: Room) -> list[PersonJson]:
        """Everybody who has a page of this party open under a name, each once."""
        return self._floors.people(room)

    def members(self, room: Room) -> Mapping[str, Member]:
        """The same people with the rights of now, by id; a host with a guest's page besides is a host."""
        return self._floors.members(room)

    def drop(self, room: Room, user_id: str, error: PartyError, *, retry: bool = False) -> bool:
        """Closes all pages of a party that somebody has open, with a reason; False where they have none."""
        return self._floors.drop(room, user_id, error, retry=retry)

    async def name(self, guest: Guest, name: str, secret: str) -> Member:
        """Gives a browser a name in its party, on all of its pages, see `Floors.name`."""
        return await self._floors.name(guest, name, secret)

    async def keep_swept(self) -> None:
        """Sends out whoever takes nothing, or may not be here any more, for as long as it runs."""
        await self._floors.keep_swept()

    async def keep_forgetting(self) -> None:
        """Forgets who was here, though nobody comes any more, for as long as it runs."""
        while True:
            await asyncio.sleep(FORGET_S)
            self._gate.forget()
            self._party.shares.forget()

    async def close(self) -> None:
        """Says goodbye to everybody, so that their pages come back by themselves."""
        await asyncio.gather(*(guest.close(WSCloseCode.GOING_AWAY) for guest in [*self._guests]))
        await self._floors.close()
        self.speakers.close()
        self._work.close()

    def _note(self, room: Room) -> None:
        if floor := self._floors.get(room):
            floor.note()

    def _note_all(self) -> None:
        for floor in self._floors.all():
            floor.note()

    def _hear(self, room: Room, error: PartyError) -> None:
        if floor := self._floors.get(room):
            floor.tell(error)

    async def _whisper(self, member: Member, error: PartyError) -> bool:
        heard = False
        for floor in self._floors.all():
            theirs = floor.of(member.user_id)
            floor.tell(error, theirs)
            heard = heard or bool(theirs)
        return heard

    async def _serve(self, guest: Guest) -> None:
        heard = _heard(guest)
        try:
            while True:
                if guest.room is None:
                    await asyncio.wait({heard}, timeout=ENTER_WITHIN_S)
                    if not heard.done() and guest.room is None:
                        await guest.close(WSCloseCode.POLICY_VIOLATION)
                        return
                message = await heard
                guest.heard_s = time.monotonic()
                heard = _heard(guest)
                if message.type in {WSMsgType.PING, WSMsgType.PONG}:
                    await guest.ponged(message)
                elif message.type not in SAID:
                    return
                elif not protocol.fits(message.data):
                    await guest.close(WSCloseCode.MESSAGE_TOO_BIG)
                    return
                else:
                    await self._answer_while_there(guest, message, heard)
                if guest.pace.floods:
                    await guest.leave(TooFast(), retry=True, after_s=COME_BACK_S)
                    return
                await guest.taken()
        finally:
            heard.cancel()
            await asyncio.gather(heard, return_exceptions=True)

    async def _answer_while_there(
        self, guest: Guest, message: WSMessage, heard: asyncio.Task[WSMessage]
    ) -> None:
        """Answers a message; whoever goes before that, which is what is heard next, needs no answer."""
        guest.looking = False
        answering = asyncio.ensure_future(counted(self._answer(guest, message)))
        try:
            await asyncio.wait({answering, heard}, return_when=asyncio.FIRST_COMPLETED)
            if heard.done() and has_left(heard):
                guest.gone = True
                if guest.looking:
                    return
            await answering  # a change is made though nobody waits for the answer
        finally:
            answering.cancel()
            with suppress(asyncio.CancelledError):
                await answering

    async def _answer(self, guest: Guest, message: WSMessage) -> None:
        ident = None
        try:
            if message.type is not WSMsgType.TEXT:
                raise NotUnderstood
            cost = protocol.cost(message.data)
            allowed = guest.pace.allows(cost)
            if cost > 1 and not allowed:  # it is not even read
                ident = protocol.id_at_first(message.data)
                raise TooFast
            asked = protocol.message(message.data)
            ident = protocol.legible_id(asked)
            if not allowed:
                raise TooFast
            await guest.asker.ready()
            request = read(asked)
            if isinstance(request, Enter):
                await self._enter(guest, request)
                return
            if not guest.room:  # a program that begins with what it wants
                lobby = Enter(id=request.id, do="enter")
                await self._floors.let_in(guest, lobby)
                self._floors.of(guest).welcome(guest, None)
            guest.send(await self._meet(guest, request))
        except Exception as error:
            guest.send(protocol.refused(ident, error, guest.words))

    async def _enter(self, guest: Guest, request: Enter) -> None:
        """Lets somebody in, or says why not and closes the connection where asking again is no use."""
        try:
            refused = await self._floors.let_in(guest, request)
            said: Fields = {"say": guest.words.error(refused)} if refused else {}
            name = guest.member.name if guest.member else None
            guest.send(protocol.done(request.id, {"as": guest.way.value, "name": name, **said}))
            self._floors.of(guest).welcome(guest, request.since)
        except (RoomFull, HouseFull, LinkGone, JoiningLocked) as error:
            guest.send(protocol.refused(request.id, error, guest.words))
            full = isinstance(error, RoomFull | HouseFull)
            self._floors.send_out(guest, error, retry=full, after_s=COME_BACK_S if full else 0)

    async def _meet(self, guest: Guest, request: Own | OfTable) -> Message:
        guest.looking = isinstance(request, Own) and request.looks
        if guest.looking and guest.gone:
            raise TooSlow  # which they do not hear either
        visit = await self._visit(guest, request)
        if request.do in TELL_LINKS:
            return protocol.done(request.id, await self._tell_links(visit, request))
        if not request.slow:
            return protocol.done(request.id, await self._work.run(visit, request))
        if isinstance(request, OfTable):
            visit.named()
        if guest.going >= MOST_GOING:
            raise TooFast
        guest.going += 1
        self._work.begin(visit, request, guest).add_done_callback(guest.answer)
        return protocol.going(request.id)

    async def _tell_links(self, visit: Visit, request: Own | OfTable) -> Fields:
        """Tells links only to somebody whose own held all the while: nobody learns what their old one became.

        Raises:
            LinkGone: it is none any more.
        """
        await self._floors.still_let_in(visit.guest)
        told = await self._work.run(visit, request)
        if getattr(request, "renew", None) is None and getattr(request, "choice", None) is None:
            await self._floors.still_let_in(visit.guest)
        return told

    async def _visit(self, guest: Guest, request: Own | OfTable) -> Visit:
        room, member = self._floors.of(guest).room, await self._floors.as_of_now(guest)
        who = f"{member.platform}/{member.user_id}" if member else f"/{id(guest)}"
        return Visit(
            party=self._party,
            room=room,
            way=guest.way,
            member=member,
            own=guest.words,
            words=guest.words,
            key=f"{who}/{request.id}",
            hub=self,
            guest=guest,
        )


def _part(request: web.Request) -> None:
    """Takes a connection and what is known of it apart, which hold each other and some kilobytes.

    aiohttp has a connection call the WebSocket's timer for whatever comes, and goes on holding it so when the
    connection is lost (3.14, `RequestHandler.connection_lost`): only the garbage collector would find it.
    """
    request.protocol._data_received_cb = None  # noqa: SLF001 - nothing public lets go of it


def has_left(heard: asyncio.Task[WSMessage]) -> bool:
    """Whether what was heard of somebody is that they are gone."""
    return heard.exception() is not None or heard.result().type not in STILL_THERE


def _heard(guest: Guest) -> asyncio.Task[WSMessage]:
    """What is heard of a guest next."""
    return asyncio.create_task(guest.socket.receive())
