"""Whose taste counts: the group's order of songs from each member's, and what only trying can tell.

All of it rests on the model's reasons, each entry's exact share of a song's logit: what a song would score if
one member alone had queued is the song's bias and that member's shares, brought to the strength they would
have alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from bot.party.words import Mood, Signal, Strategy

Floats = npt.NDArray[np.float64]

POOLING = 0.6
"""The power of the model's pooling: n equal entries count n ** (1 - POOLING) times one."""
KEENNESS = 0.5
"""How much better a song is that stands one standard deviation higher: exp(KEENNESS) times."""
PATIENCE = 30.0
"""So many middling songs a member may have had less than the others before it matters much."""
PART = 0.75
"""Each of two has at least this part of an equal share of the songs, and each of four half of it ..."""
GAIN = 0.2
"""... as long as there are songs that their own add so much to, in logits."""
SURE = 1.0
"""To what fits as well as anything can, a member's songs add so much: logits, so the odds are 2.7 times."""
SERVED = 5.0
"""How many middling songs one song that was made for a member is worth."""
SPREAD = {Mood.SAFE: 0.0, Mood.BALANCED: 0.15, Mood.ADVENTUROUS: 0.6}
"""How much a room may differ from the model about an artist, in standard deviations of the candidates."""
CROWD = 40
"""So many members have a taste of their own at most: each costs time, and nobody can please more."""
NOISE = 1.0
"""How little one vote says about an artist: its standard deviation, likewise."""


def of_a_crowd(told: Sequence[Signal]) -> Sequence[Signal]:
    """What a room has told, in which of very many members only those who have said most stand for themselves.

    Of equal ones those who came last do. What the others have queued still says which songs are looked at.
    """
    said = Counter(user for signal in reversed(told) for user in signal.stances)
    if len(said) <= CROWD:
        return told
    known = {user for user, _ in said.most_common(CROWD)}
    return [
        replace(signal, stances={user: stance for user, stance in signal.stances.items() if user in known})
        for signal in told
    ]


def by_member(reasons: npt.NDArray[np.floating], logits: Floats, told: Sequence[Signal]) -> Floats:
    """Each member's own logit of each song: (members, songs), the members as `members` has them.

    Args:
        reasons: (songs, entries), as the model gave them for the whole queue.
        logits: (songs,), likewise.
        told: the entries.
    """
    return np.asarray(logits - reasons.sum(axis=1) + gains(reasons, told))


def gains(reasons: npt.NDArray[np.floating], told: Sequence[Signal]) -> Floats:
    """What each member's songs would add to each song's logit if nobody else had any: (members, songs)."""
    return np.ascontiguousarray((reasons @ alone(told)).T)


def alone(told: Sequence[Signal]) -> Floats:
    """How much more each entry's share says of each member, as if they were alone: (entries, members)."""
    weight = np.array([signal.weight * signal.label for signal in told])
    everybody = sum(signal.weight for signal in told)
    people = members(told)
    found = np.zeros((len(told), len(people)))
    for number, user in enumerate(people):
        stance = np.array([signal.stances.get(user, 0.0) for signal in told])
        strength = (everybody / max(float(np.abs(np.sign(stance)).sum()), 1.0)) ** POOLING
        found[:, number] = strength * stance / np.where(weight == 0, np.inf, weight)  # of weight and label 1
    return found


def least(alone: float, told: Sequence[Signal]) -> Floats:
    """What the share of each entry must be, so that alone it would be so much; infinite for what is unwanted.

    Args:
        alone: the share of a logit that an entry would have as the only one of a queue.
        told: the entries of the queue that it is one of.
    """
    weight = np.array([signal.weight for signal in told])
    wanted = np.array([signal.label > 0 and signal.weight > 0 for signal in told], bool)
    diluted = (weight / max(float(weight.sum()), 1e-9)) ** POOLING
    return np.where(wanted, alone * diluted, np.inf)


def members(told: Sequence[Signal]) -> list[str]:
    """Everybody who has said something, in order."""
    return sorted({user for signal in told for user in signal.stances})


def logit(match: npt.NDArray[np.float32]) -> Floats:
    """The logarithm of the odds."""
    probability = np.clip(np.asarray(match, float), 1e-9, 1 - 1e-9)
    return np.asarray(np.log(probability) - np.log1p(-probability))


def fits(gained: Floats) -> Floats:
    """How well each song fits whom it fits best, beside what fits them best: (songs,), from 0 to 1.

    Where a member's songs add little to any song, even what fits best does not fit well.

    Args:
        gained: (members, songs), what each one's songs and words add to each song's logit.
    """
    best = np.maximum(gained.max(axis=1, initial=0), SURE)
    return np.asarray(np.clip((gained / best[:, np.newaxis]).max(axis=0, initial=0), 0, 1))


def made_for(gained: Floats) -> npt.NDArray[np.int64]:
    """The member for whom each song is, whose own songs add most to it: (songs,), or -1 if nobody's do."""
    most, whose = np.full(gained.shape[1], GAIN), np.full(gained.shape[1], -1)
    for member, each in enumerate(gained):
        more = each > most
        whose[more] = member
        np.maximum(most, each, out=most)
    return whose


def together(
    scores: Floats,
    strategy: Strategy,
    served: Sequence[float] = (),
    whose: npt.NDArray[np.int64] | None = None,
) -> Iterator[int]:
    """The songs' order for a group, best first, found out as far as it is asked for.

    Args:
        scores: (members, songs), each member's logits.
        strategy: how to agree.
        served: (members,), how many songs each has had so far; none by default.
        whose: (songs,), for which member each is, -1 for none: without misery each has a part of every list.
    """
    if strategy in {Strategy.WITHOUT_MISERY, Strategy.TURNS}:
        had = SERVED * np.array(served or np.zeros(len(scores)))
        turns = strategy is Strategy.TURNS
        whose = np.full(scores.shape[1], -1) if turns or whose is None else whose
        return _served_in_turn(_pleasure(scores), had, whose, only_the_least=turns)
    how = {Strategy.LEAST_MISERY: np.min, Strategy.MOST_PLEASURE: np.max}
    value = how[strategy](_pleasure(scores), axis=0) if strategy in how else scores.mean(axis=0)
    return iter(np.argsort(-value, stable=True).tolist())


def _pleasure(scores: Floats) -> Floats:
    """What each song is worth to each member, 1 on average: (members, songs)."""
    middle, spread = scores.mean(axis=1, keepdims=True), scores.std(axis=1, keepdims=True)
    # Somebody to whom all songs are worth the same has a spread of 0.
    worth = np.exp(KEENNESS * (scores - middle) / np.maximum(spread, 1e-9))
    return np.asarray(worth / worth.mean(axis=1, keepdims=True))


def _served_in_turn(
    pleasure: Floats, had: Floats, whose: npt.NDArray[np.int64], *, only_the_least: bool
) -> Iterator[int]:
    """The average without misery: whoever has had less so far counts more, song after song.

    Each place goes to the song with the greatest sum of pleasure / (PATIENCE + had), which is proportional
    fairness (F. Kelly, 1998); or, in turns, to the favourite of whoever has had least. Where the songs that
    are for one member have become fewer than a part of an equal share, it is one of those.
    """
    left = pleasure.copy()
    people = len(had)
    least = PART * min(2 / max(people, 1), 1) / max(people, 1)
    own, waiting = np.zeros(people), np.bincount(whose[whose >= 0], minlength=people)
    for place in range(1, pleasure.shape[1] + 1):
        weight = np.eye(people)[int(np.argmin(had))] if only_the_least else 1 / (PATIENCE + had)
        worth = weight @ left
        short = np.where(waiting > own, np.floor(place * least + 0.5) - own, 0)
        if short.max(initial=0) > 0:
            worth = np.where(whose == int(np.argmax(short)), worth, -1)
        song = int(np.argmax(worth))
        left[:, song] = -1  # less than any pleasure
        if whose[song] >= 0:
            own[whose[song]] += 1
        yield song
        had = had + pleasure[:, song]


def surprise(
    artists: npt.NDArray[np.int32],
    told: Sequence[tuple[int, Signal]],
    spread: float,
    rng: np.random.Generator,
) -> Floats:
    """What is added to each song's standing to find out what this room likes: Thompson sampling (1933).

    How much the room likes an artist beyond what the model says has a normal prior of this spread and mean
    zero; each stance is a noisy look at it. What is added is one draw of the posterior for each artist.

    Args:
        artists: (songs,), the number of each song's artist.
        told: the artist of each entry, likewise, and what was said of it.
        spread: the prior's standard deviation; 0 adds nothing.
        rng: where chance comes from.
    """
    if not spread:
        return np.zeros(len(artists))
    numbers, which = np.unique(artists, return_inverse=True)
    count, liked = np.zeros((2, len(numbers)))
    for artist, signal in told:
        of_artist = numbers == artist
        count[of_artist] += len(signal.stances)
        liked[of_artist] += np.sign(list(signal.stances.values())).sum()
    # The normal posterior: the prior's and the looks' precisions add up.
    precision = spread**-2 + count * NOISE**-2
    return np.asarray(rng.normal(liked * NOISE**-2 / precision, precision**-0.5)[which])
