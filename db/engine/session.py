"""A transaction on either database: what runs its queries, what it remembers, and what others will hear."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, TypeVar

from bot.party.words import Room
from db.engine.driver import Outcome
from db.engine.query import Asked, Command, Numbered, Query, Returning, Values

Row = TypeVar("Row")


class Reader(Protocol):
    """Where queries are run."""

    reads_ahead: bool
    """Whether to ask for more than is wanted yet is cheaper than to ask twice."""

    async def rows(self, asked: Sequence[Asked[Any]], /) -> Sequence[Sequence[Any]]:
        """What each of some queries finds."""


class Writer(Reader, Protocol):
    """Where commands are run, too."""

    async def enter(self, room: Room, /) -> None:
        """Waits until nobody else changes a room, where the room's row does not see to that."""

    async def enter_all(self) -> None:
        """The same for all rooms at once."""

    async def write(self, command: Command, values: Values, /) -> None:
        """Runs a command, before the next query at the latest."""

    async def run(self, command: Command, values: Values, /) -> Outcome:
        """Runs a command now, and says what it led to."""

    async def insert(self, command: Numbered, rows: Sequence[Values], /) -> Sequence[int]:
        """Writes rows, and returns their numbers."""


class Session:
    """One transaction. It writes if it has a writer.

    What was looked up is not looked up again until a table is written that it came from.
    """

    def __init__(self, reader: Reader, writer: Writer | None = None) -> None:
        self._reader = reader
        self._writer = writer
        self.writes = writer is not None
        self.reads_ahead = reader.reads_ahead
        self._known: dict[Query[Any], Asked[Any]] = {}
        self.changed = False
        self.rooms: dict[Room, None] = {}  # a set that keeps its order
        """Those that the transaction is about: whoever looks at them hears of a change."""

    async def enter(self, room: Room) -> None:
        """Waits until nobody else changes a room, if this one may. It enters its room before all else."""
        if self._writer is not None:
            self.rooms[room] = None
            await self._writer.enter(room)

    async def enter_all(self) -> None:
        """The same for all rooms at once."""
        await self._to_write("all rooms").enter_all()

    def concern(self, rooms: Iterable[Room]) -> None:
        """Takes note of further rooms in which people will see a difference."""
        self.rooms.update(dict.fromkeys(rooms))

    async def rows(self, query: Query[Row], **values: object) -> list[Row]:
        """What a query finds."""
        asked = query.ask(**values)
        await self.fetch(asked)
        return asked.rows

    async def first(self, query: Query[Row], **values: object) -> Row | None:
        """The first row that a query finds."""
        return next(iter(await self.rows(query, **values)), None)

    async def fetch(self, *asked: Asked[Any]) -> None:
        """Answers some queries, all of one moment on SQLite."""
        unknown = []
        for each in asked:
            known = self._known.get(each.query)
            if known is not None and known.values == each.values:
                each.answer_like(known)
            else:
                unknown.append(each)
        if unknown:
            for each, found in zip(unknown, await self._reader.rows(unknown), strict=True):
                each.answer(found)
                self._known[each.query] = each

    def last(self, query: Query[Row]) -> Asked[Row] | None:
        """A query as it was asked last, if its answer holds still."""
        return self._known.get(query)

    def remember(self, query: Query[Row], values: Values, answer: Asked[Row]) -> None:
        """Takes note of what a query would find: what another one, which says it otherwise, has found."""
        asked = self._known[query] = Asked(query, values)
        asked.answer_like(answer)

    async def write(self, command: Command, **values: object) -> None:
        """Runs a command, before the next query at the latest."""
        writer = self._writer or self._to_write(command.name)
        command.check(values)
        self._wrote(command)
        await writer.write(command, values)

    async def count(self, command: Command, **values: object) -> int:
        """Runs a command, and says how many rows it has changed."""
        return (await self._run(command, values)).changed

    async def returned(self, command: Returning[Row], **values: object) -> list[Row]:
        """Runs a command, and returns the rows that it gives back."""
        return command.rows_of((await self._run(command, values)).rows)

    async def insert(self, command: Numbered, rows: Sequence[Values]) -> Sequence[int]:
        """Writes rows, and returns their numbers in the same order."""
        writer = self._writer or self._to_write(command.name)
        for each in rows:
            command.check(each)
        self._wrote(command)
        return await writer.insert(command, rows)

    async def _run(self, command: Command, values: Values) -> Outcome:
        writer = self._to_write(command.name)
        command.check(values)
        outcome = await writer.run(command, values)
        self._forget(command)  # if it changed nothing, what was read before is not so any more
        self.changed = self.changed or (bool(outcome.changed) and not command.silent)
        return outcome

    def _to_write(self, what: str) -> Writer:
        if self._writer is None:
            raise RuntimeError(f"A transaction that reads cannot write ({what}); use store.writing().")
        return self._writer

    def _wrote(self, command: Command) -> None:
        self._forget(command)
        self.changed = self.changed or not command.silent

    def _forget(self, command: Command) -> None:
        """Forgets what may be different now."""
        for query in tuple(self._known):
            if command.table in query.tables:
                del self._known[query]
