"""`python -m bot` and `python -m bot check` as processes: what a refused token leads to."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from tests.bot.slack.conftest import open_server
from tests.bot.test_main import environment, left_behind
from tests.patience import PATIENCE_S

MAIN = """
import signal
import sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
from slack_sdk.web.async_client import AsyncWebClient
AsyncWebClient.BASE_URL = sys.argv.pop(1)  # where Slack is, which nothing else can set
from bot.__main__ import main
from bot.checks import result
from bot.ends import ending, leave
result.WITHIN_S = 600.0  # a busy machine is slower than any limit
ending.heed()  # as `python -m bot` does first
leave(main())
"""


async def run(folder: Path, url: str, *line: str, **settings: str) -> asyncio.subprocess.Process:
    """Starts the bot where Slack is somewhere else."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", MAIN, url, *line),
        cwd=folder,
        env=environment(folder, **settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_a_refused_bot_token_is_one_line(tmp_path: Path) -> None:
    """It never says that it is ready, and leaves nothing behind."""
    async with open_server() as fake:
        process = await run(
            tmp_path,
            fake.base_url,
            SLACK_BOT_TOKEN="xoxb-taken-back",
            SLACK_APP_TOKEN=fake.app_token,
            LOG_LEVEL="warning",
        )
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    assert process.returncode == 2
    assert out == b""
    (line,) = err.decode().splitlines()
    assert line.startswith("SLACK_BOT_TOKEN is not accepted by Slack (invalid_auth)")
    assert left_behind(tmp_path) == []


async def test_a_good_one_starts_and_is_checked_meanwhile(tmp_path: Path) -> None:
    """The bot token is tried once, and the app token by the connection itself."""
    async with open_server() as fake:
        process = await run(
            tmp_path, fake.base_url, SLACK_BOT_TOKEN=fake.bot_token, SLACK_APP_TOKEN=fake.app_token
        )
        assert process.stdout is not None
        try:
            line = await asyncio.wait_for(process.stdout.readline(), PATIENCE_S)
            assert line.startswith(b"Encore is ready")
            methods = [each.method for each in fake.requests]
        finally:
            process.send_signal(signal.SIGINT)
            await process.communicate()
    assert methods == ["auth.test", "bots.info", "apps.connections.open"]
    assert process.returncode == 0


@pytest.mark.parametrize("token", ["good", "wrong"])
async def test_check_ends_as_a_start_would(tmp_path: Path, token: str) -> None:
    """The table goes to the standard output, and nothing else anywhere."""
    async with open_server() as fake:
        given = fake.bot_token if token == "good" else "xoxb-wrong"
        settings = {"SLACK_BOT_TOKEN": given, "SLACK_APP_TOKEN": fake.app_token}
        process = await run(tmp_path, fake.base_url, "check", **settings)
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    assert (process.returncode, err) == (0 if token == "good" else 2, b"")
    line = out.decode().splitlines()[1]
    assert line.split()[:4] == ["Slack", "bot", "token", "ok" if token == "good" else "wrong"]
    assert left_behind(tmp_path) == []


async def test_ctrl_c_ends_a_check_cleanly(tmp_path: Path) -> None:
    """While somebody waits for a Slack that never answers: no table, no traceback, and not the code 0."""
    asked = asyncio.Event()

    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(never, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        settings = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
        process = await run(tmp_path, f"http://127.0.0.1:{port}/api/", "check", **settings)
        await asyncio.wait_for(asked.wait(), PATIENCE_S)
        process.send_signal(signal.SIGINT)
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    assert (process.returncode, out, err) == (130, b"", b"")
