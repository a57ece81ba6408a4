"""Signals at any moment of a process: it ends soon, with an exit code of ours and without a traceback."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from tests.bot.test_main import environment, left_behind
from tests.patience import PATIENCE_S

SIGNALS = [signal.SIGTERM, signal.SIGINT]
WAITS = """
import os
import time
from bot.ends import ending
ending.heed(0)
ending.by({stop}, {within_s})
print("ready", flush=True)
while True:
    time.sleep(0.01)
"""


async def spawn(folder: Path, *words: str) -> asyncio.subprocess.Process:
    """Starts Python with our code in its reach."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, *words),
        cwd=folder,
        env=environment(folder),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def ended(process: asyncio.subprocess.Process) -> tuple[int | None, bytes, bytes]:
    """The exit code of a process that ends, and what it still said."""
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    return process.returncode, out, err


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("at", ["argparse", "pydantic", "sqlalchemy"])
@pytest.mark.parametrize(
    ("words", "code"),
    [(["bot"], 0), (["bot", "run"], 0), (["bot", "check"], 130), (["db", "backup", "copy.db"], 130)],
)
async def test_a_signal_during_the_imports_ends_at_once(
    tmp_path: Path, words: list[str], code: int, at: str, number: signal.Signals
) -> None:
    """Nothing is said, and nothing was made; what was asked to be done was not done."""
    process = await spawn(tmp_path, "-X", "importtime", "-m", *words)
    assert process.stderr is not None
    while (line := (await process.stderr.readline()).decode()).split("|")[-1].strip() != at:
        assert line, f"{at} was not imported"
    process.send_signal(number)
    found, out, err = await ended(process)
    assert (found, out) == (code, b"")
    assert [line for line in err.splitlines() if not line.startswith(b"import time:")] == []
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("number", SIGNALS)
async def test_a_second_signal_ends_at_once(tmp_path: Path, number: signal.Signals) -> None:
    """Whatever the first one has begun."""
    says = r"lambda: os.write(1, b'stop\n')"
    process = await spawn(tmp_path, "-c", WAITS.format(stop=says, within_s=3600))
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    process.send_signal(number)
    assert await process.stdout.readline() == b"stop\n"
    process.send_signal(number)
    assert await ended(process) == (130, b"", b"")


async def test_what_takes_too_long_to_close_is_left(tmp_path: Path) -> None:
    """The process ends some seconds after the first signal, whatever it is about."""
    process = await spawn(tmp_path, "-c", WAITS.format(stop="lambda: None", within_s=0.1))
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    process.send_signal(signal.SIGTERM)
    assert await ended(process) == (0, b"", b"")


async def test_a_signal_when_all_is_over_changes_nothing(tmp_path: Path) -> None:
    """Where nothing is open any more it ends the process at once."""
    waits = WAITS.format(stop="lambda: 1 / 0", within_s=3600)
    process = await spawn(tmp_path, "-c", waits.replace("print(", "ending.over()\nprint(", 1))
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    process.send_signal(signal.SIGTERM)
    assert await ended(process) == (0, b"", b"")
