"""Cards that should be gone, and that Slack could not take away at once."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable

from bot.party.words import Room

MOST = 500
"""So many are remembered; the oldest beyond them stay where they are."""

Delete = Callable[[Room, str], Awaitable[None]]


class Leftovers:
    """Takes old cards away later, each when Slack lets us.

    Args:
        delete: takes one away; where that cannot be it adds it here again.
    """

    def __init__(self, delete: Delete) -> None:
        self._delete = delete
        self._waiting: deque[tuple[float, Room, str]] = deque(maxlen=MOST)
        self._task: asyncio.Task[None] | None = None

    def add(self, room: Room, card: str, seconds: float) -> None:
        """Has a card taken away after so long."""
        self._waiting.append((time.monotonic() + seconds, room, card))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._tidy(), name="old cards")

    async def close(self) -> None:
        """Leaves the rest where they are."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _tidy(self) -> None:
        while self._waiting:
            due_s, room, card = self._waiting.popleft()
            await asyncio.sleep(max(0.0, due_s - time.monotonic()))
            await self._delete(room, card)
