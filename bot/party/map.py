"""The party's map: where its songs lie among all that the model knows, and how well each fits the others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.party.errors import NothingToShow
from bot.party.ports import Recommender
from bot.party.results import Located, Map, Spot
from bot.party.unit_of_work import UnitOfWork, finished
from bot.party.words import Entry, Room, State, Track

ON_THE_MAP = (State.QUEUED, State.PLAYING, State.PLAYED)
"""Which songs of a party's night a map shows."""
MOST_MAPPED = 60
"""How many songs of a party fit on a map, the latest ones."""
MOST_NAMED = 5
"""How many of the songs that fit most are named, and of those that fit least."""
MOST_KEPT = 32
"""The surveys of so many parties are kept: all guests of one look at the same."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What the model says of a party's songs and of what is suggested to it."""

    located: Located  # of both, one after the other
    likeness: npt.NDArray[np.float32]  # of the party's songs


class PartyMap:
    """Looks at a party as a map."""

    def __init__(self, unit: UnitOfWork, recommender: Recommender) -> None:
        self.unit = unit
        self._recommender = recommender
        self._surveys: dict[tuple[object, ...], asyncio.Future[Survey]] = {}

    @finished
    async def of(self, room: Room, around: int = 0) -> Map:
        """The party's latest songs and what is suggested, each at its place, and so many songs around them.

        Raises:
            NothingToShow: the model knows none of the party's songs.
            NoMap: the model does not say where songs lie.
        """
        async with self.unit.reading(room) as party:
            night = await party.last_night(ON_THE_MAP)
            ballot = (await party.shown(0)).ballot
        return await self.among(night, ballot, around)

    async def among(self, songs: Sequence[Entry], suggested: Sequence[Entry] = (), around: int = 0) -> Map:
        """The same of any songs, oldest first; of many the latest ones.

        How well a song fits is what the others say for it: the sum of what each of them adds to the song's
        logit, so that neither its popularity nor the party's size is in the order.

        Raises:
            NothingToShow: the model knows none of the songs.
            NoMap: the model does not say where songs lie.
        """
        latest = songs[-MOST_MAPPED:][::-1]
        survey = await self._survey(latest, suggested, around)
        places = survey.located.places
        shown = [i for i in range(len(latest)) if places[i] and not np.isnan(survey.likeness[i, i])]
        if not shown:
            raise NothingToShow
        likeness = survey.likeness[np.ix_(shown, shown)]
        spots = [
            Spot(latest[i].track, place, latest[i], float(fit))
            for i, fit in zip(shown, likeness.sum(axis=1), strict=True)
            if (place := places[i])
        ]
        beside = zip(suggested, places[len(latest) :], strict=True)
        most, least = named(spots)
        return Map(
            spots=(
                *reversed(spots),
                *(Spot(entry.track, place, entry) for entry, place in beside if place),
                *(Spot(track, place) for track, place in survey.located.around),
            ),
            most=most,
            least=least,
            unknown=places[: len(latest)].count(None),
            alike=_most_alike(spots, likeness),
        )

    def forget(self) -> None:
        """Asks the model anew from now on: it is another one."""
        self._surveys.clear()

    async def _survey(self, latest: Sequence[Entry], suggested: Sequence[Entry], around: int) -> Survey:
        """What the model says of these songs, asked once however many people look at them."""
        songs = tuple(entry.track for entry in latest)
        others = tuple(entry.track for entry in suggested)
        key = songs, others, around
        survey = self._surveys.pop(key, None)
        if survey is None or (survey.done() and survey.exception()):
            survey = asyncio.ensure_future(self._ask(songs, others, around))
        self._surveys[key] = survey
        while len(self._surveys) > MOST_KEPT:
            self._surveys.pop(next(iter(self._surveys)))
        return await asyncio.shield(survey)

    async def _ask(self, songs: tuple[Track, ...], others: tuple[Track, ...], around: int) -> Survey:
        located = await self._recommender.locate((*songs, *others), around)
        return Survey(located, await self._recommender.likeness(songs))


def named(spots: Sequence[Spot]) -> tuple[tuple[Spot, ...], tuple[Spot, ...]]:
    """Which songs fit most, the best first, and which least, the least first; none is both."""
    ranked = sorted(spots, key=lambda spot: -(spot.fit or 0.0))
    count = min(MOST_NAMED, len(ranked) // 2)
    return tuple(ranked[:count]), tuple(ranked[::-1][:count])


def _most_alike(spots: Sequence[Spot], likeness: npt.NDArray[np.float32]) -> tuple[Spot, Spot] | None:
    if len(spots) < 2:
        return None
    both = likeness + likeness.T
    np.fill_diagonal(both, -np.inf)
    one, other = divmod(int(both.argmax()), len(spots))
    return spots[one], spots[other]
