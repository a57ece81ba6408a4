"""Where parties live: all SQL of the bot, through SQLAlchemy Core.

SQLite has ONE connection behind one lock from BEGIN IMMEDIATE to COMMIT: versions before 3.51.3 can corrupt
a WAL database that two connections write (sqlite.org/wal.html, the WAL-reset bug), and two tasks on one
connection would roll each other back.

PostgreSQL has a pool. A transaction locks its party's row first (`Transaction.party`), so that all that
happens in one party happens one after the other, between processes too. Two transactions never wait for each
other in a circle: each locks one party, and only then writes one member.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Insert,
    Row,
    Select,
    Table,
    and_,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.domain import (
    BROUGHT_IN,
    Change,
    Entry,
    Member,
    PartyRecord,
    Playback,
    Room,
    State,
    Suggestion,
    Track,
)
from bot.errors import StartError
from db import postgres, statements, wake
from db import sqlite as sqlite_file
from db.installs import Installs
from db.playbacks import Playbacks
from db.rooms import Rooms, read_rules
from db.schema import changes, entries, members, parties, playbacks, skips, votes
from db.spotify import SpotifyShelf

try:
    import fcntl
except ImportError:  # Windows has no such lock; two bots on one file are the operator's to avoid there
    fcntl = None  # type: ignore[assignment]

UNDOABLE = {
    "add": (State.QUEUED, State.PLAYING),
    BROUGHT_IN: (State.QUEUED, State.PLAYING),
    "vote": (State.SUGGESTED, State.QUEUED, State.PLAYING),
    "remove": (State.REMOVED,),
    "skip": (State.PLAYING,),
    "move": (State.QUEUED,),
    "clear": (State.REMOVED,),
}
"""Which changes can be taken back, and while their entry is in which states."""
INSERT_VOTE = insert(votes)
MIGRATING = 0x656E636F7265
"""The number of the lock that a PostgreSQL database has for the process that brings it up to date."""


@asynccontextmanager
async def open_store(database_url: str) -> AsyncIterator[Store]:
    """Opens the database, brings its tables up to date, and closes it.

    Raises:
        StartError: the URL is not one of ours, or what it names cannot be opened.
    """
    engine = _engine(database_url)
    alone = _is_sqlite(engine)
    held = _hold(Path(str(engine.url.database))) if alone else None
    try:
        try:
            async with engine.begin() as connection:
                await connection.run_sync(_migrate)
        except (SQLAlchemyError, sqlite3.Error, CommandError, OSError, UnicodeError, OverflowError) as error:
            raise (_unusable(error) if alone else postgres.unusable(error)) from error
        yield Store(engine)
    finally:
        await engine.dispose()
        if held is not None:
            os.close(held)


def _unusable(error: Exception) -> StartError:
    reason = str(getattr(error, "orig", None) or error).splitlines()[0]
    return StartError(
        f"DATABASE_URL: the party database cannot be used ({reason}); "
        "name a file in a folder that this user may write to, not damaged and not from a newer Encore"
    )


def _is_sqlite(engine: AsyncEngine) -> bool:
    return engine.dialect.name == "sqlite"


def _engine(database_url: str) -> AsyncEngine:
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):  # a port that is no number is a ValueError
        url = None
    if url and url.drivername in postgres.SCHEMES:
        return postgres.open_engine(url)
    file = url.database if url and url.drivername.startswith("sqlite") and not url.query else None
    if url is None or not file or file == ":memory:":
        raise postgres.nonsense()
    return sqlite_file.open_engine(url)


def _hold(database: Path) -> int:
    """Keeps a second bot from the same file for as long as the descriptor is open, a `kill -9` included."""
    try:
        held = os.open(f"{database}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StartError(
            f"DATABASE_URL: {database} cannot be written ({error.strerror}); "
            "name a file in a folder that this user may write to"
        ) from error
    if fcntl is not None:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(held)
            raise StartError(
                f"DATABASE_URL: another Encore uses {database}; stop it, or name another file"
            ) from error
    return held


def alembic_config(connection: Connection) -> Config:
    """Where the migrations are, and the connection they run in."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def _migrate(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":  # several processes may start at once
        connection.execute(select(func.pg_advisory_xact_lock(MIGRATING)))
    command.upgrade(alembic_config(connection), "head")


class Store:
    """Parties in one database."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._turn: AbstractAsyncContextManager[None] = (
            asyncio.Lock() if _is_sqlite(engine) else nullcontext()  # PostgreSQL locks party by party
        )
        self._process = secrets.token_hex(8)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """BEGIN on entry; COMMIT on a clean exit; ROLLBACK when an error passes through."""
        async with self._turn, self._engine.begin() as connection:
            yield Transaction(connection, self._process)

    @asynccontextmanager
    async def listen(self, changed: Callable[[Room], None]) -> AsyncIterator[None]:
        """Calls `changed(room)` for what other processes announce, while it is open; SQLite has none."""
        if _is_sqlite(self._engine):
            yield
            return
        async with wake.listening(partial(postgres.connect, self._engine), self._process, changed):
            yield


class Transaction(Rooms, Installs, Playbacks, SpotifyShelf):
    """All that is read and written between BEGIN and COMMIT."""

    def __init__(self, connection: AsyncConnection, process: str) -> None:
        self._connection = connection
        self._process = process
        self._members: dict[tuple[Member, str], int] = {}  # by the name too, which may change

    async def party(self, room: Room, now_ms: int) -> PartyRecord:
        """The room's party, made if there is none; nobody else changes it until the transaction ends.

        A transaction asks for its one party before it writes anything.
        """
        place = _room_columns(room)
        row = (await self._connection.execute(statements.PARTY, place)).one_or_none()
        if row is None:  # or somebody is about to make it: the insert waits for them
            await self._connection.execute(
                self._upsert(parties)
                .values(**place, started_ms=now_ms, active_ms=now_ms)
                .on_conflict_do_nothing()
            )
            row = (await self._connection.execute(statements.PARTY, place)).one()
        return PartyRecord(
            row.id,
            room,
            row.started_ms,
            row.active_ms,
            row.shared,
            read_rules(row.rules),
            row.card,
            _playback(row),
        )

    async def announce(self, room: Room) -> None:
        """Tells the other processes on commit that the room's party has changed."""
        if self._connection.dialect.name == "postgresql":
            said = wake.message(self._process, room)
            await self._connection.execute(select(func.pg_notify(wake.CHANNEL, said)))

    async def touch(self, party_id: int, started_ms: int, active_ms: int) -> None:
        """Notes when the party began and was last active."""
        values = {"party": party_id, "started": started_ms, "active": active_ms}
        await self._connection.execute(statements.TOUCH, values)

    async def share(self, party_id: int, on: bool) -> None:
        """Notes whether a model may be trained on the room's songs."""
        await self._connection.execute(update(parties).where(parties.c.id == party_id).values(shared=on))

    async def claimed(self, party_id: int, key: str) -> Change | None:
        """The change that this key has made already."""
        found = await self._connection.execute(statements.CLAIMED, {"party": party_id, "key": key})
        return _change(found.one_or_none())

    async def last_undoable(self, party_id: int, member: Member) -> Change | None:
        """The member's latest change that has not been taken back and whose song is not over."""
        return await self._change(
            changes.c.party_id == party_id,
            changes.c.member_id == await self._member_id(member),
            changes.c.undone.is_(False),
            or_(
                *(
                    and_(changes.c.kind == kind, entries.c.state.in_(states))
                    for kind, states in UNDOABLE.items()
                )
            ),
        )

    async def record(
        self, party_id: int, member: Member, change: Change, now_ms: int, key: str | None
    ) -> int:
        """Writes a line of the diary and returns its number (the change's own is not looked at)."""
        return await self._insert(
            insert(changes).values(
                party_id=party_id,
                member_id=await self._member_id(member),
                kind=change.kind,
                entry_id=change.entry_id,
                state_before=change.state_before,
                vote_before=change.vote_before,
                at_ms=now_ms,
                key=key,
            )
        )

    async def mark_undone(self, change_id: int) -> None:
        """Keeps a change from being taken back twice."""
        await self._connection.execute(update(changes).where(changes.c.id == change_id).values(undone=True))

    async def active_members(self, party_id: int, since_ms: int) -> frozenset[str]:
        """The user_ids of the people who did something since then."""
        values = {"party": party_id, "since": since_ms}
        return frozenset(await self._connection.scalars(statements.ACTIVE, values))

    async def waiting(self, party_id: int) -> list[Entry]:
        """What plays and what is queued, oldest first."""
        return await self._read_entries(statements.WAITING, party=party_id)

    async def entries(self, party_id: int, states: Iterable[State], since_ms: int = 0) -> list[Entry]:
        """The party's entries in these states, added or ended since then, oldest first."""
        recent = func.coalesce(entries.c.ended_ms, entries.c.added_ms) >= since_ms
        still_there = entries.c.state.in_((State.QUEUED, State.PLAYING))
        return await self._entries(
            entries.c.party_id == party_id,
            entries.c.state.in_(list(states)),
            or_(recent, still_there),
        )

    async def ballot(self, party_id: int) -> list[Entry]:
        """The latest suggestions that nobody has taken up, best first."""
        return await self._read_entries(statements.BALLOT, party=party_id)

    async def offered(self, change_id: int) -> list[Entry]:
        """The suggestions of one ballot, best first, whatever has become of them."""
        return await self._read_entries(statements.OFFERED, ballot=change_id)

    async def history(self, party_id: int, limit: int) -> list[Entry]:
        """What was played or skipped, latest first."""
        ended = await self._connection.execute(
            select(entries.c.id)
            .where(
                entries.c.party_id == party_id,
                entries.c.state.in_((State.PLAYED, State.SKIPPED)),
            )
            .order_by(entries.c.ended_ms.desc(), entries.c.id.desc())
            .limit(limit)
        )
        found = await self._entries(entries.c.id.in_([row.id for row in ended]))
        return sorted(found, key=lambda entry: (entry.ended_ms or 0, entry.id), reverse=True)

    async def entry(self, party_id: int, entry_id: int) -> Entry | None:
        """One entry of this party."""
        found = await self._read_entries(statements.ENTRY, party=party_id, entry=entry_id)
        return found[0] if found else None

    async def insert_entry(self, party_id: int, track: Track, member: Member, now_ms: int) -> int:
        """Queues a song and returns its number."""
        return await self._insert(
            insert(entries).values(
                party_id=party_id,
                state=State.QUEUED,
                added_by=await self._member_id(member),
                added_ms=now_ms,
                **_track_columns(track),
            )
        )

    async def insert_suggestions(
        self, party_id: int, change_id: int, suggestions: Sequence[Suggestion], now_ms: int
    ) -> None:
        """Keeps a ballot."""
        await self._connection.execute(
            insert(entries),
            [
                {
                    "party_id": party_id,
                    "state": State.SUGGESTED,
                    "added_ms": now_ms,
                    "ballot": change_id,
                    "match": suggestion.match,
                    "because": json.dumps(suggestion.because, ensure_ascii=False),
                    **_track_columns(suggestion.track),
                }
                for suggestion in suggestions
            ],
        )

    async def move(
        self,
        entry_id: int,
        expected: State,
        state: State,
        *,
        now_ms: int,
        ends_ms: int | None = None,
        added_by: Member | None = None,
    ) -> bool:
        """Changes an entry's state if it is still the expected one, and says whether it was."""
        values: dict[str, object] = {"state": state}
        if state is State.PLAYING:
            values |= {"started_ms": now_ms, "ends_ms": ends_ms, "left_ms": None}
        elif state is State.QUEUED:
            values |= {"ended_ms": None, "pin": None}
        elif state is State.SUGGESTED:
            values |= {"added_by": None, "started_ms": None, "ends_ms": None, "left_ms": None}
        else:
            values |= {"ended_ms": now_ms}
        if added_by is not None:
            values |= {"added_by": await self._member_id(added_by), "added_ms": now_ms}
        moved = await self._connection.execute(
            update(entries).where(entries.c.id == entry_id, entries.c.state == expected).values(**values)
        )
        return moved.rowcount == 1

    async def set_vote(self, entry_id: int, member: Member, value: int) -> int:
        """Sets a member's vote (0 takes it back) and returns what it was."""
        member_id = await self._member_id(member)
        mine = {"entry": entry_id, "member": member_id}
        before = await self._connection.scalar(statements.VOTE, mine) or 0
        if before and before != value:
            await self._connection.execute(statements.UNVOTE, mine)
        if value and before != value:
            vote = {"entry_id": entry_id, "member_id": member_id, "value": value}
            await self._connection.execute(INSERT_VOTE, vote)
        return before

    async def add_skip(self, entry_id: int, member: Member) -> bool:
        """Notes that a member wants to skip, once however often, and says whether that is new."""
        added = await self._connection.execute(
            self._upsert(skips)
            .values(entry_id=entry_id, member_id=await self._member_id(member))
            .on_conflict_do_nothing()
        )
        return added.rowcount == 1

    async def drop_skip(self, entry_id: int, member: Member) -> None:
        """Takes a wish to skip back."""
        member_id = await self._member_id(member)
        await self._connection.execute(
            skips.delete().where(skips.c.entry_id == entry_id, skips.c.member_id == member_id)
        )

    async def skippers(self, entry_id: int) -> frozenset[str]:
        """The user_ids of those who want to skip."""
        return frozenset(await self._connection.scalars(statements.SKIPPERS, {"entry": entry_id}))

    async def overdue(self, now_ms: int, grace_ms: int) -> list[Room]:
        """The rooms whose song is over, for so long already where a device plays it."""
        rows = await self._connection.execute(
            select(parties.c.platform, parties.c.workspace, parties.c.channel)
            .join(entries, entries.c.party_id == parties.c.id)
            .outerjoin(playbacks, playbacks.c.party_id == parties.c.id)
            .where(
                entries.c.state == State.PLAYING,
                entries.c.ends_ms <= now_ms,
                or_(playbacks.c.party_id.is_(None), entries.c.ends_ms <= now_ms - grace_ms),
            )
        )
        return [Room(*row) for row in rows]

    async def _member_id(self, member: Member) -> int:
        known = self._members.get((member, member.name))
        if known is None:
            known = self._members[member, member.name] = await self._know(member)
        return known

    async def _know(self, member: Member) -> int:
        who = {"platform": member.platform, "user_id": member.user_id}
        found = (await self._connection.execute(statements.MEMBER, who)).one_or_none()
        # Who writes a row makes other parties wait for it.
        if found is not None and found.name == member.name:
            return int(found.id)
        statement = self._upsert(members).values(
            platform=member.platform, user_id=member.user_id, name=member.name
        )
        row = await self._one(
            statement.on_conflict_do_update(
                index_elements=[members.c.platform, members.c.user_id],
                set_={"name": statement.excluded.name},
            ).returning(members.c.id)
        )
        return int(row.id)

    async def _change(self, *conditions: ColumnElement[bool]) -> Change | None:
        latest = (
            select(changes)
            .outerjoin(entries, entries.c.id == changes.c.entry_id)
            .where(*conditions)
            .order_by(changes.c.id.desc())
            .limit(1)
        )
        return _change((await self._connection.execute(latest)).one_or_none())

    async def _entries(self, *conditions: ColumnElement[bool]) -> list[Entry]:
        """Entries with their votes, by number."""
        return await self._read_entries(statements.entries_where(*conditions))

    async def _read_entries(self, statement: Select[Any], **values: object) -> list[Entry]:
        rows = (await self._connection.execute(statement, values)).all()
        tallies: dict[int, dict[str, int]] = {}
        for row in rows:
            tally = tallies.setdefault(row.id, {})
            if row.voter is not None:
                tally[row.voter] = row.vote
        first = {row.id: row for row in reversed(rows)}
        return [_entry(first[number], tally) for number, tally in tallies.items()]

    def _upsert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        """An insert that may say ON CONFLICT, which both databases understand alike."""
        on_postgresql = self._connection.dialect.name == "postgresql"
        return postgresql.insert(table) if on_postgresql else sqlite.insert(table)

    async def _one(self, statement: Executable) -> Row[Any]:
        return (await self._connection.execute(statement)).one()

    async def _insert(self, statement: Insert) -> int:
        result = await self._connection.execute(statement)
        key = result.inserted_primary_key
        return int(key[0]) if key else 0


def _room_columns(room: Room) -> dict[str, str]:
    return {"platform": room.platform, "workspace": room.workspace, "channel": room.channel}


def _track_columns(track: Track) -> dict[str, object]:
    return {
        "track_id": track.track_id,
        "title": track.title,
        "artist": track.artist,
        "album": track.album,
        "year": track.year,
        "duration_ms": track.duration_ms,
        "spotify_id": track.spotify_id,
    }


def _playback(row: Row[Any]) -> Playback | None:
    if row.host is None:
        return None
    host = Member(row.platform, row.host, row.host_name)
    return Playback(host, row.device_id, row.device_name, row.on_entry, row.ahead_entry)


def _change(row: Row[Any] | None) -> Change | None:
    if row is None:
        return None
    before = State(row.state_before) if row.state_before else None
    return Change(row.id, row.kind, row.entry_id, before, row.vote_before, row.at_ms)


def _entry(row: Row[Any], tally: dict[str, int]) -> Entry:
    return Entry(
        id=row.id,
        track=Track(
            row.title, row.artist, row.track_id, row.album, row.year, row.duration_ms, row.spotify_id
        ),
        state=State(row.state),
        added_by=Member(row.platform, row.user_id, row.name) if row.user_id else None,
        added_ms=row.added_ms,
        started_ms=row.started_ms,
        ends_ms=row.ends_ms,
        ended_ms=row.ended_ms,
        votes=tally,
        match=row.match,
        because=tuple(json.loads(row.because or "[]")),
        ballot=row.ballot,
        pin=row.pin if row.state == State.QUEUED else None,
        left_ms=row.left_ms if row.state == State.PLAYING else None,
    )
