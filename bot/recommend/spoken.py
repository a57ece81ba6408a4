"""What the model is told for words: songs that many know for it, and a bundle's own words.

A phrase speaks like a few songs, however many stand for it. Where several say different things of the same
songs ("german rap", "80s metal"), only songs for which all of it is true stand for them.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial

import numpy as np
import numpy.typing as npt

from bot.recommend.kinds import Kinds
from bot.recommend.phrases import Part
from bot.recommend.shelf import Shelf
from bot.recommend.topics import Kind, Makers, Song, Topic, facts

Mask = npt.NDArray[np.bool_]

STRENGTH = 3.0
"""A phrase speaks like so many songs ..."""
WORD = 4.0
"""... and a bundle's own word does by itself (`model_export.words.STRENGTH`), ..."""
UNSURE = 0.5
"""... of which this part is left for a word that no table knows: it may be one curator's."""
MOST_SONGS = 24
"""So many songs stand for a phrase at most, ..."""
FEW_SONGS = 10
"""... and where a table names fewer, songs of the right artists are added."""
OF_ONE_ARTIST = 2
"""So many of those are of one artist."""
ENOUGH = 24
"""Songs are left out as long as so many are left."""
PLENTY = 100
"""Of a kind of music of which so many songs are known, no other is suggested."""
MOST_MEANT = 300
"""So many songs are known to be what was asked for, at most."""
WORDLESS = frozenset(
    ("eurodance", "dance", "house", "edm", "techno", "trance", "electronic", "italo disco", "metal")
)
"""What people make in English or without words, wherever they are from: it does not sound of a place."""
AT_LEAST = 4
"""So many songs that all is true of stand for several phrases; fewer leave each to speak for itself."""
CHRISTMAS = "christmas"
"""The topic whose songs nobody wants to hear otherwise."""
HITS = "hits"
"""The topic that says nothing beside another."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the model that is told for a phrase."""

    said: str
    index: int
    weight: float
    half: int | None = None  # 0 or 1: songs speak in two halves, so that each can be suggested by the other


@dataclass(frozen=True, slots=True)
class Spoken:
    """All that is told for some phrases."""

    rows: tuple[Row, ...] = ()
    out: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    """Songs that are something else than what was asked for."""
    meant: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    """Songs that are known to be what was asked for, the best known of them."""

    christmas: bool = False
    """Whether Christmas is what was asked for."""

    def phrases(self) -> dict[str, float]:
        """The phrases, and how much each is told: of what is told in halves, one half."""
        weights: dict[str, float] = {}
        for row in self.rows:
            weights[row.said] = weights.get(row.said, 0.0) + row.weight * (1 if row.half is None else 0.5)
        return weights

    def named(self, index: int, reasons: tuple[str, ...]) -> tuple[str, ...]:
        """The reasons for a song, a phrase first for one that was meant: that is why it is there."""
        phrases = [*self.phrases()]
        if not phrases or not {*phrases}.isdisjoint(reasons) or index not in self.meant:
            return reasons
        return (phrases[0], *reasons[:1])

    def numbers(self, first: int) -> list[int]:
        """The number of each row's phrase, from a first one on."""
        places = {phrase: first + at for at, phrase in enumerate(self.phrases())}
        return [places[row.said] for row in self.rows]


class Speaker:
    """Turns phrases into what the model is told.

    Args:
        shelf: the catalogue's songs.
        word: the row of a word that playlists are named with, or None.
    """

    def __init__(self, shelf: Shelf, word: Callable[[str], int | None]) -> None:
        self._shelf = shelf
        self._word = word
        # By a weak reference, so that what nobody uses any longer goes at once.
        me = weakref.proxy(self)
        self.or_near = lru_cache(maxsize=256)(partial(Speaker._or_near, me))
        """The topic, or the one near it where a catalogue knows few songs of it; quick after `of`."""
        self._songs = lru_cache(maxsize=256)(partial(Speaker._found, me))

    @cached_property
    def _of_makers(self) -> list[tuple[Makers, npt.NDArray[np.int64]]]:
        """The numbers of the artists that are known, found when words are first asked for."""
        return [(group, self._numbers(group)) for group in facts().makers]

    @cached_property
    def kinds(self) -> Kinds:
        """What kinds of music the artists make."""
        return Kinds(self._of_makers, self._shelf.artist_of)

    def of(self, parts: Sequence[Part]) -> Spoken:
        """What is told for phrases: small in weight, whatever they are."""
        said = {self.or_near(topic): part.said for part in parts for topic in part.topics}
        if len(parts) > 1:
            said = {topic: text for topic, text in said.items() if topic.key != HITS} or said
        allowed = self._allowed([*said])
        rows = [row for part in parts if not part.topics for row in self._own(part.said)]
        together = [topic for topic in said if topic.kind is not Kind.OCCASION]
        joint = self._joint(together, allowed) if len({topic.kind for topic in together}) > 1 else []
        if len(joint) >= AT_LEAST:
            phrase = " ".join(dict.fromkeys(said[topic] for topic in together))
            rows += _halves(phrase, joint, STRENGTH)
        else:
            together = []
        for topic, text in said.items():
            if topic not in together:
                rows += self._alone(topic, text, allowed)
        meant = self._meant(rows, [*said], allowed)
        return Spoken(
            tuple(rows), np.flatnonzero(~allowed), meant, any(each.key == CHRISTMAS for each in said)
        )

    def _meant(self, rows: Sequence[Row], topics: Sequence[Topic], allowed: Mask) -> npt.NDArray[np.int64]:
        meant = np.zeros(self._shelf.count, bool)
        meant[[row.index for row in rows if row.half is not None]] = True
        if genres := [topic for topic in topics if topic.kind is Kind.GENRE]:
            meant |= _any(map(self._true, genres))
        songs = np.flatnonzero(meant & allowed)
        best = np.argsort(-self._shelf.fame[songs], kind="stable")[:MOST_MEANT]
        return np.asarray(np.sort(songs[best]), np.int64)

    def _or_near(self, topic: Topic) -> Topic:
        if not topic.near:
            return topic
        known = len(self._standing_for(topic, np.ones(self._shelf.count, bool)))
        return facts().topics[topic.near] if known < FEW_SONGS else topic

    def _own(self, word: str) -> list[Row]:
        index = self._word(word)
        return [] if index is None else [Row(word, index, UNSURE * STRENGTH / WORD)]

    def _alone(self, topic: Topic, said: str, allowed: Mask) -> list[Row]:
        words = [index for word in topic.words if (index := self._word(word)) is not None]
        songs = self._standing_for(topic, allowed)
        share = 0.0 if not words else 1.0 if not songs else 0.25
        rows = [Row(said, index, share * STRENGTH / WORD / len(words)) for index in words]
        return rows + _halves(said, songs, (1 - share) * STRENGTH)

    def _standing_for(self, topic: Topic, allowed: Mask) -> list[int]:
        named = [index for index in self._songs(topic.songs) if allowed[index]]
        if topic.kind is Kind.OCCASION and len(named) < AT_LEAST:
            named = list(self._songs(topic.songs))
        if topic.kind in {Kind.GENRE, Kind.PLACE} and len(named) < FEW_SONGS:
            named = [*dict.fromkeys([*named, *self._known_best(self._true(topic) & allowed)])]
        return named[:MOST_SONGS]

    def _joint(self, topics: Sequence[Topic], allowed: Mask) -> list[int]:
        """Songs that all is true of, those that a table names first."""
        true = allowed.copy()
        for kind in {topic.kind for topic in topics}:
            true &= _any(self._true(topic) for topic in topics if topic.kind is kind)
        named = [index for topic in topics for index in self._songs(topic.songs) if true[index]]
        return [*dict.fromkeys([*named, *self._known_best(true)])][:MOST_SONGS]

    def _allowed(self, topics: Sequence[Topic]) -> Mask:
        """The songs that may be suggested; what too few songs are true of does not count."""
        every = np.ones(self._shelf.count, bool)
        kinds = {kind: [topic for topic in topics if topic.kind is kind] for kind in Kind}
        allowed = every
        if times := [topic for topic in topics if topic.years]:
            allowed = _enough(allowed, _any(map(self._true, times)))
        if kinds[Kind.PLACE]:
            allowed = _enough(allowed, _any(map(self._true, kinds[Kind.PLACE])))
        if kinds[Kind.GENRE]:
            true = _any(map(self._true, kinds[Kind.GENRE]))
            if kinds[Kind.PLACE] or kinds[Kind.OCCASION]:
                allowed = _enough(allowed, true)
            elif not any(topic.loose for topic in kinds[Kind.GENRE]):
                strangers = ~self._by(lambda group: bool(group.genres))
                allowed = _enough(allowed, true if true.sum() >= PLENTY else true | strangers)
        return allowed

    def _true(self, topic: Topic) -> Mask:
        """The songs of which is known that the topic is true of them."""
        if topic.years is not None:
            first, last = topic.years
            years = np.asarray(self._shelf.years)
            decades = set(range(first // 10 * 10, last + 1, 10))
            then = self._by(lambda group: not decades.isdisjoint(group.years))
            return np.asarray(((years >= first) & (years <= last)) | ((years == 0) & then))
        if topic.kind is Kind.PLACE:
            true = self._by(
                lambda group: group.country in topic.countries and WORDLESS.isdisjoint(group.genres)
            )
        else:
            true = self._by(lambda group: topic.key in group.genres)
        true[list(self._songs(topic.songs))] = True
        return true

    def _by(self, is_so: Callable[[Makers], bool]) -> Mask:
        """The songs of the artists of some groups."""
        numbers = [found for group, found in self._of_makers if is_so(group)]
        if not numbers:
            return np.zeros(self._shelf.count, bool)
        makers = np.zeros(int(np.max(self._shelf.artist_of, initial=0)) + 1, bool)
        makers[np.concatenate(numbers)] = True
        return np.asarray(makers[self._shelf.artist_of])

    def _numbers(self, group: Makers) -> npt.NDArray[np.int64]:
        found = (self._shelf.artist(name) for name in group.names)
        return np.array([number for number in found if number is not None], np.int64)

    def _known_best(self, true: Mask) -> list[int]:
        """The best known of some songs, not too many of one artist."""
        songs = np.flatnonzero(true)
        kept: list[int] = []
        taken: dict[int, int] = {}
        for index in songs[np.argsort(-self._shelf.fame[songs], kind="stable")].tolist():
            artist = int(self._shelf.artist_of[index])
            if taken.get(artist, 0) < OF_ONE_ARTIST:
                taken[artist] = taken.get(artist, 0) + 1
                kept.append(index)
            if len(kept) == MOST_SONGS:
                break
        return kept

    def _found(self, songs: tuple[Song, ...]) -> tuple[int, ...]:
        """The best known version of each song that the catalogue has."""
        found = (self._shelf.versions_called(song.title, song.artist) for song in songs)
        best = (max(each, key=lambda index: float(self._shelf.fame[index])) for each in found if each)
        return tuple(dict.fromkeys(best))


def _halves(said: str, songs: Sequence[int], strength: float) -> list[Row]:
    """Every other song speaks in either half, so strongly that each half has all of the strength."""
    if len(songs) == 1:
        return [Row(said, songs[0], strength)]
    sizes = (-(-len(songs) // 2), len(songs) // 2)
    return [Row(said, index, strength / sizes[at % 2], at % 2) for at, index in enumerate(songs)]


def _any(masks: Iterable[Mask]) -> Mask:
    every = [*masks]
    return np.asarray(np.logical_or.reduce(every))


def _enough(allowed: Mask, true: Mask) -> Mask:
    narrowed = allowed & true
    return narrowed if int(narrowed.sum()) >= ENOUGH else allowed
