"""The fake Discord takes files and hands them out as the real one does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands

from tests.conftest import SPECS
from tests.fakes.discord_files import MOST_FILES, SIZE_LIMIT, FakeFile, Fault
from tests.fakes.discord_model import FakeMessage
from tests.fakes.discord_server import FakeDiscord

TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.never-to-be-seen.anywhere"
SONGS = FakeFile("Meine Lieder (früher).csv", b"Title,Artist\n")
Show = Callable[[discord.Attachment], Awaitable[str]]


async def described(attachment: discord.Attachment) -> str:
    """What the library knows of a file, and what is in it."""
    told = f"{attachment.filename} {attachment.size} {attachment.content_type} {attachment.ephemeral}"
    return f"{told} {attachment.title} {(await attachment.read()).decode()!r}"


async def tried(attachment: discord.Attachment) -> str:
    """What becomes of a download."""
    try:
        await attachment.read()
    except (discord.HTTPException, aiohttp.ClientError) as error:
        return type(error).__name__
    return "read"


class Reader(discord.Client):
    """A bot that tells what it is sent."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True, guild_messages=True))
        self.tree = app_commands.CommandTree(self)
        self.seen: list[discord.Message] = []

    async def setup_hook(self) -> None:
        """Registers two commands and one in the menu of a message."""

        async def read(interaction: discord.Interaction[Any], file: discord.Attachment) -> None:
            await interaction.response.send_message(await described(file))

        async def attempt(interaction: discord.Interaction[Any], file: discord.Attachment) -> None:
            await interaction.response.send_message(await tried(file))

        async def look(interaction: discord.Interaction[Any], message: discord.Message) -> None:
            told = [await described(each) for each in message.attachments]
            await interaction.response.send_message("\n".join(told) or "none")

        for name, callback in (("read", read), ("attempt", attempt)):
            command: Any = app_commands.Command(name=name, description=name, callback=callback)
            self.tree.add_command(command)
        self.tree.add_command(app_commands.ContextMenu(name="Look", callback=look))
        await self.tree.sync()

    async def on_message(self, message: discord.Message) -> None:
        """Keeps what it hears of."""
        self.seen.append(message)


@pytest.fixture
async def bot() -> AsyncIterator[Reader]:
    """The bot, not yet connected."""
    async with Reader() as bot:
        yield bot


@pytest.fixture
async def fake(bot: Reader) -> AsyncIterator[FakeDiscord]:
    """A server with the bot in it."""
    specs = SPECS if SPECS.exists() else None
    async with FakeDiscord(TOKEN, specs=specs) as fake:
        with fake.patched_client():
            await bot.login(TOKEN)
            connected = bot.loop.create_task(bot.connect())
            await fake.ready()
            yield fake
            await bot.close()
            await connected


async def test_a_file_beside_a_command_is_resolved(fake: FakeDiscord) -> None:
    """Its name in Discord's spelling, its size and kind, and an address of its own."""
    reply = await fake.slash(fake.member("Anna"), "read", file=SONGS)
    assert reply.text == (
        "Meine_Lieder_frher.csv 13 text/csv; charset=utf-8 True Meine Lieder (früher) 'Title,Artist\\n'"
    )
    assert fake.violations == []


async def test_files_of_a_message_are_shown_to_whom_it_is_given(fake: FakeDiscord, bot: Reader) -> None:
    """By its menu they come whole; who only hears of the message sees none without the intent."""
    message: FakeMessage = fake.says(fake.member("Ben"), "", files=[SONGS, FakeFile("x", b"y")])
    reply = await fake.use_on(fake.member("Anna"), "Look", message)
    first, second = reply.text.splitlines()
    assert "False" in first
    assert second == "x 1 None False None 'y'"
    assert [it.attachments for it in bot.seen if it.id == int(message.id)] == [[]]
    assert fake.violations == []


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("gone", "NotFound"),
        ("forbidden", "Forbidden"),
        ("unavailable", "HTTPException"),
        ("cut", "ClientPayloadError"),
    ],
)
async def test_a_download_fails_as_ordered(fake: FakeDiscord, fault: Fault, error: str) -> None:
    """Refused, or ended halfway."""
    file = FakeFile("songs.csv", b"Title,Artist\n" * 9000, fault)
    assert (await fake.slash(fake.member("Anna"), "attempt", file=file)).text == error


async def test_an_address_without_its_signature_leads_nowhere(fake: FakeDiscord) -> None:
    """And a bot that shows its token there is found out."""
    message = fake.says(fake.member("Ben"), "", files=[SONGS])
    url = message.attachments[0]["url"]
    async with aiohttp.ClientSession() as session:
        for address, status in ((url, 200), (url.partition("?")[0], 404), (url + "0", 200)):
            async with session.get(address) as response:
                assert response.status == status
        assert fake.violations == []
        await session.get(url, headers={"Authorization": f"Bot {TOKEN}"})
    assert "token" in fake.violations[0]


async def test_what_no_client_sends_is_refused(fake: FakeDiscord) -> None:
    """A file that is too large, too many of them, or something else in its place."""
    anna = fake.member("Anna")
    with pytest.raises(ValueError, match="too large"):
        await fake.slash(anna, "read", file=FakeFile("x", bytes(SIZE_LIMIT + 1)))
    with pytest.raises(ValueError, match="at most 10"):
        fake.says(anna, "", files=[SONGS] * (MOST_FILES + 1))
    with pytest.raises(TypeError):
        await fake.slash(anna, "read", file="songs.csv")
    with pytest.raises(ValueError, match="needs"):
        await fake.slash(anna, "read")
