"""The parties that somebody looks at: who is let into which, under which name, and who is sent out."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import replace

from bot.party.errors import (
    HouseFull,
    JoiningLocked,
    LinkGone,
    NameReserved,
    NameTaken,
    NotUnderstood,
    PartyError,
    RoomFull,
    TooSlow,
)
from bot.party.words import Member, Pass, Room, Way
from bot.room import names
from bot.room.asking import Enter
from bot.room.covers import Covers
from bot.room.floor import Floor
from bot.room.guest import Guest
from bot.room.language import replies
from bot.room.limits import Limits
from bot.room.lookalikes import is_reserved, looks
from bot.room.sheet import Around, shown
from bot.room.state import PersonJson
from bot.service import PartyService
from bot.wording.languages import spoken

log = logging.getLogger(__name__)

LOBBY = names.LOBBY
SWEEP_S = 1.0
"""How often to look for whoever takes nothing, in seconds."""
RIGHTS_S = 60.0
"""How often to look what members of chats may do by now, and whether their links still hold."""
COME_BACK_S = 30
"""After so long a page may come back that was too slow, or found no place."""


class Floors:
    """All parties whose page somebody has open."""

    def __init__(self, party: PartyService, limits: Limits) -> None:
        self._party = party
        self._limits = limits
        self.covers = Covers(party)
        self._floors: dict[Room, Floor] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        self._arriving: set[Guest] = set()
        self._forgotten: set[Guest] = set()  # whose link is gone with all that was known of them

    def get(self, room: Room) -> Floor | None:
        """A party, if somebody looks at it."""
        return self._floors.get(room)

    def all(self) -> list[Floor]:
        """Every party that somebody looks at."""
        return [*self._floors.values()]

    def people(self, room: Room) -> list[PersonJson]:
        """Everybody who has a page of this party open under a name, each once."""
        floor = self._floors.get(room)
        return floor.people() if floor else []

    def members(self, room: Room) -> Mapping[str, Member]:
        """The same people with the rights of now, by id; a host with a guest's page besides is a host."""
        floor, now_ms = self._floors.get(room), self._party.now_ms()
        pages = [guest for guest in floor.guests if not guest.looks] if floor else []
        found = [member for member in (guest.who(now_ms) for guest in pages) if member]
        return {each.user_id: each for each in sorted(found, key=lambda each: each.moderator)}

    def of(self, guest: Guest) -> Floor:
        """The party that a guest looks at."""
        assert guest.room is not None  # noqa: S101 - whoever asks was let in
        return self._floors[guest.room]

    async def let_in(self, guest: Guest, asked: Enter) -> PartyError | None:
        """Brings a guest into the party that they want to see; returns why the name cannot be theirs.

        Raises:
            LinkGone: their link leads nowhere.
            RoomFull, HouseFull: there is no place.
            JoiningLocked: nobody new comes in.
        """
        self.take_out(guest)
        guest.words, guest.link = replies(spoken(asked.language)), asked.link
        self._arriving.add(guest)  # their link may end while they are on their way
        try:
            return await self._bring_in(guest, asked)
        finally:
            self._arriving.discard(guest)

    async def still_let_in(self, guest: Guest) -> None:
        """Lets somebody learn what only who may be here is told: they may be on their way out already.

        Raises:
            LinkGone: their link is none any more.
        """
        if guest.link:
            await self._party.passes.read(guest.link)

    async def _bring_in(self, guest: Guest, asked: Enter) -> PartyError | None:
        let_in, member = await self._read(asked.link)
        floor = self._hold(let_in.room)
        guest.let_in, guest.looks = let_in, asked.look
        guest.member = None if asked.look else member
        try:
            await floor.opened()
            if asked.look or let_in.way is Way.MEMBER:
                return None
            refused = None
            if asked.name is not None and asked.secret is not None:
                refused = await self._named(guest, asked.name, asked.secret)
                if refused is None:
                    return None
            if let_in.way is Way.GUEST and (await self._party.settings.rules(let_in.room)).joining_locked:
                raise JoiningLocked(let_in.room)
        except BaseException:
            self.take_out(guest)
            raise
        return refused

    def take_out(self, guest: Guest) -> None:
        """Takes a guest out of the party that they look at; the last one closes it."""
        if guest.room is None:
            return
        floor = self.of(guest)
        guest.let_in, guest.member, guest.own = None, None, None
        floor.leave(guest)
        floor.held -= 1
        if not floor.held:
            floor.close()
            del self._floors[floor.room]

    async def name(self, guest: Guest, name: str, secret: str) -> Member:
        """Gives a browser a name in its party, on all of its pages.

        Raises:
            NameNeeded, NameTaken, NotUnderstood: not this one.
            JoiningLocked, KeptOut: not here.
        """
        floor, way = self.of(guest), guest.way
        if way is Way.MEMBER and guest.member:
            return guest.member
        member = names.person(name, secret)
        if way is Way.HOST:
            member = replace(member, moderator=True, manager=True)
        if guest.browser not in {"", member.user_id}:
            raise NotUnderstood
        looked = looks(member.name)
        if is_reserved(member.name) and not (way is Way.HOST and looked == looks("host")):
            raise NameReserved(member.name)
        if looked in _others(floor, member):
            raise NameTaken(member.name)
        came_ms = await self._party.nicknames.claim(floor.room, member, looked)
        if guest.room != floor.room:  # they have gone on meanwhile
            return member
        guest.member, guest.came_ms, guest.looks = member, came_ms, False
        guest.browser = member.user_id
        for page in floor.of(member.user_id):
            page.member, page.came_ms = replace(page.member or member, name=member.name), came_ms
            floor.know(page)
        return member

    async def as_of_now(self, guest: Guest) -> Member | None:
        """Who a guest is, with the rights of now.

        Raises:
            LinkGone: they have left the chat whose member they came as.
        """
        if guest.let_in is None or guest.way is not Way.MEMBER or guest.looks:
            return guest.who(self._party.now_ms())
        member = await self._party.passes.member_now(guest.let_in)
        if member is None or (guest.let_in.ends_ms or self._party.now_ms() + 1) <= self._party.now_ms():
            raise LinkGone
        if guest.member != member or _rights(guest.member) != _rights(member):
            guest.member = member
            if guest.room in self._floors:
                self.of(guest).know(guest)
        return member

    def drop(self, room: Room, user_id: str, error: PartyError, *, retry: bool = False) -> bool:
        """Closes all pages of a party that somebody has open, with a reason; False where they have none."""
        floor = self._floors.get(room)
        theirs = floor.of(user_id) if floor else []
        for guest in theirs:
            self.send_out(guest, error, retry=retry)
        return bool(theirs)

    def send_out(self, guest: Guest, error: PartyError, *, retry: bool = False, after_s: int = 0) -> None:
        """Closes a connection with a reason, at once as far as everybody else is concerned."""
        if guest.leaving:
            return
        guest.leaving = True
        leaving = asyncio.create_task(guest.leave(error, retry=retry, after_s=after_s))
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)

    def empty(self, room: Room) -> None:
        """Sends everybody out of a party that is no more."""
        floor = self._floors.get(room)
        for guest in [*floor.guests] if floor else []:
            self.send_out(guest, LinkGone())

    def forget(self, member: Member) -> None:
        """Has all pages of a member who was forgotten be nobody's; by a link of their own they end soon."""
        for floor in self.all():
            for guest in floor.of(member.user_id):
                if guest.member != member:
                    continue
                if guest.way is Way.MEMBER:
                    self._forgotten.add(guest)
                else:
                    guest.member, guest.browser, guest.came_ms = None, "", 0
                    floor.know(guest)

    async def keep_swept(self) -> None:
        """Sends out whoever takes nothing, or may not be here any more, for as long as it runs."""
        looked_s = time.monotonic()
        looking: asyncio.Task[None] | None = None
        try:
            while True:
                await asyncio.sleep(SWEEP_S)
                for guest in self._forgotten:
                    self.send_out(guest, LinkGone())
                self._forgotten.clear()
                for floor in self.all():
                    for guest in floor.slow(time.monotonic()):
                        self.send_out(guest, TooSlow(), retry=True, after_s=COME_BACK_S)
                now_s = time.monotonic()
                if now_s - looked_s > RIGHTS_S and (looking is None or looking.done()):
                    # A chat may take its time to say what members may do, while others are slow.
                    looked_s, looking = now_s, asyncio.create_task(self._look_again())
        finally:
            if looking is not None:
                looking.cancel()

    async def close(self) -> None:
        """Closes all of them, and waits for whoever is on their way out."""
        await asyncio.gather(*self._leaving, return_exceptions=True)
        for floor in self.all():
            floor.close()

    def _hold(self, room: Room) -> Floor:
        """A place in a party, which is opened for whoever is the first.

        Raises:
            RoomFull, HouseFull: there is none.
        """
        floor = self._floors.get(room)
        if floor is None:
            if len(self._floors) >= self._limits.parties:
                raise HouseFull
            around = Around(room, lobby=room == LOBBY, spotify=self._party.has_spotify)
            floor = self._floors[room] = Floor(self._party, around, self._look_at_links, self.covers)
        elif floor.held >= self._limits.guests:
            raise RoomFull(self._limits.guests)
        floor.held += 1
        return floor

    async def _named(self, guest: Guest, name: str, secret: str) -> PartyError | None:
        try:
            await self.name(guest, name, secret)
        except JoiningLocked:
            raise
        except PartyError as error:  # they may look, and take another name
            return error
        return None

    async def _read(self, link: str) -> tuple[Pass, Member | None]:
        if not link:
            return Pass(LOBBY, Way.GUEST), None
        found = await self._party.passes.read(link)
        if found.way is not Way.MEMBER:
            return found, None
        member = await self._party.passes.member_now(found)
        if member is None:
            raise LinkGone
        return found, member

    async def _look_at_links(self, floor: Floor) -> str | None:
        """Sends out whoever came by a link that is none any more; returns what lets guests in now."""
        await self._send_out_gone(floor)
        passes = self._party.passes
        if not passes.address or (floor.guests and all(guest.leaving for guest in floor.guests)):
            return None  # a party that was forgotten would come back with a link
        return f"{passes.address}/" if floor.room == LOBBY else passes.url(await passes.guest(floor.room))

    async def _send_out_gone(self, floor: Floor) -> None:
        """Sends out whoever came by a link that is none any more."""
        still = {"": True}
        for guest in [*floor.guests, *self._arriving]:
            if guest.link not in still:
                try:
                    await self._party.passes.read(guest.link)
                    still[guest.link] = True
                except LinkGone:
                    still[guest.link] = False
            if not still[guest.link]:
                self.send_out(guest, LinkGone())

    async def _look_again(self) -> None:
        """Looks at everybody's link and rights: another process may have taken them away."""
        for floor in self.all():
            try:
                await self._send_out_gone(floor)
            except Exception:
                log.exception("Whether links still hold could not be looked up.")
            await self._look_at_rights(floor)

    async def _look_at_rights(self, floor: Floor) -> None:
        for guest in [*floor.guests]:
            try:
                await self.as_of_now(guest)
            except LinkGone as gone:
                self.send_out(guest, gone)
            except Exception:
                log.exception("What a member may do could not be looked up.")


def _others(floor: Floor, member: Member) -> set[str]:
    """How the names look of whoever is there, or has added a song that is shown."""
    there = {guest.member for guest in floor.guests if guest.member and not guest.looks}
    adders = {one.added_by for one in shown(floor.party) if one.added_by} if floor.party else set()
    return {looks(each.name) for each in there | adders if each != member and each.name}


def _rights(member: Member | None) -> tuple[object, ...]:
    return (member.name, member.moderator, member.manager, member.roles) if member else ()
