"""`python -m bot` as a process of its own: starting, stopping, and dying at any moment."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from bot.party.words import Room, State
from db.looking import host_secret
from db.store import open_store
from tests.bot.recommend.bundles import SONGS, TITLES, write_bundle
from tests.bot.room.visitor import Visitor, connect
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
        "ALLOW_EPHEMERAL": "1",  # tests may run in a container, or with /tmp in memory
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
    assert not [name for name in left_behind(tmp_path) if name.endswith(("-wal", "-shm"))]


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
        secret = await host_secret(environment(tmp_path)["DATABASE_URL"])
        async with aiohttp.ClientSession() as web, connect(web, url) as guest:
            assert (await guest.ask("enter", link=secret))["ok"]  # hosts may have as many songs as they like
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


async def test_a_disk_that_is_thrown_away_is_refused(tmp_path: Path) -> None:
    """Before anything is made on it, and with a line that says how to have it all the same."""
    line = await refused(tmp_path, DYNO="web.1", ALLOW_EPHEMERAL="")
    assert "a dyno's own disk" in line
    assert "ALLOW_EPHEMERAL=1" in line
    assert left_behind(tmp_path) == []


async def test_a_log_of_objects_holds_no_secret(tmp_path: Path) -> None:
    """Every line of the log is one, whatever goes on; the link and the token are in none of them."""
    token = "a-token-of-the-metrics"
    settings = {"LOG_FORMAT": "json", "LOG_LEVEL": "debug", "METRICS_TOKEN": token}
    process = await spawn(tmp_path, **settings)
    try:
        assert process.stderr is not None
        lines: list[str] = []
        while not lines or "Encore is ready" not in lines[-1]:
            lines.append((await asyncio.wait_for(process.stderr.readline(), PATIENCE_S)).decode())
        url = re.findall(r"http://[^\s\"]+", lines[-1])[0]
        secret = await host_secret(environment(tmp_path)["DATABASE_URL"])
        async with aiohttp.ClientSession() as web, connect(web, url) as guest:
            await guest.hello("Ann")
            for path in (f"/party/{secret}", f"/party/{secret}/tv", f"/party/{secret}/none"):
                async with web.get(url + path):
                    pass
            async with web.get(f"{url}/metrics", headers={"Authorization": f"Bearer {token}"}) as answer:
                assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
    lines += err.decode().splitlines()
    assert out == b""
    assert secret
    assert all(json.loads(line)["level"] for line in lines)
    assert not [line for line in lines if secret in line or token in line]


async def test_the_end_of_a_start_is_an_object_too(tmp_path: Path) -> None:
    """Whoever collects the log sees why there is no bot."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        settings = {"LOG_FORMAT": "json", "ROOM_PORT": str(taken.getsockname()[1])}
        process = await spawn(tmp_path, **settings)
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    assert (process.returncode, out) == (2, b"")
    last = json.loads(err.decode().splitlines()[-1])
    assert (last["level"], "ROOM_PORT" in last["message"]) == ("CRITICAL", True)


async def test_a_terminal_is_given_the_hosts_link(tmp_path: Path) -> None:
    """Its first line has it; `python -m bot link` says the same, while the bot runs."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    settings = {"ROOM_PORT": str(port), "TERM": "xterm"}
    ours, theirs = pty.openpty()
    with os.fdopen(ours, encoding="utf-8", newline="\n") as terminal:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot"), cwd=tmp_path, env=environment(tmp_path, **settings), stdout=theirs
        )
        try:
            os.close(theirs)
            first = await asyncio.wait_for(asyncio.to_thread(terminal.readline), PATIENCE_S)
            found = re.fullmatch(
                rf"Encore is ready\. .*(http://127\.0\.0\.1:{port}/party/[\w-]{{32}})\s*", first
            )
            assert found, first
            assert "Only this computer" in await asyncio.to_thread(terminal.readline)
            async with aiohttp.ClientSession() as web, web.get(found[1]) as page:
                assert page.status == 200
            code, out, err = await ask(tmp_path, "link", **settings)
            assert (code, out, err) == (0, f"{found[1]}\n", "")
        finally:
            process.kill()
            await process.wait()


async def test_a_link_that_nobody_has_made_yet(tmp_path: Path) -> None:
    """One line says what to do, and nothing is made."""
    code, out, err = await ask(tmp_path, "link", ROOM_PORT="8080")
    assert (code, out) == (2, "")
    assert re.fullmatch(r"[^\n]*start the bot once[^\n]*\n", err)
    assert left_behind(tmp_path) == []
    code, out, err = await ask(tmp_path, "link")
    assert (code, out) == (2, "")
    assert "ROOM_PORT is 0" in err


async def ask(folder: Path, command: str, **settings: str) -> tuple[int | None, str, str]:
    """Runs a command to its end: its exit code, output and errors."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", command),
        cwd=folder,
        env=environment(folder, **settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    return process.returncode, out.decode(), err.decode()


async def said(process: asyncio.subprocess.Process, wanted: str) -> str:
    """The next line of the log with this in it."""
    assert process.stderr is not None
    while wanted not in (line := (await asyncio.wait_for(process.stderr.readline(), PATIENCE_S)).decode()):
        assert line, wanted
    return line


async def test_a_signal_brings_another_model(tmp_path: Path) -> None:
    """A thousand searches while the model changes again and again: none fails, and the last model answers."""
    model = tmp_path / "model"
    write_bundle(model, 1)
    settings = {"MODEL_DIR": str(model), "LOG_LEVEL": "info"}
    async with running(tmp_path, **settings) as bot, AsyncExitStack() as stack:
        web = await stack.enter_async_context(aiohttp.ClientSession())
        guests = [await stack.enter_async_context(connect(web, bot.url)) for _ in range(40)]
        failed: list[object] = []
        done = 0

        async def search(guest: Visitor, count: int) -> None:
            nonlocal done
            for number in range(count):
                answer = await guest.ask("search", text=TITLES[7 * number % SONGS])
                if not answer["ok"] or TITLES[7 * number % SONGS] not in str(answer):
                    failed.append(answer)
                done += 1

        asking = asyncio.gather(*(search(guest, 25) for guest in guests))
        changes = 0
        while not asking.done() or changes < 2:
            changes += 1
            write_bundle(model, 1 + changes, more=changes)
            bot.process.send_signal(signal.SIGHUP)
            line = await said(bot.process, "The model is now")
            assert f"({SONGS + changes:,} songs); it was " in line
        await asking
        assert not failed
        assert done == 1000
        (model / "model.data").write_bytes(b"damaged")
        bot.process.send_signal(signal.SIGHUP)
        assert "the old one stays" in await said(bot.process, "The new model is not used")
        assert (await guests[0].ask("search", text="Late Arrival 0"))["ok"]
        async with web.get(f"{bot.url}/metrics") as figures:
            assert f'songs="{SONGS + changes}"' in await figures.text()
        bot.process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(bot.process.communicate(), PATIENCE_S)
        assert bot.process.returncode == 0


async def test_a_terminal_that_is_closed_ends_the_bot(tmp_path: Path) -> None:
    """As ever: only without a terminal SIGHUP asks for another model."""
    ours, theirs = pty.openpty()
    with os.fdopen(ours, encoding="utf-8", newline="\n") as terminal:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot"),
            cwd=tmp_path,
            env=environment(tmp_path),
            stdout=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        try:
            assert "ready" in await asyncio.wait_for(asyncio.to_thread(terminal.readline), PATIENCE_S)
            assert "Only this computer" in await asyncio.wait_for(
                asyncio.to_thread(terminal.readline), PATIENCE_S
            )
        except BaseException:
            process.kill()
            raise
    process.send_signal(signal.SIGHUP)  # as the system does with the terminal's processes
    assert await asyncio.wait_for(process.wait(), PATIENCE_S) == 0
