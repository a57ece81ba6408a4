"""People in a few hundred rooms, spread over the shards, and time that goes by faster for their songs."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from tests.fakes.discord_model import FakeChannel, FakeMember, Interaction
from tests.measure.discord.people import People
from tests.postgres import Server

SHARES = {"vote": 40, "add": 20, "now": 14, "next": 9, "skip": 9, "type a song": 8}
"""What people do, of a hundred things."""
CROWD, SONGS, AT_ONCE = 4, 3, 8
"""How many people and songs a room has at first, and in how many rooms people begin at once."""
EVERY_S = 2.0
"""How often time is moved on."""
MOVED_ON = (
    # A quarter of the songs that play are over.
    "UPDATE entries SET ends_ms = {now} WHERE state = 'playing' AND id % 4 = {turn}",
    # And the autopilot has waited long enough for votes.
    "UPDATE changes SET at_ms = at_ms - 45000 WHERE kind = 'autopilot' AND NOT undone AND at_ms > {lately}",
)
AUTOPILOT = "UPDATE parties SET rules = '{\"autopilot\": true}', autopilot_below = 3 WHERE id % 2 = 0"


def shard_of(guild_id: str, shards: int) -> int:
    """Which shard a server's events go to (docs, "Gateway": Sharding)."""
    return (int(guild_id) >> 22) % shards


@dataclass
class Crowd(People):
    """People in one channel each of many servers."""

    rooms: int = 240
    shards: int = 4
    sent: list[Interaction] = field(default_factory=list)

    def __post_init__(self) -> None:
        """What they do."""
        self.shares = SHARES

    def settle(self) -> None:
        """Moves everybody in."""
        for guild in self.fake.add_guilds(self.rooms):
            people = [self.fake.member(f"Guest {guild.id[-6:]}{i}", guild=guild) for i in range(CROWD)]
            self.channels.append((self.fake.add_channel("party", guild), people))

    async def begin(self) -> None:
        """Starts a party in every channel, with songs, a card and a ballot."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def start(channel: FakeChannel, people: list[FakeMember]) -> None:
            async with turns:
                await asyncio.gather(*(self._add(channel, people[i % CROWD]) for i in range(SONGS)))
                await self.fake.slash(people[0], "next", channel=channel)

        await asyncio.gather(*(start(*each) for each in self.channels))
        while len(self.cards.card) < len(self.channels):  # noqa: ASYNC110 - cards come by themselves
            await asyncio.sleep(0.1)

    async def act_until(self, over: asyncio.Event, rate: float) -> None:
        """Does so many things a second, each at its time whatever has become of those before."""
        kinds, weights = list(self.shares), list(self.shares.values())
        begun, done = time.monotonic(), 0
        while not over.is_set():
            await asyncio.sleep(max(0.0, begun + done / rate - time.monotonic()))
            done += 1
            await self.do(self.rng.choices(kinds, weights)[0])

    def shard(self, it: Interaction) -> int:
        """The shard of the room in which somebody did something."""
        return self.shard_of(it.channel.id)

    def shard_of(self, channel: str) -> int:
        """The shard of a room."""
        return shard_of(self.fake.world.channels[channel].guild.id, self.shards)

    async def _vote(self, channel: FakeChannel, member: FakeMember) -> None:
        shown = [each[channel.id] for each in (self.cards.card, self.cards.ballot) if channel.id in each]
        if any(message.deleted for message in shown):
            await self.fake.slash(member, "now", channel=channel, wait=False)
        else:
            await super()._vote(channel, member)


async def go_by(server: Server, database: str, over: asyncio.Event) -> None:
    """Lets songs end and ballots be decided every two seconds, so that all processes' clocks see to them."""
    turn = 0
    while not over.is_set():
        await asyncio.sleep(EVERY_S)
        now_ms = int(time.time() * 1000)
        for sql in MOVED_ON:
            told = sql.format(now=now_ms, turn=turn % 4, lately=now_ms - 45_000)
            await asyncio.to_thread(server.run, told, database)
        turn += 1
