"""What only SQLite files can do, and how addresses are refused."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot.party.domain import Change, Member, Room, Rules, State, Suggestion
from bot.party.errors import StartError
from db.store import Store, open_store
from tests.conftest import ANNA, ROOM
from tests.db.test_store import SONG
from tests.patience import PATIENCE_S


async def test_settings_are_durable(database_url: str, store: Store) -> None:
    """WAL, synchronous=FULL and foreign keys are on: an acknowledged change survives a power cut."""
    async with store.transaction() as tx:
        connection = tx._connection  # noqa: SLF001 - the settings have no other way out
        found = [
            (await connection.execute(text(f"PRAGMA {name}"))).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert found == ["wal", 2, 1]


async def test_who_looks_waits_for_no_change_and_sees_what_is_committed(
    database_url: str, store: Store
) -> None:
    """A look beside an open change finds the party as it was; the next one finds it as it is."""
    async with asyncio.timeout(PATIENCE_S):
        async with store.transaction() as tx:
            party = await tx.party(ROOM, 1)
        async with store.transaction() as tx:
            await tx.touch(party.id, 2, 3)
            await tx.insert_entry(party.id, SONG, ANNA, 4)
            async with store.reading() as look:
                assert await look.party(ROOM, 9) == party
                assert await look.waiting(party.id) == []
        async with store.reading() as look:
            assert (await look.party(ROOM, 9)).active_ms == 3
            assert [entry.track for entry in await look.waiting(party.id)] == [SONG]


async def test_who_only_looks_makes_no_party_and_can_change_nothing(database_url: str, store: Store) -> None:
    """Where there is no party yet it looks empty, and SQLite itself refuses a change."""
    async with store.reading() as look:
        nothing = await look.party(ROOM, 7)
        assert (nothing.started_ms, nothing.rules) == (7, Rules())
        assert (await look.standing(nothing.id, 0))[0] == []
    with pytest.raises(OperationalError, match="readonly"):
        async with store.reading() as look:
            await look.share(1, True)
    async with store.reading() as look:  # and goes on looking
        assert await look.party(ROOM, 8) == replace(nothing, started_ms=8, active_ms=8)


async def test_no_statement_is_prepared_anew_for_other_values(store: Store) -> None:
    """SQLite parses and plans what every request asks once: to do so takes longer than to run it."""
    prepared: list[tuple[object, ...]] = []
    file: Any = store._file  # noqa: SLF001 - statements are prepared nowhere else

    def note(*action: object) -> int:
        prepared.append(action)
        return sqlite3.SQLITE_OK

    async def request(number: int) -> None:
        """What people do to two songs, a ballot and what plays."""
        room, member = Room("discord", "1", str(number)), Member("discord", str(number), "Guest")
        async with store.transaction() as tx:
            party, _ = await tx.enter(room, number, member, f"add {number}")
            first, second = [await tx.insert_entry(party.id, SONG, member, number) for _ in range(2)]
            change = Change(0, "next", None, None, 0)
            ballot = await tx.record(party.id, member, change, number, f"next {number}")
            (offer,) = await tx.insert_suggestions(
                party.id, ballot, [Suggestion(SONG, 1 / number, ())], number
            )
            await tx.move(first, State.QUEUED, State.PLAYING, now_ms=number, ends_ms=number)
        for entry in (second, offer.id):
            async with store.transaction() as tx:
                await tx.enter(room, number, member, f"vote {entry}", entry)
                await tx.set_vote(entry, member, +1)
                await tx.touch(party.id, number, number)
        async with store.transaction() as tx:
            await tx.enter(room, number, member, f"skip {number}")
            await tx.standing(party.id, number)
            assert await tx.add_skip(first, member)
            assert await tx.skippers(first)
            await tx.move(first, State.PLAYING, State.SKIPPED, now_ms=number)
            await tx.move(second, State.QUEUED, State.REMOVED, now_ms=number)
            await tx.move(second, State.REMOVED, State.QUEUED, now_ms=number)
            await tx.move(offer.id, State.SUGGESTED, State.QUEUED, now_ms=number, added_by=member)
        async with store.reading() as look:
            await look.party(room, number)
            await look.standing(party.id, number)
            await look.waiting(party.id)
            await look.offered(ballot)
            await look.entry(party.id, first)
            await look.entries(party.id, State, number)
            await look.history(party.id, number)
            await look.started_ms(party.id)

    for driver in (file.writer.driver, file.reader.driver):
        await driver._execute(driver._conn.set_authorizer, note)  # noqa: SLF001 - as above
    await request(3)
    assert len(prepared) > 100
    prepared.clear()
    await request(7)
    assert not prepared


@pytest.mark.parametrize(
    "url",
    [
        "",
        "party.db",
        "mysql://somebody:secret@localhost/party",
        "postgresql+asyncpg://somebody:secret@localhost/party",
        "postgresql+asyncpg://somebody:secret@localhost",
        "postgresql+asyncpg://somebody:secret@localhost:secret/party",
        "postgresql+asyncpg://somebody:secret@localhost:99999/party",
        "postgresql+asyncpg://somebody:a@secret@localhost/party",
        "postgresql+asyncpg://somebody:secret@localhost/party?port=secret",
        "postgresql+asyncpg://somebody:secret@no..where/party",
        "postgresql+asyncpg://somebody:secret@127.0.0.1:1/party",
        "postgresql+asyncpg://somebody:secret@localhost/party?secret=secret",
        "postgresql+asyncpg://somebody:secret@localhost/party?ssl=nonsense",
        "sqlite+aiosqlite://",
        "sqlite+aiosqlite:////no/such/folder/party.db",
        "sqlite+aiosqlite:///:memory:",
        "sqlite+aiosqlite:///party.db?secret=secret",
    ],
)
async def test_a_bad_address_is_one_sentence_without_its_secrets(url: str) -> None:
    """Every unusable DATABASE_URL is refused in one line that names it and keeps its password."""
    with pytest.raises(StartError) as refused:
        async with open_store(url):
            pass
    sentence = str(refused.value)
    assert sentence.startswith("DATABASE_URL")
    assert "\n" not in sentence
    assert "secret" not in sentence


async def test_a_damaged_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    """A file that is no database is not touched."""
    path = tmp_path / "party.db"
    path.write_bytes(b"these are my holiday notes, not a database" * 100)
    with pytest.raises(StartError, match="not a database"):
        async with open_store(f"sqlite+aiosqlite:///{path}"):
            pass
    assert path.read_bytes().startswith(b"these are my holiday notes")


async def test_a_second_bot_on_one_file_is_refused(database_url: str, store: Store) -> None:
    """SQLite can lose commits when two processes write: the second one is told, the first goes on."""
    with pytest.raises(StartError, match="another Encore"):
        async with open_store(database_url):
            pass
    async with store.transaction() as tx:
        assert (await tx.party(ROOM, 1)).started_ms == 1


async def test_a_cancelled_task_costs_nobody_the_connection(store: Store) -> None:
    """Wherever a task is cancelled, nothing of it is half written and the next transaction works."""

    async def rest_twice(moment: int) -> None:
        async with store.transaction() as tx:
            await tx.rests_until_ms("first")
            await tx.rest("first", moment)
            await tx.rest("second", moment)

    for moment in range(1, 40):
        task = asyncio.create_task(rest_twice(moment))
        for _ in range(moment):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with asyncio.timeout(PATIENCE_S), store.transaction() as tx:
            assert (await tx.party(ROOM, 1)).started_ms == 1
            assert await tx.rests_until_ms("first") == await tx.rests_until_ms("second")
