"""What a room chooses for itself and what it keeps of its members."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.party.base import Service, finished
from bot.party.domain import Forgotten, Member, Room, Rules
from bot.party.errors import ManagersOnly, OwnersOnly


class RoomService(Service):
    """The room's rules, its card, and whether its songs may train a model."""

    def rules_remembered(self, room: Room) -> Rules | None:
        """What the room has chosen, if that is in memory."""
        return self._rules.get(room)

    @finished
    async def rules(self, room: Room) -> Rules:
        """What the room has chosen; from memory where it is known."""
        known = self.rules_remembered(room)
        if known is not None:
            return known
        async with self._look(room) as desk:
            return desk.rules

    @finished
    async def choose(
        self, room: Room, member: Member, choices: Mapping[str, Any], key: str | None = None
    ) -> Rules:
        """Changes some of the room's rules, named as the fields of `Rules`; returns them all.

        Raises:
            ManagersOnly: who may not choose for everybody asked.
            TypeError: there is no such rule.
        """
        async with self._desk(room, member, key) as desk:
            if not desk.manages:
                raise ManagersOnly
            if desk.done:
                return desk.rules
            rules = replace(desk.rules, **choices)
            await desk.record("rules")
            await desk.tx.set_rules(desk.party.id, rules)
        self._remember(room, rules)
        return rules

    @finished
    async def share(self, room: Room, member: Member, on: bool, key: str | None = None) -> bool:
        """Lets a model be trained on the room's songs, past parties included, or no longer; says how it is.

        Raises:
            OwnersOnly: anybody else asked.
        """
        async with self._desk(room, member, key) as desk:
            if not member.manager:  # a DJ runs the music, and does not give away what people did
                raise OwnersOnly
            if desk.done:
                return desk.party.shared
            await desk.record("share" if on else "unshare")
            await desk.tx.share(desk.party.id, on)
            return on

    @finished
    async def shared(self, room: Room) -> bool:
        """Whether a model may be trained on the room's songs."""
        async with self._look(room) as desk:
            return desk.party.shared

    @finished
    async def card(self, room: Room) -> str:
        """The platform's id of the message that shows the party; empty if there is none."""
        async with self._look(room) as desk:
            return desk.party.card

    @finished
    async def keep_card(self, room: Room, card: str) -> str:
        """Keeps another message as the one that shows the party, and returns the one before."""
        async with self._read(room) as desk:
            await desk.tx.set_card(desk.party.id, card)
            return desk.party.card

    @finished
    async def shown_rooms(self, platform: str, since_ms: int) -> list[Room]:
        """The rooms of a platform that have a card and in which something happened since then."""
        async with self._store.transaction() as tx:
            return await tx.shown_rooms(platform, since_ms)

    @finished
    async def rooms_of(self, member: Member, since_ms: int) -> list[Room]:
        """The rooms in which a member did something since then, the latest first."""
        async with self._store.transaction() as tx:
            return await tx.rooms_of(member, since_ms)

    @finished
    async def leave(self, platform: str, workspace: str) -> None:
        """Takes out all that a workspace had, for good: its parties, and who was in no other."""
        async with self._store.transaction() as tx:
            rooms = await tx.forget_workspace(platform, workspace)
        for room in rooms:
            self._rules.pop(room, None)

    @finished
    async def forget(self, member: Member) -> Forgotten:
        """Takes a member out of everything that is kept, in every room of the platform, for good.

        Songs that they added stay, added by nobody; their votes and wishes to skip are gone.
        """
        async with self._store.transaction() as tx:
            forgotten, rooms = await tx.forget(member)
            for room in rooms:
                await tx.announce(room)
        for room in rooms:
            self.tell(room)
        return forgotten
