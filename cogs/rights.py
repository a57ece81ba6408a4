"""What a member of a server may do now, for whoever comes to the party's page by a link of their own."""

from __future__ import annotations

import asyncio

import discord

from bot.party.words import Member, Room
from cogs.request import joined_lately, member_with

WITHIN_S = 10.0
"""So long Discord has to say who somebody is: a library that is told to wait waits."""


class Rights:
    """Asks Discord for members by their ids, which takes no privileged intent ("Get Guild Member")."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def look_up(self, room: Room, member: Member) -> Member | None:
        """A member with the permissions that they have in the room's channel now.

        None for whoever has left the server, sees the channel no more, or has a time-out ("Permissions for
        Timed Out Members": they may only read, and use no commands; administrators have none).

        Raises:
            LookupError: the server is another process's, or away.
            discord.HTTPException, TimeoutError: Discord does not say.
        """
        guild = self._client.get_guild(int(room.workspace))
        if guild is None:
            raise LookupError(f"no server {room.workspace} here")
        try:
            async with asyncio.timeout(WITHIN_S):
                found = await guild.fetch_member(int(member.user_id))
        except discord.NotFound:
            return None
        channel = guild.get_channel_or_thread(int(room.channel))
        may = channel.permissions_for(found) if channel is not None else found.guild_permissions
        silenced = found.is_timed_out() and not may.administrator
        if found.bot or silenced or (channel is not None and not may.view_channel):
            return None
        return member_with(found, may, found.roles, newcomer=joined_lately(found, discord.utils.utcnow()))
