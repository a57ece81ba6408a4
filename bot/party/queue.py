"""What goes into the queue and out of it."""

from __future__ import annotations

from dataclasses import replace

from bot.party.adding import add_song, what_became
from bot.party.errors import (
    AlreadyOver,
    EmptyText,
    ModeratorsOnly,
    NoSuchEntry,
    NothingPlaying,
    NothingToUndo,
    NotYours,
    PartyError,
    TooManyLines,
    TooNewToSkip,
    TooNewToVote,
    Unsaved,
)
from bot.party.limits import LONGEST_QUEUE, MOST_LINES
from bot.party.results import Added, AddedAll, Moved, Skipped, Undone
from bot.party.rules.presses import just_skipped
from bot.party.rules.quorum import skips_at_once
from bot.party.songs import Songs
from bot.party.undoing import revert
from bot.party.unit_of_work import UnitOfWork, finished
from bot.party.words import Entry, Member, Room, State
from bot.party.writer import MemberWriter

AT_ONCE = "skip at once"
"""What a skip without a vote is called in the diary: what it ended cannot come back, so none is undone."""
UNDO = "undo "
"""Stands before the kind of what an undo took back, in the diary."""


class Queue:
    """Adds, skips, removes, moves and clears songs, and takes back what somebody did."""

    def __init__(self, unit: UnitOfWork, songs: Songs) -> None:
        self.unit = unit
        self._songs = songs

    @finished
    async def add(self, room: Room, member: Member, text: str, key: str | None = None) -> Added:
        """Queues the song that a text or link names; a song that waits already gets an up-vote instead.

        Raises:
            EmptyText, TextTooLong, UnknownLink, SpotifyError: no song.
            UnsureSong: several songs may be meant.
            VisitorsLook, VisitorsVote, AddingLocked: the member adds nothing here.
            QueueFull, TooManyOfYours, PlayedLately, ExplicitSong, SongTooLong, SongBlocked: what the room's
                rules say.
        """
        track = await self._songs.find(text)
        async with self.unit.writing_for(room, member, key) as party:
            if party.done:
                return await what_became(party, party.done.entry_id)
            return await add_song(party, track)

    async def add_all(self, room: Room, member: Member, text: str, key: str) -> AddedAll:
        """Queues a song a line; a line that cannot be met keeps no other from being so.

        Raises:
            EmptyText, TooManyLines: there is no line, or more than `MOST_LINES`.
        """
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if not lines:
            raise EmptyText
        if len(lines) > MOST_LINES:
            raise TooManyLines(MOST_LINES)
        added: list[Added] = []
        refused: list[tuple[str, Exception]] = []
        for number, line in enumerate(lines):
            try:
                added.append(await self.add(room, member, line, f"{key}/{number}"))
            except Unsaved as error:  # nor would the others be saved
                refused.extend((each, error) for each in lines[number:])
                break
            except PartyError as error:
                refused.append((line, error))
        return AddedAll(tuple(added), tuple(refused))

    @finished
    async def skip(
        self, room: Room, member: Member, key: str | None = None, entry_id: int | None = None
    ) -> Skipped:
        """Votes to skip what plays; once enough of the people there agree the next song starts.

        Whoever moderates, or added it, skips at once where the room has not switched that off.

        Raises:
            NothingPlaying: there is nothing to skip.
            VisitorsLook: whoever has no account may only look.
            TooNewToVote, TooNewToSkip: the member's votes do not count yet.
            NoSuchEntry: this party never had the entry that was meant.
            AlreadyOver: something else plays than the entry that was meant. Without one, whoever asks right
                after a skip meant the song that was skipped.
        """
        async with self.unit.writing_for(room, member, key) as party:
            if party.done:
                before = await party.skipped(await party.entry(party.done.entry_id))
                return replace(before, at_once=member if party.done.kind == AT_ONCE else None)
            playing = await party.playing()
            if playing is None:
                raise NothingPlaying
            if entry_id not in {None, playing.id}:
                await party.entry(entry_id)
                raise AlreadyOver
            if entry_id is None and await _meant_the_last(party):
                raise AlreadyOver
            party.let_take_part()
            at_once = skips_at_once(party.member, playing, party.rules)
            if not (at_once or party.votes):
                raise TooNewToVote
            if not (at_once or party.counts):
                raise TooNewToSkip
            outcome = await _wish_to_skip(party, playing, at_once=at_once)
            if not (at_once or outcome.enough):
                return outcome
            await party.end(playing, State.SKIPPED)
            return replace(await party.skipped(playing), at_once=member if at_once else None)

    @finished
    async def remove(self, room: Room, member: Member, entry_id: int, key: str | None = None) -> Entry:
        """Takes a song out of the queue; only who added it and moderators may.

        Raises:
            NoSuchEntry: it is not, or no longer, queued or playing in this party.
            NotYours: somebody else added it.
        """
        async with self.unit.writing_for(room, member, key) as party:
            if party.done:
                return await party.entry(party.done.entry_id)
            entry = await party.entry(entry_id)
            if entry.state not in {State.QUEUED, State.PLAYING}:
                raise NoSuchEntry
            if entry.added_by != member and not party.moderates:
                raise NotYours(room)
            await party.note("remove", entry)
            await party.end(entry, State.REMOVED)
            return await party.entry(entry_id)

    @finished
    async def clear(self, room: Room, member: Member, key: str | None = None) -> int:
        """Takes every waiting song out, whoever added it; says how many.

        Raises:
            ModeratorsOnly: anybody else asked.
        """
        async with self.unit.writing_for(room, member, key) as party:
            if not party.moderates:
                raise ModeratorsOnly(room)
            if party.done:
                return party.done.vote_before
            queued = [each for each in await party.waiting() if each.state is State.QUEUED]
            for entry in queued:
                await party.tx.entries.move(entry.id, State.QUEUED, State.REMOVED, now_ms=party.now_ms)
            if queued:
                await party.note("clear", queued[0], len(queued))
            return len(queued)

    @finished
    async def move(
        self, room: Room, member: Member, entry_id: int, place: int, key: str | None = None
    ) -> Moved:
        """Gives a waiting song a place in the queue, which votes no longer change; 1 is next.

        Raises:
            ModeratorsOnly: anybody else asked.
            NoSuchEntry: it is not, or no longer, queued in this party.
        """
        async with self.unit.writing_for(room, member, key) as party:
            if not party.moderates:
                raise ModeratorsOnly(room)
            entry = await party.entry(entry_id)
            if entry.state is not State.QUEUED:
                raise NoSuchEntry
            if not party.done:
                await party.note("move", entry, entry.pin or 0)
                await party.tx.entries.pin(entry.id, min(max(place, 1), LONGEST_QUEUE))
            return Moved(entry, (await what_became(party, entry_id)).place)

    @finished
    async def undo(self, room: Room, member: Member, key: str | None = None) -> Undone:
        """Takes back the member's latest add, import, vote, removal, wish to skip, move or clearing.

        Raises:
            NothingToUndo: there is none, or its song is over.
        """
        async with self.unit.writing_for(room, member, key) as party:
            if party.done:
                entry = await party.entry(party.done.entry_id)
                return Undone(party.done.kind.removeprefix(UNDO), entry, party.done.vote_before)
            last = await party.tx.diary.last_undoable(party.id, member)
            if last is None:
                raise NothingToUndo
            entry = await party.entry(last.entry_id)
            songs = await revert(party, last, entry)
            await party.tx.diary.mark_undone(last.id)
            await party.note(f"{UNDO}{last.kind}", entry, songs)
            return Undone(last.kind, await party.entry(entry.id), songs)


async def _wish_to_skip(party: MemberWriter, playing: Entry, *, at_once: bool) -> Skipped:
    """Notes that the member wants to skip what plays, and how the vote stands with that."""
    wish = {party.member.user_id}
    now = await party.tx.entries.standing(party.id, party.lately_ms)
    new = await party.tx.votes.add_skip(playing.id, party.member)
    await party.note(AT_ONCE if at_once else "skip" if new else "skip again", playing)
    votes = len(now.skippers | wish)
    return Skipped(playing, votes, party.enough(now.active | wish, votes), playing)


async def _meant_the_last(party: MemberWriter) -> bool:
    """Whether the member asks for a skip of the song that others have skipped a moment ago."""
    for last in await party.tx.entries.history(party.id, 1):
        if just_skipped(last, party.now_ms):
            return party.member.user_id not in await party.tx.votes.skippers(last.id)
    return False
