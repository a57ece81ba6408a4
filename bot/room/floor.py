"""One party with its pages open: who is there, and how each of them learns what has changed."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

from bot.party.errors import PartyError
from bot.party.shares import working_for
from bot.party.words import Party, Room
from bot.room import own, protocol
from bot.room.asking import Since
from bot.room.covers import Covers
from bot.room.edition import Edition
from bot.room.guest import Guest
from bot.room.sheet import Around
from bot.room.state import PersonJson, known_as
from bot.service import PartyService
from bot.wording.replies import Replies, seen

log = logging.getLogger(__name__)

MOST_PEOPLE = 20
"""So many people are named to everybody."""
GATHER_S = 0.03
"""Changes this close to each other are told in one go, in seconds."""
GATHER_PEOPLE_S = 0.3
"""So long who comes and goes is gathered where many are ..."""
MANY = 20
"""... which so many people are."""
REST = 3
"""So many times as long as telling took, nothing is told: the loop has other things to do."""
RETRY_S = 1.0
"""How long to wait after the party could not be read, in seconds."""
ROLES = ("host", "dj", "member", "guest")


class Floor:
    """A party that somebody looks at.

    Args:
        service: all parties.
        around: what is shown besides, before anybody has come.
        look_at_links: called when links to the party were made anew; returns what lets guests in by now.
        covers: finds the pictures of songs.
    """

    def __init__(
        self,
        service: PartyService,
        around: Around,
        look_at_links: Callable[[Floor], Awaitable[str | None]],
        covers: Covers,
    ) -> None:
        self.room: Room = around.room
        self.guests: set[Guest] = set()
        self.held = 0  # how many are on their way in, or in
        self.party: Party | None = None
        self._service = service
        self._around = around
        self._look_at_links = look_at_links
        self._covers = covers
        self._run = secrets.token_hex(8)
        self._seq = 0
        self._editions: dict[str, Edition] = {}
        self._stale = True  # whether the party is another by now than `party`
        self._changed = asyncio.Event()
        self._changed.set()
        self._opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._soon: asyncio.TimerHandle | None = None
        with working_for(None):  # all who look at it
            self._telling: asyncio.Task[None] | None = asyncio.create_task(self._keep_told())

    async def opened(self) -> Party:
        """The party, once it was read.

        Raises:
            Exception: it could not be.
        """
        await asyncio.shield(self._opened)
        assert self.party is not None  # noqa: S101 - it is set before the future is
        return self.party

    def close(self) -> None:
        """Tells nobody anything any more."""
        if self._telling:
            self._telling.cancel()
            self._telling = None  # it goes on holding this floor
        if self._soon:
            self._soon.cancel()
        if self._opened.done() and not self._opened.cancelled():
            self._opened.exception()  # somebody may have left before they could hear of it

    def note(self) -> None:
        """Takes note of a change of the party."""
        self._stale = True
        self._changed.set()

    def welcome(self, guest: Guest, since: Since | None) -> None:
        """Shows somebody all that there is, or what they missed, and from now on each change."""
        guest.own = None
        self._tell_own(guest)
        self._show(guest, since)
        self.guests.add(guest)
        self._note_people()

    def show_again(self, guest: Guest) -> None:
        """Shows the whole to somebody who has missed a change."""
        guest.missed, guest.own = False, None
        self._tell_own(guest)
        self._show(guest, None)

    def leave(self, guest: Guest) -> None:
        """Somebody has gone."""
        self.guests.discard(guest)
        self._note_people()

    def know(self, guest: Guest) -> None:
        """Somebody is another than before: has taken a name, or another one, or has other rights."""
        self._tell_own(guest)
        self._note_people()

    def of(self, user_id: str) -> list[Guest]:
        """All pages of one member."""
        return [guest for guest in self.guests if guest.member and guest.member.user_id == user_id]

    def tell(self, error: PartyError, guests: Iterable[Guest] | None = None) -> None:
        """Has everybody, or some, read what has happened."""
        for guest in self.guests if guests is None else guests:
            guest.send(protocol.told(error, guest.words))

    def slow(self, now_s: float) -> list[Guest]:
        """Who has taken nothing for too long; whoever has taken all by now is shown what they missed."""
        for guest in self.guests:
            if guest.missed and not guest.full:
                self.show_again(guest)
        return [guest for guest in self.guests if guest.is_slow(now_s)]

    def people(self) -> list[PersonJson]:
        """Everybody who is connected under a name, each once: hosts first, then by name."""
        party = self.party
        found: dict[str, PersonJson] = {}
        for guest in self.guests:
            member = guest.member
            if party and member and not guest.looks and member.user_id not in found:
                role = own.role(party, guest.way, member)
                found[member.user_id] = {"id": known_as(member), "name": seen(member.name), "role": role}
        return sorted(
            found.values(), key=lambda each: (ROLES.index(each["role"]), each["name"].casefold(), each["id"])
        )

    def _note_people(self) -> None:
        if self._soon is None:
            wait_s = GATHER_PEOPLE_S if len(self.guests) > MANY else 0
            self._soon = asyncio.get_running_loop().call_later(wait_s, self._look_at_people)

    def _look_at_people(self) -> None:
        self._soon = None
        self._changed.set()

    def _show(self, guest: Guest, since: Since | None) -> None:
        edition, now_ms = self._edition(guest.words), self._service.now_ms()
        frames = None
        if since is not None and since.run == self._run:
            frames = edition.missed(since.seq, self._seq, now_ms)
        for frame in frames if frames is not None else [edition.whole(self._run, self._seq, now_ms)]:
            guest.send(frame)

    def _edition(self, words: Replies) -> Edition:
        code = words.language.code
        if code not in self._editions:
            assert self.party is not None  # noqa: S101 - nobody is let in before
            self._editions[code] = Edition(words, self.party, self._around)
        return self._editions[code]

    def _tell_own(self, guest: Guest) -> None:
        assert self.party is not None  # noqa: S101 - as above
        now = own.own(self.party, guest.way, guest.member)
        told = now if guest.own is None else own.difference(guest.own, now)
        guest.own = now
        if told:
            guest.send({"own": told})

    async def _keep_told(self) -> None:
        """Tells everybody of each change for as long as it runs; a fault is logged and it goes on."""
        while True:
            await self._changed.wait()
            if self.party is not None:
                await asyncio.sleep(GATHER_S)
            self._changed.clear()
            try:
                self._before = self.party
                await self._look()
                begun = time.perf_counter()
                self._tell()
            except Exception as error:
                if not self._opened.done():
                    self._opened.set_exception(error)
                    return
                log.exception("The room could not read its party; trying again.")
                self._stale = True
                self._changed.set()
                await asyncio.sleep(RETRY_S)
                continue
            if not self._opened.done():
                self._opened.set_result(None)
            await asyncio.sleep(REST * (time.perf_counter() - begun))

    async def _look(self) -> None:
        """Reads the party, if it may be another."""
        if self._stale:
            self._stale = False
            party = await self._service.insight.now(self.room)
            if self.party is None or party.links != self.party.links:
                self._around = replace(self._around, guest_url=await self._look_at_links(self))
            cover = await self._covers.link(party.playing.track) if party.playing else None
            own_music, demo = self._service.outlets.has_music, self._service.trying.ready
            self._around = replace(self._around, own_music=own_music, demo=demo, cover=cover)
            self.party = party

    def _tell(self) -> None:
        before, party = self._before, self.party
        assert party is not None  # noqa: S101 - it was read
        self._update_people()
        used = {guest.words.language.code for guest in self.guests}
        self._editions = {code: each for code, each in self._editions.items() if code in used}
        changes = {code: each.compare(party, self._around) for code, each in self._editions.items()}
        frames = {}
        if any(changes.values()):
            self._seq += 1
            now_ms = self._service.now_ms()
            for code, edition in self._editions.items():
                frames[code] = edition.print(changes[code], self._run, self._seq, now_ms)
        if before is not None and before is not party:
            self._tell_owns(before, party)
        for guest in self.guests:
            if guest.words.language.code in frames and not guest.missed:
                if guest.full:
                    guest.missed = True
                else:
                    guest.send(frames[guest.words.language.code])

    def _tell_owns(self, before: Party, party: Party) -> None:
        users = own.touched(before, party)
        all_of_them = own.rights(before) != own.rights(party)
        for guest in self.guests:
            if not guest.missed and (all_of_them or (guest.member and guest.member.user_id in users)):
                self._tell_own(guest)

    def _update_people(self) -> None:
        people = self.people()
        nameless = sum(guest.member is None and not guest.looks for guest in self.guests)
        self._around = replace(
            self._around,
            people=tuple(people[:MOST_PEOPLE]),
            named=len(people),
            watching=len(people) + nameless,
        )
