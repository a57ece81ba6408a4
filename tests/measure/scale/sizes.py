"""The sizes that are measured, and what is promised of each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

QUEUE = 20
"""How many songs the queue of a request has."""
LIMITS = (50, 3_000)
"""How many songs are asked for: as people and as the bot's ballots do."""
MOST_TRACKS, MOST_DIMS, MOST_LISTS = 10_000_000, 1_024, 10_000_000


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """How many songs a model has, and in how many dimensions they lie."""

    tracks: int
    dims: int

    @classmethod
    def parse(cls, text: str) -> Size:
        """Reads "89417x64".

        Raises:
            ValueError: it is not written so, or out of bounds.
        """
        found = re.fullmatch(r"(\d{1,9})x(\d{1,9})", text.strip().replace(",", ""), re.ASCII)
        if not found:
            raise ValueError(f"{text!r} is no size: write songs x dimensions, like 89417x64")
        size = cls(int(found[1]), int(found[2]))
        if not (QUEUE < size.tracks <= MOST_TRACKS and 0 < size.dims <= MOST_DIMS):
            bounds = f"{QUEUE + 1:,} to {MOST_TRACKS:,} songs, 1 to {MOST_DIMS:,} dimensions"
            raise ValueError(f"{text!r} is out of bounds: {bounds}")
        return size

    def __str__(self) -> str:
        return f"{self.tracks}x{self.dims}"

    @property
    def said(self) -> str:
        """As the page says it."""
        return f"{self.tracks:,} songs, {self.dims} dimensions"


SIZES = (Size(89_417, 64), Size(645_802, 3), Size(645_802, 64), Size(2_262_292, 64), Size(2_262_292, 128))
"""The starter's, the slides' own, theirs with more dimensions, and the Million Playlist Dataset's."""
MPD = Size(2_262_292, 64)

Ratios = Mapping[tuple[Size, int], float]
PROMISED: Mapping[str, Ratios] = {
    "implicit": {
        (size, limit): ratio
        for size, ratios in zip(SIZES, ((0.8, 1.3), (1.3, 1.2), (0.55, 0.6), (0.45, 0.5)), strict=False)
        for limit, ratio in zip(LIMITS, ratios, strict=True)
    },
    "faiss flat": {(MPD, 50): 0.45},
    "the table read once": {(MPD, 50): 2.5},
}
"""At most so many times as long as each peer, by the size and how many songs are asked for."""

LISTS = (3_000, 10_000, 30_000, 100_000)
"""So many playlists are trained on."""
WHOLE = 1_000_000
TRAINED: Mapping[int, tuple[float, float]] = {10_000: (60, 2), 100_000: (360, 2), 1_000_000: (2_700, 8)}
"""At most so many seconds and gigabytes, by the number of playlists."""
ROOM = 20
"""So many songs a list `synth` finds room for."""
EXPONENT = 1.1
"""Training time grows no faster than the entries to this power."""


def songs_in(lists: int) -> int:
    """How many songs so many playlists name: few name more, as they share the popular ones.

    No more than made-up playlists have room for: a list of so few brings some twenty songs of its own.
    """
    part: float = (lists / 1_000_000) ** 0.55
    return max(min(round(MPD.tracks * part), ROOM * lists), QUEUE + 1)
