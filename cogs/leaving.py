"""What is gone from Discord is forgotten: servers that the bot has left, and deleted channels."""

from __future__ import annotations

import asyncio
import logging

import discord
from discord.ext import commands

from bot.party.words import Room
from bot.service import PartyService
from cogs.card import Live

log = logging.getLogger(__name__)

GONE_AT_ONCE = 50
"""The parties of so many deleted channels are forgotten at once; then others have their turn."""


class Leaving(commands.Cog):
    """Forgets the parties of servers, channels, threads and forum posts that are gone."""

    def __init__(self, client: commands.AutoShardedBot, party: PartyService, live: Live) -> None:
        self._client = client
        self._party = party
        self._live = live
        self._deleted: dict[Room, None] = {}  # those whose parties are still to be forgotten
        self._forgets: asyncio.Task[None] | None = None
        self._compared = False

    async def cog_unload(self) -> None:
        """Finishes what is to be forgotten."""
        if self._forgets is not None:
            await asyncio.gather(self._forgets, return_exceptions=True)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Forgets the servers that removed the bot while it was off, once all shards are there."""
        if not self._compared:
            self._compared = True
            await self._forget_servers()

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Takes all that a server had away, once it has thrown the bot out."""
        await self._leave(str(guild.id))

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Ends and forgets the party of a channel that is gone."""
        self._delete(Room("discord", str(channel.guild.id), str(channel.id)))

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, event: discord.RawThreadDeleteEvent) -> None:
        """The same for a thread or a forum post; the library tells of those of a deleted channel, too."""
        self._delete(Room("discord", str(event.guild_id), str(event.thread_id)))

    async def _forget_servers(self) -> None:
        """Forgets who is not in READY, which names all servers that have the bot.

        Those that are down are among them (docs, "Gateway Events: Ready"). Where none is left of those that
        the database knows, the token is likelier another bot's, and nothing is forgotten.
        """
        known = {each for each in await self._party.workspaces("discord") if self._serves(each)}
        left = {str(guild.id) for guild in self._client.guilds}
        if known and known.isdisjoint(left):
            log.warning(
                "This bot is in none of the servers whose parties the database has (%s), so it forgets none. "
                "Check that DISCORD_TOKEN and DATABASE_URL belong together.",
                len(known),
            )
            return
        for server in sorted(known - left):
            log.info("Server %s removed the bot while it was off: its parties are forgotten.", server)
            await self._leave(server)

    def _serves(self, server: str) -> bool:
        """Whether a server's shard is one of this process (docs, "Gateway: Sharding")."""
        count = self._client.shard_count or 1
        return server.isdecimal() and (int(server) >> 22) % count in self._client.shards

    async def _leave(self, server: str) -> None:
        await self._party.leave("discord", server)
        self._live.leave(server)

    def _delete(self, room: Room) -> None:
        """Forgets a room soon, together with those that are deleted right after it."""
        self._live.drop(room)
        self._deleted[room] = None
        if self._forgets is None or self._forgets.done():
            self._forgets = asyncio.create_task(self._forget_deleted(), name="forget deleted channels")

    async def _forget_deleted(self) -> None:
        while self._deleted:
            server = next(iter(self._deleted)).workspace
            rooms = [room for room in self._deleted if room.workspace == server][:GONE_AT_ONCE]
            for room in rooms:
                del self._deleted[room]
            try:
                await self._party.leave_rooms("discord", server, [room.channel for room in rooms])
            except Exception:
                log.exception("The parties of %s deleted channels could not be forgotten.", len(rooms))
