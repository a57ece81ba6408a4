"""What a room chose, shows and remembers, and how a member is forgotten: half of the store's transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Executable, Select, delete, exists, func, select, update

from bot.party.domain import NOBODY, Change, Entry, Forgotten, Member, Order, Quorum, Room, Rules, State
from db import statements
from db.schema import (
    changes,
    entries,
    members,
    parties,
    playbacks,
    saves,
    skips,
    spotify_accounts,
    spotify_logins,
    votes,
)
from db.statements import Database

USUAL = Rules()
KINDS: dict[str, type[StrEnum]] = {"order": Order, "quorum": Quorum}
"""The rules that are neither a number, a switch nor a text."""
OVER = (State.PLAYED, State.SKIPPED)


class Rooms:
    """Rules, cards, the autopilot's questions, numbers and forgetting, inside one transaction."""

    @property
    def _connection(self) -> Database:
        raise NotImplementedError

    async def _enter_all(self) -> None:
        raise NotImplementedError

    async def _entries(self, *conditions: ColumnElement[bool]) -> list[Entry]:
        raise NotImplementedError

    async def _rows(self, statement: Executable, **values: object) -> Sequence[Any]:
        raise NotImplementedError

    async def _change(self, *conditions: ColumnElement[bool]) -> Change | None:
        raise NotImplementedError

    async def _member_id(self, member: Member) -> int:
        raise NotImplementedError

    async def set_rules(self, party_id: int, rules: Rules) -> None:
        """Keeps what the room has chosen."""
        usual = asdict(USUAL)
        chosen = {name: value for name, value in asdict(rules).items() if value != usual[name]}
        await self._connection.execute(
            update(parties)
            .where(parties.c.id == party_id)
            .values(
                rules=json.dumps(chosen, ensure_ascii=False),
                autopilot_below=rules.autopilot_below if rules.autopilot else 0,
            )
        )

    async def set_card(self, party_id: int, card: str) -> None:
        """Keeps in which message the party is shown; empty for none."""
        await self._connection.execute(update(parties).where(parties.c.id == party_id).values(card=card))

    async def shown_rooms(self, platform: str, since_ms: int) -> list[Room]:
        """The rooms with a card in which something happened since then."""
        return await self._rooms(
            select(parties.c.platform, parties.c.workspace, parties.c.channel).where(
                parties.c.platform == platform, parties.c.card != "", parties.c.active_ms >= since_ms
            )
        )

    async def rooms_of(self, member: Member, since_ms: int) -> list[Room]:
        """The rooms in which a member did something since then, the latest first."""
        latest = func.max(changes.c.at_ms)
        return await self._rooms(
            select(parties.c.platform, parties.c.workspace, parties.c.channel)
            .join(changes, changes.c.party_id == parties.c.id)
            .join(members, members.c.id == changes.c.member_id)
            .where(
                members.c.platform == member.platform,
                members.c.user_id == member.user_id,
                changes.c.at_ms >= since_ms,
            )
            .group_by(parties.c.id)
            .order_by(latest.desc())
        )

    async def rolling(self, since_ms: int) -> list[Room]:
        """The rooms whose autopilot has something to do, if people did something there since then."""
        queued = (
            select(func.count())
            .where(entries.c.party_id == parties.c.id, entries.c.state == State.QUEUED)
            .scalar_subquery()
        )
        someone = exists().where(
            changes.c.party_id == parties.c.id,
            changes.c.at_ms >= since_ms,
            changes.c.member_id == members.c.id,
            members.c.user_id != NOBODY,
        )
        return await self._rooms(
            select(parties.c.platform, parties.c.workspace, parties.c.channel).where(
                parties.c.autopilot_below > 0, queued < parties.c.autopilot_below, someone
            )
        )

    async def _rooms(self, statement: Select[str, str, str]) -> list[Room]:
        rows = await self._connection.execute(statement)
        return [Room(row[0], row[1], row[2]) for row in rows]

    async def unsettled(self) -> list[Room]:
        """The rooms in which somebody wants to skip what plays."""
        wished = exists().where(skips.c.entry_id == entries.c.id)
        return await self._rooms(
            select(parties.c.platform, parties.c.workspace, parties.c.channel)
            .join(entries, entries.c.party_id == parties.c.id)
            .where(entries.c.state == State.PLAYING, wished)
        )

    async def open_vote(self, party_id: int) -> Change | None:
        """The autopilot's latest ballot, unless it is settled."""
        return await self._change(
            changes.c.party_id == party_id, changes.c.kind == "autopilot", changes.c.undone.is_(False)
        )

    async def pin(self, entry_id: int, place: int | None) -> None:
        """Gives a queued entry a place from 1, or none."""
        await self._connection.execute(update(entries).where(entries.c.id == entry_id).values(pin=place))

    async def close_ranks(self, party_id: int) -> None:
        """Moves every place that was given one up, because a song has left the front of the queue."""
        await self._connection.execute(
            update(entries)
            .where(entries.c.party_id == party_id, entries.c.state == State.QUEUED, entries.c.pin > 1)
            .values(pin=entries.c.pin - 1)
        )

    async def started_ms(self, party_id: int) -> dict[str, int]:
        """When a song of each member was last started, by user_id."""
        return {row[0]: row[1] for row in await self._rows(statements.STARTED, party=party_id)}

    async def stats(self, party_id: int, most: int) -> tuple[list[Entry], list[Entry]]:
        """What was played or skipped, in that order of time, and the most wanted of all, best first."""
        latest = (
            select(entries.c.id)
            .where(entries.c.party_id == party_id, entries.c.state.in_(OVER))
            .order_by(entries.c.ended_ms.desc(), entries.c.id.desc())
            .limit(most)
        )
        found = await self._entries(entries.c.id.in_(latest.scalar_subquery()))
        history = sorted(found, key=lambda entry: (entry.ended_ms or 0, entry.id))
        loved = [entry for entry in history if entry.state is State.PLAYED and entry.score > 0]
        return history, sorted(loved, key=lambda entry: (-entry.score, -entry.id))

    async def added(self, party_id: int) -> dict[str, int]:
        """How many songs each member has added, by user_id."""
        rows = await self._connection.execute(
            select(members.c.user_id, func.count())
            .join(members, members.c.id == entries.c.added_by)
            .where(entries.c.party_id == party_id)
            .group_by(members.c.user_id)
        )
        return {row[0]: row[1] for row in rows}

    async def forget(self, member: Member) -> tuple[Forgotten, list[Room]]:
        """Takes a member out of everything, for good; says of what and in which rooms."""
        await self._enter_all()
        for table in (spotify_accounts, spotify_logins):
            await self._connection.execute(
                delete(table).where(table.c.platform == member.platform, table.c.user_id == member.user_id)
            )
        own = await self._connection.scalar(
            select(members.c.id).where(
                members.c.platform == member.platform, members.c.user_id == member.user_id
            )
        )
        if own is None:
            return Forgotten(0, 0), []
        nobody = await self._member_id(Member(member.platform, NOBODY, ""))
        rooms = await self._rooms(
            select(parties.c.platform, parties.c.workspace, parties.c.channel)
            .where(exists().where(changes.c.party_id == parties.c.id, changes.c.member_id == own))
            .order_by(parties.c.id)
        )
        cast = await self._connection.execute(delete(votes).where(votes.c.member_id == own))
        for statement in (
            delete(skips).where(skips.c.member_id == own),
            delete(playbacks).where(playbacks.c.host_id == own),
            delete(saves).where(saves.c.member_id == own),
        ):
            await self._connection.execute(statement)
        songs = await self._connection.execute(
            update(entries).where(entries.c.added_by == own).values(added_by=nobody)
        )
        await self._connection.execute(
            update(changes).where(changes.c.member_id == own).values(member_id=nobody, key=None)
        )
        await self._connection.execute(delete(members).where(members.c.id == own))
        await self._unname(member.user_id)
        return Forgotten(songs.rowcount, cast.rowcount), rooms

    async def _unname(self, user_id: str) -> None:
        """Takes a person out of those whom rooms have named."""
        named = await self._connection.execute(
            select(parties.c.id, parties.c.rules).where(parties.c.rules.contains(user_id, autoescape=True))
        )
        for party_id, stored in named.all():
            rules = read_rules(stored)
            others = " ".join(each for each in rules.djs.split() if each != user_id)
            await self.set_rules(party_id, replace(rules, djs=others))


@lru_cache(maxsize=1_000)  # most rooms have chosen nothing, or the same
def read_rules(stored: str) -> Rules:
    """A party's rules as they were kept; what this version does not know is as usual."""
    chosen = json.loads(stored)
    values: dict[str, Any] = {}
    for each in fields(Rules):
        value = chosen.get(each.name)
        kind = type(getattr(USUAL, each.name))
        if each.name in KINDS:
            if value in [*KINDS[each.name]]:
                values[each.name] = KINDS[each.name](value)
        elif type(value) is kind:
            values[each.name] = value
    return Rules(**values)
