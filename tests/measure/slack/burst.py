"""Five hundred people who all press a button of one card."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

from tests.fakes.slack_reply import Act
from tests.measure.slack.people import LOOK_S, SONGS_FIRST, WAIT_S, People, all_settled
from tests.measure.slack.scene import Tallies, tallies

QUIET_S = 2.5
"""How long a channel is left alone before, and looked at after."""


async def begin(people: People) -> None:
    """Starts the party whose card all will press, and waits until the card rests."""
    (channel, crowd), *_ = people.places
    await all_settled([await people.type(crowd[i], channel, "add") for i in range(SONGS_FIRST)])
    await all_settled([await people.type(crowd[0], channel, "queue")])
    await asyncio.sleep(QUIET_S)


async def press(people: People) -> tuple[list[Act], Tallies]:
    """Everybody votes for a song, as fast as possible; returns that, and the tallies to come."""
    (channel, crowd), *_ = people.places
    card = people.channels.card[channel.id]
    people.channels.times_s.clear()
    people.channels.tallies.clear()
    people.channels.watched = channel.id
    waiting = sorted(tallies(card))
    chosen = [people.rng.choice(waiting) for _ in crowd]
    acts = [
        people.released(await people.fake.press(member, card, f"encore:vote:{entry}:1:queue", wait=False))
        for member, entry in zip(crowd, chosen, strict=True)
    ]
    return acts, dict(Counter(chosen))


async def counted(database: Path, votes: int) -> tuple[int, float]:
    """Waits up to `WAIT_S` until so many votes are in the database; returns how many, and when."""
    end = time.monotonic() + WAIT_S
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        while True:
            (found,) = connection.execute("SELECT count(*) FROM changes WHERE kind = 'vote'").fetchone()
            if found >= votes or time.monotonic() > end:
                return int(found), time.monotonic()
            await asyncio.sleep(LOOK_S)


async def right_s(people: People, expected: Tallies, counted_s: float) -> float:
    """The seconds from a moment until the card shows these votes for good; infinite if it does not."""
    await asyncio.sleep(QUIET_S)
    since = float("inf")
    for at_s, shown in reversed(people.channels.tallies):
        if {entry: count for entry, count in shown.items() if count} != expected:
            break
        since = at_s
    return max(0.0, since - counted_s)
