"""Forgetting: a member who asks for it, and a workspace that the bot has left."""

from __future__ import annotations

from bot.party.results import Forgotten
from bot.party.unit_of_work import UnitOfWork, finished
from bot.party.words import Member


class Erasure:
    """Takes things out of the database for good."""

    def __init__(self, unit: UnitOfWork) -> None:
        self.unit = unit

    @finished
    async def workspace(self, platform: str, workspace: str) -> None:
        """Takes out all that a workspace had: its parties, and who was in no other."""
        async with self.unit.store.writing() as tx:
            rooms = await tx.erasure.workspace(platform, workspace)
        for room in rooms:
            self.unit.forget_rules(room)

    @finished
    async def member(self, member: Member) -> Forgotten:
        """Takes a member out of everything that is kept, in every room of the platform.

        Songs that they added stay, added by nobody; their votes and wishes to skip are gone.
        """
        async with self.unit.store.writing() as tx:
            forgotten, rooms = await tx.erasure.member(member)
        for room in rooms:
            self.unit.forget_rules(room)
            self.unit.notices.changed(room)
        return forgotten
