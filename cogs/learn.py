"""`/learn`: whether the room's songs may train a model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot import replies
from bot.party import PartyService
from cogs.common import key_of, member_of, room_of


class Learn(commands.Cog):
    """What the room gives to the model."""

    def __init__(self, party: PartyService) -> None:
        self.party = party

    @app_commands.command()
    @app_commands.describe(choice="On or off; leave it out to see how it stands")
    @app_commands.guild_only()
    async def learn(
        self, interaction: discord.Interaction[Any], choice: Literal["on", "off"] | None = None
    ) -> None:
        """See whether this room's songs may train me; with Manage Server, choose it."""
        await interaction.response.defer(thinking=True)
        room = room_of(interaction)
        if choice is None:
            on = await self.party.shared(room)
        else:
            # Who may only manage messages moderates the queue, but does not decide for everybody here.
            member = replace(member_of(interaction), moderator=interaction.permissions.manage_guild)
            on = await self.party.share(room, member, choice == "on", key_of(interaction))
        await interaction.edit_original_response(content=replies.learning(on))
