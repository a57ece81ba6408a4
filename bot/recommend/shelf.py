"""All songs, by what people call them, in few bytes: what is compared of each, and where to find it."""

from __future__ import annotations

import weakref
from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache, partial
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.party.spelling import alike, fold, joined, names, title_key, without_the
from bot.recommend.index import Arrays, Index
from bot.recommend.other_names import all_names
from bot.recommend.places import Numbers, Places, number
from bot.recommend.shelving import ARTISTS, BETWEEN, NAMES, everybody_key, paired
from bot.recommend.songs import Song, Words, read


class Shelf:
    """All songs.

    Args:
        kept: what `bot.recommend.shelving.shelved` makes of them.
    """

    def __init__(self, kept: Arrays) -> None:
        self.fame: npt.NDArray[np.float32] = kept["fame"]
        self.count = len(self.fame)
        self.index = Index(kept, self.fame)
        self.plain: npt.NDArray[np.uint32] = kept["plain"]
        self.years: Numbers = kept["years"]
        self.christmas: Numbers = kept["christmas"]
        self.artist_of: Numbers = kept["artist_of"]
        self.artist_fame: npt.NDArray[np.float64] = kept["artist_fame"]
        self._artists: npt.NDArray[np.int64] = kept["artists"]
        self._texts = _Texts(kept, "texts")
        self._titled, self._by_main = places(kept, "titled"), places(kept, "by_main")
        self._noted, self._noted_so = kept["noted"], places(kept, "noted_so")
        self._several, self._by_everybody = kept["several"], places(kept, "several_so")
        self._called, self._called_so = kept["called"], places(kept, "called_so")
        self._others, self._other_texts = kept["others"], _Texts(kept, "other_texts")
        self._other_names = {key: tuple(map(_words, others)) for key, others in all_names().items()}
        # By a weak reference: a shelf that nobody uses any longer goes at once, with its megabytes.
        self.song = lru_cache(maxsize=1024)(partial(Shelf._song, weakref.proxy(self)))

    def _song(self, index: int) -> Song:
        title, _, artists = self._texts[index].partition(ARTISTS)
        titles, latin_names = self._other(index)
        called = [
            other for name in artists.split(BETWEEN) for other in self._other_names.get(without_the(name), ())
        ]
        return read(title, artists, titles, [*latin_names, *called])

    def _other(self, index: int) -> tuple[list[Words], list[Words]]:
        """A song's titles and its artists' names in Latin letters, if they are written in others."""
        place = _place(self._others, index)
        if place is None:
            return [], []
        titles, _, artists = self._other_texts[place].partition(NAMES)
        return (
            [tuple(title.split()) for title in titles.split(ARTISTS)],
            [tuple(name.split()) for name in artists.split(ARTISTS)] if artists else [],
        )

    def titled(self, text: str) -> list[int]:
        """The songs with exactly this title, the best known first."""
        key = number(joined(alike(fold(text))))
        found = self._titled.at(key)
        found += self._noted[self._noted_so.at(key)].tolist()
        found += self._called[self._called_so.at(key)].tolist()
        fame = self.fame[found]
        return [found[at] for at in np.argsort(-fame, kind="stable").tolist()]

    def same(self, one: int, other: int) -> bool:
        """Whether two songs are one to a person: the same title by the same artist."""
        if one == other:
            return True
        first, second = self.song(one), self.song(other)
        return first.titles[0] == second.titles[0] and not {*first.names}.isdisjoint(second.names)

    def artist(self, name: str) -> int | None:
        """The number of the first of some credited artists, by any spelling of the name, or None."""
        credited = names(name)
        return _place(self._artists, number(credited[0])) if credited else None

    def versions(self, index: int) -> list[int]:
        """Every song that is the same to a person: the title, and the artists in any order."""
        return self._with_swapped(self._by_main.like(index))

    def versions_called(self, title: str, artists: str) -> list[int]:
        """The same, for a song by its names."""
        key, everybody = title_key(title), names(artists)
        if not everybody:
            return []
        pair = paired(np.array([number(key)]), np.array([number(everybody[0])]))
        found = self._by_main.at(int(pair[0]))
        if len(everybody) > 1:
            swapped = self._by_everybody.at(number(everybody_key(key, everybody)))
            found += self._several[swapped].tolist()
        return self._with_swapped(found)

    def _with_swapped(self, found: Iterable[int]) -> list[int]:
        """Songs, and those that credit the same people in another order."""
        every = dict.fromkeys(found)
        for index in [*every]:
            place = _place(self._several, index)
            if place is not None:
                for other in self._by_everybody.like(place):
                    every.update(dict.fromkeys(self._by_main.like(int(self._several[other]))))
        return sorted(every)


def places(kept: Arrays, name: str) -> Places:
    """Where something stands, of what `bot.recommend.shelving.places` has made."""
    return Places(kept[name], kept[f"{name}_order"])


def _place(ascending: npt.NDArray[Any], wanted: int) -> int | None:
    place = bisect_left(ascending, wanted)
    return place if place < len(ascending) and ascending[place] == wanted else None


def _words(text: str) -> Words:
    return tuple(alike(fold(text)).split())


class _Texts:
    """Many short texts in few bytes."""

    def __init__(self, kept: Arrays, name: str) -> None:
        self._bytes: npt.NDArray[np.uint8] = kept[name]
        self._ends: npt.NDArray[Any] = kept[f"{name}_ends"]

    def __getitem__(self, index: int) -> str:
        start = int(self._ends[index - 1]) + 1 if index else 0
        return self._bytes[start : int(self._ends[index])].tobytes().decode()
