"""At which places of a list something stands."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from operator import methodcaller

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]

_PRIME = 9168049737788840131
"""A prime of 63 bits, drawn at random: what is left of two texts' bytes is hardly ever the same."""

_BYTES = methodcaller("encode", "utf-8", "replace")


def number(text: str) -> int:
    """The number that stands for a text: the same in every process, unlike `hash`."""
    return int.from_bytes(text.encode("utf-8", "replace"), "little") % _PRIME


def numbers(texts: Iterable[str]) -> list[int]:
    """The number of each of some texts; quicker than `number` for each."""
    return [int.from_bytes(text, "little") % _PRIME for text in map(_BYTES, texts)]


def order(hashes: Hashes) -> Numbers:
    """The places of a list, sorted by what stands there."""
    return np.argsort(hashes, kind="stable").astype(np.int32)


class Places:
    """At which places of a list a text stands. Only numbers of texts are kept: 12 bytes for each.

    Args:
        hashes: `number` of what stands at each place.
        sorted_so: what `order` says of them.
    """

    def __init__(self, hashes: Hashes, sorted_so: Numbers) -> None:
        self._hashes, self._order = hashes, sorted_so

    def of(self, text: str) -> list[int]:
        """Every place where this stands, in order."""
        return self.at(number(text))

    def at(self, hashed: int) -> list[int]:
        """Every place of what has this number, in order."""
        return self._all(np.int64(hashed))

    def like(self, place: int) -> list[int]:
        """Every place where the same text stands as at this one, in order."""
        return self._all(self._hashes[place])

    def firsts(self, hashed: Hashes) -> npt.NDArray[np.int64]:
        """The first place of each of many numbers, of those that stand anywhere."""
        ordered = self._hashes[self._order]
        at = np.searchsorted(ordered, hashed)
        at[at == len(ordered)] = 0
        there = ordered[at] == hashed if len(ordered) else np.zeros(len(hashed), bool)
        return np.asarray(self._order[at[there]], np.int64)

    def _all(self, hashed: np.int64) -> list[int]:
        # numpy's own searchsorted would copy the whole order: it sorts by numbers of 64 bits only.
        start = bisect_left(self._order, hashed, key=self._hashes.__getitem__)
        end = bisect_right(self._order, hashed, lo=start, key=self._hashes.__getitem__)
        places: list[int] = self._order[start:end].tolist()
        return places
