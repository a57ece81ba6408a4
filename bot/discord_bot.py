"""The Discord front door: logs in, registers the commands, turns errors into private replies."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.errors import StartError
from bot.party import PartyService
from cogs.cards import VoteButton
from cogs.common import explain
from cogs.help import Help
from cogs.learn import Learn
from cogs.queue import Queue
from cogs.suggest import Suggest

log = logging.getLogger(__name__)

# A bot that never speaks needs no voice library, and its users no warning about it.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False


class _Tree(app_commands.CommandTree[commands.Bot]):
    """Slash commands whose errors are told to the asker."""

    async def on_error(
        self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /
    ) -> None:
        await explain(interaction, error)


class EncoreBot(commands.Bot):
    """Slash commands and buttons only: it reads no message and needs no privileged intent."""

    def __init__(self, party: PartyService) -> None:
        super().__init__(
            command_prefix=[],
            help_command=None,
            tree_cls=_Tree,
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self.party = party

    def our_cogs(self) -> tuple[commands.Cog, ...]:
        """All that the bot can do, one cog a subject."""
        return Queue(self.party), Suggest(self.party), Learn(self.party), Help()

    async def setup_hook(self) -> None:
        """Makes commands and buttons known, before the first event can arrive."""
        for cog in self.our_cogs():
            await self.add_cog(cog)
        self.add_dynamic_items(VoteButton)
        await self.tree.sync()


@asynccontextmanager
async def open_discord(party: PartyService, token: str) -> AsyncIterator[asyncio.Task[None]]:
    """Logs in and yields the task that stays connected; it ends only when Discord shuts the bot out.

    Raises:
        StartError: Discord does not accept the token, or cannot be reached.
    """
    bot = EncoreBot(party)
    async with bot:
        try:
            await bot.login(token)
        except (discord.LoginFailure, ValueError) as error:  # ValueError: no header can hold this token
            raise StartError(
                "DISCORD_TOKEN is not accepted by Discord; "
                "copy it again from the Bot page of your application"
            ) from error
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            reason = " ".join(str(error).split())[:200]  # a proxy may answer with a whole page
            raise StartError(
                f"Discord cannot be reached, or refuses the bot ({reason}); check the network and start again"
            ) from error
        connected = asyncio.create_task(_stay(bot), name="discord")
        try:
            yield connected
        finally:
            await bot.close()
            connected.cancel()
            await asyncio.gather(connected, return_exceptions=True)


async def _stay(bot: EncoreBot) -> None:
    try:
        await bot.connect()
    except (discord.ConnectionClosed, discord.PrivilegedIntentsRequired) as error:
        code = getattr(error, "code", 4014)
        raise StartError(
            f"Discord closed the connection for good (code {code}); check the bot's token and intents"
        ) from error
