"""One run: a fake Slack here, the bot in a process of its own, and what each channel gets to see."""

from __future__ import annotations

import re
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

from tests.fakes.slack_model import STRICT, FakeMessage
from tests.fakes.slack_reply import Act
from tests.fakes.slack_server import FakeSlack
from tests.measure.house import Bot, open_process

QUEUE_BUTTON = "encore:next"
"""What the card of a party has and no other message."""
UP = re.compile(r"encore:vote:(\d+):1:queue")

Tallies = dict[int, int]  # votes for an entry, by its id


class Channels:
    """When the bot posted and edited in each channel, and the card there."""

    def __init__(self, fake: FakeSlack) -> None:
        self.times_s: defaultdict[str, list[float]] = defaultdict(list)
        self.card: dict[str, FakeMessage] = {}
        self.asked: defaultdict[str, deque[Act]] = defaultdict(deque)  # who waits for a card
        self.watched = ""
        self.tallies: list[tuple[float, Tallies]] = []
        fake.world.heard = self._note

    def _note(self, message: FakeMessage) -> None:
        now_s, place = time.monotonic(), message.channel.id
        self.times_s[place].append(now_s)
        if QUEUE_BUTTON not in message.actions:
            return
        if message is not self.card.get(place) and self.asked[place]:
            act = self.asked[place].popleft()
            act.messages.append(message)
            act.touch(now_s, visible=True)
        self.card[place] = message
        if place == self.watched:
            self.tallies.append((now_s, tallies(message)))

    def gaps_s(self) -> list[float]:
        """The seconds between one post or edit in a channel and its next."""
        return [after - before for times in self.times_s.values() for before, after in pairwise(times)]


def tallies(card: FakeMessage) -> Tallies:
    """The votes that the buttons of a card show."""
    found = {}
    for action, button in card.actions.items():
        if entry := UP.fullmatch(action):
            count = button["text"]["text"].partition(" ")[2]
            found[int(entry[1])] = int(count or 0)
    return found


@asynccontextmanager
async def open_fake() -> AsyncIterator[FakeSlack]:
    """A Slack that validates no arguments and remembers no request: it may not be what is measured."""
    async with FakeSlack(specs=None, remember=False, timing=STRICT) as fake:
        yield fake


@asynccontextmanager
async def open_bot(fake: FakeSlack, database: Path, *, profile: str = "") -> AsyncIterator[Bot]:
    """The bot, connected; it is ended with the block, however that ends."""
    arguments = (f"sqlite+aiosqlite:///{database}", fake.bot_token, fake.app_token, fake.base_url)
    async with open_process("tests.measure.slack.house", arguments, profile=profile) as bot:
        await bot.order("forget")  # answered once the bot has opened
        await fake.connected(1)
        yield bot
