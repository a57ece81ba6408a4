"""The guests: real WebSocket clients that notice when they see what."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

AT_ONCE = 50
"""So many come in side by side."""
PATIENCE_S = 60.0
RECEIVED = struct.Struct("=128xQ")
"""`tcpi_bytes_received` of Linux's `struct tcp_info` (linux/tcp.h)."""


@dataclass
class Guest:
    """One of them."""

    socket: aiohttp.ClientWebSocketResponse
    who: dict[str, str]  # its name and its secret
    reading: asyncio.Task[None] | None = None
    seq: int = -1
    entries: list[int] = field(default_factory=list)
    seen: dict[tuple[int, int], float] = field(default_factory=dict)
    """When it saw that a song has so many votes."""
    answers: dict[str, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)

    async def ask(self, do: str, **fields: object) -> dict[str, Any]:
        """Asks, and waits for the answer."""
        ident = uuid.uuid4().hex
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self.answers[ident] = answer
        await self.socket.send_str(json.dumps({"id": ident, "do": do, **fields}))
        async with asyncio.timeout(PATIENCE_S):
            await answer
        return answer.result()

    async def read(self) -> None:
        """Takes in what is said until the connection is closed."""
        async for message in self.socket:
            now = time.perf_counter()
            heard = json.loads(message.data)
            if "change" in heard:
                change = heard["change"]
                if change["seq"] != self.seq + 1:
                    raise RuntimeError(f"change {change['seq']} came after {self.seq}")
                self.seq = change["seq"]
                for one in change["entries"]:
                    self.seen.setdefault((one["id"], one.get("ups", -1)), now)
            elif "state" in heard:
                self.seq = heard["state"]["seq"]
                self.entries = [one["id"] for one in heard["state"]["queue"]]
            elif "ok" in heard and heard["id"] in self.answers:
                self.answers.pop(heard["id"]).set_result(heard)

    def received(self) -> int:
        """How many bytes have come over its line so far."""
        line = self.socket.get_extra_info("socket")
        info = line.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, RECEIVED.size)
        return int(RECEIVED.unpack(info)[0])


async def _come(stack: AsyncExitStack, session: aiohttp.ClientSession, url: str, number: int) -> Guest:
    line = session.ws_connect(f"{url}/live", headers={"Origin": url}, compress=15, max_msg_size=1 << 24)
    who = {"name": f"Guest {number} here", "secret": f"the secret of guest number {number}"}
    guest = Guest(await stack.enter_async_context(line), who)
    guest.reading = asyncio.create_task(guest.read())
    answer = await guest.ask("enter", link="", language="en", **who)
    if not answer["ok"] or answer["name"] is None:
        raise RuntimeError(f"guest {number} was not let in: {answer}")
    while guest.seq < 0:  # noqa: ASYNC110 - as seldom as a browser draws
        await asyncio.sleep(0.001)
    return guest


@asynccontextmanager
async def come(url: str, numbers: Sequence[int]) -> AsyncIterator[list[Guest]]:
    """Lets guests in, some at once, until each is shown the party; they leave with the block."""
    places = asyncio.Semaphore(AT_ONCE)
    async with AsyncExitStack() as stack:
        connector = aiohttp.TCPConnector(limit=0)
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))

        async def one(number: int) -> Guest:
            async with places:
                return await _come(stack, session, url, number)

        guests = await asyncio.gather(*map(one, numbers))
        yield guests
        for guest in guests:
            if guest.reading and guest.reading.done():
                guest.reading.result()  # raises what it could not understand


def received(guests: Sequence[Guest]) -> int:
    """How many bytes have come to all of them so far."""
    return sum(guest.received() for guest in guests)


async def quiet(guests: Sequence[Guest], for_s: float = 0.5) -> None:
    """Waits until nothing has come to anybody for a while."""
    before, since = received(guests), time.perf_counter()
    async with asyncio.timeout(PATIENCE_S):
        while time.perf_counter() - since < for_s:
            await asyncio.sleep(for_s / 10)
            now = received(guests)
            if now != before:
                before, since = now, time.perf_counter()


async def all_saw(guests: Sequence[Guest], what: tuple[int, int]) -> list[float]:
    """When each saw that a song has so many votes, once all have."""
    async with asyncio.timeout(PATIENCE_S):
        while not all(what in guest.seen for guest in guests):  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.001)
    return [guest.seen[what] for guest in guests]
