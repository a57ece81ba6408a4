"""All songs, by what people call them, in few bytes: what is compared of each, and where to find it.

They are read in parts, since the texts of a whole catalogue take a hundred times as much while they are made.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bot.party.spelling import (
    alike,
    alike_all,
    fold,
    fold_all,
    joined,
    names,
    title_key,
    with_notes,
    without_the,
    written_title_key,
)
from bot.recommend.index import Index
from bot.recommend.other_names import all_names, other_titles, romanised
from bot.recommend.places import Places
from bot.recommend.ranking import fame_of
from bot.recommend.songs import Song, Words, read

NOT_LATIN = re.compile("[\u0370-\u1dff\u2e80-\ud7ff\uf900-\ufaff]")
"""A letter that is no Latin one."""
_BETWEEN = " , "
"""What stands between artists in a text of `alike_all`."""


class Row(NamedTuple):
    """What a catalogue says of a song."""

    title: str
    artists: str  # comma separated
    popularity: float  # from 0 to 1
    year: int  # 0 where it is unknown


class _Pairs:
    """Indices of songs, each with the hash of something."""

    def __init__(self) -> None:
        self._indices, self._hashes = array("q"), array("q")

    def add(self, index: int, what: Hashable) -> None:
        self._indices.append(index)
        self._hashes.append(hash(what))

    def places(self) -> tuple[npt.NDArray[np.int64], Places]:
        """The indices, and at which of them a hash stands."""
        return np.array(self._indices, np.int64), Places(np.array(self._hashes, np.int64))


@dataclass(slots=True)
class _Made:
    """What is made of the songs while they are read; hashes stand for texts."""

    called_so: dict[str, str]  # other names of artists, folded
    words: dict[str, str] = field(default_factory=dict)  # each in the one way to write it
    titles: list[bytes] = field(default_factory=list)
    artists: list[bytes] = field(default_factory=list)
    plain: array[int] = field(default_factory=lambda: array("q"))  # the title as it is spelt
    titled: array[int] = field(default_factory=lambda: array("q"))  # in the one way to write it
    main: array[int] = field(default_factory=lambda: array("q"))  # the main artist
    # What only some songs have: the song's index, and a hash.
    noted: _Pairs = field(default_factory=lambda: _Pairs())  # the title with what is in brackets
    everybody: _Pairs = field(default_factory=lambda: _Pairs())  # title and artists, in any order
    called: _Pairs = field(default_factory=lambda: _Pairs())  # another title
    popularity: array[float] = field(default_factory=lambda: array("d"))
    years: array[int] = field(default_factory=lambda: array("i"))


class Shelf:
    """All songs.

    Args:
        parts: the songs in their order, some thousands at once.
    """

    def __init__(self, parts: Iterable[Sequence[Row]]) -> None:
        self._other_titles: dict[int, tuple[Words, ...]] = {}
        self._latin_names: dict[int, tuple[Words, ...]] = {}
        self._other_names = {key: tuple(map(_words, others)) for key, others in all_names().items()}
        made = _Made(called_so={key: fold(" ".join(others)) for key, others in all_names().items()})
        self.index = Index(self._made(part, made) for part in parts)
        self.count = len(made.years)
        self._titles, self._artists = _Texts(made.titles), _Texts(made.artists)
        self.plain = np.array(made.plain, np.int64)
        self.years = np.array(made.years, np.int32)
        popularity = np.array(made.popularity, np.float64)
        self._names, artists = np.unique(np.array(made.main, np.int64), return_inverse=True)
        self.artist_of = artists.astype(np.int32)
        self.artist_fame = np.bincount(self.artist_of, popularity)
        self.fame = fame_of(popularity, self.artist_of, self.years > 0)
        titled = np.array(made.titled, np.int64)
        self._titled = Places(titled)
        self._by_main = Places(_paired(titled, np.array(made.main, np.int64)))
        self._noted, self._noted_so = made.noted.places()
        self._several, self._by_everybody = made.everybody.places()
        self._called, self._called_so = made.called.places()
        self.song = lru_cache(maxsize=1024)(self._song)

    def _made(self, rows: Sequence[Row], made: _Made) -> list[str]:
        """Takes some songs in, and gives what the index holds of each: title, artists, other names."""
        first = len(made.years)
        folded = fold_all([with_notes(row.title) for row in rows])
        people = fold_all([row.artists for row in rows])
        titles = alike_all(folded, made.words)
        artists = alike_all([names.replace("(", " ").replace(")", " ") for names in people], made.words)
        made.titles.append("\n".join(titles).encode())
        made.artists.append("\n".join(artists).encode())
        made.plain.extend([hash(title.partition("(")[0].strip() or title) for title in folded])
        made.popularity.extend([row.popularity for row in rows])
        made.years.extend([row.year for row in rows])
        lines = [f"{title} {names}" for title, names in zip(folded, people, strict=True)]
        for at, line in enumerate(lines):
            if not line.isascii() and NOT_LATIN.search(line):
                lines[at] += f" {self._in_latin_letters(first + at, rows[at], made)}"
        for at, (title, artist) in enumerate(zip(titles, artists, strict=True), first):
            key = written_title_key(title)
            made.titled.append(hash(key))
            if "(" in title:
                made.noted.add(at, joined(title.replace("( ", "").replace(" )", "")))
            everybody = [without_the(name) for name in artist.split(_BETWEEN)]
            if artist.startswith(",") or not all(everybody):  # a name of signs alone
                everybody = names(rows[at - first].artists) or [""]
            made.main.append(hash(everybody[0]))
            if len(everybody) > 1:
                made.everybody.add(at, (hash(key), frozenset(everybody)))
            for name in everybody:
                if name in self._other_names:
                    lines[at - first] += f" {made.called_so[name]}"
        text = "\n".join(lines)
        for sign in "(),":
            text = text.replace(sign, " ")
        return text.replace("  ", " ").replace("  ", " ").split("\n")

    def _in_latin_letters(self, at: int, row: Row, made: _Made) -> str:
        titles = [*dict.fromkeys([romanised(row.title), *other_titles(row.title, row.artists)])]
        artists = [romanised(name) for name in row.artists.split(",") if not name.isascii()]
        self._other_titles[at] = tuple([_words(title) for title in titles])
        self._latin_names[at] = tuple([_words(name) for name in artists])
        for words in self._other_titles[at]:
            made.called.add(at, "".join(words))
        return fold(" ".join([*titles, *artists]))

    def _song(self, index: int) -> Song:
        artists = self._artists[index]
        called = [
            other
            for name in artists.split(_BETWEEN)
            for other in self._other_names.get(without_the(name), ())
        ]
        return read(
            self._titles[index],
            artists,
            self._other_titles.get(index, ()),
            [*self._latin_names.get(index, ()), *called],
        )

    def titled(self, text: str) -> list[int]:
        """The songs with exactly this title, the best known first."""
        key = hash(joined(alike(fold(text))))
        places = self._titled.at(key)
        places += [int(self._noted[place]) for place in self._noted_so.at(key)]
        places += [int(self._called[place]) for place in self._called_so.at(key)]
        return sorted(places, key=lambda place: -self.fame[place])

    def same(self, one: int, other: int) -> bool:
        """Whether two songs are one to a person: the same title by the same artist."""
        if one == other:
            return True
        first, second = self.song(one), self.song(other)
        return first.titles[0] == second.titles[0] and not {*first.names}.isdisjoint(second.names)

    def artist(self, name: str) -> int | None:
        """The number of the first of some credited artists, by any spelling of the name, or None."""
        credited = names(name)
        if not credited:
            return None
        key = hash(credited[0])
        place = int(np.searchsorted(self._names, key))
        return place if place < len(self._names) and self._names[place] == key else None

    def versions(self, index: int) -> list[int]:
        """Every song that is the same to a person: the title, and the artists in any order."""
        return self._with_swapped(self._by_main.like(index))

    def versions_called(self, title: str, artists: str) -> list[int]:
        """The same, for a song by its names."""
        key, everybody = hash(title_key(title)), names(artists)
        if not everybody:
            return []
        found = self._by_main.at(int(_paired(np.array([key]), np.array([hash(everybody[0])]))[0]))
        if len(everybody) > 1:
            places = self._by_everybody.at(hash((key, frozenset(everybody))))
            found += [int(self._several[place]) for place in places]
        return self._with_swapped(found)

    def _with_swapped(self, found: Iterable[int]) -> list[int]:
        """Songs, and those that credit the same people in another order."""
        every = dict.fromkeys(found)
        for index in [*every]:
            place = int(np.searchsorted(self._several, index))
            if place < len(self._several) and self._several[place] == index:
                for other in self._by_everybody.like(place):
                    every.update(dict.fromkeys(self._by_main.like(int(self._several[other]))))
        return sorted(every)


def _words(text: str) -> Words:
    return tuple(alike(fold(text)).split())


def _paired(one: npt.NDArray[np.int64], other: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """One number for each pair of hashes."""
    with np.errstate(over="ignore"):
        return one * np.int64(1_000_003) ^ other


class _Texts:
    """Many short texts in few bytes."""

    def __init__(self, parts: Sequence[bytes]) -> None:
        self._bytes = b"\n".join(parts)
        ends = np.flatnonzero(np.frombuffer(self._bytes, np.uint8) == 10)
        self._ends = np.concatenate([[-1], ends, [len(self._bytes)]]).astype(np.int32)

    def __getitem__(self, index: int) -> str:
        return self._bytes[self._ends[index] + 1 : self._ends[index + 1]].decode()
