"""A room's party inside a transaction that changes it: the steps that use cases share."""

from __future__ import annotations

from collections.abc import Sequence

from bot.party.reader import PartyReader, now_playing
from bot.party.rules.lifetime import ends_ms
from bot.party.rules.moderation import may_manage, may_moderate, may_vote
from bot.party.rules.visiting import just_came, let_add, let_take_part
from bot.party.transactions import WriteTransaction
from bot.party.words import Change, Entry, Member, PartyRecord, State


class PartyWriter(PartyReader):
    """A party that changes."""

    def __init__(
        self,
        tx: WriteTransaction,
        record: PartyRecord,
        now_ms: int,
        listeners: frozenset[str] | None = frozenset(),
    ) -> None:
        super().__init__(tx, record, now_ms, listeners)
        self.tx = tx

    async def end(self, entry: Entry, state: State) -> None:
        """Moves an entry on and lets the next song start."""
        await self.tx.entries.move(entry.id, entry.state, state, now_ms=self.now_ms)
        if entry.state is State.PLAYING:
            await self.start_next()

    async def start_next(self) -> None:
        """Starts the next song when nothing plays."""
        waiting = await self.waiting()
        queue = await self.ordered(waiting)
        if queue and now_playing(waiting) is None:
            await self.start(queue[0], queue)

    async def start(self, entry: Entry, queue: Sequence[Entry]) -> None:
        """Starts a song of the queue; nothing plays."""
        await self.tx.entries.move(
            entry.id,
            State.QUEUED,
            State.PLAYING,
            now_ms=self.now_ms,
            ends_ms=ends_ms(entry.track, self.now_ms),
        )
        if any(each.pin for each in queue):
            await self.tx.entries.close_ranks(self.id)


class MemberWriter(PartyWriter):
    """A party that a member changes; `done` is what the same request did before, if it came before."""

    def __init__(
        self,
        tx: WriteTransaction,
        record: PartyRecord,
        now_ms: int,
        listeners: frozenset[str] | None,
        member: Member,
        key: str | None,
        done: Change | None,
    ) -> None:
        super().__init__(tx, record, now_ms, listeners)
        self.member = member
        self.key = key
        self.done = done

    @property
    def moderates(self) -> bool:
        """Whether the member may do what concerns other people's songs."""
        return may_moderate(self.member, self.rules)

    @property
    def manages(self) -> bool:
        """Whether the member may choose what holds for everybody."""
        return may_manage(self.member, self.rules)

    @property
    def votes(self) -> bool:
        """Whether the member's votes count here."""
        return may_vote(self.member, self.rules)

    @property
    def counts(self) -> bool:
        """Whether the member is one of the people there when a skip is put to the vote."""
        return self.votes and not just_came(self.member, self.rules)

    def let_take_part(self) -> None:
        """Lets the member vote, skip and ask for suggestions.

        Raises:
            VisitorsLook: whoever has no account may only look.
        """
        let_take_part(self.member, self.rules, self.record.room)

    def let_add(self) -> None:
        """Lets the member add songs, as far as it is not about which.

        Raises:
            VisitorsLook, VisitorsVote: whoever has no account may not.
            AddingLocked: only moderators may for now.
        """
        let_add(self.member, self.rules, self.record.room)

    def part(self, number: int) -> MemberWriter:
        """The same, for one of several things that one request asks for."""
        key = f"{self.key}/{number}"
        return MemberWriter(self.tx, self.record, self.now_ms, self.listeners, self.member, key, None)

    async def note(self, kind: str, entry: Entry | None = None, vote_before: int = 0) -> int:
        """Writes into the diary what is done to the entry as it stands; returns the line's number."""
        state = entry.state if entry else None
        change = Change(0, kind, entry.id if entry else None, state, vote_before, counts=self.counts)
        return await self.tx.diary.record(self.id, self.member, change, self.now_ms, self.key)
