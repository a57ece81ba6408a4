"""At which places of a list something stands."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import numpy.typing as npt


class Places:
    """At which places of a list a text, or anything else, stands. Only hashes are kept: 16 bytes for each."""

    def __init__(self, hashes: npt.NDArray[np.int64]) -> None:
        self._hashes = np.ascontiguousarray(hashes)
        self._order = np.argsort(self._hashes, kind="stable")

    def of(self, text: Hashable) -> list[int]:
        """Every place where this stands, in order."""
        return self.at(hash(text))

    def at(self, hashed: int) -> list[int]:
        """Every place of what has this hash, in order."""
        return self._all(np.int64(hashed))

    def like(self, place: int) -> list[int]:
        """Every place where the same text stands as at this one, in order."""
        return self._all(self._hashes[place])

    def _all(self, hashed: np.int64) -> list[int]:
        start = self._hashes.searchsorted(hashed, "left", self._order)
        end = self._hashes.searchsorted(hashed, "right", self._order)
        places: list[int] = self._order[start:end].tolist()
        return places
