"""How well a song fits a text: how much of the text it explains, and how much of its title the text names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.party.spelling import alike, fold, same, same_beginnings
from bot.recommend.asked import GUEST, Asked
from bot.recommend.songs import Song, Words
from bot.recommend.spelt import Nearby, spelt
from bot.recommend.spelt import near as near_word

VARIANTS = frozenset(
    (
        "remix",
        "mix",
        "live",
        "acoustic",
        "version",
        "edit",
        "medley",
        "rmx",
        "unplugged",
        "demo",
        "slowed",
        "sped",
    )
)
IMITATIONS = frozenset(
    ("karaoke", "tribute", "cover", "covers", "instrumental", "lullaby", "originally", "workout")
)
CONTAINED = 0.9
"""What signs count that are only a part of a word, of 1."""
_SMALL = frozenset(("the", "a", "n", "of", "an"))
_TENS = {str(ten) for ten in range(20, 100, 10)}


class Fit(NamedTuple):
    """How well a song fits a text; each from 0 to 1."""

    explained: float  # of the text, by title, artists and what stands in brackets
    solid: float  # of the text, by title and artists alone
    named: float  # of the title
    artist: float  # of an artist's name
    whole: float  # of title and artist together, letter by letter; 1 where every word is found
    other: bool  # whether text and title differ in a number
    apart: bool  # whether one part of the text is the title, and no more

    @property
    def worth(self) -> float:
        """All of that in one number, by which songs are compared."""
        return 100 * self.explained + 60 * self.named + 25 * self.artist + (10 * self.whole - 15 * self.other)


class Side(NamedTuple):
    """A part of a text."""

    words: Words
    joined: str  # the same without spaces
    share: float  # of the text


@dataclass(frozen=True, slots=True)
class Query:
    """A text, ready to be compared."""

    words: tuple[tuple[str, float], ...]  # each word, and its letters by what it counts
    total: float  # of all letters
    typed: tuple[str, ...]  # the words that count, and all words, without spaces
    numbers: frozenset[str]  # of the words that count
    twice: frozenset[str]  # words that stand there more than once
    sides: tuple[Side, ...]  # the parts of the text, if there are several
    unfinished: tuple[str, ...] = ()  # how the last word may begin, while somebody types

    @classmethod
    def of(cls, asked: Asked, *, typing: bool = False) -> Query:
        """Makes a text ready; `typing` where its last word may not be finished."""
        written, weights = _tens_joined([*map(same, asked.words)], asked.weights)
        weighed = [(word, max(len(word), 2) * weight) for word, weight in zip(written, weights, strict=True)]
        core = "".join([word for word, weight in zip(written, weights, strict=True) if weight > GUEST])
        every = "".join(written)
        numbers = [
            word
            for word, weight in zip(asked.words, asked.weights, strict=True)
            if weight == 1 and word.isdecimal()
        ]
        sides = [tuple(alike(fold(side)).split()) for side in asked.sides] if len(asked.sides) > 1 else []
        total = sum([weight for _, weight in weighed]) or 1.0
        return cls(
            tuple(weighed),
            total,
            (core, every) if core and core != every else (every,),
            frozenset(numbers),
            frozenset([word for word in written if written.count(word) > 1]),
            tuple([Side(side, "".join(side), len("".join(side)) / total) for side in sides]),
            same_beginnings(asked.words[-1]) if typing and asked.words else (),
        )


def _tens_joined(written: list[str], weights: Sequence[float]) -> tuple[list[str], Sequence[float]]:
    """The words with twenty and one as one number."""
    if not _TENS.intersection(written):
        return written, weights
    words: list[str] = []
    counts: list[float] = []
    for word, weight in zip(written, weights, strict=True):
        if words and words[-1] in _TENS and len(word) == 1 and word in "123456789":
            words[-1] = words[-1][0] + word
        else:
            words.append(word)
            counts.append(weight)
    return words, counts


def fits(query: Query, songs: Sequence[Song]) -> list[Fit]:
    """Compares a text with each of some songs."""
    there = frozenset[str]().union(*[song.everything for song in songs])
    nearby = Nearby([word for word, _ in query.words], there)
    return [_fit(query, song, nearby) for song in songs]


def _fit(query: Query, song: Song, nearby: Nearby) -> Fit:
    solid, noted, found = _by_words(query, song, nearby)
    solid, explained = solid / query.total, (solid + noted) / query.total
    named = max([_covered(title, found, query.twice) for title in song.titles])
    single = found  # a word that stands in title and name counts for both only where it is said twice
    if song.shared and named > 0.6 and not query.twice >= song.shared:
        single = {
            word: near for word, near in found.items() if word in query.twice or word not in song.shared
        }
    artist = max([_covered(name, single, query.twice) for name in song.names])
    apart = any(side.joined in song.joined for side in query.sides)
    if explained >= 0.999 and named >= 0.999 and artist >= 0.999:
        return Fit(explained, solid, named, artist, 1.0, other=False, apart=apart)
    whole, with_artist = _whole(query, song)
    if whole:
        explained, solid, named = max(explained, whole), max(solid, whole), max(named, whole)
        artist = max(artist, whole) if with_artist else 0.0
    numbered = _numbered_otherwise(song.titles[0], found) or not query.numbers <= song.everything
    for side in query.sides:
        if not song.everything.issuperset(side.words):
            title = max([spelt(side.joined, each) for each in song.joined])
            name = max([spelt(side.joined, "".join(each)) for each in song.names])
            more = side.share * (max(title - named, 0.0) + max(name - artist, 0.0))
            explained, solid = explained + more, solid + more
            named, artist = max(named, title), max(artist, name)
    other = whole < 1 and numbered
    return Fit(min(explained, 1.0), min(solid, 1.0), named, artist, whole, other, apart)


def _by_words(query: Query, song: Song, nearby: Nearby) -> tuple[float, float, dict[str, float]]:
    """How much of a text the words of a song explain: of title and names, of what is in brackets.

    Beside that the words of the song that are named, and how sure they are.
    """
    solid = noted = 0.0
    found: dict[str, float] = {}
    touched = nearby.touched(song.everything)
    for word, weight in query.words:
        if word not in touched and word.isascii():
            continue
        if word in song.main:
            solid += weight
            found[word] = 1.0
        elif word in song.everything:
            noted += weight
            found[word] = 1.0
        elif not word.isascii() and (parts := [each for each in song.main if word in each]):
            solid += weight * CONTAINED  # scripts without spaces: some signs of a title
            found[parts[0]] = max(found.get(parts[0], 0.0), len(word) / len(parts[0]))
        elif len(word) > 2 and not word.isdecimal():
            near, meant = nearby.best(word, song.everything)
            if near:
                found[meant] = max(found.get(meant, 0.0), near)
                if meant in song.main:
                    solid += weight * near
                else:
                    noted += weight * near
    if query.unfinished:
        solid += _unfinished(query, song, found, nearby)
    return solid, noted, found


def _numbered_otherwise(title: Words, found: Mapping[str, float]) -> bool:
    """Whether a title has a number that is not named; those that may be `to` and `for` only at its end."""
    return any(
        word.isdecimal() and word not in found and (word not in _LITTLE or at == len(title) - 1)
        for at, word in enumerate(title)
    )


_LITTLE = {"1", "2", "4"}


def _unfinished(query: Query, song: Song, found: dict[str, float], nearby: Nearby) -> float:
    """What the last word counts more where a word of the song begins with it."""
    word, weight = query.words[-1]
    had = found.get(word, 0.0)
    if had == 1:
        return 0.0
    best = 0.0
    for each in song.main:
        for start in query.unfinished:
            if each.startswith(start):
                found[each] = max(found.get(each, 0.0), len(start) / len(each))
                best = 1.0
            elif len(start) > 3 and len(each) >= len(start) and not best:
                best = near_word(start, each[: len(start)])
    near, _ = nearby.best(word, song.everything)
    return weight * max(best - near, 0.0)


def _covered(name: Sequence[str], found: Mapping[str, float], twice: frozenset[str] = frozenset()) -> float:
    """How much of a name or title is named; a word that it repeats has to be repeated."""
    letters, named = 0.0, 0.0
    seen: set[str] = set()
    for word in name:
        counts = max(len(word), 3) if word not in _SMALL else 1
        letters += counts
        if word in found and (word not in seen or word in twice):
            named += counts * found[word]
            seen.add(word)
    return named / letters if letters else 0.0


def _whole(query: Query, song: Song) -> tuple[float, bool]:
    """How alike text and song are without any spaces, in either order, and whether that is with an artist.

    Where the name is spelt right the title alone may hold the slips, and only as many as one of its length.
    """
    best, with_artist = 0.0, False
    names = ["".join(name) for name in song.names]
    shortest = min(map(len, song.joined))
    for typed in query.typed:
        for title in song.joined:
            near = spelt(typed, title)
            if near > best:
                best, with_artist = near, False
        for name in names:
            near = 0.0
            if name and (typed.startswith(name) or typed.endswith(name)):
                rest = typed[len(name) :] if typed.startswith(name) else typed[: -len(name)]
                near = max([spelt(rest, title) for title in song.joined])
                near = (near * len(rest) + len(name)) / len(typed) if near else 0.0
            elif name and shortest > 2:
                for title in song.joined:
                    near = max(near, spelt(typed, title + name), spelt(typed, name + title))
            if near > best:
                best, with_artist = near, True
    return best, with_artist
