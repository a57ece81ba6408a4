"""An index of short texts by the groups of letters in them: finds what is spelt nearly like something.

Every three letters in a row (a trigram; the space before and after a word is one of them) name the texts they
stand in. Of Chinese, Japanese and Korean signs one and two in a row are a group too. Two rare groups may
share a number: that costs a little precision here, and whoever compares the texts themselves does not notice.

Texts stand in tiers of 65,536, the best known ones first as a rule. One tier is looked through at a time,
which keeps what is counted in the processor's cache; a tier that can hold nothing better than what was found
is left out, however many texts there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.recommend.places import Numbers

Arrays = Mapping[str, npt.NDArray[Any]]
"""What is kept of something, each by its name."""

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
TIER = 1 << 16
"""So many texts stand in a tier: the number of one within it has 16 bits."""
COMMON = 0.02
"""A group in more than this part of all texts says little: it is looked at where there are few others."""
ENOUGH = 12
"""How many rarer groups make the common ones superfluous."""
ALIKE = 0.25
"""What has less in common with a text than this part of what the best one has is not looked at."""

_Part = tuple[npt.NDArray[np.uint16], npt.NDArray[np.uint16]]
"""The groups of some texts in order, each once for a text, and the number of the text in its tier."""


class Index:
    """Which texts hold which groups of letters.

    Args:
        kept: what `indexed` makes of the texts.
        fame: (texts,) how well known each is, from 0 to 1.
    """

    def __init__(self, kept: Arrays, fame: npt.NDArray[np.float32]) -> None:
        self._texts: npt.NDArray[np.uint16] = kept["index_texts"]
        self._starts: npt.NDArray[np.int64] = kept["index_starts"]  # (tiers, groups + 1)
        self._sizes: Numbers = kept["index_sizes"]  # of each group in all tiers
        self._fame = fame
        self._best_known = [float(fame[at : at + TIER].max()) for at in range(0, len(fame), TIER)]

    def alike(self, text: str, most: int, share: float) -> Numbers:
        """The texts that have most in common with this one, by the rarity of what they share.

        Args:
            text: folded; a space at its end says that the last word is finished.
            most: how many.
            share: what fame adds at most, in parts of what the whole text is worth.
        """
        groups = np.unique(_groups(np.frombuffer(f" {text}".encode("utf-32-le", "replace"), np.uint32))[0])
        sizes = self._sizes[groups]
        groups, sizes = groups[sizes > 0].astype(np.int64), sizes[sizes > 0]
        if not len(groups):
            return np.empty(0, np.int32)
        worth = np.log(1 + len(self._fame) / sizes)
        rare = np.argsort(sizes, kind="stable")
        looked_at = rare[: max(ENOUGH, int(np.searchsorted(sizes[rare], COMMON * len(self._fame))))]
        groups, worth = groups[looked_at], worth[looked_at]
        whole = float(worth.sum())
        best = _Best(most)
        starts, ends = self._starts[:, groups], self._starts[:, groups + 1]
        for tier, best_known in enumerate(self._best_known):
            most_known = share * whole * best_known
            if whole + most_known <= best.least:
                continue
            found, counts = self._found(starts[tier], ends[tier])
            score = np.bincount(found, np.repeat(worth, counts))
            better = np.flatnonzero(score > max(ALIKE * best.score, best.least - most_known))
            if len(better):
                places, score = better + tier * TIER, score[better]
                best.add(places, score, score + share * whole * self._fame[places])
        return best.places.astype(np.int32)

    def starting(self, letters: str, most: int) -> Numbers:
        """The best known of the texts with a word that starts with one or two plain letters."""
        first = int(_DIGIT[ord(letters[0])]) * _BASE
        first, groups = (first, _BASE) if len(letters) == 1 else (first + int(_DIGIT[ord(letters[1])]), 1)
        best = _Best(most)
        starts, ends = self._starts[:, first], self._starts[:, first + groups]
        for tier, best_known in enumerate(self._best_known):
            if best_known > best.least:
                places = np.unique(self._texts[starts[tier] : ends[tier]]).astype(np.int64) + tier * TIER
                fame = self._fame[places]
                best.add(places, np.ones_like(fame), fame)
        return best.places.astype(np.int32)

    def _found(
        self, starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.int64]]:
        """The texts of some groups in one tier, one group behind the other, and how many each has."""
        pieces = [self._texts[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        return np.concatenate(pieces), ends - starts


class _Best:
    """The best texts so far.

    Args:
        most: how many are kept.
    """

    def __init__(self, most: int) -> None:
        self.places: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self.score = 0.0  # of the text that has most in common
        self.least = -1.0  # what is worth no more than that does not get in; nothing while there is room
        self._most = most
        self._scores: npt.NDArray[Any] = np.empty(0)
        self._worth: npt.NDArray[Any] = np.empty(0)

    def add(self, places: npt.NDArray[np.int64], scores: npt.NDArray[Any], worth: npt.NDArray[Any]) -> None:
        """Takes in what is better; what has little in common is left out."""
        self.score = max(self.score, float(scores.max(initial=0.0)))
        places = np.concatenate([self.places, places])
        scores, worth = np.concatenate([self._scores, scores]), np.concatenate([self._worth, worth])
        kept = np.flatnonzero(scores > ALIKE * self.score)
        if len(kept) > self._most:
            kept = kept[np.argpartition(worth[kept], len(kept) - self._most)[-self._most :]]
        self.places, self._scores, self._worth = places[kept], scores[kept], worth[kept]
        self.least = float(self._worth.min()) if len(kept) == self._most else -1.0


def indexed(parts: Iterable[Sequence[str]]) -> dict[str, npt.NDArray[Any]]:
    """What is kept of an index.

    Args:
        parts: the texts in their order, in parts of any size: folded, words with single spaces between them.
    """
    texts: list[npt.NDArray[np.uint16]] = []
    starts: list[npt.NDArray[np.int64]] = []
    sizes = np.zeros(_ALL, np.int64)
    before = 0
    for tier in _tiers(parts):
        size, numbers = _joined(tier)
        starts.append(before + np.concatenate([[0], np.cumsum(size)]))
        texts.append(numbers)
        sizes += size
        before += len(numbers)
    return {
        "index_texts": np.concatenate(texts) if texts else np.empty(0, np.uint16),
        "index_starts": np.array(starts, np.int64).reshape(-1, _ALL + 1),
        "index_sizes": sizes.astype(np.int32),
    }


def _tiers(parts: Iterable[Sequence[str]]) -> Iterator[list[_Part]]:
    """The groups of the texts of each tier, some texts at a time."""
    tier: list[_Part] = []
    count = 0
    for texts in parts:
        while texts:
            now, texts = texts[: TIER - count], texts[TIER - count :]
            groups, places = _sorted(now)
            tier.append((groups, (places + count).astype(np.uint16)))
            count += len(now)
            if count == TIER:
                yield tier
                tier, count = [], 0
    if tier:
        yield tier


def _joined(tier: list[_Part]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint16]]:
    """How many texts each group of a tier has, and these texts; the tier is emptied."""
    sizes = np.zeros(_ALL, np.int64)
    for groups, _ in tier:
        sizes += np.bincount(groups, minlength=_ALL)
    free = np.cumsum(sizes) - sizes
    texts = np.empty(int(sizes.sum()), np.uint16)
    while tier:  # part by part, so that little is held twice
        groups, places = tier.pop(0)
        size = np.bincount(groups, minlength=_ALL)
        first = np.cumsum(size) - size
        texts[free[groups] + np.arange(len(groups)) - first[groups]] = places
        free += size
    return sizes, texts


def _sorted(texts: Sequence[str]) -> tuple[npt.NDArray[np.uint16], Numbers]:
    """The groups of some texts in order, each once for a text, and the place of the text."""
    joined = "\n".join([f" {text} " for text in texts])
    groups, places = _groups(np.frombuffer(joined.encode("utf-32-le", "replace"), np.uint32))
    order = np.argsort(groups, kind="stable")
    groups, places = groups[order], places[order]
    once = np.ones(len(groups), bool)
    once[1:] = (groups[1:] != groups[:-1]) | (places[1:] != places[:-1])
    return groups[once], places[once]


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
