"""Live cards, the same for every chat: one message a room that always shows its party as it stands.

A card is edited in place, at most every so often however much happens, and posted anew at the bottom once the
conversation has carried it away. The database knows which message it is, so a restart finds it again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from abc import abstractmethod
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from bot.doors.pauses import Pauses
from bot.party.limits import PARTY_ENDS_AFTER_MS
from bot.party.shares import working_for
from bot.party.words import Party, Room
from bot.service import PartyService

log = logging.getLogger(__name__)

IN_A_RUSH = 3.0
"""So many times as long a card rests at most while there is a rush."""
LOOK_AGAIN_S = 0.1
"""How often is looked whether the rush is over."""
READ_AT_ONCE = 4
"""How many cards are read from the database at once: people's requests stand in line behind no more."""


class Gone(Exception):
    """The message is not there for us any more."""


class RoomGone(Gone):
    """The channel is not there any more, and its party is over."""


class Waits(Exception):
    """The chat takes no card before somebody says something there.

    Args:
        anew: whether the card is posted anew then, in place of being edited.
    """

    def __init__(self, *, anew: bool = False) -> None:
        super().__init__("until somebody says something there")
        self.anew = anew


class Later(Exception):
    """The chat could not take the card now.

    Args:
        seconds: after so many it is tried again.
        kind: what is the matter, the same text for all rooms that it happens to.
        grows: whether the next pause is twice as long.
    """

    def __init__(self, seconds: float, kind: str = "the chat is busy", *, grows: bool = False) -> None:
        super().__init__(f"{kind}; again in {seconds:g} s")
        self.seconds = seconds
        self.kind = kind
        self.grows = grows


class LiveCards:
    """Keeps the cards of all rooms of one chat up to date."""

    platform: str
    scrolled_away: int | None = None  # after so many messages below it a card is posted anew

    def __init__(self, party: PartyService) -> None:
        self.party = party
        self._cards: dict[Room, str] = {}  # what the database knows, as far as it was asked
        self._pages: dict[Room, int] = {}
        self._below: dict[Room, int] = {}  # how many messages came after the card; known of who has one
        self._opened_ms = party.now_ms()
        self._posted_ms: dict[Room, int] = {}  # when the card was posted or taken away, of what is known
        self._shown: dict[Room, float] = {}  # when the card of a room was last sent
        self._waiting: dict[Room, bool] = {}  # for somebody to say something; whether to post anew then
        self._anew: set[Room] = set()  # the next time these cards are posted, not edited
        self._pauses = Pauses()
        self._turns: dict[Room, asyncio.Lock] = {}
        self._dirty: set[Room] = set()
        self._tasks: dict[Room, asyncio.Task[None]] = {}
        self._reading = asyncio.Semaphore(READ_AT_ONCE)
        self._closed = False
        party.notices.on_change(self.note)
        party.unit.serve(self.platform, self.is_ours)
        party.vitals.figure(
            "card_edits_waiting", "Cards to be shown anew", lambda: len(self._dirty), door=self.platform
        )

    @property
    @abstractmethod
    def every_s(self) -> float:
        """How long a card rests between two edits, in seconds."""

    @abstractmethod
    def is_ours(self, room: Room) -> bool:
        """Whether this process serves the room."""

    @abstractmethod
    async def send(self, room: Room, party: Party, page: int) -> str:
        """Posts a card and returns its id.

        Raises:
            Gone, Waits, Later: it could not be.
        """

    @abstractmethod
    async def edit(self, room: Room, card: str, party: Party, page: int) -> None:
        """Shows the party in a card that is there.

        Raises:
            Gone, Waits, Later: it could not be.
        """

    @abstractmethod
    async def delete(self, room: Room, card: str) -> None:
        """Takes a card away; one that is gone already is no error."""

    def rest_s(self, room: Room) -> float:
        """How long this very card rests between two edits, in seconds."""
        return self.every_s

    @asynccontextmanager
    async def afforded(self, room: Room) -> AsyncIterator[None]:
        """Waits until the chat lets the room's card be shown anew; here as soon as it has rested."""
        yield

    async def close(self) -> None:
        """Stops editing, for good."""
        self._closed = True
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def note(self, room: Room) -> None:
        """Has a room's card shown anew soon."""
        if self._closed or room.platform != self.platform or not self.is_ours(room):
            return
        self._dirty.add(room)
        if room not in self._tasks:
            with working_for(None):  # all who look at it
                self._tasks[room] = asyncio.create_task(self._keep(room), name=f"card {room.channel}")

    def turn(self, room: Room, page: int) -> None:
        """Shows another page of a room's card."""
        self._pages[room] = page
        self.note(room)

    def said(self, room: Room) -> None:
        """Counts a message below a room's card."""
        if room in self._below:
            self._below[room] += 1
        self.heard(room)

    def heard(self, room: Room) -> None:
        """Goes on with a card that waited for somebody to say something."""
        anew = self._waiting.pop(room, None)
        if anew:
            self._anew.add(room)
        if anew is not None:
            self.note(room)

    async def pick_up(self) -> None:
        """Goes on with the cards that an earlier run left, in parties that are not over."""
        since_ms = self.party.now_ms() - PARTY_ENDS_AFTER_MS
        for room in await self.party.cards.rooms(self.platform, since_ms):
            self.note(room)

    async def take(self, room: Room, card: str) -> None:
        """Makes a message the room's card, showing its first page, and takes the one before away."""
        before = await self.party.cards.keep(room, card)
        self._cards[room] = card
        self._waiting.pop(room, None)
        self._anew.discard(room)
        self._shown[room] = time.monotonic()
        self._below[room] = 0
        self._posted_ms[room] = self.party.now_ms()
        if before and before != card:
            await self.delete(room, before)

    async def forget(self, room: Room) -> None:
        """Lets a card go that was taken away: no new one comes by itself before the next party.

        Where another process that serves the room has replaced it, the new one is kept up to date.
        """
        card = await self.card_of(room)
        self._cards[room] = ""
        self._below[room] = 0
        self._posted_ms[room] = self.party.now_ms()
        kept = await self.party.cards.let_go(room, card)
        if kept and not self._cards.get(room):
            self._cards[room] = kept
            self.note(room)

    async def vanished(self, card: str) -> None:
        """Lets a card go that somebody deleted."""
        for room, known in list(self._cards.items()):
            if known == card:
                await self.forget(room)

    async def swept(self, room: Room, cards: Collection[str]) -> None:
        """Brings a card back that went along with other messages: nobody meant it."""
        if await self.card_of(room) in cards:
            await self.forget(room)
            self._anew.add(room)
            self.note(room)

    def leave(self, workspace: str) -> None:
        """Knows nothing more of the rooms of a workspace."""
        known = {*self._cards, *self._pages, *self._below, *self._shown, *self._posted_ms, *self._turns}
        for room in [room for room in known | {*self._waiting} if room.workspace == workspace]:
            self.drop(room)

    def drop(self, room: Room) -> None:
        """Knows nothing more of a room."""
        for known in (self._cards, self._pages, self._below, self._shown, self._posted_ms, self._waiting):
            known.pop(room, None)
        self._turns.pop(room, None)
        self._dirty.discard(room)
        self._anew.discard(room)
        self._pauses.over(room)

    async def card_of(self, room: Room) -> str:
        """The id of a room's card; empty if it has none."""
        known = self._cards.get(room)
        if known is None:
            known = self._cards[room] = await self.party.cards.of(room)
        return known

    @asynccontextmanager
    async def writing(self, room: Room) -> AsyncIterator[None]:
        """One's turn to write to a room's card, once it has rested: the card stays the same meanwhile."""
        async with self._turn(room):
            await asyncio.sleep(self._left_s(room))
            yield
            self._written(room)

    def _turn(self, room: Room) -> asyncio.Lock:
        return self._turns.setdefault(room, asyncio.Lock())

    def _left_s(self, room: Room, times: float = 1.0) -> float:
        return max(0.0, self._shown.get(room, 0.0) + times * self.rest_s(room) - time.monotonic())

    def _written(self, room: Room) -> None:
        # Counted from the answer: the edit may have been taken just before it came.
        self._shown[room] = max(self._shown.get(room, 0.0), time.monotonic())

    def _lets_answers_go_first(self, room: Room) -> bool:
        return self.party.busy and self._left_s(room, IN_A_RUSH) > 0

    async def _keep(self, room: Room) -> None:
        try:
            while room in self._dirty:
                await asyncio.sleep(self._left_s(room))  # outside the turn: who asks for the card goes first
                if self._lets_answers_go_first(room):
                    await asyncio.sleep(LOOK_AGAIN_S)
                    continue
                async with self.afforded(room), self._turn(room):
                    if self._left_s(room) == 0:
                        self._dirty.discard(room)
                        await self._refresh(room)
                        if room in self._cards:  # else it is gone
                            self._written(room)
        except Exception:
            log.exception("The card in %s could not be shown.", room)
        finally:
            del self._tasks[room]

    async def _refresh(self, room: Room) -> None:
        async with self._reading:
            card = await self.card_of(room)
            party = await self.party.insight.now(room, history=0)
        due = card or party.playing or party.automatic or room in self._anew
        if not self.is_ours(room) or room in self._waiting or not due:
            return
        try:
            await self._show(room, card, party)
        except RoomGone:
            await self.party.leave_rooms(room.platform, room.workspace, [room.channel])
            self.drop(room)
        except Gone:
            self._pauses.over(room)
            if self._cards.get(room) == card:  # else it was only replaced meanwhile
                await self.forget(room)
        except Waits as waits:
            self._waiting[room] = waits.anew
        except Later as late:
            pause_s = self._pauses.next_s(room, late.kind, late.seconds, grows=late.grows)
            self._shown[room] = time.monotonic() + pause_s
            self._dirty.add(room)
        else:
            self._pauses.over(room)

    async def _show(self, room: Room, card: str, party: Party) -> None:
        page = self._pages.get(room, 0)
        # A party that has just begun gets a card by itself: the last one's lies far above.
        begun = party.started_ms > self._posted_ms.get(room, self._opened_ms)
        begun |= not card and room not in self._below
        begun |= room in self._anew
        away = card and self.scrolled_away and self._below.setdefault(room, 0) >= self.scrolled_away
        if begun or away:
            try:
                sent = await self.send(room, party, page)
            except Waits:
                if not card:
                    raise
            else:
                if self._cards.get(room) != card:  # somebody has asked for it meanwhile
                    await self.delete(room, sent)
                else:
                    await self.take(room, sent)
                return
        if card:
            await self.edit(room, card, party, page)
