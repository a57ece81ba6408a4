"""A request of the room's own: who asks for it, and what it may be asked of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.doors.ask import Ask, Door
from bot.party.errors import NameNeeded
from bot.party.words import Member, Room, Way
from bot.service import PartyService
from bot.wording.replies import Replies

if TYPE_CHECKING:
    from bot.room.guest import Guest
    from bot.room.hub import Hub


@dataclass(frozen=True, slots=True)
class Visit:
    """Who asks, where, and in which language."""

    party: PartyService
    room: Room
    way: Way
    member: Member | None  # with the rights of now
    own: Replies  # for the asker alone
    words: Replies  # for whoever sees the answer: on a page nobody else
    key: str  # the same for every delivery of one request
    hub: Hub
    guest: Guest

    def named(self) -> Member:
        """The member.

        Raises:
            NameNeeded: they have no name yet.
        """
        if self.member is None:
            raise NameNeeded
        return self.member

    async def ask(self) -> Ask:
        """The same for a row of the table of commands.

        Raises:
            NameNeeded: they have no name yet.
        """
        return Ask(
            door=Door.ROOM,
            party=self.party,
            room=self.room,
            member=self.named(),
            key=self.key,
            rules=await self.party.settings.rules(self.room),
            words=self.words,
            own=self.own,
        )
