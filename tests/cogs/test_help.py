"""`/help` and `/delete-my-data` on Discord."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.party.words import Mood
from bot.service import PartyService
from bot.wording.languages import LANGUAGES
from tests.cogs.stage import private, read, room
from tests.conftest import MOD
from tests.fakes.discord_parts import walk
from tests.fakes.discord_server import FakeDiscord

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


async def test_help_is_private_and_names_every_command(fake: FakeDiscord) -> None:
    """Only the asker sees the help, and no registered command is missing from it."""
    text = private(await fake.slash(fake.member("Anna"), "help"))
    shown = dict(leaves(fake, "en-US"))
    assert {name for name, told in shown.items() if f"`/{name}` {told}" in text} == set(shown)
    assert all(f"{mood} " in text for mood in Mood)


@pytest.mark.parametrize("code", LANGUAGES)
async def test_help_fits_in_every_language(fake: FakeDiscord, code: str) -> None:
    """Discord takes the message, and commands are named as Discord shows them to this member."""
    text = private(await fake.slash(fake.member("Anna", locale=LOCALES[code]), "help"))
    assert [name for name, _ in leaves(fake, LOCALES[code]) if f"`/{name}`" not in text] == []
    assert len(text) <= 4000


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
