"""A bit of everything, for a room of which nothing is known: well-known songs of all decades and tastes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

ALIKE = 4.0
"""So many standard deviations of how well songs fit it costs to be of the very taste of one before."""
OF_ONE_TIME = 1.0
"""And so many it costs for each song before that is of the same decade."""


def mixed(
    standing: npt.NDArray[np.float64], years: npt.NDArray[np.int32], tastes: Floats | None
) -> Iterator[int]:
    """The places of songs in an order in which each is unlike those before it.

    Each place goes to the song that stands highest after what likeness to the ones before costs it (maximal
    marginal relevance: J. Carbonell and J. Goldstein, 1998).

    Args:
        standing: (songs,), how well known each is, in any unit.
        years: (songs,), 0 where it is unknown: those count as a decade of their own.
        tastes: (songs, dims), each one's direction among tastes; None where nobody knows.
    """
    worth = (standing - standing.mean()) / max(float(standing.std()), 1e-9)
    decades = years // 10
    nearest = np.zeros(len(worth))
    for _ in range(len(worth)):
        place = int(np.argmax(worth - ALIKE * nearest))
        yield place
        worth[place] = -np.inf
        worth = worth - OF_ONE_TIME * (decades == decades[place])
        if tastes is not None:
            nearest = np.maximum(nearest, tastes @ tastes[place])
