"""The live card on Discord: see `bot.doors.card`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

import discord
from discord.ext import commands

from bot.doors.card import Gone, Later, LiveCards
from bot.party.rules.moderation import may_vote
from bot.party.words import Party, Room, Rules
from bot.service import PartyService
from cogs.cards import Card, party_card
from cogs.request import Asked, joined_lately, passing, person, room_words

EDIT_EVERY_S = 2.0
"""How long a card rests between two edits, in seconds."""
SCROLLED_AWAY = 20
"""After so many messages below it a card is posted anew."""
RETRY_S = 10.0
"""How long a card rests when Discord could not take it."""
NO_PINGS = discord.AllowedMentions.none()
"""The library forgets the client's own in the edit of a message that it has not read."""


class Live(LiveCards, commands.Cog):
    """Keeps the cards of all rooms of this process up to date."""

    platform = "discord"
    scrolled_away = SCROLLED_AWAY

    def __init__(self, client: commands.AutoShardedBot, party: PartyService) -> None:
        super().__init__(party)
        self._client = client
        party.unit.count_listeners("discord", self.present)

    @property
    def every_s(self) -> float:
        """How long a card rests between two edits, in seconds."""
        return EDIT_EVERY_S

    async def cog_unload(self) -> None:
        """Stops editing."""
        await self.close()

    def present(self, room: Room, voice: str) -> list[str]:
        """The people in a voice channel of the room's server: not bots, nor whose votes don't count."""
        guild = self._guild(room)
        channel = guild.get_channel(int(voice)) if guild and voice.isdecimal() else None
        if not isinstance(channel, discord.VoiceChannel | discord.StageChannel):
            return []
        rules, now = self.party.settings.remembered(room) or Rules(), discord.utils.utcnow()
        others = {
            member.id
            for member in channel.members
            if member.bot or not may_vote(replace(person(member), newcomer=joined_lately(member, now)), rules)
        }
        return [str(user) for user in channel.voice_states if user not in others]

    async def show(self, asked: Asked) -> None:
        """Answers a request with the card, which from then on is the room's."""
        party = await asked.soon(self.party.insight.now(asked.ask.room, history=0))
        self._pages.pop(asked.ask.room, None)
        sent = await asked.reply(view=self._card(asked.ask.room, party))
        if sent is None:
            sent = await asked.interaction.original_response()
        await self.take(asked.ask.room, str(sent.id))

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Counts what is said below a card; nothing of it is read."""
        if message.guild is not None:
            self.said(Room("discord", str(message.guild.id), str(message.channel.id)))

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Picks the cards up that an earlier run left."""
        await self.pick_up()

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Takes all that a server had away, once it has thrown the bot out."""
        await self.party.leave("discord", str(guild.id))
        self.leave(str(guild.id))

    @commands.Cog.listener()
    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Lets a card go that somebody deleted; `/queue` brings it back."""
        await self.vanished(str(event.message_id))

    def is_ours(self, room: Room) -> bool:
        """Whether the bot is in the room's server, and this process serves its shard."""
        return self._guild(room) is not None

    async def send(self, room: Room, party: Party, page: int) -> str:
        """Posts a card without a sound."""
        card = self._card(room, party, page)
        with _told(), passing(card):
            sent = await self._channel(room).send(view=card, silent=True)
        return str(sent.id)

    async def edit(self, room: Room, card: str, party: Party, page: int) -> None:
        """Shows the party in a card that is there."""
        message = self._channel(room).get_partial_message(int(card))
        shown = self._card(room, party, page)
        with _told(), passing(shown):
            await message.edit(view=shown, allowed_mentions=NO_PINGS)

    async def delete(self, room: Room, card: str) -> None:
        """Takes a card away."""
        with contextlib.suppress(discord.HTTPException):
            await self._channel(room).get_partial_message(int(card)).delete()

    def _card(self, room: Room, party: Party, page: int = 0) -> Card:
        guild = self._guild(room)
        words = room_words(party.rules, guild.preferred_locale if guild else None)
        return party_card(party, words, page)

    def _guild(self, room: Room) -> discord.Guild | None:
        return self._client.get_guild(int(room.workspace)) if room.workspace else None

    def _channel(self, room: Room) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(int(room.channel), guild_id=int(room.workspace))


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """What Discord says of a card, in the words of `bot.doors.card`."""
    try:
        yield
    except (discord.NotFound, discord.Forbidden) as error:
        raise Gone from error
    except (discord.DiscordServerError, discord.RateLimited, OSError) as error:
        raise Later(RETRY_S) from error
