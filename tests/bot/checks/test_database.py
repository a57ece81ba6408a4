"""What is found of the database, which is only looked at."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.checks import database
from bot.party.errors import StartError
from db.store import open_store
from tests.bot.checks.conftest import Make
from tests.bot.test_main import left_behind
from tests.conftest import ON_BOTH


async def test_none_yet(make: Make, tmp_path: Path) -> None:
    """Where there is none none is made."""
    found = await database.check(make())
    assert "no tables yet" in found.told
    assert left_behind(tmp_path) == []


@ON_BOTH
async def test_the_newest(make: Make, database_url: str) -> None:
    """One that a bot has used, and is using: its kind, its size and its version; never a password."""
    settings = make(database_url=database_url)
    async with open_store(database_url):
        running = await database.check(settings)
    assert running == await database.check(settings)
    assert ", the newest" in running.told
    assert " MB, tables of version " in running.told
    assert "@" not in running.told


async def test_an_older_one(make: Make, tmp_path: Path) -> None:
    """The next start will change it, which is said before."""
    async with open_store(make().database_url):
        pass
    with closing(sqlite3.connect(tmp_path / "party.db")) as file, file:
        file.execute("UPDATE alembic_version SET version_num = '0001'")
    found = await database.check(make())
    assert "tables of version 0001" in found.told
    assert "keep a copy" in found.notes[0]


async def test_one_of_a_newer_encore(make: Make, tmp_path: Path) -> None:
    """It is not opened, as a start would not open it."""
    async with open_store(make().database_url):
        pass
    with closing(sqlite3.connect(tmp_path / "party.db")) as file, file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StartError, match="from a newer Encore"):
        await database.check(make())


async def test_one_that_would_be_lost(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a start would refuse it."""
    monkeypatch.setenv("DYNO", "web.1")
    with pytest.raises(StartError, match="ALLOW_EPHEMERAL=1"):
        await database.check(make(allow_ephemeral=False))
    assert "no tables yet" in (await database.check(make(allow_ephemeral=True))).told


async def test_a_damaged_one(make: Make, tmp_path: Path) -> None:
    """What is no database is said to be none."""
    (tmp_path / "party.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(StartError, match=r"DATABASE_URL: .+ cannot be used"):
        await database.check(make())
