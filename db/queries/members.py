"""Members, whose numbers the other subjects write."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, select

from bot.party.words import Member
from db.engine.query import query, returning
from db.engine.session import Session
from db.engine.statements import upsert
from db.schema import members


class MemberRow(NamedTuple):
    """A member as it is known."""

    id: int
    name: str


class Number(NamedTuple):
    """A member's number."""

    id: int


IS_MEMBER = (members.c.platform == bindparam("platform"), members.c.user_id == bindparam("user_id"))
"""Whether a row is of the member that the parameters `platform` and `user_id` name."""
NUMBER_OF_MEMBER = select(members.c.id).where(*IS_MEMBER).scalar_subquery()

MEMBER = query(MemberRow, select(members.c.id, members.c.name).where(*IS_MEMBER))
_KEEP = returning(
    Number,
    upsert(members, key=("platform", "user_id"), columns=("name",)).returning(members.c.id),
    silent=True,
)


class Members:
    """The numbers of members, inside one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._numbers: dict[tuple[Member, str], int] = {}  # by the name too, which may change

    def learn(self, member: Member, rows: list[MemberRow]) -> None:
        """Takes note of what was looked up of a member."""
        for row in rows:
            if row.name == member.name:
                self._numbers[member, member.name] = row.id

    async def number(self, member: Member) -> int:
        """A member's number; who is new or has a new name is written down."""
        known = self._numbers.get((member, member.name))
        if known is None:
            known = self._numbers[member, member.name] = await self._find(member)
        return known

    async def _find(self, member: Member) -> int:
        who = {"platform": member.platform, "user_id": member.user_id}
        found = await self._session.first(MEMBER, **who)
        # Who writes a row makes other parties wait for it.
        if found is not None and found.name == member.name:
            return found.id
        [kept] = await self._session.returned(_KEEP, name=member.name, **who)
        return kept.id
