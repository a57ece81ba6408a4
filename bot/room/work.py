"""Runs what people ask for in the room, each once however often it is sent meanwhile."""

from __future__ import annotations

import asyncio

from bot.doors.ask import Door
from bot.metrics import Measured
from bot.party.shares import counted
from bot.room import protocol
from bot.room.asking import Own
from bot.room.guest import Guest
from bot.room.protocol import Done, Refused
from bot.room.rendering import Fields, rendered
from bot.room.requests import OfTable
from bot.room.visit import Visit


class Work:
    """What is being done for everybody who has a page open."""

    def __init__(self) -> None:
        self._going: dict[str, asyncio.Task[Done | Refused]] = {}
        self._looks: dict[
            asyncio.Task[Done | Refused], set[Guest]
        ] = {}  # at what is shown, and who waits for it

    async def run(self, visit: Visit, request: Own | OfTable) -> Fields:
        """Does what is asked, and returns what came of it.

        Raises:
            PartyError: it cannot be met.
        """
        if isinstance(request, Own):
            with Measured(request.do, Door.ROOM):
                return await request.run(visit)
        ask = await visit.ask()
        return await rendered(ask, await request.row.run(ask, request.arguments()))

    def begin(self, visit: Visit, request: Own | OfTable, guest: Guest) -> asyncio.Task[Done | Refused]:
        """Begins on what may take long, or joins in if it is under way."""
        key = f"{visit.room}/{visit.key}"
        work = self._going.get(key)
        if work is None:
            work = self._going[key] = asyncio.ensure_future(counted(self._answer(visit, request)))
            work.add_done_callback(lambda _: self._going.pop(key))
            if isinstance(request, Own) and request.looks:
                self._looks[work] = set()
                work.add_done_callback(self._looks.pop)
        if work in self._looks:
            self._looks[work].add(guest)
        return work

    def leave(self, guest: Guest) -> None:
        """Stops what only this guest waits to see; a change that they have asked for is made all the same."""
        for work, waiting in [*self._looks.items()]:
            waiting.discard(guest)
            if not waiting:
                work.cancel()

    def close(self) -> None:
        """Lets go of all that is under way."""
        for work in list(self._going.values()):
            work.cancel()

    async def _answer(self, visit: Visit, request: Own | OfTable) -> Done | Refused:
        try:
            return protocol.done(request.id, await self.run(visit, request))
        except Exception as error:
            return protocol.refused(request.id, error, visit.own)
