"""The party's map: songs that belong together lie together, and the picture comes from a real process."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import struct
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.party.errors import NotDrawn
from bot.party.results import Map, Spot
from bot.party.shares import MOST_S, Asker, Share, working_for
from bot.party.words import Entry, Member, State, Track
from bot.takeaway import mapping
from bot.takeaway.mapping import DRAWING_S, Dot, Picture, Words, drawn, pictured
from tests.patience import PATIENCE_S, pass_by

ROOT = Path(__file__).parents[3]
HOSTILE = [
    "$\\frac{",
    "$\\frac{$ and $x",
    "$x^2$ & _a_",
    "日本語の曲",
    "🎉🎊",
    "Love ❤️ you",
    "a" * 300,
    "two\nlines\r\n\tand more",
    "\x00\x1b[31m\u202e",
    "\ud800",
    "",
    "Z" + "\u0300\u0301\u0302" * 80,
    "<b>&amp;</b> \\n %s {}",
]


def size(png: bytes) -> tuple[int, int]:
    """Width and height from a PNG's header."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert png.endswith(b"IEND\xaeB`\x82")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def dots(*titles: str) -> tuple[Dot, ...]:
    """Songs along a line, in every state, by ten people and nobody."""
    states = list(State)
    return tuple(
        Dot(
            float(i), float(i % 3), title, title, None if i % 11 == 10 else title or "x", i - 2, states[i % 6]
        )
        for i, title in enumerate(titles)
    )


@dataclass
class Slow:
    """Drawings that never end, and what they tell: that they have begun, and that they are gone."""

    root: Path  # where the drawing's code is
    told: asyncio.Queue[tuple[str, int]] = field(default_factory=asyncio.Queue)

    async def hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Notes a drawing's number when it calls, and again when its line goes dead."""
        pid = int(await reader.readline())
        self.told.put_nowait(("begun", pid))
        with contextlib.suppress(ConnectionError):
            await reader.read()
        self.told.put_nowait(("gone", pid))
        writer.close()

    async def begun(self) -> int:
        """The number of the next drawing that begins."""
        return await self._next("begun")

    async def gone(self) -> int:
        """The number of the next drawing that ends."""
        return await self._next("gone")

    async def _next(self, expected: str) -> int:
        async with asyncio.timeout(PATIENCE_S):
            said, pid = await self.told.get()
        assert said == expected
        return pid


def exists(pid: int) -> bool:
    """Whether a process is there, even as a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
async def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Slow]:
    """In place of the drawing, one that never ends."""
    slow = Slow(tmp_path)
    async with await asyncio.start_server(slow.hear, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        instead(
            tmp_path,
            "import os, socket\n"
            f"line = socket.create_connection(('127.0.0.1', {port}))\n"
            "line.sendall(f'{os.getpid()}\\n'.encode())\n"
            "line.recv(1)\n",
        )
        monkeypatch.setattr(mapping, "_ROOT", tmp_path)
        yield slow


def instead(folder: Path, code: str) -> None:
    """Puts other code where `bot.takeaway.picture` is looked for."""
    place = folder / "bot" / "takeaway"
    place.mkdir(parents=True)
    (place / "picture.py").write_text(code, "utf-8")


def begin(picture: Picture) -> asyncio.Task[bytes]:
    """Starts a drawing."""
    return asyncio.create_task(drawn(picture))


# --- what it shows


def test_a_picture_holds_what_the_party_knows() -> None:
    """Each song of the party at its place, with its adder, votes and state; nothing of what lies around."""
    anna = Member("web", "1", "Anna")
    playing = Entry(1, Track("A", "B"), State.PLAYING, anna, 0, votes={"1": 1, "2": 1, "3": -1})
    suggested = Entry(2, Track("C", ""), State.SUGGESTED, None, 0)
    far = Entry(3, Track("D", ""), State.QUEUED, anna, 0)
    spots = (
        Spot(playing.track, (0.25, -0.5, 0.75), playing, 2.0),
        Spot(far.track, (-1.0, 1.0, 0.0), far, -1.0),
        Spot(suggested.track, (0.1, 0.2, 0.3), suggested),
        Spot(Track("E", "F"), (0.0, 0.0, 0.0)),
    )
    picture = pictured("Friday", Map(spots, spots[:1], spots[1:2], 0), Words(others="andere"))
    assert picture.dots == (
        Dot(0.25, -0.5, "A", "B", "Anna", 1, State.PLAYING),
        Dot(-1.0, 1.0, "D", "", "Anna", 0, State.QUEUED, least=True),
        Dot(0.1, 0.2, "C", "", None, 0, State.SUGGESTED),
    )
    assert (picture.title, picture.words.others) == ("Friday", "andere")


# --- the picture


async def test_a_map_is_a_png_of_its_size() -> None:
    """A process of its own draws it."""
    png = await begin(Picture("Friday night", dots("Dancing Queen", "Waterloo", "Fernando")))
    assert size(png) == (1200, 800)


def test_whoever_asks_for_a_map_does_not_load_the_drawing() -> None:
    """Not even by a detour does the bot bring Pillow into its own process."""
    look = "import sys, bot.takeaway.mapping; print([name for name in sys.modules if name.startswith('PIL')])"
    found = subprocess.check_output([sys.executable, "-c", look], cwd=ROOT, text=True)  # noqa: S603
    assert found.strip() == "[]"


@pytest.mark.parametrize("songs", [(), ("One",), HOSTILE, [f"Song {i}" for i in range(500)]])
async def test_every_party_has_a_map(songs: list[str], caplog: pytest.LogCaptureFixture) -> None:
    """No songs, one, many, or names that are broken markup, other scripts, pranks: a whole picture."""
    name = "".join(songs)[:3000]
    words = Words(*(HOSTILE[:6] if songs is HOSTILE else ()))
    assert size(await begin(Picture(name, dots(*songs), words))) == (1200, 800)
    assert not caplog.records


async def test_what_is_drawn_depends_on_the_songs_alone() -> None:
    """Twice the same picture is the same file, and another title another."""
    one, again, other = [await begin(Picture("F", dots(title))) for title in ("Waterloo", "Waterloo", "SOS")]
    assert one == again != other


async def test_no_home_and_no_secret_are_needed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Without a writable home the map is drawn all the same, and the drawing never sees the bot's token."""
    monkeypatch.setenv("HOME", "/proc/nowhere")
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    assert "secret" not in mapping._surroundings().values()  # noqa: SLF001 - what the process is given
    assert size(await begin(Picture("F", dots("SOS")))) == (1200, 800)
    assert not caplog.records


# --- what may go wrong


async def test_a_map_that_takes_too_long_is_given_up(slow: Slow) -> None:
    """The person reads what to do, and the process is killed."""
    task = begin(Picture("F", ()))
    pid = await slow.begun()
    pass_by(PATIENCE_S)
    with pytest.raises(NotDrawn, match=r"I couldn't draw the map just now\. Try again in a minute\."):
        await task
    assert not exists(pid)
    assert await slow.gone() == pid


async def test_whoever_gives_up_takes_the_drawing_along(slow: Slow) -> None:
    """A cancelled request leaves no process behind, even while the drawing has not read its order."""
    task = begin(Picture("x" * 1_000_000, dots(*HOSTILE)))
    pid = await slow.begun()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not exists(pid)
    assert await slow.gone() == pid


async def test_whoever_gives_up_twice_takes_it_along_too(slow: Slow) -> None:
    """A bot that ends gives up what is being given up already: the process is gone before that has an end."""
    task = begin(Picture("F", ()))
    pid = await slow.begun()
    for _ in range(10):
        task.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not exists(pid)
    assert await slow.gone() == pid


async def test_one_map_is_drawn_at_a_time(slow: Slow) -> None:
    """Each waits until the one before it is gone: a process started later than the requests begins sooner."""
    tasks = [begin(Picture("F", ())) for _ in range(3)]
    pid = await slow.begun()
    later = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot.takeaway.picture", cwd=slow.root)
    assert await slow.begun() == later.pid
    later.kill()
    await later.wait()
    assert await slow.gone() == later.pid
    for task in tasks[:2]:
        task.cancel()
        assert await slow.gone() == pid
        pid = await slow.begun()
    tasks[2].cancel()
    await asyncio.wait(tasks)
    assert await slow.gone() == pid


async def test_whoever_asks_for_many_is_in_nobodys_way(slow: Slow) -> None:
    """A drawing is spent of its asker's share, and waits for that before it waits for its turn."""
    hungry, modest = Share(per_s=0.0001), Share(per_s=0.0001)
    hungry.spend(MOST_S + 1.0)
    with working_for(Asker(hungry)):
        waiting = begin(Picture("F", ()))
    await asyncio.sleep(0)
    with working_for(Asker(modest)):
        drawing = begin(Picture("F", ()))
    pid = await slow.begun()
    assert modest.used_s > DRAWING_S / 2
    assert hungry.used_s < MOST_S + 1.0 + DRAWING_S / 2
    drawing.cancel()
    assert await slow.gone() == pid
    waiting.cancel()
    await asyncio.wait([drawing, waiting])


async def test_waiting_for_a_turn_is_time_too(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is still waiting when the time is up reads the same sentence, and nothing was started for them."""
    first = begin(Picture("F", ()))
    pid = await slow.begun()
    monkeypatch.setattr(mapping, "TIMEOUT_S", 0.0)
    with pytest.raises(NotDrawn):
        await drawn(Picture("F", ()))
    first.cancel()
    assert await slow.gone() == pid
    await asyncio.wait([first])
    assert slow.told.empty()


async def test_a_drawing_that_fails_says_why_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The person reads one sentence; the cause is in the log."""
    instead(tmp_path, "raise RuntimeError('no paint left')")
    monkeypatch.setattr(mapping, "_ROOT", tmp_path)
    with caplog.at_level(logging.WARNING), pytest.raises(NotDrawn):
        await begin(Picture("F", ()))
    assert "no paint left" in caplog.text


async def test_a_process_that_cannot_start_is_a_map_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """No interpreter, no memory for a process: the same sentence."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(NotDrawn):
        await drawn(Picture("F", ()))


@pytest.mark.parametrize("told", [b"", b"{}", b"[1]"])
def test_what_is_no_picture_ends_with_an_error(told: bytes) -> None:
    """Nonsense on its input gives no file and no success."""
    done = subprocess.run(
        [sys.executable, "-m", "bot.takeaway.picture"], input=told, capture_output=True, cwd=ROOT, check=False
    )
    assert done.returncode
    assert not done.stdout
