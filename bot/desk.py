"""One party inside one transaction: the steps that the use cases are made of."""

from __future__ import annotations

from bot import domain
from bot.domain import Added, Change, Entry, Member, PartyRecord, Skipped, State, Track
from bot.errors import NoSuchEntry, NothingToUndo
from bot.ports import Transaction


class Desk:
    """One party inside one transaction."""

    def __init__(self, tx: Transaction, party: PartyRecord, now_ms: int) -> None:
        self.tx = tx
        self.party = party
        self.now_ms = now_ms

    async def entry(self, entry_id: int) -> Entry:
        """One entry of this party.

        Raises:
            NoSuchEntry: this party never had it.
        """
        entry = await self.tx.entry(self.party.id, entry_id)
        if entry is None:
            raise NoSuchEntry
        return entry

    async def waiting(self) -> list[Entry]:
        """What plays and what is queued, oldest first."""
        return await self.tx.entries(self.party.id, (State.QUEUED, State.PLAYING))

    async def twin(self, track: Track) -> Entry | None:
        """The entry that waits or plays with this song already."""
        return next((e for e in await self.waiting() if domain.same_song(e.track, track)), None)

    async def playing(self) -> Entry | None:
        """What plays."""
        return next((e for e in await self.waiting() if e.state is State.PLAYING), None)

    async def queue(self) -> tuple[Entry, ...]:
        """What is queued, in the order in which it will play."""
        return domain.in_order(e for e in await self.waiting() if e.state is State.QUEUED)

    async def ballot(self, entry: Entry) -> tuple[Entry, ...]:
        """The whole ballot that an entry stood on, whatever has become of it."""
        return tuple(await self.tx.offered(entry.ballot)) if entry.ballot else ()

    async def skips_needed(self) -> int:
        """How many must agree to skip, with as many people active as now."""
        since_ms = self.now_ms - domain.ACTIVE_FOR_MS
        return domain.skips_needed(await self.tx.active_members(self.party.id, since_ms))

    async def end(self, entry: Entry, state: State) -> None:
        """Moves an entry on, unless somebody was faster, and lets the next song start."""
        await self.tx.move(entry.id, entry.state, state, now_ms=self.now_ms)
        await self.start_next()

    async def start_next(self) -> None:
        """Starts the next song when nothing plays."""
        queue = await self.queue()
        if queue and await self.playing() is None:
            ends_ms = domain.ends_ms(queue[0].track, self.now_ms)
            await self.tx.move(queue[0].id, State.QUEUED, State.PLAYING, now_ms=self.now_ms, ends_ms=ends_ms)


class MemberDesk(Desk):
    """One party inside one transaction that a member asked for; `done` is what the same key did before."""

    def __init__(
        self,
        tx: Transaction,
        party: PartyRecord,
        now_ms: int,
        member: Member,
        key: str | None,
        done: Change | None,
    ) -> None:
        super().__init__(tx, party, now_ms)
        self.member = member
        self.key = key
        self.done = done

    async def record(self, kind: str, entry: Entry | None = None, vote_before: int = 0) -> int:
        """Writes the diary: what was done to the entry as it stood."""
        change = Change(0, kind, entry.id if entry else None, entry.state if entry else None, vote_before)
        return await self.tx.record(self.party.id, self.member, change, self.now_ms, self.key)

    async def added(self, entry_id: int | None, *, again: bool = False) -> Added:
        """What became of an add, with the entry's place as it is now."""
        entry = await self.entry(entry_id or 0)
        ids = [entry.id for entry in await self.queue()]
        return Added(entry, ids.index(entry.id) + 1 if entry.id in ids else 0, again)

    async def vote(self, entry: Entry, value: int) -> Entry:
        """Sets the member's vote, takes a wanted suggestion up, and returns the entry as it is then."""
        before = await self.tx.set_vote(entry.id, self.member, value)
        await self.record("vote" if before != value else "vote again", entry, before)
        voted = await self.entry(entry.id)
        if voted.state is State.SUGGESTED and voted.score > 0:
            await self.tx.move(
                voted.id, State.SUGGESTED, State.QUEUED, now_ms=self.now_ms, added_by=self.member
            )
            await self.start_next()
        return await self.entry(entry.id)

    async def skipped(self, entry: Entry) -> Skipped:
        """How the vote to skip this entry stands."""
        return Skipped(
            entry=await self.entry(entry.id),
            votes=len(await self.tx.skippers(entry.id)),
            needed=await self.skips_needed(),
            playing=await self.playing(),
        )

    async def revert(self, change: Change, entry: Entry) -> None:
        """Puts an entry back as it was before a change; the store offers only changes that still can be.

        Raises:
            NothingToUndo: a removed song has been added again meanwhile.
        """
        if change.kind == "remove":
            if await self.twin(entry.track):
                raise NothingToUndo
            await self.tx.move(entry.id, State.REMOVED, State.QUEUED, now_ms=self.now_ms)
            await self.start_next()
        elif change.kind == "skip":
            await self.tx.drop_skip(entry.id, self.member)
        elif change.kind == "add":
            await self.end(entry, State.REMOVED)
        else:
            await self.tx.set_vote(entry.id, self.member, change.vote_before)
            wanted = (await self.entry(entry.id)).score > 0
            if change.state_before is State.SUGGESTED and entry.state is not State.SUGGESTED and not wanted:
                await self.end(entry, State.SUGGESTED)
