"""One request, as every front door hands it to the handlers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from bot.party.words import Member, Playback, Room, Rules
from bot.service import PartyService
from bot.wording.replies import Replies


class Door(StrEnum):
    """The front doors."""

    DISCORD = "Discord"
    SLACK = "Slack"
    ROOM = "the web room"


class VoiceChannels(Protocol):
    """What a door does that has voice channels."""

    async def join(self, room: Room, member: Member, key: str) -> Playback:
        """Plays a party where the member is, or where the room's settings say.

        Raises:
            SoundError, SpotifyError: it cannot be heard there, or the member may not do that.
        """


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
    voice: VoiceChannels | None = None  # where the door has any
