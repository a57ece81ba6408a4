"""Copies are made while something happens, tried, and taken away again when they are old."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.copies import DAYS, HOURS, Copies, kept
from bot.party.errors import StartError
from db.keeping.backup import checked
from db.store import Store
from tests.conftest import ROOM

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


class Clock:
    """A time that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        """The time."""
        return self.now


def names(folder: Path) -> list[str]:
    """What is in a folder."""
    return sorted(each.name for each in folder.iterdir())


async def test_a_copy_is_made_when_something_is_different(
    store: Store, database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says which is the last safe one; where nothing has happened it still is."""
    caplog.set_level(logging.INFO)
    clock, folder = Clock(), tmp_path / "safe"
    copies = Copies(database_url, folder, clock)
    assert copies.last is None
    await copies.copy()
    assert names(folder) == ["encore-20261130-120000.db"]
    clock.now += timedelta(minutes=15)
    await copies.copy()
    assert names(folder) == ["encore-20261130-120000.db"]
    assert copies.last == clock.now
    async with store.writing() as tx:
        await tx.parties.open(ROOM, 1)
    clock.now += timedelta(hours=1)
    await copies.copy()
    assert names(folder) == ["encore-20261130-120000.db", "encore-20261130-131500.db"]
    assert checked(folder / "encore-20261130-131500.db")["parties"].count == 1
    said = [record.message for record in caplog.records if "Last safe copy" in record.message]
    assert [each.split("encore-")[1][:15] for each in said] == ["20261130-120000", "20261130-131500"]
    assert Copies(database_url, folder).last == clock.now  # a start finds it


async def test_relative_places_are_those_of_the_bot(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have been started in any folder."""
    async with store.writing() as tx:
        await tx.parties.open(ROOM, 1)
    monkeypatch.chdir(tmp_path)
    await Copies("sqlite+aiosqlite:///party.db", Path("safe"), Clock()).copy()
    assert names(tmp_path / "safe") == ["encore-20261130-120000.db"]
    assert checked(tmp_path / "safe" / "encore-20261130-120000.db")["parties"].count == 1


async def test_what_goes_wrong_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The bot goes on; the figure stays where it was."""
    copies = Copies(f"sqlite+aiosqlite:///{tmp_path / 'none.db'}", tmp_path / "safe")
    await copies.copy()
    assert "No copy of the parties could be made: DATABASE_URL" in caplog.text
    assert copies.last is None
    assert names(tmp_path / "safe") == []


async def test_a_folder_that_goes_away_ends_no_bot(
    store: Store, database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A disk of the network may be gone for a while: that is logged, and later copies are made again."""
    folder = tmp_path / "safe"
    copies = Copies(database_url, folder)
    folder.rmdir()
    await copies.copy()
    assert "No copy of the parties could be made" in caplog.text
    assert "No such file" in caplog.text
    assert copies.last is None
    folder.mkdir()
    await copies.copy()
    assert len(names(folder)) == 1


def test_a_name_that_is_no_moment_is_passed_over(tmp_path: Path) -> None:
    """Whoever has put a file there that is called almost like a copy."""
    (tmp_path / "encore-20269999-250000.db").touch()
    assert Copies("sqlite+aiosqlite:///party.db", tmp_path).last is None


async def test_who_is_ended_leaves_nothing(store: Store, database_url: str, tmp_path: Path) -> None:
    """Whenever the bot stops, no process goes on, and no piece of a copy stays."""
    folder = tmp_path / "safe"
    for wait_s in (0.0, 0.3, 0.8):
        task = asyncio.create_task(Copies(database_url, folder).run())
        await asyncio.sleep(wait_s)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not [name for name in names(folder) if name.startswith(".")]


def test_a_folder_that_cannot_be_is_refused(tmp_path: Path) -> None:
    """Before the bot starts."""
    (tmp_path / "file").touch()
    with pytest.raises(StartError, match=r"^BACKUP_DIR"):
        Copies("sqlite+aiosqlite:///party.db", tmp_path / "file")


def test_old_copies_go() -> None:
    """The last of each of the last hours and days stay."""
    every = [NOON - timedelta(minutes=15 * n) for n in range(4 * 24 * 40)]
    found = sorted(kept(every))
    assert len(found) == HOURS + DAYS - 2  # the last of today, and of yesterday, are of an hour, too
    assert found[-1] == NOON
    assert NOON - found[0] < timedelta(days=DAYS)
    assert kept([NOON, NOON - timedelta(days=100)]) == {NOON, NOON - timedelta(days=100)}
