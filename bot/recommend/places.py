"""At which places of a list a text stands."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


class Places:
    """At which places of a list a text stands. Only hashes are kept: 16 bytes for each text."""

    def __init__(self, hashes: npt.NDArray[np.int64]) -> None:
        self._hashes = np.ascontiguousarray(hashes)
        self._order = np.argsort(self._hashes, kind="stable")

    def of(self, text: str) -> list[int]:
        """Every place where the text stands, in order."""
        return self._all(np.int64(hash(text)))

    def like(self, place: int) -> list[int]:
        """Every place where the same text stands as at this one, in order."""
        return self._all(self._hashes[place])

    def _all(self, hashed: np.int64) -> list[int]:
        start = self._hashes.searchsorted(hashed, "left", self._order)
        end = self._hashes.searchsorted(hashed, "right", self._order)
        places: list[int] = self._order[start:end].tolist()
        return places
