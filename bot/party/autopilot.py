"""The autopilot: it asks the room what comes next before the queue runs dry, and chooses if nobody does."""

from __future__ import annotations

import logging

from bot.party.errors import TooFast
from bot.party.limits import ACTIVE_FOR_MS, AUTOPILOT_WAITS_MS, USUAL_SUGGESTIONS
from bot.party.ports import Playable
from bot.party.reader import PartyReader
from bot.party.rules.autopilot import Turn, due, winner
from bot.party.suggesting import Proposal, Suggestions, still_new
from bot.party.unit_of_work import NoParty, UnitOfWork, finished
from bot.party.words import NOBODY, Change, Entry, Member, Mood, Room, State

log = logging.getLogger(__name__)

KIND = "autopilot"
"""What the autopilot's ballots are called in the diary."""


class Autopilot:
    """Keeps parties rolling in which people are.

    Args:
        unit: the party's transactions.
        suggestions: what asks the model.
        own: what tells which songs can sound, where suggestions may keep to them.
    """

    def __init__(self, unit: UnitOfWork, suggestions: Suggestions, own: Playable | None = None) -> None:
        self.unit = unit
        self._suggestions, self._own = suggestions, own
        self._in_vain_ms: dict[Room, int] = {}  # when there was no song for a room, until there is one

    @finished
    async def roll_on(self, *, everywhere: bool = True) -> None:
        """Opens a ballot where few songs are left, and queues the winner where one has been open long enough.

        Only in rooms whose rules say so, and in which somebody did something in the last half hour. What
        somebody has asked for meanwhile is voted on first.

        Args:
            everywhere: also in rooms that another process serves.
        """
        async with self.unit.store.reading() as tx:
            rooms = await tx.parties.low_on_songs(self.unit.now_ms() - ACTIVE_FOR_MS)
        for room in rooms:
            if not (everywhere or self.unit.serves(room)):
                continue
            try:
                await self._roll(room)
            except (NoParty, TooFast):
                continue  # the bot has left it meanwhile, or others ask for songs
            except Exception:
                log.exception("The autopilot failed in %s; trying again.", room)

    async def _roll(self, room: Room) -> None:
        async with self.unit.reading(room) as party:
            if party.over:
                return
            asked = await party.open_ballot()
            turn = due(asked, party.now_ms)
            waits = turn is Turn.ASK and (self._found_none(room, party.now_ms) or await _asked_lately(party))
        if waits:
            return
        if turn is Turn.ASK:
            await self._ask(room, asked)
        elif turn is Turn.DECIDE and asked is not None:
            await self._decide(room, asked)

    def _found_none(self, room: Room, now_ms: int) -> bool:
        """Whether the model had no song for a room a moment ago, as where only a few can sound."""
        return room in self._in_vain_ms and now_ms - self._in_vain_ms[room] < AUTOPILOT_WAITS_MS

    async def _ask(self, room: Room, last: Change | None) -> None:
        async with self._suggestions.turn(room):
            proposal = await self._suggestions.of(room, USUAL_SUGGESTIONS, (), Mood.BALANCED)
            await self._put(room, last, proposal)

    async def _put(self, room: Room, last: Change | None, proposal: Proposal) -> None:
        async with self.unit.writing(room, make=False) as party:
            asked = await party.open_ballot()
            if asked != last or party.over:  # another process was faster, or somebody has ended the party
                return
            if await _asked_lately(party):
                return
            suggestions = await still_new(party, proposal)
            self._in_vain_ms.pop(room, None)
            if not suggestions:
                self._in_vain_ms[room] = party.now_ms
                return
            if asked is not None:
                await party.tx.diary.mark_undone(asked.id)
            nobody, change = Member(room.platform, NOBODY, ""), Change(0, KIND, None, None, 0)
            number = await party.tx.diary.record(party.id, nobody, change, party.now_ms, None)
            await party.tx.entries.insert_ballot(party.id, number, suggestions, party.now_ms)

    async def _decide(self, room: Room, asked: Change) -> None:
        async with self.unit.writing(room, make=False) as party:
            if await party.open_ballot() != asked or party.over:
                return
            await party.tx.diary.mark_undone(asked.id)
            offered = await party.tx.entries.offered(asked.id)
            offered = [entry for entry in offered if not self._is_passed_over(party, entry)]
            best = winner(offered, await party.waiting(), party.now_ms)
            if best is not None:
                await party.tx.entries.move(best.id, State.SUGGESTED, State.QUEUED, now_ms=party.now_ms)
                await party.start_next()

    def _is_passed_over(self, party: PartyReader, entry: Entry) -> bool:
        """Whether nobody wants a song that is silent: it was offered before own music sounded here."""
        if self._own is None or not party.only_own or entry.state is not State.SUGGESTED or entry.score > 0:
            return False
        return not self._own.sounds(entry.track)


async def _asked_lately(party: PartyReader) -> bool:
    """Whether people are still to vote on what somebody has asked for: the autopilot's would replace it."""
    ballot = (await party.shown(0)).ballot
    return any(party.now_ms - entry.added_ms < AUTOPILOT_WAITS_MS for entry in ballot)
