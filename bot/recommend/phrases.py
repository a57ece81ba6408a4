"""What the words of a vibe are about: the longest phrases first, then parts of words, then mistyped ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.recommend.texts import words
from bot.recommend.topics import Facts, Topic, facts, is_eastern, spans, time_of

MOST_LOOKED_AT = 48
"""No more words of a text are looked at; of scripts without spaces, characters."""
MOST_PUZZLED_OVER = 12
"""Of words that no table has, so many are taken apart and looked at for slips."""
LONGEST_PHRASE = 5
"""So many words make a phrase at most; ..."""
LONGEST_EASTERN = 14
"""... and of scripts without spaces so many characters."""
SHORTEST_TYPED = 5
"""A shorter word is never read as another that is meant: there are too many like it."""
ONE_SLIP = 7
"""Words of so many letters may hold any slip; of shorter ones letters may be swapped or doubled alone."""
TWO_SLIPS = 9
"""Words of so many letters may hold two slips."""
SHORTEST_PART = 3
"""Parts of a compound are no shorter."""

_DOUBLED = re.compile(r"(.)\1+")
_CALL_SIGN = re.compile(r"[kw][a-z]{2,3}")  # of North American radio stations
_ENDINGS = (
    *("es", "er", "en", "em", "as", "os", "ne", "nes", "ns", "s", "e", "n", "a", "o", "y", "ish", "ig"),
    *("ige", "iges", "iger", "igen"),
)
"""What may be left off or exchanged: deutsche and deutsches, mexicano and mexicana."""
_LINKING = ("", "s", "n", "en", "er", "e")
"""What may stand between the parts of a German compound."""


@dataclass(frozen=True, slots=True)
class Part:
    """A phrase of a text, as it was typed, and the topics that it is about; none for a bundle's own word."""

    said: str
    topics: tuple[Topic, ...] = ()


@dataclass(frozen=True, slots=True)
class _Word:
    key: str
    start: int
    end: int

    @property
    def eastern(self) -> bool:
        return is_eastern(self.key)


class _Text:
    """A text, of which phrases are taken until nothing is left that says anything."""

    def __init__(self, text: str, known: Facts, own: Callable[[str], bool]) -> None:
        self._text = text
        self._known = known
        self._own = own
        self._words = [
            _Word("".join(words(text[start:end])), start, end)
            for (start, end), _ in zip(spans(text), range(MOST_LOOKED_AT), strict=False)
        ]
        self._free = [bool(word.key) for word in self._words]
        self._parts: list[tuple[int, Part]] = []

    def parts(self) -> tuple[list[Part], list[str]]:
        """What is known of it, in order, and what is not."""
        fillers = self._known.fillers
        telling = [at for at in self._left() if self._words[at].key not in fillers]
        self._take(range(len(self._words)), self._phrase, least=2)
        self._take(telling, self._shorter, least=2)
        self._take(telling, self._shorter)
        self._pass_over(fillers)
        said = [at for at in self._left() if self._words[at].key not in fillers]
        for look in (self._of_the_bundle, self._compound, self._inflected, self._slipped):
            self._take([at for at in said if self._free[at]][:MOST_PUZZLED_OVER], look)
        if not self._parts and all(word.key in fillers for word in self._words):
            self._take(range(len(self._words)), self._phrase)
        unknown = [at for at in said if self._free[at]]
        if not self._parts and not unknown:
            unknown = [at for at, free in enumerate(self._free) if free]
        return [part for _, part in sorted(self._parts, key=lambda each: each[0])], self._runs(unknown)

    def _pass_over(self, fillers: frozenset[str]) -> None:
        """Leaves out fillers of several characters without spaces, where something else is known."""
        for length in range(LONGEST_PHRASE if self._parts else 0, 1, -1):
            for first in range(len(self._words) - length + 1):
                chosen = self._words[first : first + length]
                joined = "".join(word.key for word in chosen)
                if joined in fillers and all(self._free[first : first + length]) and chosen[0].eastern:
                    self._free[first : first + length] = [False] * length

    def _left(self) -> list[int]:
        return [at for at, free in enumerate(self._free) if free]

    def _take(
        self, places: Sequence[int], look: Callable[[Sequence[str]], list[Topic] | None], least: int = 1
    ) -> None:
        """Takes what `look` knows, the longest first, of so many words at least; places may skip fillers."""
        for length in range(min(len(places), LONGEST_EASTERN), least - 1, -1):
            for first in range(len(places) - length + 1):
                window = places[first : first + length]
                chosen = [self._words[at] for at in window]
                if length > LONGEST_PHRASE and not any(word.eastern for word in chosen):
                    continue
                if not all(self._free[at] for at in window):
                    continue
                topics = look([word.key for word in chosen])
                if topics is None:
                    continue
                for at in window:
                    self._free[at] = False
                said = self._text[chosen[0].start : chosen[-1].end].casefold()
                self._parts.append((window[0], Part(said, tuple(topics))))

    def _phrase(self, keys: Sequence[str]) -> list[Topic] | None:
        return self._topic("".join(keys))

    def _topic(self, key: str) -> list[Topic] | None:
        found = self._known.phrases.get(key)
        time = None if found else time_of(key)
        return [self._known.topics[found]] if found else [time] if time else None

    def _shorter(self, keys: Sequence[str]) -> list[Topic] | None:
        found = self._known.shorter.get("".join(keys))
        return [self._known.topics[found]] if found else self._topic("".join(keys))

    def _of_the_bundle(self, keys: Sequence[str]) -> list[Topic] | None:
        if len(keys) > 1 or _CALL_SIGN.fullmatch(keys[0]):
            return None
        return [] if self._own(keys[0]) else None

    def _compound(self, keys: Sequence[str]) -> list[Topic] | None:
        """Of partymusik the party, of deutschrap both."""
        word = "".join(keys)
        if len(keys) > 1 or not word.isalpha() or is_eastern(word):
            return None
        for cut in range(len(word) - SHORTEST_PART, SHORTEST_PART - 1, -1):
            end = self._topic(word[cut:])
            if end is None and word[cut:] not in self._known.fillers:
                continue
            for link in _LINKING:
                start = word[:cut].removesuffix(link) if link else word[:cut]
                begin = self._topic(start) if len(start) >= SHORTEST_PART else None
                if begin is not None:
                    return [*begin, *(each for each in end or () if each not in begin)]
        return None

    def _inflected(self, keys: Sequence[str]) -> list[Topic] | None:
        word = "".join(keys)
        if len(keys) > 1 or len(word) < SHORTEST_TYPED or not word.isalpha():
            return None
        stems = {word, *(word.removesuffix(ending) for ending in _ENDINGS)}
        long = sorted((stem for stem in stems if len(stem) >= SHORTEST_TYPED - 1), key=len, reverse=True)
        for stem in long:
            for ending in ("", *_ENDINGS):
                if found := self._topic(stem + ending):
                    return found
        return None

    def _slipped(self, keys: Sequence[str]) -> list[Topic] | None:
        word = "".join(keys)
        if len(keys) > 2 or len(word) < SHORTEST_TYPED or not word.isascii() or not word.isalpha():
            return None
        meant = _meant(word)
        return [self._known.topics[meant]] if meant else None

    def _runs(self, places: Sequence[int]) -> list[str]:
        """Words that nobody knows; of scripts without spaces those that stand together as one."""
        runs: list[tuple[int, int]] = []
        for at in places:
            word = self._words[at]
            if runs and word.eastern and runs[-1][1] == word.start and is_eastern(self._text[word.start - 1]):
                runs[-1] = (runs[-1][0], word.end)
            else:
                runs.append((word.start, word.end))
        return list(dict.fromkeys(self._text[start:end].casefold() for start, end in runs))


def read(text: str, own: Callable[[str], bool]) -> tuple[list[Part], list[str]]:
    """The phrases of a text that are about something, each once, and the words that nobody knows.

    Args:
        text: on one line, of bounded length.
        own: whether a bundle's playlists are named with a word.
    """
    found, unknown = _Text(text, facts(), own).parts()
    once: dict[object, Part] = {}
    for part in found:
        once.setdefault(part.topics or part.said, part)
    return list(once.values()), unknown


@lru_cache(maxsize=1024)
def _meant(word: str) -> str | None:
    """The topic of the one phrase that a word is a slip away from, or None where there are several."""
    most = 2 if len(word) >= TWO_SLIPS else 1
    near = {
        phrase: distance
        for phrase, distance, _ in process.extract(
            word, _typed(len(word), most), scorer=OSA.distance, score_cutoff=most, limit=20
        )
        if len(word) >= ONE_SLIP or _swapped(word, phrase)
    }
    best = min(near.values(), default=0)
    known = facts()
    topics = {
        known.phrases.get(phrase) or known.shorter[phrase] for phrase, far in near.items() if far == best
    }
    return topics.pop() if len(topics) == 1 else None


def _swapped(word: str, meant: str) -> bool:
    """Whether two neighbouring letters are swapped, or a double letter is a single one, or the other way."""
    return sorted(word) == sorted(meant) or _DOUBLED.sub(r"\1", word) == _DOUBLED.sub(r"\1", meant)


@lru_cache(maxsize=256)
def _typed(letters: int, most: int) -> tuple[str, ...]:
    """The phrases of about so many letters that one may mistype."""
    return tuple(phrase for phrase in _every() if abs(len(phrase) - letters) <= most)


@lru_cache(maxsize=1)
def _every() -> tuple[str, ...]:
    known = facts()
    return tuple(
        phrase
        for phrase in dict.fromkeys([*known.phrases, *known.shorter])
        if len(phrase) >= SHORTEST_TYPED - 1 and phrase.isascii() and phrase.isalpha()
    )
