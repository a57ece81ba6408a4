"""What happens by itself, told to a channel in words, or to one member in a direct message."""

from __future__ import annotations

import asyncio
import logging

import aiohttp
import discord
from discord.ext import commands

from bot.party.errors import PartyError
from bot.party.words import Member, Room
from bot.service import PartyService
from bot.wording.replies import Replies
from cogs.escape import words_in
from cogs.request import Interaction, own_words, room_words

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
        if room.platform == "discord":
            task = asyncio.create_task(self._post(room, error), name=f"tell {room.channel}")
            self._posts.add(task)
            task.add_done_callback(self._posts.discard)

    async def _post(self, room: Room, error: PartyError) -> None:
        try:
            guild = self._client.get_guild(int(room.workspace))
            rules = await self._party.settings.rules(room)
            words = room_words(rules, guild.preferred_locale if guild else None)
            channel = self._client.get_partial_messageable(int(room.channel), guild_id=int(room.workspace))
            await channel.send(words.error(error))
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
