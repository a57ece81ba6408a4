"""What each member of the ensemble weighs, learned on playlists that its members have not seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from model_export.metrics import DEPTH, QUEUE_LENGTHS, Case, cases, ndcg
from model_export.model import Blend, Floats, Model, queue_matrix
from model_export.playlists import Playlists

HEAD = 500
"""Of each member's ranking only so many songs are looked at: the others never come into the first hundred."""
LOOKS = 80
"""How many blends are tried."""


@dataclass(frozen=True, slots=True)
class _Head:
    """The songs that could come first for one case."""

    base: Floats  # (songs,): what factors and biases say
    members: Floats  # (members, songs)
    wanted: npt.NDArray[np.bool_]  # (songs,): held out
    relevant: int

    def ndcg(self, weights: Floats) -> float:
        order = np.argsort(-(self.base + weights @ self.members), kind="stable")[:DEPTH]
        return ndcg(self.wanted[order], self.relevant)


def blended(model: Model, validation: Playlists) -> Model:
    """The model with the blend that has the best NDCG@100 on validation, all queue lengths alike.

    NDCG has no slope, so it is searched for with the simplex of Nelder and Mead (1965), in logarithms, from
    the blend that the model has. Without held-out playlists that stays.
    """
    if model.memory is None:
        return model
    by_length = [list(_heads(model, validation, length)) for length in QUEUE_LENGTHS]
    by_length = [heads for heads in by_length if heads]
    if not by_length:
        return model

    def loss(logarithms: npt.NDArray[np.float64], /) -> float:
        weights = np.exp(logarithms).astype(np.float32)
        return -float(np.mean([np.mean([head.ndcg(weights) for head in heads]) for heads in by_length]))

    start = np.log(np.array(model.blend))
    simplex = np.vstack([start, start + 0.7 * np.eye(len(start))])
    found = minimize(loss, start, method="Nelder-Mead", options={"initial_simplex": simplex, "maxfev": LOOKS})
    return replace(model, blend=Blend(*np.exp(found.x).round(3).tolist()))


def _heads(model: Model, lists: Playlists, length: int) -> Iterator[_Head]:
    for case in cases(lists, length):
        yield _head(model, case)


def _head(model: Model, case: Case) -> _Head:
    queue = queue_matrix([case.queue], len(model.factors))
    members = np.concatenate(model.members(queue))
    base = replace(model, memory=None).scores(queue)[0]
    whole = base + np.array(model.blend, np.float32) @ members
    ahead = [
        np.argpartition(-each, HEAD)[:HEAD] if len(each) > HEAD else np.arange(len(each))
        for each in (base, whole, *members)
    ]
    songs = np.setdiff1d(np.concatenate([case.held_out, *ahead]), case.queue)
    return _Head(base[songs], members[:, songs], np.isin(songs, case.held_out), len(case.held_out))
