"""What is found of the folder for copies, which is only looked into."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.checks import copies
from bot.checks.result import Standing
from bot.copies import Copies
from bot.party.errors import StartError
from db.store import Store
from tests.bot.checks.conftest import Make


async def test_none_is_no_fault(make: Make) -> None:
    """Who has no folder is told how there are copies."""
    found = await copies.check(make())
    assert found.standing is Standing.NOT_SET
    assert "BACKUP_DIR" in found.told


async def test_when_the_last_one_was_made(
    make: Make, tmp_path: Path, store: Store, database_url: str
) -> None:
    """First none and no folder, which a start makes; then the moment of the last."""
    settings = make(backup_dir=tmp_path / "safe", database_url=database_url)
    assert "not there yet" in (await copies.check(settings)).told
    assert not (tmp_path / "safe").exists()
    made = Copies(database_url, tmp_path / "safe")
    assert "no copy yet" in (await copies.check(settings)).told
    await made.copy()
    assert made.last is not None
    assert f"{made.last:%Y-%m-%d %H:%M} UTC" in (await copies.check(settings)).told


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
async def test_a_folder_that_takes_nothing(make: Make, tmp_path: Path) -> None:
    """It is said as a start says it."""
    (tmp_path / "safe").mkdir(mode=0o500)
    with pytest.raises(StartError, match=r"^BACKUP_DIR: .*; name a folder of yours$"):
        await copies.check(make(backup_dir=tmp_path / "safe"))


async def test_what_is_no_folder(make: Make, tmp_path: Path) -> None:
    """One line, with the mend."""
    (tmp_path / "safe").write_text("")
    with pytest.raises(StartError, match=r"^BACKUP_DIR: .*; name a folder of yours$"):
        await copies.check(make(backup_dir=tmp_path / "safe"))
