"""What the tests of Slack may ask for: a workspace with the real bot in it, by Socket Mode."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.service import PartyService
from bot.slack import budget, card
from bot.slack.app import SCOPES, SlackDoor
from bot.slack.installs import Single
from bot.slack.manifest import manifest
from tests.conftest import SPECS
from tests.fakes.slack_model import Timing
from tests.fakes.slack_server import FakeSlack

PACE_S = 0.05
"""How long a card rests in most tests here."""


@asynccontextmanager
async def open_server() -> AsyncIterator[FakeSlack]:
    """A Slack on loopback; all traffic with it must keep to what Slack publishes."""
    async with FakeSlack(
        specs=SPECS if SPECS.exists() else None,
        timing=Timing(settle_s=0.02, unchanged_s=1.0),
        scopes=",".join(SCOPES),
    ) as fake:
        yield fake
    assert fake.violations == [], "\n".join(fake.violations)


@asynccontextmanager
async def log_in(fake: FakeSlack, party: PartyService, only: str = "") -> AsyncIterator[SlackDoor]:
    """The real bot, connected; `only` if its app has but one command."""
    door = SlackDoor(
        party,
        Single(fake.bot_token),
        app_token=fake.app_token,
        signing_secret=fake.signing_secret,
        only=only,
        base_url=fake.base_url,
    )
    made = manifest()["features"]["slash_commands"]
    fake.escaped = {each["command"] for each in made if each.get("should_escape")}
    async with door.open():
        await fake.connected(1)
        yield door


@pytest.fixture(autouse=True)
def pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cards rest shorter than they really do, and the minute's edits may all come at once."""
    monkeypatch.setattr(card, "POST_EVERY_S", PACE_S)
    monkeypatch.setattr(budget, "BURST", 40)
    monkeypatch.setattr(budget, "PER_MINUTE", 8)


@pytest.fixture
async def fake(party: PartyService) -> AsyncIterator[FakeSlack]:
    """A workspace whose party bot is the real one, on a fresh database with the shipped model."""
    async with open_server() as fake, log_in(fake, party):
        yield fake
