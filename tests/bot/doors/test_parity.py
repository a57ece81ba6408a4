"""The same sentences through all three doors lead to the same party, and the same words come out."""

from __future__ import annotations

import base64
import csv
import io
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import pytest

from bot.doors.commands import BY_NAME
from bot.party.words import Entry, Member, Party, Room
from bot.recommend.bundle import Bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.room import open_room
from bot.room.language import BUTTONS
from bot.service import PartyService
from bot.slack import card as slack_card
from bot.slack.text import OTHERWISE
from db.store import open_store
from tests.bot.room.visitor import Visitor, connect
from tests.bot.slack import stage as slack
from tests.bot.slack.conftest import log_in as slack_log_in
from tests.bot.slack.conftest import open_server as open_slack
from tests.cogs import stage as discord
from tests.conftest import ROOM, Clock
from tests.fakes.discord_model import EVERYONE
from tests.fakes.discord_model import FakeMember as DiscordMember
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.slack_model import FakeMember as SlackMember
from tests.fakes.slack_server import FakeSlack

MANAGE_MESSAGES = 1 << 13
NAME = "anna"
"""What Anna is called in every door: Slack has names in small letters."""
LINK = "https://open.spotify.com/track/{id}"
ALBUM = "https://open.spotify.com/album/0000000000000000000000"


@dataclass(frozen=True)
class Sentence:
    """A command with its arguments, as one types it; `silent` where its answer is more than words."""

    name: str
    given: Mapping[str, Any] = field(default_factory=dict)
    silent: bool = False

    def __str__(self) -> str:
        """As one types it."""
        return " ".join([f"/{self.name}", *map(str, self.given.values())])


SENTENCES = [
    Sentence("now"),
    Sentence("history"),
    Sentence("stats"),
    Sentence("undo"),
    Sentence("skip"),
    Sentence("favourites"),
    Sentence("favourites", {"song": "1"}),
    Sentence("add", {"song": "mr brightside"}),
    Sentence("add", {"song": "take on me"}),
    Sentence("add", {"song": "take on me"}),
    Sentence("add", {"song": "wonderwall\nafrica toto"}),
    Sentence("add", {"song": "creep radiohead\nzzyzx qwfp"}),
    Sentence("add", {"song": "zzyzx qwfp"}),
    Sentence("add", {"song": "Our Song - The Neighbours"}),
    Sentence("add", {"song": "https://example.com/song"}),
    Sentence("add", {"song": ALBUM}),
    Sentence("add", {"song": f"bohemian rhapsody\n{ALBUM}"}),
    Sentence("now"),
    Sentence("vote", {"song": "1"}),
    Sentence("vote", {"song": "wonderwall", "vote": "down"}),
    Sentence("vote", {"song": "wonderwall", "vote": "none"}),
    Sentence("vote", {"song": "99"}),
    Sentence("vote", {"song": "no such title"}),
    Sentence("undo"),
    Sentence("remove", {"song": "africa"}),
    Sentence("undo"),
    Sentence("remove", {"song": "2"}),
    Sentence("move", {"song": "1", "place": 2}),
    Sentence("clear"),
    Sentence("end"),
    Sentence("settings"),
    Sentence("autopilot"),
    Sentence("autopilot", {"choice": "on"}),
    Sentence("learn"),
    Sentence("learn", {"choice": "on"}),
    Sentence("next", {"count": 3, "mood": "safe"}, silent=True),
    Sentence("vibe", {"words": "90s rock", "mood": "safe"}, silent=True),
    Sentence("why", {"song": "take on me"}),
    Sentence("why", {"song": "zzyzx qwfp"}),
    Sentence("skip"),
    Sentence("history"),
    Sentence("pause"),
    Sentence("play"),
    Sentence("volume", {"percent": 40}),
    Sentence("favourites", silent=True),
    Sentence("favourites", {"song": "all"}),
    Sentence("favourites"),
    Sentence("spotify connect"),
    Sentence("spotify status"),
    Sentence("spotify device"),
    Sentence("spotify stop"),
    Sentence("save", {"name": "The night"}),
    Sentence("import", {"link": ALBUM}),
    Sentence("stats"),
]
"""Adds of one, several, links and refusals, votes by number and by title, and all there is to ask."""

_MARKUP = re.compile(r"\*\*|[*_`]|\\(?=[^0-9A-Za-z\s])|\u200b")
_NAMES = sorted(
    {f"/{row.name}" for row in BY_NAME.values()}
    | {f"/{row.slack_name}" for row in BY_NAME.values()}
    | {f"“{name}”" for name in BUTTONS.values()},
    key=len,
    reverse=True,
)
_COMMAND = re.compile("|".join(map(re.escape, _NAMES)))


def words(text: str) -> str:
    """A text as people read it, whatever a command is called there."""
    bare = _COMMAND.sub("<command>", _MARKUP.sub("", text))
    return "\n".join(line.strip() for line in bare.strip().splitlines())


class Speaker(Protocol):
    """Somebody who says sentences in one door."""

    room: Room
    party: PartyService

    async def say(self, sentence: Sentence) -> str:
        """Says one, and reads what is answered."""

    async def export(self) -> bytes:
        """Takes the party home."""


@dataclass
class OnDiscord:
    """Anna, in a channel of a server."""

    party: PartyService
    fake: FakeDiscord
    anna: DiscordMember
    room: Room

    async def say(self, sentence: Sentence) -> str:
        """By a slash command."""
        reply = await self.fake.slash(self.anna, sentence.name, options=dict(sentence.given))
        return discord.read(reply.text)

    async def export(self) -> bytes:
        """As an attachment."""
        (message,) = (await self.fake.slash(self.anna, "export")).messages
        (data,) = message.files.values()
        return data


@dataclass
class InSlack:
    """Anna, in a channel of a workspace."""

    party: PartyService
    fake: FakeSlack
    anna: SlackMember
    room: Room

    async def say(self, sentence: Sentence) -> str:
        """By a slash command, with what is behind it as one line of text."""
        row = BY_NAME[sentence.name]
        name, _, more = row.slack_name.partition(" ")
        text = " ".join(filter(None, [more, *map(str, sentence.given.values())]))
        reply = await self.fake.slash(self.anna, f"/{name}", text)
        if sentence.silent:
            return ""
        said = slack.read(await slack.answer(reply))
        for elsewhere, here in OTHERWISE.items():
            said = said.replace(here, str(elsewhere))
        return said

    async def export(self) -> bytes:
        """As an upload."""
        await self.fake.slash(self.anna, "/export")
        await slack.until(lambda: bool(self.fake.files))
        return [*self.fake.files.values()][-1]


@dataclass
class InTheRoom:
    """Anna, in a browser, on the page of a channel's party."""

    party: PartyService
    anna: Visitor
    room: Room

    async def say(self, sentence: Sentence) -> str:
        """By a request."""
        answer = await self.anna.ask(sentence.name, **sentence.given)
        return str(answer["say"])

    async def export(self) -> bytes:
        """As base64."""
        return base64.b64decode((await self.anna.ask("export"))["file"]["base64"])


@asynccontextmanager
async def speakers(
    folder: Path, bundle: Bundle, catalogue: Catalogue, clock: Clock
) -> AsyncIterator[list[Speaker]]:
    """The three of them, each with a database and a model of their own that chance treats alike."""
    async with AsyncExitStack() as stack:

        async def service(name: str) -> PartyService:
            store = await stack.enter_async_context(open_store(f"sqlite+aiosqlite:///{folder / name}.db"))
            party = PartyService(store, catalogue, Recommender(bundle, catalogue, seed=0), clock)
            stack.push_async_callback(party.close)
            return party

        party = await service("discord")
        on_discord = await stack.enter_async_context(discord.open_server())
        await stack.enter_async_context(discord.log_in(on_discord, party))
        member = on_discord.member(NAME)
        first = OnDiscord(party, on_discord, member, discord.room(on_discord))

        party = await service("slack")
        in_slack = await stack.enter_async_context(open_slack())
        await stack.enter_async_context(slack_log_in(in_slack, party))
        second = InSlack(party, in_slack, in_slack.member(NAME), slack.room(in_slack))

        party = await service("room")
        url = await stack.enter_async_context(open_room(party, "127.0.0.1", 0))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        visitor = await stack.enter_async_context(connect(session, url))
        own = await party.passes.own(ROOM, Member("discord", "11", NAME))
        assert (await visitor.enter(own))["as"] == "member"
        yield [first, second, InTheRoom(party, visitor, ROOM)]


def as_it_stands(party: Party) -> dict[str, Any]:
    """All of a party that does not depend on where it is."""

    def shown(entries: Sequence[Entry]) -> list[tuple[str, str, int, int, str]]:
        return [
            (
                each.track.title,
                each.state.value,
                each.ups,
                each.downs,
                each.added_by.name if each.added_by else "",
            )
            for each in entries
        ]

    return {
        "playing": shown([party.playing] if party.playing else []),
        "queue": shown(party.queue),
        "ballot": shown(party.ballot),
        "history": shown(party.history),
        "paused": party.paused,
        "rules": party.rules,
    }


@pytest.fixture(autouse=True)
def pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack's cards rest shorter than they really do."""
    monkeypatch.setattr(slack_card, "POST_EVERY_S", 0.05)


async def test_every_door_says_and_does_the_same(
    tmp_path: Path, bundle: Bundle, catalogue: Catalogue, clock: Clock
) -> None:
    """Sentence after sentence, in Discord, in Slack and in the room."""
    async with speakers(tmp_path, bundle, catalogue, clock) as doors:
        for sentence in SENTENCES:
            clock.now_s += 5
            asked = doors[1:] if BY_NAME[sentence.name].spotify else doors  # Discord has no such command here
            said = [await door.say(sentence) for door in asked]
            if not sentence.silent:
                assert len(set(map(words, said))) == 1, f"{sentence}: {said}"
            stand = [as_it_stands(await door.party.insight.now(door.room)) for door in doors]
            assert stand[0] == stand[1] == stand[2], str(sentence)
        files = [await door.export() for door in doors]
        tables = [list(csv.reader(io.StringIO(data.decode("utf-8-sig")))) for data in files]
        assert tables[0] == tables[1] == tables[2]


MODERATED = [
    Sentence("skip"),
    Sentence("block", {"song": "take on me"}),
    Sentence("block", {"song": "zzyzx qwfp"}),
    Sentence("block"),
    Sentence("add", {"song": "take on me"}),
    Sentence("unblock", {"what": "take on"}),
    Sentence("unblock", {"what": "take on"}),
    Sentence("block"),
    Sentence("skip"),
    Sentence("add", {"song": "hey jude\ncreep radiohead"}),
    Sentence("end"),
    Sentence("end"),
    Sentence("now"),
    Sentence("add", {"song": "hey jude"}),
]
"""What only moderators say; on the page they have buttons for it."""


async def test_moderators_hear_the_same_in_both_chats(
    tmp_path: Path, bundle: Bundle, catalogue: Catalogue, clock: Clock
) -> None:
    """Sentence after sentence, in Discord and in Slack, about songs that somebody else has added."""
    async with speakers(tmp_path, bundle, catalogue, clock) as doors:
        on_discord, in_slack = doors[0], doors[1]
        assert isinstance(on_discord, OnDiscord)
        assert isinstance(in_slack, InSlack)
        for chat in (on_discord, in_slack):
            await chat.say(Sentence("add", {"song": "wonderwall\ntake on me\nafrica toto"}))
        on_discord.anna = on_discord.fake.member("mo", permissions=EVERYONE | MANAGE_MESSAGES)
        in_slack.anna = in_slack.fake.member("mo", admin=True)
        for sentence in MODERATED:
            clock.now_s += 5
            said = [words(await chat.say(sentence)) for chat in (on_discord, in_slack)]
            assert said[0] == said[1], str(sentence)
            stand = [as_it_stands(await chat.party.insight.now(chat.room)) for chat in (on_discord, in_slack)]
            assert stand[0] == stand[1], str(sentence)


async def test_every_row_is_said_or_named_here() -> None:
    """Whoever adds a command says it through all three doors, or here why not."""
    elsewhere = {
        "queue": "the room has none, and a card is not words",
        "export": "it is said at the end",
        "map": "a picture",
        "help": "its words are the door's own commands",
        "my-data": "a file with another id in each door, see test_own_data.py beside each door's tests",
        "delete-my-data": "it asks first, in each door in its own way",
        "spotify disconnect": "it needs an account",
        "link": "what it gives is another each time, see test_links.py beside each door's tests",
        "new": "only the room has it",
        "join": "only Discord has voice channels that bots come into",
        "leave": "the same",
        "block": "the page has buttons for it; what the chats say is compared below",
        "unblock": "the same",
    }
    assert {each.name for each in SENTENCES} | set(elsewhere) == set(BY_NAME)
