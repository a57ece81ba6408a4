"""What a row of the table of commands is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.doors.answers import Answer
from bot.doors.arguments import Argument
from bot.doors.ask import Ask, Door
from bot.metrics import Measured
from bot.party.errors import marked

Handler = Callable[..., Awaitable[Answer]]
"""Takes an `Ask`, then the arguments by their names."""


class Who(StrEnum):
    """Who may run a command; the use cases behind it see to that."""

    EVERYBODY = "everybody"
    OWNER_OR_MODERATOR = "whoever added the song, moderators and DJs"
    MODERATORS = "moderators and DJs"
    MANAGERS = "server managers and DJs"
    OWNERS = "server managers"
    HOST_OR_MODERATOR = "the host, moderators and DJs"


class Group(StrEnum):
    """Under which heading help lists a command, in the order of the headings."""

    SONGS = marked("Songs")
    VOTING = marked("Suggestions and votes")
    PLAYING = marked("Playing")
    SPOTIFY = marked("Spotify")
    PARTY = marked("This party")
    YOU = marked("You")


class Audience(StrEnum):
    """Who sees the answer."""

    ALL = "everybody"
    QUIET = "everybody, or you alone in quiet rooms"
    ALONE = "you alone"


@dataclass(frozen=True, slots=True)
class Command:
    """One command, in every door.

    Args:
        name: as it is typed, without the slash; two words for one of a group.
        handler: what it does.
        help: one sentence, at most 100 characters, in every language.
        arguments: in the order in which they are typed.
        who: who may.
        audience: who sees the answer.
        group: where help lists it.
        slow: whether it may take longer than a blink: Spotify is asked, or something is drawn.
        spotify: whether it needs Spotify.
        personal: whether it concerns the asker alone, so that it works outside channels too.
        slack: its name in Slack, where Slack has that name itself; empty where it is only behind `/party`.
        without: the doors that lack it, each with the reason.
    """

    name: str
    handler: Handler
    help: str
    arguments: tuple[Argument, ...] = ()
    who: Who = Who.EVERYBODY
    audience: Audience = Audience.ALL
    group: Group = field(kw_only=True)
    slow: bool = False
    spotify: bool = False
    personal: bool = False
    slack: str | None = None
    without: Mapping[Door, str] = field(default_factory=dict)

    @property
    def words(self) -> tuple[str, ...]:
        """The words of its name."""
        return tuple(self.name.split())

    @property
    def slack_name(self) -> str:
        """What is typed in Slack, without the slash."""
        if self.slack:
            return self.slack
        return self.name if self.slack is None else f"party {self.name}"

    @property
    def usage(self) -> str:
        """Its arguments as one types them, such as `song [vote]`."""
        return " ".join(argument.usage for argument in self.arguments if argument.shown)

    async def run(self, ask: Ask, arguments: Mapping[str, Any] | None = None) -> Answer:
        """Runs it with arguments that were read as their kinds say."""
        with Measured(self.name, ask.door):
            return await self.handler(ask, **(arguments or {}))


def of_door(table: Sequence[Command], door: Door, *, spotify: bool = True) -> list[Command]:
    """The commands that a door has; without `spotify` none that needs it, for where it is not set up."""
    return [each for each in table if door not in each.without and (spotify or not each.spotify)]
