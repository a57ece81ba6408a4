"""`python -m bot` with a music server, as a process."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from tests.bot.test_main import left_behind, spawn
from tests.fakes.subsonic import FakeSubsonic
from tests.fakes.subsonic_music import FakeSong
from tests.patience import PATIENCE_S, until


def given(fake: FakeSubsonic) -> dict[str, str]:
    """The settings with the fake as the music server."""
    return {"SUBSONIC_URL": fake.url, "SUBSONIC_USER": fake.user, "SUBSONIC_PASSWORD": fake.password}


async def test_a_bot_with_a_music_server(tmp_path: Path) -> None:
    """It signs in, goes through the songs, and ends cleanly; its log shows no password."""
    async with FakeSubsonic([FakeSong("1", "Africa", ("Toto",))]) as fake:
        process = await spawn(tmp_path, **given(fake), LOG_LEVEL="debug")
        ended = asyncio.create_task(process.communicate())
        try:
            await until(lambda: fake.methods().count("getScanStatus") >= 3)
        finally:
            process.send_signal(signal.SIGINT)
            out, err = await asyncio.wait_for(ended, PATIENCE_S)
    assert process.returncode == 0
    assert "search3" in fake.methods()
    assert fake.breaches == []
    told = (out + err).decode()
    assert "Traceback" not in told
    tokens = {each.asked["t"] for each in fake.requests if "t" in each.asked}
    for secret in (fake.password, fake.password.encode().hex(), *tokens):
        assert secret not in told


async def test_a_password_that_is_wrong_ends_a_start(tmp_path: Path) -> None:
    """In one line, which says what to do."""
    async with FakeSubsonic() as fake:
        process = await spawn(
            tmp_path, **given(fake) | {"SUBSONIC_PASSWORD": "something else", "LOG_LEVEL": "warning"}
        )
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    assert (process.returncode, out) == (2, b"")
    (line,) = err.decode().splitlines()
    assert line.startswith("SUBSONIC_URL: the server does not accept SUBSONIC_USER or SUBSONIC_PASSWORD; ")
    assert "something else" not in line
    assert left_behind(tmp_path) == []
