"""What became of the interactions of a run."""

from __future__ import annotations

import re
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.party.limits import ONE_PRESS_MS
from tests.fakes.discord_model import Callback, Interaction, Kind

CHANGES = {"click on encore:vote": "vote", "/add": "add", "/skip": "skip", "/next": "next"}
"""How the labels of what changes a party begin."""

NOTHING_NEW = ("is already in the queue.", "is playing right now.")
"""How an answer to an add ends that had nothing to write down: the song waits, by the same member."""

VOTE = re.compile(r"click on encore:vote:([0-9]+:-?1)")
"""The label of a vote: which value for which entry, on whichever message."""

LATE_S = 0.5
"""By how much sooner after each other two clicks may come in than they were sent, in seconds."""

DEFERRED = {Callback.DEFERRED_MESSAGE, Callback.DEFERRED_UPDATE}
"""Acknowledgements that say no more than that the bot is at work."""

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
        deferred=sum(it.callback in DEFERRED for it in interactions),
        by_kind=by_kind,
    )


def _refused(it: Interaction) -> bool:
    """Only errors are told in private to who votes, adds, skips or asks what's next."""
    return it.kind is not Kind.AUTOCOMPLETE and any(message.ephemeral for message in it.visible)


def lost(interactions: Sequence[Interaction], database: Path) -> Counter[str]:
    """What was acknowledged, neither refused nor written down, by kind."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        keys = [key for (key,) in connection.execute("SELECT key FROM changes WHERE key != ''")]
    return Counter(kind for kind, _ in unwritten(interactions, keys))


def unwritten(
    interactions: Sequence[Interaction], keys: Iterable[str], late_s: float = LATE_S
) -> Iterator[tuple[str, Interaction]]:
    """What was neither refused nor written down, with its kind: nobody may be told so much for nothing.

    The second half of a double click is acknowledged and changes nothing, and is none of these, nor is the
    wish for a song of one's own that waits already.

    Args:
        interactions: what people did.
        keys: those of all changes that are written down.
        late_s: by how much sooner after each other two clicks may come in than they were sent.
    """
    kept = {key.split("/")[0] for key in keys}
    twice = second_halves(interactions, late_s)
    for it in interactions:
        changing = next((kind for label, kind in CHANGES.items() if it.label.startswith(label)), None)
        told = any(message.content.endswith(NOTHING_NEW) for message in it.visible)
        if changing and not (it.id in twice or told or _refused(it) or f"discord:{it.id}" in kept):
            yield changing, it


def second_halves(interactions: Sequence[Interaction], late_s: float = LATE_S) -> set[str]:
    """The ids of the clicks that came right after the same vote of the same member."""
    found: set[str] = set()
    latest: dict[tuple[str, str, str], float] = {}
    for it in sorted(interactions, key=lambda each: each.created):
        vote = VOTE.match(it.label)
        if vote is None:
            continue
        press = (it.channel.id, it.member.id, vote[1])
        if it.created - latest.get(press, float("-inf")) < ONE_PRESS_MS / 1000 + late_s:
            found.add(it.id)
        latest[press] = it.created
    return found


def since(interactions: Sequence[Interaction], begun: float) -> float:
    """Answers a second, from a moment on the monotonic clock until now."""
    return sum(map(answered, interactions)) / (time.monotonic() - begun)
