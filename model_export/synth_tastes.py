"""A made-up set of playlists, in numbers: which list holds which tracks, and who made the tracks.

Every list has two latent genres, and every track, artist and name belongs to one, so that training has
something to learn. The proportions are those published of the Million Playlist Dataset (C.-W. Chen et al.,
RecSys Challenge 2018). What is kept in memory is four bytes an entry and a few dozen a list and a track.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model_export.playlists import DataError, Numbers, runs, summed

Longs = npt.NDArray[np.int64]

MEAN_LENGTH, SHORTEST, LONGEST = 66.35, 5, 250
MEDIAN_LENGTH, SPREAD = 50.3, 0.8
"""Of a log-normal length, cut at both ends to the mean above."""
TRACKS, ARTISTS, ALBUMS = 2_262_292, 295_860, 734_684
LISTS, NAMES, PLAIN_NAMES = 1_000_000, 92_944, 17_381
HITS = 0.3
"""The share of entries that every taste draws from the same hits."""
SECOND = 0.2
"""The share of entries that come from a list's second genre."""
ONCE = 0.5
"""The share of tracks that stand in one list."""
LEAST_ENTRIES = 1.7
"""How many entries a track must have on average, so that every track can stand in a list."""
LISTS_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The tracks: of whom, on what, and how long; numbers without gaps."""

    genre_of: Numbers  # (tracks,)
    artist_of: Numbers  # (tracks,)
    album_of: Numbers  # (tracks,)
    duration_ms: Numbers  # (tracks,)
    artists: int
    albums: int

    def __len__(self) -> int:
        return len(self.artist_of)


@dataclass(frozen=True, slots=True)
class Block:
    """Some lists, one after the other."""

    first: int  # the number of the first one
    bounds: Longs  # (lists + 1,) of `tracks`
    tracks: Numbers  # (entries,)
    names: Numbers  # (lists,): numbers of names
    followers: Longs
    edits: Longs
    days: Longs  # of the last change, since 1970
    collaborative: npt.NDArray[np.bool_]


class Tastes:
    """All lists of a set, always the same ones for the same numbers."""

    def __init__(self, lists: int, tracks: int, seed: int) -> None:
        """Deals the tracks to the genres' lists.

        Raises:
            DataError: so few lists have no room for so many tracks.
        """
        self.lists, self.seed = lists, seed
        rng = np.random.default_rng([seed, 0])
        genres = min(int(np.clip(np.sqrt(tracks) / 6, 4, 250)), tracks)
        odds = (np.arange(genres) + 3.0) ** -0.7
        self._lengths = _lengths(rng, lists)
        self._genre = rng.choice(genres, lists, p=odds / odds.sum()).astype(np.int32)
        self._other = (self._genre + rng.integers(1, 4, lists).astype(np.int32)) % np.int32(genres)
        self._of_hits = rng.binomial(self._lengths, HITS).astype(np.int32)
        self._of_other = rng.binomial(self._lengths - self._of_hits, SECOND / (1 - HITS)).astype(np.int32)
        own = self._lengths - self._of_hits - self._of_other

        dealt = np.concatenate([own, self._of_other])
        of_genre = np.concatenate([self._genre, self._other])
        entries = np.bincount(of_genre, dealt, genres).astype(np.int64)
        used = (entries > 0).astype(np.int64)
        shares = used + _shared(tracks - int(used.sum()), entries)
        if ((shares > used) & (shares * LEAST_ENTRIES > entries)).any():
            most = int(lists * MEAN_LENGTH * (1 - HITS) / LEAST_ENTRIES / 1.2)
            raise DataError(
                f"{lists:,} lists have no room for {tracks:,} tracks; say --tracks {most} or less, "
                "or more --lists"
            )
        order = np.argsort(of_genre, kind="stable")
        begins = np.empty(2 * lists, np.int64)
        begins[order] = summed(dealt[order])[:-1]
        self._own_at, self._other_at = begins[:lists], begins[lists:]
        numbers = rng.permutation(tracks).astype(np.int32)  # so that no file is sorted by genre
        first = summed(shares)
        self._deck = np.empty(int(entries.sum()), np.int32)
        top = []
        for genre, place in enumerate(summed(entries)[:-1]):
            own_tracks = numbers[first[genre] : first[genre + 1]]
            counts = _counts(int(shares[genre]), int(entries[genre]))
            self._deck[place : place + entries[genre]] = rng.permutation(np.repeat(own_tracks, counts))
            top.append(own_tracks[: len(own_tracks) // 100 + 10])
        self._hits = rng.permutation(np.concatenate(top))
        self._hit_odds = np.cumsum((np.arange(len(self._hits)) + 60.0) ** -0.9)
        self.catalogue = _catalogue(rng, np.repeat(np.arange(genres, dtype=np.int32), shares), numbers)
        self.names, self._names = _names(rng, self._genre, genres)

    @property
    def entries(self) -> int:
        """How many entries all lists have."""
        return int(self._lengths.sum())

    def blocks(self, at_once: int = LISTS_AT_ONCE) -> Iterator[Block]:
        """All lists in their order; `at_once` must be the same for the same lists."""
        for first in range(0, self.lists, at_once):
            yield self._block(first, min(first + at_once, self.lists))

    def _block(self, first: int, last: int) -> Block:
        rng = np.random.default_rng([self.seed, 1, first])
        some, count = slice(first, last), last - first
        lengths = self._lengths[some]
        hits, other = self._of_hits[some], self._of_other[some]
        own = lengths - hits - other
        bounds = summed(lengths)
        chance = rng.random(int(hits.sum())) * self._hit_odds[-1]
        popular = self._hits[np.searchsorted(self._hit_odds, chance)]
        tracks = np.concatenate(
            [
                self._deck[runs(self._own_at[some], own)],
                self._deck[runs(self._other_at[some], other)],
                popular,
            ]
        )
        of_list = np.concatenate([np.repeat(np.arange(count), each) for each in (own, other, hits)])
        # Lists in order, each one's tracks by lot.
        order = np.argsort(of_list + rng.random(len(tracks)))
        return Block(
            first,
            bounds,
            tracks[order],
            self._names[some],
            followers=np.where(rng.random(count) < 0.75, 1, _heavy(rng, count, 1.3, 71_643) + 1),
            edits=np.clip(np.exp(rng.normal(2.2, 1.1, count)).astype(np.int64), 1, 201),
            days=17_470 - (rng.random(count) ** 3 * 2500).astype(np.int64),
            collaborative=rng.random(count) < 0.023,
        )


def _lengths(rng: np.random.Generator, lists: int) -> Numbers:
    drawn = np.exp(rng.normal(np.log(MEDIAN_LENGTH), SPREAD, lists))
    return np.clip(drawn, SHORTEST, LONGEST).astype(np.int32)


def _heavy(rng: np.random.Generator, count: int, exponent: float, most: int) -> Longs:
    """Whole numbers from 1 on with a heavy tail."""
    return np.minimum((1 - rng.random(count)) ** (-1 / exponent), most).astype(np.int64)


def _shared(whole: int, weights: Longs) -> Longs:
    """A number cut into parts by weights."""
    cuts = np.round(whole * summed(weights) / max(int(weights.sum()), 1))
    return np.diff(cuts).astype(np.int64)


def _counts(tracks: int, entries: int) -> Longs:
    """How often each track of a genre stands in its lists, the popular first: about half of them once."""
    if not tracks:
        return np.empty(0, np.int64)
    rank = (np.arange(tracks) + 1) / max(tracks * (1 - ONCE), 1)
    most = max(entries * 0.004, 3.0)

    def curve(steepness: float) -> Longs:
        return np.maximum(1 / (1 / most + rank**steepness / 2), 1).astype(np.int64)

    low, high = 0.0, 6.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if curve(middle).sum() > entries else (middle, high)
    counts = curve(low)
    rest, some = entries - int(counts.sum()), max(int(tracks * (1 - ONCE)), 1)
    counts[:some] += rest // some
    counts[: rest % some] += 1
    return counts


def _catalogue(rng: np.random.Generator, genre_of: Numbers, numbers: Numbers) -> Catalogue:
    """Artists of each genre, some with many tracks, and their albums."""
    tracks = len(genre_of)
    of_genre = np.bincount(genre_of)
    artists = np.maximum(np.round(of_genre * (ARTISTS / TRACKS)), of_genre > 0).astype(np.int64)
    place = runs(np.zeros(len(of_genre), np.int64), of_genre)
    by_lot = (artists[genre_of] * rng.random(tracks) ** 2).astype(np.int64)
    within = np.where(place < artists[genre_of], place, by_lot)
    artist_of = summed(artists)[:-1][genre_of] + within
    order = np.argsort(artist_of, kind="stable")
    counts = np.bincount(artist_of, minlength=int(artists.sum()))
    nth = runs(np.zeros(len(counts), np.int64), counts)
    low, high = 1.0, float(max(tracks, 2))
    for _ in range(50):  # how many tracks an album has, so that there are as many albums as there should be
        middle = (low + high) / 2
        albums = np.ceil(counts / middle).sum()
        low, high = (middle, high) if albums > tracks * ALBUMS / TRACKS else (low, middle)
    album_counts = np.ceil(counts / high).astype(np.int64)
    missing = int(tracks * ALBUMS / TRACKS) - int(album_counts.sum())
    album_counts[np.flatnonzero(album_counts < counts)[: max(missing, 0)]] += 1
    album_of = np.empty(tracks, np.int64)
    nth_album = nth * np.repeat(album_counts, counts) // np.repeat(counts, counts)
    album_of[order] = np.repeat(summed(album_counts)[:-1], counts) + nth_album
    duration = np.clip(rng.normal(235_000, 60_000, tracks), 30_000, 1_200_000).astype(np.int32)
    back = np.empty(tracks, np.int32)
    back[numbers] = np.arange(tracks, dtype=np.int32)
    return Catalogue(
        genre_of[back],
        artist_of[back].astype(np.int32),
        album_of[back].astype(np.int32),
        duration,
        len(counts),
        int(album_counts.sum()),
    )


def _names(rng: np.random.Generator, genre: Numbers, genres: int) -> tuple[Numbers, Numbers]:
    """The genre of each name, and the name of each list: one of its genre's."""
    lists = np.bincount(genre, minlength=genres)
    shares = np.minimum(np.round(lists * (NAMES / LISTS)).astype(np.int64) + (lists > 0), lists)
    first, name_of = summed(shares), np.empty(len(genre), np.int32)
    order, begins = np.argsort(genre, kind="stable"), summed(lists)
    for each in range(genres):
        count = int(lists[each])
        drawn = (shares[each] * rng.random(count) ** 3).astype(np.int64)
        drawn[: shares[each]] = np.arange(shares[each])
        name_of[order[begins[each] : begins[each + 1]]] = first[each] + rng.permutation(drawn)
    return np.repeat(np.arange(genres, dtype=np.int32), shares), name_of
