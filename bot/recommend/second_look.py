"""A second look at the songs that fit: what the model cannot weigh, in the unit in which they differ.

Less of what is merely popular in a room whose own songs are not, and more of the years that these are from.
Both are bounded, what is unknown counts neither way, and each entry of the queue has its exact share of both:
whatever is read off the model's reasons (`bot.recommend.taste`) may be read off these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.party.words import Signal

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Years = npt.NDArray[np.int32]

POPULAR = 0.4
"""So many standard deviations it costs a song to be e times nearer to the most popular one ..."""
PLAIN = 2000
"""... than this place by popularity; in a small catalogue than its first fortieth ..."""
MOST_POPULAR = 3.0
"""... and three times that at most. For entries that are popular themselves it costs less, or nothing."""
ERA = 1.5
"""So many standard deviations it is worth to be of the very year of the room's songs, not far from it."""
YEARS = 8.0
"""So many years apart an agreement of years has shrunk to 1 / e."""


@dataclass(frozen=True, slots=True)
class Looked:
    """Songs after a second look."""

    model: Floats  # (songs,), the model's own logits
    shares: npt.NDArray[np.float32]  # (songs, entries), what each entry adds to them
    by_year: Floats  # (years, entries), what each entry adds for a song's year
    year: npt.NDArray[np.intp]  # (songs,), the row of it
    popular: Floats  # (songs,), how popular each is
    against: Floats  # (entries,), what that costs it for each entry

    @property
    def logits(self) -> Floats:
        """What is said of each song: (songs,)."""
        era = self.by_year.sum(axis=1)[self.year]
        return np.asarray(self.model + era - self.against.sum() * self.popular)

    @property
    def reasons(self) -> Floats:
        """Each entry's share of that: (songs, entries)."""
        return self.shares + self.times(np.eye(len(self.against)))

    def times(self, weights: Floats) -> Floats:
        """What the second look alone adds to each entry's share, times (entries, any): (songs, any)."""
        return np.asarray(
            (self.by_year @ weights)[self.year] - np.outer(self.popular, self.against @ weights)
        )


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of some songs."""

    places: Places  # by popularity, 0 the most popular; as many as there are songs, or more, where unknown
    years: Years  # 0 where it is unknown


def second_look(
    logits: Floats,
    reasons: npt.NDArray[np.float32],
    told: Sequence[Signal],
    entries: Known,
    songs: Known,
    catalogue: int,
    people: int = 1,
    spread: float | None = None,
) -> Looked:
    """Looks at songs again.

    Args:
        logits: (songs,), what the model says of each.
        reasons: (songs, entries), each entry's share of that.
        told: the entries.
        entries: what is known of them.
        songs: what is known of the songs.
        catalogue: how many songs there are in all.
        people: how many have told something: what many agree on is popular, so with many it costs less.
        spread: the standard deviation that is the unit of all this; that of these songs, if left out.
    """
    step = float(logits.std()) if spread is None else spread
    weight = np.array([signal.weight for signal in told])
    label = np.array([signal.label for signal in told])
    plain = min(PLAIN, catalogue // 40)
    unpopular = 1 - np.minimum(popularity(entries.places, plain), 1)
    return Looked(
        logits,
        reasons,
        *_by_year(songs.years, entries.years, weight, step * ERA * label),
        popularity(songs.places, plain),
        step * POPULAR * min(2 / people, 1) * _shares(weight) * unpopular,
    )


def popularity(places: Places, plain: int) -> Floats:
    """How much more popular than a song of the place `plain` each is, in powers of e: (songs,)."""
    return np.clip(np.log(max(plain, 1) / (1.0 + places)), 0, MOST_POPULAR)


def _by_year(
    years: Years, asked: Years, weight: Floats, worth: Floats
) -> tuple[Floats, npt.NDArray[np.intp]]:
    """What each entry's year says of each year of the songs, (years, entries), and which year each song has.

    How much better it agrees than others' do: over the songs of known years each entry's add up to 0. All
    entries of known years together count once, however many they are.

    Args:
        years: (songs,), 0 where it is unknown.
        asked: (entries,), likewise.
        weight: (entries,), how much each counts.
        worth: (entries,), what to agree with each is worth.
    """
    different, of_song, count = np.unique(years, return_inverse=True, return_counts=True)
    count = np.where(different > 0, count, 0)
    alike = np.exp(-np.abs(different[:, np.newaxis] - asked) / YEARS)
    alike -= count @ alike / max(count.sum(), 1)
    said = alike * (_shares(weight * (asked > 0)) * worth)
    said[different <= 0] = 0
    return said, of_song


def _shares(weight: Floats) -> Floats:
    return np.asarray(weight / max(float(weight.sum()), 1e-9))
