"""What happens to a file, or to a clock, once in a while: what a start or a bot that runs makes of it."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bot.__main__ import run_on_loop
from bot.party.errors import StartError
from bot.party.words import Room
from bot.service import PartyService
from db.store import open_store
from tests.measure.promises import Promise, at_most
from tests.measure.torture.asks import person
from tests.measure.torture.lives import Lives, Watched
from tests.measure.torture.songs import Songs, named
from tests.measure.torture.writers import Weather

LOOKS_S = 3.0
"""So long a bot that has opened a file may take to find something odd about it."""
NOTICED_S = 1.0
"""After so long a bot says nothing is done any more that is in no file."""
GOES_ON_S = 3.0
SONG_ENDS_WITHIN_S = 15.0
TURNED = """
import sys, time
tells, off = time.time, [0]
time.time = lambda: tells() + off[0]
time.set_back = lambda: off.append(off.pop() - 3600)
from tests.measure.torture.scenes import song_ends
print(song_ends(*sys.argv[1:]))
"""
"""A machine whose clock can be set: all that asks it asks this one, also what keeps it from the beginning."""

_context = multiprocessing.get_context("forkserver")


def url_of(file: Path) -> str:
    """The address of a SQLite file."""
    return f"sqlite+aiosqlite:///{file}"


def lost_log(folder: Path, seed: int) -> list[Promise]:
    """The WAL of a killed bot is lost, or is another one's: the next start has to say so."""
    parties = []
    for number in (0, 1):
        place = folder / f"wal{number}"
        place.mkdir()
        lives = Lives(url_of(place / "party.db"), place, seed + number)
        for _ in range(2):
            lives.live(Weather())
        parties.append(place / "party.db")
    one, other = parties
    promises = []
    for name, log in (("lost", None), ("another one's", other)):
        copy = folder / f"{name.split()[0]}.db"
        shutil.copy(one, copy)
        if log is not None:
            shutil.copy(f"{log}-wal", f"{copy}-wal")
        said = _child(_opened, url_of(copy))
        promises.append(
            Promise("file", f"a WAL that is {name}: the start says", said or "nothing", "a word", bool(said))
        )
    return promises


def replaced(folder: Path, seed: int) -> list[Promise]:
    """The file is replaced, or removed, under a bot that runs: nothing may be acknowledged that is gone."""
    promises = []
    for name, happens in (("replaced", _replace), ("removed", Path.unlink)):
        place = folder / name
        place.mkdir()
        lives = Lives(url_of(place / "party.db"), place, seed)
        lives.live(Weather())
        with Watched(lives.orders(Weather(deliveries=False), lives.rooms()), lives.history) as watched:
            watched.opens()
            watched.hear(1.0)
            happens(place / "party.db")
            watched.hear(NOTICED_S)
            before = lives.history.acknowledged
            watched.hear(GOES_ON_S)
            gone = lives.history.acknowledged - before
        promises.append(at_most("file", f"{name} under the bot: acknowledged a second later", gone, 0, ""))
    return promises


def _replace(file: Path) -> None:
    copy = file.with_name("copy.db")
    with closing(sqlite3.connect(file)) as old, closing(sqlite3.connect(copy)) as new:
        old.backup(new)
    copy.replace(file)


def clock_set_back(folder: Path, seed: int) -> list[Promise]:
    """The machine's clock is set back by an hour while a song plays: the song ends when it would have."""
    told = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", TURNED, url_of(folder / "clock.db"), f"{seed}"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    what = "set back an hour: a song of 0.3 s ends after"
    return [at_most("clock", what, float(told), SONG_ENDS_WITHIN_S, "s")]


def _child(work: Callable[[str, Connection], Any], url: str) -> str:
    """What a process of its own says."""
    said, to = _context.Pipe(duplex=False)
    process = _context.Process(target=work, args=(url, to), daemon=True)
    process.start()
    to.close()
    told = ""
    with suppress(EOFError):
        told = said.recv()
    process.join()
    return told


class _Heard(logging.Handler):
    """What is logged as odd."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps the line."""
        self.lines.append(record.getMessage())


def _opened(url: str, out: Connection) -> None:
    """Opens a database as a start does, and says what the operator is told."""
    heard = _Heard()
    logging.getLogger().addHandler(heard)

    async def look() -> None:
        async with open_store(url):
            until = time.monotonic() + LOOKS_S
            while not heard.lines and time.monotonic() < until:  # noqa: ASYNC110 - nothing of ours tells
                await asyncio.sleep(0.05)

    try:
        run_on_loop(look())
    except StartError as error:
        heard.lines.append(f"{error}")
    out.send(" ".join(heard.lines)[:70])


def song_ends(url: str, seed: str) -> float:
    """After how many seconds a short song is over, though the clock was set back when it had begun."""

    async def play() -> float:
        room, anna, songs = Room("discord", "1", "2"), person("discord", "anna"), Songs(int(seed))
        async with open_store(url) as store:
            party = PartyService(store, songs, songs)
            first = await party.queue.add(room, anna, named(0), "1")
            await party.queue.add(room, anna, named(1), "2")
            time.set_back()  # type: ignore[attr-defined] # of TURNED
            begun, ticking = time.monotonic(), asyncio.create_task(party.clock.run())
            while time.monotonic() - begun < 2 * SONG_ENDS_WITHIN_S:
                now = (await party.insight.now(room, 0)).playing
                if now is None or now.id != first.entry.id:
                    break
                await asyncio.sleep(0.05)
            took = time.monotonic() - begun
            ticking.cancel()
            await asyncio.gather(ticking, return_exceptions=True)
            await party.close()
            return took

    return run_on_loop(play())
