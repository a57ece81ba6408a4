"""Everybody with a page open, in whichever party: takes what they ask for to it, and lets them in and out."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from bot.party.errors import NotUnderstood, PartyError, TooFast
from bot.party.words import Member, Pass, Room, Way
from bot.room import protocol
from bot.room.asking import Enter, Own
from bot.room.floor import Floor
from bot.room.guest import GOODBYE_S, Guest
from bot.room.language import replies
from bot.room.names import PLATFORM, Names
from bot.room.protocol import Message
from bot.room.reading import read
from bot.room.requests import OfTable
from bot.room.sheet import Around
from bot.room.state import PersonJson
from bot.room.visit import Visit
from bot.room.work import Work
from bot.service import PartyService
from bot.wording.languages import spoken

log = logging.getLogger(__name__)

LOBBY = Room(platform=PLATFORM, workspace="", channel="lobby")
MOST_GUESTS = 500
"""How many connections are served at once."""
HEARTBEAT_S = 20.0
"""How often a silent connection is asked whether it is still there, in seconds."""
ENTER_WITHIN_S = 20.0
"""How long a connection may take to say where it wants to, in seconds."""
MOST_GOING = 4
"""How many requests that may take long a browser may have under way."""


class Hub:
    """All connections, and the parties that they look at."""

    def __init__(self, party: PartyService) -> None:
        self._party = party
        self._names: dict[Room, Names] = {}
        self._guests: set[Guest] = set()
        self._floors: dict[Room, Floor] = {}
        self._work = Work()
        self._leaving: set[asyncio.Task[None]] = set()
        party.notices.on_change(self._note)
        party.notices.on_news(self._hear)
        party.notices.send_by(PLATFORM, self._whisper)
        party.vitals.figure("web_connections", "Pages that are open", lambda: len(self._guests))
        party.vitals.figure("web_rooms", "Parties with a page that is open", lambda: len(self._floors))

    async def meet(self, request: web.Request) -> web.WebSocketResponse:
        """Serves one browser until it leaves."""
        if len(self._guests) >= MOST_GUESTS:
            raise web.HTTPServiceUnavailable(text="The room is full. Try again later.\n")
        socket = web.WebSocketResponse(
            heartbeat=HEARTBEAT_S, max_msg_size=protocol.LARGEST_IMPORT, timeout=GOODBYE_S
        )
        await socket.prepare(request)
        assert request.transport is not None  # noqa: S101 - the handshake went over it
        guest = Guest(socket, request.transport)
        self._guests.add(guest)
        try:
            await self._serve(guest)
        finally:
            self._guests.discard(guest)
            self._take_out(guest)
        return socket

    def people(self, room: Room) -> list[PersonJson]:
        """Everybody who has a page of this party open under a name, each once."""
        floor = self._floors.get(room)
        return floor.people() if floor else []

    def drop(self, room: Room, user_id: str, error: PartyError, *, retry: bool = False) -> bool:
        """Closes all pages of a party that somebody has open, with a reason; False where they have none."""
        floor = self._floors.get(room)
        theirs = floor.of(user_id) if floor else []
        for guest in theirs:
            self._drop(guest, error, retry=retry)
        return bool(theirs)

    async def name(self, guest: Guest, name: str, secret: str) -> Member:
        """Gives a browser a name in its party, on all of its pages.

        Raises:
            NameNeeded, NameTaken, NotUnderstood: not this one.
        """
        floor = self._floor_of(guest)
        if guest.way is Way.MEMBER and guest.member:
            return guest.member
        present = {other.member.user_id for other in floor.guests if other.member}
        names = self._names.setdefault(floor.room, Names())
        guest.member = names.claim(name, secret, present)
        if guest.way is Way.HOST:
            guest.member = replace(guest.member, moderator=True, manager=True)
        guest.came_ms = self._party.now_ms()
        for page in {*floor.of(guest.member.user_id)}:
            if page.way is guest.way:
                page.member = guest.member
            floor.know(page)
        return guest.member

    async def close(self) -> None:
        """Says goodbye to everybody, so that their pages come back by themselves."""
        await asyncio.gather(*(guest.close(WSCloseCode.GOING_AWAY) for guest in self._guests), *self._leaving)
        for floor in self._floors.values():
            floor.close()
        self._work.close()

    def _note(self, room: Room) -> None:
        if room in self._floors:
            self._floors[room].note()

    def _hear(self, room: Room, error: PartyError) -> None:
        if room in self._floors:
            self._floors[room].tell(error)

    async def _whisper(self, member: Member, error: PartyError) -> bool:
        heard = False
        for floor in self._floors.values():
            theirs = floor.of(member.user_id)
            floor.tell(error, theirs)
            heard = heard or bool(theirs)
        return heard

    async def _serve(self, guest: Guest) -> None:
        within: float | None = ENTER_WITHIN_S
        while True:
            try:
                message = await guest.socket.receive(within)
            except TimeoutError:
                await guest.close(WSCloseCode.POLICY_VIOLATION)
                return
            if message.type not in {WSMsgType.TEXT, WSMsgType.BINARY}:
                return
            if not protocol.fits(message.data):
                await guest.close(WSCloseCode.MESSAGE_TOO_BIG)
                return
            answer, entered = await self._answer(guest, message)
            guest.send(answer)
            if entered:
                self._floor_of(guest).welcome(guest, entered.since)
            if guest.room:
                within = None
            await guest.taken()

    async def _answer(self, guest: Guest, message: WSMessage) -> tuple[Message, Enter | None]:
        """The answer to a message, and the request if it was one to come in and was met."""
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
            request = read(asked)
            entering = request if isinstance(request, Enter) else None
            if entering or not guest.room:
                await self._let_in(guest, entering or Enter(id=request.id, do="enter"))
                if not entering:
                    self._floor_of(guest).welcome(guest, None)
            return await self._meet(guest, request), entering
        except Exception as error:
            return protocol.refused(ident, error, guest.words), None

    async def _meet(self, guest: Guest, request: Own | OfTable) -> Message:
        visit = self._visit(guest, request)
        if not request.slow:
            return protocol.done(request.id, await self._work.run(visit, request))
        visit.named()
        if guest.going >= MOST_GOING:
            raise TooFast
        guest.going += 1
        self._work.begin(visit, request).add_done_callback(guest.answer)
        return protocol.going(request.id)

    def _visit(self, guest: Guest, request: Own | OfTable) -> Visit:
        member = guest.who(self._party.now_ms())
        who = f"{member.platform}/{member.user_id}" if member else f"/{id(guest)}"
        return Visit(
            party=self._party,
            room=self._floor_of(guest).room,
            way=guest.way,
            member=member,
            own=guest.words,
            words=guest.words,
            key=f"{who}/{request.id}",
            hub=self,
            guest=guest,
        )

    async def _let_in(self, guest: Guest, asked: Enter) -> None:
        """Brings a guest into the party that they want to see.

        Raises:
            PartyError: they may not.
        """
        self._take_out(guest)
        guest.words = replies(spoken(asked.language))
        let_in = Pass(LOBBY, Way.GUEST)
        if asked.link:
            let_in = await self._party.passes.read(asked.link)  # type: ignore[attr-defined]
        floor = self._floors.get(let_in.room)
        if floor is None:
            lobby = let_in.room == LOBBY
            around = Around(let_in.room, lobby=lobby, spotify=self._party.has_spotify)
            floor = self._floors[let_in.room] = Floor(self._party, around, self._drop)
        floor.held += 1
        guest.let_in, guest.link, guest.looks = let_in, asked.link, asked.look
        guest.member = let_in.member
        try:
            await floor.opened()
            if asked.name is not None and asked.secret is not None and not asked.look:
                await self.name(guest, asked.name, asked.secret)
        except BaseException:
            self._take_out(guest)
            raise

    def _take_out(self, guest: Guest) -> None:
        """Takes a guest out of the party that they look at; the last one closes it."""
        if guest.room is None:
            return
        floor = self._floor_of(guest)
        guest.let_in, guest.member = None, None
        floor.held -= 1
        floor.leave(guest)
        if not floor.held:
            floor.close()
            del self._floors[floor.room]

    def _floor_of(self, guest: Guest) -> Floor:
        assert guest.room is not None  # noqa: S101 - whoever asks was let in
        return self._floors[guest.room]

    def _drop(self, guest: Guest, error: PartyError, *, retry: bool = False, after_s: int = 0) -> None:
        leaving = asyncio.create_task(guest.leave(error, retry=retry, after_s=after_s))
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)
