"""How much votes steer: five rounds of five suggestions against one list of 25."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.party.rules.steering import signals, spoken_for
from bot.party.words import Entry, Member, Mood, State, Track
from tests.measure.stage import Stage

ROUNDS, COUNT = 5, 5
SOMEBODY = Member("measure", "1", "somebody")
NOW_MS = 1_800_000_000_000


def entries(tracks: Sequence[Track], state: State, vote: int = 0) -> list[Entry]:
    """Songs in one state, with somebody's vote."""
    votes = {SOMEBODY.user_id: vote} if vote else {}
    adder = None if vote else SOMEBODY
    return [Entry(0, track, state, adder, NOW_MS, ended_ms=NOW_MS, votes=votes) for track in tracks]


async def hits(stage: Stage, liked: Sequence[Track], known: int, mood: Mood) -> tuple[int, int]:
    """How many suggestions were liked: in rounds with votes in between, and of one list as long."""
    party = entries(liked[:known], State.PLAYED)
    wanted = {track.track_id for track in liked[known:]}

    async def ask(count: int) -> list[Track]:
        banned = [entry.track for entry in party if spoken_for(entry, NOW_MS)]
        found = await stage.recommender.suggest(signals(party), banned, count, mood=mood)
        return [each.track for each in found]

    static = sum(track.track_id in wanted for track in await ask(ROUNDS * COUNT))
    found = 0
    for _ in range(ROUNDS):
        ballot = await ask(COUNT)
        liked_now = [track for track in ballot if track.track_id in wanted]
        others = [track for track in ballot if track.track_id not in wanted]
        found += len(liked_now)
        party += entries(liked_now, State.QUEUED, +1)
        party += entries(others[:1], State.SUGGESTED, -1)
        party += entries(others[1:], State.SUGGESTED)
    return found, static


async def measure(stage: Stage, known: int, mood: Mood = Mood.SAFE) -> tuple[float, float, int]:
    """The mean hits of both, and over how many playlists: those with at least as many songs again to find."""
    people = [liked for liked in stage.lists if len(liked) >= known + ROUNDS * COUNT]
    found = await asyncio.gather(*(hits(stage, liked, known, mood) for liked in people))
    return (
        sum(steered for steered, _ in found) / len(found),
        sum(static for _, static in found) / len(found),
        len(found),
    )
