"""What there is to look at and to take home: `/history`, `/stats`, `/map`, `/export`."""

from __future__ import annotations

import io

import discord
from discord import app_commands
from discord.ext import commands

from bot.party.errors import marked
from bot.takeaway.files import Form, exported, filename
from bot.takeaway.mapping import drawn, pictured, worded
from cogs.cards import TEXT_LIMIT, fitting
from cogs.common import Asked, Interaction, ask

SHOWN = 20
"""How many songs of the past are shown."""
FORMS = [app_commands.Choice(name=form.value.upper(), value=form.value) for form in Form]


class Look(commands.Cog):
    """Everything that only looks."""

    @app_commands.command()
    async def history(self, interaction: Interaction) -> None:
        """See what was played here."""
        asked = await ask(interaction, private=True)
        party = await asked.soon(asked.party.party(asked.room, history=SHOWN))
        await asked.reply(fitting(asked.replies.history(party), TEXT_LIMIT))

    @app_commands.command()
    async def stats(self, interaction: Interaction) -> None:
        """See who added what got played, what was loved most, and the longest streak."""
        asked = await ask(interaction)
        stats = await asked.soon(asked.party.stats(asked.room))
        await asked.reply(fitting(asked.replies.stats(stats), TEXT_LIMIT))

    @app_commands.command()
    async def map(self, interaction: Interaction) -> None:
        """See a picture of how this party's songs lie to each other."""
        asked = await ask(interaction)
        png = await asked.soon(self._drawn(asked))
        await asked.reply(
            asked.replies.say(marked("What lies close together belongs together.")),
            file=discord.File(io.BytesIO(png), "map.png"),
        )

    async def _drawn(self, asked: Asked) -> bytes:
        entries, shares = await asked.party.likeness(asked.room)
        channel = asked.interaction.channel
        title = getattr(channel, "name", None) or asked.replies.say(marked("This party"))
        return await drawn(pictured(title, entries, shares, worded(asked.replies)))

    @app_commands.command()
    @app_commands.describe(form="CSV for tables, M3U, XSPF or JSPF for players")
    @app_commands.choices(form=FORMS)
    async def export(self, interaction: Interaction, form: str = Form.CSV) -> None:
        """Take this party home as a file: what was played and what waits."""
        asked = await ask(interaction, private=True)
        songs = await asked.soon(asked.party.songs(asked.room))
        title = getattr(asked.interaction.channel, "name", None) or "party"
        data = exported(songs, Form(form), title)
        await asked.reply(file=discord.File(io.BytesIO(data), filename(title, Form(form))))
