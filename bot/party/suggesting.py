"""What the model proposes to a room."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from weakref import WeakValueDictionary

from bot.party.errors import TooFast
from bot.party.limits import MINUTE_MS
from bot.party.ports import Catalogue, Recommender
from bot.party.reader import PartyReader
from bot.party.rules.admission import too_long
from bot.party.rules.christmas import for_christmas, in_season, is_christmas
from bot.party.rules.moderation import is_blocked
from bot.party.rules.songs import same_song
from bot.party.rules.steering import served, signals, spoken_for
from bot.party.unit_of_work import UnitOfWork
from bot.party.words import Mood, Room, Suggestion

TURN_WITHIN_S = 10.0
"""So long somebody who asks for songs waits for others of the room, in seconds."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the model proposes for a room as it stood."""

    songs: Sequence[Suggestion]
    ballot: int  # the room's latest one, when the model was asked
    only_own: bool = False  # whether it was asked for songs that can sound alone


class Suggestions:
    """Asks the model, outside any transaction."""

    def __init__(self, unit: UnitOfWork, recommender: Recommender, catalogue: Catalogue) -> None:
        self._unit = unit
        self._recommender = recommender
        self._catalogue = catalogue
        self._turns: WeakValueDictionary[Room, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, room: Room) -> AsyncIterator[None]:
        """Until there is a ballot nobody else asks for the room: they would get the same songs.

        Raises:
            TooFast: so many wait already that it would take too long.
        """
        turn = self._turns.get(room)
        if turn is None:
            turn = self._turns[room] = asyncio.Lock()
        try:
            async with asyncio.timeout(TURN_WITHIN_S):
                await turn.acquire()
        except TimeoutError:
            raise TooFast from None
        try:
            yield
        finally:
            turn.release()

    async def of(self, room: Room, count: int, words: Sequence[str], mood: Mood, text: str = "") -> Proposal:
        """What the model proposes for a room now.

        Christmas songs only in their season, or where the queue or the text that was typed ask for them.

        Args:
            room: where.
            count: how many.
            words: of what is looked for, those that the model knows.
            mood: how far from the queue.
            text: what was typed.
        """
        async with self._unit.reading(room) as party:
            ballot = await party.last_ballot()  # first: what comes meanwhile is after it
            offers = await party.offers()
            heard = await party.heard()
        among = self._catalogue.stock() if party.only_own else None
        told = signals(heard)
        wanted = (signal.track for signal in told if signal.label > 0)
        songs = await self._recommender.suggest(
            told,
            [*(entry.track for entry in heard if spoken_for(entry, party.now_ms)), *party.blocked.songs],
            count,
            offered=offers,
            words=words,
            mood=mood,
            served=served(heard),
            clean=party.rules.clean,
            longest_ms=party.rules.longest_min * MINUTE_MS,
            christmas=in_season(party.now_ms) or is_christmas(text) or any(map(for_christmas, wanted)),
            among=among,
        )
        return Proposal(songs, ballot, among is not None)


async def still_new(party: PartyReader, proposal: Proposal) -> list[Suggestion]:
    """Suggestions without what has come in, been offered or barred while the model was thinking."""
    since = [*await party.waiting(), *await party.offered_after(proposal.ballot)]
    return [
        each
        for each in proposal.songs
        if not any(same_song(each.track, entry.track) for entry in since)
        and not is_blocked(each.track, party.blocked)
        and not too_long(each.track, party.rules)
    ]
