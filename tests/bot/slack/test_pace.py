"""How fast the bot writes into a channel."""

from __future__ import annotations

import asyncio

import pytest

from bot.slack import card
from tests.fakes.slack_model import FakeMessage
from tests.fakes.slack_server import FakeSlack
from tests.patience import PATIENCE_S

REAL_PACE_S = card.POST_EVERY_S


async def test_all_who_ask_for_the_card_at_once_get_one(
    fake: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack refuses a second message within a second, and nobody is told of that: theirs comes later."""
    monkeypatch.setattr(card, "POST_EVERY_S", REAL_PACE_S)
    cards: asyncio.Queue[FakeMessage] = asyncio.Queue()
    fake.refuse_fast_posts, fake.world.heard = True, cards.put_nowait
    people = [fake.member(name) for name in ("Ann", "Ben")]
    asked = [await fake.slash(member, "/queue", wait=False) for member in people]
    async with asyncio.timeout(PATIENCE_S):
        first, second = await cards.get(), await cards.get()
    assert first is not second
    for reply in asked:
        assert (await fake.settled(reply)).posts == []
