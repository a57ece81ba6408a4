"""What these tests may ask for: a workspace whose party can sound on a Spotify on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.service import PartyService
from db.store import Store
from tests.bot.slack.conftest import log_in, open_server
from tests.bot.slack.spotify.stage import Music, open_music
from tests.bot.slack.test_delivery import served
from tests.conftest import Clock
from tests.fakes.slack_server import FakeSlack


@pytest.fixture
async def music(
    store: Store, catalogue: Catalogue, recommender: Recommender, clock: Clock
) -> AsyncIterator[Music]:
    """Spotify, with no account connected."""
    async with open_music(store, catalogue, recommender, clock) as music:
        yield music


@pytest.fixture
def party(music: Music) -> PartyService:
    """A party that can sound on Spotify."""
    return music.party


@pytest.fixture
async def fake(request: pytest.FixtureRequest, party: PartyService) -> AsyncIterator[FakeSlack]:
    """A workspace with the real bot in it."""
    opened = served if getattr(request, "param", "socket") == "http" else log_in
    async with open_server() as fake, opened(fake, party):
        yield fake
