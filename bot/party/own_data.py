"""What is kept of a member, for the member."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.party.unit_of_work import UnitOfWork, finished
from bot.party.words import Member

MOST = 5_000
"""So many things of each kind are told, the latest; nobody has more within `KEEP_NAMES_DAYS`."""


class OwnData:
    """Tells members what is kept of them."""

    def __init__(self, unit: UnitOfWork) -> None:
        self.unit = unit

    @finished
    async def of(self, member: Member) -> Mapping[str, Sequence[Mapping[str, object]]]:
        """All that the database has about a member, by kind, the latest first; instants are `..._ms`."""
        async with self.unit.store.reading() as look:
            return await look.own_data.of(member, MOST)
