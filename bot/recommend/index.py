"""An index of short texts by the groups of letters in them: finds what is spelt nearly like something.

Every three letters in a row (a trigram; the space before and after a word is one of them) name the texts they
stand in. Of Chinese, Japanese and Korean signs one and two in a row are a group too. Two rare groups may
share a number: that costs a little precision here, and whoever compares the texts themselves does not notice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int32]

_PLAIN = " 0123456789abcdefghijklmnopqrstuvwxyz"
_BASE = len(_PLAIN)
_TRIGRAMS = _BASE**3
"""So many trigrams of plain letters have a number of their own."""
_ALL = 1 << 16  # numbers of 16 bits are sorted in one pass over them
_OTHER = _ALL - _TRIGRAMS
_SIGNS_FROM = 0x2E80
"""Where the blocks of Chinese, Japanese and Korean signs begin."""
_DIGIT = np.zeros(128, np.uint32)
_DIGIT[[ord(letter) for letter in _PLAIN]] = np.arange(_BASE)
COMMON = 0.02
"""A group in more than this part of all texts says little: it is looked at where there are few others."""
ENOUGH = 12
"""How many rarer groups make the common ones superfluous."""


class Index:
    """Which texts hold which groups of letters.

    Args:
        parts: the texts in their order, in parts of any size: folded, words with single spaces between them.
    """

    def __init__(self, parts: Iterable[Sequence[str]]) -> None:
        self.count = 0
        found: list[tuple[npt.NDArray[np.uint16], Numbers]] = []
        sizes = np.zeros(_ALL, np.int64)
        for texts in parts:
            groups, places = _sorted(texts)
            found.append((groups, places + np.int32(self.count)))
            sizes += np.bincount(groups, minlength=_ALL)
            self.count += len(texts)
        self._starts = np.concatenate([[0], np.cumsum(sizes)])
        self._texts: Numbers = np.empty(int(self._starts[-1]), np.int32)
        free = self._starts[:-1].copy()
        while found:  # part by part, so that little is held twice
            groups, places = found.pop(0)
            size = np.bincount(groups, minlength=_ALL)
            first = np.cumsum(size) - size
            self._texts[free[groups] + np.arange(len(groups)) - first[groups]] = places
            free += size

    def alike(self, text: str, most: int, bonus: npt.NDArray[np.float32]) -> Numbers:
        """The texts that have most in common with this one, by the rarity of what they share.

        Args:
            text: folded; a space at its end says that the last word is finished.
            most: how many.
            bonus: (texts,) what each is given beside, in parts of what the whole text is worth.
        """
        groups = np.unique(_groups(np.frombuffer(f" {text}".encode("utf-32-le", "replace"), np.uint32))[0])
        sizes = self._starts[groups.astype(np.int64) + 1] - self._starts[groups]
        groups, sizes = groups[sizes > 0], sizes[sizes > 0]
        if not len(groups):
            return np.empty(0, np.int32)
        worth = np.log(1 + self.count / sizes)
        rare = np.argsort(sizes)
        looked_at = rare[: max(ENOUGH, int(np.searchsorted(sizes[rare], COMMON * self.count)))]
        groups, sizes, worth = groups[looked_at], sizes[looked_at], worth[looked_at]
        found = np.concatenate([self._of(int(group)) for group in groups])
        score = np.bincount(found, np.repeat(worth, sizes), self.count).astype(np.float64)
        return _best(score, most, bonus, float(worth.sum()))

    def starting(self, letters: str) -> Numbers:
        """The texts with a word that starts with one or two plain letters."""
        if len(letters) == 1:
            first = int(_DIGIT[ord(letters)]) * _BASE
            found = self._texts[self._starts[first] : self._starts[first + _BASE]]
        else:
            group = int(_DIGIT[ord(letters[0])]) * _BASE + int(_DIGIT[ord(letters[1])])
            found = self._of(group)
        return np.unique(found)

    def _of(self, group: int) -> Numbers:
        return self._texts[self._starts[group] : self._starts[group + 1]]


def _sorted(texts: Sequence[str]) -> tuple[npt.NDArray[np.uint16], Numbers]:
    """The groups of some texts in order, each once for a text, and the place of the text."""
    joined = "\n".join([f" {text} " for text in texts])
    groups, places = _groups(np.frombuffer(joined.encode("utf-32-le", "replace"), np.uint32))
    order = np.argsort(groups, kind="stable")
    groups, places = groups[order], places[order]
    once = np.ones(len(groups), bool)
    once[1:] = (groups[1:] != groups[:-1]) | (places[1:] != places[:-1])
    return groups[once], places[once]


def _best(score: npt.NDArray[np.float64], most: int, bonus: npt.NDArray[np.float32], whole: float) -> Numbers:
    """The places of the highest scores; what has little in common with the text is not looked at."""
    places = np.flatnonzero(score > 0.25 * score.max())
    if len(places) > most:
        worth = score[places] + whole * bonus[places]
        places = places[np.argpartition(worth, len(places) - most)[-most:]]
    return places.astype(np.int32)


def _groups(letters: npt.NDArray[np.uint32]) -> tuple[npt.NDArray[np.uint16], Numbers]:
    """The group that begins at each letter of some lines, and the line of each."""
    plain = letters < 128
    ends = letters == 10
    lines = np.cumsum(ends, dtype=np.int32)
    digits = _DIGIT[np.where(plain, letters, 0)]
    one, two, three = digits[:-2], digits[1:-1], digits[2:]
    groups = (one * _BASE + two) * _BASE + three
    all_plain = plain[:-2] & plain[1:-1] & plain[2:]
    hashed = (letters[:-2] * 31 + letters[1:-1]) * 31 + letters[2:]
    groups = np.where(all_plain, groups, _TRIGRAMS + hashed % _OTHER)
    within = ~(ends[:-2] | ends[1:-1] | ends[2:])
    found, places = [groups[within]], [lines[:-2][within]]
    signs = np.flatnonzero(letters >= _SIGNS_FROM)
    if len(signs):
        found.append(_TRIGRAMS + (letters[signs] * 7 + 3) % _OTHER)
        places.append(lines[signs])
        pairs = signs[:-1][np.diff(signs) == 1]
        found.append(_TRIGRAMS + (letters[pairs] * 17 + letters[pairs + 1] * 5 + 1) % _OTHER)
        places.append(lines[pairs])
    return np.concatenate(found).astype(np.uint16), np.concatenate(places)
