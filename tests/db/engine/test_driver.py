"""What one connection to a SQLite file does."""

from __future__ import annotations

import ast
import asyncio
import re
import sqlite3
from pathlib import Path

import aiosqlite
import pytest

from bot.party.words import Change, Member, Room, State, Suggestion
from db.store import Store
from tests.conftest import ROOM
from tests.db.raw import file_of, run_sql
from tests.db.songs import SONG
from tests.patience import PATIENCE_S


async def test_settings_are_durable(database_url: str, store: Store) -> None:
    """WAL, synchronous=FULL and foreign keys are on: an acknowledged change survives a power cut."""
    names = ("journal_mode", "synchronous", "foreign_keys")
    assert [await run_sql(store, f"PRAGMA {name}") for name in names] == [[("wal",)], [(2,)], [(1,)]]


async def test_the_connection_for_looks_cannot_write(store: Store) -> None:
    """SQLite itself refuses a change there."""
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await file_of(store).reader.run((), ("DELETE FROM votes", ()))
    async with store.reading() as look:  # and goes on looking
        assert (await look.parties.open(ROOM, 8)).started_ms == 8


def test_what_is_private_in_aiosqlite_is_touched_in_one_file() -> None:
    """A new version of it can break `db/engine/driver.py` and nothing else."""
    root = Path(__file__).parents[3]
    files = [file for folder in ("bot", "cogs", "db", "tests") for file in (root / folder).rglob("*.py")]
    touching = {file.relative_to(root).as_posix() for file in files if touches_privates(file.read_text())}
    assert touching == {"db/engine/driver.py"}


def touches_privates(source: str) -> bool:
    """Whether somebody who knows connections of aiosqlite's uses what is private in them."""
    if not re.search(r"aiosqlite|driver|SqliteFile|file_of", source):
        return False
    private = {
        *vars(aiosqlite.Connection(lambda: sqlite3.connect(":memory:"), 1)),
        *vars(aiosqlite.Connection),
    }
    inside = re.search(r"class \w+\(aiosqlite", source) is not None
    return any(
        isinstance(node, ast.Attribute)
        and node.attr in private
        and re.match(r"_[^_]", node.attr)
        and (inside or not (isinstance(node.value, ast.Name) and node.value.id == "self"))
        for node in ast.walk(ast.parse(source))
    )


@pytest.mark.parametrize(
    ("source", "touches"),
    [
        ("import aiosqlite\nclass A(aiosqlite.Connection):\n  def f(self): self._tx", True),
        ("file_of(store).writer._execute(print)", True),
        ("driver.send(print)", False),
        ("# aiosqlite\nclass A:\n  def f(self): self._connection", False),
    ],
)
def test_a_private_attribute_is_noticed(source: str, touches: bool) -> None:
    """The watch above sees a use from inside and from outside, and leaves one's own alone."""
    assert touches_privates(source) == touches


async def test_no_statement_is_prepared_anew_for_other_values(store: Store) -> None:
    """SQLite parses and plans what every request asks once: to do so takes longer than to run it."""
    prepared: list[tuple[object, ...]] = []

    def note(*action: object) -> int:
        if action[1] != "user_version":  # which every commit writes anew, in a text as short as can be
            prepared.append(action)
        return sqlite3.SQLITE_OK

    async def request(number: int) -> None:
        """What people do to two songs, a ballot and what plays."""
        room, member = Room("discord", "1", str(number)), Member("discord", str(number), "Guest")
        async with store.writing() as tx:
            party, _ = await tx.parties.enter(room, number, member, f"add {number}")
            first, second = [await tx.entries.insert(party.id, SONG, member, number) for _ in range(2)]
            change = Change(0, "next", None, None, 0)
            ballot = await tx.diary.record(party.id, member, change, number, f"next {number}")
            (offer,) = await tx.entries.insert_ballot(
                party.id, ballot, [Suggestion(SONG, 1 / number, ())], number
            )
            await tx.entries.move(first, State.QUEUED, State.PLAYING, now_ms=number, ends_ms=number)
        for entry in (second, offer.id):
            async with store.writing() as tx:
                await tx.parties.enter(room, number, member, f"vote {entry}", entry)
                await tx.votes.set(entry, member, +1)
                await tx.parties.touch(party.id, number, number)
        async with store.writing() as tx:
            await tx.parties.enter(room, number, member, f"skip {number}")
            await tx.entries.standing(party.id, number)
            assert await tx.votes.add_skip(first, member)
            assert await tx.votes.skippers(first)
            await tx.entries.move(first, State.PLAYING, State.SKIPPED, now_ms=number)
            await tx.entries.move(second, State.QUEUED, State.REMOVED, now_ms=number)
            await tx.entries.move(second, State.REMOVED, State.QUEUED, now_ms=number)
            await tx.entries.move(offer.id, State.SUGGESTED, State.QUEUED, now_ms=number, added_by=member)
        async with store.reading() as look:
            await look.parties.open(room, number)
            await look.entries.standing(party.id, number)
            await look.entries.waiting(party.id)
            await look.entries.offered(ballot)
            await look.entries.get(party.id, first)
            await look.entries.since(party.id, State, number)
            await look.entries.history(party.id, number)
            await look.entries.last_started_ms(party.id)

    for driver in (file_of(store).writer, file_of(store).reader):
        await driver.send(lambda connection: connection.set_authorizer(note))
    await request(3)
    assert len(prepared) > 100
    prepared.clear()
    await request(7)
    assert not prepared


async def test_a_cancelled_task_costs_nobody_the_connection(store: Store) -> None:
    """Wherever a task is cancelled, nothing of it is half written and the next transaction works."""

    async def rest_twice(moment: int) -> None:
        async with store.writing() as tx:
            await tx.rests.get("first")
            await tx.rests.begin("first", moment)
            await tx.rests.begin("second", moment)

    for moment in range(1, 40):
        task = asyncio.create_task(rest_twice(moment))
        for _ in range(moment):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with asyncio.timeout(PATIENCE_S):
            async with store.writing() as tx:
                assert (await tx.parties.open(ROOM, 1)).started_ms == 1
            async with store.writing() as tx:  # without a room: after a COMMIT that is still under way
                assert await tx.rests.get("first") == await tx.rests.get("second")
