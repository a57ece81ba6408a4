"""One run: a fake Discord here, the bot in a process of its own, and orders for it over a pipe."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from tests.fakes.discord_model import STRICT, FakeMessage
from tests.fakes.discord_server import FakeDiscord
from tests.measure.house import Bot, open_process

TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.for-the-bench.only"
QUEUE_BUTTON = "encore:next"
"""What the card of a party has and no other message."""
AT_ONCE = replace(STRICT, settle_s=0.0)


class Cards:
    """When each party's card was edited, and the latest card and ballot of each channel."""

    def __init__(self, fake: FakeDiscord) -> None:
        self.edits: dict[str, list[float]] = {}
        self.card: dict[str, FakeMessage] = {}
        self.ballot: dict[str, FakeMessage] = {}
        self._known: dict[str, bool] = {}
        self._tell = fake.world.announce_message
        fake.world.announce_message = self._note

    def _note(self, event: str, message: FakeMessage) -> None:
        if event != "MESSAGE_DELETE":
            ids = [button.custom_id or "" for button in message.buttons]
            if QUEUE_BUTTON in ids:
                self.card[message.channel.id] = message
                if event == "MESSAGE_UPDATE":
                    self.edits.setdefault(message.id, []).append(time.monotonic())
            elif any(own_id.startswith("encore:more") for own_id in ids):
                self.ballot[message.channel.id] = message
        self._tell(event, message)

    def gaps_s(self) -> list[float]:
        """The seconds between one edit of a card and its next."""
        return [after - before for times in self.edits.values() for before, after in pairwise(times)]


@asynccontextmanager
async def open_fake() -> AsyncIterator[FakeDiscord]:
    """A Discord that validates nothing and remembers no request: it may not be what is measured."""
    async with FakeDiscord(TOKEN, remember=False, timing=AT_ONCE) as fake:
        yield fake


@asynccontextmanager
async def open_bot(
    fake: FakeDiscord, database: Path, *, shards: int = 1, profile: str = "", spotify: str = ""
) -> AsyncIterator[Bot]:
    """The bot, logged in; it is ended with the block, however that ends."""
    arguments = (f"sqlite+aiosqlite:///{database}", TOKEN, fake.rest_url, fake.gateway_url)
    module = "tests.measure.discord.house"
    async with open_process(module, arguments, profile=profile, spotify=spotify) as bot:
        await fake.ready(shards=shards, timeout=60)
        yield bot
