"""Suggestions put to the vote, and votes for them and for what waits."""

from __future__ import annotations

from collections.abc import Sequence

from bot.party.adding import cast_vote
from bot.party.errors import AlreadyOver, BallotClosed, NothingToPlay, NothingToSuggest, TooNewToVote
from bot.party.limits import MOST_SUGGESTIONS, USUAL_SUGGESTIONS
from bot.party.ports import Catalogue
from bot.party.results import Vibe, Voted
from bot.party.rules.lifetime import expired
from bot.party.rules.presses import Presses
from bot.party.suggesting import Proposal, Suggestions, still_new
from bot.party.unit_of_work import UnitOfWork, finished
from bot.party.words import Entry, Member, Mood, Room, State
from bot.party.writer import MemberWriter

TRIES = (1, 2, 4)
"""Where others took suggestions while the model was thinking it is asked again, for so many times as many."""


class Ballots:
    """Posts ballots and counts votes."""

    def __init__(self, unit: UnitOfWork, catalogue: Catalogue, suggestions: Suggestions) -> None:
        self.unit = unit
        self._catalogue = catalogue
        self._suggestions = suggestions
        self._presses = Presses()

    @finished
    async def next(
        self,
        room: Room,
        member: Member,
        count: int = USUAL_SUGGESTIONS,
        key: str | None = None,
        *,
        mood: Mood = Mood.BALANCED,
    ) -> tuple[Entry, ...]:
        """Suggests songs for the room, best first, and keeps them as a ballot that can be voted on.

        Raises:
            NothingToSuggest: every song known is queued, played, offered or unwanted.
            NothingToPlay: the same of songs that can sound, where only these are suggested.
            VisitorsLook: whoever has no account may only look.
        """
        return await self._offer(room, member, key, min(max(count, 1), MOST_SUGGESTIONS), mood)

    @finished
    async def vibe(
        self,
        room: Room,
        member: Member,
        text: str,
        key: str | None = None,
        *,
        mood: Mood = Mood.BALANCED,
    ) -> Vibe:
        """Suggests songs for some words, and for the queue if there is one, as `next` does.

        Words that nobody knows say nothing: without any other, and without a queue, it is popular songs.

        Raises:
            NoWords, TextTooLong: there are no words.
            NothingToSuggest, NothingToPlay: there is no song, see `next`.
            VisitorsLook: whoever has no account may only look.
        """
        known, unknown = await self._catalogue.vibe(text)
        ballot = await self._offer(room, member, key, USUAL_SUGGESTIONS, mood, known, text)
        return Vibe(ballot, tuple(known), tuple(unknown), tuple(await self._catalogue.taken(known)))

    async def _offer(
        self,
        room: Room,
        member: Member,
        key: str | None,
        count: int,
        mood: Mood,
        words: Sequence[str] = (),
        text: str = "",
    ) -> tuple[Entry, ...]:
        async with self._suggestions.turn(room):
            for times in TRIES:
                proposal = await self._suggestions.of(room, count * times, words, mood, text)
                last = times == TRIES[-1]
                ballot = await self._put(room, member, key, proposal, count, last=last)
                if ballot is not None:
                    return ballot
        raise NothingToSuggest

    async def _put(
        self, room: Room, member: Member, key: str | None, proposal: Proposal, count: int, *, last: bool
    ) -> tuple[Entry, ...] | None:
        """Puts to the vote what is still new of a proposal; None where another process was faster."""
        async with self.unit.writing_for(room, member, key) as party:
            if party.done:
                return tuple(await party.tx.entries.offered(party.done.id))
            party.let_take_part()
            found = (await still_new(party, proposal))[:count]
            if len(found) < min(count, len(proposal.songs)) and not last:
                return None
            if not found:
                raise NothingToPlay if proposal.only_own else NothingToSuggest
            number = await party.note("next")
            return tuple(await party.tx.entries.insert_ballot(party.id, number, found, party.now_ms))

    async def only_own(self, room: Room) -> bool:
        """Whether only songs that can sound are suggested."""
        return await self.unit.only_own(room) and self._catalogue.stock() is not None

    @finished
    async def vote(
        self,
        room: Room,
        member: Member,
        entry_id: int,
        value: int,
        key: str | None = None,
        *,
        toggle: bool = False,
    ) -> Voted:
        """Votes +1 or -1 on an entry or a suggestion, or takes a vote back (0); the last one counts.

        A suggestion that enough people want is queued. With `toggle` a vote that stands is taken back, but
        not by the second half of a double click.

        Raises:
            NoSuchEntry: not of this party.
            AlreadyOver: it has been played, skipped or removed.
            VisitorsLook: whoever has no account may only look.
            TooNewToVote: the member's votes do not count yet.
            BallotClosed: it was suggested too long ago.
            ValueError: another value than -1, 0 or +1, which only a fault of the caller's can bring.
        """
        if value not in {-1, 0, +1}:
            raise ValueError(value)
        press = room, member.user_id, entry_id, value
        twice = toggle and self._presses.is_second_half(press, key, self.unit.now_ms())
        async with self.unit.writing_for(room, member, key, entry_id) as party:
            entry = await party.entry(entry_id)
            if party.done:
                return await _voted_before(party, await party.entry(party.done.entry_id), entry)
            party.let_take_part()
            if entry.state not in {State.SUGGESTED, State.QUEUED, State.PLAYING}:
                raise AlreadyOver
            if expired(entry, party.now_ms):
                raise BallotClosed
            meant = entry
            if entry.state is State.SUGGESTED:  # somebody may have added the song by hand meanwhile
                meant = await party.twin(entry.track) or entry
            if twice:
                return Voted(meant, value, taken_up=False, ballot=await party.ballot(entry))
            if toggle and meant.votes.get(member.user_id) == value:
                value = 0
            if value and not party.votes:
                raise TooNewToVote
            return await _count(party, entry, meant, value)

    @finished
    async def of(self, room: Room, entry_id: int) -> tuple[Entry, ...]:
        """The whole ballot that a suggestion stood on, whatever has become of it; empty for any other.

        Raises:
            NoSuchEntry: this party never had it.
        """
        async with self.unit.reading(room) as party:
            return await party.ballot(await party.entry(entry_id))


async def _voted_before(party: MemberWriter, done: Entry, entry: Entry) -> Voted:
    """What became of a vote that was counted when its request came first."""
    value = done.votes.get(party.member.user_id, 0)
    return Voted(done, value, taken_up=False, ballot=await party.ballot(entry))


async def _count(party: MemberWriter, entry: Entry, meant: Entry, value: int) -> Voted:
    """Counts a vote, and shows the ballot that the entry stood on with it."""
    shown = await party.ballot(entry)
    silent = meant.state is State.SUGGESTED and await party.playing() is None
    voted = await cast_vote(party, meant, value)
    taken_up = voted.state is not meant.state
    if taken_up and silent:  # another song of the ballot may have started
        shown = await party.ballot(entry)
    return Voted(voted, value, taken_up, tuple(voted if each.id == voted.id else each for each in shown))
