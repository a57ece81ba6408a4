"""Each member's own scores are the model's own: on the shipped model nearly, on an even one exactly."""

from __future__ import annotations

import numpy as np
from scipy import stats

from bot.party.rules.steering import UNWANTED
from bot.recommend import taste
from bot.recommend.recommender import Recommender
from model_export.model import Model
from tests.bot.recommend.test_taste import said
from tests.model_export.test_graph import Graph, nobody


def _alone_and_together(
    recommender: Recommender, rows: dict[str, list[int]], catalogue: int
) -> list[tuple[taste.Floats, taste.Floats]]:
    """For each member: the logits of a queue of theirs alone, and what the shared queue says of them."""
    told = [(row, said(1, 1, **{user: 1.0})) for user, own in rows.items() for row in own]
    everything = recommender.answer(told, set(), 2000)
    table = taste.by_member(everything.reasons, taste.logit(everything.match), [signal for _, signal in told])
    pairs = []
    for member, user in enumerate(taste.members([signal for _, signal in told])):
        alone = recommender.answer([(row, said(1, 1)) for row in rows[user]], set(), catalogue)
        own = np.full(catalogue, np.nan)
        own[alone.tracks] = taste.logit(alone.match)
        pairs.append((own[everything.tracks], table[member]))
    return pairs


def test_each_members_scores_are_nearly_the_models_own(recommender: Recommender) -> None:
    """On the shipped model, what a shared queue says of each of three is what it says of them alone."""
    rng = np.random.default_rng(3)
    count = len(recommender.answer([], set(), 10**6).tracks)
    for _ in range(5):
        rows = {
            user: rng.choice(3000, size, replace=False).tolist()
            for user, size in zip("abc", (2, 4, 7), strict=True)
        }
        for own, told in _alone_and_together(recommender, rows, count):
            assert stats.spearmanr(own, told).statistic > 0.98
            assert abs(float(np.polyfit(told, own, 1)[0]) - 1) < 0.2


def test_where_all_songs_count_alike_the_scores_are_exactly_the_models() -> None:
    """With equal learned weights a member's scores and the model's own differ by a constant alone."""
    rng = np.random.default_rng(4)
    model = Model(
        rng.normal(size=(30, 4)).astype(np.float32),
        np.full(30, 1.7, np.float32),
        rng.normal(size=30).astype(np.float32),
        taste.POOLING,
        scale=0.4,
    )
    graph = Graph(model, nobody(4, 30))
    told = [said(1, 1, anna=1.0), said(2, 1, ben=1.0, anna=1.0), said(1, UNWANTED, ben=UNWANTED)]
    queue = [3, 7, 20]
    answer = graph(queue, [each.weight for each in told], [each.label for each in told], limit=30)
    found = taste.by_member(answer.reasons, taste.logit(answer.match), told)
    for member, labels in enumerate(([1.0, 1.0, 0.0], [0.0, 1.0, UNWANTED])):
        own = graph(queue, [float(label != 0) for label in labels], labels, limit=30)
        logits = dict(zip(own.tracks.tolist(), taste.logit(own.match), strict=True))
        apart = found[member] - np.array([logits[track] for track in answer.tracks.tolist()])
        np.testing.assert_allclose(apart, apart[0], atol=1e-4)
