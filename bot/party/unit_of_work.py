"""What every use case stands on: the party's clock, and transactions on one room's party.

A transaction reads or writes. Whoever only reads cannot change anything. After one that writes everybody is
told if, and only if, something was written that people see, whoever wrote it.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable, Collection, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from bot.party.ending import keep_night
from bot.party.errors import Interrupted, KeptOut, PartyError, PerhapsSaved
from bot.party.notices import Notices
from bot.party.patience import patience, patient
from bot.party.reader import PartyReader
from bot.party.rules.lifetime import began_ms
from bot.party.rules.moderation import is_kept_out
from bot.party.shares import counted
from bot.party.transactions import Store
from bot.party.words import Member, Outlet, PartyRecord, Room, Rules
from bot.party.writer import MemberWriter, PartyWriter

log = logging.getLogger(__name__)

Args = ParamSpec("Args")
Result = TypeVar("Result")

MOST_RULES = 20_000
"""The rules of so many rooms are remembered; they are asked for at every request, before the database is."""
MANY = 10
"""With more use cases under way than these, the next one has to wait."""
TOUCH_EVERY_MS = 1_000
"""A party's last activity is kept to the second: half a day decides whether it is over."""

Listeners = Callable[[Room, str], Collection[str] | None]
"""Who is in a voice channel now: the room and the channel's id in, the user_ids of people out.

None where this process does not see the room's server.
"""
Serves = Callable[[Room], bool]


class HasUnit(Protocol):
    """Use cases that stand on a unit of work."""

    @property
    def unit(self) -> UnitOfWork:
        """It."""


Self = TypeVar("Self", bound=HasUnit)


class NoParty(Exception):
    """There is no party in a room: nobody has begun one, or the bot has left it."""


def finished(
    use_case: Callable[Concatenate[Self, Args], Coroutine[Any, Any, Result]],
) -> Callable[Concatenate[Self, Args], Coroutine[Any, Any, Result]]:
    """Runs a use case to its end though its caller is cancelled: no transaction is left half done.

    Where the database is away for a moment it is run again: all that it does is under the request's key, or
    follows from how the party stands.
    """
    again = patient(use_case)

    @functools.wraps(use_case)
    async def run(self: Self, /, *args: Args.args, **kwargs: Args.kwargs) -> Result:
        running = self.unit.running
        task = asyncio.ensure_future(counted(again(self, *args, **kwargs)))
        running.add(task)
        task.add_done_callback(running.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_log_fault)
            raise
        finally:
            del task  # it holds its error, whose traceback holds this frame: a circle

    return run


def _log_fault(task: asyncio.Task[Any]) -> None:
    """Logs what nobody waits for any more, if it is a fault."""
    error = None if task.cancelled() else task.exception()
    if error is not None and not isinstance(error, PartyError):
        log.error("A task failed after its caller had given up on it.", exc_info=error)


class UnitOfWork:
    """Opens transactions on one room's party, and says when one has changed it."""

    def __init__(self, store: Store, notices: Notices, clock: Callable[[], float] = time.time) -> None:
        self.store = store
        self.notices = notices
        self.clock = clock
        self._listeners: dict[str, Listeners] = {}
        self._served: dict[str, Serves] = {}
        self._rules: dict[Room, Rules] = {}
        self._outlets: dict[Room, Outlet | None] = {}
        self.running: set[asyncio.Task[Any]] = set()  # the loop itself holds tasks only weakly

    @property
    def busy(self) -> bool:
        """Whether so much is under way that an answer takes longer than usual."""
        return len(self.running) > MANY

    async def close(self) -> None:
        """Waits for the use cases under way."""
        await asyncio.gather(*self.running, return_exceptions=True)

    def now_ms(self) -> int:
        """The party's time."""
        return int(self.clock() * 1000)

    def count_listeners(self, platform: str, listeners: Listeners) -> None:
        """Asks `listeners` who is in a voice channel of this platform."""
        self._listeners[platform] = listeners

    def serve(self, platform: str, ours: Serves) -> None:
        """Has `ours` say which rooms of this platform are served by a front door of this process."""
        self._served[platform] = ours

    def serves(self, room: Room) -> bool:
        """Whether a room is this process' own; without the front door of a chat all rooms are."""
        ours = self._served.get(room.platform)
        return ours(room) if ours else room.platform == "web" or not self._served

    def remembered_rules(self, room: Room) -> Rules | None:
        """What the room has chosen, if that is in memory."""
        return self._rules.get(room)

    def remember_rules(self, room: Room, rules: Rules) -> None:
        """Keeps in memory what a room has chosen."""
        if len(self._rules) >= MOST_RULES:
            self._rules.clear()
        self._rules[room] = rules

    def forget_rules(self, room: Room) -> None:
        """Has a room's choice read anew: another process may have changed it, or the room is gone."""
        self._rules.pop(room, None)
        self._outlets.pop(room, None)

    def remembered_outlet(self, room: Room) -> tuple[Outlet | None] | None:
        """What the room's party sounds from, if that is in memory: as the last look at it has seen it."""
        return (self._outlets[room],) if room in self._outlets else None

    def _remember_outlet(self, room: Room, record: PartyRecord) -> None:
        if len(self._outlets) >= MOST_RULES:
            self._outlets.clear()
        self._outlets[room] = record.playback.outlet if record.playback else None

    @asynccontextmanager
    async def reading(self, room: Room) -> AsyncIterator[PartyReader]:
        """A party to look at, and only that: as it stood when the last change was committed."""
        async with self.store.reading() as tx:
            now_ms = self.now_ms()
            record = _of_now(await tx.parties.open(room, now_ms), now_ms)
            if room not in self._rules:  # what somebody chose meanwhile is newer than what was seen here
                self.remember_rules(room, record.rules)
            self._remember_outlet(room, record)
            yield PartyReader(tx, record, now_ms, self._who_listens(room, record))

    @asynccontextmanager
    async def writing(self, room: Room, *, make: bool = True) -> AsyncIterator[PartyWriter]:
        """A party that changes by itself; nobody else changes it meanwhile.

        Raises:
            NoParty: it is not there, or no more, and it was not to `make` one.
        """
        try:
            async with self.store.writing() as tx:
                now_ms = self.now_ms()
                record = _of_now(await tx.parties.open(room, now_ms, make=make), now_ms)
                if not record.id:
                    raise NoParty
                self.remember_rules(room, record.rules)
                party = PartyWriter(tx, record, now_ms, self._who_listens(room, record))
                yield party
                if tx.changed and not party.over:
                    # A party that goes on by itself is not over; who was out of touch hears of it by this.
                    await tx.parties.touch(party.id, record.started_ms, now_ms)
        except PerhapsSaved:
            self.notices.changed(room)  # perhaps it has
            raise
        if tx.changed:
            self._outlets.pop(room, None)
            self.notices.changed(room)

    @asynccontextmanager
    async def writing_for(
        self, room: Room, member: Member, key: str | None, entry_id: int | None = None
    ) -> AsyncIterator[MemberWriter]:
        """A party that a member changes, once for each key; `entry_id` is what it is about, if known.

        Raises:
            KeptOut: a moderator has blocked the member here.
            Interrupted: nothing was done, and the same once more may succeed.
            PerhapsSaved: nobody could say within the request's patience whether it was.
        """
        if key is None and self.store.shared:
            key = secrets.token_hex(16)  # by which to find out whether the change was kept
        try:
            async with self.store.writing() as tx:
                now_ms = self.now_ms()
                found, done = await tx.parties.enter(room, now_ms, member, key, entry_id)
                record = _of_now(found, now_ms)
                self.remember_rules(room, record.rules)
                if is_kept_out(member, record.rules, record.blocked):
                    raise KeptOut(room)
                party = MemberWriter(tx, record, now_ms, self._who_listens(room, record), member, key, done)
                if record.playback != found.playback:
                    await tx.playbacks.drop(party.id)
                # What comes again says nothing of whether the party goes on: it may have ended it.
                kept = await keep_night(party) if party.over and not done else ""
                if not done and (party.over or now_ms - record.active_ms >= TOUCH_EVERY_MS):
                    await party.tx.parties.touch(party.id, party.began_ms, now_ms)
                yield party
        except PerhapsSaved:
            await self._settle(room, member, key)
        if tx.changed:
            self._outlets.pop(room, None)
            self.notices.changed(room)
        if kept:
            self.notices.over(room, kept)

    async def _settle(self, room: Room, member: Member, key: str | None) -> None:
        """Finds out whether a change was kept: then the diary has its key.

        Whoever asks for the party waits for its row, so what still goes on there is over by then.

        Raises:
            Interrupted: it was not.
            PerhapsSaved: that cannot be found out.
        """
        left = patience()
        while True:
            try:
                async with self.store.writing() as tx:
                    _, done = await tx.parties.enter(room, self.now_ms(), member, key)
            except Interrupted:
                if not await left.again():
                    raise PerhapsSaved from None
            else:
                break
        if done is None:
            raise Interrupted

    def _who_listens(self, room: Room, record: PartyRecord) -> frozenset[str] | None:
        if not record.rules.voice:
            return frozenset()
        listeners = self._listeners.get(room.platform)
        found = listeners(room, record.rules.voice) if listeners else None
        return None if found is None else frozenset(found)


def _of_now(record: PartyRecord, now_ms: int) -> PartyRecord:
    """A party without the host of one that is over: nobody's device plays the next one unasked."""
    over = began_ms(record.started_ms, record.active_ms, now_ms) != record.started_ms
    return replace(record, playback=None) if over and record.playback else record
