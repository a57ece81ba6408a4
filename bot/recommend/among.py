"""Suggestions among the songs that can sound alone, and songs that the model lacks among them.

A song that the model lacks stands where its artist does: where a middling song of theirs stands. It has that
song's match and reasons, which are exact for the artist and say no more of the song.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bot.party.words import Stock, Track
from bot.recommend.halves import Answer

STAND_INS = 3
"""So many middling songs of an artist stand in for what the model lacks: one may be in the queue itself."""


class Songs(Protocol):
    """What is asked of the catalogue, which has the popular songs first."""

    def indices(self, track_ids: Sequence[str]) -> npt.NDArray[np.int64]:
        """The index of each of some ids, of those that are there."""

    def artist(self, track: Track) -> int:
        """The number of a song's main artist; -1 for one without any in the catalogue."""

    def artists(self, indices: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        """The number of the main artist of each of some songs."""

    def christmas(self) -> npt.NDArray[np.int32]:
        """Every song that is about Christmas."""


@dataclass(frozen=True, slots=True, eq=False)
class Among:
    """Which of a model's songs are looked at."""

    sounds: npt.NDArray[np.bool_]  # (songs,), whether each can sound
    looked: npt.NDArray[np.bool_]  # (songs,), whether it can, or stands in for a song that can
    share: float  # how many of the songs are looked at
    artist_of: Mapping[int, int]  # the artist of each song that stands in for others
    lacked: Mapping[int, Sequence[Track]]  # the songs of each of these artists that the model lacks
    strangers: Sequence[Track]  # songs by artists that it lacks as well

    @classmethod
    def of(cls, stock: Stock, songs: Songs, tracks: int) -> Among:
        """Which those are.

        Args:
            stock: what can sound.
            songs: the catalogue of the model.
            tracks: how many songs it has.
        """
        sounds = np.zeros(tracks, bool)
        sounds[songs.indices([*stock.known])] = True
        lacked: dict[int, list[Track]] = {}
        numbers: dict[str, int] = {}
        for track in stock.lacked:
            if track.artist not in numbers:
                numbers[track.artist] = songs.artist(track)
            if numbers[track.artist] >= 0:
                lacked.setdefault(numbers[track.artist], []).append(track)
        artist_of = stand_ins(songs, [*lacked], tracks) if lacked else {}
        known = {*artist_of.values()}
        strangers = [track for track in stock.lacked if numbers[track.artist] not in known]
        looked = sounds.copy()
        looked[[*artist_of]] = True
        return cls(sounds, looked, float(looked.mean()), artist_of, lacked, strangers)

    def expanded(
        self,
        answer: Answer,
        most: int,
        allowed: Callable[[Track], bool],
        rng: np.random.Generator | None = None,
    ) -> tuple[Answer, dict[int, Track]]:
        """An answer with songs that the model lacks in the places of those that stand in for them.

        Args:
            answer: of songs that are looked at.
            most: how many songs of an artist there may be.
            allowed: whether such a song may be an answer.
            rng: where chance comes from; left out: it is always the same ones.

        Returns:
            The answer, best first, and the songs at those of its places where the model lacks them.
        """
        rows = np.flatnonzero(self.sounds[answer.tracks])
        added: list[int] = []
        tracks: list[Track] = []
        seen: set[int] = set()
        for place, index in enumerate(answer.tracks.tolist() if self.artist_of else ()):
            artist = self.artist_of.get(index)
            if artist is None or artist in seen:
                continue
            seen.add(artist)
            found = [*islice(filter(allowed, turned(self.lacked[artist], rng)), most)]
            added += [place] * len(found)
            tracks += found
        every = np.concatenate([rows, np.array(added, np.int64)])
        order = np.argsort(-answer.match[every], kind="stable")
        places = np.flatnonzero(order >= len(rows)).tolist()
        return _at(answer, every[order]), {place: tracks[order[place] - len(rows)] for place in places}


def turned(tracks: Sequence[Track], rng: np.random.Generator | None) -> Iterator[Track]:
    """Songs in an order by chance, or without any as they are."""
    return map(tracks.__getitem__, rng.permutation(len(tracks)).tolist() if rng else range(len(tracks)))


def stand_ins(songs: Songs, artists: Sequence[int], tracks: int) -> dict[int, int]:
    """The middle songs of each of some artists, by how popular they are, and whose they are."""
    artist_of = songs.artists(np.arange(tracks))
    theirs = np.isin(artist_of, np.array(artists))
    theirs[songs.christmas()] = False  # which are no answer for most of the year
    places = np.flatnonzero(theirs)
    places = places[np.argsort(artist_of[places], kind="stable")]
    found: dict[int, int] = {}
    if not len(places):
        return found
    for group in np.split(places, np.flatnonzero(np.diff(artist_of[places])) + 1):
        first = max(0, (len(group) - STAND_INS) // 2)
        found.update(dict.fromkeys(group[first : first + STAND_INS].tolist(), int(artist_of[group[0]])))
    return found


def _at(answer: Answer, places: npt.NDArray[np.int64]) -> Answer:
    return Answer(answer.tracks[places], answer.match[places], answer.reasons[places])
