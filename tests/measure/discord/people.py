"""People at parties: who they are, what they do, how often, and when."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from bot.settings import STARTER
from tests.fakes.discord_model import FakeChannel, FakeMember
from tests.fakes.discord_server import FakeDiscord
from tests.measure.discord.scene import Cards

GUILDS, CHANNELS_EACH, MEMBERS_EACH = 10, 5, 30
SONGS_FIRST = 6
"""How many songs each party has when the clock starts."""
SHARES = {"vote": 45, "type a song": 18, "type an entry": 2, "add": 15, "now": 10, "next": 5, "skip": 5}
"""What people do, of a hundred things."""
SOUND_SHARES = SHARES | {"play": 4, "pause": 4}
"""The same where parties sound on Spotify."""


def songs(count: int = 5_000) -> list[tuple[str, str]]:
    """Ids and titles of the catalogue's best known songs."""
    with closing(sqlite3.connect(f"file:{STARTER / 'catalog.db'}?immutable=1", uri=True)) as catalogue:
        return catalogue.execute("SELECT track_id, title FROM tracks LIMIT ?", (count,)).fetchall()


@dataclass
class People:
    """Members in the channels of many servers."""

    fake: FakeDiscord
    cards: Cards
    rng: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311 - no secret
    channels: list[tuple[FakeChannel, list[FakeMember]]] = field(default_factory=list)
    songs: list[tuple[str, str]] = field(default_factory=songs)
    typing: set[asyncio.Task[Any]] = field(default_factory=set)
    late_s: list[float] = field(default_factory=list)
    shares: Mapping[str, int] = field(default_factory=lambda: SHARES)

    def settle(self) -> None:
        """Moves everybody in."""
        for guild in self.fake.add_guilds(GUILDS):
            crowd = [self.fake.member(f"Guest {guild.id[-6:]}{i}", guild=guild) for i in range(MEMBERS_EACH)]
            places = [self.fake.add_channel(f"party-{i}", guild) for i in range(CHANNELS_EACH)]
            each = MEMBERS_EACH // CHANNELS_EACH
            self.channels += [(place, crowd[i * each : (i + 1) * each]) for i, place in enumerate(places)]

    async def begin(self) -> None:
        """Starts a party in every channel, with songs, a card and a ballot."""
        for channel, crowd in self.channels:
            await asyncio.gather(*(self._add(channel, crowd[i % len(crowd)]) for i in range(SONGS_FIRST)))
            await self.fake.slash(crowd[0], "next", channel=channel)

    async def _add(self, channel: FakeChannel, member: FakeMember) -> None:
        await self.fake.slash(member, "add", channel=channel, song=f"track:{self.rng.choice(self.songs)[0]}")

    async def act(self, rate: float, seconds: float, told: Callable[[int], None]) -> None:
        """Does so many things a second, each at its time whatever has become of those before."""
        kinds, weights = list(self.shares), list(self.shares.values())
        begun = time.monotonic()
        for i in range(int(rate * seconds)):
            due = begun + i / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self.late_s.append(time.monotonic() - due)
            await self.do(self.rng.choices(kinds, weights)[0])
            told(i + 1)

    async def do(self, kind: str) -> None:
        """Lets somebody do something, and does not wait for the answer."""
        channel, crowd = self.rng.choice(self.channels)
        member = self.rng.choice(crowd)
        track_id, title = self.rng.choice(self.songs)
        match kind:
            case "vote":
                await self._vote(channel, member)
            case "type a song":
                self._type(self.fake.autocomplete(member, "add", channel=channel, song=title[:8]))
            case "type an entry":
                self._type(self.fake.autocomplete(member, "vote", channel=channel, song=title[:1]))
            case "add":
                song = f"track:{track_id}" if self.rng.random() < 0.7 else title
                await self.fake.slash(member, "add", channel=channel, song=song, wait=False)
            case _:
                await self.fake.slash(member, kind, channel=channel, wait=False)

    async def _vote(self, channel: FakeChannel, member: FakeMember) -> None:
        shown = self.cards.ballot if self.rng.random() < 0.4 else self.cards.card
        message = shown[channel.id]
        buttons = [
            it for it in message.buttons if (it.custom_id or "").startswith("encore:vote") and not it.disabled
        ]
        if not buttons:
            await self.fake.slash(member, "now", channel=channel, wait=False)
            return
        await self.fake.click(member, message, self.rng.choice(buttons), wait=False)

    def _type(self, typing: Any) -> None:
        task = asyncio.ensure_future(typing)
        self.typing.add(task)
        task.add_done_callback(self._typed)

    def _typed(self, task: asyncio.Task[Any]) -> None:
        self.typing.discard(task)
        if not task.cancelled():
            task.exception()  # what has no answer is counted with the rest
