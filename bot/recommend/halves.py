"""One answer of two, each told half of the songs that stand for words, so that each half can be suggested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.recommend import taste

TINY = 1e-6
"""Which of two songs that stand alike comes first is no matter of chance."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the graph says: the outputs of the bundle's contract."""

    tracks: npt.NDArray[np.int64]  # (n,), best first
    match: npt.NDArray[np.float32]  # (n,)
    reasons: npt.NDArray[np.float32]  # (n, q)


def mean(found: Sequence[Answer], told: Sequence[Sequence[int]], entries: int, tracks: int) -> Answer:
    """The mean of several answers, exact in its reasons for every song that is in all of them.

    A song that one answer lacks, since it was told to it or stands too low, has what the others say; what
    stands too low is worth the least that the answer lacking it has.

    Args:
        found: the answers.
        told: which entries each was told.
        entries: how many there are.
        tracks: how many songs.
    """
    songs = np.unique(np.concatenate([each.tracks for each in found]))
    place = np.full(tracks, -1)
    place[songs] = np.arange(len(songs))
    logits, times = np.zeros(len(songs)), np.zeros(len(songs))
    reasons = np.zeros((len(songs), entries))
    for answer, which in zip(found, told, strict=True):
        at = place[answer.tracks]
        logits[at] += taste.logit(answer.match)
        reasons[np.ix_(at, np.asarray(which, np.int64))] += answer.reasons
        times[at] += 1
    times = np.maximum(times, 1)
    logits, reasons = logits / times, reasons / times[:, None]
    order = np.argsort(-logits, kind="stable")
    match = 1 / (1 + np.exp(-logits[order]))
    return Answer(songs[order].astype(np.int64), match.astype(np.float32), reasons[order].astype(np.float32))


def joined(one: Answer, other: Answer) -> Answer:
    """An answer, and what another to the same question has besides."""
    new = ~np.isin(other.tracks, one.tracks)
    return Answer(
        np.concatenate([one.tracks, other.tracks[new]]),
        np.concatenate([one.match, other.match[new]]),
        np.concatenate([one.reasons, other.reasons[new]]),
    )


def summed(answer: Answer, entries: Sequence[int]) -> Answer:
    """An answer whose reasons are summed for entries of the same number; numbers begin with 0."""
    reasons = np.zeros((len(answer.tracks), max(entries, default=-1) + 1), np.float32)
    np.add.at(reasons.T, np.asarray(entries, np.int64), answer.reasons.T)
    return Answer(answer.tracks, answer.match, reasons)


def lifted(logits: npt.NDArray[np.float64], meant: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """What is to be added, so that of every four songs three are such as were meant, while they last."""
    extra = np.zeros(len(logits))
    own, others = np.flatnonzero(meant), np.flatnonzero(~meant)
    own, others = own[np.argsort(-logits[own])], others[np.argsort(-logits[others])]
    before = np.arange(len(own)) // 3  # so many others stand before each
    own, least = own[before < len(others)], logits[others[before[before < len(others)]]]
    extra[own] = np.maximum(least - logits[own], 0) + TINY * np.linspace(2, 1, len(own))  # in their own order
    return extra
