"""People at parties in Slack: who they are, what they type, how often, and when."""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.fakes.slack_model import FakeChannel, FakeMember
from tests.fakes.slack_reply import Act, Reply
from tests.fakes.slack_server import FakeSlack
from tests.measure.discord.people import songs
from tests.measure.slack.figures import answered, kind, settled
from tests.measure.slack.scene import Channels

CHANNELS, MEMBERS_EACH = 50, 4
SONGS_FIRST = 6
"""How many songs each party has when the clock starts."""
SHARES = {"vote": 40, "add": 25, "history": 10, "queue": 10, "next": 10, "skip": 5}
"""What people type, of a hundred commands."""
LOOK_S, WAIT_S = 0.02, 20.0


@dataclass
class People:
    """Members in the channels of one workspace, and what they have done."""

    fake: FakeSlack
    channels: Channels
    rng: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311 - no secret
    places: list[tuple[FakeChannel, list[FakeMember]]] = field(default_factory=list)
    songs: list[tuple[str, str]] = field(default_factory=songs)
    late_s: list[float] = field(default_factory=list)
    sent_s: dict[Act, float] = field(default_factory=dict)  # on the monotonic clock

    def settle(self, channels: int = CHANNELS, members_each: int = MEMBERS_EACH) -> None:
        """Moves everybody in."""
        for i in range(channels):
            crowd = [self.fake.member(f"Guest {i} {j}") for j in range(members_each)]
            self.places.append((self.fake.channel(f"party-{i}", members=crowd), crowd))

    async def begin(self) -> None:
        """Starts a party with songs and a card in every channel."""
        for channel, crowd in self.places:
            acts = [await self.type(crowd[i % len(crowd)], channel, "add") for i in range(SONGS_FIRST)]
            await all_settled(acts)

    async def act(self, rate: float, seconds: float, told: Callable[[int], None]) -> list[Act]:
        """Types so many commands a second, each at its time whatever has become of those before."""
        kinds, weights = list(SHARES), list(SHARES.values())
        acts = []
        begun = time.monotonic()
        for i in range(int(rate * seconds)):
            due = begun + i / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self.late_s.append(time.monotonic() - due)
            channel, crowd = self.rng.choice(self.places)
            kind = self.rng.choices(kinds, weights)[0]
            acts.append(await self.type(self.rng.choice(crowd), channel, kind))
            told(i + 1)
        return acts

    async def type(self, member: FakeMember, channel: FakeChannel, kind: str) -> Act:
        """Lets somebody type a command, and does not wait for the answer."""
        track_id, title = self.rng.choice(self.songs)
        text = ""
        if kind == "add":
            text = f"track:{track_id}" if self.rng.random() < 0.7 else title
        elif kind == "vote":
            text = f"{self.rng.randint(1, SONGS_FIRST - 2)} {self.rng.choice(['up', 'up', 'down'])}"
        act = self.released(await self.fake.slash(member, f"/{kind}", text, channel=channel, wait=False))
        self.sent_s[act] = time.monotonic()
        if kind == "queue":
            self.channels.asked[channel.id].append(act)
        return act

    def answers_ms(self, acts: Iterable[Act]) -> dict[str, list[float]]:
        """Milliseconds from sending to the answer, of what was answered, by kind."""
        found: defaultdict[str, list[float]] = defaultdict(list)
        for act in filter(answered, acts):
            found[kind(act)].append(1000 * (act.touched - self.sent_s[act]))
        return dict(found)

    def released(self, reply: Reply) -> Act:
        """An act that the fake looks no further after: what answers it names it."""
        self.fake.world.open_acts.discard(reply.act)
        return reply.act


async def all_settled(acts: Iterable[Act]) -> None:
    """Waits up to `WAIT_S` seconds for everybody's answer."""
    left = list(acts)
    for _ in range(int(WAIT_S / LOOK_S)):
        left = [act for act in left if not settled(act)]
        if not left:
            return
        await asyncio.sleep(LOOK_S)
