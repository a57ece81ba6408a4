"""How many edits a workspace may have: all its cards share what Slack allows, the liveliest first."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass

from bot.party.words import Room

BURST = 10
"""So many edits may come as fast as they are wanted."""
PER_MINUTE = 38
"""So many more come in each minute: `BURST` and these, and two in reserve, are the 50 a minute that Slack
promises an app for chat.update in a workspace (docs, "Rate limits", tier 3), whenever the minute begins."""
MOST_KNOWN = 5_000
"""So many rooms' edits are remembered."""


@dataclass(slots=True)
class _Waiting:
    since_s: float
    turn: asyncio.Future[None]


class Budget:
    """Hands edits out to the rooms of one workspace.

    Nobody waits while there are edits left: a lone channel has one a second for half a minute, then one in a
    second and a half. When rooms have to wait, the next edit goes to the one with the highest product of the
    seconds since it was last shown and of its liveliness: 1 for one change since then, and one more each time
    their number doubles. No room starves: its seconds go on growing while those of the others begin anew with
    each edit they get, and a thousand changes outweigh one only ten times.
    """

    def __init__(self, burst: int | None = None, per_minute: int | None = None) -> None:
        self._burst = float(BURST if burst is None else burst)
        self._per_s = (PER_MINUTE if per_minute is None else per_minute) / 60
        self._left = self._burst
        self._counted_s = time.monotonic()
        self._paused_s = 0.0  # until then Slack wants nothing
        self._changes: Counter[Room] = Counter()
        self._shown_s: dict[Room, float] = {}
        self._waiting: dict[Room, _Waiting] = {}
        self._timer: asyncio.TimerHandle | None = None

    def changed(self, room: Room) -> None:
        """Counts a change that a room's card does not show yet."""
        if len(self._changes) >= MOST_KNOWN:
            self._changes.clear()
        self._changes[room] += 1

    def pause(self, seconds: float) -> None:
        """Hands out nothing for so long, as Slack asks with Retry-After."""
        self._paused_s = max(self._paused_s, time.monotonic() + seconds)
        self._left = 0.0

    async def take(self, room: Room) -> None:
        """Waits for an edit; one at a time for each room."""
        if not self._waiting and self._ready_in_s() <= 0:
            self._left -= 1
            return
        waiting = _Waiting(time.monotonic(), asyncio.get_running_loop().create_future())
        self._waiting[room] = waiting
        self._plan()
        try:
            await waiting.turn
        except asyncio.CancelledError:
            if waiting.turn.done() and not waiting.turn.cancelled():
                self.give_back()
            raise
        finally:
            if self._waiting.get(room) is waiting:
                del self._waiting[room]

    def give_back(self) -> None:
        """Takes back an edit that nobody needed."""
        self._left = min(self._burst, self._left + 1)
        self._plan()

    def spent(self, room: Room) -> None:
        """Notes that a room was shown as it stands."""
        if len(self._shown_s) >= MOST_KNOWN:
            self._shown_s.clear()
        self._shown_s[room] = time.monotonic()
        self._changes.pop(room, None)

    def _ready_in_s(self) -> float:
        """How many seconds are left until there is an edit; none or less if there is one."""
        now_s = time.monotonic()
        self._left = min(self._burst, self._left + (now_s - self._counted_s) * self._per_s)
        self._counted_s = now_s
        return max((1 - self._left) / self._per_s, self._paused_s - now_s)

    def _plan(self) -> None:
        """Has the next edit handed out when there is one."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._waiting:
            self._timer = asyncio.get_running_loop().call_later(max(0.0, self._ready_in_s()), self._hand_out)

    def _hand_out(self) -> None:
        self._timer = None
        waiting = {room: each for room, each in self._waiting.items() if not each.turn.done()}
        if waiting and self._ready_in_s() <= 0:
            self._left -= 1
            waiting[max(waiting, key=self._claim)].turn.set_result(None)
        self._plan_for_the_rest()  # a timer may have come too early, by uvloop's count of milliseconds

    def _plan_for_the_rest(self) -> None:
        if any(not each.turn.done() for each in self._waiting.values()):
            self._plan()

    def _claim(self, room: Room) -> float:
        """How much a room that waits is in need of an edit."""
        since_s = self._shown_s.get(room, self._waiting[room].since_s)
        return max(1, self._changes[room].bit_length()) * (time.monotonic() - since_s)
