"""How fair a group's order is: held-out playlists as a group's members, each judging the one list for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.party.words import Signal, Strategy, Track
from model_export.metrics import DEPTH, ndcg
from tests.measure.stage import Stage

KNOWN = 5
"""How many songs each member has queued."""


@dataclass(frozen=True)
class Fairness:
    """Means over groups."""

    mean: float  # of the members' NDCG@100
    least: float  # the NDCG@100 of the member who is worst off


def groups(stage: Stage, size: int, count: int) -> list[list[Sequence[Track]]]:
    """Random groups of people who have songs left to find."""
    rng = np.random.default_rng(size)
    people = [liked for liked in stage.lists if len(liked) >= 2 * KNOWN]
    return [[people[i] for i in rng.choice(len(people), size, replace=False)] for _ in range(count)]


async def measure(stage: Stage, strategy: Strategy, size: int, count: int) -> Fairness:
    """Asks for one list for each group."""
    found = np.array([await _members(stage, strategy, group) for group in groups(stage, size, count)])
    return Fairness(float(found.mean()), float(found.min(axis=1).mean()))


async def _members(stage: Stage, strategy: Strategy, group: Sequence[Sequence[Track]]) -> list[float]:
    told = [
        Signal(track, 1.0, 1.0, {str(member): 1.0})
        for member, liked in enumerate(group)
        for track in liked[:KNOWN]
    ]
    banned = [signal.track for signal in told]
    answer = await stage.recommender.suggest(told, banned, DEPTH, strategy=strategy)
    scores = []
    for liked in group:
        wanted = {track.track_id for track in liked[KNOWN:]} - {track.track_id for track in banned}
        hits = np.array([track.track.track_id in wanted for track in answer], bool)
        scores.append(ndcg(hits, max(len(wanted), 1)))
    return scores
