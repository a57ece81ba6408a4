"""What became of what people did in a run."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.fakes.slack_reply import Act

GIVEN_UP_MS = 3_000.0
"""After so long without an acknowledgement Slack tells people that the bot did not answer."""
CHANGES = ("/add", "/next", "/skip", "/vote")


@dataclass(frozen=True)
class Answers:
    """What became of some commands."""

    acks_ms: list[float]  # from sending the envelope to its acknowledgement; none counts 3,000
    missing: int  # without acknowledgement
    waiting: int  # without answer
    refused: int  # told a sentence why not
    by_kind: dict[str, list[float]]


def answered(act: Act) -> bool:
    """Whether the people see an answer."""
    return bool(act.posts or act.messages)


def settled(act: Act) -> bool:
    """Whether nothing more can come of it."""
    return act.delivered and (answered(act) or act.failure is not None)


def ack_ms(act: Act) -> float:
    """Milliseconds from sending the envelope to its acknowledgement."""
    return GIVEN_UP_MS if act.acked_ms is None else act.acked_ms


def of(acts: Sequence[Act]) -> Answers:
    """Reads from the fake what became of these."""
    by_kind: defaultdict[str, list[float]] = defaultdict(list)
    for act in acts:
        by_kind[kind(act)].append(ack_ms(act))
    return Answers(
        acks_ms=[ack_ms(act) for act in acts],
        missing=sum(act.acked_ms is None for act in acts),
        waiting=sum(not answered(act) for act in acts),
        refused=sum(_refused(act) for act in acts),
        by_kind=dict(by_kind),
    )


def kind(act: Act) -> str:
    """The command, with its slash."""
    return act.label.partition(" ")[0]


def _refused(act: Act) -> bool:
    """A vote is always answered in private; of the other changes only a refusal is."""
    if not act.posts:
        return False
    if kind(act) == "/vote":
        return not act.posts[0]["text"].startswith("You voted")
    return kind(act) in CHANGES and act.posts[0].get("response_type") == "ephemeral"


def kept(database: Path) -> set[str]:
    """The keys of all changes that are written down."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT key FROM changes WHERE key != ''").fetchall()
    return {key.split("/")[0] for (key,) in rows}


def lost(acts: Sequence[Act], database: Path) -> Counter[str]:
    """What was acknowledged, neither refused nor written down: nobody may be told so much for nothing."""
    there = kept(database)
    changing = [act for act in acts if kind(act) in CHANGES and not _refused(act)]
    return Counter(kind(act) for act in changing if f"slack:{act.payload['trigger_id']}" not in there)


def rate(acts: Sequence[Act], begun: float, seconds: float) -> float:
    """Answers a second, in so many seconds from a moment on the monotonic clock."""
    return sum(answered(act) and act.touched < begun + seconds for act in acts) / seconds


def spread(values: dict[str, list[float]], share: float) -> str:
    """A percentile of each kind."""
    return ", ".join(f"{k} {sorted(v)[min(int(len(v) * share), len(v) - 1)]:.0f}" for k, v in values.items())
