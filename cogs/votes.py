"""`/vote` and `/skip`."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.party.errors import NotUnderstood
from cogs import choices
from cogs.common import Asked, Interaction, ask
from cogs.queue import meant

VALUES = {"up": +1, "down": -1, "none": 0}


class Votes(commands.Cog):
    """What the room wants."""

    @app_commands.command()
    @app_commands.describe(
        song="A song that waits or plays: choose it, or type its number or title", vote="For it if not said"
    )
    @app_commands.choices(vote=[app_commands.Choice(name=name, value=name) for name in VALUES])
    @app_commands.autocomplete(song=choices.entries)
    async def vote(self, interaction: Interaction, song: str, vote: str = "up") -> None:
        """Vote for or against a song of the queue, or take your vote back."""
        asked = await ask(interaction, private=True)
        await asked.reply(await asked.soon(self._vote(asked, song, vote)))

    async def _vote(self, asked: Asked, song: str, vote: str) -> str:
        if vote not in VALUES:
            raise NotUnderstood
        entry_id = await meant(asked, song)
        result = await asked.party.vote(asked.room, asked.member, entry_id, VALUES[vote], asked.key)
        return asked.replies.voted(result)

    @app_commands.command()
    async def skip(self, interaction: Interaction) -> None:
        """Vote to skip what plays; once enough of the people here agree it is skipped."""
        asked = await ask(interaction)
        result = await asked.soon(asked.party.skip(asked.room, asked.member, asked.key))
        await asked.reply(asked.replies.skipped(result))
