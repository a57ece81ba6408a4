"""What the report tells of a model: how good it is on each split, and how odd in what it suggests.

Plain values only; `report` puts them on a page, `plots` draws them.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model_export.evaluate import Bundle, answers, rankers
from model_export.metrics import (
    DEPTH,
    QUEUE_LENGTHS,
    Bin,
    Case,
    Quality,
    Ranker,
    Ranking,
    calibration_error,
    cases,
    measure,
    reliability,
)
from model_export.model import Floats
from model_export.playlists import Playlists, Song, list_weights

TALK_LENGTHS = (1, 5, 10)
"""The queue lengths that the comparison with the talk averages over."""
TRAIN_SAMPLE = 200
EVERY_SOURCE = "every source"
HELD_OUT = "held-out songs"
FINE = 50
"""Into how many bins the reliability diagram cuts match: suggestions seldom go beyond a fifth."""
TYPICAL_LENGTH = 5
"""The queue length for which popularity is looked at."""

Begun = Callable[[str], None]
"""Told what is being worked on."""


@dataclass(frozen=True, slots=True)
class Row:
    """One method on the playlists of one source (or of all), for one queue length."""

    source: str
    length: int
    method: str
    quality: Quality


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured on one split."""

    lists: int  # playlists, one of each parent
    rows: Sequence[Row]

    def mean(self, method: str, figure: str) -> float:
        """The mean of a figure of `Quality` over queues of 1, 5 and 10 songs, those with a case."""
        found = [
            getattr(row.quality, figure)
            for row in self.rows
            if (row.source, row.method) == (EVERY_SOURCE, method)
            and row.length in TALK_LENGTHS
            and row.quality.cases
        ]
        return float(np.mean(found)) if found else float("nan")


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far `match` can be believed on one split, over the first hundred answers of every case."""

    bins: Sequence[Bin]  # of `FINE`
    error: float  # the expected calibration error, over bins of a tenth
    answers: int


@dataclass(frozen=True, slots=True)
class Popularity:
    """How popular the songs are that each method puts first, beside those that were held out."""

    shares: Mapping[str, Floats]  # by who: (tracks,), the share of songs up to each popularity rank
    medians: Mapping[str, int]  # by who: the popularity rank that half of the songs are within
    cases: int


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a song fits a queue, and why."""

    song: Song
    match: float
    reasons: Sequence[tuple[Song, float]]  # what each song of the queue multiplies the odds with


@dataclass(frozen=True, slots=True)
class Sample:
    """A queue with the songs that fit it most and least."""

    queue: Sequence[Song]
    most: Sequence[Fit]  # best first
    least: Sequence[Fit]  # worst first


@dataclass(frozen=True, slots=True)
class Map:
    """Tracks and playlists on the three directions in which they differ most."""

    tracks: Floats  # (tracks, 3)
    with_word: Floats  # (playlists whose name holds the word, 3)
    without: Floats  # (the other playlists, 3)
    explained: Sequence[float]  # three shares of the variance


def train_sample(lists: Playlists, count: int = TRAIN_SAMPLE) -> Playlists:
    """At most so many training playlists, one of each parent: the same ones whenever the data is the same."""
    unique = lists.split("train").one_per_parent()
    hashes = [hashlib.sha256(f"report\n{parent}".encode()).digest() for parent in unique.parents]
    return unique.select(sorted(sorted(range(len(unique)), key=lambda i: hashes[i])[:count]))


def remembering(bundle: Bundle, lists: Playlists) -> dict[str, Ranker]:
    """Every method, ranking each question once, however often it is asked."""
    return {name: _remembered(rank) for name, rank in rankers(bundle, lists).items()}


def _remembered(rank: Ranker) -> Ranker:
    known: dict[tuple[bytes, int], Ranking] = {}

    def ask(case: Case, limit: int) -> Ranking:
        question = case.queue.tobytes(), limit
        if question not in known:
            known[question] = rank(case, limit)
        return known[question]

    return ask


def measured(
    methods: Mapping[str, Ranker], lists: Playlists, catalogue: npt.NDArray[np.int32], begun: Begun
) -> Measured:
    """All figures of all methods on some playlists, by source and queue length."""
    return Measured(len(lists), list(_rows(methods, lists, catalogue, begun)))


def _rows(
    methods: Mapping[str, Ranker], lists: Playlists, catalogue: npt.NDArray[np.int32], begun: Begun
) -> Iterator[Row]:
    sources = sorted(set(lists.sources))
    for length in QUEUE_LENGTHS:
        questions = list(cases(lists, length))
        for name, rank in methods.items():
            begun(f"{name}, first {length} songs")
            yield Row(EVERY_SOURCE, length, name, measure(questions, rank, catalogue))
            for source in sources if len(sources) > 1 else ():
                own = [case for case in questions if case.source == source]
                yield Row(source, length, name, measure(own, rank, catalogue))


def believed(bundle: Bundle, unseen: Playlists) -> Reliability:
    """How far `match` can be believed on some playlists."""
    match, true = answers(bundle, unseen)
    return Reliability(reliability(match, true, FINE), calibration_error(match, true), len(match))


def popularity(
    methods: Mapping[str, Ranker], bundle: Bundle, lists: Playlists, unseen: Playlists
) -> Popularity:
    """Where the first ten suggestions for five queued songs stand by popularity.

    A song is the more popular, the more different playlists that the model learned from hold it. Every
    playlist counts the same, however many of its songs were held out.
    """
    place = _popularity_rank(bundle, lists)
    within = [
        (case, held_out)
        for case in cases(unseen, TYPICAL_LENGTH)
        if len(held_out := case.held_out[place[case.held_out] >= 0])
    ]
    shown = {name: [rank(case, DEPTH)[:10] for case, _ in within] for name, rank in methods.items()} | {
        HELD_OUT: [held_out for _, held_out in within]
    }
    shares = {name: _up_to_rank(place, songs, len(bundle.catalogue)) for name, songs in shown.items()}
    return Popularity(
        shares,
        {name: int(np.searchsorted(share, 0.5)) + 1 for name, share in shares.items()},
        len(within),
    )


def _popularity_rank(bundle: Bundle, lists: Playlists) -> npt.NDArray[np.int64]:
    """The place of each song among the model's, 0 the most popular and -1 for others: (songs,)."""
    times = learned_from(bundle, lists).parents_per_song()[bundle.catalogue]
    place = np.full(len(lists.songs), -1, np.int64)
    place[bundle.catalogue[np.argsort(-times, kind="stable")]] = np.arange(len(times))
    return place


def learned_from(bundle: Bundle, lists: Playlists) -> Playlists:
    """The lists of the splits that the model has seen."""
    return lists.select([i for i in range(len(lists)) if lists.split_name(i) in bundle.splits])


def _up_to_rank(
    place: npt.NDArray[np.int64], songs: Sequence[npt.NDArray[np.integer]], tracks: int
) -> Floats:
    """The share of songs up to each popularity rank, the mean over the cases: (tracks,)."""
    share = np.zeros(tracks)
    for each in songs:
        np.add.at(share, place[each], 1 / (len(each) * len(songs)))
    return np.cumsum(share).astype(np.float32)


def samples(bundle: Bundle, lists: Playlists, count: int = 5, shown: int = 5) -> Iterator[Sample]:
    """What fits the best known song of each of the most popular artists, and then all those songs together.

    Args:
        bundle: the model.
        lists: the data.
        count: how many artists.
        shown: how many songs of either end.
    """
    known = _well_known(bundle, lists)[:count]
    queues = [[song] for song in known] + ([known] if len(known) > 1 else [])
    for queue in queues:
        yield _sample(bundle, lists.songs, np.array(queue, np.int32), shown)


def _well_known(bundle: Bundle, lists: Playlists) -> list[int]:
    """The best known song of every artist, that of the most popular artist first; no source drowns others."""
    seen = learned_from(bundle, lists)
    plays = seen.matrix().T @ list_weights(seen, 0.5)
    of_artist: Counter[str] = Counter()
    best: dict[str, int] = {}
    for song in sorted(bundle.catalogue.tolist(), key=lambda song: -plays[song]):
        artist = lists.songs[song].main_artist
        of_artist[artist] += plays[song]
        best.setdefault(artist, song)
    return [best[artist] for artist, _ in of_artist.most_common() if artist]


def _sample(bundle: Bundle, songs: Sequence[Song], queue: npt.NDArray[np.int32], shown: int) -> Sample:
    tracks, match, reasons = bundle.explained(queue, len(bundle.catalogue))

    def fit(place: int) -> Fit:
        shares = reasons[place].astype(np.float64)
        strongest = np.argsort(-np.abs(shares), kind="stable")
        why = [(songs[queue[i]], float(np.exp(shares[i]))) for i in strongest]
        return Fit(songs[tracks[place]], float(match[place]), why)

    most = range(min(shown, len(tracks)))
    least = range(len(tracks) - 1, max(len(tracks) - 1 - shown, len(most) - 1), -1)
    return Sample([songs[each] for each in queue], [fit(i) for i in most], [fit(i) for i in least])


def mapped(tracks: Floats, playlists: Floats, marked: npt.NDArray[np.bool_]) -> Map:
    """The first three principal components (Pearson, 1901) of all factors, each scaled to length 1.

    What is scaled away is how strong a taste is; what is left is which taste it is.

    Args:
        tracks: (tracks, dims).
        playlists: (playlists, dims).
        marked: (playlists,), which of them have the word in their name.
    """
    points = np.concatenate([_directions(tracks), _directions(playlists)]).astype(np.float64)
    points -= points.mean(axis=0)
    variances, axes = np.linalg.eigh(points.T @ points)
    axes = axes[:, ::-1][:, :3]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])  # a sign is chance
    flat = np.zeros((len(points), 3), np.float32)  # a model of one dimension has one axis
    flat[:, : axes.shape[1]] = points @ axes
    explained = np.zeros(3)
    explained[: axes.shape[1]] = variances[::-1][:3] / max(variances.sum(), 1e-12)
    at, lists = flat[: len(tracks)], flat[len(tracks) :]
    return Map(at, lists[marked], lists[~marked], explained.tolist())


def _directions(factors: Floats) -> Floats:
    lengths = np.linalg.norm(factors, axis=1, keepdims=True)
    return np.asarray(factors / np.maximum(lengths, 1e-9), np.float32)
