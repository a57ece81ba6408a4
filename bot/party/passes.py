"""Links to a party's page: who comes in by which, and as whom.

A link's secret is what counts: whoever has it gets in. It is kept by its digest, and of links that are shown
again by itself, too. It is in no log.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable

from bot.party.errors import KeptOut, LinkGone, ModeratorsOnly, OwnersOnly, TooManyParties
from bot.party.limits import (
    HOUR_MS,
    LONGEST_SECRET,
    MOST_OWN_LINKS,
    OWN_LINK_LASTS_MS,
    PARTIES_AN_HOUR,
    PARTIES_EACH_AN_HOUR,
)
from bot.party.link_secrets import digest_of, new_secret
from bot.party.results import Begun
from bot.party.rules.moderation import is_kept_out
from bot.party.unit_of_work import UnitOfWork, finished
from bot.party.words import BEGAN, Member, Pass, Room, Way
from bot.party.writer import PartyWriter

log = logging.getLogger(__name__)

LookUp = Callable[[Room, Member], Awaitable[Member | None]]
"""A member of a room with the rights of now; None for whoever has left."""

RIGHTS_LAST_MS = 60_000
"""So long nobody asks again what a member may do."""
MOST_RIGHTS = 5_000
"""The rights of so many members are remembered."""


class Passes:
    """Makes links, reads them, and ends them."""

    def __init__(self, unit: UnitOfWork) -> None:
        self.unit = unit
        self.address = ""  # where browsers reach the page; empty where nobody outside can
        self._look_ups: dict[str, LookUp] = {}
        self._rights: dict[tuple[Room, str], tuple[int, Member | None]] = {}

    def url(self, secret: str) -> str:
        """Where a link leads."""
        return f"{self.address}/party/{secret}"

    def rights_by(self, platform: str, look_up: LookUp) -> None:
        """Has `look_up` say what members of this platform may do now."""
        self._look_ups[platform] = look_up

    @finished
    async def guest(self, room: Room) -> str:
        """The secret of the room's link for guests, made when it is first asked for."""
        return await self._shared(room, Way.GUEST)

    @finished
    async def host(self, room: Room) -> str:
        """The secret of the link that makes whoever has it a host of a room on the page, likewise."""
        return await self._shared(room, Way.HOST)

    @finished
    async def own(self, room: Room, member: Member) -> str:
        """A new secret that lets one member of a chat in as themselves, for a week.

        Raises:
            KeptOut: a moderator has blocked the member here.
        """
        secret = new_secret()
        async with self.unit.writing(room) as party:
            if is_kept_out(member, party.rules, party.blocked):
                raise KeptOut(room)
            before = await party.tx.passes.own(party.id, member)
            await party.tx.passes.drop(before[MOST_OWN_LINKS - 1 :])
            await party.tx.passes.keep(
                digest_of(secret),
                party.id,
                Way.MEMBER,
                party.now_ms,
                member=member,
                ends_ms=party.now_ms + OWN_LINK_LASTS_MS,
            )
        return secret

    @finished
    async def read(self, secret: str) -> Pass:
        """What a link is good for.

        Raises:
            LinkGone: it was never one, or no longer is.
        """
        found = None
        if 0 < len(secret) <= LONGEST_SECRET:
            async with self.unit.store.reading() as look:
                found = await look.passes.find(digest_of(secret), self.unit.now_ms())
        if found is None:
            raise LinkGone
        return found

    @finished
    async def renew(self, room: Room, member: Member, key: str | None = None) -> None:
        """Ends all links of a room but the host's; whoever came by one needs a new one.

        Raises:
            ModeratorsOnly: the member may not.
        """
        async with self.unit.writing_for(room, member, key) as party:
            if not party.moderates:
                raise ModeratorsOnly(room)
            if not party.done:
                await party.note("links")
                await self._end(party, Way.GUEST, Way.MEMBER)

    @finished
    async def renew_host(self, room: Room, member: Member, key: str | None = None) -> None:
        """Ends the host's link of a room on the page; whoever is host by it needs the new one.

        Raises:
            OwnersOnly: anybody but a host asked.
        """
        async with self.unit.writing_for(room, member, key) as party:
            if not member.manager:
                raise OwnersOnly(room)
            if not party.done:
                await party.note("host link")
                await self._end(party, Way.HOST)

    @finished
    async def begin(self, member: Member | None = None) -> Begun:
        """Begins a party of its own on the page.

        Args:
            member: who begins it; None for whoever runs the bot.

        Raises:
            TooManyParties: the member, or all together, have begun too many in the last hour.
        """
        room = Room("web", "", secrets.token_hex(16))
        if member is None:
            async with self.unit.writing(room) as party:
                return await self._begun(room, party)
        async with self.unit.writing_for(room, member, None) as party:
            since_ms = party.now_ms - HOUR_MS
            if await party.tx.passes.begun_by(member, since_ms) >= PARTIES_EACH_AN_HOUR:
                raise TooManyParties
            if await party.tx.passes.made(Way.HOST, since_ms) >= PARTIES_AN_HOUR:
                raise TooManyParties
            await party.note(BEGAN)
            return await self._begun(room, party)

    async def _begun(self, room: Room, party: PartyWriter) -> Begun:
        return Begun(room, host=await self._made(party, Way.HOST), guest=await self._made(party, Way.GUEST))

    async def _shared(self, room: Room, way: Way) -> str:
        async with self.unit.reading(room) as look:
            known = await look.secret(way)
        if known:
            return known
        async with self.unit.writing(room) as party:
            return await party.tx.passes.secret(party.id, way) or await self._made(party, way)

    async def _made(self, party: PartyWriter, way: Way) -> str:
        secret = new_secret()
        await party.tx.passes.keep(digest_of(secret), party.id, way, party.now_ms, secret=secret)
        return secret

    async def _end(self, party: PartyWriter, *ways: Way) -> None:
        await party.tx.passes.drop_all(party.id, ways)
        await party.tx.parties.set_links(party.id, party.record.links + 1)

    async def member_now(self, one: Pass) -> Member | None:
        """The member whose own link it is, with the rights of now; None for whoever has left.

        The door is asked at most once a minute. Where it does not answer, what it said last holds, or else
        what it said when the link was made.
        """
        member = one.member
        look_up = self._look_ups.get(member.platform) if member else None
        if member is None or look_up is None:
            return member
        which, now_ms = (one.room, member.user_id), self.unit.now_ms()
        known_ms, known = self._rights.get(which, (None, member))
        if known_ms is not None and now_ms - known_ms < RIGHTS_LAST_MS:
            return known
        try:
            known = await look_up(one.room, member)
        except Exception as error:
            log.warning("What a member of %s may do could not be looked up: %r", member.platform, error)
        if len(self._rights) >= MOST_RIGHTS:
            self._rights.clear()
        self._rights[which] = now_ms, known
        return known
