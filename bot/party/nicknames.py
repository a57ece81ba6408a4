"""The names of people who come to a party's page without an account."""

from __future__ import annotations

from bot.party.errors import JoiningLocked, KeptOut, NameTaken
from bot.party.limits import HOUR_MS, MOST_NICKNAMES, NICKNAME_LASTS_MS, NICKNAME_SEEN_MS
from bot.party.rules.moderation import is_kept_out, may_moderate
from bot.party.unit_of_work import UnitOfWork, finished
from bot.party.words import Member, Room


class Nicknames:
    """Keeps who is called what in which room, so that nobody is taken for somebody else."""

    def __init__(self, unit: UnitOfWork) -> None:
        self.unit = unit

    @finished
    async def claim(self, room: Room, member: Member, looks: str) -> int:
        """Gives a name to whoever has it already, or if it is free.

        Args:
            room: where.
            member: the browser, under the name that it wants.
            looks: how the name looks; names that look the same are one.

        Returns:
            When the member was here already, in milliseconds since 1970: whoever is new, as of now.

        Raises:
            NameTaken: somebody else has a name that looks like it.
            JoiningLocked: nobody new comes in for now.
            KeptOut: a moderator has blocked the member here.
        """
        async with self.unit.reading(room) as party:
            known = await party.nickname(member.user_id)
            if is_kept_out(member, party.rules, party.blocked):
                raise KeptOut(room)
            if known is None and party.rules.joining_locked and not may_moderate(member, party.rules):
                raise JoiningLocked(room)
            lately = party.now_ms - NICKNAME_SEEN_MS
        if known is not None and (known.looks, known.name) == (looks, member.name) and known.seen_ms > lately:
            return known.seen_ms
        return await self._keep(room, member, looks)

    async def _keep(self, room: Room, member: Member, looks: str) -> int:
        async with self.unit.writing(room) as party:
            nicknames, now_ms = party.tx.nicknames, party.now_ms
            await nicknames.forget(party.id, now_ms - NICKNAME_LASTS_MS, MOST_NICKNAMES)
            if await nicknames.owner(party.id, looks) not in {None, member.user_id}:
                raise NameTaken(member.name)
            known = await nicknames.of(party.id, member.user_id)
            seen_ms = max(known.seen_ms, now_ms - HOUR_MS) if known else now_ms
            await nicknames.keep(party.id, looks, member.user_id, member.name, seen_ms)
            return seen_ms
