"""The use cases of a party, the same for every front door.

Every change is one transaction of the store: it happens whole, once, and for good, or not at all. A change
carries the idempotency key of the delivery that asked for it; the same key again changes nothing and gets
the answer as things stand now. Reading the catalogue and the model happens outside any transaction.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar

from bot import domain
from bot.desk import Desk, MemberDesk
from bot.domain import (
    Added,
    Entry,
    Member,
    Mood,
    Party,
    Room,
    Skipped,
    State,
    Track,
    Undone,
    Vibe,
    Voted,
)
from bot.errors import (
    AlreadyOver,
    ModeratorsOnly,
    NoSuchEntry,
    NothingPlaying,
    NothingToSuggest,
    NothingToUndo,
    NotYours,
    QueueFull,
)
from bot.ports import Catalogue, Recommender, Store

log = logging.getLogger(__name__)

Args = ParamSpec("Args")
Result = TypeVar("Result")

UNDO = "undo "
"""Stands before the kind of what an undo took back, in the diary."""
TICK_S = 1.0
"""How often the clock looks for songs that are over, in seconds."""


def finished(
    use_case: Callable[Concatenate[PartyService, Args], Coroutine[Any, Any, Result]],
) -> Callable[Concatenate[PartyService, Args], Coroutine[Any, Any, Result]]:
    """Runs a use case to its end though its caller is cancelled: no transaction is left half done."""

    @functools.wraps(use_case)
    async def run(self: PartyService, /, *args: Args.args, **kwargs: Args.kwargs) -> Result:
        task = asyncio.ensure_future(use_case(self, *args, **kwargs))
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        return await asyncio.shield(task)

    return run


class PartyService:
    """What people can do in a room."""

    def __init__(
        self,
        store: Store,
        catalogue: Catalogue,
        recommender: Recommender,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._catalogue = catalogue
        self._recommender = recommender
        self._clock = clock
        self._watchers: list[Callable[[Room], None]] = []
        self.running: set[asyncio.Task[Any]] = set()  # the loop itself holds tasks only weakly

    def watch(self, changed: Callable[[Room], None]) -> None:
        """Calls `changed(room)` after every committed change of a party."""
        self._watchers.append(changed)

    async def search(self, text: str, limit: int = 10) -> list[Track]:
        """Songs as one types, best first."""
        return await self._catalogue.search(text, limit)

    @finished
    async def add(self, room: Room, member: Member, text: str, key: str | None = None) -> Added:
        """Queues the song that a text or link names; a song that waits already gets an up-vote instead.

        Raises:
            EmptyText, TextTooLong, UnknownSong, UnknownLink, QueueFull.
        """
        track = await self._catalogue.resolve(text)
        async with self._desk(room, member, key) as desk:
            if desk.done:
                return await desk.added(desk.done.entry_id)
            twin = await desk.twin(track)
            if twin is not None:
                if twin.added_by != member:
                    await desk.vote(twin, +1)
                return await desk.added(twin.id, again=True)
            if len(await desk.waiting()) >= domain.LONGEST_QUEUE:
                raise QueueFull(domain.LONGEST_QUEUE)
            entry_id = await desk.tx.insert_entry(desk.party.id, track, member, desk.now_ms)
            await desk.record("add", await desk.entry(entry_id))
            await desk.start_next()
            return await desk.added(entry_id)

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
            EmptyText, TextTooLong: there are no words.
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
        now_ms = self._now_ms()
        async with self._store.transaction() as tx:
            party = await tx.party(room, now_ms)
            began_ms = domain.began_ms(party.started_ms, party.active_ms, now_ms)
            heard = await tx.entries(party.id, State, began_ms)
        suggestions = await self._recommender.suggest(
            domain.signals(heard),
            [entry.track for entry in heard if domain.spoken_for(entry, now_ms)],
            count,
            words=words,
            mood=mood,
            served=domain.served(heard),
        )
        async with self._desk(room, member, key) as desk:
            if desk.done:
                return tuple(await desk.tx.offered(desk.done.id))
            # Something may have come in, or been offered, while the model was thinking.
            heard = await desk.tx.entries(party.id, State, began_ms)
            taken = [entry.track for entry in heard if domain.spoken_for(entry, desk.now_ms)]
            suggestions = [
                each for each in suggestions if not any(domain.same_song(each.track, t) for t in taken)
            ]
            if not suggestions:
                raise NothingToSuggest
            number = await desk.record("next")
            await desk.tx.insert_suggestions(desk.party.id, number, suggestions, desk.now_ms)
            return tuple(await desk.tx.offered(number))

    @finished
    async def vote(
        self, room: Room, member: Member, entry_id: int, value: int, key: str | None = None
    ) -> Voted:
        """Votes +1 or -1 on an entry or a suggestion, or takes a vote back (0); the last one counts.

        A suggestion that more people want than not is queued.

        Raises:
            NoSuchEntry: not of this party.
            AlreadyOver: it has been played, skipped or removed.
            ValueError: another value than -1, 0 or +1, which only a fault of the caller's can bring.
        """
        if value not in {-1, 0, +1}:
            raise ValueError(value)
        async with self._desk(room, member, key) as desk:
            entry = await desk.entry(entry_id)
            if desk.done:
                done = await desk.entry(desk.done.entry_id or 0)
                now_voted = done.votes.get(member.user_id, 0)
                return Voted(done, now_voted, taken_up=False, ballot=await desk.ballot(entry))
            if entry.state not in {State.SUGGESTED, State.QUEUED, State.PLAYING}:
                raise AlreadyOver
            ballot = entry
            if entry.state is State.SUGGESTED:  # somebody may have added the song by hand meanwhile
                entry = await desk.twin(entry.track) or entry
            voted = await desk.vote(entry, value)
            taken_up = voted.state is not entry.state
            return Voted(voted, value, taken_up, await desk.ballot(ballot))

    @finished
    async def skip(
        self, room: Room, member: Member, key: str | None = None, entry_id: int | None = None
    ) -> Skipped:
        """Votes to skip what plays; with more than half of the people active the next song starts.

        Raises:
            NothingPlaying: there is nothing to skip.
            AlreadyOver: something else plays than the entry that was meant.
        """
        async with self._desk(room, member, key) as desk:
            if desk.done:
                return await desk.skipped(await desk.entry(desk.done.entry_id or 0))
            playing = await desk.playing()
            if playing is None:
                raise NothingPlaying
            if entry_id not in {None, playing.id}:
                raise AlreadyOver
            new = await desk.tx.add_skip(playing.id, member)
            await desk.record("skip" if new else "skip again", playing)
            outcome = await desk.skipped(playing)
            if outcome.votes >= outcome.needed:
                await desk.end(playing, State.SKIPPED)
            return await desk.skipped(playing)

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
            if entry.added_by != member and not member.moderator:
                raise NotYours
            await desk.record("remove", entry)
            await desk.end(entry, State.REMOVED)
            return await desk.entry(entry_id)

    @finished
    async def undo(self, room: Room, member: Member, key: str | None = None) -> Undone:
        """Takes back the member's latest add, vote, removal or wish to skip that nobody has undone.

        Raises:
            NothingToUndo: there is none, or its song is over.
        """
        async with self._desk(room, member, key) as desk:
            if desk.done:
                return Undone(desk.done.kind.removeprefix(UNDO), await desk.entry(desk.done.entry_id or 0))
            last = await desk.tx.last_undoable(desk.party.id, member)
            if last is None:
                raise NothingToUndo
            entry = await desk.entry(last.entry_id or 0)
            await desk.revert(last, entry)
            await desk.tx.mark_undone(last.id)
            await desk.record(f"{UNDO}{last.kind}", entry)
            return Undone(last.kind, await desk.entry(entry.id))

    @finished
    async def share(self, room: Room, member: Member, on: bool, key: str | None = None) -> bool:
        """Lets a model be trained on the room's songs, past parties included, or no longer; says how it is.

        Raises:
            ModeratorsOnly: anybody else asked.
        """
        if not member.moderator:
            raise ModeratorsOnly
        async with self._desk(room, member, key) as desk:
            if desk.done:
                return desk.party.shared
            await desk.record("share" if on else "unshare")
            await desk.tx.share(desk.party.id, on)
            return on

    @finished
    async def shared(self, room: Room) -> bool:
        """Whether a model may be trained on the room's songs."""
        async with self._store.transaction() as tx:
            return (await tx.party(room, self._now_ms())).shared

    @finished
    async def party(self, room: Room, history: int = 20) -> Party:
        """What plays, what waits, what is suggested and what was."""
        async with self._store.transaction() as tx:
            now_ms = self._now_ms()
            record = await tx.party(room, now_ms)
            desk = Desk(tx, record, now_ms)
            waiting = await desk.waiting()
            ballot = await tx.ballot(record.id)
            playing = next((entry for entry in waiting if entry.state is State.PLAYING), None)
            return Party(
                playing=playing,
                queue=domain.in_order(entry for entry in waiting if entry.state is State.QUEUED),
                ballot=tuple(domain.still_open(ballot, waiting)),
                history=tuple(await tx.history(record.id, history)),
                skippers=await tx.skippers(playing.id) if playing else frozenset(),
                skips_needed=await desk.skips_needed(),
            )

    @finished
    async def play_on(self) -> None:
        """Ends the songs whose time is up, in every room, and starts the next ones."""
        async with self._store.transaction() as tx:
            rooms = await tx.overdue(self._now_ms())
        for room in rooms:
            try:
                await self._end_song(room)
            except Exception:
                log.exception("The clock could not play on in %s; it tries again.", room)

    async def _end_song(self, room: Room) -> None:
        async with self._store.transaction() as tx:
            now_ms = self._now_ms()
            party = await tx.party(room, now_ms)
            desk = Desk(tx, party, now_ms)
            playing = await desk.playing()
            if playing and (playing.ends_ms or 0) <= now_ms:
                await desk.end(playing, State.PLAYED)
                await tx.touch(party.id, party.started_ms, now_ms)  # a party that plays is not over
        self._tell(room)

    async def keep_time(self) -> None:
        """Plays on for as long as it runs; a fault is logged and the clock goes on."""
        while True:
            try:
                await self.play_on()
            except Exception:
                log.exception("The clock could not play on; it tries again.")
            await asyncio.sleep(TICK_S)

    async def close(self) -> None:
        """Waits for the use cases under way."""
        await asyncio.gather(*self.running, return_exceptions=True)

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)

    def _tell(self, room: Room) -> None:
        for changed in self._watchers:
            changed(room)

    @asynccontextmanager
    async def _desk(self, room: Room, member: Member, key: str | None) -> AsyncIterator[MemberDesk]:
        async with self._store.transaction() as tx:
            now_ms = self._now_ms()
            party = await tx.party(room, now_ms)
            await tx.touch(party.id, domain.began_ms(party.started_ms, party.active_ms, now_ms), now_ms)
            done = await tx.claimed(party.id, key) if key else None
            yield MemberDesk(tx, party, now_ms, member, key, done)
        if not done:
            self._tell(room)
