"""Which lists are copies of each other, so that a split into training and test never parts them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from hashlib import sha256

ALIKE = 0.5
"""Lists that share so much of all their songs are one list at two times, or exported twice."""
LOOKED_AT = 500
"""Of the lists that have a song, so many are compared, the latest: copies are seldom far apart."""


def parents(lists: Sequence[Collection[str]]) -> list[str]:
    """The parent of each list of track ids: one for each list and its copies.

    It follows from the songs of the group's first list alone, so that reading the same files again gives the
    same parents, and tells nobody's name.
    """
    group = [*range(len(lists))]

    def first(number: int) -> int:
        while group[number] != number:
            group[number] = group[group[number]]
            number = group[number]
        return number

    often = Counter(song for songs in lists for song in set(songs))
    same: dict[frozenset[str], int] = {}
    having: dict[str, list[int]] = {}
    for number, each in enumerate(lists):
        songs = frozenset(each)
        if songs in same:
            group[number] = same[songs]
            continue
        same[songs] = number
        # Lists that are so alike share one of their rarer songs: all others together are too few.
        rare = sorted(songs, key=lambda song: (often[song], song))
        rare = rare[: len(rare) - int(-(-ALIKE * len(rare) // 1)) + 1]
        near = {other for song in rare for other in having.get(song, ())[-LOOKED_AT:]}
        for other in near:
            shared = len(songs & frozenset(lists[other]))
            if shared >= ALIKE * (len(songs) + len({*lists[other]}) - shared):
                one, two = sorted((first(number), first(other)))
                group[two] = one
        for song in rare:
            having.setdefault(song, []).append(number)
    return [_called(lists[first(number)]) for number in range(len(lists))]


def _called(songs: Collection[str]) -> str:
    return f"read:{sha256(chr(10).join(sorted(set(songs))).encode()).hexdigest()[:16]}"
