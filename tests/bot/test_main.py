"""`python -m bot` as a process of its own: starting, stopping, and dying at any moment."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from bot.party.words import Room, State
from db.store import open_store
from tests.bot.room.visitor import connect
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]


@dataclass
class Running:
    """A bot that runs."""

    process: asyncio.subprocess.Process
    url: str
    line: str  # what it said when it was ready


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """A clean environment with a database of its own and a free port."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'party.db'}",
        "ROOM_PORT": "0",
        **settings,
    }


async def spawn(folder: Path, **settings: str) -> asyncio.subprocess.Process:
    """Starts the bot in a folder without a .env."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        cwd=folder,
        env=environment(folder, **settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@asynccontextmanager
async def running(folder: Path, **settings: str) -> AsyncIterator[Running]:
    """A bot that is ready; it is gone afterwards."""
    process = await spawn(folder, **settings)
    try:
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), PATIENCE_S)).decode()
        found = re.search(r"http://\S+", line)
        assert found, line + (await process.communicate())[1].decode()
        yield Running(process, found[0], line)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def refused(folder: Path, **settings: str) -> str:
    """What the bot says when it cannot start; it must be one line, with exit code 2."""
    process = await spawn(folder, **settings)
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    lines = [line for line in err.decode().splitlines() if " INFO " not in line]
    assert process.returncode == 2, err.decode()
    assert out == b""
    assert len(lines) == 1, err.decode()
    return lines[0]


def left_behind(folder: Path) -> list[str]:
    """The names of what stands in a folder."""
    return sorted(path.name for path in folder.iterdir())


async def test_without_any_account_the_room_opens(tmp_path: Path) -> None:
    """One line says where the room is; the page is there; a signal closes all with exit code 0."""
    async with running(tmp_path) as bot:
        assert bot.url.startswith("http://127.0.0.1:")
        async with aiohttp.ClientSession() as web, web.get(bot.url) as page:
            assert page.status == 200
            assert "Encore" in await page.text()
        bot.process.send_signal(signal.SIGTERM)
        out, err = await asyncio.wait_for(bot.process.communicate(), PATIENCE_S)
        assert bot.process.returncode == 0
        assert (out, err) == (b"", b"")


async def test_ctrl_c_stops_it_cleanly(tmp_path: Path) -> None:
    """SIGINT ends it with exit code 0 and no traceback, though a guest is connected."""
    async with running(tmp_path) as bot, aiohttp.ClientSession() as web, connect(web, bot.url) as guest:
        await guest.until(lambda state: True)
        bot.process.send_signal(signal.SIGINT)
        _, err = await asyncio.wait_for(bot.process.communicate(), PATIENCE_S)
        assert bot.process.returncode == 0
        assert err == b""


async def test_what_is_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    """The bot is killed in the middle of adds: every add that was answered is in the database."""
    acknowledged: list[str] = []

    async def add_songs(url: str, kill: asyncio.Event) -> None:
        async with aiohttp.ClientSession() as web, connect(web, url) as guest:
            await guest.hello("Ann")
            for number in range(10_000):
                answer = await guest.ask("add", text=f"Song {number} - Nobody")
                if not answer["ok"]:
                    await asyncio.sleep(0.1)  # told to slow down
                    continue
                acknowledged.append(f"Song {number}")
                if len(acknowledged) == 25:
                    kill.set()

    async with running(tmp_path) as bot:
        kill = asyncio.Event()
        adding = asyncio.create_task(add_songs(bot.url, kill))
        await asyncio.wait_for(kill.wait(), PATIENCE_S)
        bot.process.kill()
        with suppress(aiohttp.ClientError, ConnectionError, TypeError, AssertionError):
            await asyncio.wait_for(adding, PATIENCE_S)
    async with open_store(f"sqlite+aiosqlite:///{tmp_path / 'party.db'}") as store, store.reading() as tx:
        party = await tx.parties.open(Room("web", "", "lobby"), 0)
        kept = [entry.track.title for entry in await tx.entries.since(party.id, State)]
    assert set(acknowledged) <= set(kept)
    assert len(kept) == len(set(kept))


async def test_a_restarted_bot_finds_its_party(tmp_path: Path) -> None:
    """Queue and votes are there after a restart, and the same key still does nothing twice."""
    async with running(tmp_path) as bot, aiohttp.ClientSession() as web, connect(web, bot.url) as guest:
        await guest.hello("Ann")
        await guest.ask("add", ident="one", text="mr brightside")
        await guest.ask("add", ident="two", text="take on me")
        bot.process.kill()
    async with running(tmp_path) as bot, aiohttp.ClientSession() as web, connect(web, bot.url) as guest:
        await guest.hello("Ann")
        await guest.ask("add", ident="two", text="take on me")
        state = await guest.until(lambda state: state["queue"])
        assert state["playing"]["title"] == "Mr. Brightside"
        assert [entry["title"] for entry in state["queue"]] == ["Take on Me"]


async def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    """A second bot on the same port says which one, and how to choose another."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        sentence = await refused(tmp_path, ROOM_PORT=str(port))
    assert str(port) in sentence
    assert "ROOM_PORT" in sentence


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"MODEL_DIR": "nowhere"}, "nowhere"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
        ({"ROOM_PORT": "many"}, "ROOM_PORT"),
        ({"DISCORD_TOKEN": "bad\ntoken"}, "DISCORD_TOKEN"),
    ],
)
async def test_what_is_wrong_is_one_line(tmp_path: Path, settings: dict[str, str], named: str) -> None:
    """A bad setting ends with exit code 2 and one line that names it, and leaves no database behind."""
    assert named in await refused(tmp_path, **settings)
    assert left_behind(tmp_path) == []
