"""What the panel shows: who is here, whom and what the room keeps out, its links, and its choices."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict  # which pydantic asks for before Python 3.12

from bot.room.choices import Choice
from bot.room.qr import QrJson, qr_code


class PersonHereJson(TypedDict):
    """Somebody who is here, or who was given the say and is not."""

    id: str
    name: Annotated[str, Field(description="Empty for somebody who is away and has nothing in the queue")]
    role: Annotated[str, Field(description="host, dj, member or guest")]
    here: bool
    me: bool
    may: Annotated[
        list[str], Field(description="What the asker may do to them: appoint, dismiss, kick, block")
    ]


class BlockedJson(TypedDict):
    """Somebody or something that the room keeps out."""

    mark: Annotated[str, Field(description="What unblocks it")]
    name: str
    song: bool


class LinkJson(TypedDict):
    """A link to the party."""

    path: Annotated[str, Field(description="The address on this page's own host")]
    url: Annotated[str, Field(description="The whole address; empty where nobody else can reach the page")]
    qr: Annotated[QrJson | None, Field(description="The address to be scanned; null where it is empty")]


class LinksJson(TypedDict):
    """The links to a party that somebody may know."""

    guest: LinkJson
    host: Annotated[LinkJson | None, Field(description="Null for whoever is no host of a room on the page")]
    renews: Annotated[list[str], Field(description="Which of them the asker may make anew: guest, host")]


class OptionJson(TypedDict):
    """Something that can be chosen."""

    value: str
    label: str


class ChoiceJson(TypedDict):
    """Something that the room chooses; without options a switch, whose values are on and off."""

    rule: str
    topic: str
    options: list[OptionJson]
    chosen: str


def link(address: str, secret: str) -> LinkJson:
    """A link by its secret; no code pretends to lead where nobody else can go."""
    path = f"/party/{secret}"
    url = f"{address}{path}" if address else ""
    return {"path": path, "url": url, "qr": qr_code(url) if url else None}


def choice(one: Choice) -> ChoiceJson:
    """A choice as the page shows it."""
    return {
        "rule": one.rule,
        "topic": one.topic,
        "options": [{"value": value, "label": label} for value, label in one.options],
        "chosen": one.chosen,
    }
