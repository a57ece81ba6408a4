"""What the page's map is drawn from: `places`, the party's songs and what lies around them."""

from __future__ import annotations

from typing import ClassVar, Literal

from bot.party.results import Map, Spot
from bot.room.asking import Own
from bot.room.rendering import Fields, MapJson, OwnerJson
from bot.room.visit import Visit
from bot.takeaway.mapping import COLOURS, OTHERS, ranked
from bot.wording.replies import seen

AROUND = 150
"""So many songs around those of the party are shown."""


class Places(Own):
    """Tells where the songs of the party lie, and others around them."""

    do: Literal["places"]
    slow: ClassVar[bool] = True

    async def run(self, visit: Visit) -> Fields:
        """Looks it up.

        Raises:
            NothingToShow: the model knows none of the party's songs.
            NoMap: the model has none.
        """
        return {"map": told(await visit.party.map.of(visit.room, AROUND))}


def told(shown: Map) -> MapJson:
    """A party's map as the page is told it."""
    own, rest = ranked(name for name in map(_adder, shown.spots) if name)
    colours = dict(zip(own, COLOURS, strict=False)) | dict.fromkeys(rest, OTHERS)
    least = {_number(spot) for spot in shown.least}
    people: list[OwnerJson] = [{"name": seen(name), "colour": colours[name]} for name in own]
    return {
        "spots": [
            {
                "id": f"song-{spot.entry.id}" if spot.entry else f"near-{place}",
                "x": spot.place[0],
                "y": spot.place[1],
                "z": spot.place[2],
                "title": seen(spot.track.title),
                "artist": seen(spot.track.artist),
                "kind": spot.entry.state.value if spot.entry else "near",
                "by": seen(_adder(spot)),
                "colour": colours.get(_adder(spot)),
                "votes": spot.entry.score if spot.entry else 0,
                "least": spot.entry is not None and spot.entry.id in least,
            }
            for place, spot in enumerate(shown.spots)
        ],
        "most": [f"song-{_number(spot)}" for spot in shown.most],
        "least": [f"song-{_number(spot)}" for spot in shown.least],
        "unknown": shown.unknown,
        "people": [*people, {"name": None, "colour": OTHERS}] if rest else people,
    }


def _adder(spot: Spot) -> str:
    return spot.entry.added_by.name if spot.entry and spot.entry.added_by else ""


def _number(spot: Spot) -> int:
    return spot.entry.id if spot.entry else 0
