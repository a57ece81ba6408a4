"""What a room chooses for itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.party.errors import ManagersOnly, OwnersOnly, TooManyDJs
from bot.party.limits import MOST_DJS
from bot.party.unit_of_work import UnitOfWork, finished
from bot.party.words import Member, Room, Rules


class RoomSettings:
    """The room's rules, and whether its songs may train a model."""

    def __init__(self, unit: UnitOfWork) -> None:
        self.unit = unit

    def remembered(self, room: Room) -> Rules | None:
        """What the room has chosen, if that is in memory."""
        return self.unit.remembered_rules(room)

    @finished
    async def rules(self, room: Room) -> Rules:
        """What the room has chosen; from memory where it is known."""
        known = self.remembered(room)
        if known is not None:
            return known
        async with self.unit.reading(room) as party:
            return party.rules

    @finished
    async def choose(
        self, room: Room, member: Member, choices: Mapping[str, Any], key: str | None = None
    ) -> Rules:
        """Changes some of the room's rules, named as the fields of `Rules`; returns them all.

        Raises:
            ManagersOnly: who may not choose for everybody asked.
            TypeError: there is no such rule.
        """
        async with self.unit.writing_for(room, member, key) as party:
            if not party.manages:
                raise ManagersOnly(room)
            if party.done:
                return party.rules
            rules = replace(party.rules, **choices)
            await party.note("rules")
            await party.tx.parties.set_rules(party.id, rules)
        self.unit.remember_rules(room, rules)
        return rules

    @finished
    async def appoint(
        self, room: Room, member: Member, whom: str, is_dj: bool, key: str | None = None
    ) -> Rules:
        """Names somebody a DJ by their id, or no longer; returns the room's rules.

        Raises:
            ManagersOnly: who may not choose for everybody asked.
            TooManyDJs: the room has named as many as it may.
        """
        async with self.unit.writing_for(room, member, key) as party:
            if not party.manages:
                raise ManagersOnly(room)
            if party.done:
                return party.rules
            others = [each for each in party.rules.djs.split() if each != whom]
            if is_dj and len(others) >= MOST_DJS:
                raise TooManyDJs(MOST_DJS)
            rules = replace(party.rules, djs=" ".join([*others, *([whom] if is_dj else [])]))
            await party.note("rules")
            await party.tx.parties.set_rules(party.id, rules)
        self.unit.remember_rules(room, rules)
        return rules

    @finished
    async def share(self, room: Room, member: Member, on: bool, key: str | None = None) -> bool:
        """Lets a model be trained on the room's songs, past parties included, or no longer; says how it is.

        Raises:
            OwnersOnly: anybody else asked.
        """
        async with self.unit.writing_for(room, member, key) as party:
            if not member.manager:  # a DJ runs the music, and does not give away what people did
                raise OwnersOnly(room)
            if party.done:
                return party.record.shared
            await party.note("share" if on else "unshare")
            await party.tx.parties.set_shared(party.id, on)
            return on

    @finished
    async def shared(self, room: Room) -> bool:
        """Whether a model may be trained on the room's songs."""
        async with self.unit.reading(room) as party:
            return party.record.shared
