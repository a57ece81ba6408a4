"""What plays, as the status of the voice channel that a room's settings name, where they say so.

Discord shows a status of 500 characters under a voice channel's name. Setting it takes Set Voice Channel
Status, and from outside the channel, where the bot always is, Manage Channels too (discord-api-docs#6400).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import Any

import discord
from discord.ext import commands

from bot.doors.meant import named
from bot.party.limits import PARTY_ENDS_AFTER_MS
from bot.party.shares import working_for
from bot.party.words import Party, Room
from bot.service import PartyService

log = logging.getLogger(__name__)

LONGEST_STATUS = 500
"""The longest status that Discord takes, in characters."""
PAUSED_S = 300.0
"""A song that is paused for longer is shown no more."""


class VoiceStatus(commands.Cog):
    """Keeps the statuses of voice channels: one request a song, and one when the party falls silent."""

    def __init__(self, client: commands.AutoShardedBot, party: PartyService) -> None:
        self._client = client
        self._party = party
        self._shown: dict[Room, tuple[str, str]] = {}  # the voice channel, and what we have it show
        self._paused: dict[Room, float] = {}  # since when, in seconds of the loop's time
        self._left: set[Room] | None = None  # where an earlier run may have left a status; None at first
        self._refused: dict[Room, str] = {}  # and in which voice channel
        self._dirty: set[Room] = set()
        self._closed = False
        self._tasks: dict[Room, asyncio.Task[None]] = {}

    async def cog_load(self) -> None:
        """Listens for changes."""
        self._party.notices.on_change(self.note)

    async def cog_unload(self) -> None:
        """Changes nothing any more; what is shown stays."""
        self._closed = True
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Looks, the first time, at parties that an earlier run left: their statuses may be out of date."""
        if self._left is None:
            since_ms = self._party.now_ms() - PARTY_ENDS_AFTER_MS
            self._left = set(await self._party.cards.rooms("discord", since_ms))
            for room in self._left.copy():
                self.note(room)

    @commands.Cog.listener()
    async def on_guild_role_update(self, before: discord.Role, after: discord.Role) -> None:
        """Tries again: the permission may have come."""
        self._try_again(after.guild)

    @commands.Cog.listener()
    async def on_guild_channel_update(self, before: Any, after: discord.abc.GuildChannel) -> None:
        """Tries again, likewise."""
        self._try_again(after.guild)

    @commands.Cog.listener()
    async def on_member_update(self, before: discord.Member, after: discord.Member) -> None:
        """Tries again when the bot's own roles have changed: Discord tells that without an intent."""
        if after.id == after.guild.me.id:
            self._try_again(after.guild)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Clears the status that a party had set whose channel is gone."""
        await self._leave(channel.guild.id, channel.id)

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, event: discord.RawThreadDeleteEvent) -> None:
        """The same for threads."""
        await self._leave(event.guild_id, event.thread_id)

    async def _leave(self, guild: int, channel: int) -> None:
        room = Room("discord", str(guild), str(channel))
        shown = self._shown.pop(room, None)
        self._paused.pop(room, None)
        self._refused.pop(room, None)
        if shown is not None:
            with contextlib.suppress(discord.HTTPException, OSError):
                await self._show(room, shown[0], "")

    def note(self, room: Room) -> None:
        """Has a room's status looked at soon, if it has one."""
        if room.platform == "discord":
            # What was changed may be the rules, which are remembered only after everybody was told.
            asyncio.get_running_loop().call_soon(self._begin, room)

    def _begin(self, room: Room) -> None:
        if self._closed or self._client.get_guild(int(room.workspace)) is None:
            return
        rules, refused = self._party.settings.remembered(room), self._refused.get(room)
        if refused is not None and (rules is None or rules.voice == refused):
            return
        if rules is not None and not (rules.voice_status and rules.voice) and room not in self._shown:
            return
        self._dirty.add(room)
        if room not in self._tasks:
            with working_for(None):  # everybody there
                self._tasks[room] = asyncio.create_task(self._keep(room), name=f"status {room.channel}")

    def _try_again(self, guild: discord.Guild) -> None:
        for room in [each for each in self._refused if each.workspace == str(guild.id)]:
            self._refused.pop(room, None)
            self.note(room)

    async def _keep(self, room: Room) -> None:
        try:
            while room in self._dirty:
                self._dirty.discard(room)
                await self._look(room)
        except (discord.HTTPException, OSError) as error:
            log.warning("The voice channel's status in %s stays as it is for now: %s", room, error)
        except Exception:
            log.exception("The voice channel's status in %s could not be set.", room)
        finally:
            del self._tasks[room]

    async def _look(self, room: Room) -> None:
        rules = await self._party.settings.rules(room)
        voice = rules.voice if rules.voice_status else ""
        text = self._text(room, await self._party.insight.now(room, history=0)) if voice else ""
        shown = self._shown.get(room)
        if shown is not None and shown[0] != voice:
            await self._show(room, shown[0], "")
            shown = None
        left = self._left is not None and room in self._left
        if voice and (left or text != (shown[1] if shown else "")):
            await self._show(room, voice, text)
        if self._left is not None:
            self._left.discard(room)

    def _text(self, room: Room, party: Party) -> str:
        """What is to be shown: what plays, or has only just been paused."""
        if party.playing is None or not party.paused:
            self._paused.pop(room, None)
        elif time.monotonic() - self._paused.setdefault(room, time.monotonic()) < PAUSED_S:
            asyncio.get_running_loop().call_later(PAUSED_S, self.note, room)
        else:
            return ""
        return named(party.playing.track, LONGEST_STATUS) if party.playing else ""

    async def _show(self, room: Room, voice: str, text: str) -> None:
        """Sets a status, or clears it; where that is forbidden, not again before something changes."""
        guild = self._client.get_guild(int(room.workspace))
        channel = guild.get_channel(int(voice)) if guild is not None else None
        if not isinstance(channel, discord.VoiceChannel):
            self._shown.pop(room, None)
            return
        try:
            await channel.edit(status=text or None)
        except (discord.Forbidden, discord.NotFound) as error:
            self._shown.pop(room, None)
            self._refused[room] = voice
            log.warning(
                "Discord lets me set no status in the voice channel of %s (%s): it takes Set Voice Channel "
                "Status and Manage Channels there. I try again when permissions change.",
                room,
                error.text,
            )
            return
        self._shown.pop(room, None)
        if text:
            self._shown[room] = voice, text
