"""`/next` and `/vibe`: songs worth playing, with their match, their reason and their vote buttons."""

from __future__ import annotations

from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot import replies
from bot.domain import MOST_SUGGESTIONS, USUAL_SUGGESTIONS, Mood
from bot.party import PartyService
from cogs.cards import ballot_card
from cogs.common import key_of, member_of, plain, room_of

Asked = discord.Interaction[Any]
MoodName = Literal["safe", "balanced", "adventurous"]
"""The moods, as Discord offers them."""
MOOD = "How far to look from what you have: balanced if you don't say, see /help"


class Suggest(commands.Cog):
    """What the model proposes."""

    def __init__(self, party: PartyService) -> None:
        self.party = party

    @app_commands.command()
    @app_commands.describe(count=f"How many songs, {USUAL_SUGGESTIONS} if you don't say", mood=MOOD)
    @app_commands.guild_only()
    async def next(
        self,
        interaction: Asked,
        count: app_commands.Range[int, 1, MOST_SUGGESTIONS] = USUAL_SUGGESTIONS,
        mood: MoodName = "balanced",
    ) -> None:
        """Ask what to play next; the first vote queues a song."""
        await interaction.response.defer(thinking=True)
        ballot = await self.party.next(
            room_of(interaction), member_of(interaction), count, key_of(interaction), mood=Mood(mood)
        )
        embed, view = ballot_card(ballot)
        await interaction.edit_original_response(embed=embed, view=view)

    @app_commands.command()
    @app_commands.describe(words="A time, a style or a mood, like 90s rock", mood=MOOD)
    @app_commands.guild_only()
    async def vibe(self, interaction: Asked, words: str, mood: MoodName = "balanced") -> None:
        """Say in words what to play, with an empty queue too; the first vote queues a song."""
        await interaction.response.defer(thinking=True)
        found = await self.party.vibe(
            room_of(interaction), member_of(interaction), words, key_of(interaction), mood=Mood(mood)
        )
        embed, view = ballot_card(found.ballot)
        await interaction.edit_original_response(content=replies.vibe(found, plain), embed=embed, view=view)
