"""A file under a running bot that stays what it was, or not."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.party.errors import Unsaved
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.service import PartyService
from db.engine import guard
from db.keeping.backup import backup
from tests.conftest import ANNA, BEN, ROOM, Clock
from tests.db.engine.files import add, beside, count, killed, opened, url_of
from tests.db.raw import file_of, run_sql
from tests.patience import until

Befalls = Callable[[Path], object]


def removed(file: Path) -> None:
    """Somebody takes the file away."""
    file.unlink()


def moved(file: Path) -> None:
    """Somebody gives it another name."""
    file.rename(file.with_name("moved.db"))


def another(file: Path) -> None:
    """Somebody puts another file into its place."""
    shutil.copy(file.with_name("copy.db"), file.with_name("new.db"))
    file.with_name("new.db").replace(file)


def written_over(file: Path) -> None:
    """Somebody copies another file over it, which stays the same file then."""
    shutil.copy(file.with_name("copy.db"), file)


def rewound(file: Path) -> None:
    """Somebody copies an older state of the very same run over it."""
    shutil.copy(file.with_name("older.db"), file)


def cut(file: Path) -> None:
    """Somebody cuts it short."""
    os.truncate(file, file.stat().st_size - 4096)


def emptied(file: Path) -> None:
    """Somebody cuts it short altogether."""
    os.truncate(file, 0)


def log_removed(file: Path) -> None:
    """Somebody takes its log away."""
    beside(file, "-wal").unlink()


def log_replaced(file: Path) -> None:
    """Somebody puts another log into its place."""
    shutil.copy(f"{file}-wal", f"{file}-new")
    beside(file, "-new").replace(f"{file}-wal")


def index_removed(file: Path) -> None:
    """Somebody takes away what tells SQLite's connections where in the log each page is."""
    beside(file, "-shm").unlink()


FILE = [removed, moved, another, written_over, rewound, cut, emptied]
ALL = [*FILE, log_removed, log_replaced, index_removed]


@pytest.mark.parametrize("befalls", ALL)
async def test_nothing_is_acknowledged_and_gone(
    tmp_path: Path, befalls: Befalls, caplog: pytest.LogCaptureFixture
) -> None:
    """Every change after it is refused, whatever befalls the file; one line of the log says what to do."""
    file = tmp_path / "party.db"
    async with opened(file) as store:
        await add(store, 3)
        await backup(url_of(file), tmp_path / "copy.db")
        shutil.copy(file, tmp_path / "older.db")
        await run_sql(store, "PRAGMA wal_checkpoint(TRUNCATE)")
        await add(store)
        befalls(file)
        for _ in range(3):
            with pytest.raises(Unsaved):
                await add(store)
    said = [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR]
    assert len(said) == 1
    assert "party.db" in said[0]
    assert "stop me" in said[0]


@pytest.mark.parametrize("befalls", ALL)
async def test_it_is_noticed_though_nothing_is_written(
    tmp_path: Path, befalls: Befalls, caplog: pytest.LogCaptureFixture
) -> None:
    """The file is looked at again and again."""
    assert guard.LOOK_EVERY_S < 1
    file = tmp_path / "party.db"
    async with opened(file) as store:
        await add(store, 3)
        await backup(url_of(file), tmp_path / "copy.db")
        shutil.copy(file, tmp_path / "older.db")
        await run_sql(store, "PRAGMA wal_checkpoint(TRUNCATE)")
        await add(store)
        befalls(file)
        await until(lambda: "until then I save nothing" in caplog.text)


@pytest.mark.parametrize("befalls", [another, written_over])
async def test_what_has_taken_its_place_is_left_alone(tmp_path: Path, befalls: Befalls) -> None:
    """SQLite would put its log into whatever has the file's name when it closes it."""
    file = tmp_path / "party.db"
    async with opened(file) as store:
        await add(store, 3)
        await backup(url_of(file), tmp_path / "copy.db")
        await add(store, 2)
        befalls(file)
        with pytest.raises(Unsaved):
            await add(store)
    assert file.read_bytes() == (tmp_path / "copy.db").read_bytes()


async def test_a_file_that_is_put_back_has_all(tmp_path: Path) -> None:
    """As the line says: what was acknowledged is in it and its log, which SQLite has left where it was."""
    file = tmp_path / "party.db"
    async with opened(file) as store:
        await add(store, 4)
        moved(file)
        with pytest.raises(Unsaved):
            await add(store)
    (tmp_path / "moved.db").rename(file)
    async with opened(file) as store:
        assert await count(store) == 4


async def test_a_log_that_is_gone_takes_nothing_along(tmp_path: Path) -> None:
    """What was acknowledged before is put into the file at once, though the bot is killed then."""
    file = tmp_path / "party.db"
    async with opened(file) as store:
        await add(store, 4)
        log_removed(file)

        def put_in() -> bool:
            with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as connection:
                return bool(connection.execute("SELECT count(*) = 4 FROM entries").fetchone()[0])

        await until(put_in)
        shutil.copy(file, tmp_path / "left.db")
        shutil.copy(f"{file}.lock", tmp_path / "left.db.lock")
    for each in (tmp_path / "left.db", file):
        async with opened(each) as store:
            assert await count(store) == 4


async def test_its_own_work_on_the_file_is_no_trouble(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The log is put in, the file grows and, where whoever runs the bot has it tidied, shrinks."""
    file = tmp_path / "party.db"
    async with opened(file) as store:
        for _ in range(3):
            await add(store, 40)
            await run_sql(store, "PRAGMA wal_checkpoint(TRUNCATE)")
        await run_sql(store, "DELETE FROM changes")
        await run_sql(store, "CREATE TABLE wide (text)")
        await run_sql(store, "INSERT INTO wide VALUES (zeroblob(1000000))")
        await run_sql(store, "PRAGMA wal_checkpoint(TRUNCATE)")
        large = file.stat().st_size
        await run_sql(store, "DROP TABLE wide")
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("VACUUM")
        await run_sql(store, "PRAGMA wal_checkpoint(TRUNCATE)")
        await add(store)
        assert file.stat().st_size < large
        assert await count(store) == 121
    assert not caplog.text


async def test_a_full_disk_is_a_sentence_and_goes_by(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is changed while the file cannot grow; afterwards all goes on. The log says it once."""
    file = tmp_path / "party.db"
    async with opened(file) as store:
        await add(store)
        (pages,) = (await run_sql(store, "PRAGMA page_count"))[0]
        await run_sql(store, f"PRAGMA max_page_count={pages}")  # which SQLite answers as it does a full disk
        refused = 0
        for _ in range(200):
            try:
                await add(store)
            except Unsaved:
                refused += 1
        assert refused > 1
        kept = await count(store)
        assert kept == 201 - refused
        await run_sql(store, "PRAGMA max_page_count=1000000")
        await add(store)
        assert await count(store) == kept + 1
    said = [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR]
    assert len(said) == 1
    assert "make room on its disk" in said[0]


async def test_another_program_that_writes_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The change is refused, and the next one is not."""
    file = tmp_path / "party.db"
    async with opened(file) as store:
        await run_sql(store, "PRAGMA busy_timeout=1")
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(Unsaved):
                await add(store)
        await add(store)
    assert "end the other program" in caplog.text


async def test_a_commit_has_the_next_number_and_what_changed_nothing_has_none(tmp_path: Path) -> None:
    """The number is in the file, and beside it once it was acknowledged."""
    file = tmp_path / "party.db"
    async with opened(file) as store:
        watching = file_of(store).writer.guard
        assert watching
        before = watching.number
        await add(store, 5)
        async with store.writing() as tx:
            assert await tx.rests.get("nobody") is None
        assert watching.number == before + 5
        assert await run_sql(store, "PRAGMA user_version") == [(before + 5,)]
        left = killed(file, tmp_path / "left.db")
    assert beside(left, ".lock").read_text().split()[0] == str(before + 5)


async def test_parties_that_cannot_go_on_fill_no_log(
    tmp_path: Path, catalogue: Catalogue, recommender: Recommender, caplog: pytest.LogCaptureFixture
) -> None:
    """The clock tries every second; one line says why nothing moves on."""
    file, clock = tmp_path / "party.db", Clock()
    async with opened(file) as store:
        party = PartyService(store, catalogue, recommender, clock)
        await party.queue.add(ROOM, ANNA, "mr brightside")
        clock.pass_by(hours=1)
        removed(file)
        for _ in range(3):
            with pytest.raises(Unsaved):
                await party.clock.play_on()
        running = asyncio.create_task(party.clock.run())
        await asyncio.sleep(0)
        await until(lambda: not party.unit.running)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        with pytest.raises(Unsaved, match="nothing has changed"):
            await party.queue.add(ROOM, BEN, "take on me")
        await party.close()
    assert [each.levelname for each in caplog.records] == ["ERROR"]
