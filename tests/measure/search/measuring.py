"""What comes of each case: the list as one types, what is taken for it, and how long that takes."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from bot.party.errors import PartyError
from bot.party.words import Track
from bot.recommend.catalogue import Catalogue
from tests.measure.search.cases import Case
from tests.measure.search.catalogues import Named
from tests.measure.search.peers import LISTED, Engine

WARM = 20
"""So many cases are looked for once before time counts."""
AT_LEAST = 20
"""So many lists are made even if the time is up."""
Told = Callable[[int], None]
"""Is told how many cases are done."""


class Fate(StrEnum):
    """What became of a text."""

    RIGHT = "right"  # the song was taken
    OFFERED = "offered"  # people are asked, and it is among what they may choose
    MISSED = "missed"  # people are asked, and it is not
    WRONG = "wrong"  # another song was taken
    UNKNOWN = "unknown"  # said not to be known, or refused


@dataclass(frozen=True, slots=True)
class Listed:
    """Where a song stands in the list as somebody types."""

    kind: str
    first: bool
    among: bool
    ms: float


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a text, and how long that took."""

    kind: str
    fate: Fate
    ms: float


class Meant(Protocol):
    """What the catalogue takes a text for."""

    @property
    def outcome(self) -> str:
        """Sure, unsure or unknown."""

    @property
    def track(self) -> Track | None:
        """The song that it is sure of, or what was typed as a song."""

    @property
    def offered(self) -> Sequence[Track]:
        """What people may choose from."""


Ask = Callable[[str], Awaitable[Meant]]


class Encore:
    """The bot's own search."""

    def __init__(self, catalogue: Path) -> None:
        connection = sqlite3.connect(
            f"{catalogue.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self.catalogue = Catalogue(connection)

    async def search(self, text: str) -> list[Named]:
        """The list as one types."""
        return [(track.title, track.artist) for track in await self.catalogue.search(text, LISTED)]

    @property
    def asks(self) -> Ask | None:
        """What says which song a text means, where this catalogue can."""
        asks: Ask | None = getattr(self.catalogue, "meant", None)
        return asks

    def close(self) -> None:
        """Closes the catalogue."""
        self.catalogue.close()


async def listed(
    engine: Engine, cases: Sequence[Case], told: Told, seconds: float = float("inf")
) -> list[Listed]:
    """The list of each case, or of as many as there is time for."""
    for case in cases[:WARM]:
        await engine.search(case.typed)
    results: list[Listed] = []
    end = time.monotonic() + seconds
    for case in cases:
        if len(results) >= AT_LEAST and time.monotonic() > end:
            break
        begun = time.process_time()
        found = await engine.search(case.typed)
        ms = 1000 * (time.process_time() - begun)
        right = [case.means(title, artists) for title, artists in found[:LISTED]]
        results.append(Listed(case.kind, bool(right and right[0]), any(right), ms))
        told(len(results))
    return results


async def judged(ask: Ask, cases: Sequence[Case], told: Told) -> list[Judged]:
    """What becomes of each case; what only somebody types who is not finished is left out."""
    asked = [case for case in cases if case.group != "typing"]
    for case in asked[:WARM]:
        await fate(ask, case)
    results = []
    for case in asked:
        begun = time.process_time()
        found = await fate(ask, case)
        results.append(Judged(case.kind, found, 1000 * (time.process_time() - begun)))
        told(len(results))
    return results


async def fate(ask: Ask, case: Case) -> Fate:
    """What becomes of a case."""
    try:
        meant = await ask(case.typed)
    except PartyError:
        return Fate.UNKNOWN
    if meant.outcome == "sure" and meant.track is not None:
        return Fate.RIGHT if case.means(meant.track.title, meant.track.artist) else Fate.WRONG
    if meant.outcome == "unsure":
        offered = any(case.means(track.title, track.artist) for track in meant.offered)
        return Fate.OFFERED if offered else Fate.MISSED
    return Fate.UNKNOWN
