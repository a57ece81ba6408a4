"""What is asked of a party at nearly every request, and what of it comes along with the party on SQLite.

There a trip to the database costs more than most statements, so what will probably be asked next is read
ahead: by the room's name, for the party's number is not known yet. A use case asks by the number, and finds
it known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, select

from bot.party.words import NOBODY, State
from db.engine.query import Query, query
from db.engine.statements import spelled_out
from db.queries.entry_rows import EntryRow, entries_where, in_state
from db.schema import changes, entries, members, parties, skips

IS_ROOM = (
    parties.c.platform == bindparam("platform"),
    parties.c.workspace == bindparam("workspace"),
    parties.c.channel == bindparam("channel"),
)
"""Whether a row is the party of the room that the parameters name."""

_PARTY: ColumnElement[int] = bindparam("party", type_=parties.c.id.type)
_OF_ROOM = select(parties.c.id).where(*IS_ROOM).scalar_subquery()


class UserId(NamedTuple):
    """A member, by the platform's id."""

    user_id: str


def _waiting(party: ColumnElement[int]) -> Select[Any]:
    return entries_where(entries.c.party_id == party, in_state(State.QUEUED, State.PLAYING))


def _entry(party: ColumnElement[int]) -> Select[Any]:
    return entries_where(entries.c.party_id == party, entries.c.id == bindparam("entry"))


def _latest(party: ColumnElement[int]) -> Select[Any]:
    latest = select(func.max(entries.c.ballot)).where(entries.c.party_id == party)
    return entries_where(entries.c.party_id == party, entries.c.ballot == latest.scalar_subquery())


def _wishing(party: ColumnElement[int]) -> Select[Any]:
    return (
        select(members.c.user_id)
        .join(skips, skips.c.member_id == members.c.id)
        .join(entries, entries.c.id == skips.c.entry_id)
        .where(entries.c.party_id == party, in_state(State.PLAYING))
    )


def _active(party: ColumnElement[int]) -> Select[Any]:
    return (
        select(members.c.user_id)
        .join(changes, changes.c.member_id == members.c.id)
        .where(
            and_(
                changes.c.party_id == party,
                changes.c.at_ms >= bindparam("since"),
                changes.c.counts.is_(True),
                members.c.user_id != NOBODY,
            )
        )
        .distinct()
    )


WAITING = query(EntryRow, _waiting(_PARTY))
ENTRY = query(EntryRow, _entry(_PARTY))
OFFERED = query(EntryRow, entries_where(entries.c.ballot == bindparam("ballot")))
LATEST = query(EntryRow, _latest(_PARTY))
WISHING = query(UserId, _wishing(_PARTY))
ACTIVE = query(UserId, _active(_PARTY))


@dataclass(frozen=True, slots=True)
class Ahead:
    """A query, and the same by room."""

    query: Query[Any]
    of_room: Query[Any]


_asked = entries.alias("asked")
_BALLOT = select(_asked.c.ballot).where(_asked.c.id == bindparam("entry")).scalar_subquery()
_IS_SUGGESTED = exists().where(
    _asked.c.id == bindparam("entry"), spelled_out(_asked.c.state, State.SUGGESTED)
)

_WAITING = Ahead(WAITING, query(EntryRow, _waiting(_OF_ROOM)))
_WISHING = Ahead(WISHING, query(UserId, _wishing(_OF_ROOM)))

WITH_ENTRY = (
    Ahead(ENTRY, query(EntryRow, _entry(_OF_ROOM))),
    Ahead(OFFERED, query(EntryRow, entries_where(entries.c.ballot == _BALLOT))),
    Ahead(WAITING, query(EntryRow, _waiting(_OF_ROOM).where(_IS_SUGGESTED))),
)
"""What comes with a party of which one entry is meant: the queue, too, if that is a suggestion."""
WITH_QUEUE = (_WAITING, _WISHING)
"""What comes with any other party that somebody changes."""
WITH_ALL = (
    *WITH_QUEUE,
    Ahead(LATEST, query(EntryRow, _latest(_OF_ROOM))),
    Ahead(ACTIVE, query(UserId, _active(_OF_ROOM))),
)
"""What comes with a party that is only looked at."""
