"""What each member of the ensemble weighs, learned on playlists that its members have not seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from model_export.metrics import DEPTH, QUEUE_LENGTHS, cases, ndcg
from model_export.model import Blend, Floats, Model
from model_export.playlists import Playlists
from model_export.scoring import Head, Scorer, first

HEAD = 500
"""Of each member's ranking only so many songs are looked at: the others never come into the first hundred."""
LOOKS = 120
"""How many blends are tried."""
PULL = 0.1
"""What a weight e times the one it starts from costs, in NDCG over so many cases: a few cases say little."""


def blended(model: Model, validation: Playlists) -> Model:
    """The model with the blend that has the best NDCG@100 on validation, all queue lengths alike.

    NDCG has no slope, so it is searched for with the simplex of Nelder and Mead (1965), in logarithms, from
    the blend that the model has. The fewer the cases, the nearer to it what is found; without any it stays.
    """
    if model.memory is None:
        return model
    scorer = Scorer(model)
    by_length = [list(_heads(scorer, validation, length)) for length in QUEUE_LENGTHS]
    by_length = [heads for heads in by_length if heads]
    if not by_length:
        return model

    def loss(logarithms: npt.NDArray[np.float64], /) -> float:
        weights = np.exp(logarithms).tolist()
        quality = np.mean([np.mean([each.ndcg(weights) for each in heads]) for heads in by_length])
        return float(PULL / count * np.sum((logarithms - start) ** 2) - quality)

    count = sum(map(len, by_length))
    start = np.log(np.array(model.blend))
    simplex = np.vstack([start, start + 0.7 * np.eye(len(start))])
    found = minimize(loss, start, method="Nelder-Mead", options={"initial_simplex": simplex, "maxfev": LOOKS})
    return replace(model, blend=Blend(*np.exp(found.x).round(3).tolist()))


def settled(model: Model) -> Model:
    """The same model with what the bias weighs in its numbers, so that they add up plainly."""
    return replace(model, track_bias=model.bias, blend=model.blend._replace(bias=1.0))


@dataclass(frozen=True, slots=True)
class _Judged:
    """The songs that could come first for one case, and which of them were held out."""

    head: Head
    bias: Floats  # (songs,), as learned
    weighed: float  # what the bias weighs in the head's scores
    wanted: npt.NDArray[np.bool_]  # (songs,)
    relevant: int

    def ndcg(self, weights: Sequence[float]) -> float:
        blend = Blend(*weights)
        scores = self.head.scores(blend) + np.float32(blend.bias - self.weighed) * self.bias
        if len(scores) > DEPTH:
            ahead = np.flatnonzero(scores >= np.partition(scores, -DEPTH)[-DEPTH])
        else:
            ahead = np.arange(len(scores))
        return ndcg(self.wanted[ahead[np.argsort(-scores[ahead])][:DEPTH]], self.relevant)


def _heads(scorer: Scorer, lists: Playlists, length: int) -> Iterator[_Judged]:
    questions = list(cases(lists, length))
    heads = scorer.heads([case.queue for case in questions], HEAD)
    blend, learned = scorer.model.blend, scorer.model.track_bias
    for case, head in zip(questions, heads, strict=True):
        bias = learned[head.songs]
        popular = head.base + np.float32(blend.bias) * bias
        ahead = [first(each, HEAD) for each in (head.base, popular, head.scores(blend), *head.members)]
        wanted = np.isin(head.songs, case.held_out)
        places = np.unique(np.concatenate([np.flatnonzero(wanted), *ahead]))
        yield _Judged(head.of(places), bias[places], blend.bias, wanted[places], len(case.held_out))
