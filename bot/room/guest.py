"""One browser's connection: who has come by it, what it is told, and how much it may ask."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from bot.party.errors import PartyError
from bot.party.limits import NEW_VISITOR_MS
from bot.party.shares import Asker
from bot.party.words import Member, Pass, Room, Way
from bot.room import protocol
from bot.room.frames import WINDOW_BITS, Frame
from bot.room.language import REPLIES
from bot.room.own import OwnJson

MOST_UNSENT = 64 * 1024
"""Whoever has this many bytes still to take is told nothing more before they have."""
TAKE_WITHIN_S = 10.0
"""Whoever has not taken them after this many seconds is dropped."""
LOOK_S = 0.05
"""How often to look whether somebody has taken what was sent, in seconds."""
GOODBYE_S = 2.0
"""How long a closing connection may take to say so, in seconds."""
BURST = 40
"""How many requests a browser may make at once ..."""
PER_S = 10.0
"""... and how many a second for long."""
MOST_REFUSED = 100
"""So many requests that came too fast, one soon after the other, end the connection."""


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
        self._refused = 0

    def allows(self, cost: int = 1) -> bool:
        """Whether one more request is fine now; if so it counts, a large one as several."""
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._at) * self._per_s)
        self._at = now
        if self._left < cost:
            self._refused += 1
            return False
        if self._left > self._burst / 2:
            self._refused = 0
        self._left -= cost
        return True

    @property
    def floods(self) -> bool:
        """Whether so much was refused that nobody can have asked for it."""
        return self._refused > MOST_REFUSED


class Guest:
    """Somebody with the page open: a member once they have a name."""

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.Transport, asker: Asker) -> None:
        self.socket = socket
        self.asker = asker
        self.pace = Pace()
        self.going = 0  # how many answers it waits for
        self.words = REPLIES
        self.link = ""  # the secret that they came by; empty for the lobby's door
        self.let_in: Pass | None = None
        self.looks = False  # a screen on the wall, and no person
        self.member: Member | None = None
        self.browser = ""  # who has taken a name over this line: one page is one browser's
        self.came_ms = 0
        self.heard_s = time.monotonic()  # when it last said anything
        self.own: OwnJson | None = None  # what it was told last of its own part
        self.missed = False  # whether it was not told of a change
        self.leaving = False  # whether it was told to go
        self.gone = False  # whether it has gone by itself
        self.looking = False  # whether what it waits for changes nothing
        self._full_since_s: float | None = None
        self._transport = transport
        self._packs = socket.compress == WINDOW_BITS

    @property
    def room(self) -> Room | None:
        """Whose party it is shown."""
        return self.let_in.room if self.let_in else None

    @property
    def way(self) -> Way:
        """As what its link let it in."""
        return self.let_in.way if self.let_in else Way.GUEST

    def who(self, now_ms: int) -> Member | None:
        """The member, as of now."""
        if self.member is None or self.way is not Way.GUEST:
            return self.member
        return replace(self.member, newcomer=now_ms - self.came_ms < NEW_VISITOR_MS)

    @property
    def open(self) -> bool:
        """Whether it can be told anything."""
        return not (self.socket.closed or self._transport.is_closing())

    @property
    def full(self) -> bool:
        """Whether it has not taken what was sent to it."""
        return self._transport.get_write_buffer_size() > MOST_UNSENT

    def is_slow(self, now_s: float) -> bool:
        """Whether it has not taken anything for so long that there is no use in waiting."""
        if not self.full:
            self._full_since_s = None
        elif self._full_since_s is None:
            self._full_since_s = now_s
        return self._full_since_s is not None and now_s - self._full_since_s >= TAKE_WITHIN_S

    def send(self, message: Mapping[str, Any] | Frame) -> None:
        """Has a message sent; nothing waits for it to be taken."""
        if self.open:
            frame = message if isinstance(message, Frame) else Frame(message)
            self._transport.write(frame.sent(self._packs))

    def answer(self, work: asyncio.Task[protocol.Done | protocol.Refused]) -> None:
        """Sends what has come of some work that this browser waited for."""
        self.going -= 1
        if not work.cancelled():
            self.send(work.result())

    async def ponged(self, message: WSMessage) -> None:
        """Answers a ping, of which no more are answered than requests; a pong needs none."""
        if self.pace.allows() and message.type is WSMsgType.PING and self.open:
            with suppress(ConnectionError):
                await self.socket.pong(message.data)

    async def taken(self) -> None:
        """Waits until what was sent to it is taken; who asks on and on must also listen."""
        while self.open and self.full:  # noqa: ASYNC110 - a transport tells nobody when it is empty
            await asyncio.sleep(LOOK_S)

    async def leave(self, error: PartyError, *, retry: bool = False, after_s: int = 0) -> None:
        """Says why, and closes the connection.

        Args:
            error: why.
            retry: whether the page may come back by itself ...
            after_s: ... and in how many seconds at the earliest.
        """
        self.send(protocol.bye(error, self.words, retry=retry, after_s=after_s))
        code = WSCloseCode.TRY_AGAIN_LATER if retry else WSCloseCode.POLICY_VIOLATION
        await self.close(code)

    async def close(self, code: WSCloseCode) -> None:
        """Closes the connection, whether the other end listens or not."""
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(GOODBYE_S):
                await self.socket.close(code=code)
                return
        self._transport.abort()

    def let_go(self) -> None:
        """Frees the connection soon, also of somebody who never takes what is still on its way to them."""
        asyncio.get_running_loop().call_later(2 * GOODBYE_S, self._transport.abort)
