"""`/help` on Discord."""

from __future__ import annotations

from bot.domain import Mood
from tests.cogs.stage import private
from tests.fakes.discord_server import FakeDiscord


async def test_help_is_private_and_names_every_command(fake: FakeDiscord) -> None:
    """Only the asker sees the help, and no registered command is missing from it."""
    text = private(await fake.slash(fake.member("Anna"), "help"))
    assert {
        name for name in fake.commands if f"`/{name}` {fake.commands[name]['description']}" in text
    } == set(fake.commands)
    assert all(f"{mood} " in text for mood in Mood)
    assert len(fake.commands) == 9
