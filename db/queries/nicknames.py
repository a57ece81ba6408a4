"""The names of people who come to a party's page without an account."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, select

from bot.party.results import Nickname
from db.engine.query import command, query
from db.engine.session import Session
from db.engine.statements import upsert
from db.schema import nicknames


class OwnerRow(NamedTuple):
    """Whose name it is."""

    user_id: str


class CountRow(NamedTuple):
    """How many there are."""

    number: int


class OldestRow(NamedTuple):
    """A name whose owner was not seen for long."""

    looks: str


_OF_PARTY = nicknames.c.party_id == bindparam("party")
_IS_NAME = nicknames.c.looks == bindparam("looks")
_IS_OWNER = nicknames.c.user_id == bindparam("user")

OF_USER = query(
    Nickname,
    select(nicknames.c.looks, nicknames.c.name, nicknames.c.seen_ms)
    .where(_OF_PARTY, _IS_OWNER)
    .order_by(nicknames.c.seen_ms.desc()),
)
OWNER = query(OwnerRow, select(nicknames.c.user_id).where(_OF_PARTY, _IS_NAME))
COUNT = query(CountRow, select(func.count().label("number")).where(_OF_PARTY))
OLDEST = query(
    OldestRow,
    # Without the sum a database may walk through all rooms' names, from the oldest one up.
    select(nicknames.c.looks).where(_OF_PARTY).order_by(nicknames.c.seen_ms + 0).limit(1),
)
KEEP = command(
    upsert(nicknames, key=("party_id", "looks"), columns=("user_id", "name", "seen_ms")), silent=True
)
DROP = command(delete(nicknames).where(_OF_PARTY, _IS_NAME), silent=True)
DROP_OTHERS = command(
    delete(nicknames).where(_OF_PARTY, _IS_OWNER, nicknames.c.looks != bindparam("looks")), silent=True
)
DROP_LATE = command(delete(nicknames).where(_OF_PARTY, nicknames.c.seen_ms < bindparam("late")), silent=True)


class Nicknames:
    """The names of people without an account, inside one transaction. Nobody is told of them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def of(self, party_id: int, user_id: str) -> Nickname | None:
        """What somebody is called in a party."""
        return await self._session.first(OF_USER, party=party_id, user=user_id)

    async def owner(self, party_id: int, looks: str) -> str | None:
        """The user_id of whoever has a name that looks like this."""
        row = await self._session.first(OWNER, party=party_id, looks=looks)
        return row.user_id if row else None

    async def keep(self, party_id: int, looks: str, user_id: str, name: str, seen_ms: int) -> None:
        """Gives somebody a name, in place of the one that they had."""
        await self._session.write(DROP_OTHERS, party=party_id, user=user_id, looks=looks)
        await self._session.write(
            KEEP, party_id=party_id, looks=looks, user_id=user_id, name=name, seen_ms=seen_ms
        )

    async def forget(self, party_id: int, seen_before_ms: int, most: int) -> None:
        """Sets names free whose owner was not seen since then, and of too many the oldest."""
        await self._session.write(DROP_LATE, party=party_id, late=seen_before_ms)
        [count] = await self._session.rows(COUNT, party=party_id)
        if count.number >= most:
            [oldest] = await self._session.rows(OLDEST, party=party_id)
            await self._session.write(DROP, party=party_id, looks=oldest.looks)
