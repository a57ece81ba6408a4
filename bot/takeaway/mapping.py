"""The party's map: where its songs lie, and how the drawing is had without waiting for it.

Drawing holds the interpreter for hundreds of milliseconds and reads whatever fonts are installed. So each map
is drawn by a process of its own, `python -m bot.takeaway.picture`: a `Picture` as JSON in, a PNG out.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from bot.party.errors import NotDrawn, marked
from bot.party.results import Map
from bot.party.shares import paid
from bot.party.words import State
from bot.wording.replies import Replies

Floats = npt.NDArray[np.float64]

log = logging.getLogger(__name__)

TIMEOUT_S = 30.0
"""A map that is not there after this long, waiting for its turn included, is given up."""
AT_ONCE = 1
"""So many maps are drawn at a time: each takes a whole core for about half a second."""
DRAWING_S = 0.5
"""So much of their share it takes whoever asks for one."""
MOST_NAMES = 8
"""So many people have a colour of their own."""
COLOURS = ("#EE8866", "#77AADD", "#EEDD88", "#44BB99", "#FFAABB", "#99DDFF", "#BBCC33", "#AAAA00")
"""P. Tol's "light" scheme (SRON/EPS/TN/09-002, 2021), which colour-blind people tell apart."""
OTHERS = "#DDDDDD"
"""The colour of all the others, and of what nobody has added."""

_ROOT = Path(__file__).parents[2]
_KEPT = "PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH", "SYSTEMROOT", "TMPDIR", "TEMP"
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Words:
    """What stands on a map besides names."""

    caption: str = "closer = more similar"
    playing: str = "playing now"
    suggested: str = "suggested"
    least: str = "fits least"
    votes: str = "bigger = more votes"
    others: str = "others"
    somebody: str = "somebody"  # whose name no font here can write


def worded(replies: Replies) -> Words:
    """What stands on a map, in a language."""
    say = replies.say
    return Words(
        caption=say(marked("closer = more similar")),
        playing=say(marked("playing now")),
        suggested=say(marked("suggested")),
        least=say(marked("fits least")),
        votes=say(marked("bigger = more votes")),
        others=say(marked("others")),
        somebody=say(marked("somebody")),
    )


@dataclass(frozen=True, slots=True)
class Dot:
    """A song on the map; `x` to the right and `y` up, in any unit, the same for all dots."""

    x: float
    y: float
    title: str
    artist: str
    added_by: str | None  # None for a suggestion that nobody has taken up
    votes: int  # up-votes less down-votes
    state: State
    least: bool = False  # whether it is one of those that fit the others least


@dataclass(frozen=True, slots=True)
class Picture:
    """All that a map shows."""

    title: str
    dots: tuple[Dot, ...]
    words: Words = field(default_factory=Words)


def pictured(title: str, seen: Map, words: Words | None = None) -> Picture:
    """The map of a party, seen along the third of the model's axes: as the page shows it before it is turned.

    Args:
        title: the party's name.
        seen: its songs; what lies around them is left out.
        words: in which language.
    """
    least = {spot.entry.id for spot in seen.least if spot.entry}
    dots = [
        Dot(
            spot.place[0],
            spot.place[1],
            spot.track.title,
            spot.track.artist,
            spot.entry.added_by.name if spot.entry.added_by else None,
            spot.entry.score,
            spot.entry.state,
            spot.entry.id in least,
        )
        for spot in seen.spots
        if spot.entry
    ]
    return Picture(title, tuple(dots), words or Words())


def ranked(adders: Iterable[str]) -> tuple[list[str], list[str]]:
    """Who has a colour of their own, in the order of `COLOURS`, and who has not: who added most first."""
    added = Counter(adders)
    names = sorted(added, key=lambda name: (-added[name], name))
    own = len(names) if len(names) <= MOST_NAMES else MOST_NAMES - 1
    return names[:own], names[own:]


async def drawn(picture: Picture) -> bytes:
    """The map as a PNG, drawn in a process that is gone when this returns, however it returns.

    Args:
        picture: what it shows.

    Raises:
        NotDrawn: the drawing failed or took too long.
    """
    turn = _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE))
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await paid(DRAWING_S)  # whoever asks for many waits here, and not in the others' way
            async with turn:
                return await _drawn(json.dumps(asdict(picture)).encode())
    except TimeoutError as error:
        log.warning("a map of %d songs was not drawn in time", len(picture.dots))
        raise NotDrawn from error
    except OSError as error:
        log.warning("could not start a process to draw a map: %s", error)
        raise NotDrawn from error


async def _drawn(order: bytes) -> bytes:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.takeaway.picture",
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        cwd=_ROOT,
        env=_surroundings(),
    )
    try:
        png, said = await process.communicate(order)
    finally:
        await _end(process)
    if process.returncode or not png:
        why = said.decode(errors="replace")[-2000:]
        log.warning("drawing a map ended with %s: %s", process.returncode, why)
        raise NotDrawn
    return png


async def _end(process: Process) -> None:
    """Kills a process that has not ended, and stays until it is gone, which is at once."""
    if process.returncode is None:
        process.kill()
        again: asyncio.CancelledError | None = None
        while True:
            try:
                await process.communicate()  # unlike `wait`, it closes the pipes too
                break
            except asyncio.CancelledError as error:
                again = error
        if again:
            raise again


def _surroundings() -> dict[str, str]:
    """What the drawing may know of this process's environment: how to run, and no secret."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {"OPENBLAS_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}
