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
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from bot.party.errors import NotDrawn, marked
from bot.party.words import Entry, State
from bot.wording.replies import Replies

Floats = npt.NDArray[np.float64]

log = logging.getLogger(__name__)

TIMEOUT_S = 30.0
"""A map that is not there after this long, waiting for its turn included, is given up."""
AT_ONCE = 1
"""So many maps are drawn at a time: each takes a whole core for about half a second."""
NEAREST = 0.15
"""How far apart the songs lie that belong together most, where 1 is the furthest: dots are not points."""

_ROOT = Path(__file__).parents[2]
_KEPT = "PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH", "SYSTEMROOT", "TMPDIR", "TEMP"
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Words:
    """What stands on a map besides names."""

    caption: str = "closer = more similar"
    playing: str = "playing now"
    suggested: str = "suggested"
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


@dataclass(frozen=True, slots=True)
class Picture:
    """All that a map shows."""

    title: str
    dots: tuple[Dot, ...]
    words: Words = field(default_factory=Words)


def pictured(
    title: str, entries: Sequence[Entry], similarity: npt.NDArray[Any], words: Words | None = None
) -> Picture:
    """The map of a party.

    Args:
        title: the party's name.
        entries: its songs, n of them.
        similarity: how much each belongs with each, (n, n), see `layout`.
        words: in which language.
    """
    dots = [
        Dot(
            float(x),
            float(y),
            entry.track.title,
            entry.track.artist,
            entry.added_by.name if entry.added_by else None,
            entry.score,
            entry.state,
        )
        for entry, (x, y) in zip(entries, layout(similarity), strict=True)
    ]
    return Picture(title, tuple(dots), words or Words())


def layout(similarity: npt.NDArray[Any]) -> Floats:
    """Where the songs lie: (n, 2) within -1 and 1, the nearer the more they belong together.

    Classical multidimensional scaling (W. S. Torgerson, Psychometrika 17, 1952) of distances that are the
    similarities' ranks, from `NEAREST` for the most alike pair to 1 for the least: a share of a logit has no
    unit, and a few strong pairs would otherwise push all the others onto one heap. Songs that are all equally
    alike lie on a circle. The same similarities give the same map, mirrored never.

    Args:
        similarity: (n, n), any real numbers, larger for more alike; its two halves are averaged, its diagonal
            is not looked at, and what is not a number counts as the least.
    """
    count = len(similarity)
    if count < 2:
        return np.zeros((count, 2))
    first, second = np.triu_indices(count, 1)
    known = np.nan_to_num(np.asarray(similarity, np.float64), nan=-np.inf, posinf=None, neginf=-np.inf)
    pairs = known[first, second] / 2 + known[second, first] / 2
    levels, rank = np.unique(pairs, return_inverse=True)
    if len(levels) == 1:
        return _circle(count)
    # Pairs that are equally alike share the middle of their ranks.
    ends = np.cumsum(np.bincount(rank))
    middle = (ends - (np.bincount(rank) + 1) / 2)[rank]
    distances = np.zeros((count, count))
    distances[first, second] = 1 - (1 - NEAREST) * middle / middle.max()
    return _scaled(distances + distances.T)


def _scaled(distances: Floats) -> Floats:
    """Torgerson's two widest axes of a matrix of distances; of each axis the furthest song lies ahead."""
    squares = distances**2
    means = squares.mean(axis=0)
    inner = -(squares - means - means[:, np.newaxis] + squares.mean()) / 2
    values, vectors = np.linalg.eigh(inner)
    places = vectors[:, [-1, -2]] * np.sqrt(np.clip(values[[-1, -2]], 0, None))
    furthest = np.argmax(np.abs(places).round(9), axis=0)
    places *= np.where(places[furthest, [0, 1]] < 0, -1, 1)
    widest: Floats = places / np.abs(places).max()
    return widest


def _circle(count: int) -> Floats:
    angles = 2 * np.pi * np.arange(count) / count
    return np.column_stack([np.cos(angles), np.sin(angles)])


async def drawn(picture: Picture) -> bytes:
    """The map as a PNG, drawn in a process that is gone when this returns, however it returns.

    Args:
        picture: what it shows.

    Raises:
        NotDrawn: the drawing failed or took too long.
    """
    turn = _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE))
    try:
        async with asyncio.timeout(TIMEOUT_S), turn:
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
    if process.returncode is None:
        process.kill()
        await process.communicate()  # unlike `wait`, it closes the pipes too


def _surroundings() -> dict[str, str]:
    """What the drawing may know of this process's environment: how to run, and no secret."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {"OPENBLAS_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}
