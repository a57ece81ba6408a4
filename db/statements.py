"""What nearly every request asks of the database. Each is built once, which takes longer than to run it.

Where one writes, its parameters are columns, or have names that no column has. What the tables at
the end have comes with the party on SQLite, where a trip to the database costs more than most statements.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Executable,
    ScalarResult,
    Select,
    and_,
    bindparam,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from bot.party.domain import NOBODY, State
from db.schema import changes, entries, members, parties, playbacks, skips, votes


class Database(Protocol):
    """What runs any statement: a connection of SQLAlchemy's, or a transaction's turn on SQLite's one."""

    async def execute(self, statement: Executable, values: Any = None, /) -> CursorResult[*tuple[Any, ...]]:
        """Runs it, with values for its parameters."""

    async def scalar(self, statement: Executable, values: Any = None, /) -> Any:
        """The first value of its first row, or None."""

    async def scalars(self, statement: Executable, values: Any = None, /) -> ScalarResult[Any]:
        """The first value of each of its rows."""


_voters = members.alias("voters")


def entries_where(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Entries by number, each with who added it, and as many rows of each as it has votes."""
    return (
        select(
            entries.c.id,
            entries.c.state,
            entries.c.track_id,
            entries.c.title,
            entries.c.artist,
            entries.c.album,
            entries.c.year,
            entries.c.duration_ms,
            entries.c.added_ms,
            entries.c.started_ms,
            entries.c.ends_ms,
            entries.c.ended_ms,
            entries.c.ballot,
            entries.c.match,
            entries.c.because,
            entries.c.pin,
            entries.c.left_ms,
            entries.c.spotify_id,
            members.c.platform,
            members.c.user_id,
            members.c.name,
            _voters.c.user_id.label("voter"),
            votes.c.value,
        )
        .outerjoin(members, members.c.id == entries.c.added_by)
        .outerjoin(votes, votes.c.entry_id == entries.c.id)
        .outerjoin(_voters, _voters.c.id == votes.c.member_id)
        .where(*conditions)
        .order_by(entries.c.id)
    )


def _in_state(column: ColumnElement[str], *states: State) -> ColumnElement[bool]:
    """Whether a state is one of these, which the statement's text names.

    SQLite looks at a parameter that is compared with a state, for an index may hold one state only, and
    plans the whole statement anew when it has another value: for that it takes longer than to run it.
    """
    return column.in_([literal_column(f"'{state.value}'") for state in states])


_HERE = (
    parties.c.platform == bindparam("platform"),
    parties.c.workspace == bindparam("workspace"),
    parties.c.channel == bindparam("channel"),
)
_OF_HERE = select(parties.c.id).where(*_HERE).scalar_subquery()
_GIVEN: ColumnElement[int] = bindparam("party")
PARTY = (
    select(
        parties.c.id,
        parties.c.started_ms,
        parties.c.active_ms,
        parties.c.shared,
        parties.c.rules,
        parties.c.card,
    )
    .where(*_HERE)
    .with_for_update()  # says nothing to SQLite
)
# A join would tell who has waited for the party how it sounded before the wait.
SOUNDS = (
    select(
        members.c.user_id,
        members.c.name,
        playbacks.c.device_id,
        playbacks.c.device_name,
        playbacks.c.on_entry,
        playbacks.c.ahead_entry,
    )
    .join_from(playbacks, members, members.c.id == playbacks.c.host_id)
    .join(parties, parties.c.id == playbacks.c.party_id)
    .where(*_HERE)
)
TOUCH = (
    update(parties)
    .where(parties.c.id == bindparam("party"))
    .values(started_ms=bindparam("started"), active_ms=bindparam("active"))
)
MEMBER = select(members.c.id, members.c.name).where(
    members.c.platform == bindparam("platform"), members.c.user_id == bindparam("user_id")
)
CHANGES = select(
    changes.c.id,
    changes.c.kind,
    changes.c.entry_id,
    changes.c.state_before,
    changes.c.vote_before,
    changes.c.at_ms,
)
CLAIMED = CHANGES.join(parties, parties.c.id == changes.c.party_id).where(
    *_HERE, changes.c.key == bindparam("key")
)
ENTRY = entries_where(entries.c.party_id == bindparam("party"), entries.c.id == bindparam("entry"))


def _waiting(party: ColumnElement[int]) -> Select[Any]:
    return entries_where(entries.c.party_id == party, _in_state(entries.c.state, State.QUEUED, State.PLAYING))


WAITING = _waiting(_GIVEN)
# What plays or waits counts however long ago it was added.
SINCE = entries_where(
    entries.c.party_id == bindparam("party"),
    or_(
        func.coalesce(entries.c.ended_ms, entries.c.added_ms) >= bindparam("since"),
        _in_state(entries.c.state, State.QUEUED, State.PLAYING),
    ),
)
OFFERED = entries_where(entries.c.ballot == bindparam("ballot"))


def _latest(party: ColumnElement[int]) -> Select[Any]:
    # Without the sum PostgreSQL seeks the latest among all parties' ballots, from the latest one down.
    latest = select(func.max(entries.c.ballot + 0)).where(entries.c.party_id == party)
    return entries_where(entries.c.party_id == party, entries.c.ballot == latest.scalar_subquery())


LATEST = _latest(_GIVEN)
HISTORY = entries_where(
    entries.c.id.in_(
        select(entries.c.id)
        .where(
            entries.c.party_id == bindparam("party"),
            _in_state(entries.c.state, State.PLAYED, State.SKIPPED),
        )
        .order_by(entries.c.ended_ms.desc(), entries.c.id.desc())
        .limit(bindparam("most"))
    )
)
UNVOTE = votes.delete().where(
    votes.c.entry_id == bindparam("entry"), votes.c.member_id == bindparam("member")
)
STARTED = (
    select(members.c.user_id, func.max(entries.c.started_ms))
    .join(members, members.c.id == entries.c.added_by)
    .where(entries.c.party_id == bindparam("party"), entries.c.started_ms.is_not(None))
    .group_by(members.c.user_id)
)
SKIPPERS = (
    select(members.c.user_id)
    .join(skips, skips.c.member_id == members.c.id)
    .where(skips.c.entry_id == bindparam("entry"))
)


def _wishing(party: ColumnElement[int]) -> Select[Any]:
    return (
        select(members.c.user_id)
        .join(skips, skips.c.member_id == members.c.id)
        .join(entries, entries.c.id == skips.c.entry_id)
        .where(entries.c.party_id == party, _in_state(entries.c.state, State.PLAYING))
    )


WISHING = _wishing(_GIVEN)


def _active(party: ColumnElement[int]) -> Select[Any]:
    return (
        select(members.c.user_id)
        .join(changes, changes.c.member_id == members.c.id)
        .where(
            and_(
                changes.c.party_id == party,
                changes.c.at_ms >= bindparam("since"),
                members.c.user_id != NOBODY,
            )
        )
        .distinct()
    )


ACTIVE = _active(_GIVEN)
MOVE_FROM = {
    state: update(entries).where(entries.c.id == bindparam("entry"), _in_state(entries.c.state, state))
    for state in State
}
NOTE = insert(changes)
QUEUE = insert(entries)
NUMBERED = {
    NOTE: NOTE.returning(changes.c.id, sort_by_parameter_order=True),
    QUEUE: QUEUE.returning(entries.c.id, sort_by_parameter_order=True),
}
"""The same with the numbers of the rows that they write."""
CAST = insert(votes)
WISH = insert(skips)


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is read before it is asked for."""

    statement: Executable  # which would ask for it
    of: tuple[str, ...]  # its parameters
    here: Executable  # the same by room


_WAITING = Ahead(WAITING, ("party",), _waiting(_OF_HERE))
_WISHING = Ahead(WISHING, ("party",), _wishing(_OF_HERE))
_MEANT = select(entries.c.ballot).where(entries.c.id == bindparam("entry")).scalar_subquery()
_asked = entries.alias("asked")
_SUGGESTED = exists().where(_asked.c.id == bindparam("entry"), _in_state(_asked.c.state, State.SUGGESTED))
WITH_ENTRY = (
    Ahead(
        ENTRY,
        ("party", "entry"),
        entries_where(entries.c.party_id == _OF_HERE, entries.c.id == bindparam("entry")),
    ),
    Ahead(OFFERED, ("ballot",), entries_where(entries.c.ballot == _MEANT)),
    Ahead(WAITING, ("party",), _waiting(_OF_HERE).where(_SUGGESTED)),
)
"""What comes with a party of which one entry is meant: the queue, too, if that is a suggestion."""
WITH_QUEUE = (_WAITING, _WISHING)
"""What comes with any other party that somebody changes."""
WITH_ALL = (
    *WITH_QUEUE,
    Ahead(LATEST, ("party",), _latest(_OF_HERE)),
    Ahead(ACTIVE, ("party", "since"), _active(_OF_HERE)),
)
"""What comes with a party that is only looked at."""
