"""What nearly every request asks of the database. Each is built once, which takes longer than to run it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select, update

from bot.domain import NOBODY, State
from db.schema import changes, entries, members, parties, playbacks, skips, votes

_voters = members.alias("voters")


def entries_where(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Entries by number, each with who added it, and as many rows of each as it has votes."""
    return (
        select(
            entries,
            members.c.platform,
            members.c.user_id,
            members.c.name,
            _voters.c.user_id.label("voter"),
            votes.c.value.label("vote"),
        )
        .outerjoin(members, members.c.id == entries.c.added_by)
        .outerjoin(votes, votes.c.entry_id == entries.c.id)
        .outerjoin(_voters, _voters.c.id == votes.c.member_id)
        .where(*conditions)
        .order_by(entries.c.id)
    )


_hosts = members.alias("hosts")
PARTY = (
    select(
        parties,
        playbacks.c.device_id,
        playbacks.c.device_name,
        playbacks.c.on_entry,
        playbacks.c.ahead_entry,
        _hosts.c.user_id.label("host"),
        _hosts.c.name.label("host_name"),
    )
    .outerjoin(playbacks, playbacks.c.party_id == parties.c.id)
    .outerjoin(_hosts, _hosts.c.id == playbacks.c.host_id)
    .where(
        parties.c.platform == bindparam("platform"),
        parties.c.workspace == bindparam("workspace"),
        parties.c.channel == bindparam("channel"),
    )
    .with_for_update(of=parties)  # says nothing to SQLite
)
TOUCH = (
    update(parties)
    .where(parties.c.id == bindparam("party"))
    .values(started_ms=bindparam("started"), active_ms=bindparam("active"))
)
MEMBER = select(members.c.id, members.c.name).where(
    members.c.platform == bindparam("platform"), members.c.user_id == bindparam("user_id")
)
CLAIMED = select(changes).where(changes.c.party_id == bindparam("party"), changes.c.key == bindparam("key"))
ENTRY = entries_where(entries.c.party_id == bindparam("party"), entries.c.id == bindparam("entry"))
WAITING = entries_where(
    entries.c.party_id == bindparam("party"),
    or_(entries.c.state == State.QUEUED.value, entries.c.state == State.PLAYING.value),
)
OFFERED = entries_where(entries.c.ballot == bindparam("ballot"))
# Without the sum PostgreSQL seeks the latest among all parties' ballots, from the latest one down.
_LATEST = select(func.max(entries.c.ballot + 0)).where(entries.c.party_id == bindparam("party"))
BALLOT = entries_where(
    entries.c.party_id == bindparam("party"),
    entries.c.state == State.SUGGESTED.value,
    entries.c.ballot == _LATEST.scalar_subquery(),
)
VOTE = select(votes.c.value).where(
    votes.c.entry_id == bindparam("entry"), votes.c.member_id == bindparam("member")
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
ACTIVE = (
    select(members.c.user_id)
    .join(changes, changes.c.member_id == members.c.id)
    .where(
        and_(
            changes.c.party_id == bindparam("party"),
            changes.c.at_ms >= bindparam("since"),
            members.c.user_id != NOBODY,
        )
    )
    .distinct()
)
