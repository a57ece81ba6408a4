"""Forgetting for good: a member, some rooms, or a whole workspace."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    exists,
    literal,
    or_,
    select,
    union,
    update,
)

from bot.party.results import Forgotten
from bot.party.words import NOBODY, Member, Room
from db.engine.query import command, query
from db.engine.session import Session
from db.engine.statements import among, as_list, given, upsert
from db.queries.installs import Installs
from db.queries.members import MEMBER, Members
from db.queries.parties import ROOM, SET_BLOCKED, SET_RULES
from db.queries.stored_blocks import blocked_column, read_blocked
from db.queries.stored_rules import read_rules, rule_columns
from db.schema import (
    changes,
    entries,
    forgotten,
    members,
    nicknames,
    nights,
    parties,
    passes,
    playbacks,
    saves,
    skips,
    spotify_accounts,
    spotify_logins,
    votes,
)


class NumberRow(NamedTuple):
    """The number of a row."""

    id: int


class RoomRow(NamedTuple):
    """The room of a party."""

    id: int
    platform: str
    workspace: str
    channel: str


class RulesRow(NamedTuple):
    """What a room's party has chosen."""

    id: int
    rules: str
    blocked: str
    platform: str
    workspace: str
    channel: str


class PersonRow(NamedTuple):
    """Somebody whom a table names."""

    platform: str
    user_id: str


def digest_of(platform: str, user_id: str) -> str:
    """What stays of somebody who asked to be forgotten: it is found by their id, and their id not by it."""
    return hashlib.sha256(f"{platform}\0{user_id}".encode("utf-8", "surrogatepass")).hexdigest()


def pattern_of(member: Member) -> str:
    """What a text is like that may name a member, for `NAMING`."""
    escaped = member.user_id.replace("/", "//").replace("%", "/%").replace("_", "/_")
    return f"%{escaped}%"


def _owned_by_member(table: Table) -> ColumnElement[bool]:
    return and_(table.c.platform == bindparam("platform"), table.c.user_id == bindparam("user_id"))


def _in_workspace(table: Table) -> ColumnElement[bool]:
    return and_(table.c.platform == bindparam("platform"), table.c.workspace == bindparam("workspace"))


_ROOMS_OF_MEMBER = query(
    Room,
    select(*ROOM)
    .where(exists().where(changes.c.party_id == parties.c.id, changes.c.member_id == bindparam("member")))
    .order_by(parties.c.id),
)
_CONNECTED = [
    command(delete(table).where(_owned_by_member(table)), silent=True)
    for table in (spotify_accounts, spotify_logins, passes)
]
_NICKNAMES = command(delete(nicknames).where(nicknames.c.user_id == bindparam("user_id")), silent=True)
_CAST = command(delete(votes).where(votes.c.member_id == bindparam("member")))
_LEFT = [
    command(delete(table).where(column == bindparam("member")))
    for table, column in (
        (skips, skips.c.member_id),
        (playbacks, playbacks.c.host_id),
        (saves, saves.c.member_id),
    )
]
_SONGS = command(update(entries).where(entries.c.added_by == bindparam("member")).values(given("added_by")))
_CHANGES = command(
    update(changes)
    .where(changes.c.member_id == bindparam("member"))
    .values({"member_id": bindparam("nobody"), "key": None})
)
_LISTED = command(upsert(forgotten, key=("digest",)), silent=True)
_EVERYBODY = query(
    PersonRow,
    union(
        *(select(table.c.platform, table.c.user_id) for table in (members, passes, spotify_accounts)),
        select(literal("web", Text()).label("platform"), nicknames.c.user_id),
    ),
)
_MEMBER = command(delete(members).where(members.c.id == bindparam("member")))
NAMING = query(
    RulesRow,
    select(parties.c.id, parties.c.rules, parties.c.blocked, *ROOM).where(
        or_(
            parties.c.rules.like(bindparam("pattern"), escape="/"),
            parties.c.blocked.like(bindparam("pattern"), escape="/"),
        )
    ),
)
"""The rooms whose rules or blocks may name somebody."""

# Parties before members, as every transaction does.
_OF_WORKSPACE = query(
    RoomRow,
    select(parties.c.id, *ROOM).where(_in_workspace(parties)).order_by(parties.c.id).with_for_update(),
)
_SONGS_HERE = query(NumberRow, select(entries.c.id).where(among(entries.c.party_id, "parties")))
_PEOPLE = query(
    NumberRow,
    union(
        select(entries.c.added_by.label("id")).where(
            among(entries.c.party_id, "parties"), entries.c.added_by.is_not(None)
        ),
        select(votes.c.member_id).where(among(votes.c.entry_id, "songs")),
        select(skips.c.member_id).where(among(skips.c.entry_id, "songs")),
        select(changes.c.member_id).where(among(changes.c.party_id, "parties")),
        select(playbacks.c.host_id).where(among(playbacks.c.party_id, "parties")),
        select(saves.c.member_id).where(among(saves.c.party_id, "parties")),
    ),
)
_VOTES_HERE = [command(delete(table).where(among(table.c.entry_id, "songs"))) for table in (votes, skips)]
_ALL_HERE = [
    command(delete(table).where(where))
    for table, where in (
        (passes, among(passes.c.party_id, "parties")),
        (nicknames, among(nicknames.c.party_id, "parties")),
        (nights, among(nights.c.party_id, "parties")),
        (playbacks, among(playbacks.c.party_id, "parties")),
        (saves, among(saves.c.party_id, "parties")),
        (entries, among(entries.c.party_id, "parties")),
        (changes, among(changes.c.party_id, "parties")),
        (parties, among(parties.c.id, "parties")),
    )
]
_CONNECTED_HERE = [
    command(delete(table).where(_in_workspace(table)), silent=True)
    for table in (spotify_accounts, spotify_logins)
]
# Who is locked is doing something elsewhere just now, and so no stranger.
_FREE = query(
    NumberRow, select(members.c.id).where(among(members.c.id, "people")).with_for_update(skip_locked=True)
)
_STRANGERS = command(
    delete(members).where(
        among(members.c.id, "people"),
        ~exists().where(entries.c.added_by == members.c.id),
        ~exists().where(votes.c.member_id == members.c.id),
        ~exists().where(skips.c.member_id == members.c.id),
        ~exists().where(changes.c.member_id == members.c.id),
        ~exists().where(playbacks.c.host_id == members.c.id),
        ~exists().where(saves.c.member_id == members.c.id),
    ),
    silent=True,
)


class Erasure:
    """Forgetting, inside one transaction."""

    def __init__(self, session: Session, members: Members, installs: Installs) -> None:
        self._session = session
        self._members = members
        self._installs = installs

    async def member(self, member: Member) -> tuple[Forgotten, list[Room]]:
        """Takes a member out of everything; says of what and in which rooms.

        That they asked for it stays, as a digest: when an older copy of the database comes back, they are
        forgotten again (`db.keeping`).
        """
        await self._session.enter_all()
        await self._session.write(_LISTED, digest=digest_of(member.platform, member.user_id))
        who = {"platform": member.platform, "user_id": member.user_id}
        for each in _CONNECTED:
            await self._session.write(each, **who)
        if member.platform == "web":
            await self._session.write(_NICKNAMES, user_id=member.user_id)
        named = await self._unname(member)
        self._session.concern(named)
        found = await self._session.first(MEMBER, **who)
        if found is None:
            return Forgotten(0, 0), named
        nobody = await self._members.number(Member(member.platform, NOBODY, ""))
        rooms = await self._session.rows(_ROOMS_OF_MEMBER, member=found.id)
        self._session.concern(rooms)
        cast = await self._session.count(_CAST, member=found.id)
        for each in _LEFT:
            await self._session.write(each, member=found.id)
        songs = await self._session.count(_SONGS, member=found.id, added_by=nobody)
        await self._session.write(_CHANGES, member=found.id, nobody=nobody)
        await self._session.write(_MEMBER, member=found.id)
        return Forgotten(songs, cast), list(dict.fromkeys([*rooms, *named]))

    async def everybody(self) -> list[PersonRow]:
        """All whom the database names, but for those whom only a room's rules name."""
        return await self._session.rows(_EVERYBODY)

    async def _unname(self, member: Member) -> list[Room]:
        """Takes a person out of those whom rooms have named; says which rooms.

        Who is blocked somewhere stays so, by their id alone: else whoever is blocked would only have to ask.
        """
        rooms = []
        for party in await self._session.rows(NAMING, pattern=pattern_of(member)):
            rules, blocked = read_rules(party.rules), read_blocked(party.platform, party.blocked)
            others = " ".join(each for each in rules.djs.split() if each != member.user_id)
            if others != rules.djs:  # else somebody else's id holds this one's
                chosen = rule_columns(replace(rules, djs=others))
                await self._session.write(SET_RULES, party=party.id, **chosen)
            nameless = tuple(replace(each, name="") if each == member else each for each in blocked.members)
            if [each.name for each in nameless] != [each.name for each in blocked.members]:
                kept = blocked_column(replace(blocked, members=nameless))
                await self._session.write(SET_BLOCKED, party=party.id, blocked=kept)
            elif others == rules.djs:
                continue
            rooms.append(Room(party.platform, party.workspace, party.channel))
        return rooms

    async def rooms(self, platform: str, workspace: str, channels: Collection[str]) -> list[Room]:
        """Takes out the parties of some channels; says which of them had one.

        Gone are their songs, votes and diaries, and who is in no other party.
        """
        await self._session.enter_all()
        found = await self._session.rows(_OF_WORKSPACE, platform=platform, workspace=workspace)
        return await self._parties([row for row in found if row.channel in channels])

    async def workspace(self, platform: str, workspace: str) -> list[Room]:
        """Takes out all of a workspace; says which rooms it had.

        Gone are its parties, songs, votes and diaries, its installation, and who is in no other party.
        """
        await self._session.enter_all()
        here = {"platform": platform, "workspace": workspace}
        rooms = await self._parties(await self._session.rows(_OF_WORKSPACE, **here))
        if platform == "slack":
            await self._installs.drop(workspace)
        for each in _CONNECTED_HERE:
            await self._session.write(each, **here)
        return rooms

    async def strangers(self, people: Sequence[int]) -> None:
        """Takes out those of some members, by their numbers, who are in no party any more."""
        await self._session.enter_all()
        await self._strangers(people)

    async def _strangers(self, people: Sequence[int]) -> None:
        free = await self._session.rows(_FREE, people=as_list(people))
        await self._session.write(_STRANGERS, people=as_list(row.id for row in free))

    async def _parties(self, found: Sequence[RoomRow]) -> list[Room]:
        here = as_list(row.id for row in found)
        songs = as_list(row.id for row in await self._session.rows(_SONGS_HERE, parties=here))
        people = await self._session.rows(_PEOPLE, parties=here, songs=songs)
        for each in _VOTES_HERE:
            await self._session.write(each, songs=songs)
        for each in _ALL_HERE:
            await self._session.write(each, parties=here)
        await self._strangers([row.id for row in people])
        return [Room(row.platform, row.workspace, row.channel) for row in found]
