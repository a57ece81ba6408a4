"""Parties are copied while they go on, come back whole, and move between databases of both kinds."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.party.errors import StartError
from bot.party.words import Change, Member, Room, State
from db.__main__ import _say, main
from db.keeping.backup import _new, backup, checked, move, restore
from db.schema import metadata
from db.store import Store, open_store
from tests.conftest import ON_BOTH, ON_POSTGRESQL, ROOM
from tests.db.raw import run_sql
from tests.db.songs import SONG

ANNA, BEN = Member("discord", "1", "Anna"), Member("discord", "2", "Ben")
OTHER = Room("web", "", "lobby")


async def played(store: Store, *people: Member, room: Room = ROOM) -> None:
    """Somebody queues a song, and votes for it."""
    async with store.writing() as tx:
        party = await tx.parties.open(room, 5)
        for who in people:
            entry = await tx.entries.insert(party.id, SONG, who, 6)
            await tx.votes.set(entry, who, 1)
            await tx.diary.record(party.id, who, Change(entry, "add", None, None, 0), 6, f"key {who.user_id}")


async def names(store: Store) -> set[str]:
    """Who is known."""
    return {str(name) for (name,) in await run_sql(store, "SELECT name FROM members")}


def sqlite_at(file: Path) -> str:
    """The address of a file."""
    return f"sqlite+aiosqlite:///{file}"


def modes(folder: Path) -> dict[str, int]:
    """The files of a folder, and who may do what with them."""
    return {each.name: each.stat().st_mode & 0o777 for each in folder.iterdir()}


def found(folder: Path) -> dict[str, bytes]:
    """The files of a folder but for locks, and what is in them."""
    return {
        each.name: each.read_bytes() for each in folder.iterdir() if each.is_file() and each.suffix != ".lock"
    }


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Where the copy goes."""
    (tmp_path / "safe").mkdir()
    return tmp_path / "safe" / "copy.db"


@ON_BOTH
async def test_a_party_is_copied_while_it_goes_on(store: Store, database_url: str, copy: Path) -> None:
    """The copy is of one moment, for us alone to read, and the next one takes its place."""
    await played(store, ANNA)
    async with store.writing() as tx:  # somebody is in the middle of something
        await tx.parties.open(OTHER, 5)
        kept = await backup(database_url, copy)
    assert {name: rows.count for name, rows in kept.rows.items() if rows.count} == {
        **dict.fromkeys(("parties", "members", "entries", "votes", "changes"), 1)
    }
    assert modes(copy.parent) == {copy.name: 0o600}
    await played(store, BEN)
    assert (await backup(database_url, copy)).rows["members"].count == 2
    assert checked(copy)["members"].count == 2


@ON_BOTH
async def test_a_copy_comes_back(database_url: str, copy: Path) -> None:
    """What was there is there again, rows and all; what came later is gone, and numbering goes on."""
    async with open_store(database_url) as store:
        await played(store, ANNA)
    kept = await backup(database_url, copy)
    async with open_store(database_url) as store:
        await played(store, BEN)
    assert (await restore(copy, database_url)).rows == kept.rows
    async with open_store(database_url) as store:
        assert await names(store) == {"Anna"}
        await played(store, BEN, room=OTHER)
        assert await names(store) == {"Anna", "Ben"}


async def test_what_was_there_is_kept(database_url: str, copy: Path, tmp_path: Path) -> None:
    """Every file that a copy takes the place of has a name of its own from then on."""
    async with open_store(database_url) as store:
        await played(store, ANNA)
    await backup(database_url, copy)
    async with open_store(database_url) as store:
        await played(store, BEN)
    for number, count in ((1, 2), (2, 1)):
        kept = await restore(copy, database_url)
        assert kept.aside == tmp_path / f"party.db.before-restore-{number}"
        assert checked(kept.aside)["members"].count == count


async def test_a_copy_comes_back_where_nothing_is(copy: Path, database_url: str, tmp_path: Path) -> None:
    """The disk was lost: there is no database any more."""
    async with open_store(database_url) as store:
        await played(store, ANNA)
    await backup(database_url, copy)
    kept = await restore(copy, sqlite_at(tmp_path / "new.db"))
    assert kept.aside is None
    async with open_store(sqlite_at(tmp_path / "new.db")) as store:
        assert await names(store) == {"Anna"}


async def test_a_damaged_database_is_kept_too(copy: Path, database_url: str, tmp_path: Path) -> None:
    """It is what one comes with a copy for."""
    async with open_store(database_url) as store:
        await played(store, ANNA)
    await backup(database_url, copy)
    (tmp_path / "party.db").write_bytes(b"no database" * 1000)
    (tmp_path / "party.db-wal").write_bytes(b"no log" * 1000)
    kept = await restore(copy, database_url)
    assert kept.aside is not None
    assert kept.aside.read_bytes() == b"no database" * 1000
    async with open_store(database_url) as store:
        assert await names(store) == {"Anna"}


@ON_BOTH
async def test_who_asked_to_be_forgotten_stays_so(database_url: str, copy: Path) -> None:
    """An older copy brings back nobody who left after it was made, and the list of who did stays."""
    async with open_store(database_url) as store:
        await played(store, ANNA, BEN)
    await backup(database_url, copy)
    async with open_store(database_url) as store, store.writing() as tx:
        await tx.erasure.member(ANNA)
    for _ in range(2):  # the second time the list itself came back with the copy
        kept = await restore(copy, database_url)
        assert kept.forgotten == 1
        async with open_store(database_url) as store:
            assert "Anna" not in await names(store)
            assert "Ben" in await names(store)
            async with store.reading() as tx:
                [*songs] = await tx.entries.since(1, State)
            assert len(songs) == 2


async def test_another_copys_list_counts(copy: Path, database_url: str, tmp_path: Path) -> None:
    """The disk was lost, and the older one of two copies is wanted."""
    async with open_store(database_url) as store:
        await played(store, ANNA, BEN)
    await backup(database_url, copy)
    async with open_store(database_url) as store, store.writing() as tx:
        await tx.erasure.member(ANNA)
    await backup(database_url, copy.with_name("newer.db"))
    (copy.parent / "notes.txt").write_text("no copy")
    assert (await restore(copy, sqlite_at(tmp_path / "new.db"))).forgotten == 1


async def test_who_comes_back_is_not_forgotten_twice(copy: Path, database_url: str) -> None:
    """Somebody left, came again, and is in a copy that was made after that."""
    async with open_store(database_url) as store:
        await played(store, ANNA)
        async with store.writing() as tx:
            await tx.erasure.member(ANNA)
        await played(store, ANNA, room=OTHER)
    await backup(database_url, copy)
    assert (await restore(copy, database_url)).forgotten == 0
    async with open_store(database_url) as store:
        assert "Anna" in await names(store)


@ON_POSTGRESQL
async def test_parties_move_both_ways(database_url: str, tmp_path: Path) -> None:
    """From a file to PostgreSQL and back: the same rows, and numbering goes on behind them."""
    here, there = (sqlite_at(tmp_path / name) for name in ("here.db", "there.db"))
    async with open_store(here) as store:
        await played(store, *(Member("web", f"ü{n}", "Ünicode 🎉") for n in range(1200)))
    moved = await move(here, database_url)
    assert moved.rows["entries"].count == 1200
    async with open_store(database_url) as store:
        await played(store, ANNA, room=OTHER)
        async with store.writing() as tx:
            await tx.erasure.member(ANNA)
            await tx.erasure.rooms(OTHER.platform, OTHER.workspace, [OTHER.channel])
    back = await move(database_url, there)
    same = {name for name, rows in back.rows.items() if rows == moved.rows[name]}
    assert metadata.tables.keys() - same <= {"forgotten", "members"}  # nobody, in whose name Anna's song was
    with pytest.raises(StartError, match="holds something already"):
        await move(here, database_url)


async def test_what_was_moved_is_for_nobody_else(database_url: str, tmp_path: Path) -> None:
    """As a file that the bot makes: links, tokens and names are in it."""
    there = tmp_path / "there" / "party.db"
    there.parent.mkdir()
    async with open_store(database_url) as store:
        await played(store, ANNA)
    await move(database_url, sqlite_at(there))
    assert modes(there.parent) == {"party.db": 0o600, "party.db.lock": 0o600}


@pytest.mark.parametrize("command", ["backup", "restore", "move"])
def test_a_name_that_is_too_long_is_a_line(
    command: str,
    database_url: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Code 2 and what is wrong, as for any other name that cannot be."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    long = tmp_path / ("x" * 300)
    words = ["move", database_url, sqlite_at(long)] if command == "move" else [command, str(long)]
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)


async def test_older_tables_are_copied_and_not_counted(
    database_url: str, copy: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As they are before an upgrade: it says so, and takes them for like no other copy."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    async with open_store(database_url) as store:
        await played(store, ANNA)
        await run_sql(store, "UPDATE alembic_version SET version_num = '0009'")
    for _ in range(2):
        kept = await backup(database_url, copy, unlike=copy)
        assert kept.new
        assert kept.rows == {}
    _say(kept)
    out = capsys.readouterr().out
    assert "older" in out
    assert "0 rows" not in out


@pytest.mark.parametrize("end", ["", "-wal", "-journal"])
async def test_what_a_kill_has_left_is_taken_away(end: str, copy: Path, database_url: str) -> None:
    """Pieces of copies hold who was forgotten since, and fill the disk; one that still grows stays."""
    left, growing, own = (
        copy.with_name(f".{name}{end}")
        for name in ("older.db.0123abcd.new", "copy.db.trial.0123abcd.new", "notes.new")
    )
    for each in (left, growing, own):
        each.write_bytes(b"piece")
    for each in (left, own):
        os.utime(each, (0, 0))
    await backup(database_url, copy)
    assert {each.name for each in copy.parent.iterdir()} == {copy.name, growing.name, own.name}


def test_a_piece_is_known_by_its_name(tmp_path: Path) -> None:
    """What a kill leaves is called as what is looked for."""
    with _new(tmp_path / "copy.db") as scratch, _new(tmp_path / "copy.db.trial") as trial:
        for each in (scratch, trial):
            os.utime(each, (0, 0))
        with _new(tmp_path / "other.db") as other:
            assert [each.name for each in tmp_path.iterdir()] == [other.name]


@ON_POSTGRESQL
async def test_a_bot_that_runs_is_noticed(database_url: str, copy: Path, tmp_path: Path) -> None:
    """What changes a whole database waits for nobody: it is refused."""
    file = sqlite_at(tmp_path / "here.db")
    async with open_store(file) as store:
        await played(store, ANNA)
        await backup(file, copy)
        with pytest.raises(StartError, match="another Encore uses"):
            await move(file, database_url)
        with pytest.raises(StartError, match="another Encore uses"):
            await restore(copy, file)
    async with open_store(database_url) as store, store.reading() as tx:
        await tx.erasure.everybody()
        with pytest.raises(StartError, match="a bot uses"):
            await move(file, database_url)
        with pytest.raises(StartError, match="a bot uses"):
            await restore(copy, database_url)


@contextmanager
def unchanged(file: Path) -> Iterator[None]:
    """A folder is the same afterwards, but for the lock."""
    before = found(file.parent)
    yield
    assert found(file.parent) == before


def other(file: Path) -> None:
    """A database of somebody else's."""
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE notes (note)")
        connection.commit()


def newer(file: Path) -> None:
    """A copy of a later version."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()


def cut_short(file: Path) -> None:
    """A copy that a full disk has ended."""
    file.write_bytes(file.read_bytes()[:-20_000])


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda file: file.unlink(), "is no file"),
        (lambda file: file.write_bytes(b""), "no copy of Encore's"),
        (lambda file: file.write_text("no database at all" * 100), "no whole copy"),
        (cut_short, "damaged|no whole copy"),
        (other, "no copy of Encore's"),
        (newer, "from a newer Encore"),
    ],
)
async def test_what_is_no_copy_is_refused(
    spoil: Callable[[Path], object], said: str, copy: Path, database_url: str, tmp_path: Path
) -> None:
    """Nothing is changed."""
    async with open_store(database_url) as store:
        await played(store, ANNA)
    await backup(database_url, copy)
    spoil(copy)
    with unchanged(tmp_path / "party.db"), unchanged(copy), pytest.raises(StartError, match=said):
        await restore(copy, database_url)


@pytest.mark.parametrize("name", ["safe/notes.txt", "party.db", "nowhere/copy.db"])
async def test_a_copy_goes_nowhere_else(name: str, copy: Path, database_url: str, tmp_path: Path) -> None:
    """Neither over other files, nor over the database, nor into a folder that is not there."""
    (copy.parent / "notes.txt").write_text("dear diary")
    with (
        unchanged(tmp_path / "party.db"),
        pytest.raises(StartError, match=r"name (another file|a file in a folder)"),
    ):
        await backup(database_url, tmp_path / name)
    assert (copy.parent / "notes.txt").read_text() == "dear diary"


async def test_a_full_disk_leaves_nothing(copy: Path, database_url: str) -> None:
    """The older copy stays, and no piece of the new one."""
    await backup(database_url, copy)
    older = found(copy.parent)
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(StartError, match="cannot be written"):
            await backup(database_url, copy)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert found(copy.parent) == older


def test_the_command_line(
    database_url: str, copy: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says what came over, and what is wrong in one line with code 2."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert main(["backup", str(copy)]) == 0
    assert main(["restore", str(copy)]) == 0
    out, err = capsys.readouterr()
    assert "0 rows, all of them compared" in out
    assert "party.db.before-restore-1" in out
    assert err == ""
    assert main(["restore", str(copy.with_name("none.db"))]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert main(["move", database_url, database_url]) == 2
    assert "is the database itself" in capsys.readouterr().err
