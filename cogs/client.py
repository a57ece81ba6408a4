"""The Discord front door: logs in, registers the commands, turns errors into private replies."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.party.errors import NOT_AS_CONFIGURED, StartError
from bot.service import PartyService
from cogs.card import Live
from cogs.commands import add_commands
from cogs.news import News
from cogs.presence import VoiceStatus
from cogs.pressing import pressed
from cogs.questions import Questions
from cogs.request import Interaction, explain
from cogs.texts import Texts

log = logging.getLogger(__name__)

FEWEST_LOGINS = 100
"""With fewer logins left the bot does not start, so that some are left for whoever mends it."""

# A bot that never speaks needs no voice library, and its users no warning about it.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False


class _Tree(app_commands.CommandTree["EncoreBot"]):
    """Slash commands whose errors are told to the asker."""

    async def on_error(
        self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /
    ) -> None:
        await explain(interaction, error)


class EncoreBot(commands.AutoShardedBot):
    """Slash commands and buttons only: it reads no message and needs no privileged intent.

    It hears that somebody wrote, to bring its card down again, and who is in a voice channel, to count them.
    """

    def __init__(
        self, party: PartyService, shard_ids: Sequence[int] = (), shard_count: int | None = None
    ) -> None:
        super().__init__(
            command_prefix=[],
            help_command=None,
            tree_cls=_Tree,
            intents=discord.Intents(guilds=True, guild_messages=True, voice_states=True),
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=False, private_channel=False
            ),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            member_cache_flags=discord.MemberCacheFlags(voice=True, joined=False),
            chunk_guilds_at_startup=False,
            max_messages=None,
            shard_ids=list(shard_ids) or None,  # type: ignore[arg-type] # None is its default
            shard_count=shard_count,
        )
        self.party = party
        self.live = Live(self, party)
        self.questions = Questions()
        self.news = News(self, party)

    async def setup_hook(self) -> None:
        """Makes the commands known, before the first event can arrive."""
        add_commands(self.tree, spotify=self.party.has_spotify)
        for cog in (self.news, self.live, VoiceStatus(self, self.party)):
            await self.add_cog(cog)
        await self.tree.set_translator(Texts())
        await self.tree.sync()

    async def on_interaction(self, interaction: Interaction) -> None:
        """Takes what is pressed, chosen and sent; commands are the tree's."""
        await pressed(interaction)


@asynccontextmanager
async def open_discord(
    party: PartyService, token: str, shard_ids: Sequence[int] = (), shard_count: int | None = None
) -> AsyncIterator[asyncio.Task[None]]:
    """Logs in and yields the task that stays connected; it ends only when Discord shuts the bot out.

    Args:
        party: what people do there.
        token: the bot's.
        shard_ids: which shards this process serves; all if none is named.
        shard_count: how many there are; as many as Discord says if not given.

    Raises:
        StartError: Discord does not accept the token, cannot be reached, or has few logins left for today.
    """
    bot = EncoreBot(party, shard_ids, shard_count)
    async with bot:
        try:
            await bot.login(token)
            await _spare_logins(bot)
        except (discord.LoginFailure, ValueError) as error:  # ValueError: no header can hold this token
            raise StartError(
                "DISCORD_TOKEN is not accepted by Discord; "
                "copy it again from the Bot page of your application",
                NOT_AS_CONFIGURED,
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


async def _spare_logins(bot: EncoreBot) -> None:
    """Refuses to start when few logins are left: at none Discord resets the token (docs, "Gateway").

    Raises:
        StartError: fewer than `FEWEST_LOGINS` are.
    """
    answer = await bot.http.request(discord.http.Route("GET", "/gateway/bot"))
    limit = answer["session_start_limit"]
    if int(limit["remaining"]) < FEWEST_LOGINS:
        hours = -(-int(limit["reset_after"]) // 3_600_000)
        raise StartError(
            f"Discord allows only {limit['remaining']} more logins of this bot for now; "
            f"wait {hours} h until there are {limit['total']} again, and find out what restarts it so often"
        )


async def _stay(bot: EncoreBot) -> None:
    try:
        await bot.connect()
    except (discord.ConnectionClosed, discord.PrivilegedIntentsRequired) as error:
        code = getattr(error, "code", 4014)
        raise StartError(
            f"Discord closed the connection for good (code {code}); check the bot's token and intents",
            NOT_AS_CONFIGURED,
        ) from error
