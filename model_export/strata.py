"""What a model finds, misses and promises, by the kind of song and of list: plain values for the report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model_export.evaluate import Bundle, answers
from model_export.languages import UNTOLD, language_of
from model_export.metrics import DEPTH, Case, Ranker, cases
from model_export.playlists import Playlists

Numbers = npt.NDArray[np.int64]

SHOWN = 10
"""So many suggestions are what somebody sees."""
SUPPORT = (1, 2, 5, 20)
"""From so many different lists on a song is of the next kind."""
RANKS = (500, 5_000, 50_000)
"""Up to such a place by popularity a song is of the next kind."""
LANGUAGES = 8
"""So many languages are told apart, those with the most held-out songs."""
NOWHERE = "in no list that was learned from"


@dataclass(frozen=True, slots=True)
class Stratum:
    """Songs of one kind: how many people wanted, how many of these were found, how many were shown."""

    name: str
    held_out: int
    wanted: float  # their share of all held-out songs
    found: float  # the share of them that stood among the first hundred
    shown: float  # their share of the first ten suggestions


@dataclass(frozen=True, slots=True)
class Promise:
    """What `match` said of the answers to some lists, and how many of them were right."""

    name: str
    lists: int
    said: float
    true: float


@dataclass(frozen=True, slots=True)
class Gap:
    """What a model cannot know of some lists: of their songs, from the first on."""

    name: str
    lists: int
    songs: float  # the share of their songs that no list it learned from holds
    artists: float  # the share of them whose main artist none of these has either
    once: float  # the share that a single one holds


@dataclass(frozen=True, slots=True)
class Strata:
    """All of that on one split."""

    support: Sequence[Stratum]
    popularity: Sequence[Stratum]
    language: Sequence[Stratum]
    promises: Sequence[Promise]
    gaps: Sequence[Gap]


def examined(bundle: Bundle, rank: Ranker, learned_from: Playlists, unseen: Playlists, length: int) -> Strata:
    """What is said of unseen lists when their first so many songs are the queue."""
    parents = learned_from.parents_per_song()
    known = np.zeros(len(parents), np.bool_)
    known[bundle.catalogue] = True
    support = np.where(known, parents, 0)
    answered = [(case, rank(case, DEPTH)[:DEPTH]) for case in cases(unseen, length)]
    groups = list(_groups(unseen))
    return Strata(
        by_kind(*_by_support(support), answered),
        by_kind(*_by_popularity(support), answered),
        by_kind(*_by_language(unseen, answered), answered),
        [_promise(name, bundle, lists) for name, lists in groups],
        [gap(name, support, learned_from, lists) for name, lists in groups],
    )


def by_kind(
    kind_of: Numbers, names: Sequence[str], answered: Sequence[tuple[Case, Numbers]]
) -> list[Stratum]:
    """A stratum of each kind that has a held-out song or was shown.

    Args:
        kind_of: (songs,), the kind of each song, a place in the names.
        names: of the kinds.
        answered: each case, with the songs that came first for it.
    """
    wanted, found, shown = (np.zeros(len(names)) for _ in range(3))
    for case, first in answered:
        np.add.at(wanted, kind_of[case.held_out], 1)
        np.add.at(found, kind_of[case.held_out[np.isin(case.held_out, first)]], 1)
        np.add.at(shown, kind_of[first[:SHOWN]], 1)
    return [
        Stratum(
            name,
            int(wanted[i]),
            float(wanted[i] / max(wanted.sum(), 1)),
            float(found[i] / wanted[i]) if wanted[i] else float("nan"),
            float(shown[i] / max(shown.sum(), 1)),
        )
        for i, name in enumerate(names)
        if wanted[i] or shown[i]
    ]


def _by_support(support: Numbers) -> tuple[Numbers, list[str]]:
    names = [NOWHERE]
    for least, after in zip(SUPPORT, (*SUPPORT[1:], 0), strict=True):
        most = after - 1
        several = f"in {least} to {most}" if most > least else f"in {least} or more"
        names.append("in a single list" if most == least else several)
    return np.searchsorted(SUPPORT, support, "right"), names


def _by_popularity(support: Numbers) -> tuple[Numbers, list[str]]:
    place = np.empty(len(support), np.int64)
    place[np.argsort(-support, kind="stable")] = np.arange(len(support))
    names = [
        f"the {RANKS[0]:,} most popular",
        *(f"up to the {rank:,}th" for rank in RANKS[1:]),
        "behind these",
    ]
    kind = np.searchsorted(RANKS, place, "right")
    return np.where(support > 0, kind, len(names)), [*names, NOWHERE]


def _by_language(lists: Playlists, answered: Sequence[tuple[Case, Numbers]]) -> tuple[Numbers, list[str]]:
    asked = np.unique(np.concatenate([np.empty(0, np.int64), *(np.r_[c.held_out, f] for c, f in answered)]))
    told = [language_of(lists.songs[song].title) for song in asked.tolist()]
    held_out = np.concatenate([np.empty(0, np.int32), *(case.held_out for case, _ in answered)])
    times = dict.fromkeys(told, 0)
    for language, count in zip(told, np.bincount(held_out, minlength=len(lists.songs))[asked], strict=True):
        times[language] += int(count)
    most = sorted(times.keys() - {UNTOLD}, key=lambda language: (-times[language], language))[:LANGUAGES]
    names = [*most, "another", UNTOLD]
    kind = np.zeros(len(lists.songs), np.int64)
    kind[asked] = [names.index(each) if each in names else len(most) for each in told]
    return kind, names


def _groups(lists: Playlists) -> Iterator[tuple[str, Playlists]]:
    """The lists of each source and, where that is known, of each kind of it."""
    kinds = lists.kinds if len(lists.kinds) else [""] * len(lists)
    names = [
        f"{source}, {kind}" if kind else source for source, kind in zip(lists.sources, kinds, strict=True)
    ]
    for name in sorted(set(names)):
        yield name, lists.select([i for i, each in enumerate(names) if each == name])


def _promise(name: str, bundle: Bundle, lists: Playlists) -> Promise:
    match, true = answers(bundle, lists)
    if not len(match):
        return Promise(name, len(lists), float("nan"), float("nan"))
    return Promise(name, len(lists), float(match.mean()), float(true.mean()))


def gap(name: str, support: Numbers, learned_from: Playlists, lists: Playlists) -> Gap:
    """What no list that was learned from tells of these; `support` is in how many each song stands."""
    of_song = lists.artist_of
    heard = set(of_song[np.flatnonzero(learned_from.parents_per_song())].tolist()) - {-1}
    songs = lists.entries
    strange = songs[support[songs] == 0]
    unheard = sum(int(of_song[song]) not in heard for song in strange.tolist())
    count = max(len(songs), 1)
    return Gap(name, len(lists), len(strange) / count, unheard / count, float((support[songs] == 1).mean()))
