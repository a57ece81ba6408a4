"""Which message shows a room's party."""

from __future__ import annotations

from bot.party.unit_of_work import NoParty, UnitOfWork, finished
from bot.party.words import Room


class Cards:
    """The messages that chats show parties in, by the platform's ids."""

    def __init__(self, unit: UnitOfWork) -> None:
        self.unit = unit

    @finished
    async def of(self, room: Room) -> str:
        """The message that shows the party; empty if there is none."""
        async with self.unit.reading(room) as party:
            return party.record.card

    @finished
    async def keep(self, room: Room, card: str) -> str:
        """Keeps another message as the one that shows the party, and returns the one before."""
        async with self.unit.writing(room) as party:
            await party.tx.parties.set_card(party.id, card)
            return party.record.card

    @finished
    async def let_go(self, room: Room, card: str) -> str:
        """Keeps a message no longer that is gone, and returns the one that shows the party now.

        That is another one where a process that serves the same room has replaced it meanwhile.
        """
        try:
            async with self.unit.writing(room, make=False) as party:
                if party.record.card != card:
                    return party.record.card
                await party.tx.parties.set_card(party.id, "")
        except NoParty:
            pass  # it went with its party
        return ""

    @finished
    async def rooms(self, platform: str, since_ms: int) -> list[Room]:
        """The rooms of a platform that have a card and in which something happened since then."""
        async with self.unit.store.reading() as tx:
            return await tx.parties.with_cards(platform, since_ms)
