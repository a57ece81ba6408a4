"""What every use case stands on: the party's clock, its transactions, and who is told of a change."""

from __future__ import annotations

import asyncio
import functools
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Concatenate, ParamSpec, TypeVar

from bot.party import domain, links
from bot.party.desk import Desk, MemberDesk
from bot.party.domain import Member, PartyRecord, Room, Rules, Track
from bot.party.errors import NoSpotify, PartyError, UnknownLink
from bot.party.ports import Catalogue, Recommender, Store
from bot.playback.ports import Music

log = logging.getLogger(__name__)

Args = ParamSpec("Args")
Result = TypeVar("Result")
Self = TypeVar("Self", bound="Service")

MOST_RULES = 20_000
"""The rules of so many rooms are remembered; they are asked for at every request, before the database is."""

MANY = 10
"""With more use cases under way than these, the next one has to wait for its turn."""

TOUCH_EVERY_MS = 1_000
"""A party's last activity is kept to the second: half a day decides whether it is over."""

Present = Callable[[Room, str], Collection[str]]
"""Who is in a voice channel now: the room and the channel's id in, the user_ids of people out."""

Whisper = Callable[[Member, PartyError], Awaitable[bool]]
"""Tells a member something in private; False if that cannot be."""


def finished(
    use_case: Callable[Concatenate[Self, Args], Coroutine[Any, Any, Result]],
) -> Callable[Concatenate[Self, Args], Coroutine[Any, Any, Result]]:
    """Runs a use case to its end though its caller is cancelled: no transaction is left half done."""

    @functools.wraps(use_case)
    async def run(self: Self, /, *args: Args.args, **kwargs: Args.kwargs) -> Result:
        task = asyncio.ensure_future(use_case(self, *args, **kwargs))
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_looked_at)
            raise

    return run


def _looked_at(task: asyncio.Task[Any]) -> None:
    """What nobody waits for any more is told to the log, if it is a fault."""
    error = None if task.cancelled() else task.exception()
    if error is not None and not isinstance(error, PartyError):
        log.error("What a caller had given up has failed.", exc_info=error)


class Service:
    """Opens transactions on one room's party and tells the watchers when one has changed it."""

    def __init__(
        self,
        store: Store,
        catalogue: Catalogue,
        recommender: Recommender,
        clock: Callable[[], float] = time.time,
        music: Music | None = None,
    ) -> None:
        self._store = store
        self._catalogue = catalogue
        self._recommender = recommender
        self._clock = clock
        self._spotify = music
        self._tellers: list[Callable[[Room, PartyError], None]] = []
        self._whispers: dict[str, Whisper] = {}
        self._watchers: list[Callable[[Room], None]] = []
        self._present: dict[str, Present] = {}
        self._rules: dict[Room, Rules] = {}
        self._presses: dict[tuple[Room, str, int, int], tuple[int, str | None]] = {}
        self.running: set[asyncio.Task[Any]] = set()  # the loop itself holds tasks only weakly

    @property
    def busy(self) -> bool:
        """Whether so much is under way that an answer takes longer than usual."""
        return len(self.running) > MANY

    def watch(self, changed: Callable[[Room], None]) -> None:
        """Calls `changed(room)` after every committed change of a party."""
        self._watchers.append(changed)

    def hear(self, said: Callable[[Room, PartyError], None]) -> None:
        """Calls `said(room, error)` for what a whole room should be told in words."""
        self._tellers.append(said)

    def say(self, room: Room, error: PartyError) -> None:
        """Tells a room, in words, what has happened to its party."""
        for said in self._tellers:
            said(room, error)

    def whisper_by(self, platform: str, whisper: Whisper) -> None:
        """Has members of this platform told things in private by `whisper`."""
        self._whispers[platform] = whisper

    async def whisper(self, member: Member, error: PartyError) -> bool:
        """Tells a member something in private, and says whether that was possible."""
        whisper = self._whispers.get(member.platform)
        return whisper is not None and await whisper(member, error)

    @property
    def has_spotify(self) -> bool:
        """Whether members can connect accounts here."""
        return self._spotify is not None

    def attend(self, platform: str, present: Present) -> None:
        """Asks `present` who is in a voice channel of this platform."""
        self._present[platform] = present

    def tell(self, room: Room) -> None:
        """Tells the watchers that a party has changed, here or in another process."""
        for changed in self._watchers:
            changed(room)

    def changed_elsewhere(self, room: Room) -> None:
        """Takes note of a change that another process has made."""
        self._rules.pop(room, None)
        self.tell(room)

    async def close(self) -> None:
        """Waits for the use cases under way."""
        await asyncio.gather(*self.running, return_exceptions=True)

    def _music(self) -> Music:
        if self._spotify is None:
            raise NoSpotify
        return self._spotify

    async def _resolve(self, text: str) -> Track:
        """The song that a text or link means, looked up at Spotify where only a link says what it is."""
        try:
            return await self._catalogue.resolve(text)
        except UnknownLink:
            link = links.read(text)
            if link is None or link.kind is not links.Kind.TRACK or self._spotify is None:
                raise
            return await self._spotify.song(link.id)

    def now_ms(self) -> int:
        """The party's time."""
        return int(self._clock() * 1000)

    def _here(self, room: Room, record: PartyRecord) -> frozenset[str]:
        """Who is in the room's voice channel now."""
        present = self._present.get(room.platform)
        return frozenset(present(room, record.rules.voice)) if present else frozenset()

    def _remember(self, room: Room, rules: Rules) -> None:
        if len(self._rules) >= MOST_RULES:
            self._rules.clear()
        self._rules[room] = rules

    @asynccontextmanager
    async def _look(self, room: Room) -> AsyncIterator[Desk]:
        """A party to look at, and only that: as it stood when the last change was committed."""
        async with self._store.reading() as tx:
            now_ms = self.now_ms()
            record = _of_now(await tx.party(room, now_ms), now_ms)
            if room not in self._rules:  # what somebody chose meanwhile is newer than what was seen here
                self._remember(room, record.rules)
            yield Desk(tx, record, now_ms, self._here(room, record))

    @asynccontextmanager
    async def _read(self, room: Room) -> AsyncIterator[Desk]:
        """A party that may not change meanwhile: nobody counts as active for it, and nobody is told."""
        async with self._store.transaction() as tx:
            now_ms = self.now_ms()
            record = _of_now(await tx.party(room, now_ms), now_ms)
            self._remember(room, record.rules)
            yield Desk(tx, record, now_ms, self._here(room, record))

    @asynccontextmanager
    async def _changing(self, room: Room) -> AsyncIterator[Desk]:
        """A party that changes by itself."""
        async with self._read(room) as desk:
            yield desk
            # A party that goes on by itself is not over, and who was out of touch hears of it by this.
            await desk.tx.touch(desk.party.id, desk.party.started_ms, desk.now_ms)
            await desk.tx.announce(room)
        self.tell(room)

    @asynccontextmanager
    async def _desk(
        self, room: Room, member: Member, key: str | None, entry_id: int | None = None
    ) -> AsyncIterator[MemberDesk]:
        """A party that a member changes, once for each key; `entry_id` is what it is about, if known."""
        async with self._store.transaction() as tx:
            now_ms = self.now_ms()
            found, done = await tx.enter(room, now_ms, member, key, entry_id)
            party = _of_now(found, now_ms)
            self._remember(room, party.rules)
            if party.playback != found.playback:
                await tx.drop_playback(party.id)
            began_ms = domain.began_ms(party.started_ms, party.active_ms, now_ms)
            if began_ms != party.started_ms or now_ms - party.active_ms >= TOUCH_EVERY_MS:
                await tx.touch(party.id, began_ms, now_ms)
            yield MemberDesk(tx, party, now_ms, self._here(room, party), member, key, done)
            if not done:
                await tx.announce(room)
        if not done:
            self.tell(room)


def _of_now(record: PartyRecord, now_ms: int) -> PartyRecord:
    """A party without the host of one that is over: nobody's device plays the next one unasked."""
    over = domain.began_ms(record.started_ms, record.active_ms, now_ms) != record.started_ms
    return replace(record, playback=None) if over and record.playback else record
