"""`/next`: songs worth playing, with their match, their reason and their vote buttons."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain import MOST_SUGGESTIONS
from bot.party import PartyService
from cogs.cards import ballot_card
from cogs.common import key_of, member_of, room_of


class Suggest(commands.Cog):
    """What the model proposes."""

    def __init__(self, party: PartyService) -> None:
        self.party = party

    @app_commands.command()
    @app_commands.describe(count="How many songs, 5 if you don't say")
    @app_commands.guild_only()
    async def next(
        self,
        interaction: discord.Interaction[Any],
        count: app_commands.Range[int, 1, MOST_SUGGESTIONS] = 5,
    ) -> None:
        """Ask what to play next; the first vote queues a song."""
        await interaction.response.defer(thinking=True)
        ballot = await self.party.next(
            room_of(interaction), member_of(interaction), count, key_of(interaction)
        )
        embed, view = ballot_card(ballot)
        await interaction.edit_original_response(embed=embed, view=view)
