"""Who comes: somebody who looks for songs, and those who do harm at the pace that is allowed."""

from __future__ import annotations

import asyncio
import base64
import functools
import itertools
import json
import random
import string
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp

Json = dict[str, Any]
Attack = Callable[[random.Random], Json]
"""Makes up one request after the other."""

SOUGHT = (
    "bohemian rhaps",
    "dancing queen",
    "africa toto",
    "take on me",
    "mr brightside",
    "billie jean",
    "wonderw",
)
"""What the other one types."""
LINES = 40
"""So many connections one address may have."""
PER_S = 10.0
"""And so often one of them may ask."""
PATIENCE_S = 120.0


class Line:
    """A connection from an address of its own, on which one asks and takes in all that is said."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._ids = map(str, itertools.count(1))
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        self.reading = asyncio.create_task(self._read())
        self.answered = self.refused = 0

    def say(self, request: Json) -> str:
        """Sends a request, whether the ones before are answered or not; returns its id."""
        ident = next(self._ids)
        self._sending = asyncio.ensure_future(self._socket.send_str(json.dumps({"id": ident, **request})))
        return ident

    async def ask(self, request: Json) -> tuple[Json, float]:
        """Asks; returns the answer, and after how many seconds it came."""
        began_s = time.perf_counter()
        ident = self.say(request)
        self._waiting[ident] = asyncio.get_running_loop().create_future()
        async with asyncio.timeout(PATIENCE_S):
            return await self._waiting[ident], time.perf_counter() - began_s

    async def _read(self) -> None:
        async for message in self._socket:
            heard = json.loads(message.data)
            if "ok" in heard:
                self.answered += heard["ok"]
                self.refused += not heard["ok"]
                if waiting := self._waiting.pop(heard["id"], None):
                    waiting.set_result(heard)


@asynccontextmanager
async def line(url: str, address: str, name: str = "") -> AsyncIterator[Line]:
    """Comes in from an address of this machine, of which Linux has all of 127.0.0.0/8."""
    connector = aiohttp.TCPConnector(local_addr=(address, 0))
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        session.ws_connect(f"{url}/live", headers={"Origin": url}, max_msg_size=1 << 24) as socket,
    ):
        one = Line(socket)
        who = {"name": name, "secret": f"the secret of {name}, that long"} if name else {}
        answer, _ = await one.ask({"do": "enter", "link": "", **who})
        if not answer["ok"]:
            raise RuntimeError(f"{address} was not let in: {answer}")
        try:
            yield one
        finally:
            one.reading.cancel()


async def harm(one: Line, attack: Attack, seed: int, per_s: float = PER_S) -> None:
    """Asks on and on at a pace, whatever is answered, until cancelled."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    due_s = time.perf_counter() + chance.random() / per_s
    with suppress(ConnectionError):
        while True:
            await asyncio.sleep(max(0.0, due_s - time.perf_counter()))
            due_s = max(due_s + 1 / per_s, time.perf_counter())
            one.say(attack(chance))


async def other_one(one: Line, seconds: float) -> AsyncIterator[float]:
    """Looks for songs as people do; yields after how many seconds each search was answered."""
    end_s = time.perf_counter() + seconds
    for text in itertools.cycle(SOUGHT):
        if time.perf_counter() > end_s:
            return
        answer, took_s = await one.ask({"do": "search", "text": text})
        if not answer["ok"]:
            raise RuntimeError(f"the other one's search was refused: {answer}")
        yield took_s
        await asyncio.sleep(0.15)


def words(chance: random.Random, letters: int, much: int = 300) -> str:
    """Words that nobody knows."""
    made = ("".join(chance.choices(string.ascii_lowercase, k=letters)) for _ in range(much // (letters + 1)))
    return " ".join(made)


def searches(chance: random.Random) -> Json:
    """Seventy-five unknown words of three letters."""
    return {"do": "search", "text": words(chance, 3)}


def long_words(chance: random.Random) -> Json:
    """The same with words in which slips are forgiven."""
    return {"do": "search", "text": words(chance, chance.choice((4, 6, 9)))}


def dashes(chance: random.Random) -> Json:
    """What falls into as many parts as may be."""
    part = chance.choice((" - ", " ft. ", " (", "「", " by ", "_", " · "))
    return {"do": "search", "text": part.join(words(chance, 3).split())[:300]}


def names(chance: random.Random) -> Json:
    """A name that is all marks on one letter."""
    return {"do": "hello", "name": "e" + "\u0301\u0327" * 10_000, "secret": "0" * 32}


def marks(chance: random.Random) -> Json:
    """The same to search for, as a title and as a link."""
    return {"do": "search", "text": chance.choice(("http://", "e")) + "\u0301\u0327" * 9_000}


def additions(chance: random.Random) -> Json:
    """Ten songs at once that nobody knows."""
    return {"do": "add", "song": "\n".join(words(chance, 3, 290) for _ in range(10))}


@functools.cache
def _endless() -> str:
    """Such words without an end: to make up each list anew would hold up the other one, who is here, too."""
    return words(random.Random(0), 3, 100_000)  # noqa: S311 - no secret


def imports(chance: random.Random) -> Json:
    """A list of five hundred such songs."""
    text = _endless()
    starts = (chance.randrange(len(text) - 120) for _ in range(500))
    songs = "\n".join(text[start : start + 120] for start in starts)
    return {"do": "import", "file": {"name": "list.txt", "base64": base64.b64encode(songs.encode()).decode()}}


def suggestions(chance: random.Random) -> Json:
    """What the model has to work for."""
    return chance.choice(
        ({"do": "vibe", "words": words(chance, 7)}, {"do": "next", "count": 5}, {"do": "places"})
    )


def codes(chance: random.Random) -> Json:
    """A square for an address that nobody has asked for before."""
    return {"do": "code", "text": words(chance, 9)}


ATTACKS: dict[str, tuple[Attack, float]] = {
    "searches of three letters": (searches, PER_S),
    "searches of longer words": (long_words, PER_S),
    "searches in many parts": (dashes, PER_S),
    "names of marks": (names, 1.0),
    "searches of marks": (marks, 1.0),
    "ten songs at once": (additions, PER_S),
    "whole lists": (imports, 1.0),
    "suggestions and maps": (suggestions, PER_S),
    "codes": (codes, PER_S),
}
"""What one may do, and how often a second on each line within the pace."""


async def headers(url: str, address: str) -> None:
    """Asks for the page on and on, with headers as long as may be, over some lines at once."""

    async def ask(session: aiohttp.ClientSession, sent: dict[str, str]) -> None:
        while True:
            with suppress(aiohttp.ClientError):
                async with session.get(url, headers=sent) as answer:
                    await answer.read()

    connector = aiohttp.TCPConnector(local_addr=(address, 0), limit=0)
    hard = [
        {"Accept-Language": " " * 8_000 + "x"},
        {"Cookie": "encore-language=" + "a;=" * 2_500},
        {"X-Forwarded-For": "1," * 4_000},
        {"If-None-Match": '"' * 8_000},
    ]
    async with aiohttp.ClientSession(connector=connector) as session, asyncio.TaskGroup() as tasks:
        for number in range(LINES):
            tasks.create_task(ask(session, hard[number % len(hard)]))


def addresses() -> Iterator[str]:
    """Addresses of this machine, another one each time."""
    return (f"127.0.{third}.{last}" for third in range(1, 255) for last in range(1, 255))
