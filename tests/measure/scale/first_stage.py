"""An approximate first stage, and our exact shares for what it finds: recall and time by how hard it looks.

Run by `tests.measure.scale` in a process of its own; the figures are printed as JSON. The first stage sees
the factors, and the bias as one dimension more. What neighbours and artists pull stands in lists that the
model has anyway, so it is a candidate without a search. All candidates are scored by the whole formula.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.recommend.bundle import open_bundle
from tests.measure.scale.page import rows
from tests.measure.scale.peers import Floats, cells, seconds, walked, without
from tests.measure.scale.sizes import QUEUE
from tests.measure.scale.turns import seconds_of
from tests.measure.scale.whole import Asked, Doubles, Model, Whole, queues, recall

REQUESTS = 8
"""So many queues."""
CANDIDATES = 3_000
"""So many are found by the first stage."""
SAMPLED = 65_536
"""Of so many other songs the normaliser is estimated."""
FIRST, TIMES = 50, 5
HARDER: Mapping[str, Sequence[int]] = {"cells": (4, 16, 64, 256, 1_024), "looked at": (3_000, 6_000, 12_000)}


@dataclass(frozen=True, slots=True)
class Line:
    """One index, looked through this hard: milliseconds of both stages, and how much of the best it found."""

    name: str
    looked_at: str
    bytes_each: float
    built_s: float
    found_ms: float
    scored_ms: float
    plain_recall: float  # of the first stage's own best, before what is pulled comes in
    recall: float  # of the whole model's best
    match_error: float


def with_bias(model: Model) -> Floats:
    """The songs' factors with the bias behind them, filled up to a multiple of four dimensions."""
    tracks, dims = model.factors.shape
    wide = np.zeros((tracks, -(-(dims + 1) // 4) * 4), np.float32)
    wide[:, :dims] = model.factors
    wide[:, dims] = model.bias
    return wide


def stages(wide: Floats, kept: Path) -> Sequence[tuple[str, str, Path, Callable[[], Any]]]:
    """What can be a first stage: its name, what makes it look harder, its file, and what opens it."""
    found: list[tuple[str, str, Path, Callable[[], Any]]] = []
    for form in ("SQ8", f"PQ{wide.shape[1] // 2}", f"PQ{wide.shape[1] // 4}"):
        file = kept / f"ivf-{form.lower()}.faiss"
        found.append((f"faiss IVF, {form}", "cells", file, partial(cells, wide, kept, form)))
    return [*found, ("voyager", "looked at", kept / "hnsw.voyager", lambda: walked(wide, kept))]


def search(index: Any, way: str, hard: int, query: Floats) -> npt.NDArray[np.int64]:
    """The songs of highest product that the index finds."""
    if way == "looked at":
        return np.asarray(index.query(query, min(CANDIDATES, index.num_elements), query_ef=hard)[0], np.int64)
    index.nprobe = hard
    found: npt.NDArray[np.int64] = index.search(query[np.newaxis], CANDIDATES)[1][0]
    return found[found >= 0]


def rescored(model: Model, asked: Asked, found: Whole) -> tuple[Whole, Doubles]:
    """The candidates, those that are pulled among them, and their exact scores; the queue's own are out."""
    pulled, pulls = model.pulled(asked.queue)
    candidates = np.setdiff1d(np.union1d(found, pulled), asked.queue).astype(np.int64)
    products = model.factors[candidates] @ asked.playlist
    scores = products.astype(np.float64) + model.bias[candidates]
    place = np.minimum(np.searchsorted(candidates, pulled), len(candidates) - 1)
    there = candidates[place] == pulled  # the queue's own are not
    scores[place[there]] += pulls[there]
    return candidates, scores


def best_of(model: Model, asked: Asked, found: Whole) -> Whole:
    """The best of the candidates by the whole formula."""
    candidates, scores = rescored(model, asked, found)
    best = np.argpartition(-scores, min(FIRST, len(scores) - 1))[:FIRST]
    return candidates[best[np.argsort(-scores[best])]]


def match_error(model: Model, asked: Asked, found: Whole, rng: np.random.Generator) -> float:
    """How far off a match is if the normaliser is of the candidates and a sample of the others."""
    candidates, scores = rescored(model, asked, found)
    others = np.setdiff1d(rng.integers(0, model.tracks, SAMPLED), candidates)
    scale = model.number("scale")  # a softmax's shares, but for what is the same of all
    shares = np.exp((asked.logit - model.number("level")) / scale)  # of all songs they are 1 in all
    mass = shares[candidates].sum() + shares[others].mean() * (model.tracks - len(candidates))
    best = candidates[np.argsort(-scores)[:FIRST]]
    estimated = 1 / (1 + np.exp(-asked.logit[best] + scale * np.log(mass)))
    return float(np.abs(estimated - asked.match[best]).max())


Stages = Callable[[Floats, Path], Sequence[tuple[str, str, Path, Callable[[], Any]]]]


def figures(folder: Path, kept: Path, seed: int, stages: Stages = stages) -> dict[str, Any]:
    """All figures of one bundle; the indexes are kept in a folder."""
    model = Model(open_bundle(folder).model)
    wide = with_bias(model)
    requests = [model.asked(queue) for queue in queues(model.tracks, REQUESTS, QUEUE, seed)]
    lines, absent = [], []
    for name, way, file, open_index in stages(wide, kept):
        try:
            index = open_index()
        except ModuleNotFoundError as error:
            absent.append(f"{name}: {error.name} is not installed")
            continue
        for hard in HARDER[way]:
            if hard <= model.tracks:
                size, built_s = file.stat().st_size / model.tracks, seconds(file)
                look = partial(search, index, way, hard)
                costs = tried(model, requests, look, wide.shape[1])
                lines.append(Line(name, f"{hard:,} {way}", size, built_s, *costs))
        del index
    return {"lines": [asdict(line) for line in lines], "absent": absent, "tracks": model.tracks}


def tried(
    model: Model, requests: Sequence[Asked], look: Callable[[Floats], npt.NDArray[np.int64]], wide: int
) -> list[float]:
    """Both stages' times, their recalls, and the worst error of a match."""
    found_s, scored_s, plain, best, errors = [], [], [], [], []
    rng = np.random.default_rng(0)
    for asked in requests:
        query = np.zeros(wide, np.float32)
        query[: len(asked.playlist)], query[len(asked.playlist)] = asked.playlist, 1
        found = look(query)
        ask, score = partial(look, query), partial(best_of, model, asked, found)
        found_s.append(min(seconds_of(ask) for _ in range(TIMES)))
        scored_s.append(min(seconds_of(score) for _ in range(TIMES)))
        plain.append(recall(asked.plain + model.bias, without(found, asked.queue, FIRST), FIRST))
        best.append(recall(asked.score, score(), FIRST))
        errors.append(match_error(model, asked, found, rng))
    times = [1000 * float(np.median(each)) for each in (found_s, scored_s)]
    return [*times, float(np.mean(plain)), float(np.mean(best)), max(errors)]


def markdown(name: str, found: Mapping[str, Any]) -> str:
    """The section of one bundle."""
    table = []
    for each in (Line(**line) for line in found["lines"]):
        figures = (f"{each.bytes_each:.0f}", f"{each.built_s:.0f} s", f"{each.found_ms:.2f} ms")
        recalls = (f"{each.plain_recall:.3f}", f"{each.recall:.3f}", f"{each.match_error:.1e}")
        table.append([each.name, each.looked_at, *figures, f"{each.scored_ms:.2f} ms", *recalls])
    head = ["first stage", "looked at", "bytes a song", "built in", "found in", "then scored in"]
    head += ["recall@50 of its own", "of the whole model", "match off by"]
    said = [f"### {name}", rows(head, table)]
    if found["absent"]:
        said.append(f"Not measured: {'; '.join(found['absent'])}.")
    return "\n\n".join(said)


def main() -> None:
    """Measures the bundle in the first argument, keeping indexes in the second, by the seed in the third."""
    folder, kept, seed = sys.argv[1:]
    print(json.dumps(figures(Path(folder), Path(kept), int(seed))))


if __name__ == "__main__":
    main()
