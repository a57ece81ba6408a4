"""What the page's map is drawn from: `places`, the party's songs and what lies around them."""

from __future__ import annotations

from typing import ClassVar, Literal

from bot.room.asking import Own
from bot.room.mapped import told
from bot.room.rendering import Fields
from bot.room.visit import Visit

AROUND = 150
"""So many songs around those of the party are shown."""


class Places(Own):
    """Tells where the songs of the party lie, and others around them."""

    do: Literal["places"]
    slow: ClassVar[bool] = True
    looks: ClassVar[bool] = True

    async def run(self, visit: Visit) -> Fields:
        """Looks it up.

        Raises:
            NothingToShow: the model knows none of the party's songs.
            NoMap: the model has none.
        """
        return {"map": told(await visit.party.map.of(visit.room, AROUND))}
