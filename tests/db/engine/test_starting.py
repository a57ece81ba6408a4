"""What a bot finds of its file when it starts: a log that is lost or another's, missing changes, damage."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.party.errors import StartError
from bot.party.steady import BOOT_ID
from db.engine import starting, whole
from db.engine.stamps import Log, Stamp
from db.engine.whole import looked_through
from db.keeping.backup import backup, restore
from tests.db.engine.files import add, beside, count, killed, opened, url_of
from tests.db.raw import file_of, run_sql
from tests.patience import PATIENCE_S, until


async def left_by_a_killed_bot(file: Path, put_in: int = 2, in_log: int = 3) -> Path:
    """What a killed bot leaves: so many songs in the file itself, and so many in its log."""
    running = file.with_name(f"of-{file.name}")
    async with opened(running) as store:
        await add(store, put_in)
        await run_sql(store, "PRAGMA wal_checkpoint(TRUNCATE)")
        await add(store, in_log)
        return killed(running, file)


async def refusal(file: Path) -> str:
    """The one line that a start with this file ends with."""
    with pytest.raises(StartError) as refused:
        async with opened(file):
            pytest.fail("it opened")
    line = str(refused.value)
    assert line.startswith("DATABASE_URL: ")
    assert "\n" not in line
    assert refused.value.code == 2
    return line


async def test_nothing_is_lost_and_nothing_said_after_a_kill(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What is in the log comes back; so does what somebody else has put in meanwhile."""
    file = await left_by_a_killed_bot(tmp_path / "party.db")
    async with opened(file) as store:
        assert await count(store) == 5
    file = await left_by_a_killed_bot(tmp_path / "looked-at.db")
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM entries").fetchone() == (5,)
    assert not beside(file, "-wal").exists()
    async with opened(file) as store:
        assert await count(store) == 5
    assert not [each for each in caplog.records if each.levelname != "INFO"]


async def test_a_lost_log_is_named_and_how_much_is_missing(tmp_path: Path) -> None:
    """The file is left alone until somebody has decided; then the bot goes on without."""
    file = await left_by_a_killed_bot(tmp_path / "party.db")
    log = beside(file, "-wal").read_bytes()
    beside(file, "-wal").unlink()
    for _ in range(2):
        line = await refusal(file)
        assert "the last 3 changes" in line
        assert "party.db-wal" in line
        assert "delete party.db.lock" in line
    beside(file, "-wal").write_bytes(log)  # it is found again
    async with opened(file) as store:
        assert await count(store) == 5


async def test_one_may_go_on_without_what_is_lost(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """With the file beside it deleted, as the line says; what the log may have held is named once more."""
    file = await left_by_a_killed_bot(tmp_path / "party.db")
    beside(file, "-wal").unlink()
    beside(file, ".lock").unlink()
    async with opened(file) as store:
        assert await count(store) == 2
    assert "was in use when it was copied or moved here" in caplog.text
    caplog.clear()
    async with opened(file) as store:
        assert await count(store) == 2
    assert not caplog.text


@pytest.mark.parametrize("damage", ["cut", "flipped"])
async def test_a_damaged_log_is_named_and_kept(tmp_path: Path, damage: str) -> None:
    """SQLite takes what it can from it without a word; what is behind the damage stays there."""
    file = await left_by_a_killed_bot(tmp_path / "party.db")
    log = bytearray(beside(file, "-wal").read_bytes())
    at = len(log) // 2
    log = log[:at] if damage == "cut" else log[:at] + bytes([log[at] ^ 1]) + log[at + 1 :]
    beside(file, "-wal").write_bytes(log)
    assert "saved in" in await refusal(file)
    assert beside(file, "-wal").read_bytes() == log


async def test_the_log_of_another_bot_is_named_and_nothing_of_it_put_in(tmp_path: Path) -> None:
    """SQLite would take any log of that name."""
    file = await left_by_a_killed_bot(tmp_path / "party.db")
    (tmp_path / "other").mkdir()
    for songs in (1, 30):
        other = await left_by_a_killed_bot(tmp_path / "other" / "party.db", songs, 5)
        shutil.copy(f"{other}-wal", f"{file}-wal")
        before = file.read_bytes()
        assert "is the log of another file" in await refusal(file)
        assert file.read_bytes() == before


async def test_an_older_file_beside_the_log_is_named(tmp_path: Path) -> None:
    """Somebody has put back an older state of the file and left its log, or a copy in the file's place."""
    async with opened(tmp_path / "party.db") as store:
        await add(store)
        await run_sql(store, "PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(tmp_path / "party.db", tmp_path / "older.db")
        await backup(url_of(tmp_path / "party.db"), tmp_path / "copy.db")
        await add(store, 4)
        await run_sql(store, "PRAGMA wal_checkpoint(TRUNCATE)")
        await add(store, 2)
        left = killed(tmp_path / "party.db", tmp_path / "left.db")
    for replaced in ("older.db", "copy.db"):
        shutil.copy(tmp_path / replaced, left)
        assert "is the log of another file" in await refusal(left)
    beside(left, "-wal").unlink()
    assert "the last 6 changes" in await refusal(left)


async def test_a_file_that_is_gone_does_not_take_its_log_along(tmp_path: Path) -> None:
    """SQLite would delete the log of an empty file."""
    file = await left_by_a_killed_bot(tmp_path / "party.db")
    itself = file.read_bytes()
    for end in ("", ".lock"):
        beside(file, end).unlink()
        assert "is the log of another file" in await refusal(file)
    file.write_bytes(itself)
    async with opened(file) as store:
        assert await count(store) == 5


async def test_a_party_that_was_deleted_begins_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever deletes the file means it; the log says so."""
    file = tmp_path / "party.db"
    async with opened(file) as store:
        await add(store, 3)
    file.unlink()
    async with opened(file) as store:
        assert await count(store) == 0
    assert "was used before, and is new" in caplog.text


async def test_a_copy_of_a_file_in_use_without_its_log_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Also under another name in the same folder, as a hard link is. A real copy is used without a word."""
    file = await left_by_a_killed_bot(tmp_path / "party.db")
    os.link(file, tmp_path / "link.db")
    async with opened(tmp_path / "link.db") as store:
        assert await count(store) == 2
    assert "link.db was in use when it was copied or moved here, without link.db-wal" in caplog.text
    caplog.clear()
    async with opened(tmp_path / "of.db") as store:
        await add(store, 3)
        await backup(url_of(tmp_path / "of.db"), tmp_path / "copy.db")
    async with opened(tmp_path / "copy.db") as store:
        assert await count(store) == 3
    assert not [each for each in caplog.records if each.levelname != "INFO"]


async def test_what_is_restored_is_older_and_no_loss(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """After a clean end and after a kill, and a log that was another's is set aside with its file."""
    file = tmp_path / "party.db"
    async with opened(file) as store:
        await add(store)
        await backup(url_of(file), tmp_path / "copy.db")
        await add(store, 5)
    await restore(tmp_path / "copy.db", url_of(file))
    async with opened(file) as store:
        assert await count(store) == 1
        await add(store, 7)
        left = killed(file, tmp_path / "left.db")
    await restore(tmp_path / "copy.db", url_of(left))
    async with opened(left) as store:
        assert await count(store) == 1
    assert not [each for each in caplog.records if each.levelname != "INFO"]


async def test_a_file_of_an_older_encore_has_no_number_yet(tmp_path: Path, migrated: Path) -> None:
    """It is used without a word, with a log that has no number either."""
    file = tmp_path / "party.db"
    shutil.copy(migrated, tmp_path / "was.db")
    with closing(sqlite3.connect(tmp_path / "was.db", isolation_level=None)) as old:
        old.execute("PRAGMA journal_mode=WAL")
        old.execute("INSERT INTO rests VALUES ('kept', 7, 0)")
        old.execute("CREATE TABLE more (number)")
        for end in ("", "-wal"):
            shutil.copy(f"{tmp_path / 'was.db'}{end}", f"{file}{end}")
    async with opened(file) as store, store.reading() as look:
        assert await look.rests.get("kept") is not None


def damaged(file: Path) -> None:
    """A page in the middle of a closed file is another's."""
    content = bytearray(file.read_bytes())
    middle = len(content) // 4096 // 2 * 4096
    content[middle : middle + 4096] = b"\x05" * 4096
    file.write_bytes(content)


async def test_a_damaged_file_is_named_before_anything_is_written(tmp_path: Path) -> None:
    """The start ends with a line that says what to do, and the file is as it was."""
    file = tmp_path / "party.db"
    async with opened(file) as store:
        await add(store, 50)
    damaged(file)
    before = file.read_bytes()
    line = await refusal(file)
    assert "is damaged (" in line
    assert "python -m db restore FILE" in line
    assert file.read_bytes() == before


async def test_after_a_kill_all_is_looked_through_while_the_bot_runs(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says that it begins and how it ends; after a clean end there is no need."""
    caplog.set_level("INFO", whole.log.name)
    file = await left_by_a_killed_bot(tmp_path / "party.db")
    async with opened(file) as store:
        await until(lambda: "it is whole" in caplog.text)
        await add(store)
    assert "Looking through" in caplog.text
    caplog.clear()
    async with opened(file) as store:
        await add(store)
    assert not caplog.text


LEFT_OUT = (
    "PRAGMA writable_schema=ON",
    "UPDATE sqlite_master SET sql = sql || ' WHERE 0' WHERE name = 'ix_entries_added_by'",
    "PRAGMA writable_schema=RESET",
    "UPDATE entries SET added_by = NULL WHERE id = 1",
    "PRAGMA writable_schema=ON",
    "UPDATE sqlite_master SET sql = replace(sql, ' WHERE 0', '') WHERE name = 'ix_entries_added_by'",
    "PRAGMA writable_schema=RESET",
)
"""An index that holds other values than its table."""
OF_NOBODY = ("INSERT INTO votes (entry_id, member_id, value) VALUES (1, 77, 1)",)
"""A row that refers to nothing."""


@pytest.mark.parametrize("damage", [LEFT_OUT, OF_NOBODY])
async def test_what_only_a_thorough_look_finds_is_told(
    tmp_path: Path, damage: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    """The bot is open by then, and says what to do."""
    file = await left_by_a_killed_bot(tmp_path / "party.db")
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for each in damage:
            connection.execute(each)
    async with opened(file):
        await until(lambda: "is damaged (" in caplog.text)
    assert "restore a copy" in caplog.text


async def test_what_there_was_no_time_for_is_made_up_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that takes long to look through keeps nobody waiting, and is looked through all the same."""
    caplog.set_level("INFO", whole.log.name)
    file = tmp_path / "party.db"
    async with opened(file) as store:
        await add(store, 50)
    monkeypatch.setattr(starting, "looked_through", lambda *_: False)  # as if it had taken too long
    async with opened(file):
        await until(lambda: "it is whole" in caplog.text)
    damaged(file)
    async with opened(file):
        await until(lambda: "is damaged (" in caplog.text)


def test_a_look_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    """However large the file is."""
    with closing(sqlite3.connect(tmp_path / "large.db", check_same_thread=False)) as connection:
        connection.execute("CREATE TABLE wide (text)")
        connection.executemany("INSERT INTO wide VALUES (zeroblob(3000))", [()] * 20_000)
        connection.commit()
        assert not looked_through(connection, tmp_path / "large.db", 0.001)
        assert looked_through(connection, tmp_path / "large.db", PATIENCE_S)


async def test_time_goes_on_from_what_it_was(tmp_path: Path) -> None:
    """Started anew on the same machine the party's time goes on evenly, whatever the clock says."""
    file = tmp_path / "party.db"
    async with opened(file) as store:
        clock = file_of(store).clock
        clock._from_s += 3600  # noqa: SLF001 - the machine's clock was an hour ahead when the bot started
        await add(store)
        left = killed(file, tmp_path / "left.db")
    async with opened(left) as store:
        again = file_of(store).clock
        assert bool(again.boot) == BOOT_ID.exists()
        assert abs(again() - clock()) < 1
        assert -3_601_000 < again.astray_ms() < -3_599_000


@pytest.mark.parametrize(
    ("first", "last", "file", "fits"),
    [
        ((7, 11), (7, 15), (7, 10), True),  # put in up to where the log was begun anew
        ((7, 11), (7, 15), (7, 13), True),  # and a part of the log since
        ((7, 11), (7, 15), (7, 15), True),
        ((7, 11), (7, 15), (0, 10), True),  # closed, and begun again
        ((7, 10), (7, 10), (0, 10), True),  # the tables were brought up to date, which is no commit of ours
        ((7, 11), (8, 15), (7, 13), True),
        ((7, 11), (7, 15), (7, 9), False),
        ((7, 11), (7, 15), (7, 16), False),
        ((7, 11), (7, 15), (9, 13), False),
        ((7, 11), (0, 15), (0, 13), False),
    ],
)
def test_which_log_belongs_to_a_file(
    first: tuple[int, int], last: tuple[int, int], file: tuple[int, int], fits: bool
) -> None:
    """That of the same run, or one that goes on where the file ends."""
    assert Log(Stamp(*first), Stamp(*last)).fits(Stamp(*file)) == fits
