"""The store on real SQLite files."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, event, inspect, text
from sqlalchemy.exc import IntegrityError

from bot.domain import Change, Entry, Member, PartyRecord, Room, State, Suggestion, Track
from bot.errors import StartError
from db.schema import metadata
from db.store import Store, Transaction, alembic_config, open_store
from tests.conftest import ANNA, BEN, ROOM

SONG = Track("Mr. Brightside", "The Killers", "1", duration_ms=222_000)


async def queued(tx: Transaction, now_ms: int = 1000) -> tuple[int, int]:
    """A party with one song queued: both numbers."""
    party = await tx.party(ROOM, now_ms)
    return party.id, await tx.insert_entry(party.id, SONG, ANNA, now_ms)


async def test_an_error_rolls_everything_back(store: Store) -> None:
    """What a transaction wrote before an error is not there afterwards."""

    async def fail() -> None:
        async with store.transaction() as tx:
            await queued(tx)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with store.transaction() as tx:
        party = await tx.party(ROOM, 0)
        assert await tx.entries(party.id, State) == []


async def test_what_is_committed_survives_closing(database_url: str) -> None:
    """Another process finds the same entry, with its votes and its adder."""
    async with open_store(database_url) as store, store.transaction() as tx:
        party_id, entry_id = await queued(tx)
        await tx.set_vote(entry_id, BEN, -1)
    async with open_store(database_url) as store, store.transaction() as tx:
        assert (await tx.party(ROOM, 9)).id == party_id
        assert await tx.entry(party_id, entry_id) == Entry(
            entry_id, SONG, State.QUEUED, ANNA, 1000, votes={BEN.user_id: -1}
        )


async def test_transactions_of_one_process_wait_for_each_other(store: Store) -> None:
    """Tasks that read and write at once see each other's commits and lose nothing."""

    async def count_up() -> None:
        async with store.transaction() as tx:
            party = await tx.party(ROOM, 0)
            await asyncio.sleep(0)
            await tx.touch(party.id, party.started_ms + 1, 0)

    await asyncio.gather(*(count_up() for _ in range(20)))
    async with store.transaction() as tx:
        assert (await tx.party(ROOM, 0)).started_ms == 20


async def test_a_state_changes_only_from_the_expected_one(store: Store) -> None:
    """The second of two moves from the same state does nothing and says so."""
    async with store.transaction() as tx:
        _, entry_id = await queued(tx)
        assert await tx.move(entry_id, State.QUEUED, State.REMOVED, now_ms=5)
        assert not await tx.move(entry_id, State.QUEUED, State.PLAYING, now_ms=6, ends_ms=7)


async def test_two_songs_cannot_play_at_once(store: Store) -> None:
    """The database itself refuses a second playing entry in a party."""
    async with store.transaction() as tx:
        party_id, first = await queued(tx)
        second = await tx.insert_entry(party_id, SONG, BEN, 1001)
        await tx.move(first, State.QUEUED, State.PLAYING, now_ms=5, ends_ms=9)
        with pytest.raises(IntegrityError):
            await tx.move(second, State.QUEUED, State.PLAYING, now_ms=5, ends_ms=9)


async def test_a_key_belongs_to_one_change_of_a_party(store: Store) -> None:
    """A claimed key is found again, in its own party only."""
    async with store.transaction() as tx:
        party_id, entry_id = await queued(tx)
        other = await tx.party(Room("web", "", "lobby"), 0)
        number = await tx.record(party_id, ANNA, Change(0, "add", entry_id, State.QUEUED, 0), 5, "key")
        assert await tx.claimed(party_id, "key") == Change(number, "add", entry_id, State.QUEUED, 0)
        assert await tx.claimed(other.id, "key") is None
        with pytest.raises(IntegrityError):
            await tx.record(party_id, BEN, Change(0, "vote", entry_id, None, 0), 6, "key")


async def test_a_ballot_keeps_its_order_match_and_reasons(store: Store) -> None:
    """Suggestions come back best first with all that was said of them; the latest ballot stands."""
    offers = [Suggestion(SONG, 0.5, ("A", "B")), Suggestion(Track("X", "Y", "2"), 0.25, ())]
    async with store.transaction() as tx:
        party = await tx.party(ROOM, 0)
        for _ in range(2):
            number = await tx.record(party.id, ANNA, Change(0, "next", None, None, 0), 5, None)
            await tx.insert_suggestions(party.id, number, offers, 5)
        ballot = await tx.ballot(party.id)
        assert ballot == await tx.offered(number)
    assert [(entry.track, entry.match, entry.because) for entry in ballot] == [
        (offer.track, offer.match, offer.because) for offer in offers
    ]
    assert all(entry.added_by is None for entry in ballot)


async def test_a_member_is_one_person_under_any_name(store: Store) -> None:
    """A new display name replaces the old one everywhere, and counts as the same person."""
    async with store.transaction() as tx:
        party_id, entry_id = await queued(tx)
        renamed = Member(ANNA.platform, ANNA.user_id, "Anna Banana")
        for member in (ANNA, renamed):
            await tx.record(party_id, member, Change(0, "vote", entry_id, None, 0), 50, None)
        assert await tx.active_members(party_id, 50) == 1
        assert await tx.active_members(party_id, 51) == 0
        entry = await tx.entry(party_id, entry_id)
    assert entry is not None
    assert entry.added_by is not None
    assert entry.added_by.name == "Anna Banana"


async def test_settings_are_durable(database_url: str, store: Store) -> None:
    """WAL, synchronous=FULL and foreign keys are on: an acknowledged change survives a power cut."""
    async with store.transaction() as tx:
        connection = tx._connection  # noqa: SLF001 - the settings have no other way out
        found = [
            (await connection.execute(text(f"PRAGMA {name}"))).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert found == ["wal", 2, 1]


async def test_hot_queries_use_indexes(store: Store) -> None:
    """EXPLAIN shows no scan of a table that grows, in any query of a busy transaction."""
    statements: list[tuple[str, object]] = []
    engine = store._engine.sync_engine  # noqa: SLF001 - the statements have no other way out

    def note(_c: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        statements.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    async with store.transaction() as tx:
        party_id, entry_id = await queued(tx)
        await tx.move(entry_id, State.QUEUED, State.PLAYING, now_ms=1, ends_ms=2)
        await tx.set_vote(entry_id, BEN, 1)
        await tx.add_skip(entry_id, BEN)
        await tx.skippers(entry_id)
        await tx.record(party_id, BEN, Change(0, "vote", entry_id, None, 0), 3, "key")
        await tx.claimed(party_id, "key")
        await tx.last_undoable(party_id, BEN)
        await tx.active_members(party_id, 0)
        await tx.entries(party_id, State)
        await tx.ballot(party_id)
        await tx.offered(1)
        await tx.history(party_id, 10)
        await tx.overdue(99)
        await tx.share(party_id, True)
        seen = [each for each in statements if each[0].startswith(("SELECT", "UPDATE", "DELETE"))]
        assert len(seen) > 10
        for statement, values in seen:
            plan = await tx._connection.exec_driver_sql(  # noqa: SLF001 - as above
                f"EXPLAIN QUERY PLAN {statement}",
                values,  # type: ignore[arg-type]
            )
            steps = [str(row.detail) for row in plan]
            scanned = {
                step.split()[1]
                for step in steps
                if step.startswith("SCAN") and "uq_entries_playing" not in step  # holds only what plays
            }
            assert not scanned & set(metadata.tables), (statement, steps)


def test_migrations_lead_to_the_schema(tmp_path: Path) -> None:
    """A migrated database has exactly the tables, columns and indexes of the schema, and can go back."""
    engine = create_engine(f"sqlite:///{tmp_path / 'fresh.db'}")
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "head")
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        command.downgrade(alembic_config(connection), "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
    engine.dispose()


async def test_a_database_of_an_older_encore_is_brought_up_to_date(database_url: str) -> None:
    """The first version's party keeps its songs, and shares nothing until somebody says so."""
    engine = create_engine(database_url.replace("+aiosqlite", ""))
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0001")
        connection.execute(text("INSERT INTO parties VALUES (7, 'discord', '1', '2', 5, 6)"))
        connection.execute(
            text(
                "INSERT INTO entries (id, party_id, state, title, artist, added_ms) "
                "VALUES (8, 7, 'queued', 'Clocks', 'Coldplay', 5)"
            )
        )
    engine.dispose()
    async with open_store(database_url) as store, store.transaction() as tx:
        assert await tx.party(ROOM, 9) == PartyRecord(7, ROOM, 5, 6, shared=False)
        assert [entry.track.title for entry in await tx.entries(7, State)] == ["Clocks"]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "party.db",
        "mysql://somebody:secret@localhost/party",
        "postgresql+asyncpg://somebody:secret@localhost/party",
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


async def test_a_database_of_a_newer_encore_is_refused(tmp_path: Path) -> None:
    """A revision that this version does not know is not run over."""
    path = tmp_path / "party.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)")
        connection.execute("INSERT INTO alembic_version VALUES ('9999')")
    with pytest.raises(StartError, match="newer"):
        async with open_store(f"sqlite+aiosqlite:///{path}"):
            pass


async def test_a_second_bot_on_one_file_is_refused(database_url: str, store: Store) -> None:
    """SQLite can lose commits when two processes write: the second one is told, the first goes on."""
    with pytest.raises(StartError, match="another Encore"):
        async with open_store(database_url):
            pass
    async with store.transaction() as tx:
        assert (await tx.party(ROOM, 1)).started_ms == 1
