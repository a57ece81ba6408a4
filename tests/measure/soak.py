"""How much memory the bot holds before, in and after a rush of browsers: `python -m tests.measure.soak`.

The bot is the real one, `python -m bot` in a process of its own, and its memory is what Linux says of that
process, without what it has read of files. First a browser in each language does all that the others will do:
what is read or made only once is there then, and that is the start. Then many come and go, each from an
address of its own, and ask, vote and are refused, for as long as the rush lasts; then all leave, and it is
calm. Any time will do for a look at how it goes:

    make soak RUSH=60 CALM=300 RUSHES=2

A second rush tells what grows from what the first one needed and whatever comes later uses again. That a
rush is over shows after some two minutes.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import aiohttp
import typer
from rich.console import Console
from rich.progress import Progress

from tests.measure.promises import Promise, Run, at_most, table, undisturbed
from tests.measure.room.__main__ import free_port, opened
from tests.measure.room.crowd import Guest

GROWS_MB = 5.0
"""How much more the bot may hold at the end than at the start, in megabytes."""
EACH_STAYS_S = 30.0
"""So long a browser stays, about, before it goes and comes back as somebody else ..."""
ASKS_EVERY_S = 6.0
"""... and so long it waits between two requests."""
TRIES = 5
"""So often the bot is waited for, each time as long as on a machine with nothing else to do."""
REST_S = 65.0
"""How long it is calm before the start is measured: all garbage is looked for once a minute."""
SONGS = ("mr brightside", "take on me", "wonderwall", "clocks coldplay", "no such song by nobody", "...")
LANGUAGES = ("en", "de")
VIBES = ("90s rock", "summer", "qwertz", "sad love songs")
ASKED = (*("add", "vote", "search") * 3, "next", "vibe", "skip", "undo", "lock", "no request of ours")


@dataclass
class Rush:
    """What has been asked, and what came of it."""

    url: str
    chance: random.Random
    numbers: itertools.count[int] = field(default_factory=itertools.count)
    asked: Counter[str] = field(default_factory=Counter)
    refused: int = 0

    async def ask(self, guest: Guest, what: str) -> None:
        """Makes one request of a kind."""
        answer = await guest.ask(what, **self._fields(guest, what))
        self.asked[what] += 1
        self.refused += not answer["ok"]

    def _fields(self, guest: Guest, what: str) -> dict[str, Any]:
        match what:
            case "add":
                word = "".join(self.chance.choices("abcdefghijklmnop", k=5))
                return {"song": self.chance.choice((*SONGS, f"{word} - {word}"))}
            case "vote":
                entry = self.chance.choice(guest.entries or [999_999])
                return {"entry": entry, "value": self.chance.choice((1, -1))}
            case "search":
                return {"text": self.chance.choice(SONGS)[: self.chance.randint(2, 12)]}
            case "vibe":
                return {"text": self.chance.choice(VIBES)}
        return {}

    @asynccontextmanager
    async def visit(self, language: str = "") -> AsyncIterator[Guest]:
        """A browser with the page open, from a household of its own, in some language if none is said."""
        number = next(self.numbers)
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        headers = {"Origin": self.url, "X-Forwarded-For": address}
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{self.url}/live", headers=headers, compress=15) as line,
        ):
            guest = Guest(line, {"name": f"Guest {number} here", "secret": f"the secret of guest {number}"})
            reading = guest.reading = asyncio.create_task(guest.read())
            try:
                language = language or self.chance.choice(LANGUAGES)
                answer = await guest.ask("enter", link="", language=language, **guest.who)
                if answer["name"] is None:  # then all would be refused that they ask for
                    raise RuntimeError(f"guest {number} was not let in: {answer}")
                yield guest
            finally:
                reading.cancel()
                with suppress(asyncio.CancelledError):
                    await reading

    async def browser(self, until_s: float) -> None:
        """One of many: comes, asks now and then, goes, and comes back as somebody else."""
        await asyncio.sleep(self.chance.random() * ASKS_EVERY_S)
        while time.monotonic() < until_s:
            goes_s = min(time.monotonic() + EACH_STAYS_S * 2 * self.chance.random(), until_s)
            async with self.visit() as guest:
                while time.monotonic() < goes_s:
                    await self.ask(guest, self.chance.choice(ASKED))
                    await asyncio.sleep(ASKS_EVERY_S * 2 * self.chance.random())


@asynccontextmanager
async def bot(folder: Path, port: int) -> AsyncIterator[int]:
    """The bot with the web room alone; yields the number of its process."""
    own = {"DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'party.db'}", "ROOM_PORT": str(port)}
    own |= {"ROOM_CONNECTIONS": "1000", "ROOM_JOINS": "10000", "LOG_LEVEL": "warning"}
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "MODEL_DIR") if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot"),
        env={**kept, **own, "PYTHONPATH": str(Path.cwd()), "OMP_NUM_THREADS": "1"},
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process.pid
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


def held_mb(pid: int, of: str = "RssAnon") -> float:
    """How much of a process is in memory, in megabytes: its own, or `RssFile`, what it has read of files.

    The latter is the kernel's to keep or to drop (proc_pid_status(5)): of a model that is mapped it is what
    somebody has asked for so far, and at most all of it.
    """
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    (line,) = [line for line in lines if line.startswith(f"{of}:")]
    return int(line.split()[1]) / 1024


async def _wait(run: Run, name: str, seconds: float, pid: int) -> float:
    """Waits, and returns the most that was held meanwhile."""
    most, begun = 0.0, time.monotonic()
    with run.step(name, seconds) as told:
        while (gone := time.monotonic() - begun) < seconds:
            told(gone)
            most = max(most, held_mb(pid))
            await asyncio.sleep(min(1.0, seconds))
    return most


@dataclass
class Scenes:
    """Rushes of one kind, and the bot whom they come to."""

    run: Run
    rush: Rush
    pid: int
    browsers: int
    rush_s: float
    calm_s: float

    async def begin(self) -> list[Promise]:
        """Has browsers do all that others will do, one after the other."""
        ready_mb = held_mb(self.pid)
        for language in LANGUAGES:
            async with self.rush.visit(language) as guest:
                for what in sorted({*ASKED}) * 3:
                    await self.rush.ask(guest, what)
        await _wait(self.run, "start", min(REST_S, self.calm_s), self.pid)
        held = f"{ready_mb:.1f}, {held_mb(self.pid):.1f} MB"
        return [Promise("start", "held when ready, and when all was used once", held)]

    async def hold(self, number: int) -> list[Promise]:
        """A rush and a calm."""
        rush, scene = self.rush, f"{self.browsers} for {self.rush_s:,.0f} s, {self.calm_s:,.0f} s of calm"
        before_mb = held_mb(self.pid)
        rush.asked.clear()
        rush.refused = 0
        until_s = time.monotonic() + self.rush_s
        crowd = asyncio.gather(*(rush.browser(until_s) for _ in range(self.browsers)))
        most_mb = await _wait(self.run, f"rush {number}", self.rush_s, self.pid)
        await crowd
        after_mb = held_mb(self.pid)
        await _wait(self.run, f"calm {number}", self.calm_s, self.pid)
        scene = f"rush {number}: {scene}"
        held = f"{most_mb:.1f}, {after_mb:.1f}, {held_mb(self.pid):.1f} MB"
        return [
            Promise(scene, "asked, and refused of that", f"{rush.asked.total():,}, {rush.refused:,}"),
            Promise(scene, "most that was held, right after it, and at the end", held),
            at_most(scene, "more than before", held_mb(self.pid) - before_mb, GROWS_MB, "MB"),
        ]


async def soak(
    run: Run, browsers: int, rush_s: float, calm_s: float, rushes: int, seed: int
) -> list[Promise]:
    """A start, and rushes with a calm after each."""
    port = free_port()
    async with AsyncExitStack() as stack:
        pid = await stack.enter_async_context(bot(run.folder, port))
        rush = Rush(f"http://127.0.0.1:{port}", random.Random(seed))  # noqa: S311 - a seed that is printed
        for _ in range(TRIES):
            with suppress(TimeoutError):
                await opened(rush.url)
                break
        scenes = Scenes(run, rush, pid, browsers, rush_s, calm_s)
        told = await scenes.begin()
        files_mb = held_mb(pid, "RssFile")
        for number in range(rushes):
            told += await scenes.hold(number + 1)
        more = f"{held_mb(pid, 'RssFile') - files_mb:.1f} MB"
    return [
        *told,
        Promise("in all", "came; seed", f"{next(rush.numbers):,}; {seed}"),
        Promise("in all", "more read of files: the kernel's to keep or drop", more),
    ]


def main(
    browsers: Annotated[int, typer.Option(help="How many browsers at once.")] = 200,
    rush: Annotated[float, typer.Option(help="How long they come and go, in seconds.")] = 600,
    calm: Annotated[float, typer.Option(help="How long it is calm then, in seconds.")] = 3600,
    rushes: Annotated[int, typer.Option(help="How many rushes, each with its calm.")] = 1,
    seed: Annotated[int, typer.Option(help="Of what they ask.")] = 1,
) -> None:
    """Measures what a rush leaves in memory."""
    console = Console(width=150)
    with tempfile.TemporaryDirectory() as folder, Progress(console=console) as progress:
        run = Run(progress, Path(folder), 0, "")
        promises = undisturbed(soak(run, browsers, rush, calm, rushes, seed))
    console.print(table("Memory in and after a rush: the bot in a process of its own", promises))
    if not all(each.met is not False for each in promises):
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
