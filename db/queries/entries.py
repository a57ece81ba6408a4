"""Songs of parties."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Subquery,
    Text,
    and_,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    union_all,
    update,
)

from bot.party.words import Entry, Member, Standing, State, Suggestion, Track
from db.engine.query import command, numbered, query
from db.engine.session import Session
from db.engine.statements import as_lines, given
from db.queries.ahead import ACTIVE, ENTRY, LATEST, OFFERED, WAITING, WISHING
from db.queries.entry_rows import (
    EntryRow,
    entries_of,
    entries_of_all,
    entries_where,
    in_state,
    offer,
    track_columns,
)
from db.queries.members import Members
from db.schema import entries, members

SONG = ("track_id", "title", "artist", "album", "year", "duration_ms", "spotify_id")
"""The columns that say which song an entry is."""
WAITS = (State.QUEUED, State.PLAYING)
OVER = (State.PLAYED, State.SKIPPED, State.REMOVED)
MOST_HEARD = 500
"""The latest songs say what a room likes, and suggestions that were voted on: so many of each kind."""
MOST_TURNS = 100
"""Whoever had none of so many songs has had no turn for long; how long does not matter."""


class AddedRow(NamedTuple):
    """How many songs a member has added."""

    user_id: str
    songs: int


class StartedRow(NamedTuple):
    """When a song of a member was last started."""

    user_id: str
    started_ms: int


class SongsRow(NamedTuple):
    """Songs, by the catalogue's ids, a line each; None for none."""

    track_ids: str | None


class BallotRow(NamedTuple):
    """The latest ballot of a party."""

    ballot: int | None


_OF_PARTY = entries.c.party_id == bindparam("party")
_IS_ENTRY = entries.c.id == bindparam("entry")

_SINCE: ColumnElement[int] = bindparam("since", type_=entries.c.ended_ms.type)


def _rows(*conditions: ColumnElement[bool]) -> Select[Any]:
    return select(entries).where(_OF_PARTY, *conditions)


def _latest(most: Any, state: State, *conditions: ColumnElement[bool]) -> Select[Any]:
    """So many entries in a state that is the end of a song, those that ended last."""
    order = (entries.c.ended_ms.desc(), entries.c.added_ms.desc(), entries.c.id.desc())
    return select(_rows(in_state(state), *conditions).order_by(*order).limit(most).subquery())


def _all_of(*rows: Select[Any]) -> Subquery:
    """All of these, each sought with an index: with OR a database may read all that a party ever had."""
    return union_all(*rows).subquery()


# What plays or waits counts however long ago it was added.
_WAITING = _rows(in_state(*WAITS))
_OVER = _rows(in_state(*OVER), entries.c.ended_ms >= _SINCE)
# Nothing ends a suggestion that stays one.
_OFFERED = and_(in_state(State.SUGGESTED), entries.c.ended_ms.is_(None), entries.c.added_ms >= _SINCE)
_IS_SUGGESTED = entries.c.state.concat(literal_column("''")) == literal_column(f"'{State.SUGGESTED}'", Text())
_VOTED = (
    _rows(entries.c.voted, entries.c.added_ms >= _SINCE, _IS_SUGGESTED)
    .order_by(entries.c.added_ms.desc())
    .limit(MOST_HEARD)
    .subquery()
)

SINCE = query(EntryRow, entries_of_all(_all_of(_WAITING, _OVER, _rows(_OFFERED))))
SINCE_BUT_OFFERS = query(EntryRow, entries_of_all(_all_of(_WAITING, _OVER)))
HEARD = query(
    EntryRow,
    entries_of_all(
        _all_of(
            _WAITING,
            *(_latest(MOST_HEARD, state, entries.c.ended_ms >= _SINCE) for state in OVER),
            select(_VOTED),
        )
    ),
)
# There may be thousands: as one text they take a third of the time.
OFFERS = query(
    SongsRow,
    select(as_lines(entries.c.track_id).label("track_ids")).where(_OF_PARTY, _OFFERED),
)
LAST_BALLOT = query(BallotRow, select(func.max(entries.c.ballot).label("ballot")).where(_OF_PARTY))
OFFERED_AFTER = query(EntryRow, entries_where(_OF_PARTY, entries.c.ballot > bindparam("after")))
_MOST = bindparam("most", type_=Integer())
HISTORY = query(
    EntryRow, entries_of_all(_all_of(_latest(_MOST, State.PLAYED), _latest(_MOST, State.SKIPPED)))
)
ADDED = query(
    AddedRow,
    select(members.c.user_id, func.count().label("songs"))
    .join(members, members.c.id == entries.c.added_by)
    .where(_OF_PARTY, in_state(*WAITS, *OVER))
    .group_by(members.c.user_id),
)
_turns = _all_of(_rows(in_state(State.PLAYING)), *(_latest(MOST_TURNS, state) for state in OVER))
STARTED = query(
    StartedRow,
    select(members.c.user_id, func.max(_turns.c.started_ms).label("started_ms"))
    .join_from(_turns, members, members.c.id == _turns.c.added_by)
    .where(_turns.c.started_ms.is_not(None))
    .group_by(members.c.user_id),
)

QUEUE = numbered(insert(entries).values(given("party_id", "state", "added_by", "added_ms", *SONG)))
SUGGEST = numbered(
    insert(entries).values(given("party_id", "state", "added_ms", "ballot", "match", "because", "fit", *SONG))
)
PIN = command(update(entries).where(_IS_ENTRY).values(given("pin")))
CLOSE_RANKS = command(
    update(entries).where(_OF_PARTY, in_state(State.QUEUED), entries.c.pin > 1).values(pin=entries.c.pin - 1)
)

# Of an expression SQLite seeks no index, so that the state may be a parameter: see `spelled_out`.
_IS_EXPECTED = entries.c.state.concat(literal_column("''")) == bindparam("expected", type_=Text())
_MOVE = update(entries).where(_IS_ENTRY, _IS_EXPECTED)
_END = command(_MOVE.values(given("state", "ended_ms")))
MOVE = {
    State.QUEUED: command(_MOVE.values({**given("state"), "ended_ms": None, "pin": None})),
    State.PLAYING: command(_MOVE.values({**given("state", "started_ms", "ends_ms"), "left_ms": None})),
    State.SUGGESTED: command(
        _MOVE.values(
            {**given("state"), "added_by": None, "started_ms": None, "ends_ms": None, "left_ms": None}
        )
    ),
    State.PLAYED: _END,
    State.SKIPPED: _END,
    State.REMOVED: _END,
}
"""What brings an entry into a state."""
TAKE_UP = command(
    _MOVE.values({**given("state", "added_by", "added_ms"), "ended_ms": None, "pin": None, "voted": True})
)
VOTED = command(update(entries).where(_IS_ENTRY).values(voted=True), silent=True)


class Entries:
    """Songs of a party, inside one transaction."""

    def __init__(self, session: Session, members: Members) -> None:
        self._session = session
        self._members = members

    async def get(self, party_id: int, entry_id: int) -> Entry | None:
        """One entry of this party."""
        rows: list[EntryRow] = []
        waiting = self._session.last(WAITING)
        if waiting and waiting.values["party"] == party_id:
            rows = [row for row in waiting.rows if row.id == entry_id]
        rows = rows or await self._session.rows(ENTRY, party=party_id, entry=entry_id)
        return next(iter(entries_of(rows)), None)

    async def waiting(self, party_id: int) -> list[Entry]:
        """What plays and what is queued, oldest first."""
        return entries_of(await self._session.rows(WAITING, party=party_id))

    async def standing(self, party_id: int, since_ms: int) -> Standing:
        """What waits, the latest ballot, who wants to skip, and who acted since then, all of one moment."""
        waiting = WAITING.ask(party=party_id)
        latest = LATEST.ask(party=party_id)
        wishing = WISHING.ask(party=party_id)
        active = ACTIVE.ask(party=party_id, since=since_ms)
        await self._session.fetch(waiting, latest, wishing, active)
        return Standing(
            waiting=entries_of(waiting.rows),
            ballot=[entry for entry in entries_of(latest.rows) if entry.state is State.SUGGESTED],
            skippers=frozenset(row.user_id for row in wishing.rows),
            active=frozenset(row.user_id for row in active.rows),
        )

    async def since(self, party_id: int, states: Iterable[State], since_ms: int = 0) -> list[Entry]:
        """The party's entries in these states, added or ended since then, oldest first."""
        wanted = frozenset(states)
        asked = SINCE if State.SUGGESTED in wanted else SINCE_BUT_OFFERS
        found = entries_of(await self._session.rows(asked, party=party_id, since=since_ms))
        return [entry for entry in found if entry.state in wanted]

    async def heard(self, party_id: int, since_ms: int) -> list[Entry]:
        """What says what the room likes, oldest first: what waits, and since then what is over or voted on.

        However much there was, it is the latest of it, and no suggestion that nobody has voted on.
        """
        return entries_of(await self._session.rows(HEARD, party=party_id, since=since_ms))

    async def offers(self, party_id: int, since_ms: int) -> list[str]:
        """What was suggested since then and not taken up, by the catalogue's ids."""
        found = await self._session.first(OFFERS, party=party_id, since=since_ms)
        return found.track_ids.split("\n") if found and found.track_ids else []

    async def last_ballot(self, party_id: int) -> int:
        """The number of the latest ballot; 0 if there was none."""
        found = await self._session.first(LAST_BALLOT, party=party_id)
        return (found.ballot if found else None) or 0

    async def offered_after(self, party_id: int, ballot: int) -> list[Entry]:
        """What was suggested after this ballot, whatever has become of it."""
        return entries_of(await self._session.rows(OFFERED_AFTER, party=party_id, after=ballot))

    async def history(self, party_id: int, limit: int) -> list[Entry]:
        """What was played or skipped, latest first."""
        found = entries_of(await self._session.rows(HISTORY, party=party_id, most=limit))
        latest = sorted(found, key=lambda entry: (entry.ended_ms or 0, entry.id), reverse=True)
        return latest[:limit]

    async def offered(self, ballot: int) -> list[Entry]:
        """The suggestions of one ballot, best first, whatever has become of them."""
        return entries_of(await self._session.rows(OFFERED, ballot=ballot))

    async def stats(self, party_id: int, most: int) -> tuple[list[Entry], list[Entry]]:
        """What was played or skipped, in that order of time, and the most wanted of all, best first."""
        history = [*reversed(await self.history(party_id, most))]
        loved = [entry for entry in history if entry.state is State.PLAYED and entry.score > 0]
        return history, sorted(loved, key=lambda entry: (-entry.score, -entry.id))

    async def added_counts(self, party_id: int) -> dict[str, int]:
        """How many songs each member has added, by user_id."""
        return {row.user_id: row.songs for row in await self._session.rows(ADDED, party=party_id)}

    async def last_started_ms(self, party_id: int) -> dict[str, int]:
        """When a song of each member was last started, by user_id; of those that had one lately."""
        return {row.user_id: row.started_ms for row in await self._session.rows(STARTED, party=party_id)}

    async def insert(self, party_id: int, track: Track, member: Member, now_ms: int) -> int:
        """Queues a song and returns its number."""
        row = {
            "party_id": party_id,
            "state": State.QUEUED.value,
            "added_by": await self._members.number(member),
            "added_ms": now_ms,
            **track_columns(track),
        }
        [number] = await self._session.insert(QUEUE, [row])
        return number

    async def insert_ballot(
        self, party_id: int, change_id: int, suggestions: Sequence[Suggestion], now_ms: int
    ) -> list[Entry]:
        """Keeps a ballot, and returns its entries."""
        rows = [
            {
                "party_id": party_id,
                "state": State.SUGGESTED.value,
                "added_ms": now_ms,
                "ballot": change_id,
                "match": suggestion.match,
                "because": json.dumps(suggestion.because, ensure_ascii=False),
                "fit": suggestion.fit,
                **track_columns(suggestion.track),
            }
            for suggestion in suggestions
        ]
        numbers = await self._session.insert(SUGGEST, rows)
        return [
            offer(number, each, now_ms, change_id) for number, each in zip(numbers, suggestions, strict=True)
        ]

    async def move(
        self,
        entry_id: int,
        expected: State,
        state: State,
        *,
        now_ms: int,
        ends_ms: int | None = None,
        added_by: Member | None = None,
    ) -> None:
        """Changes an entry's state if it is still the expected one."""
        values = {"entry": entry_id, "expected": expected.value, "state": state.value}
        if added_by is not None:
            if (expected, state) != (State.SUGGESTED, State.QUEUED):
                raise ValueError("Only a suggestion is taken up by somebody, and into the queue.")
            adder = await self._members.number(added_by)
            await self._session.write(TAKE_UP, **values, added_by=adder, added_ms=now_ms)
        elif state is State.PLAYING:
            await self._session.write(MOVE[state], **values, started_ms=now_ms, ends_ms=ends_ms)
        elif state in {State.QUEUED, State.SUGGESTED}:
            await self._session.write(MOVE[state], **values)
        else:
            await self._session.write(MOVE[state], **values, ended_ms=now_ms)

    async def mark_voted(self, entry_id: int) -> None:
        """Notes that somebody has voted on a suggestion: from now on it says something. Nobody is told."""
        await self._session.write(VOTED, entry=entry_id)

    async def pin(self, entry_id: int, place: int | None) -> None:
        """Gives a queued entry a place from 1, or none."""
        await self._session.write(PIN, entry=entry_id, pin=place)

    async def close_ranks(self, party_id: int) -> None:
        """Moves every place that was given one up, because a song has left the front of the queue."""
        await self._session.write(CLOSE_RANKS, party=party_id)
