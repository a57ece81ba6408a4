"""`python -m bot` while its PostgreSQL is away: people wait or are told, and the log stays short."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests import postgres as private
from tests.bot.room.visitor import connect
from tests.bot.test_main import running, said
from tests.patience import PATIENCE_S


@pytest.fixture(scope="module")
def server() -> Iterator[private.Server]:
    """A server that may be ended: what it has committed is on the disk."""
    reason = private.missing()
    if reason:
        pytest.skip(reason)
    with private.running(private.AS_SHIPPED) as server:
        yield server


async def test_a_bot_outlives_its_database(tmp_path: Path, server: private.Server) -> None:
    """Who asks meanwhile is answered or told, the page is whole afterwards, and the log has two lines."""
    with server.database(private.MIGRATED) as name:
        async with (
            running(tmp_path, DATABASE_URL=server.url(name)) as bot,
            aiohttp.ClientSession() as web,
            connect(web, bot.url) as guest,
            connect(web, bot.url) as other,
        ):
            await guest.hello("Ann")
            await other.hello("Ben")
            assert (await guest.ask("add", ident="one", text="mr brightside"))["ok"]
            lines: list[str] = []
            for number in range(2):
                server.stop()
                asking = asyncio.create_task(guest.ask("add", ident=f"wait{number}", text="take on me"))
                if not number:
                    lines.append(await said(bot.process, "PostgreSQL is away"))
                await asyncio.to_thread(server.start)
                if not number:
                    lines.append(await said(bot.process, "PostgreSQL is back"))
                answer = await asking
                while not answer["ok"]:  # the machine was slow: whoever was told asks again
                    assert "Try again in a minute" in str(answer)
                    answer = await guest.ask("add", ident=f"wait{number}", text="take on me")
                state = await other.until(lambda state: state["queue"])
                assert [entry["title"] for entry in state["queue"]] == ["Take on Me"]
            bot.process.send_signal(signal.SIGTERM)
            _, errors = await asyncio.wait_for(bot.process.communicate(), PATIENCE_S)
            assert bot.process.returncode == 0
            assert "Traceback" not in errors.decode()
            assert len(errors.decode().splitlines()) <= 2  # the second time, if it was a minute later


async def test_a_signal_is_heard_while_the_database_is_away(tmp_path: Path, server: private.Server) -> None:
    """Nobody waits for what cannot be saved."""
    with server.database(private.MIGRATED) as name:
        async with (
            running(tmp_path, DATABASE_URL=server.url(name)) as bot,
            aiohttp.ClientSession() as web,
            connect(web, bot.url) as guest,
        ):
            await guest.hello("Ann")
            server.stop()
            try:
                asking = asyncio.create_task(guest.ask("add", text="take on me"))
                await said(bot.process, "PostgreSQL is away")
                bot.process.send_signal(signal.SIGTERM)
                _, errors = await asyncio.wait_for(bot.process.communicate(), PATIENCE_S)
                assert (bot.process.returncode, errors) == (0, b"")
            finally:
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)
                await asyncio.to_thread(server.start)
