"""Which songs a text means: what was typed counts first, then originals, then the popular ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bot.party.words import Track
from bot.recommend.texts import bare, words

WORDS_ALIKE = OSA.normalized_similarity
_IMITATION = {"karaoke", "tribute", "cover", "covers", "instrumental", "lullaby", "originally"}
_VARIANT = {"remix", "mix", "live", "acoustic", "version", "edit", "medley"}
_VERSION = _VARIANT | {"remaster", "remastered", "single", "radio", "mono", "stereo", "original", "album"}
SIMILAR = 0.8
"""How much of a mistyped word must be right, by the optimal string alignment distance."""
SAME_TITLE = 90
"""How alike, of 100, a typed "title - artist" must be to a known song to be taken for it."""


def first_years(tracks: Iterable[Track]) -> dict[str, int]:
    """In which year each title was first heard, where any year is known: covers come later."""
    years: dict[str, int] = {}
    for track in tracks:
        if track.year:
            title = _named(track).bare
            years[title] = min(years.get(title, track.year), track.year)
    return years


@dataclass(frozen=True, slots=True)
class _Named:
    """What a search compares of a song."""

    title: str  # the bare one, as `words` has it
    artist: str
    all: frozenset[str]  # every word of title, album and artist
    bare: str  # the bare title, for `first_years`


@lru_cache(maxsize=4096)  # a few kilobytes each; the well-known ones are looked at again and again
def _named(track: Track) -> _Named:
    artist = words(track.artist)
    title = bare(track.title)
    everything = frozenset((*words(track.title), *words(track.album or ""), *artist))
    return _Named(" ".join(words(title)), " ".join(artist), everything, title.casefold())


def rank(track: Track, fame: float, asked: Sequence[str], years: Mapping[str, int]) -> float:
    """How likely a song is meant: what was typed first, then originals, then the popular ones."""
    typed, named = " ".join(asked), _named(track)
    likeness = fuzz.token_set_ratio(typed, f"{named.title} {named.artist}")
    return (
        likeness * (len(typed) > 3)
        + 10 * named.title.startswith(typed)
        + 15 * (named.title == typed)
        + 50 * fame
        + 8 * (bool(track.year) and track.year == years[named.bare])  # 0 is as unknown as None
        - 40 * bool((_IMITATION & named.all).difference(asked))
        - 10 * bool((_VARIANT & named.all).difference(asked))
    )


def fame_of(
    popularity: npt.NDArray[np.float64], keys: Sequence[str], artist: npt.NDArray[np.int32]
) -> npt.NDArray[np.float64]:
    """How well known each song is, from 0 to 1: its own popularity and, as much, its artist's.

    A cover can be in more playlists than the original; its artist seldom is.

    Args:
        popularity: (songs,)
        keys: of each artist; who is spelt in two ways has the same key twice.
        artist: (songs,), the artist of each.
    """
    _, numbers = np.unique(np.fromiter(map(hash, keys), np.int64, len(keys)), return_inverse=True)
    who = numbers[artist]
    by_artist = np.bincount(who, popularity)
    most = by_artist.max(initial=0) or 1
    return np.asarray((np.sqrt(popularity) + np.sqrt(by_artist / most)[who]) / 2)


def names_a_version(part: str) -> bool:
    """Whether what stands behind a dash says which version of a song it is, not who plays it."""
    said = words(part)
    return bool(said) and all(word in _VERSION or word.isdecimal() for word in said)


def plausible(asked: Sequence[str], track: Track) -> bool:
    """Whether every word stands in title or artist, one of them mistyped or the last one unfinished."""
    named = [*words(track.title), *words(track.artist)]
    named += [one + other for one, other in pairwise(named)]  # AC/DC is typed as acdc, don't as dont
    missing = [word for word in asked if word not in named]
    if not missing or (missing == [asked[-1]] and any(name.startswith(missing[0]) for name in named)):
        return True
    return all(process.extractOne(word, named, scorer=WORDS_ALIKE, score_cutoff=SIMILAR) for word in missing)


def means(text: str, parts: Sequence[str], known: Track) -> bool:
    """Whether a typed "title - artist" (or "artist - title", or a whole title with a dash) is this song."""
    title, artists = bare(known.title), [known.artist, *re.split("[,/&]", known.artist)]
    return _alike(text, known.title) or any(
        _alike(one, title) and any(_alike(other, artist) for artist in artists)
        for one, other in ((parts[0], parts[1]), (parts[1], parts[0]))
    )


def _alike(one: str, other: str) -> bool:
    return fuzz.ratio(" ".join(words(one)), " ".join(words(other))) >= SAME_TITLE
