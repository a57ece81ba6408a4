"""One size: Encore's exported graph, run as in the bot, by turns with each peer, and how right all are.

Run by `tests.measure.scale` in a process of its own; the figures are printed as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.recommend.bundle import open_bundle
from bot.recommend.recommender import OUTPUTS, Answer, opened
from tests.measure.scale.page import rows, verdict
from tests.measure.scale.peers import PEERS, Numbers, Open
from tests.measure.scale.sizes import LIMITS, PROMISED, QUEUE, Size
from tests.measure.scale.turns import SECONDS, Turns, take_turns
from tests.measure.scale.whole import Asked, Model, queues, recall

REQUESTS = 8
"""So many different queues are asked about, in turn."""
FIRST = 50
"""Of so many songs the recall is told, however many are asked for."""
FLOOR = "the table read once"


@dataclass(frozen=True, slots=True)
class Line:
    """A peer beside us: milliseconds, the ratio of ours to theirs, and how much of the best they found."""

    name: str
    limit: int
    ours_ms: float
    theirs_ms: float
    theirs_best_ms: float
    ratio: float
    recall: float | None  # None: it answers nothing, or is not there
    turns: int

    @classmethod
    def of(cls, name: str, limit: int, turns: Turns, found: float | None) -> Line:
        """The line of a pair that took turns."""
        ours, theirs = 1000 * np.array(turns.ours), 1000 * np.array(turns.theirs)
        return cls(
            *(name, limit, float(np.median(ours)), float(np.median(theirs)), float(theirs.min())),
            *(turns.ratio, found, len(ours)),
        )


@dataclass(frozen=True, slots=True)
class Right:
    """How right our answers are, beside the whole model in float64."""

    limit: int
    first: float  # the recall of the first FIRST
    all: float  # of all that was asked for
    match_error: float
    reason_error: float


def ours(session: Any, queue: Numbers, limit: int) -> Callable[[], Answer]:
    """A request to the graph that is exported, by its contract."""
    songs = [int(song) for song in queue]

    def ask() -> Answer:
        inputs = {
            "queue": np.array(songs, np.int64),
            "weight": np.ones(len(songs), np.float32),
            "label": np.ones(len(songs), np.float32),
            "banned": np.empty(0, np.int64),
            "limit": np.array(limit, np.int64),
        }
        return Answer(*session.run(OUTPUTS, inputs))

    return ask


def rightness(model: Model, asked: Asked, answer: Answer, limit: int) -> Right:
    """One answer, held against the model in float64."""
    wanted = min(limit, model.tracks - len(asked.queue))
    if len(np.unique(answer.tracks)) != wanted or np.isin(answer.tracks, asked.queue).any():
        raise ValueError(f"{len(answer.tracks)} songs were suggested, not {wanted} different ones")
    return Right(
        limit,
        recall(asked.score, answer.tracks, FIRST),
        recall(asked.score, answer.tracks, limit),
        float(np.abs(answer.match - asked.match[answer.tracks]).max(initial=0)),
        float(np.abs(answer.reasons - model.reasons(asked.queue, answer.tracks)).max(initial=0)),
    )


def worst(found: Sequence[Right]) -> Right:
    """The poorest of each figure."""
    return Right(
        found[0].limit,
        min(each.first for each in found),
        min(each.all for each in found),
        max(each.match_error for each in found),
        max(each.reason_error for each in found),
    )


def figures(
    folder: Path, peers: Sequence[tuple[str, Open]], kept: Path, seed: int, seconds: float = SECONDS
) -> dict[str, Any]:
    """All figures of one bundle; what takes long to build is kept in a folder."""
    bundle = open_bundle(folder)
    model = Model(bundle.model)
    asked = [model.asked(queue) for queue in queues(model.tracks, REQUESTS, QUEUE, seed)]
    session = opened(bundle.model)
    right, lines, absent = [], [], []
    for limit in LIMITS:
        found = [ours(session, each.queue, limit)() for each in asked]
        right.append(worst([rightness(model, *each, limit) for each in zip(asked, found, strict=True)]))
    held_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    table = np.array(model.table).reshape(-1)
    ways: list[npt.NDArray[Any]] = [table, table[: table.size // 8 * 8].view(np.uint64)]
    for limit in LIMITS:
        requests = [ours(session, each.queue, limit) for each in asked]
        both = [take_turns(requests, [way.max], seconds / 2) for way in ways]
        lines.append(Line.of(FLOOR, limit, min(both, key=lambda each: np.median(each.theirs)), None))
    del table, ways
    for name, open_peer in peers:
        try:
            peer = open_peer(model.factors, kept)
        except ModuleNotFoundError as error:
            absent.append(f"{name}: {error.name} is not installed")
            continue
        for limit in LIMITS:
            count = min(limit, model.tracks - QUEUE)
            theirs = [peer.prepare(each.queue, each.playlist, count) for each in asked]
            quality = [recall(each.plain, ask(), FIRST) for each, ask in zip(asked, theirs, strict=True)]
            requests = [ours(session, each.queue, limit) for each in asked]
            turns = take_turns(requests, theirs, seconds)
            lines.append(Line.of(name, limit, turns, float(np.mean(quality))))
        del peer, theirs
    return {
        "tracks": model.tracks,
        "lines": [asdict(line) for line in lines],
        "right": [asdict(each) for each in right],
        "absent": absent,
        "table_mb": model.table.nbytes / 1e6,
        "held_mb": held_mb,
    }


def markdown(size: Size, found: Mapping[str, Any]) -> str:
    """The section of one size."""
    parts = [f"### {size.said}"]
    right = {each["limit"]: Right(**each) for each in found["right"]}
    for limit in LIMITS:
        lines = [Line(**each) for each in found["lines"] if each["limit"] == limit]
        mine, each = float(np.median([line.ours_ms for line in lines])), right[limit]
        table = [["**Encore**, whole request", f"{mine:.2f} ms", "", "", "", f"{each.first:.3f}"]]
        table += [_row(size, line) for line in lines]
        head = [f"{limit:,} asked for", "median", "best", "Encore meanwhile", "Encore / theirs", "recall@50"]
        parts.append(rows(head, table))
        parts.append(
            f"Encore beside the whole model in float64: {each.all:.4f} of the best {limit:,} at the least, "
            f"match within {each.match_error:.1e}, reasons within {each.reason_error:.1e}."
        )
    if found["absent"]:
        parts.append(f"Not measured: {'; '.join(found['absent'])}.")
    return "\n\n".join(parts)


def _row(size: Size, line: Line) -> list[str]:
    most = PROMISED.get(line.name, {}).get((size, line.limit))
    return [
        line.name,
        f"{line.theirs_ms:.2f} ms",
        f"{line.theirs_best_ms:.2f} ms",
        f"{line.ours_ms:.2f} ms",
        verdict(line.ratio, most),
        "" if line.recall is None else f"{line.recall:.3f}",
    ]


def main() -> None:
    """Measures the bundle in the first argument, keeping indexes in the second, by the seed in the third."""
    folder, kept, seed = sys.argv[1:]
    print(json.dumps(figures(Path(folder), PEERS, Path(kept), int(seed))))


if __name__ == "__main__":
    main()
