"""What became of the interactions of a run."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.fakes.discord_model import Callback, Interaction, Kind

CHANGES = {"click on encore:vote": "vote", "/add": "add", "/skip": "skip", "/next": "next"}
"""How the labels of what changes a party begin."""

GIVEN_UP_S = 3.5
"""After so long without a callback Discord has told people that the bot did not answer, in seconds."""


def settled(it: Interaction) -> bool:
    """Whether nothing more can come of it."""
    return answered(it) or (it.callback is None and it.age > GIVEN_UP_S)


@dataclass(frozen=True)
class Answers:
    """What became of some interactions."""

    acks_ms: list[float]  # from sending the event to its callback; what has none counts 3,000
    missing: int  # without any callback
    waiting: int  # "thinking" that nothing replaced
    refused: int  # told a sentence why not
    deferred: int
    by_kind: dict[str, list[float]]


def answered(it: Interaction) -> bool:
    """Whether the people see an answer; a click that only counts has none but its acknowledgement."""
    if it.callback is Callback.DEFERRED_MESSAGE:
        return bool(it.visible)
    return it.callback is not None


def of(interactions: Sequence[Interaction]) -> Answers:
    """Reads from the fake what became of these."""
    found: list[float] = []
    by_kind: dict[str, list[float]] = {}
    for it in interactions:
        acked = 3_000.0 if it.acknowledged is None else 1000 * (it.acknowledged - it.created)
        found.append(acked)
        by_kind.setdefault(it.label.partition(":")[0], []).append(acked)
    return Answers(
        acks_ms=found,
        missing=sum(it.callback is None for it in interactions),
        waiting=sum(it.callback is not None and not answered(it) for it in interactions),
        refused=sum(_refused(it) for it in interactions),
        deferred=sum(
            it.callback in {Callback.DEFERRED_MESSAGE, Callback.DEFERRED_UPDATE} for it in interactions
        ),
        by_kind=by_kind,
    )


def _refused(it: Interaction) -> bool:
    """Only errors are told in private to who votes, adds, skips or asks what's next."""
    return it.kind is not Kind.AUTOCOMPLETE and any(message.ephemeral for message in it.visible)


def lost(interactions: Sequence[Interaction], database: Path) -> Counter[str]:
    """What was acknowledged, neither refused nor written down: nobody may be told so much for nothing."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        kept = {key.split("/")[0] for (key,) in connection.execute("SELECT key FROM changes WHERE key != ''")}
    gone: Counter[str] = Counter()
    for it in interactions:
        changing = next((kind for label, kind in CHANGES.items() if it.label.startswith(label)), None)
        if changing and not _refused(it) and f"discord:{it.id}" not in kept:
            gone[changing] += 1
    return gone


def since(interactions: Sequence[Interaction], begun: float) -> float:
    """Answers a second, from a moment on the monotonic clock until now."""
    return sum(map(answered, interactions)) / (time.monotonic() - begun)
