"""What somebody asks for, and what an answer claims to be so from then on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.party.results import Added
from bot.party.words import Entry, Member, Room

Claims = list[list[Any]]
"""What an answer says is so now. Each is a list that begins with a word, which `aftermath.py` looks for."""
MODERATOR = "mo"
"""The user_ids of those who may do anything begin with this; each room has one."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A request, as it is delivered however often: who asks where for what, under which key."""

    number: int
    act: str
    room: Room
    who: str
    key: str
    args: Mapping[str, Any] = field(default_factory=dict)

    @property
    def member(self) -> Member:
        """Who asks, with the rights that go with the user_id."""
        return person(self.room.platform, self.who)

    def written(self) -> dict[str, Any]:
        """The same as JSON has it."""
        room = self.room
        return {
            "number": self.number,
            "act": self.act,
            "room": [room.platform, room.workspace, room.channel],
            "who": self.who,
            "key": self.key,
            "args": dict(self.args),
        }

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Ask:
        """What `written` wrote."""
        return cls(told["number"], told["act"], Room(*told["room"]), told["who"], told["key"], told["args"])


def person(platform: str, user_id: str, name: str = "") -> Member:
    """Somebody of this id; moderators are known by it."""
    may = user_id.startswith(MODERATOR)
    return Member(platform, user_id, name or user_id.title(), moderator=may, manager=may)


def encoded(event: Mapping[str, Any]) -> bytes:
    """An event as one line."""
    return json.dumps(event, separators=(",", ":")).encode()


def line(key: str, *kinds: str, entry: int | None = None) -> list[Any]:
    """The diary has one line under this key, of one of these kinds, about this entry if one is named."""
    return ["line", key, [*kinds], entry]


def vote(entry: Entry, who: str) -> list[Any]:
    """A member's vote on an entry is as the entry shows it."""
    return ["vote", entry.id, who, entry.votes.get(who, 0)]


def song(entry: Entry) -> list[Any]:
    """An entry is there with its song."""
    return ["entry", entry.id, entry.track.track_id]


def added(result: Added, who: str, key: str) -> Claims:
    """What follows from having added a song: what waited already is left as it is, or voted for."""
    claims = [song(result.entry), vote(result.entry, who)]
    if not result.again or result.wished:
        claims.append(line(key, "add", "vote", "vote again", entry=result.entry.id))
    return claims
