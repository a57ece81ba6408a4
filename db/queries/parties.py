"""Rooms and their parties."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, exists, func, not_, or_, select, update

from bot.party.limits import ACTIVE_FOR_MS, MINUTE_MS
from bot.party.words import (
    NOBODY,
    Blocked,
    Change,
    Member,
    Outlet,
    PartyRecord,
    Playback,
    Room,
    Rules,
    State,
    first_rules,
)
from db.engine.query import Asked, command, query
from db.engine.session import Session
from db.engine.statements import given, spelled_out, upsert
from db.queries.ahead import ENTRY, IS_ROOM, OFFERED, WAITING, WITH_ALL, WITH_ENTRY, WITH_QUEUE, Ahead
from db.queries.changes import CHANGES, ChangeRow, change_of
from db.queries.entry_rows import in_state
from db.queries.members import IS_MEMBER, MEMBER, Members
from db.queries.stored_blocks import blocked_column, read_blocked
from db.queries.stored_rules import read_rules, rule_columns
from db.schema import changes, entries, members, parties, playbacks, skips

TOUCHED_WITHIN_MS = MINUTE_MS
"""When a party was last active is noted a second later at most; to seek active ones a minute is taken."""
NONE_YET = 0
"""The number of a party that nobody has begun; entries and changes have none such."""
ROOM = (parties.c.platform, parties.c.workspace, parties.c.channel)
"""The columns of a `Room`."""


class PartyRow(NamedTuple):
    """A party."""

    id: int
    started_ms: int
    active_ms: int
    shared: bool
    rules: str
    card: str
    blocked: str
    links: int


class WorkspaceRow(NamedTuple):
    """A workspace that has a party."""

    workspace: str


class SoundRow(NamedTuple):
    """Where a party sounds."""

    platform: str
    user_id: str
    name: str
    device_id: str
    device_name: str
    on_entry: int | None
    ahead_entry: int | None
    outlet: str


_PARTY = select(
    parties.c.id,
    parties.c.started_ms,
    parties.c.active_ms,
    parties.c.shared,
    parties.c.rules,
    parties.c.card,
    parties.c.blocked,
    parties.c.links,
).where(*IS_ROOM)
PARTY = query(PartyRow, _PARTY)
PARTY_TO_CHANGE = query(PartyRow, _PARTY.with_for_update())  # which says nothing to SQLite
# A join would tell who has waited for the party how it sounded before the wait.
SOUNDS = query(
    SoundRow,
    select(
        members.c.platform,
        members.c.user_id,
        members.c.name,
        playbacks.c.device_id,
        playbacks.c.device_name,
        playbacks.c.on_entry,
        playbacks.c.ahead_entry,
        playbacks.c.outlet,
    )
    .join_from(playbacks, members, members.c.id == playbacks.c.host_id)
    .join(parties, parties.c.id == playbacks.c.party_id)
    .where(*IS_ROOM),
)
CLAIMED = query(
    ChangeRow,
    CHANGES.join(parties, parties.c.id == changes.c.party_id).where(
        *IS_ROOM, changes.c.key == bindparam("key")
    ),
)
WITH_CARDS = query(
    Room,
    select(*ROOM).where(
        parties.c.platform == bindparam("platform"),
        parties.c.card != "",
        parties.c.active_ms >= bindparam("since"),
    ),
)
WORKSPACES = query(
    WorkspaceRow,
    select(parties.c.workspace).where(parties.c.platform == bindparam("platform")).distinct(),
)
OF_WORKSPACE = query(
    Room,
    select(*ROOM).where(
        parties.c.platform == bindparam("platform"), parties.c.workspace == bindparam("workspace")
    ),
)
OF_MEMBER = query(
    Room,
    select(*ROOM)
    .join(changes, changes.c.party_id == parties.c.id)
    .join(members, members.c.id == changes.c.member_id)
    .where(*IS_MEMBER, changes.c.at_ms >= bindparam("since"))
    .group_by(parties.c.id)
    .order_by(func.max(changes.c.at_ms).desc()),
)
OVERDUE = query(
    Room,
    select(*ROOM)
    .join(entries, entries.c.party_id == parties.c.id)
    .outerjoin(playbacks, playbacks.c.party_id == parties.c.id)
    .where(
        in_state(State.PLAYING),
        entries.c.ends_ms <= bindparam("now"),
        or_(
            playbacks.c.party_id.is_(None),
            entries.c.ends_ms <= bindparam("by_device"),
            # Own music that was not heard of, see `Playback.is_awaited`.
            and_(
                not_(spelled_out(playbacks.c.outlet, Outlet.SPOTIFY.value)),
                or_(playbacks.c.on_entry.is_(None), playbacks.c.on_entry != entries.c.id),
            ),
        ),
    ),
)
WITH_SKIP_VOTES = query(
    Room,
    select(*ROOM)
    .join(entries, entries.c.party_id == parties.c.id)
    .where(in_state(State.PLAYING), exists().where(skips.c.entry_id == entries.c.id)),
)
_queued = (
    select(func.count()).where(entries.c.party_id == parties.c.id, in_state(State.QUEUED)).scalar_subquery()
)
LOW_ON_SONGS = query(
    Room,
    select(*ROOM).where(
        parties.c.autopilot_below > 0,
        parties.c.active_ms >= bindparam("active"),
        _queued < parties.c.autopilot_below,
        exists().where(
            changes.c.party_id == parties.c.id,
            changes.c.at_ms >= bindparam("since"),
            changes.c.member_id == members.c.id,
            members.c.user_id != NOBODY,
        ),
    ),
)

MAKE = command(
    upsert(
        parties,
        key=("platform", "workspace", "channel"),
        at_first=("started_ms", "active_ms", "rules", "autopilot_below"),
    ),
    silent=True,
)
_IS_PARTY = parties.c.id == bindparam("party")
TOUCH = command(update(parties).where(_IS_PARTY).values(given("started_ms", "active_ms")), silent=True)
SET_RULES = command(update(parties).where(_IS_PARTY).values(given("rules", "autopilot_below")))
SET_SHARED = command(update(parties).where(_IS_PARTY).values(given("shared")))
SET_BLOCKED = command(update(parties).where(_IS_PARTY).values(given("blocked")))
SET_LINKS = command(update(parties).where(_IS_PARTY).values(given("links")))
SET_CARD = command(update(parties).where(_IS_PARTY).values(given("card")), silent=True)


class Parties:
    """Rooms and their parties, inside one transaction."""

    def __init__(self, session: Session, members: Members) -> None:
        self._session = session
        self._members = members

    async def open(self, room: Room, now_ms: int, *, make: bool = True) -> PartyRecord:
        """The room's party. A transaction that writes makes it if there is none, and keeps others from it.

        It asks for its one party before it writes anything. Who only looks where there is none, or does not
        want to `make` one, sees an empty one.
        """
        return await self._arrive(room, _room_columns(room), now_ms, WITH_ALL, make=make)

    async def enter(
        self, room: Room, now_ms: int, member: Member, key: str | None, entry_id: int | None = None
    ) -> tuple[PartyRecord, Change | None]:
        """The room's party, as `open` has it, and the change of it that this key has made already.

        `entry_id` is what the change will be about, if that is known.
        """
        place = _room_columns(room)
        who = MEMBER.ask(platform=member.platform, user_id=member.user_id)
        claimed = CLAIMED.ask(**place, key=key)
        ahead = WITH_QUEUE if entry_id is None else WITH_ENTRY
        record = await self._arrive(room, place, now_ms, ahead, entry_id, (who, claimed))
        self._members.learn(member, who.rows)
        return record, change_of(claimed.rows)

    async def _arrive(
        self,
        room: Room,
        place: dict[str, str],
        now_ms: int,
        ahead: Sequence[Ahead],
        entry_id: int | None = None,
        more: Sequence[Asked[Any]] = (),
        *,
        make: bool = True,
    ) -> PartyRecord:
        """A room's party and what else is asked, and what is read ahead where that saves a trip."""
        await self._session.enter(room)
        party = (PARTY_TO_CHANGE if self._session.writes else PARTY).ask(**place)
        sounds = SOUNDS.ask(**place)
        values = {**place, "since": now_ms - ACTIVE_FOR_MS, "entry": entry_id}
        early = [Asked(each.of_room, values) for each in ahead if self._session.reads_ahead]
        await self._session.fetch(party, sounds, *more, *early)
        if party.rows:
            record = _record(room, party.rows[0], sounds.rows)
        elif self._session.writes and make:
            # If somebody else is about to make it, this waits for them and does nothing.
            first = rule_columns(first_rules(room.platform))
            await self._session.write(MAKE, **place, started_ms=now_ms, active_ms=now_ms, **first)
            return await self._arrive(room, place, now_ms, ahead, entry_id, more)
        else:
            record = PartyRecord(NONE_YET, room, now_ms, now_ms, False, first_rules(room.platform))
        self._remember(ahead, early, {**values, "party": record.id})
        return record

    def _remember(
        self, ahead: Sequence[Ahead], early: Sequence[Asked[Any]], values: dict[str, object]
    ) -> None:
        """Keeps what was read ahead as the answers to what will be asked."""
        suggested = True
        for each, answer in zip(ahead, early, strict=False):  # on PostgreSQL nothing was
            if each.query is ENTRY:
                suggested = any(row.state == State.SUGGESTED for row in answer.rows)
            elif each.query is OFFERED:
                values["ballot"] = answer.rows[0].ballot if answer.rows else None
            # Of a song that waits already nobody asks for the others, so they were not read.
            if suggested or each.query is not WAITING:
                asked_with = {name: values[name] for name in each.query.parameters}
                self._session.remember(each.query, asked_with, answer)

    async def with_cards(self, platform: str, since_ms: int) -> list[Room]:
        """The rooms with a card in which something happened since then."""
        return await self._session.rows(WITH_CARDS, platform=platform, since=since_ms)

    async def workspaces(self, platform: str) -> list[str]:
        """The workspaces of a platform that have a party."""
        return [row.workspace for row in await self._session.rows(WORKSPACES, platform=platform)]

    async def of_workspace(self, platform: str, workspace: str) -> list[Room]:
        """The rooms of a workspace that have a party."""
        return await self._session.rows(OF_WORKSPACE, platform=platform, workspace=workspace)

    async def of_member(self, member: Member, since_ms: int) -> list[Room]:
        """The rooms in which a member did something since then, the latest first."""
        return await self._session.rows(
            OF_MEMBER, platform=member.platform, user_id=member.user_id, since=since_ms
        )

    async def overdue(self, now_ms: int, grace_ms: int) -> list[Room]:
        """The rooms whose song is over, for so long already where a device has the last word on that."""
        return await self._session.rows(OVERDUE, now=now_ms, by_device=now_ms - grace_ms)

    async def with_skip_votes(self) -> list[Room]:
        """The rooms in which somebody wants to skip what plays."""
        return await self._session.rows(WITH_SKIP_VOTES)

    async def low_on_songs(self, since_ms: int) -> list[Room]:
        """The rooms whose autopilot has something to do, if people did something there since then."""
        return await self._session.rows(LOW_ON_SONGS, since=since_ms, active=since_ms - TOUCHED_WITHIN_MS)

    async def touch(self, party_id: int, started_ms: int, active_ms: int) -> None:
        """Notes when the party began and was last active."""
        await self._session.write(TOUCH, party=party_id, started_ms=started_ms, active_ms=active_ms)

    async def set_rules(self, party_id: int, rules: Rules) -> None:
        """Keeps what the room has chosen."""
        await self._session.write(SET_RULES, party=party_id, **rule_columns(rules))

    async def set_blocked(self, party_id: int, blocked: Blocked) -> None:
        """Keeps whom and what the room keeps out."""
        await self._session.write(SET_BLOCKED, party=party_id, blocked=blocked_column(blocked))

    async def set_links(self, party_id: int, links: int) -> None:
        """Notes how often the links to the party's page were made anew."""
        await self._session.write(SET_LINKS, party=party_id, links=links)

    async def set_shared(self, party_id: int, shared: bool) -> None:
        """Notes whether a model may be trained on the room's songs."""
        await self._session.write(SET_SHARED, party=party_id, shared=shared)

    async def set_card(self, party_id: int, card: str) -> None:
        """Keeps in which message the party is shown; empty for none. Nobody is told."""
        await self._session.write(SET_CARD, party=party_id, card=card)


def _room_columns(room: Room) -> dict[str, str]:
    return {"platform": room.platform, "workspace": room.workspace, "channel": room.channel}


def _record(room: Room, row: PartyRow, sounds: Sequence[SoundRow]) -> PartyRecord:
    playback = None
    for sound in sounds:
        host = Member(sound.platform, sound.user_id, sound.name)
        outlet = Outlet(sound.outlet)
        playback = Playback(
            host, sound.device_id, sound.device_name, sound.on_entry, sound.ahead_entry, outlet
        )
    return PartyRecord(
        row.id,
        room,
        row.started_ms,
        row.active_ms,
        row.shared,
        read_rules(row.rules),
        row.card,
        playback,
        read_blocked(room.platform, row.blocked),
        row.links,
    )
