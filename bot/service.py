"""The use cases of a party: add, next, vote, skip and the rest, the same for every front door.

Each takes a room, a member and plain values, and returns domain values or raises a PartyError. A change is
one transaction; asking the catalogue and the model happens outside any transaction.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from bot.party import domain
from bot.party.autopilot import AutopilotService
from bot.party.base import finished
from bot.party.desk import MemberDesk
from bot.party.domain import (
    Added,
    AddedAll,
    Change,
    Entry,
    Forgotten,
    Member,
    Mood,
    Moved,
    Room,
    Skipped,
    State,
    Undone,
    Vibe,
    Voted,
)
from bot.party.errors import (
    AlreadyOver,
    BallotClosed,
    EmptyText,
    ModeratorsOnly,
    NoSuchEntry,
    NothingPlaying,
    NothingToSuggest,
    NothingToUndo,
    NotYours,
    PartyError,
    TooManyLines,
)
from bot.party.insight import InsightService
from bot.party.rooms import RoomService
from bot.playback.control import PlaybackService
from bot.playback.saving import SavingService

log = logging.getLogger(__name__)

UNDO = "undo "
"""Stands before the kind of what an undo took back, in the diary."""
Press = tuple[Room, str, int, int]
"""A button pressed: where, by whose user_id, on which entry, for which vote."""
MOST_PRESSES = 10_000
"""So many presses are remembered; past that all are forgotten, which costs a double click at most."""
TICK_S = 1.0
"""How often the clock looks for songs that are over, in seconds."""


class PartyService(RoomService, InsightService, AutopilotService, PlaybackService, SavingService):
    """What people can do in a room."""

    @finished
    async def forget(self, member: Member) -> Forgotten:
        """Takes a member out of everything that is kept, and stops what plays on an account of theirs."""
        if self.has_spotify:
            await self._leave(member, silently=True)  # who is forgotten is not named once more
        return await super().forget(member)

    @finished
    async def add(self, room: Room, member: Member, text: str, key: str | None = None) -> Added:
        """Queues the song that a text or link names; a song that waits already gets an up-vote instead.

        Raises:
            EmptyText, TextTooLong, UnknownSong, UnknownLink, SpotifyError: no song.
            QueueFull, TooManyOfYours, PlayedLately, ExplicitSong: what the room's rules say.
        """
        track = await self._resolve(text)
        async with self._desk(room, member, key) as desk:
            if desk.done:
                return await desk.added(desk.done.entry_id)
            return await desk.add(track)

    async def add_all(self, room: Room, member: Member, text: str, key: str) -> AddedAll:
        """Queues a song a line; a line that cannot be met keeps no other from being so.

        Raises:
            EmptyText, TooManyLines: there is no line, or more than `MOST_LINES`.
        """
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if not lines:
            raise EmptyText
        if len(lines) > domain.MOST_LINES:
            raise TooManyLines(domain.MOST_LINES)
        added: list[Added] = []
        refused: list[tuple[str, Exception]] = []
        for number, line in enumerate(lines):
            try:
                added.append(await self.add(room, member, line, f"{key}/{number}"))
            except PartyError as error:
                refused.append((line, error))
        return AddedAll(tuple(added), tuple(refused))

    @finished
    async def next(
        self,
        room: Room,
        member: Member,
        count: int = domain.USUAL_SUGGESTIONS,
        key: str | None = None,
        *,
        mood: Mood = Mood.BALANCED,
    ) -> tuple[Entry, ...]:
        """Suggests songs for the room, best first, and keeps them as a ballot that can be voted on.

        Raises:
            NothingToSuggest: every song known is queued, played, offered or unwanted.
        """
        count = min(max(count, 1), domain.MOST_SUGGESTIONS)
        return await self._offer(room, member, key, count, mood)

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
            NothingToSuggest: every song known is queued, played, offered or unwanted.
        """
        known, unknown = self._catalogue.vibe(text)
        ballot = await self._offer(room, member, key, domain.USUAL_SUGGESTIONS, mood, known)
        return Vibe(ballot, tuple(known), tuple(unknown))

    async def _offer(
        self,
        room: Room,
        member: Member,
        key: str | None,
        count: int,
        mood: Mood,
        words: Sequence[str] = (),
    ) -> tuple[Entry, ...]:
        suggestions = await self._suggested(room, count, words, mood)
        async with self._desk(room, member, key) as desk:
            if desk.done:
                return tuple(await desk.tx.offered(desk.done.id))
            suggestions = await self._still_new(desk, suggestions)
            if not suggestions:
                raise NothingToSuggest
            change = Change(0, "next", None, None, 0)
            number = await desk.tx.record(desk.party.id, member, change, desk.now_ms, key)
            return tuple(await desk.tx.insert_suggestions(desk.party.id, number, suggestions, desk.now_ms))

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
            BallotClosed: it was suggested too long ago.
            ValueError: another value than -1, 0 or +1, which only a fault of the caller's can bring.
        """
        if value not in {-1, 0, +1}:
            raise ValueError(value)
        twice = toggle and self._just_pressed((room, member.user_id, entry_id, value), key)
        async with self._desk(room, member, key, entry_id) as desk:
            entry = await desk.entry(entry_id)
            if desk.done:
                done = await desk.entry(desk.done.entry_id or 0)
                now_voted = done.votes.get(member.user_id, 0)
                return Voted(done, now_voted, taken_up=False, ballot=await desk.ballot(entry))
            if entry.state not in {State.SUGGESTED, State.QUEUED, State.PLAYING}:
                raise AlreadyOver
            if domain.expired(entry, desk.now_ms):
                raise BallotClosed
            ballot = entry
            if entry.state is State.SUGGESTED:  # somebody may have added the song by hand meanwhile
                entry = await desk.twin(entry.track) or entry
            if twice and not desk.done:
                return Voted(entry, value, taken_up=False, ballot=await desk.ballot(ballot))
            if toggle and entry.votes.get(member.user_id) == value:
                value = 0
            shown = await desk.ballot(ballot)
            silent = entry.state is State.SUGGESTED and await desk.playing() is None
            voted = await desk.vote(entry, value)
            taken_up = voted.state is not entry.state
            if taken_up and silent:  # another song of the ballot may have started
                shown = await desk.ballot(ballot)
            return Voted(voted, value, taken_up, tuple(voted if e.id == voted.id else e for e in shown))

    @finished
    async def skip(
        self, room: Room, member: Member, key: str | None = None, entry_id: int | None = None
    ) -> Skipped:
        """Votes to skip what plays; once enough of the people there agree the next song starts.

        Raises:
            NothingPlaying: there is nothing to skip.
            AlreadyOver: something else plays than the entry that was meant. Without one, whoever asks right
                after a skip meant the song that was skipped.
        """
        async with self._desk(room, member, key) as desk:
            if desk.done:
                return await desk.skipped(await desk.entry(desk.done.entry_id or 0))
            playing = await desk.playing()
            if playing is None:
                raise NothingPlaying
            if entry_id not in {None, playing.id} or (entry_id is None and await self._just_skipped(desk)):
                raise AlreadyOver
            outcome = await desk.ask_to_skip(playing)
            if not outcome.enough:
                return outcome
            await desk.end(playing, State.SKIPPED)
            return await desk.skipped(playing)

    def _just_pressed(self, press: Press, key: str | None) -> bool:
        """Whether this is the second half of a double click: by when it came in, not when its turn is."""
        now_ms = self.now_ms()
        before_ms, before_key = self._presses.pop(press, (-domain.ONE_PRESS_MS, None))
        if len(self._presses) >= MOST_PRESSES:
            self._presses.clear()
        self._presses[press] = now_ms, key
        delivered_again = key is not None and key == before_key
        return now_ms - before_ms < domain.ONE_PRESS_MS and not delivered_again

    async def _just_skipped(self, desk: MemberDesk) -> bool:
        for last in await desk.tx.history(desk.party.id, 1):
            lately = desk.now_ms - (last.ended_ms or 0) < domain.ONE_SKIP_MS
            if last.state is State.SKIPPED and lately:
                return desk.member.user_id not in await desk.tx.skippers(last.id)
        return False

    @finished
    async def remove(self, room: Room, member: Member, entry_id: int, key: str | None = None) -> Entry:
        """Takes a song out of the queue; only who added it and moderators may.

        Raises:
            NoSuchEntry: it is not, or no longer, queued or playing in this party.
            NotYours: somebody else added it.
        """
        async with self._desk(room, member, key) as desk:
            if desk.done:
                return await desk.entry(desk.done.entry_id or 0)
            entry = await desk.entry(entry_id)
            if entry.state not in {State.QUEUED, State.PLAYING}:
                raise NoSuchEntry
            if entry.added_by != member and not desk.moderates:
                raise NotYours
            await desk.record("remove", entry)
            await desk.end(entry, State.REMOVED)
            return await desk.entry(entry_id)

    @finished
    async def clear(self, room: Room, member: Member, key: str | None = None) -> int:
        """Takes every waiting song out, whoever added it; says how many.

        Raises:
            ModeratorsOnly: anybody else asked.
        """
        async with self._desk(room, member, key) as desk:
            if not desk.moderates:
                raise ModeratorsOnly
            if desk.done:
                return desk.done.vote_before
            gone = await desk.clear()
            if gone:
                await desk.record("clear", gone[0], len(gone))
            return len(gone)

    @finished
    async def move(
        self, room: Room, member: Member, entry_id: int, place: int, key: str | None = None
    ) -> Moved:
        """Gives a waiting song a place in the queue, which votes no longer change; 1 is next.

        Raises:
            ModeratorsOnly: anybody else asked.
            NoSuchEntry: it is not, or no longer, queued in this party.
        """
        async with self._desk(room, member, key) as desk:
            if not desk.moderates:
                raise ModeratorsOnly
            entry = await desk.entry(entry_id)
            if entry.state is not State.QUEUED:
                raise NoSuchEntry
            if not desk.done:
                await desk.record("move", entry, entry.pin or 0)
                await desk.tx.pin(entry.id, min(max(place, 1), domain.LONGEST_QUEUE))
            return Moved(entry, (await desk.added(entry_id)).place)

    @finished
    async def undo(self, room: Room, member: Member, key: str | None = None) -> Undone:
        """Takes back the member's latest add, import, vote, removal, wish to skip, move or clearing.

        Raises:
            NothingToUndo: there is none, or its song is over.
        """
        async with self._desk(room, member, key) as desk:
            if desk.done:
                entry = await desk.entry(desk.done.entry_id or 0)
                return Undone(desk.done.kind.removeprefix(UNDO), entry, desk.done.vote_before)
            last = await desk.tx.last_undoable(desk.party.id, member)
            if last is None:
                raise NothingToUndo
            entry = await desk.entry(last.entry_id or 0)
            songs = await desk.revert(last, entry)
            await desk.tx.mark_undone(last.id)
            await desk.record(f"{UNDO}{last.kind}", entry, songs)
            return Undone(last.kind, await desk.entry(entry.id), songs)

    @finished
    async def play_on(self) -> None:
        """Ends the songs whose time is up or that enough want to skip, and starts the next ones."""
        async with self._store.transaction() as tx:
            over = [(room, self._end_song) for room in await tx.overdue(self.now_ms(), domain.GRACE_MS)]
            wished = [(room, self._settle_skip) for room in await tx.unsettled()]
        for room, work in (*over, *wished):
            try:
                await work(room)
            except Exception:
                log.exception("The clock could not play on in %s; it tries again.", room)

    async def _settle_skip(self, room: Room) -> None:
        """Skips what plays where those who want it have become enough, because others have left."""
        async with self._read(room) as desk:
            playing = await desk.playing()
            if playing is None or not (await desk.skipped(playing)).enough:
                return
        async with self._changing(room) as desk:
            if playing == await desk.playing():
                await desk.end(playing, State.SKIPPED)

    async def _end_song(self, room: Room) -> None:
        async with self._read(room) as desk:
            began_ms = domain.began_ms(desk.party.started_ms, desk.party.active_ms, desk.now_ms)
            if began_ms != desk.party.started_ms:  # the clock stood still while the party ended: it stays so
                if playing := await desk.playing():
                    await desk.tx.move(playing.id, State.PLAYING, State.PLAYED, now_ms=desk.now_ms)
                return
        async with self._changing(room) as desk:
            playing = await desk.playing()
            grace_ms = domain.GRACE_MS if desk.party.playback is not None else 0
            if playing and playing.ends_ms is not None and playing.ends_ms + grace_ms <= desk.now_ms:
                await desk.end(playing, State.PLAYED)

    async def keep_time(self) -> None:
        """Plays on for as long as it runs; a fault is logged and the clock goes on."""
        while True:
            try:
                await self.play_on()
                await self.roll_on()
            except Exception:
                log.exception("The clock could not play on; it tries again.")
            await asyncio.sleep(TICK_S)
