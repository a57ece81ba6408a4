"""`python -m db forget`: somebody is erased by whoever runs the bot."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from bot.party.words import Member, Room
from db.__main__ import arguments
from db.keeping.backup import backup, restore
from db.store import Store, open_store
from tests.bot.test_main import left_behind
from tests.conftest import ON_BOTH, ON_POSTGRESQL
from tests.db.sentinel import PLATFORMS, plant, sentinel, traces, walk

NOW_MS = 1_800_000_000_000


async def forget(database_url: str, *line: str) -> tuple[int | None, str, str]:
    """Says it on the command line: the exit code, and what is said where."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "db", "forget", *line),
        cwd=Path(__file__).parents[3],
        env={**os.environ, "DATABASE_URL": database_url},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, errors = await process.communicate()
    return process.returncode, said.decode(), errors.decode()


@ON_BOTH
@pytest.mark.parametrize("platform", PLATFORMS)
async def test_somebody_is_forgotten(database_url: str, platform: str, tmp_path: Path) -> None:
    """With the bot stopped, on either database; they stay so when an older copy comes back."""
    who, other = sentinel(platform), Member(platform, "somebody-else", "Bystander")
    async with open_store(database_url) as store:
        await plant(store, who, other, Room(platform, "T1", "C1"), NOW_MS)
        before = await traces(store, other)
    await backup(database_url, tmp_path / "copy.db")
    said = "Forgotten: 2 songs are nobody's now, and 2 votes are gone\n"
    assert await forget(database_url, platform, who.user_id) == (0, said, "")
    for _ in range(2):
        async with open_store(database_url) as store:
            assert await traces(store, who) == {("parties", "blocked")}
            assert not [text for _, _, text in await walk(store) if who.name in text]
            assert await traces(store, other) == before
        await restore(tmp_path / "copy.db", database_url)


@ON_POSTGRESQL
async def test_it_works_beside_a_running_bot(store: Store, database_url: str) -> None:
    """Bots on PostgreSQL hear of it."""
    who, room = sentinel("slack"), Room("slack", "T1", "C1")
    await plant(store, who, Member("slack", "somebody-else", "Bystander"), room, NOW_MS)
    heard: asyncio.Queue[Room] = asyncio.Queue()
    async with store.listen(heard.put_nowait):
        code, *_ = await forget(database_url, "slack", who.user_id)
        assert (code, await heard.get()) == (0, room)
    assert await traces(store, who) == {("parties", "blocked")}


async def test_a_file_that_a_bot_has_open_is_refused(store: Store, database_url: str) -> None:
    """In one line that says what to do; nobody is forgotten."""
    who = sentinel("slack")
    await plant(store, who, Member("slack", "other", "Other"), Room("slack", "T1", "C1"), NOW_MS)
    before = await traces(store, who)
    code, said, errors = await forget(database_url, "slack", who.user_id)
    assert (code, said, errors.count("\n")) == (2, "", 1)
    assert "stop it" in errors
    assert await traces(store, who) == before


async def test_no_database_is_made_for_it(tmp_path: Path) -> None:
    """A wrong address is told, and leaves no file."""
    code, _, errors = await forget(f"sqlite+aiosqlite:///{tmp_path / 'none.db'}", "slack", "U1")
    assert (code, errors.count("\n")) == (2, 1)
    assert "is not there" in errors
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("line", [("irc", "1"), ("slack", ""), ("slack", "two words"), ("slack",)])
def test_what_is_nobody(line: tuple[str, ...]) -> None:
    """A mistake on the command line ends with code 2 before anything is opened."""
    with pytest.raises(SystemExit) as ended:
        arguments(["forget", *line])
    assert ended.value.code == 2
