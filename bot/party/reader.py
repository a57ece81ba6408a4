"""A room's party inside a transaction: what can be seen of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.party.errors import NoSuchEntry
from bot.party.limits import ACTIVE_FOR_MS, AUTOPILOT_WAITS_MS, OFFER_LASTS_MS
from bot.party.results import Favourite, Nickname, Skipped
from bot.party.rules.lifetime import began_ms, still_open
from bot.party.rules.order import in_order
from bot.party.rules.quorum import skips_needed
from bot.party.rules.songs import twin
from bot.party.rules.sounding import only_own
from bot.party.transactions import ReadTransaction
from bot.party.words import Change, Entry, Member, Order, Party, PartyRecord, State, Track, Way


class PartyReader:
    """A party that is looked at.

    Its `listeners` are the user_ids of the people in its voice channel; None where that cannot be seen.
    """

    def __init__(
        self,
        tx: ReadTransaction,
        record: PartyRecord,
        now_ms: int,
        listeners: frozenset[str] | None = frozenset(),
    ) -> None:
        self._reads = tx
        self.record = record
        self.id = record.id
        self.rules = record.rules
        self.blocked = record.blocked
        self.playback = record.playback
        self.now_ms = now_ms
        self.listeners = listeners

    async def entry(self, entry_id: int | None) -> Entry:
        """One entry of this party.

        Raises:
            NoSuchEntry: this party never had it.
        """
        entry = await self._reads.entries.get(self.id, entry_id or 0)
        if entry is None:
            raise NoSuchEntry
        return entry

    async def waiting(self) -> list[Entry]:
        """What plays and what is queued, oldest first."""
        return await self._reads.entries.waiting(self.id)

    async def twin(self, track: Track) -> Entry | None:
        """The entry that waits or plays with this song already."""
        return twin(await self.waiting(), track)

    async def playing(self) -> Entry | None:
        """What plays."""
        return now_playing(await self.waiting())

    async def ordered(self, waiting: Iterable[Entry]) -> tuple[Entry, ...]:
        """What is queued, in the order in which it will play."""
        turns = self.rules.order is Order.TURNS
        started_ms = await self._reads.entries.last_started_ms(self.id) if turns else None
        queued = (each for each in waiting if each.state is State.QUEUED)
        return in_order(queued, self.rules.order, started_ms)

    async def ballot(self, entry: Entry) -> tuple[Entry, ...]:
        """The whole ballot that an entry stood on, whatever has become of it."""
        return tuple(await self._reads.entries.offered(entry.ballot)) if entry.ballot else ()

    async def open_ballot(self) -> Change | None:
        """The autopilot's latest ballot, unless it is settled."""
        return await self._reads.diary.open_ballot(self.id)

    async def secret(self, way: Way) -> str | None:
        """The secret of the room's own link of this way, if it has one."""
        return await self._reads.passes.secret(self.id, way)

    async def nickname(self, user_id: str) -> Nickname | None:
        """What somebody without an account is called here."""
        return await self._reads.nicknames.of(self.id, user_id)

    async def wanted(self, member: Member, most: int) -> list[Favourite]:
        """What a member has voted for in any room, the latest songs first."""
        return await self._reads.votes.wanted(member, most)

    async def heard(self) -> list[Entry]:
        """What says what the party of this moment likes, see `EntryReads.heard`."""
        return await self._reads.entries.heard(self.id, self.began_ms)

    async def offers(self) -> list[str]:
        """The suggestions of ballots that are open, by the catalogue's ids."""
        since_ms = max(self.now_ms - OFFER_LASTS_MS + 1, self.began_ms)
        return await self._reads.entries.offers(self.id, since_ms)

    async def last_ballot(self) -> int:
        """The number of the latest ballot; 0 if there was none."""
        return await self._reads.entries.last_ballot(self.id)

    async def offered_after(self, ballot: int) -> list[Entry]:
        """What was suggested after this ballot."""
        return await self._reads.entries.offered_after(self.id, ballot)

    async def last_night(self, states: Iterable[State]) -> list[Entry]:
        """The entries in these states of the party that began last, over or not."""
        return await self._reads.entries.since(self.id, states, self.record.started_ms)

    async def stats(self, most: int) -> tuple[list[Entry], list[Entry]]:
        """The latest songs that are over, in that order of time, and the most wanted of all, best first."""
        return await self._reads.entries.stats(self.id, most)

    async def added_counts(self) -> dict[str, int]:
        """How many songs each member has added in this room, by user_id."""
        return await self._reads.entries.added_counts(self.id)

    @property
    def only_own(self) -> bool:
        """Whether only songs that can sound are suggested."""
        return only_own(self.playback.outlet if self.playback else None, self.rules)

    @property
    def began_ms(self) -> int:
        """When the party of this moment began."""
        return began_ms(self.record.started_ms, self.record.active_ms, self.now_ms)

    @property
    def over(self) -> bool:
        """Whether nobody did anything for so long that the next change begins a new party."""
        return self.began_ms != self.record.started_ms

    @property
    def lately_ms(self) -> int:
        """Whoever did something since then counts as there."""
        return self.now_ms - ACTIVE_FOR_MS

    def enough(self, active: frozenset[str], votes: int) -> int:
        """How many must agree to skip: of the people active lately, and of those who listen and may vote.

        It is more than the votes so far where it cannot be seen who listens: the process that does decides.
        """
        blocked = {each.user_id for each in self.blocked.members}
        needed = skips_needed(len((active | (self.listeners or set())) - blocked), self.rules.quorum)
        return needed if self.listeners is not None else max(needed, votes + 1)

    async def shown(self, history: int) -> Party:
        """How all stands, with so many of the songs that are over."""
        now = await self._reads.entries.standing(self.id, self.lately_ms)
        ballot = [] if self.over else still_open(now.ballot, now.waiting, self.now_ms)
        asked = await self.open_ballot() if ballot and self.rules.autopilot else None
        few = sum(entry.state is State.QUEUED for entry in now.waiting) < self.rules.autopilot_below
        automatic = asked is not None and ballot[0].ballot == asked.id and few
        playing = now_playing(now.waiting)
        return Party(
            playing=playing,
            queue=await self.ordered(now.waiting),
            ballot=tuple(ballot),
            history=tuple(await self._reads.entries.history(self.id, history)) if history else (),
            skippers=now.skippers,
            skips_needed=self.enough(now.active, len(now.skippers)) if playing else 1,
            rules=self.rules,
            started_ms=self.record.started_ms,
            automatic=automatic,
            decides_ms=asked.at_ms + AUTOPILOT_WAITS_MS if asked and automatic else None,
            playback=self.playback,
            over=self.over,
            night=await self._reads.nights.of(self.id, self.record.started_ms) if self.over else "",
            links=self.record.links,
            blocked=self.blocked,
        )

    async def skipped(self, entry: Entry) -> Skipped:
        """How the vote to skip this entry stands."""
        now = await self._reads.entries.standing(self.id, self.lately_ms)
        votes = len(await self._reads.votes.skippers(entry.id))
        return Skipped(
            entry=await self.entry(entry.id),
            votes=votes,
            needed=self.enough(now.active, votes),
            playing=now_playing(now.waiting),
        )


def now_playing(waiting: Sequence[Entry]) -> Entry | None:
    """The entry among these that plays."""
    return next((entry for entry in waiting if entry.state is State.PLAYING), None)
