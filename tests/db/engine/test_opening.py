"""How a database is opened, brought up to date, and refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.party.errors import StartError
from bot.party.words import PartyRecord, State
from db.schema import metadata
from db.store import Store, alembic_config, open_store
from tests.conftest import ON_BOTH, ROOM


@asynccontextmanager
async def raw(database_url: str) -> AsyncIterator[AsyncConnection]:
    """A connection that knows nothing of parties, in one transaction."""
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        yield connection
    await engine.dispose()


@ON_BOTH
async def test_migrations_lead_to_the_schema(database_url: str) -> None:
    """A migrated database has exactly the tables, columns and indexes of the schema, and can go back."""

    def there_and_back(connection: Connection) -> None:
        command.upgrade(alembic_config(connection), "head")
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        command.downgrade(alembic_config(connection), "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]

    async with raw(database_url) as connection:
        await connection.run_sync(there_and_back)


@ON_BOTH
async def test_a_database_of_an_older_encore_is_brought_up_to_date(database_url: str) -> None:
    """The first version's party keeps its songs, and shares nothing until somebody says so."""

    def first_version(connection: Connection) -> None:
        command.downgrade(alembic_config(connection), "base")
        command.upgrade(alembic_config(connection), "0001")
        connection.execute(text("INSERT INTO parties VALUES (7, 'discord', '1', '2', 5, 6)"))
        connection.execute(
            text(
                "INSERT INTO entries (id, party_id, state, title, artist, added_ms) "
                "VALUES (8, 7, 'queued', 'Clocks', 'Coldplay', 5)"
            )
        )

    async with raw(database_url) as connection:
        await connection.run_sync(first_version)
    async with open_store(database_url) as store, store.writing() as tx:
        assert await tx.parties.open(ROOM, 9) == PartyRecord(7, ROOM, 5, 6, shared=False)
        assert [entry.track.title for entry in await tx.entries.since(7, State)] == ["Clocks"]


@ON_BOTH
async def test_a_database_of_a_newer_encore_is_refused(database_url: str) -> None:
    """A revision that this version does not know is not run over."""
    async with open_store(database_url):
        pass
    async with raw(database_url) as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StartError, match=r"^DATABASE_URL.*newer"):
        async with open_store(database_url):
            pass


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
    async with store.writing() as tx:
        assert (await tx.parties.open(ROOM, 1)).started_ms == 1


def modes(folder: Path) -> set[int]:
    """Who may do what with the files of a folder."""
    return {each.stat().st_mode & 0o777 for each in folder.iterdir()}


async def test_nobody_else_reads_a_party(tmp_path: Path) -> None:
    """The file and what SQLite keeps beside it, also where an older version let others read it."""
    file = tmp_path / "party.db"
    for _ in range(2):
        async with open_store(f"sqlite+aiosqlite:///{file}") as store, store.writing() as tx:
            await tx.parties.open(ROOM, 1)
            assert modes(tmp_path) == {0o600}
        file.chmod(0o644)
