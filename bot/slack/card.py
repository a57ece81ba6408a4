"""The live card in Slack, and what plays in a thread under it: see `bot.doors.card`."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from slack_sdk.errors import SlackApiError

from bot.doors.card import Gone, Later, LiveCards
from bot.party.errors import NotHere, PartyError, marked
from bot.party.words import Party, Room
from bot.slack.asked import Slack
from bot.slack.blocks import Json, party_card, sections
from bot.slack.client import Client
from bot.slack.leftovers import Leftovers
from bot.slack.refusals import Fate, meaning, wait_s
from bot.wording.replies import Replies

POST_EVERY_S = 1.0
"""Slack takes about one message a second in a channel (docs, "Rate limits")."""
RETRY_S = 10.0
"""How long a card rests when Slack could not take it; twice as long each time it cannot again."""
LONGEST_RETRY_S = 900.0
MOST_DOUBLINGS = 10
LOOK_S = 600.0
"""How long a card rests that nothing helps until somebody changes something, unless it is asked for."""
MOST_HEARD = 1_000
"""So many rooms are remembered with who did something there last."""

Tell = Callable[[PartyError], Awaitable[None]]
Known = TypeVar("Known")


@dataclass(slots=True)
class _Rest:
    """How long a room's card is left alone after refusals."""

    refusals: int = 0
    until_s: float = 0.0
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Refused(Later):
    """What Slack refused for now: why, in words for people, and what that means for the card."""

    def __init__(self, error: PartyError, fate: Fate, seconds: float) -> None:
        super().__init__(seconds)
        self.error, self.fate = error, fate


class SlackCards(LiveCards):
    """Keeps the cards of all Slack channels up to date.

    All edits of a workspace come out of one budget, see `bot.slack.budget`. A refusal rests a card by itself:
    whoever asks for the card goes first, and what Slack takes then ends the rest.
    """

    platform = "slack"

    def __init__(self, slack: Slack) -> None:
        super().__init__(slack.party)
        self._slack = slack
        self._told: dict[Room, int] = {}  # the song that the thread has named last
        self._rests: dict[Room, _Rest] = {}
        self._heard: dict[Room, Tell] = {}
        self._warned: dict[Room, type[PartyError]] = {}
        self._paid: set[Room] = set()
        self._leftovers = Leftovers(self.delete)

    @property
    def every_s(self) -> float:
        """How long a card rests between two edits, in seconds."""
        return POST_EVERY_S

    def is_ours(self, room: Room) -> bool:
        """Every room: whichever process hears of a change shows it, and the same edit twice is none."""
        return True

    def note(self, room: Room) -> None:
        """Has a room's card shown anew soon."""
        if room.platform == self.platform and not self._closed:
            self._slack.gate(room.workspace).edits.changed(room)
        super().note(room)

    async def close(self) -> None:
        """Stops editing, for good."""
        await super().close()
        await self._leftovers.close()

    def hear(self, room: Room, tell: Tell) -> None:
        """Remembers who did something in a room: where no card can be, they are told so, once."""
        _remember(self._heard, room, tell)

    def leave(self, workspace: str) -> None:
        """Knows nothing more of the rooms of a workspace."""
        super().leave(workspace)
        for room in [
            room for room in {*self._told, *self._rests, *self._heard} if room.workspace == workspace
        ]:
            self.drop(room)
        self._slack.gates.pop(workspace, None)

    def drop(self, room: Room) -> None:
        """Knows nothing more of a room."""
        super().drop(room)
        self._told.pop(room, None)
        self._heard.pop(room, None)
        self.wake(room)

    def wake(self, room: Room) -> None:
        """Ends the rest of a room's card: something has changed that may have been in its way."""
        rest = self._rests.pop(room, None)
        if rest is not None:
            rest.over.set()
        self._warned.pop(room, None)

    async def show(self, room: Room) -> None:
        """Posts the card anew at the bottom, showing its first page, once the channel has rested.

        Raises:
            PartyError: why Slack did not take it.
        """
        async with self.writing(room):
            party = await self.party.insight.now(room, history=0)
            try:
                card = await self.send(room, party, 0)
            except Gone as error:
                raise NotHere from error
            except Refused as error:
                raise error.error from error
            self._pages.pop(room, None)
            await self.take(room, card)
        self.wake(room)

    async def send(self, room: Room, party: Party, page: int) -> str:
        """Posts a card."""
        client = await self._client(room)
        reply = self._slack.words(party.rules.language or "en")
        with _refusals():
            sent = await client.chat_postMessage(
                channel=room.channel,
                text=reply.aloud(party),
                blocks=self._blocks(party, reply, page),
                unfurl_links=False,
                unfurl_media=False,
            )
        self._told[room] = party.playing.id if party.playing else 0
        return str(sent["ts"])

    async def edit(self, room: Room, card: str, party: Party, page: int) -> None:
        """Shows the party in a card that is there; a new song is named in the thread under it."""
        client = await self._slack.client(None, room.workspace)
        if client is None:  # its organisation may have to ask first, after a restart
            return
        reply = self._slack.words(party.rules.language or "en")
        self._paid.discard(room)
        with _refusals():
            await client.chat_update(
                channel=room.channel,
                ts=card,
                text=reply.aloud(party),
                blocks=self._blocks(party, reply, page),
            )
        self._slack.gate(room.workspace).edits.spent(room)
        playing = party.playing
        if playing is None or self._told.setdefault(room, playing.id) == playing.id:
            return
        self._told[room] = playing.id
        await asyncio.sleep(POST_EVERY_S)
        name = reply.say(marked("Now playing: {song}"), song=reply.line(playing))
        with contextlib.suppress(Refused), _refusals():
            await client.chat_postMessage(
                channel=room.channel, thread_ts=card, text=name, unfurl_links=False, unfurl_media=False
            )

    def _blocks(self, party: Party, reply: Replies, page: int) -> list[Json]:
        return party_card(party, reply, page, self.party.nights.url(party.night))

    async def post(self, room: Room, text: str, blocks: list[Json] | None = None) -> None:
        """Posts a text into a channel once it has rested, as blocks if there are any.

        Raises:
            Gone, Later: it could not be.
        """
        async with self.writing(room):
            client = await self._client(room)
            with _refusals():
                await client.chat_postMessage(
                    channel=room.channel,
                    text=text,
                    blocks=blocks or sections(text),
                    unfurl_links=False,
                    unfurl_media=False,
                )

    async def delete(self, room: Room, card: str) -> None:
        """Takes a card away, later if Slack cannot now."""
        try:
            client = await self._client(room)
            with _refusals():
                await client.chat_delete(channel=room.channel, ts=card)
        except Refused as refused:
            if refused.fate is Fate.LATER and not self._closed:
                self._leftovers.add(room, card, refused.seconds or RETRY_S)
        except Gone:
            pass

    @asynccontextmanager
    async def afforded(self, room: Room) -> AsyncIterator[None]:
        """Waits until the card has rested from refusals, and for one of the workspace's edits to change it.

        The party is read after that, so that what is shown is how it stands.
        """
        rest = self._rests.get(room)
        if rest is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(rest.over.wait(), max(0.0, rest.until_s - time.monotonic()))
        async with self._reading:
            card = await self.card_of(room)
        if not card:
            yield
            return
        edits = self._slack.gate(room.workspace).edits
        await edits.take(room)
        self._paid.add(room)
        try:
            yield
        finally:
            if room in self._paid:  # nothing was edited
                self._paid.discard(room)
                edits.give_back()

    async def _show(self, room: Room, card: str, party: Party) -> None:
        """Shows the party, and looks to what happens where Slack refuses."""
        try:
            await super()._show(room, card, party)
        except Refused as refused:
            self._rest(room, refused)
            if refused.fate is Fate.LATER:
                self._dirty.add(room)
            else:
                await self._warn(room, refused.error)
        except Gone:
            if not card:
                await self._warn(room, NotHere())
            raise
        else:
            if room in self._rests:
                self.wake(room)

    def _rest(self, room: Room, refused: Refused) -> None:
        rest = self._rests.setdefault(room, _Rest())
        rest.until_s = time.monotonic() + pause_s(refused, rest.refusals)
        rest.refusals += 1

    async def _warn(self, room: Room, error: PartyError) -> None:
        """Tells whoever did something there last why there is no card; each reason once."""
        tell = self._heard.pop(room, None)
        if tell is not None and self._warned.get(room) is not type(error):
            _remember(self._warned, room, type(error))
            await tell(error)

    async def _client(self, room: Room) -> Client:
        client = await self._slack.client(None, room.workspace)
        if client is None:
            raise Gone
        return client


def pause_s(refused: Refused, before: int) -> float:
    """How long a card is left alone after a refusal, and after so many before it."""
    if refused.fate is Fate.OFF:
        return LOOK_S
    return refused.seconds or min(LONGEST_RETRY_S, RETRY_S * 2 ** min(before, MOST_DOUBLINGS))


def _remember(known: dict[Room, Known], room: Room, what: Known) -> None:
    """Keeps what is known of a room, and of no more rooms than there is space for."""
    known.pop(room, None)
    known[room] = what
    if len(known) > MOST_HEARD:
        del known[next(iter(known))]


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    """What Slack says of a card, in the words of `bot.doors.card`."""
    try:
        yield
    except SlackApiError as error:
        refusal = meaning(error)
        if refusal.fate is Fate.GONE:
            raise Gone from error
        raise Refused(refusal.error(), refusal.fate, wait_s(error)) from error
