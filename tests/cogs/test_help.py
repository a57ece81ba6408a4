"""`/help` and `/delete-my-data` on Discord."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.doors.answers import Sections
from bot.doors.ask import Ask, Door
from bot.doors.commands import BY_NAME
from bot.doors.table import Group
from bot.party.words import Mood, Rules
from bot.service import PartyService
from bot.wording.languages import LANGUAGES, language
from bot.wording.replies import Replies
from tests.cogs.stage import private, read, room
from tests.conftest import ANNA, MOD, ROOM
from tests.fakes.discord_model import Reply
from tests.fakes.discord_parts import walk
from tests.fakes.discord_server import FakeDiscord

REPLIES = Replies(language("en"), str)
LOCALES = {
    "en": "en-US",
    "de": "de",
    "fr": "fr",
    "es": "es-ES",
    "pt_BR": "pt-BR",
    "ja": "ja",
    "zh_CN": "zh-CN",
}


def leaves(fake: FakeDiscord, locale: str) -> Iterator[tuple[str, str]]:
    """The name of each command, of one word or two, and what it says, as Discord shows them."""
    for command in fake.commands.values():
        if command["type"] == 1:
            first = named(command, locale)
            inner = [it for it in command.get("options", []) if it["type"] == 1]
            yield from ((f"{first} {named(it, locale)}", it["description"]) for it in inner)
            if not inner:
                yield first, command["description"]


def named(it: dict[str, Any], locale: str) -> str:
    """A command's name in a language."""
    return str((it.get("name_localizations") or {}).get(locale, it["name"]))


def helped(reply: Reply) -> str:
    """All that help says, which only the asker sees."""
    assert all(message.ephemeral for message in reply.messages)
    assert all(len(message.text) <= 4000 for message in reply.messages)
    return "\n".join(read(message.text) for message in reply.messages)


async def test_help_is_private_and_names_every_command(fake: FakeDiscord) -> None:
    """Only the asker sees the help; every registered command is in it, under a heading, to be clicked."""
    text = helped(await fake.slash(fake.member("Anna"), "help"))
    shown = dict(leaves(fake, "en-US"))
    assert sorted(fake.mentioned(text)) == sorted(shown)
    assert all(re.search(rf"</{name}:[0-9]+> {re.escape(told)}$", text, re.M) for name, told in shown.items())
    assert [line for line in text.splitlines() if line.startswith("**")] == [
        f"**{it}**" for it in Group if it is not Group.SPOTIFY
    ]
    assert all(f"{mood} " in text for mood in Mood)
    assert "/spotify" not in text  # it is not set up here


async def test_help_begins_with_where_the_sound_comes_from(fake: FakeDiscord) -> None:
    """Nobody waits for the bot to come into the voice channel."""
    text = helped(await fake.slash(fake.member("Anna"), "help"))
    assert text.startswith("I don't make a sound myself: put the songs on wherever you like")


@pytest.mark.parametrize("code", LANGUAGES)
async def test_help_fits_in_every_language(fake: FakeDiscord, code: str) -> None:
    """Discord takes the messages; what is clicked goes by its English name, and the member's is told too."""
    text = helped(await fake.slash(fake.member("Anna", locale=LOCALES[code]), "help"))
    own = [name for name, _ in leaves(fake, LOCALES[code])]
    english = [name for name, _ in leaves(fake, "en-US")]
    assert sorted(fake.mentioned(text)) == sorted(english)
    assert [name for name in own if name not in english and f"`/{name}`" not in text] == []


async def test_without_ids_commands_are_named(party: PartyService) -> None:
    """As long as Discord has told no ids of commands, help shows what to type."""
    ask = Ask(Door.DISCORD, party, ROOM, ANNA, "1", Rules(), REPLIES, REPLIES)
    answer = await BY_NAME["help"].run(ask)
    assert isinstance(answer, Sections)
    assert any("`/add` Add one or more songs" in text for text in answer.texts)


def kept(database: Path) -> str:
    """Everything in every table of a database, as text."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return "\n".join(repr(connection.execute(f'SELECT * FROM "{it}"').fetchall()) for it in tables)  # noqa: S608


async def test_a_member_is_erased_from_everything(
    fake: FakeDiscord, party: PartyService, tmp_path: Path
) -> None:
    """After the button neither id nor name stands in any table, in whatever room it was; others stay."""
    other = fake.add_channel("other")
    ulla, ben = fake.member("Ullamaria"), fake.member("Benedikt")
    for channel in (fake.channel, other):
        await party.settings.choose(room(fake, channel), MOD, {"at_once": False})
        await fake.slash(ulla, "add", song="mr brightside", channel=channel)
        await fake.slash(ulla, "add", song="take on me", channel=channel)
        await fake.slash(ben, "add", song="wonderwall", channel=channel)
        await fake.slash(ulla, "vote", song="wonderwall", channel=channel)
        await fake.slash(ulla, "next", channel=channel)
        await fake.slash(ulla, "skip", channel=channel)
        await fake.slash(ulla, "remove", song="take on me", channel=channel)
    reply = await fake.slash(ulla, "delete-my-data")
    assert "can't be undone" in private(reply)
    database = tmp_path / "party.db"
    before = await asyncio.to_thread(kept, database)
    assert ulla.id in before
    assert "Ullamaria" in before
    message = reply.messages[0]
    done = await fake.click(ulla, message, message.buttons[0])
    assert done.updated
    assert "4 songs" in read(message.text)
    assert "2 votes" in read(message.text)
    assert message.buttons == []
    after = await asyncio.to_thread(kept, database)
    assert ulla.id not in after
    assert "Ullamaria" not in after
    assert ben.id in after
    assert "Benedikt" in after
    now = await party.insight.now(room(fake))
    assert now.playing is not None
    assert now.playing.added_by is not None
    assert now.playing.added_by.name == ""


async def test_only_ones_own_button_erases(fake: FakeDiscord, party: PartyService, tmp_path: Path) -> None:
    """Another member's button, however it came there, is refused in private and erases nobody."""
    anna, eve = fake.member("Anna"), fake.member("Eve")
    await fake.slash(anna, "add", song="mr brightside")
    await fake.slash(eve, "add", song="take on me")
    message = (await fake.slash(eve, "delete-my-data")).messages[0]
    (button,) = [part for part in walk(message.components) if part.get("custom_id")]
    button["custom_id"] = f"encore:forget:{anna.id}"
    private(await fake.click(eve, message, button["custom_id"]))
    after = await asyncio.to_thread(kept, tmp_path / "party.db")
    assert anna.id in after
    assert eve.id in after


async def test_who_never_did_anything_is_told_so(fake: FakeDiscord) -> None:
    """Nothing to erase is no fault, and pressing twice neither."""
    reply = await fake.slash(fake.member("Anna"), "delete-my-data")
    message = reply.messages[0]
    await fake.click(fake.member("Anna"), message, message.buttons[0])
    assert "0 songs and 0 votes" in read(message.text)
