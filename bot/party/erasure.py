"""Forgetting: a member who asks for it, a room that is gone, and a workspace that the bot has left."""

from __future__ import annotations

from collections.abc import Collection

from bot.party.results import Forgotten
from bot.party.unit_of_work import UnitOfWork, finished
from bot.party.words import Member, Room


class Erasure:
    """Takes things out of the database for good."""

    def __init__(self, unit: UnitOfWork) -> None:
        self.unit = unit

    @finished
    async def workspace(self, platform: str, workspace: str) -> None:
        """Takes out all that a workspace had: its parties, and who was in no other."""
        async with self.unit.store.writing() as tx:
            rooms = await tx.erasure.workspace(platform, workspace)
        self._forget(rooms)

    @finished
    async def known(self, platform: str, workspace: str, channels: Collection[str]) -> list[Room]:
        """Which of a workspace's channels have a party; nobody waits for this look."""
        async with self.unit.store.reading() as look:
            rooms = await look.parties.of_workspace(platform, workspace)
        return [room for room in rooms if room.channel in channels]

    @finished
    async def rooms(self, platform: str, workspace: str, channels: Collection[str]) -> None:
        """Takes out the parties of some of a workspace's channels, and who was in no other."""
        async with self.unit.store.writing() as tx:
            rooms = await tx.erasure.rooms(platform, workspace, channels)
        self._forget(rooms)

    @finished
    async def workspaces(self, platform: str) -> list[str]:
        """The workspaces of a platform that anything is known of."""
        async with self.unit.store.reading() as look:
            return await look.parties.workspaces(platform)

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
        self.unit.notices.forgotten(member)
        return forgotten

    def _forget(self, rooms: Collection[Room]) -> None:
        for room in rooms:
            self.unit.forget_rules(room)
            self.unit.notices.gone(room)
