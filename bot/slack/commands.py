"""What was typed in Slack, or means the same, run by its row in the table of commands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.doors import typed
from bot.doors.answers import Answer, Sections
from bot.doors.arguments import BlockedOne, Mentioned
from bot.doors.ask import Ask
from bot.doors.commands import BY_NAME
from bot.doors.handlers import queue
from bot.doors.table import Audience, Command
from bot.party import links
from bot.party.errors import WrongUsage, marked
from bot.slack import files
from bot.slack.answering import Answering
from bot.slack.asked import WITH_SPOTIFY, Asked
from bot.slack.blocks import Json
from bot.slack.names import HELP, Typed
from bot.slack.text import unescaped

ADD = BY_NAME["add"]
BEHIND_PARTY = marked("If a name is missing, or another app uses it, put `/party` in front: `/party next`.")
"""What help says besides in Slack, where an app may lack commands that its manifest should have."""
BUSY = {"map": marked("One moment, I'm drawing the map.")}
"""What is said while a command takes long that does not ask Spotify."""
READING = marked("One moment, I'm reading that list.")

Work = Callable[[Ask], Awaitable[Answer]]


class Commands:
    """Runs commands and shows what they answer."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    async def typed(self, asked: Asked, command: Typed) -> None:
        """Runs what somebody typed.

        Raises:
            WrongUsage: there is no such command, or it is used in another way.
            NoSuchPerson: a bot was mentioned where a person is wanted.
        """
        if command.row is None:
            raise WrongUsage(command.named)
        given = typed.read(command.row, command.text, command.named)
        await self.run(asked, command.row, await _understood(asked, command.row, given))

    async def run(self, asked: Asked, row: Command, arguments: Mapping[str, Any] | None = None) -> None:
        """Runs a command with arguments that were read."""
        given = dict(arguments or {})
        slow = row.slow or (row is ADD and _has_list(given.get("song", "")))
        await self._answer(asked, row, lambda ask: row.run(ask, given), slow=slow)

    async def add_from_message(self, asked: Asked, text: str, shared: Sequence[Json]) -> None:
        """Adds the lists in a message's files, or what its text links to or names."""
        found = await files.lists(asked, shared)
        if found:
            await self.bring(asked, found)
        else:
            await self._answer(
                asked, ADD, lambda ask: queue.add_from_message(ask, text), slow=_has_list(text)
            )

    async def bring(self, asked: Asked, lists: Sequence[Json]) -> None:
        """Adds the lists in some files, which one undo takes back."""

        async def work(ask: Ask) -> Answer:
            uploads = [await files.read(asked, each) for each in lists[: files.MOST_FILES]]
            return await queue.add_from_message(replace(ask, key=f"{ask.key}/files"), "", uploads)

        await self._answer(asked, ADD, work, slow=True, told=READING)

    async def _answer(
        self, asked: Asked, row: Command, work: Work, *, slow: bool, told: str = WITH_SPOTIFY
    ) -> None:
        quiet = row.audience is Audience.QUIET and asked.rules.quiet
        alone = quiet or row.audience is Audience.ALONE
        doing = work(asked.ask(alone=alone))
        answer = await (asked.patiently(doing, BUSY.get(row.name, told)) if slow else doing)
        if row is HELP and isinstance(answer, Sections) and not asked.slack.only:
            answer = Sections([*answer.texts, asked.own.say(BEHIND_PARTY)])
        await self._answering.show(asked, answer, alone=alone)


async def _understood(asked: Asked, row: Command, given: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments with whoever is mentioned as a member, and texts as they were typed."""
    read = dict(given)
    for argument in row.arguments:
        value = given.get(argument.name)
        if isinstance(value, Mentioned):
            read[argument.name] = await asked.someone(value.user_id, value.name)
        elif isinstance(value, str) and not isinstance(argument.kind, BlockedOne):
            read[argument.name] = unescaped(value)
    return read


def _has_list(text: str) -> bool:
    """Whether a text links to a whole album or playlist, which Spotify is asked for."""
    return any(map(links.several, [*links.found_in(text), *map(str.strip, text.splitlines())]))
