"""Where parties live: all SQL of the bot, through SQLAlchemy Core.

A transaction locks its party first (`Transaction.party`), so that all that happens in one party happens one
after the other. Two transactions never wait for each other in a circle: each locks one party, and only then
writes one member.

SQLite has ONE connection that writes, behind one lock from BEGIN IMMEDIATE to COMMIT: versions before 3.51.3
can corrupt a WAL database that two connections write (sqlite.org/wal.html, the WAL-reset bug), and two tasks
on one connection would roll each other back. Beside it there is one that can only read (`db.turns`).

PostgreSQL has a pool, and what locks a party is its row, between processes too.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
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
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.party.domain import (
    ACTIVE_FOR_MS,
    BROUGHT_IN,
    Change,
    Entry,
    Member,
    PartyRecord,
    Room,
    State,
    Suggestion,
    Track,
)
from bot.party.errors import StartError
from db import postgres, reading, statements, wake
from db import sqlite as sqlite_file
from db.installs import Installs
from db.playbacks import Playbacks
from db.rooms import Rooms
from db.schema import changes, entries, members, parties, playbacks, skips
from db.spotify import SpotifyShelf
from db.statements import Ahead, Database
from db.turns import File, Visit, open_file, read_numbers

try:
    import fcntl
except ImportError:  # Windows has no such lock; two bots on one file are the operator's to avoid there
    fcntl = None  # type: ignore[assignment]

UNDOABLE = {
    "add": (State.QUEUED, State.PLAYING),
    BROUGHT_IN: (State.QUEUED,),  # what plays of an import stays
    "vote": (State.SUGGESTED, State.QUEUED, State.PLAYING),
    "remove": (State.REMOVED,),
    "skip": (State.PLAYING,),
    "move": (State.QUEUED,),
    "clear": (State.REMOVED,),
}
"""Which changes can be taken back, and while their entry is in which states."""
NONE_YET = 0
"""The number of a party that nobody has begun; entries and changes have none such."""
NEVER: tuple[dict[str, Any] | None, Sequence[Any]] = (None, ())
"""What was read of a statement that was not asked yet."""
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
                numbers = await read_numbers(connection) if alone else {}
        except (SQLAlchemyError, sqlite3.Error, CommandError, OSError, UnicodeError, OverflowError) as error:
            raise (_unusable(error) if alone else postgres.unusable(error)) from error
        if alone:
            async with open_file(engine, numbers) as file:
                yield Store(engine, file)
        else:
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


def _open(ballot: Iterable[Entry]) -> list[Entry]:
    """Those of a ballot that nobody has taken up."""
    return [entry for entry in ballot if entry.state is State.SUGGESTED]


class Store:
    """Parties in one database."""

    def __init__(self, engine: AsyncEngine, file: File | None = None) -> None:
        self._engine = engine
        self._file = file
        self._process = secrets.token_hex(8)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """All or nothing: COMMIT on a clean exit; ROLLBACK when an error passes through."""
        if self._file is not None:
            async with self._file.turn() as turn:
                yield Transaction(turn, self._process)
        else:
            async with self._engine.begin() as connection:
                yield Transaction(connection, self._process)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """The same for what only looks. On SQLite no change keeps it waiting, or waits for it.

        What is asked in one go is of one moment there, and what is asked later of a later one.
        """
        if self._file is None:
            async with self.transaction() as tx:
                yield tx
        else:
            yield Transaction(Visit(self._file), self._process)

    @asynccontextmanager
    async def listen(self, changed: Callable[[Room], None]) -> AsyncIterator[None]:
        """Calls `changed(room)` for what other processes announce, while it is open; SQLite has none."""
        if self._file is not None:
            yield
            return
        async with wake.listening(partial(postgres.connect, self._engine), self._process, changed):
            yield


class Transaction(Rooms, Installs, Playbacks, SpotifyShelf):
    """All that is read and written between BEGIN and COMMIT."""

    def __init__(self, database: Database, process: str) -> None:
        self._database = database
        self._process = process
        self._visit = database if isinstance(database, Visit) else None
        self._members: dict[tuple[Member, str], int] = {}  # by the name too, which may change
        self._read: dict[Executable, tuple[dict[str, Any], Sequence[Any]]] = {}  # until we write

    @property
    def _connection(self) -> Database:
        """What statements of its own run on; whatever they do, what was read before is forgotten."""
        self._read.clear()
        return self._database

    async def party(self, room: Room, now_ms: int) -> PartyRecord:
        """The room's party, made if there is none; nobody else changes it until the transaction ends.

        A transaction asks for its one party before it writes anything. Who only looks where there is none
        sees an empty one.
        """
        record, _ = await self._arrive(room, now_ms, statements.WITH_ALL, {})
        return record

    async def enter(
        self, room: Room, now_ms: int, member: Member, key: str | None, entry_id: int | None = None
    ) -> tuple[PartyRecord, Change | None]:
        """The room's party, as `party` has it, and the change of it that this key has made already.

        `entry_id` is what the change will be about, if that is known.
        """
        record, (known, done) = await self._arrive(
            room,
            now_ms,
            statements.WITH_QUEUE if entry_id is None else statements.WITH_ENTRY,
            {"entry": entry_id},
            (statements.MEMBER, {"platform": member.platform, "user_id": member.user_id}),
            (statements.CLAIMED, reading.room_columns(room) | {"key": key}),
        )
        if known and known[0][1] == member.name:
            self._members[member, member.name] = int(known[0][0])
        return record, reading.change(done)

    async def _arrive(
        self,
        room: Room,
        now_ms: int,
        ahead: Sequence[Ahead],
        values: dict[str, Any],
        *more: tuple[Executable, dict[str, Any]],
    ) -> tuple[PartyRecord, Sequence[Sequence[Any]]]:
        """A room's party and what else is asked, and what is read ahead where that saves a trip."""
        if self._visit is not None:  # PostgreSQL locks the party's row
            await self._visit.enter(room)
        place = reading.room_columns(room)
        values = {"since": now_ms - ACTIVE_FOR_MS} | values
        ahead = ahead if self._visit is not None else ()
        found, sounds, *others = await self._several(
            (statements.PARTY, place),
            (statements.SOUNDS, place),
            *more,
            *((each.here, place | values) for each in ahead),
        )
        if found:
            record = reading.party(room, found[0], sounds)
        elif self._visit is not None and not self._visit.changes:
            record = PartyRecord(NONE_YET, room, now_ms, now_ms, shared=False)
        else:
            await self._make(room, now_ms)
            return await self._arrive(room, now_ms, ahead, values, *more)
        known = values | {"party": record.id}
        for each, rows in zip(ahead, others[len(more) :], strict=True):
            if each.statement is statements.OFFERED:
                known["ballot"] = reading.ballot_of(rows)
            self._read[each.statement] = {name: known[name] for name in each.of}, rows
        # Of a song that waits already nobody asks for the others, so they were not read.
        if ahead is statements.WITH_ENTRY and not reading.suggested(self._read[statements.ENTRY][1]):
            del self._read[statements.WAITING]
        return record, others[: len(more)]

    async def _enter_all(self) -> None:
        """Waits on SQLite until nobody changes any room; PostgreSQL's statements lock the rows they need."""
        if self._visit is not None:
            await self._visit.enter_all()

    async def _make(self, room: Room, now_ms: int) -> None:
        """Makes a party; if somebody else is about to, this waits for them and does nothing."""
        await self._connection.execute(
            self._upsert(parties)
            .values(**reading.room_columns(room), started_ms=now_ms, active_ms=now_ms)
            .on_conflict_do_nothing()
        )

    async def announce(self, room: Room) -> None:
        """Tells the other processes on commit that the room's party has changed."""
        if self._visit is None:
            said = wake.message(self._process, room)
            await self._connection.execute(select(func.pg_notify(wake.CHANNEL, said)))

    async def touch(self, party_id: int, started_ms: int, active_ms: int) -> None:
        """Notes when the party began and was last active, of which nothing that is read ahead tells."""
        await self._run(statements.TOUCH, {"party": party_id, "started": started_ms, "active": active_ms})

    async def share(self, party_id: int, on: bool) -> None:
        """Notes whether a model may be trained on the room's songs."""
        await self._connection.execute(update(parties).where(parties.c.id == party_id).values(shared=on))

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
        row = {
            "party_id": party_id,
            "member_id": await self._member_id(member),
            "kind": change.kind,
            "entry_id": change.entry_id,
            "state_before": change.state_before,
            "vote_before": change.vote_before,
            "at_ms": now_ms,
            "key": key,
        }
        (number,) = await self._number(statements.NOTE, [row])
        return number

    async def mark_undone(self, change_id: int) -> None:
        """Keeps a change from being taken back twice."""
        await self._connection.execute(update(changes).where(changes.c.id == change_id).values(undone=True))

    async def mark_import_undone(self, party_id: int, change_id: int) -> frozenset[int]:
        """Keeps all songs of one import from being taken back twice; returns the numbers of their entries.

        Their keys are the import's and two numbers: of the transaction, and of the song in it.
        """
        key = await self._connection.scalar(select(changes.c.key).where(changes.c.id == change_id))
        of_it = changes.c.id == change_id  # an older Encore's songs have no key
        if key is not None:
            came_with = key.rsplit("/", 2)[0] + "/"
            of_it = func.substr(changes.c.key, 1, len(came_with)) == came_with
        marked = await self._connection.execute(
            update(changes)
            .where(changes.c.party_id == party_id, changes.c.kind == BROUGHT_IN, of_it)
            .values(undone=True)
            .returning(changes.c.entry_id)
        )
        return frozenset(marked.scalars())

    async def waiting(self, party_id: int) -> list[Entry]:
        """What plays and what is queued, oldest first."""
        return await self._read_entries(statements.WAITING, party=party_id)

    async def standing(
        self, party_id: int, since_ms: int
    ) -> tuple[list[Entry], list[Entry], frozenset[str], frozenset[str]]:
        """`waiting`, `ballot`, the user_ids of who wants to skip what plays, and of who acted since then."""
        of_party = {"party": party_id}
        waiting, ballot, skippers, active = await self._several(
            (statements.WAITING, of_party),
            (statements.LATEST, of_party),
            (statements.WISHING, of_party),
            (statements.ACTIVE, of_party | {"since": since_ms}),
        )
        songs = reading.entries_of(waiting), _open(reading.entries_of(ballot))
        return *songs, reading.users(skippers), reading.users(active)

    async def entries(self, party_id: int, states: Iterable[State], since_ms: int = 0) -> list[Entry]:
        """The party's entries in these states, added or ended since then, oldest first."""
        wanted = frozenset(states)
        found = await self._read_entries(statements.SINCE, party=party_id, since=since_ms)
        return [entry for entry in found if entry.state in wanted]

    async def ballot(self, party_id: int) -> list[Entry]:
        """The latest suggestions that nobody has taken up, best first."""
        return _open(await self._read_entries(statements.LATEST, party=party_id))

    async def offered(self, change_id: int) -> list[Entry]:
        """The suggestions of one ballot, best first, whatever has become of them."""
        return await self._read_entries(statements.OFFERED, ballot=change_id)

    async def history(self, party_id: int, limit: int) -> list[Entry]:
        """What was played or skipped, latest first."""
        found = await self._read_entries(statements.HISTORY, party=party_id, most=limit)
        return sorted(found, key=lambda entry: (entry.ended_ms or 0, entry.id), reverse=True)

    async def entry(self, party_id: int, entry_id: int) -> Entry | None:
        """One entry of this party."""
        _, waiting = self._read.get(statements.WAITING, NEVER)
        found: Sequence[Any] = [row for row in waiting if row[0] == entry_id]
        found = found or await self._rows(statements.ENTRY, party=party_id, entry=entry_id)
        return next(iter(reading.entries_of(found)), None)

    async def insert_entry(self, party_id: int, track: Track, member: Member, now_ms: int) -> int:
        """Queues a song and returns its number."""
        row = {
            "party_id": party_id,
            "state": State.QUEUED.value,
            "added_by": await self._member_id(member),
            "added_ms": now_ms,
            **reading.track_columns(track),
        }
        (number,) = await self._number(statements.QUEUE, [row])
        return number

    async def insert_suggestions(
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
                **reading.track_columns(suggestion.track),
            }
            for suggestion in suggestions
        ]
        numbers = await self._number(statements.QUEUE, rows)
        return [
            reading.offer(number, each, now_ms, change_id)
            for number, each in zip(numbers, suggestions, strict=True)
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
        values: dict[str, object] = {"state": state.value}
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
        await self._write(statements.MOVE_FROM[expected], entry=entry_id, **values)

    async def set_vote(self, entry_id: int, member: Member, value: int) -> None:
        """Sets a member's vote; 0 takes it back."""
        member_id = await self._member_id(member)
        await self._write(statements.UNVOTE, entry=entry_id, member=member_id)
        if value:
            await self._write(statements.CAST, entry_id=entry_id, member_id=member_id, value=value)

    async def add_skip(self, entry_id: int, member: Member) -> bool:
        """Notes that a member wants to skip, once however often, and says whether that is new."""
        if member.user_id in await self.skippers(entry_id):
            return False
        member_id = await self._member_id(member)
        await self._write(statements.WISH, entry_id=entry_id, member_id=member_id)
        return True

    async def drop_skip(self, entry_id: int, member: Member) -> None:
        """Takes a wish to skip back."""
        member_id = await self._member_id(member)
        await self._connection.execute(
            skips.delete().where(skips.c.entry_id == entry_id, skips.c.member_id == member_id)
        )

    async def skippers(self, entry_id: int) -> frozenset[str]:
        """The user_ids of those who want to skip."""
        _, waiting = self._read.get(statements.WAITING, NEVER)
        if statements.WISHING in self._read and reading.plays(waiting, entry_id):
            return reading.users(self._read[statements.WISHING][1])
        return reading.users(await self._rows(statements.SKIPPERS, entry=entry_id))

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
        found = await self._rows(statements.MEMBER, platform=member.platform, user_id=member.user_id)
        # Who writes a row makes other parties wait for it.
        if found and found[0][1] == member.name:
            return int(found[0][0])
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
            statements.CHANGES.select_from(changes)
            .outerjoin(entries, entries.c.id == changes.c.entry_id)
            .where(*conditions)
            .order_by(changes.c.id.desc())
            .limit(1)
        )
        return reading.change((await self._connection.execute(latest)).all())

    async def _entries(self, *conditions: ColumnElement[bool]) -> list[Entry]:
        """Entries with their votes, by number."""
        found = await self._connection.execute(statements.entries_where(*conditions))
        return reading.entries_of(found.all())

    async def _read_entries(self, statement: Select[Any], **values: object) -> list[Entry]:
        return reading.entries_of(await self._rows(statement, **values))

    async def _rows(self, statement: Executable, **values: object) -> Sequence[Any]:
        """The rows that one of `statements` leads to, as tuples of what the database keeps."""
        return (await self._several((statement, values)))[0]

    async def _several(self, *asked: tuple[Executable, dict[str, Any]]) -> Sequence[Sequence[Any]]:
        """The rows that each of some `statements` leads to, read once until something is written."""
        unread = [
            (statement, values)
            for statement, values in asked
            if self._read.get(statement, NEVER)[0] != values
        ]
        if unread:
            for (statement, values), rows in zip(unread, await self._fetched(*unread), strict=True):
                self._read[statement] = values, rows
        return [self._read[statement][1] for statement, _ in asked]

    async def _number(self, statement: Insert, rows: Sequence[dict[str, Any]]) -> list[int]:
        """Writes rows by one of `statements`, and returns their numbers."""
        self._read.clear()
        if self._visit is None:
            return [*await self._database.scalars(statements.NUMBERED[statement], rows)]
        numbers = [self._visit.number(statement.table) for _ in rows]
        for number, row in zip(numbers, rows, strict=True):
            self._visit.later(statement, {"id": number, **row})
        return numbers

    async def _fetched(self, *asked: tuple[Executable, dict[str, Any]]) -> Sequence[Sequence[Any]]:
        if self._visit is not None:
            return await self._visit.rows(asked)
        return [(await self._database.execute(*each)).all() for each in asked]

    async def _write(self, statement: Executable, **values: object) -> None:
        """Runs one of `statements`, before the next one at the latest."""
        self._read.clear()
        await self._run(statement, values)

    async def _run(self, statement: Executable, values: dict[str, Any]) -> None:
        if self._visit is not None:
            self._visit.later(statement, values)
        else:
            await self._database.execute(statement, values)

    def _upsert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        """An insert that may say ON CONFLICT, which both databases understand alike."""
        return postgresql.insert(table) if self._visit is None else sqlite.insert(table)

    async def _one(self, statement: Executable) -> Row[Any]:
        return (await self._connection.execute(statement)).one()
