"""How long a request is tried again while the database is away, or has chosen another one over it."""

from __future__ import annotations

import asyncio
import functools
import random
import time
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

from bot.party.errors import Interrupted

Args = ParamSpec("Args")
Result = TypeVar("Result")

LONGEST_S = 10.0
"""So long after something began that failed, it is tried again."""
SOONEST_S, LATEST_S = 0.02, 0.5
"""How long to wait before the next try: twice as long each time, from the one to the other, give or take."""


class Patience:
    """What one request has left of it, counted from when it first was in need of some."""

    def __init__(self) -> None:
        self.over = False
        self._until_s: float | None = None
        self._wait_s = SOONEST_S

    def ends_s(self, since_s: float) -> float:
        """When it ends of something that began then, by `time.monotonic`.

        What goes wrong long afterwards is another trouble, for which there is as much of it once more.
        """
        if self._until_s is None or since_s > self._until_s + LONGEST_S:
            return since_s + LONGEST_S
        return self._until_s

    def begin(self, since_s: float) -> float:
        """Notes when something began that has failed; returns when patience ends."""
        self._until_s = self.ends_s(since_s)
        return self._until_s

    async def again(self) -> bool:
        """Waits for a moment; False if it is not worth another try."""
        left_s = self.begin(time.monotonic()) - time.monotonic()
        if left_s <= 0:
            return False
        await asyncio.sleep(min(left_s, self._wait_s * random.uniform(0.5, 1.0)))  # noqa: S311 - no secret
        self._wait_s = min(2 * self._wait_s, LATEST_S)
        return True


_current: ContextVar[Patience | None] = ContextVar("patience", default=None)


def patience() -> Patience:
    """The patience of the request that is being met; a fresh one where there is none.

    A task that outlives the request that began it has none of that one's.
    """
    known = _current.get()
    return Patience() if known is None or known.over else known


def patient(
    method: Callable[Args, Coroutine[Any, Any, Result]],
) -> Callable[Args, Coroutine[Any, Any, Result]]:
    """Runs something again while the database is away; all of it may be done twice without harm.

    What it calls that is patient, too, shares its patience.
    """

    @functools.wraps(method)
    async def run(*args: Args.args, **kwargs: Args.kwargs) -> Result:
        ours = patience()
        before = _current.set(ours)
        try:
            while True:
                try:
                    return await method(*args, **kwargs)
                except Interrupted:
                    if not await ours.again():
                        raise
        finally:
            if before.old_value is not ours:
                ours.over = True
            _current.reset(before)

    return run
