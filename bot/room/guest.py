"""One browser's connection: what it is told, and how much it may ask."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable

from aiohttp import web

from bot.party.words import Member
from bot.room.protocol import Done, Message, Refused
from bot.room.state import Snapshot, state

SEND_WITHIN_S = 10.0
"""Whoever has not taken a message after this many seconds is dropped: nothing piles up for them."""
BURST = 40
"""How many requests a browser may make at once ..."""
PER_S = 10.0
"""... and how many a second for long."""
MOST_TOLD = 50
"""So many messages wait for a browser; the oldest give way."""


class Pace:
    """A bucket of requests that refills: typing fits in, a flood does not."""

    def __init__(
        self, burst: int = BURST, per_s: float = PER_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._burst = burst
        self._per_s = per_s
        self._clock = clock
        self._left = float(burst)
        self._at = clock()

    def allows(self, cost: int = 1) -> bool:
        """Whether one more request is fine now; if so it counts, a large one as several."""
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._at) * self._per_s)
        self._at = now
        if self._left < cost:
            return False
        self._left -= cost
        return True


class Guest:
    """Somebody in the room: a member once they have a name."""

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.Transport | None) -> None:
        self.member: Member | None = None
        self.pace = Pace()
        self.going = 0  # how many answers it waits for
        self.socket = socket
        self._transport = transport
        self._latest: Snapshot | None = None
        self._told: deque[Message] = deque(maxlen=MOST_TOLD)
        self._news = asyncio.Event()

    def show(self, snapshot: Snapshot) -> None:
        """Has the snapshot sent soon; one that could not be sent yet is replaced, never queued."""
        self._latest = snapshot
        self._news.set()

    def tell(self, message: Message) -> None:
        """Has a message sent soon, before any later snapshot."""
        self._told.append(message)
        self._news.set()

    def answer(self, work: asyncio.Task[Done | Refused]) -> None:
        """Sends what has come of some work that this browser waited for."""
        self.going -= 1
        if not work.cancelled():
            self.tell(work.result())

    async def keep_shown(self) -> None:
        """Sends what is told, and each latest snapshot, until the connection is gone."""
        while not self.socket.closed:
            await self._news.wait()
            self._news.clear()
            while self._told:
                await self.send(self._told.popleft())
            if self._latest:
                latest, self._latest = self._latest, None
                await self.send(state(latest, self.member))

    async def send(self, message: Message) -> None:
        """Sends a message, or drops the connection that does not take it."""
        try:
            async with asyncio.timeout(SEND_WITHIN_S):
                await self.socket.send_str(json.dumps(message, ensure_ascii=False))
        except (TimeoutError, ConnectionError):
            if self._transport:
                self._transport.abort()
