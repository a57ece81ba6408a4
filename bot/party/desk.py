"""One party inside one transaction: the steps that the use cases are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.party import domain
from bot.party.domain import Added, Change, Entry, Member, Order, Party, PartyRecord, Skipped, State, Track
from bot.party.errors import (
    ExplicitSong,
    NoSuchEntry,
    NothingToUndo,
    PlayedLately,
    QueueFull,
    TooManyOfYours,
)
from bot.party.ports import Transaction


class Desk:
    """One party inside one transaction; `here` are the user_ids of who listens in its voice channel."""

    def __init__(
        self, tx: Transaction, party: PartyRecord, now_ms: int, here: frozenset[str] = frozenset()
    ) -> None:
        self.tx = tx
        self.party = party
        self.rules = party.rules
        self.now_ms = now_ms
        self.here = here

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
        return await self.tx.waiting(self.party.id)

    async def twin(self, track: Track) -> Entry | None:
        """The entry that waits or plays with this song already."""
        return twin(await self.waiting(), track)

    async def playing(self) -> Entry | None:
        """What plays."""
        return now_playing(await self.waiting())

    async def ordered(self, waiting: Sequence[Entry]) -> tuple[Entry, ...]:
        """What is queued, in the order in which it will play."""
        turns = self.rules.order is Order.TURNS
        started_ms = await self.tx.started_ms(self.party.id) if turns else None
        queued = (e for e in waiting if e.state is State.QUEUED)
        return domain.in_order(queued, self.rules.order, started_ms)

    async def ballot(self, entry: Entry) -> tuple[Entry, ...]:
        """The whole ballot that an entry stood on, whatever has become of it."""
        return tuple(await self.tx.offered(entry.ballot)) if entry.ballot else ()

    def _lately_ms(self) -> int:
        return self.now_ms - domain.ACTIVE_FOR_MS

    def _enough(self, active: frozenset[str]) -> int:
        """How many must agree to skip: of the people active lately, and of those who listen."""
        return domain.skips_needed(len(active | self.here), self.rules.quorum)

    async def shown(self, history: int) -> Party:
        """How all stands, with so many of the songs that are over."""
        waiting, offered, skippers, active = await self.tx.standing(self.party.id, self._lately_ms())
        ballot = domain.still_open(offered, waiting, self.now_ms)
        asked = await self.tx.open_vote(self.party.id) if ballot and self.rules.autopilot else None
        few = sum(entry.state is State.QUEUED for entry in waiting) < self.rules.autopilot_below
        automatic = asked is not None and ballot[0].ballot == asked.id and few
        playing = now_playing(waiting)
        return Party(
            playing=playing,
            queue=await self.ordered(waiting),
            ballot=tuple(ballot),
            history=tuple(await self.tx.history(self.party.id, history)) if history else (),
            skippers=skippers,
            skips_needed=self._enough(active) if playing else 1,
            rules=self.rules,
            started_ms=self.party.started_ms,
            automatic=automatic,
            decides_ms=asked.at_ms + domain.AUTOPILOT_WAITS_MS if asked and automatic else None,
            playback=self.party.playback,
        )

    async def skipped(self, entry: Entry) -> Skipped:
        """How the vote to skip this entry stands."""
        waiting, _, _, active = await self.tx.standing(self.party.id, self._lately_ms())
        return Skipped(
            entry=await self.entry(entry.id),
            votes=len(await self.tx.skippers(entry.id)),
            needed=self._enough(active),
            playing=now_playing(waiting),
        )

    async def end(self, entry: Entry, state: State) -> None:
        """Moves an entry on and lets the next song start."""
        await self.tx.move(entry.id, entry.state, state, now_ms=self.now_ms)
        if entry.state is State.PLAYING:
            await self.start_next()

    async def start_next(self) -> None:
        """Starts the next song when nothing plays."""
        waiting = await self.waiting()
        queue = await self.ordered(waiting)
        if not queue or now_playing(waiting):
            return
        await self.start(queue[0], queue)

    async def start(self, entry: Entry, queue: Sequence[Entry]) -> None:
        """Starts a song of the queue; nothing plays."""
        ends_ms = domain.ends_ms(entry.track, self.now_ms)
        await self.tx.move(entry.id, State.QUEUED, State.PLAYING, now_ms=self.now_ms, ends_ms=ends_ms)
        if any(each.pin for each in queue):
            await self.tx.close_ranks(self.party.id)


class MemberDesk(Desk):
    """One party inside one transaction that a member asked for; `done` is what the same key did before."""

    def __init__(
        self,
        tx: Transaction,
        party: PartyRecord,
        now_ms: int,
        here: frozenset[str],
        member: Member,
        key: str | None,
        done: Change | None,
    ) -> None:
        super().__init__(tx, party, now_ms, here)
        self.member = member
        self.key = key
        self.done = done

    @property
    def moderates(self) -> bool:
        """Whether the member may do what concerns other people's songs."""
        return self.member.moderator or self.manages

    @property
    def manages(self) -> bool:
        """Whether the member may choose what holds for everybody."""
        return self.member.manager or domain.is_dj(self.member, self.rules)

    def part(self, number: int) -> MemberDesk:
        """The same, for one of several things that one request asks for."""
        key = f"{self.key}/{number}"
        return MemberDesk(self.tx, self.party, self.now_ms, self.here, self.member, key, None)

    async def record(self, kind: str, entry: Entry | None = None, vote_before: int = 0) -> None:
        """Writes the diary: what was done to the entry as it stood."""
        change = Change(0, kind, entry.id if entry else None, entry.state if entry else None, vote_before)
        await self.tx.record(self.party.id, self.member, change, self.now_ms, self.key)

    async def add(self, track: Track) -> Added:
        """Queues a song; where it waits already the member's wish becomes an up-vote.

        Raises:
            QueueFull, TooManyOfYours, PlayedLately, ExplicitSong: what the room's rules say.
        """
        waiting = await self.waiting()
        there = twin(waiting, track) if self.rules.one_of_each else None
        if there is not None:
            if there.added_by == self.member:
                return await self.added(there.id, again=True)
            await self.vote(there, +1)
            return replace(await self.added(there.id, again=True), wished=True)
        entry = await self.insert(track, waiting)
        if now_playing(waiting) is None:
            await self.start_next()
            return await self.added(entry.id)
        return await self._placed(entry, [*waiting, entry])

    async def insert(self, track: Track, waiting: Sequence[Entry], kind: str = "add") -> Entry:
        """Queues a song behind what waits, and starts nothing.

        Raises:
            QueueFull, TooManyOfYours, PlayedLately, ExplicitSong: what the room's rules say.
        """
        await self._admit(track, waiting)
        entry_id = await self.tx.insert_entry(self.party.id, track, self.member, self.now_ms)
        entry = Entry(entry_id, track, State.QUEUED, self.member, self.now_ms)
        await self.record(kind, entry)
        return entry

    async def _admit(self, track: Track, waiting: Sequence[Entry]) -> None:
        if self.rules.clean and domain.explicit(track):
            raise ExplicitSong
        if len(waiting) >= domain.LONGEST_QUEUE:
            raise QueueFull(domain.LONGEST_QUEUE)
        mine = sum(
            e.added_by == self.member and e.state is State.QUEUED and e.ballot is None for e in waiting
        )  # what the room voted in is nobody's own
        if self.rules.songs_each and mine >= self.rules.songs_each and not self.moderates:
            raise TooManyOfYours(self.rules.songs_each)
        if self.rules.cooldown_min:
            await self._let_rest(track)

    async def _let_rest(self, track: Track) -> None:
        rest_ms = self.rules.cooldown_min * domain.MINUTE_MS
        lately = await self.tx.entries(self.party.id, (State.PLAYED,), self.now_ms - rest_ms + 1)
        ends = [e.ended_ms or 0 for e in lately if domain.same_song(e.track, track)]
        if ends:
            left_ms = max(ends) + rest_ms - self.now_ms
            raise PlayedLately(max(1, -(-left_ms // domain.MINUTE_MS)))

    async def added(self, entry_id: int | None, *, again: bool = False) -> Added:
        """What became of an add, with the entry's place as it is now."""
        waiting = await self.waiting()
        entry = next((e for e in waiting if e.id == entry_id), None) or await self.entry(entry_id or 0)
        return await self._placed(entry, waiting, again=again)

    async def _placed(self, entry: Entry, waiting: Sequence[Entry], *, again: bool = False) -> Added:
        ids = [each.id for each in await self.ordered(waiting)]
        return Added(entry, ids.index(entry.id) + 1 if entry.id in ids else 0, again)

    async def ask_to_skip(self, playing: Entry) -> Skipped:
        """Notes that the member wants to skip what plays, and how the vote stands with that."""
        wish = {self.member.user_id}
        _, _, wishes, active = await self.tx.standing(self.party.id, self._lately_ms())
        new = await self.tx.add_skip(playing.id, self.member)
        await self.record("skip" if new else "skip again", playing)
        return Skipped(playing, len(wishes | wish), self._enough(active | wish), playing)

    async def vote(self, entry: Entry, value: int) -> Entry:
        """Sets the member's vote, takes a wanted suggestion up, and returns the entry as it is then."""
        silent = entry.state is State.SUGGESTED and await self.playing() is None
        before = entry.votes.get(self.member.user_id, 0)
        await self.tx.set_vote(entry.id, self.member, value)
        await self.record("vote" if before != value else "vote again", entry, before)
        others = {user_id: cast for user_id, cast in entry.votes.items() if user_id != self.member.user_id}
        mine = {self.member.user_id: value} if value else {}
        voted = replace(entry, votes=others | mine)
        if voted.state is State.SUGGESTED and voted.score >= self.rules.threshold:
            await self.tx.move(
                voted.id, State.SUGGESTED, State.QUEUED, now_ms=self.now_ms, added_by=self.member
            )
            voted = replace(voted, state=State.QUEUED, added_by=self.member, added_ms=self.now_ms)
            if silent:
                await self.start_next()
                voted = await self.entry(entry.id)
        return voted

    async def clear(self) -> list[Entry]:
        """Takes every queued song out; returns those that were."""
        queued = [e for e in await self.waiting() if e.state is State.QUEUED]
        for entry in queued:
            await self.tx.move(entry.id, State.QUEUED, State.REMOVED, now_ms=self.now_ms)
        return queued

    async def revert(self, change: Change, entry: Entry) -> int:
        """Puts an entry back as it was before a change, and says how many songs of an import went out.

        The store offers only changes that still can be taken back.

        Raises:
            NothingToUndo: a removed song has been added again meanwhile.
        """
        match change.kind:
            case "remove":
                if self.rules.one_of_each and await self.twin(entry.track):
                    raise NothingToUndo
                await self._put_back([entry])
            case "clear":
                gone = await self.tx.entries(self.party.id, (State.REMOVED,), change.at_ms)
                await self._put_back([e for e in gone if e.ended_ms == change.at_ms])
            case "skip":
                await self.tx.drop_skip(entry.id, self.member)
            case "add":
                await self.end(entry, State.REMOVED)
            case domain.BROUGHT_IN:
                return await self._send_back(change)
            case "move":
                await self.tx.pin(entry.id, change.vote_before or None)
            case _:
                await self._unvote(change, entry)
        return 0

    async def _send_back(self, change: Change) -> int:
        """Takes out what waits of the import that a song came with."""
        came = await self.tx.mark_import_undone(self.party.id, change.id)
        waits = [e for e in await self.waiting() if e.id in came and e.state is State.QUEUED]
        for entry in waits:
            await self.end(entry, State.REMOVED)
        return len(waits)

    async def _put_back(self, removed: Sequence[Entry]) -> None:
        waiting = await self.waiting()
        for entry in removed:
            if not self.rules.one_of_each or twin(waiting, entry.track) is None:
                await self.tx.move(entry.id, State.REMOVED, State.QUEUED, now_ms=self.now_ms)
        await self.start_next()

    async def _unvote(self, change: Change, entry: Entry) -> None:
        await self.tx.set_vote(entry.id, self.member, change.vote_before)
        wanted = (await self.entry(entry.id)).score >= self.rules.threshold
        mine = entry.state is State.QUEUED and entry.added_by == self.member  # what plays, plays for all
        if change.state_before is State.SUGGESTED and mine and not wanted:
            await self.end(entry, State.SUGGESTED)


def twin(waiting: Sequence[Entry], track: Track) -> Entry | None:
    """The entry among these that is this song."""
    return next((entry for entry in waiting if domain.same_song(entry.track, track)), None)


def now_playing(waiting: Sequence[Entry]) -> Entry | None:
    """The entry among these that plays."""
    return next((entry for entry in waiting if entry.state is State.PLAYING), None)
