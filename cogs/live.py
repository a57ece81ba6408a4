"""The live card: one message a channel that always shows the party as it stands.

It is edited in place, at most every two seconds however much happens, and posted anew at the bottom once
the conversation has carried it away. The database knows which message it is, so a restart finds it again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time

import discord
from discord.ext import commands

from bot.domain import PARTY_ENDS_AFTER_MS, Party, Room
from bot.languages import language, spoken
from bot.party import PartyService
from bot.replies import Replies
from cogs.cards import Card, party_card
from cogs.common import Asked, plain

log = logging.getLogger(__name__)

EDIT_EVERY_S = 2.0
"""How long a card rests between two edits, in seconds."""
SCROLLED_AWAY = 20
"""After so many messages below it a card is posted anew."""
READ_AT_ONCE = 4
"""How many cards are read from the database at once: people's requests stand in line behind no more."""
RETRY_S = 10.0
"""How long a card rests when Discord could not take it."""
NO_PINGS = discord.AllowedMentions.none()
"""The library forgets the client's own in the edit of a message that it has not read."""
GONE = (discord.NotFound, discord.Forbidden)
"""What Discord says of a message or channel that is not there for us any more."""


class Live(commands.Cog):
    """Keeps the cards of all rooms of this process up to date."""

    def __init__(self, client: commands.AutoShardedBot, party: PartyService) -> None:
        self._client = client
        self._party = party
        self._cards: dict[Room, str] = {}  # what the database knows, as far as it was asked
        self._pages: dict[Room, int] = {}
        self._below: dict[int, int] = {}  # how many messages came after the card, by channel
        self._edited: dict[Room, float] = {}  # when the card of a room was last sent
        self._dirty: set[Room] = set()
        self._tasks: dict[Room, asyncio.Task[None]] = {}
        self._reading = asyncio.Semaphore(READ_AT_ONCE)
        party.watch(self.note)
        party.attend("discord", self.present)

    async def cog_unload(self) -> None:
        """Stops editing."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def note(self, room: Room) -> None:
        """Has a room's card shown anew soon."""
        if room.platform != "discord" or self._guild(room) is None:
            return
        self._dirty.add(room)
        if room not in self._tasks:
            self._tasks[room] = asyncio.create_task(self._keep(room), name=f"card {room.channel}")

    def turn(self, room: Room, page: int) -> None:
        """Shows another page of a room's card."""
        self._pages[room] = page
        self.note(room)

    def present(self, room: Room, voice: str) -> list[str]:
        """The people, not bots, in a voice channel of the room's server."""
        guild = self._guild(room)
        channel = guild.get_channel(int(voice)) if guild and voice.isdecimal() else None
        if not isinstance(channel, discord.VoiceChannel | discord.StageChannel):
            return []
        bots = {member.id for member in channel.members if member.bot}
        return [str(user) for user in channel.voice_states if user not in bots]

    async def show(self, asked: Asked) -> None:
        """Answers a request with the card, which from then on is the room's."""
        party = await asked.soon(self._party.party(asked.room, history=0))
        self._pages.pop(asked.room, None)
        sent = await asked.reply(view=self._card(asked.room, party))
        if sent is None:
            sent = await asked.interaction.original_response()
        await self._take(asked.room, str(sent.id))

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Counts what is said below a card; nothing of it is read."""
        if message.channel.id in self._below:
            self._below[message.channel.id] += 1

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Picks the cards up that an earlier run left, in parties that are not over."""
        since_ms = self._party.now_ms() - PARTY_ENDS_AFTER_MS
        for room in await self._party.shown_rooms("discord", since_ms):
            self.note(room)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Lets a card go that somebody deleted; `/queue` brings it back."""
        for room, card in list(self._cards.items()):
            if card == str(event.message_id):
                await self._forget(room)

    async def _keep(self, room: Room) -> None:
        try:
            while room in self._dirty:
                wait_s = self._edited.get(room, 0.0) + EDIT_EVERY_S - time.monotonic()
                if wait_s > 0:
                    await asyncio.sleep(wait_s)
                self._dirty.discard(room)
                await self._refresh(room)
                # Counted from Discord's answer: it may have taken the edit just before it gave that.
                self._edited[room] = max(self._edited.get(room, 0.0), time.monotonic())
        except Exception:
            log.exception("The card in %s could not be shown.", room)
        finally:
            del self._tasks[room]

    async def _refresh(self, room: Room) -> None:
        async with self._reading:
            card = self._cards.get(room)
            if card is None:
                card = self._cards[room] = await self._party.card(room)
            party = await self._party.party(room, history=0)
        channel = self._channel(room)
        if channel is None or not (card or party.playing or party.automatic):
            return
        try:
            if not card:
                if channel.id not in self._below:  # a party that has just begun gets one by itself
                    await self._post(room, channel, party)
            elif self._below.setdefault(channel.id, 0) >= SCROLLED_AWAY:
                await self._post(room, channel, party)
            else:
                message = channel.get_partial_message(int(card))
                await message.edit(view=self._card(room, party), allowed_mentions=NO_PINGS)
        except GONE:
            await self._forget(room)
        except (discord.HTTPException, OSError) as error:
            log.warning("The card in %s waits, Discord did not take it: %s", room, error)
            self._edited[room] = time.monotonic() + RETRY_S
            self._dirty.add(room)

    async def _post(self, room: Room, channel: discord.PartialMessageable, party: Party) -> None:
        sent = await channel.send(view=self._card(room, party), silent=True)
        await self._take(room, str(sent.id))

    async def _take(self, room: Room, card: str) -> None:
        """Makes a message the room's card, and takes the one before away."""
        before = await self._party.keep_card(room, card)
        self._cards[room] = card
        self._edited[room] = time.monotonic()
        channel = self._channel(room)
        if channel is None:
            return
        self._below[channel.id] = 0
        if before and before != card:
            with contextlib.suppress(discord.HTTPException):
                await channel.get_partial_message(int(before)).delete()

    async def _forget(self, room: Room) -> None:
        self._cards[room] = ""
        self._below[int(room.channel)] = 0  # it was taken away: no new one comes by itself
        await self._party.keep_card(room, "")

    def _card(self, room: Room, party: Party) -> Card:
        guild = self._guild(room)
        place = guild.preferred_locale.value if guild else "en-US"
        words = Replies(language(party.rules.language or spoken(place)), plain)
        card = party_card(party, words, self._pages.get(room, 0))
        card.stop()
        return card

    def _guild(self, room: Room) -> discord.Guild | None:
        return self._client.get_guild(int(room.workspace)) if room.workspace else None

    def _channel(self, room: Room) -> discord.PartialMessageable | None:
        if self._guild(room) is None:
            return None
        return self._client.get_partial_messageable(int(room.channel), guild_id=int(room.workspace))
