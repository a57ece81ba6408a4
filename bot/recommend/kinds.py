"""What kinds of music artists make, as far as the tables of facts know, and how alike these kinds are."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from bot.recommend.topics import Makers

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

RARE = 8.0
"""A fact that is true of one in e to the power of so many of the known songs is as rare as any."""


class Kinds:
    """The kind of each artist: which genres are theirs, and where they are from; 0 where that is unknown.

    Args:
        groups: what is true of some artists, and their numbers.
        artist_of: (songs,), the number of each song's artist: what is true of few songs says more.
    """

    def __init__(
        self, groups: Iterable[tuple[Makers, npt.NDArray[np.int64]]], artist_of: npt.NDArray[np.integer]
    ) -> None:
        true: dict[int, set[str]] = {}
        for group, artists in groups:
            place = (f"from {group.country}",) if group.country else ()
            for artist in artists.tolist():
                true.setdefault(artist, set()).update(group.genres, place)
        kinds = {frozenset[str](): 0}
        self._of = np.zeros(int(np.max(artist_of, initial=0)) + 2, np.int64)  # the last one is of nobody
        for artist, facts in true.items():
            self._of[artist] = kinds.setdefault(frozenset(facts), len(kinds))
        self.alike = _alike([*kinds], np.bincount(self._of[artist_of], minlength=len(kinds)))
        """(kinds, kinds), from 0 to 1."""

    def of(self, artists: npt.NDArray[np.integer]) -> Rows:
        """The kind of each of some artists, -1 for nobody: (artists,)."""
        return np.asarray(self._of[artists])


def _alike(kinds: list[frozenset[str]], songs: npt.NDArray[np.int64]) -> Floats:
    """How alike any two kinds are: the cosine of their facts, each as long as it is rare among songs.

    What they share says all of it only where it is rare: half of a room's songs are rock anyway.
    """
    facts = sorted(frozenset[str]().union(*kinds))
    true = np.array([[fact in kind for fact in facts] for kind in kinds], np.float64).reshape(len(kinds), -1)
    share = (songs @ true + 1) / (songs[1:].sum() + 1)
    rare = np.maximum(-np.log(np.minimum(share, 1)), 0)
    long = true * np.sqrt(rare)
    lengths = np.linalg.norm(long, axis=1, keepdims=True)
    directions = long / np.where(lengths > 0, lengths, 1)
    rarest = np.array([(true * kind * rare).max(axis=1, initial=0) for kind in true])
    return np.asarray(directions @ directions.T * np.minimum(rarest / RARE, 1) ** 2)
