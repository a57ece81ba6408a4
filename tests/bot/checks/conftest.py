"""What the tests of checks may ask for: all services at once, and settings that fit them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from bot.checks import slack, spotify
from bot.settings import Settings
from tests.bot.slack import conftest as at_slack
from tests.cogs import stage as at_discord
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.slack_server import FakeSlack
from tests.fakes.spotify_server import FakeSpotify

Make = Callable[..., Settings]
KEY = Fernet.generate_key().decode()


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No .env of the machine's is read."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Settings with a database of their own on a free port, and what else is named."""

    def made(**others: Any) -> Settings:
        url = f"sqlite+aiosqlite:///{tmp_path / 'party.db'}"
        return Settings(**{"database_url": url, "room_port": 0, **others})

    return made


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    """Discord."""
    async with at_discord.open_server() as fake:
        yield fake


@pytest.fixture
async def slack_(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeSlack]:
    """Slack, where the checks ask."""
    async with at_slack.open_server() as fake:
        monkeypatch.setattr(slack, "URL", fake.base_url)
        yield fake


@pytest.fixture
async def spotify_(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeSpotify]:
    """Spotify, where the checks ask."""
    async with FakeSpotify() as fake:
        monkeypatch.setattr(spotify, "ACCOUNTS_URL", fake.accounts_url)
        yield fake
