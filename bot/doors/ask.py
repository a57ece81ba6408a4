"""One request, as every front door hands it to the handlers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.party.words import Member, Room, Rules
from bot.service import PartyService
from bot.wording.replies import Replies


class Door(StrEnum):
    """The front doors."""

    DISCORD = "Discord"
    SLACK = "Slack"
    ROOM = "the web room"


@dataclass(frozen=True, slots=True)
class Ask:
    """Who asks where, in which language, and what the room has chosen."""

    door: Door
    party: PartyService
    room: Room
    member: Member
    key: str  # the same for every delivery of one request
    rules: Rules
    words: Replies  # for whoever sees the answer
    own: Replies  # for the asker alone
    title: str = field(default="")  # what the place is called, if that is known
    links: Mapping[str, str] = field(default_factory=dict)  # what shows a command so that it can be clicked
