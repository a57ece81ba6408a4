"""What happens by itself, told to a channel in words, or to one member in a direct message."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine

import aiohttp
import discord
from discord.ext import commands

from bot.party.errors import PartyError
from bot.party.words import Member, Room, Rules
from bot.service import PartyService
from bot.wording.replies import Replies
from cogs.cards import night_card
from cogs.escape import words_in
from cogs.request import Interaction, own_words, passing, room_words

log = logging.getLogger(__name__)

MOST_SPOKEN = 10_000
"""The languages of so many members are remembered."""


class News(commands.Cog):
    """Tells channels and members what nobody has asked for."""

    def __init__(self, client: commands.AutoShardedBot, party: PartyService) -> None:
        self._client = client
        self._party = party
        self._posts: set[asyncio.Task[None]] = set()
        self._spoken: dict[str, Replies] = {}  # of those who have used Spotify, by user_id

    async def cog_load(self) -> None:
        """Listens for what rooms and members are to be told."""
        self._party.notices.on_news(self.post)
        self._party.notices.on_night(self.tell)
        self._party.nights.named_by("discord", self._name)
        self._party.notices.send_by("discord", self.send)

    async def cog_unload(self) -> None:
        """Tells nobody anything any more."""
        for task in self._posts:
            task.cancel()
        await asyncio.gather(*self._posts, return_exceptions=True)

    def remember(self, interaction: Interaction) -> None:
        """Notes in which language somebody may be told something in private later."""
        if len(self._spoken) >= MOST_SPOKEN:
            self._spoken.clear()
        self._spoken[str(interaction.user.id)] = own_words(interaction)

    def post(self, room: Room, error: PartyError) -> None:
        """Posts into a room what has happened to its party."""
        self._begin(room, self._post(room, error))

    def tell(self, room: Room, secret: str) -> None:
        """Shows a room what its party was, if it wants to be shown and the page can be reached."""
        self._begin(room, self._tell(room, secret))

    def _begin(self, room: Room, work: Coroutine[None, None, None]) -> None:
        if room.platform != "discord":
            work.close()
            return
        task = asyncio.create_task(self._kindly(room, work), name=f"tell {room.channel}")
        self._posts.add(task)
        task.add_done_callback(self._posts.discard)

    async def _post(self, room: Room, error: PartyError) -> None:
        words = self._words(room, await self._party.settings.rules(room))
        await self._channel(room).send(words.error(error))

    async def _tell(self, room: Room, secret: str) -> None:
        rules, url = await self._party.settings.rules(room), self._party.nights.url(secret)
        if not (rules.night and url):
            return
        night = await self._party.nights.read(secret)
        if night.is_news(self._party.now_ms()):
            card = night_card(night, self._words(room, rules), url)
            with passing(card):
                await self._channel(room).send(view=card, silent=True)

    def _name(self, room: Room) -> str:
        guild = self._client.get_guild(int(room.workspace))
        channel = guild.get_channel_or_thread(int(room.channel)) if guild else None
        return channel.name if channel else ""

    def _words(self, room: Room, rules: Rules) -> Replies:
        guild = self._client.get_guild(int(room.workspace))
        return room_words(rules, guild.preferred_locale if guild else None)

    def _channel(self, room: Room) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(int(room.channel), guild_id=int(room.workspace))

    async def _kindly(self, room: Room, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except (discord.HTTPException, aiohttp.ClientError, OSError) as refused:
            log.info("Could not post the news to room %s: %s", room.channel, refused)
        except Exception:
            log.exception("Could not post the news to room %s.", room.channel)

    async def send(self, member: Member, error: PartyError) -> bool:
        """Writes to a member in private; False where they take no such messages."""
        words = self._spoken.get(member.user_id) or words_in("en")
        try:
            channel = await self._client.create_dm(discord.Object(int(member.user_id)))
            await channel.send(words.error(error))
        except (discord.HTTPException, aiohttp.ClientError, OSError) as refused:
            log.info("Could not message a member: %s", refused)
            return False
        return True
