"""The Discord front door: logs in, registers the commands, turns errors into private replies."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.party.errors import NOT_AS_CONFIGURED, StartError
from bot.service import PartyService
from cogs.card import Live
from cogs.commands import add_commands, mentions
from cogs.leaving import Leaving
from cogs.login import ELSEWHERE, elsewhere, install_link, log_in, shortcomings
from cogs.news import News
from cogs.presence import VoiceStatus
from cogs.pressing import pressed
from cogs.questions import Questions
from cogs.request import Interaction, explain
from cogs.rights import Rights
from cogs.sending import resend_once
from cogs.texts import Texts
from cogs.voice import Voice

log = logging.getLogger(__name__)

LAST_ANSWERS_S = 8.0
"""A bot that is told to stop waits so long for the answers to what people have asked already."""

# A bot that is never called into a channel needs no voice library; who calls it is told what is missing.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False


class _Tree(app_commands.CommandTree["EncoreBot"]):
    """Slash commands whose errors are told to the asker."""

    async def _call(self, interaction: discord.Interaction[EncoreBot]) -> None:
        with self.client.answering():
            await super()._call(interaction)

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
        self.voice = Voice(self, party)
        party.passes.rights_by("discord", Rights(self).look_up)
        self.mentions: dict[str, str] = {}  # until the commands are registered
        self._under_way: set[asyncio.Task[Any]] = set()

    async def setup_hook(self) -> None:
        """Makes the commands known, before the first event can arrive."""
        add_commands(self.tree, spotify=self.party.has_spotify)
        more = (Leaving(self, self.party, self.live), VoiceStatus(self, self.party), self.voice)
        for cog in (self.news, self.live, *more):
            await self.add_cog(cog)
        await self.tree.set_translator(Texts())
        self.mentions = mentions(await self.tree.sync())

    def is_connected(self) -> bool:
        """Whether all its shards are connected now."""
        return self.is_ready() and not any(shard.is_closed() for shard in self.shards.values())

    async def on_interaction(self, interaction: Interaction) -> None:
        """Takes what is pressed, chosen and sent; commands are the tree's."""
        with self.answering():
            await pressed(interaction)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Has `close` wait for what the running task does meanwhile."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - the library runs each request in one
        self._under_way.add(task)
        try:
            yield
        finally:
            self._under_way.discard(task)

    async def close(self) -> None:
        """Takes no more requests, answers those that it has, and then closes the connection."""
        if not self.is_closed():
            await self.voice.close()
            await asyncio.gather(*(shard.disconnect() for shard in self.shards.values()))
            if self._under_way:
                await asyncio.wait(self._under_way, timeout=LAST_ANSWERS_S)
        await super().close()


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
    resend_once()
    bot = EncoreBot(party, shard_ids, shard_count)
    party.vitals.part("Discord", bot.is_connected)
    async with bot:
        login = await log_in(bot, token)
        if elsewhere(login.application):
            raise StartError("; ".join(ELSEWHERE))
        for what, mend in shortcomings(login.application):
            log.warning(
                "Discord: %s; %s. The link with all that I need: %s",
                what,
                mend,
                install_link(login.application),
            )
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
            f"Discord closed the connection for good (code {code}); check the bot's token and intents",
            NOT_AS_CONFIGURED,
        ) from error
