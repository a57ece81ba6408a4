"""Finds the songs that a text means, among all there are; knows no file and no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from bot.party.spelling import alike, fold, words
from bot.recommend.asked import Asked
from bot.recommend.places import number
from bot.recommend.ranking import IMITATIONS, VARIANTS, Fit, Query, fits
from bot.recommend.shelf import Shelf
from bot.recommend.shelving import NOT_LATIN, PLAIN
from bot.recommend.songs import Song, Words

LOOKED_AT = 32
"""How many songs that share letters with a text are compared with it."""
OFFERED_FROM = 48
"""The same while somebody types, where little tells them apart."""
FAMOUS = 0.15
"""What fame adds at most where it is chosen which songs are compared, in parts of what the text is worth."""
NAMED_SO = 24
"""How many of the songs with exactly the title are."""
SHORT = 3
"""A title of so few letters is meant as it is, however little known."""
KNOWN = 0.3
"""A bare title is taken for the song of this fame and more; of others it is asked whether they are meant.

Chosen so that at most a tenth of well-known songs that a catalogue lacks are taken for namesakes.
"""
WELL_KNOWN = 0.4
"""The same of a title that is mistyped."""
LONGEST_NAME, SHORTEST_NAME = 5, 3
"""How many words of a text may be an artist's name, and how few letters."""
OFFERED = 3
EARLY = 6
"""Of so many letters and fewer little can be told but what they begin."""


class Outcome(StrEnum):
    """How sure it is which song a text means."""

    SURE = "sure"
    UNSURE = "unsure"  # several may be meant, or one that is spelt otherwise
    UNKNOWN = "unknown"  # none that there is


@dataclass(frozen=True, slots=True)
class Found:
    """What a text means."""

    outcome: Outcome
    songs: tuple[int, ...] = ()  # the index of the one that is sure, or of those that may be meant
    fits: float = 0.0  # how well the likeliest fits the text, however well known it is


class Typed(NamedTuple):
    """A song that somebody may be typing."""

    worth: float  # by which songs are in order, those of several finders too
    place: int
    explained: float  # how much of the text the song explains, from 0 to 1


class Finder:
    """Finds songs.

    Args:
        shelf: all there are.
        own: whether they are people's own, so that a bare title means the one that is called so.
    """

    def __init__(self, shelf: Shelf, *, own: bool = False) -> None:
        self._shelf = shelf
        self._own = own

    def meant(self, asked: Asked) -> Found:
        """Which song a text means, or which it may mean."""
        ranked = self.ranked(asked)
        if not ranked:
            return Found(Outcome.UNKNOWN)
        _, index, best = ranked[0]
        unique = not any(
            each.explained >= best.explained - 0.05
            and each.artist >= best.artist - 0.1
            and each.named >= min(best.named, 0.9) - 0.15
            for _, other, each in ranked[1:8]
            if not self._shelf.same(index, other)
            and (best.artist > 0.5 or self._shelf.fame[other] > self._shelf.fame[index] - WELL_KNOWN)
            and (best.artist > 0.5 or self._shelf.song(other).titles[0] != self._shelf.song(index).titles[0])
        )
        core = "".join(asked.core())
        meant_so = best.named >= 0.97 and (len(core) <= SHORT or NOT_LATIN.search(core))
        known = 1.0 if meant_so or self._own else float(self._shelf.fame[index])
        whole = (
            len(asked.sides) > 1
            and "".join(alike(" ".join(asked.words)).split()) in self._shelf.song(index).joined
        )
        if whole or (_sure(best, known, unique=unique) and not self._is_another(asked, index, best)):
            return Found(Outcome.SURE, (index,), best.worth)
        offered: list[int] = []
        for _, other, each in ranked:
            if _near_enough(each, len(asked.sides)) and not any(
                self._shelf.same(other, one) for one in offered
            ):
                offered.append(other)
        if not offered:
            return Found(Outcome.UNKNOWN)
        return Found(Outcome.UNSURE, tuple(offered[:OFFERED]), best.worth)

    def _is_another(self, asked: Asked, index: int, best: Fit) -> bool:
        """Whether a slip in the title would be one that makes the title of another well-known song."""
        if best.named >= 0.97 or len(asked.sides) < 2:
            return False
        names = self._shelf.song(index).names
        return any(
            tuple(alike(fold(side)).split()) not in names
            and any(self._shelf.fame[other] >= KNOWN for other in self._shelf.titled(side)[:1])
            for side in asked.sides
        )

    def ranked(self, asked: Asked) -> list[tuple[float, int, Fit]]:
        """The songs that a text may mean, likeliest first: what it is worth, the index, and how it fits."""
        query = Query.of(asked)
        spelt = [*map(" ".join, (asked.core(), asked.words, *(words(fold(side)) for side in asked.sides)))]
        exact = {number(each) & PLAIN for each in spelt}
        as_typed = 4 if len("".join(asked.core())) > SHORT else 40  # of a short title every letter counts
        first: dict[Words, int] = {}  # in which year each title was first heard, where any is known
        candidates = self._candidates(asked)
        songs = [*map(self._shelf.song, candidates)]
        for index, song in zip(candidates, songs, strict=True):
            year = int(self._shelf.years[index])
            if year:
                first[song.titles[0]] = min(first.get(song.titles[0], year), year)
        ranked = []
        for index, song, found in zip(candidates, songs, fits(query, songs), strict=True):
            worth = found.worth + 30 * float(self._shelf.fame[index]) - self._unlike(song, asked)
            worth += as_typed * (int(self._shelf.plain[index]) in exact) + 4 * (
                self._shelf.years[index] == first.get(song.titles[0])
            )
            ranked.append((worth, index, found))
        ranked.sort(reverse=True)
        return ranked

    def typing(self, asked: Asked, limit: int) -> list[Typed]:
        """The songs that somebody may be typing, likeliest first, each once."""
        query = Query.of(asked, typing=True)
        start = query.typed[-1]
        early = min(
            1.0, EARLY / max(len(start), 1)
        )  # the less is typed, the more it is about what is well known
        ranked = []
        candidates = self._beginnings(asked)
        songs = [*map(self._shelf.song, candidates)]
        for index, song, fit in zip(candidates, songs, fits(query, songs), strict=True):
            begins = any(title.startswith(start) for title in song.joined)
            worth = 100 * fit.explained + (60 - 55 * early) * fit.named + 10 * (fit.named > 0.97)
            worth += (25 - 15 * early) * fit.artist * (fit.named if early == 1 else 1) + 40 * early * begins
            worth += (30 + 70 * early) * float(self._shelf.fame[index]) - self._unlike(song, asked)
            ranked.append(Typed(worth, index, fit.explained))
        ranked.sort(reverse=True)
        found: list[Typed] = []
        for one in ranked:
            if not any(self._shelf.same(one.place, each.place) for each in found):
                found.append(one)
                if len(found) == limit:
                    break
        return found

    @staticmethod
    def _unlike(song: Song, asked: Asked) -> float:
        """What a version costs that nobody asked for."""
        notes = song.notes
        cost = 0.0
        if notes and notes & VARIANTS and not asked.wishes:
            cost += 5
        for wish in asked.wishes:
            if wish in IMITATIONS:  # never well known, and whoever makes them is called so
                cost -= 60 * (wish in song.everything)
            else:
                cost -= 8 * (wish in notes)
        if song.everything & IMITATIONS and IMITATIONS.isdisjoint(asked.words):
            cost += 40
        return cost

    def _candidates(self, asked: Asked) -> list[int]:
        core = " ".join(asked.core())
        found: dict[int, None] = {}
        for text in dict.fromkeys((core, *asked.sides, " ".join(asked.words))):
            found.update(dict.fromkeys(self._shelf.titled(text)[:NAMED_SO]))
        found.update(dict.fromkeys(self._shelf.index.alike(f"{core} ", LOOKED_AT, FAMOUS).tolist()))
        return [*found]

    def _beginnings(self, asked: Asked) -> list[int]:
        core = " ".join(asked.core())
        if len(core) < 3 and core.isascii() and core.isalnum():
            best = self._shelf.index.starting(core, OFFERED_FROM).tolist()
        else:
            best = self._shelf.index.alike(core, OFFERED_FROM, 4 * FAMOUS).tolist()
        return [*dict.fromkeys([*self._shelf.titled(core)[:NAMED_SO], *best])]

    def told_apart(self, asked: Asked) -> tuple[str, str]:
        """Title and artist of a song nobody knows, as typed; that it is explicit stays in the title."""
        title, artist = self._told_apart(asked)
        return (f"{title} (Explicit)" if asked.explicit else title), artist

    def parted(self, sides: Sequence[str], *, decorated: bool = False) -> tuple[str, str]:
        """Title and artist, of the parts of a text.

        The artist is whoever is known, the better known of two. Where nobody is, titles of videos and files
        name the artist first, and people the title.
        """
        known = [
            self._shelf.artist_fame[number] if number is not None else -1
            for number in map(self._shelf.artist, sides)
        ]
        best = int(np.argmax(known)) if max(known) >= 0 else int(not decorated)
        return next(side for at, side in enumerate(sides) if at != best), sides[best]

    def _told_apart(self, asked: Asked) -> tuple[str, str]:
        """Title and artist, as far as the text tells; the artist is empty where nothing does."""
        sides = asked.sides
        if len(sides) > 1:
            return self.parted(sides, decorated=asked.decorated)
        (text,) = sides or (" ".join(asked.words),)
        typed = text.split()
        for length in range(min(LONGEST_NAME, len(typed) - 1), 0, -1):
            for artist, title in ((typed[-length:], typed[:-length]), (typed[:length], typed[length:])):
                if (
                    len(name := " ".join(artist)) >= SHORTEST_NAME
                    and "," not in name
                    and self._shelf.artist(name) is not None
                ):
                    return " ".join(title), name
        return text, ""


def _near_enough(fits: Fit, sides: int) -> bool:
    """Whether a song may be meant; where a text tells title and artist apart, both have to be near."""
    if fits.artist >= 0.97 and max(fits.named, fits.solid) >= 0.9:
        return True
    if sides > 1 and fits.artist < 0.6 and (not fits.apart or fits.explained < 0.85 or fits.other):
        return False
    if sides < 2 and fits.explained >= 0.85 and fits.named >= 0.3:
        return True
    return fits.explained >= 0.55 and fits.named >= 0.55


def _sure(best: Fit, known: float, *, unique: bool) -> bool:
    """Whether nobody needs to be asked about the song that fits best; `known` is its fame."""
    if best.named >= 0.97 and best.artist >= 0.97 and (best.apart or (best.solid >= 0.7 and not best.other)):
        return True
    if best.other:
        return False
    if best.named >= 0.8 and best.artist >= 0.8:
        return best.solid >= 0.85
    if best.artist >= 0.97 and best.solid >= 0.97 and best.named >= 0.4:
        return unique
    if best.named >= 0.97 and best.solid >= 0.97:
        return known >= KNOWN or (best.artist > 0.25 and unique)
    return best.named >= 0.8 and best.solid >= 0.8 and known >= WELL_KNOWN and unique
