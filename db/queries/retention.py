"""Names that go with time: what is long over keeps its songs and how the votes stood, and nobody's name.

It is gone through by the numbers of its rows, so many at a look, however many there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)

from bot.party.words import NOBODY, Member, Room, State
from db.engine.query import command, query
from db.engine.session import Session
from db.engine.statements import among, as_list, given
from db.queries import logins, passes
from db.queries.entry_rows import in_state
from db.queries.members import Members
from db.queries.parties import PARTY_TO_CHANGE, ROOM, PartyRow
from db.queries.stored_blocks import blocked_column, read_blocked
from db.schema import (
    changes,
    entries,
    members,
    nicknames,
    parties,
    playbacks,
    saves,
    skips,
    spotify_accounts,
    votes,
)


class NumberRow(NamedTuple):
    """The number of a row."""

    id: int


class PlacedRow(NamedTuple):
    """The number of a row, and the room that it belongs to."""

    id: int
    platform: str
    workspace: str
    channel: str


class VoteRow(NamedTuple):
    """A vote, whosever it was."""

    entry_id: int
    value: int


Placed = tuple[Room, list[int]]
"""A room, and the numbers of rows of its."""

_BEFORE: BindParameter[int] = bindparam("before")


def _within(table: Table) -> ColumnElement[bool]:
    """Whether a row's number is one of those that are looked at."""
    return and_(table.c.id > bindparam("after"), table.c.id <= bindparam("until"))


def _is_somebody(number: ColumnElement[int]) -> ColumnElement[bool]:
    return exists().where(members.c.id == number, members.c.user_id.not_like(f"{NOBODY}%"))


_CAST = (
    select(votes.c.entry_id)
    .join(members, members.c.id == votes.c.member_id)
    .where(votes.c.entry_id == entries.c.id, members.c.user_id.not_like(f"{NOBODY}%"))
    .exists()
)
_SAVED = and_(
    saves.c.started_ms < _BEFORE,
    or_(parties.c.active_ms < _BEFORE, saves.c.started_ms != parties.c.started_ms),
)

LATEST = {
    table: query(NumberRow, select(func.coalesce(func.max(table.c.id), 0).label("id")))
    for table in (entries, changes, parties, members)
}
"""The highest number of each table that is gone through."""
# What waits or plays in a party that goes on keeps its names for as long.
SONGS = query(
    PlacedRow,
    select(entries.c.id, *ROOM)
    .join(parties, parties.c.id == entries.c.party_id)
    .where(
        _within(entries),
        entries.c.added_ms < _BEFORE,
        or_(
            not_(in_state(State.QUEUED, State.PLAYING)),
            parties.c.active_ms < _BEFORE,
            entries.c.added_ms < parties.c.started_ms,
        ),
        or_(_is_somebody(entries.c.added_by), _CAST, exists().where(skips.c.entry_id == entries.c.id)),
    )
    .order_by(entries.c.id),
)
LINES = query(
    PlacedRow,
    select(changes.c.id, *ROOM)
    .join(parties, parties.c.id == changes.c.party_id)
    .where(
        _within(changes),
        changes.c.at_ms < _BEFORE,
        or_(changes.c.key.is_not(None), _is_somebody(changes.c.member_id)),
    )
    .order_by(changes.c.id),
)
PARTIES = query(
    PlacedRow,
    select(parties.c.id, *ROOM)
    .where(
        _within(parties),
        or_(
            and_(
                parties.c.active_ms < _BEFORE,
                or_(parties.c.blocked != "{}", exists().where(playbacks.c.party_id == parties.c.id)),
            ),
            exists().where(saves.c.party_id == parties.c.id, _SAVED),
        ),
    )
    .order_by(parties.c.id),
)
STRANGERS = query(
    NumberRow,
    select(members.c.id)
    .where(
        _within(members),
        members.c.user_id.not_like(f"{NOBODY}%"),
        ~exists().where(entries.c.added_by == members.c.id),
        ~exists().where(votes.c.member_id == members.c.id),
        ~exists().where(skips.c.member_id == members.c.id),
        ~exists().where(changes.c.member_id == members.c.id),
        ~exists().where(playbacks.c.host_id == members.c.id),
        ~exists().where(saves.c.member_id == members.c.id),
    )
    .order_by(members.c.id),
)
VOTES = query(
    VoteRow,
    select(votes.c.entry_id, votes.c.value)
    .where(among(votes.c.entry_id, "songs"))
    .order_by(votes.c.entry_id, votes.c.value.desc(), votes.c.member_id),
)

_UNNAME_SONGS = command(
    update(entries)
    .where(among(entries.c.id, "songs"), entries.c.added_by.is_not(None))
    .values(given("added_by")),
    silent=True,
)
_DROP_VOTES = command(delete(votes).where(among(votes.c.entry_id, "songs")), silent=True)
_DROP_SKIPS = command(delete(skips).where(among(skips.c.entry_id, "songs")), silent=True)
_VOTE = command(insert(votes), silent=True)
_UNNAME_LINES = command(
    update(changes)
    .where(among(changes.c.id, "lines"))
    .values({"member_id": bindparam("nobody"), "key": None}),
    silent=True,
)
_DROP_PLAYBACK = command(delete(playbacks).where(playbacks.c.party_id == bindparam("party")), silent=True)
_DROP_SAVES = command(
    delete(saves).where(
        saves.c.party_id == bindparam("party"),
        saves.c.started_ms < bindparam("before"),
        saves.c.started_ms != bindparam("goes_on"),
    ),
    silent=True,
)
_KEEP_BLOCKED = command(
    update(parties).where(parties.c.id == bindparam("party")).values(given("blocked")), silent=True
)
_DROP_NICKNAMES = command(delete(nicknames).where(nicknames.c.seen_ms < bindparam("late")), silent=True)
_DROP_ACCOUNTS = command(
    delete(spotify_accounts).where(spotify_accounts.c.linked_ms < bindparam("late")), silent=True
)


class Retention:
    """Names that go with time, inside one transaction. Nobody is told: it is about what is long over."""

    def __init__(self, session: Session, members: Members) -> None:
        self._session = session
        self._members = members

    async def latest(self) -> tuple[int, int, int, int]:
        """The highest numbers of songs, lines of diaries, parties and members."""
        songs, lines, rooms, people = [(await self._session.rows(each))[0].id for each in LATEST.values()]
        return songs, lines, rooms, people

    async def old_songs(self, after: int, until: int, before_ms: int) -> list[Placed]:
        """The songs with these numbers that were added before then and say who added or voted, by room."""
        return _by_room(await self._session.rows(SONGS, after=after, until=until, before=before_ms))

    async def old_lines(self, after: int, until: int, before_ms: int) -> list[Placed]:
        """The lines of diaries with these numbers that were written before then and say who did it."""
        return _by_room(await self._session.rows(LINES, after=after, until=until, before=before_ms))

    async def old_parties(self, after: int, until: int, before_ms: int) -> list[Room]:
        """The rooms of parties with these numbers that name somebody of before then besides."""
        rows = await self._session.rows(PARTIES, after=after, until=until, before=before_ms)
        return [_room(row) for row in rows]

    async def strangers(self, after: int, until: int) -> list[int]:
        """Those members with these numbers who are in no party any more."""
        return [row.id for row in await self._session.rows(STRANGERS, after=after, until=until)]

    async def unname_songs(self, room: Room, songs: Sequence[int]) -> None:
        """Has songs of a room be added by nobody; each vote counts on, and is nobody's."""
        await self._enter(room)
        here = as_list(songs)
        found = await self._session.rows(VOTES, songs=here)
        nobody = await self._members.number(Member(room.platform, NOBODY, ""))
        await self._session.write(_UNNAME_SONGS, songs=here, added_by=nobody)
        await self._session.write(_DROP_SKIPS, songs=here)
        await self._session.write(_DROP_VOTES, songs=here)
        for entry_id, cast in groupby(found, key=lambda vote: vote.entry_id):
            for place, vote in enumerate(cast, 1):
                voter = await self._members.number(Member(room.platform, f"{NOBODY}:{place}", ""))
                await self._session.write(_VOTE, entry_id=entry_id, member_id=voter, value=vote.value)

    async def unname_lines(self, room: Room, lines: Sequence[int]) -> None:
        """Has lines of a room's diary be nobody's."""
        await self._enter(room)
        nobody = await self._members.number(Member(room.platform, NOBODY, ""))
        await self._session.write(_UNNAME_LINES, lines=as_list(lines), nobody=nobody)

    async def unname_party(self, room: Room, before_ms: int) -> None:
        """Takes out of a room where an old party played, who saved it, and the names of the blocked.

        Who is blocked stays so, by their id.
        """
        for party in await self._enter(room):
            goes_on = party.active_ms >= before_ms
            still = party.started_ms if goes_on else -1
            await self._session.write(_DROP_SAVES, party=party.id, before=before_ms, goes_on=still)
            if goes_on:
                continue
            await self._session.write(_DROP_PLAYBACK, party=party.id)
            blocked = read_blocked(room.platform, party.blocked)
            nameless = tuple(replace(each, name="") for each in blocked.members)
            kept = blocked_column(replace(blocked, members=nameless))
            if kept != party.blocked:
                await self._session.write(_KEEP_BLOCKED, party=party.id, blocked=kept)

    async def sweep(self, now_ms: int, seen_before_ms: int, linked_before_ms: int) -> None:
        """Forgets links and logins whose time is over, and nicknames and accounts of before then."""
        await self._session.write(passes.DROP_LATE, now=now_ms)
        await self._session.write(logins.DROP_LATE, now=now_ms)
        await self._session.write(_DROP_NICKNAMES, late=seen_before_ms)
        await self._session.write(_DROP_ACCOUNTS, late=linked_before_ms)

    async def _enter(self, room: Room) -> Sequence[PartyRow]:
        await self._session.enter(room)
        place = {"platform": room.platform, "workspace": room.workspace, "channel": room.channel}
        return await self._session.rows(PARTY_TO_CHANGE, **place)


def _room(row: PlacedRow) -> Room:
    return Room(row.platform, row.workspace, row.channel)


def _by_room(rows: Sequence[PlacedRow]) -> list[Placed]:
    found: dict[Room, list[int]] = {}
    for row in rows:
        found.setdefault(_room(row), []).append(row.id)
    return [*found.items()]
