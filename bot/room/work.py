"""Runs the commands that members ask for in the room, each once however often it is sent meanwhile."""

from __future__ import annotations

import asyncio

from bot.doors.ask import Ask, Door
from bot.party.words import Member, Room
from bot.room import protocol
from bot.room.language import REPLIES
from bot.room.protocol import Done, Refused
from bot.room.rendering import Fields, rendered
from bot.room.requests import OfTable
from bot.service import PartyService


class Work:
    """What is being done for the members of one room."""

    def __init__(self, party: PartyService, room: Room) -> None:
        self._party = party
        self._room = room
        self._going: dict[str, asyncio.Task[Done | Refused]] = {}

    async def run(self, member: Member, request: OfTable) -> Fields:
        """Runs a command, and returns what came of it.

        Raises:
            PartyError: it cannot be met.
        """
        ask = Ask(
            door=Door.ROOM,
            party=self._party,
            room=self._room,
            member=member,
            key=_key(member, request),
            rules=await self._party.settings.rules(self._room),
            words=REPLIES,
            own=REPLIES,
        )
        return await rendered(ask, await request.row.run(ask, request.arguments()))

    def begin(self, member: Member, request: OfTable) -> asyncio.Task[Done | Refused]:
        """Begins on what may take long, or joins in if it is under way."""
        key = _key(member, request)
        work = self._going.get(key)
        if work is None:
            work = self._going[key] = asyncio.create_task(self._answer(member, request))
            work.add_done_callback(lambda _: self._going.pop(key))
        return work

    def close(self) -> None:
        """Lets go of all that is under way."""
        for work in list(self._going.values()):
            work.cancel()

    async def _answer(self, member: Member, request: OfTable) -> Done | Refused:
        try:
            return protocol.done(request.id, await self.run(member, request))
        except Exception as error:
            return protocol.refused(request.id, error)


def _key(member: Member, request: OfTable) -> str:
    return f"{member.platform}/{member.user_id}/{request.id}"
