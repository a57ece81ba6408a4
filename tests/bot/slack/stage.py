"""What the tests of Slack read of an answer, and how they wait for what comes by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from bot.party.errors import PartyError
from bot.party.words import Member, Room
from bot.service import PartyService
from bot.slack.manifest import manifest
from bot.slack.text import words
from tests import patience
from tests.fakes.slack_model import FakeChannel, FakeMember, FakeMessage
from tests.fakes.slack_reply import Reply
from tests.fakes.slack_server import FakeSlack

COMMANDS = [str(each["command"]) for each in manifest()["features"]["slash_commands"]]
"""What can be typed in a workspace whose app has no prefix."""
ZERO_WIDTH = "\u200b"
BOSS = Member("slack", "UBOSS", "Boss", moderator=True, manager=True)
BRIGHTSIDE = "Mr. Brightside – The Killers"


def room(fake: FakeSlack, channel: FakeChannel | None = None) -> Room:
    """The room of a channel, of the first one if none is given."""
    place = channel or fake.general
    return Room("slack", place.team.id, place.id)


def is_card(message: FakeMessage) -> bool:
    """Whether a message is a party's card."""
    return "encore:next" in message.actions


def answers(reply: Reply) -> list[FakeMessage]:
    """What was answered, without the cards that came up by themselves and what stands in their threads."""
    return [each for each in reply.messages if not is_card(each) and not each.thread_ts]


async def answer(reply: Reply) -> FakeMessage:
    """The one message of an answer, also where a card came up before it."""
    await until(lambda: bool(answers(reply)))
    (message,) = answers(reply)
    return message


async def answered(fake: FakeSlack, act: Awaitable[Reply]) -> FakeMessage:
    """The one message that answers what brings no address for its answers, such as a form."""
    before = {each.ts for each in fake.messages}
    await act

    def new() -> list[FakeMessage]:
        found = [each for each in fake.messages if each.ts not in before and not each.thread_ts]
        return [each for each in found if not is_card(each)]

    await until(lambda: bool(new()))
    (message,) = new()
    return message


async def public(reply: Reply) -> FakeMessage:
    """The one message of an answer, which everybody sees."""
    message = await answer(reply)
    assert not message.ephemeral, f"only one person sees {message.shown!r}"
    return message


async def private(reply: Reply) -> str:
    """The text of an answer that only the asker sees."""
    message = await answer(reply)
    assert message.ephemeral, f"everybody sees {message.shown!r}"
    return read(message)


def read(message: FakeMessage) -> str:
    """A message as people read it."""
    return message.shown.replace(ZERO_WIDTH, "")


async def titles(fake: FakeSlack, party: PartyService, channel: FakeChannel | None = None) -> list[str]:
    """What plays, then what waits."""
    now = await party.insight.now(room(fake, channel))
    return [each.track.title for each in ((now.playing,) if now.playing else ()) + now.queue]


async def fill(fake: FakeSlack, by: FakeMember, *songs: str) -> None:
    """Adds songs by command, each once the one before was answered."""
    for song in songs:
        await answer(await fake.slash(by, "/add", song))


def cards(fake: FakeSlack, channel: FakeChannel | None = None) -> list[FakeMessage]:
    """The cards of a channel that are there."""
    return [each for each in fake.messages if each.channel is (channel or fake.general) and is_card(each)]


async def card(fake: FakeSlack, met: Callable[[FakeMessage], bool] = lambda card: True) -> FakeMessage:
    """Waits for the card to show something."""
    await until(lambda: bool(cards(fake)) and met(cards(fake)[-1]))
    return cards(fake)[-1]


async def until(met: Callable[[], bool]) -> None:
    """Waits for what the bot does by itself; TimeoutError if it does not."""
    await patience.until(met)


async def in_time(holds: Callable[[], Awaitable[bool]]) -> None:
    """Waits for what the database is asked for; TimeoutError if it does not come."""
    async with asyncio.timeout(patience.PATIENCE_S):
        while not await holds():  # noqa: ASYNC110 # what happens by itself sets no event of ours
            await asyncio.sleep(0.02)


def sentence(error: PartyError, locale: str = "en") -> str:
    """What a person reads of an error."""
    return words(locale).error(error).replace("\u200b", "")


async def choose(party: PartyService, place: Room, **rules: Any) -> None:
    """Sets rules as a manager does."""
    await party.settings.choose(place, BOSS, rules, None)


def votes(message: FakeMessage) -> list[str]:
    """The buttons that vote for a song."""
    return [each for each in message.actions if each.startswith("encore:vote:")]
