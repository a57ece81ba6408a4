"""What is looked for as one types: whoever types on needs only what the last letter asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Hashable
from typing import Any, TypeVar

Result = TypeVar("Result")


class Newest:
    """Of what each of several people looks for only the newest; what they looked for before is given up."""

    def __init__(self) -> None:
        self._going: dict[Hashable, asyncio.Task[Any]] = {}

    async def of(self, who: Hashable, work: Coroutine[Any, Any, Result]) -> Result | None:
        """What some work leads to; None if the same person looks for something else meanwhile.

        Args:
            who: the person, and where they type.
            work: what to do. Cancelled before its turn it is not begun.
        """
        if earlier := self._going.get(who):
            earlier.cancel()
        task = asyncio.ensure_future(work)
        self._going[who] = task
        try:
            return await task
        except asyncio.CancelledError:
            if (waiting := asyncio.current_task()) and waiting.cancelling():
                raise
            return None
        finally:
            if self._going.get(who) is task:
                del self._going[who]
            del task  # it holds its error, whose traceback holds this frame
