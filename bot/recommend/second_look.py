"""A second look at the songs that fit: what the model cannot weigh, in the unit in which they differ.

Less of what is merely popular in a room whose own songs are not, more of the years that these are from, and
more by artists of their kind, the more so the rarer it is. All is bounded, what is unknown counts neither
way, and each entry of the queue has its exact share of all: whatever is read off the model's reasons
(`bot.recommend.taste`) may be read off these.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bot.party.words import Signal

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Years = npt.NDArray[np.int32]
Facts = npt.NDArray[np.integer]

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
KIND = 5.0
"""So many it is worth to be by artists of the very kind of the room's, where no kind is rarer."""


class Agreed(NamedTuple):
    """How well songs agree with each entry in something: what each entry adds, (different ones, entries)."""

    table: Floats
    row: npt.NDArray[np.intp]  # (songs,), which of them each song is


@dataclass(frozen=True, slots=True)
class Looked:
    """Songs after a second look."""

    model: Floats  # (songs,), the model's own logits
    shares: npt.NDArray[np.float32]  # (songs, entries), what each entry adds to them
    agreed: Sequence[Agreed]  # what each entry adds for a song's year, and for its kind
    popular: Floats  # (songs,), how popular each is
    against: Floats  # (entries,), what that costs it for each entry

    @property
    def logits(self) -> Floats:
        """What is said of each song: (songs,)."""
        agreed = sum(table.sum(axis=1)[row] for table, row in self.agreed)
        return np.asarray(self.model + agreed - self.against.sum() * self.popular)

    @property
    def reasons(self) -> Floats:
        """Each entry's share of that: (songs, entries)."""
        return self.shares + self.times(np.eye(len(self.against)))

    def times(self, weights: Floats) -> Floats:
        """What the second look alone adds to each entry's share, times (entries, any): (songs, any)."""
        agreed = sum((table @ weights)[row] for table, row in self.agreed)
        return np.asarray(agreed - np.outer(self.popular, self.against @ weights))


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of some songs."""

    places: Places  # by popularity, 0 the most popular; as many as there are songs, or more, where unknown
    years: Years  # 0 where it is unknown
    kinds: Places  # of the artists, 0 where it is unknown


def second_look(
    logits: Floats,
    reasons: npt.NDArray[np.float32],
    told: Sequence[Signal],
    entries: Known,
    songs: Known,
    alike: Floats,
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
        alike: (kinds, kinds), how alike two kinds are, from 0 to 1.
        catalogue: how many songs there are in all.
        people: how many have told something: what many agree on is popular, so with many it costs less.
        spread: the standard deviation that is the unit of all this; that of these songs, if left out.
    """
    step = float(logits.std()) if spread is None else spread
    weight = np.array([signal.weight for signal in told])
    label = np.array([signal.label for signal in told])
    plain = min(PLAIN, catalogue // 40)
    unpopular = 1 - np.minimum(popularity(entries.places, plain), 1)
    worth = step * label
    years = _agreed(songs.years, entries.years, _by_year, weight, ERA * worth)
    kinds = _agreed(songs.kinds, entries.kinds, lambda *both: alike[np.ix_(*both)], weight, KIND * worth)
    return Looked(
        logits,
        reasons,
        (years, kinds),
        popularity(songs.places, plain),
        step * POPULAR * min(2 / people, 1) * _shares(weight) * unpopular,
    )


def popularity(places: Places, plain: int) -> Floats:
    """How much more popular than a song of the place `plain` each is, in powers of e: (songs,)."""
    return np.clip(np.log(max(plain, 1) / (1.0 + places)), 0, MOST_POPULAR)


def _by_year(years: Facts, asked: Facts) -> Floats:
    """How near any two years are, from 0 to 1: (years, asked)."""
    return np.asarray(np.exp(-np.abs(years[:, np.newaxis] - asked) / YEARS))


def _agreed(
    songs: Facts, asked: Facts, alike: Callable[[Facts, Facts], Floats], weight: Floats, worth: Floats
) -> Agreed:
    """What each entry adds to songs that agree with it in something.

    How much better they agree than others do: over the songs of which it is known each entry's add up to 0.
    All entries of which it is known count once together, however many they are.

    Args:
        songs: (songs,), what is known of each, 0 where nothing is.
        asked: (entries,), likewise.
        alike: how alike each of some are to each of others, from 0 to 1.
        weight: (entries,), how much each counts.
        worth: (entries,), what to agree with each is worth.
    """
    different, of_song, count = np.unique(songs, return_inverse=True, return_counts=True)
    count = np.where(different > 0, count, 0)
    table = alike(different, asked)
    table = table - count @ table / max(count.sum(), 1)
    said = table * (_shares(weight * (asked > 0)) * worth)
    said[different <= 0] = 0
    return Agreed(said, of_song)


def _shares(weight: Floats) -> Floats:
    return np.asarray(weight / max(float(weight.sum()), 1e-9))
