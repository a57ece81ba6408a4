"""One life of a process with the real store and services: people act in it until it is killed.

What is asked and what is answered goes through a pipe, where it outlives the process: first that something is
asked for, then how it ended. What has no end, or ends with an error, may be so or not; it is delivered again
under its key until it is known.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import random
import resource
import time
from collections import deque
from collections.abc import Callable, Coroutine, Generator, Iterator, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bot.__main__ import run_on_loop
from bot.party import errors
from bot.party.errors import PartyError
from bot.party.words import Room
from bot.service import PartyService
from db.store import open_store
from tests.measure.torture.acts import ACTS, Choice, Wrong, chosen, may
from tests.measure.torture.asks import MODERATOR, Ask, Claims, encoded
from tests.measure.torture.songs import Songs

KNOWN = 60
"""So many of a room's latest entries people choose from."""
AGAIN_S = 0.05
"""After so long something is delivered again of which nobody knows how it ended."""
DELIVERIES = (1, 1, 1, 1, 1, 2, 3, 5)
"""How often the same request comes, all at once."""
CANCELLED = 0.3
"""So many requests are given up on, where they are at all."""
TURNS_S = (0.0, 0.0, 1.0, -1.0, 70.0, -3_600.0, 3_600.0, -47_000.0, 47_000.0)
"""By how much the clock is wrong, where it is: up to more than a party lasts."""
PARTY = f"{os.sep}bot{os.sep}"
"""Stands in the path of each file with a use case."""
UNSAVED = tuple(
    getattr(errors, name) for name in ("Unsaved", "Interrupted", "PerhapsSaved") if hasattr(errors, name)
)
"""What people are told when nothing can be saved; whether it was so is looked at afterwards."""


@dataclass(frozen=True)
class Weather:
    """What goes wrong in a life, besides its end."""

    deliveries: bool = True  # the same request comes up to five times at once
    cancelled: bool = False  # people give up while it is under way
    clock: bool = False  # it is turned, forth and back
    full: bool = False  # the disk takes no more for a while


@dataclass(frozen=True)
class Orders:
    """What a process is to do."""

    url: str
    log: Path
    seed: int
    number: int  # of this life
    rooms: tuple[Room, ...] = ()
    people: tuple[str, ...] = (MODERATOR, "anna", "ben")
    again: tuple[Ask, ...] = ()  # what nobody knows the end of yet
    weather: Weather = field(default_factory=Weather)
    cuts: bool = False  # each use case is cancelled at each of its awaits, and nothing else happens


class TurnedClock:
    """A clock that somebody sets."""

    def __init__(self) -> None:
        self.off_s = 0.0

    def __call__(self) -> float:
        """What it shows, in seconds since 1970."""
        return time.time() + self.off_s


def live(orders: Orders, out: Connection) -> None:
    """Acts until the process is killed; without rooms only until all is known: then it closes and ends."""
    # What the bot says goes to a file: a killed server is told of in tracebacks.
    os.dup2(os.open(orders.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
    logging.basicConfig(level=logging.WARNING, force=True)
    run_on_loop((Cuts if orders.cuts else Life)(orders, out).run())


class Life:
    """The people of a process."""

    def __init__(self, orders: Orders, out: Connection) -> None:
        self._orders, self._out = orders, out
        self._rng = random.Random(orders.seed)  # noqa: S311 - no secret
        self._numbers = itertools.count(orders.number * 1_000_000)
        self._known: dict[Room, deque[int]] = {}
        self._clock = TurnedClock()
        self._weather = orders.weather

    async def run(self) -> None:
        """Opens everything as the bot does, and lets people act."""
        async with AsyncExitStack() as stack:
            store = await stack.enter_async_context(open_store(self._orders.url))
            songs = Songs(self._rng.randrange(2**32))
            party = PartyService(store, songs, songs, self._clock)
            stack.push_async_callback(party.close)
            await stack.enter_async_context(store.listen(party.changed_elsewhere))
            self._say({"at": "opened"})
            known = [self._settle(party, [*asks]) for asks in self._by_whom(self._orders.again)]
            await asyncio.gather(*known, *self._people(party))

    def _people(self, party: PartyService) -> Iterator[Coroutine[Any, Any, None]]:
        """All that goes on for as long as the process lives."""
        for room in self._orders.rooms:
            for who in self._orders.people:
                yield self._act(party, room, who)
        if self._orders.rooms:
            yield party.clock.run()
        if self._weather.clock:
            yield self._turn_clock()
        if self._weather.full:
            yield self._fill_disk()

    def _say(self, event: Mapping[str, Any]) -> None:
        self._out.send_bytes(encoded(event))

    def _by_whom(self, asks: tuple[Ask, ...]) -> Iterator[list[Ask]]:
        """What was asked in rooms where nobody acts now, or by nobody who does, by whom."""
        acting = {(room, who) for room in self._orders.rooms for who in self._orders.people}
        theirs: dict[tuple[Room, str], list[Ask]] = {}
        for ask in asks:
            if (ask.room, ask.who) not in acting:
                theirs.setdefault((ask.room, ask.who), []).append(ask)
        yield from theirs.values()

    async def _settle(self, party: PartyService, asks: list[Ask]) -> None:
        for ask in sorted(asks, key=lambda each: each.number):
            await self._ask(party, ask)

    async def _act(self, party: PartyService, room: Room, who: str) -> None:
        """One person after the other request, each only when the one before is known."""
        mine = [ask for ask in self._orders.again if (ask.room, ask.who) == (room, who)]
        await self._settle(party, mine)
        known = self._known.setdefault(room, deque(maxlen=KNOWN))
        while True:
            name, args = chosen(Choice(self._rng, known), who, room)
            number = next(self._numbers)
            await self._ask(party, Ask(number, name, room, who, f"torture:{number}", args))

    async def _ask(self, party: PartyService, ask: Ask) -> None:
        """Delivers a request until it is known how it ended."""
        self._say({"at": "asked", **ask.written()})
        while True:
            many = self._weather.deliveries and not ACTS[ask.act].steps
            times = self._rng.choice(DELIVERIES) if many else 1
            ends = await asyncio.gather(*(self._deliver(party, ask) for _ in range(times)))
            if self._tell(ask, ends):
                return
            await asyncio.sleep(AGAIN_S)

    async def _deliver(self, party: PartyService, ask: Ask) -> tuple[str, Any]:
        """One delivery; returns how it ended: done, refused, or of which nobody knows, and what was said."""
        doing = asyncio.ensure_future(ACTS[ask.act].do(party, ask))
        if self._weather.cancelled and self._rng.random() < CANCELLED:
            for _ in range(self._rng.randrange(60)):
                await asyncio.sleep(0)
            doing.cancel()
        try:
            return "done", await doing
        except UNSAVED as error:
            return "unknown", type(error).__name__
        except Wrong as error:
            return "wrong", f"{error}"
        except PartyError as error:
            return "refused", type(error).__name__
        except asyncio.CancelledError:
            if not doing.cancelled():  # this life ends, and not only the request
                raise
            return "unknown", "cancelled"
        except Exception as error:
            return "unknown", f"{type(error).__name__}: {error}".splitlines()[0][:100]

    def _tell(self, ask: Ask, ends: list[tuple[str, Any]]) -> bool:
        """Says how a request ended, and whether it is known now."""
        claims: Claims = []
        for how, what in ends:
            if how == "done":
                claims += (each for each in what if each not in claims)
        ways = {how for how, _ in ends}
        known = "done" if "done" in ways else "refused" if ways == {"refused"} else ""
        event: dict[str, Any] = {"at": known or "unknown", "number": ask.number, "times": len(ends)}
        if known == "done":
            event["claims"] = [each for each in claims if each[0] != "seen"]
            event["unlike"] = "refused" in ways
            self._see(ask.room, claims)
        if ways - {"done"}:
            event["said"] = sorted({f"{what}" for how, what in ends if how != "done"})[:3]
        self._say(event)
        for how, what in ends:
            if how == "wrong":
                self._say({"at": "wrong", "number": ask.number, "said": what})
        return bool(known) or "wrong" in ways

    def _see(self, room: Room, claims: Claims) -> None:
        known = self._known.setdefault(room, deque(maxlen=KNOWN))
        for each in claims:
            numbers = each[1:] if each[0] == "seen" else each[2] if each[0] == "ballot" else ()
            numbers = [each[1]] if each[0] == "entry" else numbers
            known.extend(number for number in numbers if number not in known)

    async def _turn_clock(self) -> None:
        while True:
            await asyncio.sleep(self._rng.uniform(0.05, 0.5))
            self._clock.off_s = self._rng.choice(TURNS_S)

    async def _fill_disk(self) -> None:
        """Lets no file of this process grow past some size for a while, which is how a quota ends."""
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        while True:
            await asyncio.sleep(self._rng.uniform(0.1, 0.4))
            with suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_FSIZE, (self._rng.choice((0, 100_000, 2_000_000)), hard))
            self._say({"at": "full"})
            await asyncio.sleep(self._rng.uniform(0.05, 0.3))
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
            self._say({"at": "room again"})


class Cuts(Life):
    """One person, who asks for everything, each time cut off at the next await, until there is none left."""

    _cut_at, _awaits = 0, 0  # which await is the last one, and how many there were

    def _people(self, party: PartyService) -> Iterator[Coroutine[Any, Any, None]]:
        asyncio.get_running_loop().set_task_factory(self._task)
        yield self._all(party)

    async def _all(self, party: PartyService) -> None:
        for room, name in itertools.product(self._orders.rooms, ACTS):
            if may(MODERATOR, room, ACTS[name]):
                await self._through(party, room, name)
        self._say({"at": "through"})

    async def _through(self, party: PartyService, room: Room, name: str) -> None:
        for cut_at in itertools.count(1):
            for prepared in ("add", "look"):
                await self._once(party, room, prepared, 0)
            await self._once(party, room, name, cut_at)
            if self._awaits < cut_at:
                return

    async def _once(self, party: PartyService, room: Room, name: str, cut_at: int) -> None:
        number = next(self._numbers)
        choice = Choice(self._rng, self._known.setdefault(room, deque(maxlen=KNOWN)))
        ask = Ask(number, name, room, MODERATOR, f"torture:{number}", ACTS[name].choose(choice))
        self._cut_at, self._awaits = cut_at, 0
        await self._ask(party, ask)

    async def _deliver(self, party: PartyService, ask: Ask) -> tuple[str, Any]:
        try:
            return await super()._deliver(party, ask)
        finally:
            if self._awaits >= self._cut_at:
                self._cut_at = 0  # what is delivered again is let through

    def _task(self, loop: asyncio.AbstractEventLoop, coro: Any, **more: Any) -> asyncio.Task[Any]:
        """A task as usual; of a use case, one that is cut off in time."""
        ours = self._cut_at and PARTY in getattr(getattr(coro, "cr_code", None), "co_filename", "")
        return asyncio.Task(_whole(_Cut(self, coro)) if ours else coro, loop=loop, **more)

    def awaits(self) -> bool:
        """Counts an await, and says whether it is the one that is not to be come back from."""
        self._awaits += 1
        return self._awaits == self._cut_at


class _Cut:
    """A coroutine whose task is cancelled at one of the points where it waits."""

    def __init__(self, life: Cuts, coro: Coroutine[Any, Any, Any]) -> None:
        self._life, self._coro = life, coro

    def __await__(self) -> Generator[Any, Any, Any]:
        step: Callable[[], Any] = partial(self._coro.send, None)
        while True:
            try:
                waited_for = step()
            except StopIteration as done:
                return done.value
            if self._life.awaits():
                task = asyncio.current_task()
                assert task is not None
                task.cancel()
            try:
                step = partial(self._coro.send, (yield waited_for))
            except BaseException as error:
                step = partial(self._coro.throw, error)


async def _whole(cut: _Cut) -> Any:
    return await cut
