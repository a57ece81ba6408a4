"""`/help`: what there is, in one private message."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot import replies

INTRODUCTION = (
    "Everybody here shares one queue. Add a few songs, then ask me what's next: "
    "I look for songs that belong with what you queued and voted for."
)
MOOD = f"The mood of `/next` and `/vibe`: {replies.MOODS}."


class Help(commands.Cog):
    """How to use the bot."""

    @app_commands.command()
    @app_commands.guild_only()
    async def help(self, interaction: discord.Interaction[Any]) -> None:
        """See what I can do."""
        tree = interaction.client.tree
        lines = [
            f"`/{command.name}` {command.description}"
            for command in sorted(tree.get_commands(), key=lambda each: str(each.name))
        ]
        text = "\n".join([INTRODUCTION, "", *lines, "", MOOD, "👍 and 👎 under a song vote for it."])
        await interaction.response.send_message(text, ephemeral=True)
