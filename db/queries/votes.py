"""Votes and wishes to skip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Integer, bindparam, delete, insert, select

from bot.party.results import Favourite
from bot.party.words import Member, State, Track
from db.engine.query import command, query
from db.engine.session import Session
from db.queries.ahead import WAITING, WISHING, UserId
from db.queries.entry_rows import EntryRow, in_state
from db.queries.members import MEMBER, NUMBER_OF_MEMBER, Members
from db.schema import entries, members, skips, votes


class WantedRow(NamedTuple):
    """An entry that a member has voted for, and which song it is, as `Track` has it."""

    id: int
    title: str
    artist: str
    track_id: str | None
    album: str | None
    year: int | None
    duration_ms: int | None
    spotify_id: str | None


SKIPPERS = query(
    UserId,
    select(members.c.user_id)
    .join(skips, skips.c.member_id == members.c.id)
    .where(skips.c.entry_id == bindparam("entry")),
)
WANTED = query(
    WantedRow,
    select(
        entries.c.id,
        entries.c.title,
        entries.c.artist,
        entries.c.track_id,
        entries.c.album,
        entries.c.year,
        entries.c.duration_ms,
        entries.c.spotify_id,
    )
    .join(votes, votes.c.entry_id == entries.c.id)
    .where(votes.c.member_id == NUMBER_OF_MEMBER, votes.c.value > 0)
    # Without the sum a database may walk through everybody's votes, from the latest one down.
    .order_by((votes.c.entry_id + 0).desc())
    .limit(bindparam("most", type_=Integer())),
)
UNVOTE = command(
    delete(votes).where(votes.c.entry_id == bindparam("entry"), votes.c.member_id == bindparam("member"))
)
VOTE = command(insert(votes))
ADD_SKIP = command(insert(skips))
DROP_SKIP = command(
    delete(skips).where(skips.c.entry_id == bindparam("entry"), skips.c.member_id == bindparam("member"))
)
_OPEN = (
    select(entries.c.id)
    .where(entries.c.party_id == bindparam("party"), in_state(State.SUGGESTED, State.QUEUED, State.PLAYING))
    .scalar_subquery()
)
_DROP_OPEN = [
    command(delete(table).where(table.c.member_id == bindparam("member"), table.c.entry_id.in_(_OPEN)))
    for table in (votes, skips)
]


class Votes:
    """Votes and wishes to skip, inside one transaction."""

    def __init__(self, session: Session, members: Members) -> None:
        self._session = session
        self._members = members

    async def set(self, entry_id: int, member: Member, value: int) -> None:
        """Sets a member's vote; 0 takes it back."""
        member_id = await self._members.number(member)
        await self._session.write(UNVOTE, entry=entry_id, member=member_id)
        if value:
            await self._session.write(VOTE, entry_id=entry_id, member_id=member_id, value=value)

    async def wanted(self, member: Member, most: int) -> list[Favourite]:
        """The latest songs that a member has voted for in any room of the platform, the latest first."""
        who = {"platform": member.platform, "user_id": member.user_id}
        rows = await self._session.rows(WANTED, most=most, **who)
        return [Favourite(row.id, Track(*row[1:])) for row in rows]

    async def skippers(self, entry_id: int) -> frozenset[str]:
        """The user_ids of those who want to skip."""
        waiting, wishing = self._session.last(WAITING), self._session.last(WISHING)
        if waiting and wishing and waiting.values == wishing.values and _plays(waiting.rows, entry_id):
            rows = wishing.rows
        else:
            rows = await self._session.rows(SKIPPERS, entry=entry_id)
        return frozenset(row.user_id for row in rows)

    async def add_skip(self, entry_id: int, member: Member) -> bool:
        """Notes that a member wants to skip, once however often, and says whether that is new."""
        if member.user_id in await self.skippers(entry_id):
            return False
        member_id = await self._members.number(member)
        await self._session.write(ADD_SKIP, entry_id=entry_id, member_id=member_id)
        return True

    async def drop_open(self, party_id: int, member: Member) -> None:
        """Takes a member's votes and wishes back where they would still count."""
        found = await self._session.first(MEMBER, platform=member.platform, user_id=member.user_id)
        if found is not None:
            for each in _DROP_OPEN:
                await self._session.write(each, party=party_id, member=found.id)

    async def drop_skip(self, entry_id: int, member: Member) -> None:
        """Takes a wish to skip back."""
        await self._session.write(DROP_SKIP, entry=entry_id, member=await self._members.number(member))


def _plays(rows: Sequence[EntryRow], entry_id: int) -> bool:
    return any(row.id == entry_id and row.state == State.PLAYING for row in rows)
