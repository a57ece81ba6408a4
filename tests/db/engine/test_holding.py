"""Who may have a SQLite file: one bot, whatever it calls it."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import re
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot.party.errors import StartError
from db.engine.holding import Mark, held
from db.store import Store
from tests.db.engine.files import add, count, opened, url_of
from tests.db.raw import file_of
from tests.patience import PATIENCE_S

OPEN = """
import asyncio, sys
from bot.party.errors import StartError
from db.store import open_store

async def main():
    async with open_store(sys.argv[1]):
        print("it opened")

try:
    asyncio.run(main())
except StartError as error:
    print(error)
"""


async def another_bot(file: Path) -> str:
    """What another process says that opens a file."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", OPEN, url_of(file)),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    async with asyncio.timeout(PATIENCE_S):
        out, _ = await process.communicate()
    return out.decode().strip()


@pytest.mark.parametrize("link", [os.link, os.symlink])
async def test_no_other_name_lets_a_second_bot_in(tmp_path: Path, link: object) -> None:
    """Neither a hard link nor a symbolic one, in another folder too; the first one loses no lock by it."""
    (tmp_path / "elsewhere").mkdir()
    other = tmp_path / "elsewhere" / "other.db"
    async with opened(tmp_path / "party.db") as store:
        assert callable(link)
        link(tmp_path / "party.db", other)
        for _ in range(2):
            assert "another Encore uses" in await another_bot(other)
            with pytest.raises(StartError, match="another Encore uses"):
                async with opened(other):
                    pytest.fail("it opened")
        await add(store)
    assert await another_bot(other) == "it opened"


async def test_the_lock_outlasts_what_looks_at_the_file(tmp_path: Path, store: Store) -> None:
    """A descriptor that is closed takes away no lock of ours (as it does those of fcntl(2))."""
    os.link(tmp_path / "party.db", tmp_path / "other.db")
    with (tmp_path / "party.db").open("rb") as file:
        file.read()
    await file_of(store).reader.run((), ("SELECT 1", ()))
    assert "another Encore uses" in await another_bot(tmp_path / "other.db")


async def test_what_is_no_file_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    """A device keeps its mode: everybody needs /dev/null."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket.db"))
        for path in (tmp_path / "socket.db", tmp_path, Path("/dev/null")):
            mode = path.stat().st_mode
            with pytest.raises(StartError, match=r"^DATABASE_URL"):
                async with opened(path):
                    pytest.fail("it opened")
            assert path.stat().st_mode == mode


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder that is not inside one that only we may enter."""
    with TemporaryDirectory() as name:
        yield Path(name)
        Path(name).chmod(0o700)


@contextmanager
def somebody_else() -> Iterator[None]:
    """As a user for whom what is allowed to nobody is not allowed."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize(("file", "folder"), [(0o444, 0o777), (0o666, 0o555)])
async def test_what_may_not_be_written_is_refused(file: int, folder: int) -> None:
    """In one line that names it and with code 2, be it the file or its folder."""
    with private_folder() as place:
        async with opened(place / "party.db"):
            pass
        (place / "party.db.lock").unlink()
        (place / "party.db").chmod(file)
        os.chmod(place, folder)  # noqa: PTH101
        with somebody_else(), pytest.raises(StartError) as refused:
            async with opened(place / "party.db"):
                pytest.fail("it opened")
    assert re.fullmatch(r"DATABASE_URL: \S+party\.db cannot be written \(.+\); name .+", str(refused.value))
    assert refused.value.code == 2


async def test_a_link_that_leads_nowhere_or_round_is_refused_or_followed(tmp_path: Path) -> None:
    """A link to a file that is not there yet makes it; one in a circle is one line."""
    (tmp_path / "link.db").symlink_to(tmp_path / "party.db")
    async with opened(tmp_path / "link.db") as store:
        await add(store)
    async with opened(tmp_path / "party.db") as store:
        assert await count(store) == 1
    (tmp_path / "round.db").symlink_to(tmp_path / "round.db")
    with pytest.raises(StartError, match=r"^DATABASE_URL: .*cannot be written"):
        async with opened(tmp_path / "round.db"):
            pytest.fail("it opened")


def test_what_was_noted_is_read_again_and_nonsense_is_not(tmp_path: Path) -> None:
    """A mark survives; whatever else stands there counts as none."""
    mark = Mark(7, 8, "boot", 9, 10)
    with held(tmp_path / "party.db") as holding:
        assert holding.mark() is None
        assert holding.file is None
        holding.note(mark)
        holding.note(mark._replace(boot="", number=1))
    with held(tmp_path / "party.db") as holding:
        assert holding.mark() == mark._replace(boot="", number=1)
        holding.forget()
        assert holding.mark() is None
    for nonsense in (b"\xff" * 200, b"1 2 3", b"a b c d e", b"1 2 c d 5"):
        (tmp_path / "party.db.lock").write_bytes(nonsense)
        with held(tmp_path / "party.db") as holding:
            assert holding.mark() is None


async def test_a_lock_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """The file itself is right, so its name would lead astray."""
    lock = tmp_path / "party.db.lock"
    lock.mkdir()
    with pytest.raises(StartError, match=re.escape(f"{lock} cannot be written")), held(tmp_path / "party.db"):
        pass


async def test_a_disk_that_knows_no_locks_is_no_other_bot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As NFS without its lock daemon has it: ENOLCK (man 2 flock)."""

    def without(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", without)
    with pytest.raises(StartError, match="cannot be locked"), held(tmp_path / "party.db"):
        pass
