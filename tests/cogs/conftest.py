"""What the tests of Discord's commands may ask for: a server with the real bot in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.service import PartyService
from cogs import request
from db.store import Store
from tests.cogs.stage import log_in, open_server
from tests.cogs.stage_voice import Night, three_records
from tests.fakes.discord_server import FakeDiscord

ANSWER_WITHIN_S = request.ANSWER_WITHIN_S


@pytest.fixture
def hasty(unhurried: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request whose answer takes long is acknowledged as soon as it really is."""
    monkeypatch.setattr(request, "ANSWER_WITHIN_S", ANSWER_WITHIN_S)


@pytest.fixture
async def fake(party: PartyService) -> AsyncIterator[FakeDiscord]:
    """A Discord server whose party bot is the real one, on a fresh database with the shipped model."""
    async with open_server() as fake, log_in(fake, party):
        yield fake


@pytest.fixture
async def fake_unheard() -> AsyncIterator[FakeDiscord]:
    """A Discord server that nobody has logged in to yet."""
    async with open_server() as fake:
        yield fake


@pytest.fixture
async def night(
    store: Store, catalogue: Catalogue, recommender: Recommender, tmp_path: Path
) -> AsyncIterator[Night]:
    """A party with three records, the bot in Discord, and Anna in a voice channel."""
    shelf = await three_records(tmp_path, catalogue)
    party = PartyService(store, catalogue, recommender, library=shelf)
    async with open_server() as fake:
        channel, anna = fake.add_voice_channel("Music"), fake.member("Anna")
        async with log_in(fake, party):
            fake.join_voice(anna, channel)
            yield Night(fake, party, shelf, channel, anna)
    await party.close()
