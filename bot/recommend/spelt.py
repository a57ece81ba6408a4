"""How alike words and whole texts are: slips of the keyboard, and words that sound alike."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

SOUNDS_ALIKE = 0.9
"""What a word counts that only sounds like the one that is meant, of 1."""


MOST_SLIPS = 2
"""No word may hold more of them."""


def slips(letters: int) -> int:
    """How many slips of the keyboard a text of so many letters may hold and still be read."""
    return 0 if letters < 3 else 1 if letters < 8 else 2


def near(one: str, other: str) -> float:
    """How alike two words are, from 0 to 1; 0 where more than a slip lies between them."""
    longest = max(len(one), len(other))
    most = slips(longest)
    found = OSA.distance(one, other, score_cutoff=most)
    if found <= most:
        return 1 - found / longest
    return SOUNDS_ALIKE if longest > 3 and sound(one) == sound(other) else 0.0


@lru_cache(maxsize=4096)
def sound(word: str) -> str:
    """About how a word sounds: the same for `fergalicious` and `fergalishus`, `kwik` and `quick`."""
    for spelt, heard in _SOUNDS:
        if spelt in word:
            word = word.replace(spelt, heard)
    return "".join([letter for at, letter in enumerate(word) if at == 0 or letter != word[at - 1]])


class Nearby:
    """Which words of some songs are like the words of a text: each with each, at once.

    One by one that takes a text of seventy unknown words half a second, in which nobody else is answered.

    Args:
        typed: the words of the text.
        there: the words of the songs.
    """

    def __init__(self, typed: Collection[str], there: Iterable[str]) -> None:
        self._near: dict[str, dict[str, float]] = {}
        self._touched: dict[str, set[str]] = {word: {word} for word in typed}
        ours = [*dict.fromkeys(word for word in typed if len(word) > 2 and not word.isdecimal())]
        theirs = [*dict.fromkeys(there)]
        if not (ours and theirs):
            return
        self._sounding(ours, theirs)
        far = process.cdist(ours, theirs, scorer=OSA.distance, score_cutoff=MOST_SLIPS, dtype=np.uint8)
        for one, other in np.argwhere(far <= MOST_SLIPS).tolist():
            longest = max(len(ours[one]), len(theirs[other]))
            if far[one, other] <= slips(longest):
                self._near.setdefault(ours[one], {})[theirs[other]] = 1 - int(far[one, other]) / longest
        for word, near in self._near.items():
            for like in near:
                self._touched.setdefault(like, set()).add(word)

    def _sounding(self, ours: Collection[str], theirs: Collection[str]) -> None:
        heard: dict[str, list[str]] = {}
        for other in theirs:
            heard.setdefault(sound(other), []).append(other)
        for one in ours:
            for other in heard.get(sound(one), ()):
                if max(len(one), len(other)) > 3 and abs(len(one) - len(other)) <= MOST_SLIPS:
                    self._near.setdefault(one, {})[other] = SOUNDS_ALIKE

    def touched(self, words: Iterable[str]) -> set[str]:
        """Which words of the text are among some words of a song, or like one of them."""
        return set[str]().union(*[self._touched.get(word, ()) for word in words])

    def best(self, word: str, among: Collection[str]) -> tuple[float, str]:
        """How alike the word most like another one is to it, from 0 to 1, and that word."""
        near = self._near.get(word)
        if near is None:
            return 0.0, ""
        return max([(how, other) for other, how in near.items() if other in among], default=(0.0, ""))


_SOUNDS = (
    ("tion", "shn"),
    ("sion", "shn"),
    ("tious", "shs"),
    ("cious", "shs"),
    ("shun", "shn"),
    ("shus", "shs"),
    ("ough", "o"),
    ("ight", "it"),
    ("ite", "it"),
    ("eigh", "e"),
    ("gh", ""),
    ("ph", "f"),
    ("ck", "k"),
    ("qu", "kw"),
    ("q", "k"),
    ("x", "ks"),
    ("ce", "se"),
    ("ci", "si"),
    ("cy", "si"),
    ("sch", "sh"),
    ("ch", "k"),
    ("c", "k"),
    ("z", "s"),
    ("kn", "n"),
    ("wr", "r"),
    ("oo", "u"),
    ("ou", "u"),
    ("ie", "i"),
    ("ee", "e"),
    ("ea", "e"),
    ("y", "i"),
)


def spelt(typed: str, meant: str) -> float:
    """How alike two texts are, from 0 to 1; 0 where more than some slips lie between them."""
    most = slips(len(meant))
    if not -most <= len(typed) - len(meant) <= most:
        return 0.0
    found = OSA.distance(typed, meant, score_cutoff=most)
    return 1 - found / max(len(typed), 1) if found <= most else 0.0
