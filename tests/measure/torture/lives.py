"""Processes that live one after the other on one database, each until it is killed."""

from __future__ import annotations

import json
import multiprocessing
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from bot.party.words import Room
from tests.measure.torture.asks import Ask
from tests.measure.torture.writers import Orders, Weather, live

PLATFORMS = ("discord", "slack", "web")
LIVES_A_ROOM = 12
"""After so many lives people go to other rooms: a party that lasts for days costs more and shows no more."""
EARLY = 0.1
"""So many processes are killed before they are open."""
OPENS_WITHIN_S, ENDS_WITHIN_S, CUTS_WITHIN_S = 120.0, 120.0, 600.0
LOOK_S = 0.02

# A server that forks has all modules, no threads and no loop: a process is up in a few milliseconds.
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([live.__module__])


def ready() -> None:
    """Waits until processes can be forked: the first one would count the modules into its start."""
    process = _context.Process(target=int)
    process.start()
    process.join()


Misfortune = Callable[[], None]
"""What happens to the database from outside while a process has it open."""


@dataclass
class History:
    """What was asked for, and how it ended."""

    asks: dict[int, Ask] = field(default_factory=dict)
    ends: dict[int, str] = field(default_factory=dict)  # done or refused; of the others nobody knows
    claims: list[tuple[Ask, list[Any]]] = field(default_factory=list)  # in the order of the answers
    said: Counter[str] = field(default_factory=Counter)  # how requests failed
    wrong: list[str] = field(default_factory=list)  # what was shown and cannot be
    unlike: int = 0  # requests of which some deliveries were done and some refused
    deliveries: int = 0
    again: int = 0  # requests that a process was killed with, and that a later one knew the end of

    @property
    def acknowledged(self) -> int:
        """How many changes were answered as done that stand in the diary."""
        return len({claim[1] for _, claim in self.claims if claim[0] == "line"})

    @property
    def open(self) -> list[Ask]:
        """What nobody knows the end of."""
        return [ask for number, ask in self.asks.items() if number not in self.ends]

    def take(self, event: dict[str, Any]) -> None:
        """Takes down what a process said."""
        at, number = event["at"], event.get("number", 0)
        if at == "asked":
            self.again += number in self.asks
            self.asks[number] = Ask.read(event)
        elif at == "wrong":
            self.wrong.append(event["said"])
        elif at in {"done", "refused", "unknown"}:
            self.deliveries += event["times"]
            self.unlike += event.get("unlike", False)
            self.said.update(event.get("said", ()))
            if at != "unknown":
                self.ends[number] = at
            self.claims += ((self.asks[number], claim) for claim in event.get("claims", ()))


@dataclass
class Lives:
    """All that has lived on a database, and what came of it."""

    url: str
    folder: Path
    seed: int
    mean_s: float = 0.6  # how long a process is open, on average
    at_once: int = 6  # in how many rooms people act
    history: History = field(default_factory=History)
    kills: int = 0
    early: int = 0  # of them before it was open
    weather: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)  # processes that did not open, or ended by themselves
    opened_s: list[float] = field(default_factory=list)
    lived: int = 0

    def __post_init__(self) -> None:
        """Begins to throw dice."""
        self.rng = random.Random(self.seed)  # noqa: S311 - no secret

    @property
    def log(self) -> Path:
        """What the processes said in their logs."""
        return self.folder / "torture.log"

    def rooms(self) -> tuple[Room, ...]:
        """Where people are now: in rooms of all three doors."""
        age = self.lived // LIVES_A_ROOM
        return tuple(
            Room(PLATFORMS[number % 3], "" if number % 3 == 2 else f"w{number % 2}", f"r{age}-{number}")
            for number in range(self.at_once)
        )

    def live(self, weather: Weather, misfortunes: Sequence[Misfortune] = ()) -> None:
        """One life: a process opens, people act, things go wrong, and it is killed."""
        early = self.rng.random() < EARLY and not misfortunes
        lasts_s = self.rng.uniform(0, 0.2) if early else self.rng.uniform(0.2, 1.8) * self.mean_s
        orders = self.orders(weather, self.rooms())
        for name in ("deliveries", "cancelled", "clock", "full"):
            self.weather[name] += getattr(weather, name)
        with Watched(orders, self.history) as watched:
            if early or watched.opens():
                self.early += not watched.opened
                for happens in misfortunes:
                    watched.hear(lasts_s / (len(misfortunes) + 1))
                    happens()
                watched.hear(lasts_s / (len(misfortunes) + 1))
            if watched.kill():
                self.kills += 1
            else:
                self.faults.append(f"life {orders.number} ended by itself ({watched.process.exitcode})")
            if watched.opened:
                self.opened_s.append(watched.opened)

    def cut(self) -> bool:
        """One life in which each use case is cancelled at each of its awaits; says whether all were."""
        orders = replace(self.orders(Weather(deliveries=False), self.rooms()[2:3]), cuts=True)
        with Watched(orders, self.history) as watched:
            if not watched.works(CUTS_WITHIN_S):
                self.faults.append(f"the cuts did not come to their end ({watched.process.exitcode})")
                return False
        return True

    def settle(self) -> bool:
        """Delivers all once more of which nobody knows the end; says whether that process closed well."""
        with Watched(self.orders(Weather(deliveries=False), ()), self.history) as watched:
            watched.hear(ENDS_WITHIN_S)
            if watched.kill() or watched.process.exitcode:
                self.faults.append(f"the last life did not end well ({watched.process.exitcode})")
                return False
        return True

    def orders(self, weather: Weather, rooms: tuple[Room, ...]) -> Orders:
        """What the next process is to do."""
        self.lived += 1
        return Orders(
            self.url,
            self.log,
            self.rng.randrange(2**32),
            self.lived,
            rooms,
            again=tuple(self.history.open),
            weather=weather,
        )


class Watched:
    """A process and what it says; it is gone with the block."""

    def __init__(self, orders: Orders, history: History) -> None:
        self._history = history
        self._from, to = _context.Pipe(duplex=False)
        self.process: BaseProcess = _context.Process(target=live, args=(orders, to), daemon=True)
        self._begun = time.monotonic()
        self.process.start()
        to.close()
        self.opened = 0.0  # after how many seconds
        self._over = False
        self.through = False  # whether all is done that there was to do

    def __enter__(self) -> Watched:
        """The process as it runs."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ends it, if it has not."""
        self.kill()
        self._from.close()

    def opens(self) -> bool:
        """Waits until it has all open; False if it ends before that."""
        until = time.monotonic() + OPENS_WITHIN_S
        while not (self.opened or self._over) and time.monotonic() < until:
            self._take(LOOK_S)
        return bool(self.opened)

    def hear(self, seconds: float) -> None:
        """Takes down what it says for so long, or until it ends."""
        until = time.monotonic() + seconds
        while not self._over and (left_s := until - time.monotonic()) > 0:
            self._take(min(left_s, LOOK_S))

    def works(self, within_s: float) -> bool:
        """Waits until all is done that there was to do, or it ends."""
        until = time.monotonic() + within_s
        while not (self.through or self._over) and time.monotonic() < until:
            self._take(LOOK_S)
        return self.through

    def kill(self) -> bool:
        """Kills it, and takes down what it had said; False if it had ended by itself."""
        lives = self.process.exitcode is None and not self._over
        if lives:
            self.process.kill()
        while not self._over:
            self._take(LOOK_S)
        self.process.join()
        return lives and self.process.exitcode == -signal.SIGKILL

    def _take(self, wait_s: float) -> None:
        """What it says within some time."""
        try:
            while self._from.poll(wait_s):
                event = json.loads(self._from.recv_bytes())
                self.through = self.through or event["at"] == "through"
                if event["at"] == "opened":
                    self.opened = time.monotonic() - self._begun
                    return
                self._history.take(event)
                wait_s = 0
        except (EOFError, OSError, ValueError):  # it is gone, maybe in the middle of a word
            self._over = True
