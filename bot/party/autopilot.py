"""The autopilot: it asks the room what comes next before the queue runs dry, and chooses if nobody does."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from bot.party import domain
from bot.party.base import Service, finished
from bot.party.desk import Desk
from bot.party.domain import NOBODY, Change, Entry, Member, Mood, Room, State, Suggestion

log = logging.getLogger(__name__)

KIND = "autopilot"
"""What the autopilot's ballots are called in the diary."""


class AutopilotService(Service):
    """Keeps parties rolling in which people are."""

    @finished
    async def roll_on(self) -> None:
        """Opens a ballot where few songs are left, and queues the winner where one has been open long enough.

        Only in rooms whose rules say so, and in which somebody did something in the last half hour.
        """
        async with self._store.transaction() as tx:
            rooms = await tx.rolling(self.now_ms() - domain.ACTIVE_FOR_MS)
        for room in rooms:
            try:
                await self._roll(room)
            except Exception:
                log.exception("The autopilot could not go on in %s; it tries again.", room)

    async def _roll(self, room: Room) -> None:
        async with self._read(room) as desk:
            asked = await desk.tx.open_vote(desk.party.id)
            now_ms = desk.now_ms
        if asked is None or now_ms - asked.at_ms >= domain.OFFER_LASTS_MS:
            await self._ask(room, asked)
        elif now_ms - asked.at_ms >= domain.AUTOPILOT_WAITS_MS:
            await self._decide(room, asked)

    async def _ask(self, room: Room, last: Change | None) -> None:
        suggestions = await self._suggested(room, domain.USUAL_SUGGESTIONS, (), Mood.BALANCED)
        async with self._changing(room) as desk:
            asked = await desk.tx.open_vote(desk.party.id)
            if asked != last:  # another process was faster
                return
            suggestions = await self._still_new(desk, suggestions)
            if not suggestions:
                return
            if asked is not None:
                await desk.tx.mark_undone(asked.id)
            nobody = Member(room.platform, NOBODY, "")
            change = Change(0, KIND, None, None, 0)
            number = await desk.tx.record(desk.party.id, nobody, change, desk.now_ms, None)
            await desk.tx.insert_suggestions(desk.party.id, number, suggestions, desk.now_ms)

    async def _decide(self, room: Room, asked: Change) -> None:
        async with self._changing(room) as desk:
            if await desk.tx.open_vote(desk.party.id) != asked:
                return
            await desk.tx.mark_undone(asked.id)
            offered = await desk.tx.offered(asked.id)
            if any(entry.state is not State.SUGGESTED for entry in offered):
                return  # people have chosen
            open_still = domain.still_open(offered, await desk.waiting(), desk.now_ms)
            best = max(open_still, key=lambda entry: (entry.score, entry.match or 0), default=None)
            if best is not None and not domain.vetoed(best):
                await desk.tx.move(best.id, State.SUGGESTED, State.QUEUED, now_ms=desk.now_ms)
                await desk.start_next()

    async def _suggested(self, room: Room, count: int, words: Sequence[str], mood: Mood) -> list[Suggestion]:
        """What the model proposes for a room now."""
        async with self._look(room) as desk:
            heard = await self._heard(desk)
            rules, now_ms = desk.rules, desk.now_ms
        return await self._recommender.suggest(
            domain.signals(heard),
            [entry.track for entry in heard if domain.spoken_for(entry, now_ms)],
            count,
            words=words,
            mood=mood,
            served=domain.served(heard),
            clean=rules.clean,
        )

    async def _still_new(self, desk: Desk, suggestions: Sequence[Suggestion]) -> list[Suggestion]:
        """Without what has come in, or been offered, while the model was thinking."""
        taken = [e.track for e in await self._heard(desk) if domain.spoken_for(e, desk.now_ms)]
        return [each for each in suggestions if not any(domain.same_song(each.track, t) for t in taken)]

    async def _heard(self, desk: Desk) -> list[Entry]:
        """All that this party has had."""
        party = desk.party
        began_ms = domain.began_ms(party.started_ms, party.active_ms, desk.now_ms)
        return await desk.tx.entries(party.id, State, began_ms)
