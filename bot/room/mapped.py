"""A party's map as the page is told it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict  # which pydantic asks for before Python 3.12

from bot.party.results import Map, Spot
from bot.takeaway.mapping import COLOURS, OTHERS, ranked
from bot.wording.replies import seen


class SpotJson(TypedDict):
    """A song on the map."""

    id: Annotated[str, Field(description="Its name in this answer")]
    x: Annotated[float, Field(description="Its place among all songs of the model, from -1 to 1, as y and z")]
    y: float
    z: float
    title: str
    artist: str
    kind: Annotated[str, Field(description="playing, queued, played, suggested, or near: not of the party")]
    by: Annotated[str, Field(description="Who added it; empty for nobody")]
    colour: Annotated[str | None, Field(description="Whose it is, as `people` has it; null for nobody")]
    votes: Annotated[int, Field(description="Up-votes less down-votes")]
    least: Annotated[bool, Field(description="Whether it is one of those that fit least")]


class OwnerJson(TypedDict):
    """Whose songs have a colour on the map."""

    name: Annotated[str | None, Field(description="Null for all who have none of their own")]
    colour: str


class MapJson(TypedDict):
    """The party's songs among their neighbours."""

    spots: list[SpotJson]
    most: Annotated[list[str], Field(description="The ids of the songs that fit the others most, best first")]
    least: Annotated[list[str], Field(description="Of those that fit least, the least first")]
    unknown: Annotated[int, Field(description="How many songs of the party the model does not know")]
    people: list[OwnerJson]


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
