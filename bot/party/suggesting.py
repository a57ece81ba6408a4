"""What the model proposes to a room."""

from __future__ import annotations

from collections.abc import Sequence

from bot.party.limits import MINUTE_MS
from bot.party.ports import Recommender
from bot.party.reader import PartyReader
from bot.party.rules.admission import too_long
from bot.party.rules.christmas import for_christmas, in_season, is_christmas
from bot.party.rules.moderation import is_blocked
from bot.party.rules.songs import same_song
from bot.party.rules.steering import served, signals, spoken_for
from bot.party.unit_of_work import UnitOfWork
from bot.party.words import Mood, Room, Suggestion


class Suggestions:
    """Asks the model, outside any transaction."""

    def __init__(self, unit: UnitOfWork, recommender: Recommender) -> None:
        self._unit = unit
        self._recommender = recommender

    async def of(
        self, room: Room, count: int, words: Sequence[str], mood: Mood, text: str = ""
    ) -> list[Suggestion]:
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
            tonight = await party.tonight()
        told = signals(tonight)
        wanted = (signal.track for signal in told if signal.label > 0)
        return await self._recommender.suggest(
            told,
            [*(entry.track for entry in tonight if spoken_for(entry, party.now_ms)), *party.blocked.songs],
            count,
            words=words,
            mood=mood,
            served=served(tonight),
            clean=party.rules.clean,
            longest_ms=party.rules.longest_min * MINUTE_MS,
            christmas=in_season(party.now_ms) or is_christmas(text) or any(map(for_christmas, wanted)),
        )


async def still_new(party: PartyReader, suggestions: Sequence[Suggestion]) -> list[Suggestion]:
    """Suggestions without what has come in, been offered or barred while the model was thinking."""
    taken = [each.track for each in await party.tonight() if spoken_for(each, party.now_ms)]
    return [
        each
        for each in suggestions
        if not any(same_song(each.track, track) for track in taken)
        and not is_blocked(each.track, party.blocked)
        and not too_long(each.track, party.rules)
    ]
