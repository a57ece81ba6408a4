"""The live card on Discord: see `bot.doors.card`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterable
from dataclasses import replace

import aiohttp
import discord
from discord.ext import commands

from bot.doors.card import LiveCards, Waits
from bot.party.rules.moderation import may_vote
from bot.party.words import Party, Room, Rules
from bot.service import PartyService
from bot.wording.replies import Replies
from cogs.cards import Card, party_card
from cogs.permissions import TO_SEE, MissingNotes, lacking, lacking_here
from cogs.refusals import Barred, understood
from cogs.request import Asked, Interaction, joined_lately, passing, person, room_of, room_words, shown_in
from cogs.side_door import NO_PINGS, SideDoor, resting_card

log = logging.getLogger(__name__)

EDIT_EVERY_S = 2.0
"""How long a card rests between two edits, in seconds."""
SCROLLED_AWAY = 20
"""After so many messages below it a card is posted anew."""
OLD_AFTER_S = 3600.0
"""A message that is older than this takes 3 edits in 6 seconds (error 30046) ..."""
OLD_EDIT_EVERY_S = 3.0
"""... so an old card rests longer. Posted anew each hour it would make a quiet channel look unread."""


class Live(LiveCards, commands.Cog):
    """Keeps the cards of all rooms of this process up to date."""

    platform = "discord"
    scrolled_away = SCROLLED_AWAY

    def __init__(self, client: commands.AutoShardedBot, party: PartyService) -> None:
        super().__init__(party)
        self._client = client
        self._side = SideDoor()
        self._notes = MissingNotes()
        self._no_edits: set[Room] = set()  # where the bot lacks a permission for it
        self._no_posts: set[Room] = set()
        self._named: set[Room] = set()  # those of them that the log has named
        self._lapses: dict[Room, asyncio.TimerHandle] = {}
        party.unit.count_listeners("discord", self.present)

    @property
    def every_s(self) -> float:
        """How long a card rests between two edits, in seconds."""
        return EDIT_EVERY_S

    def rest_s(self, room: Room) -> float:
        """How long this card rests: an old one longer."""
        card = self._cards.get(room)
        age_s = time.time() - discord.utils.snowflake_time(int(card)).timestamp() if card else 0.0
        return OLD_EDIT_EVERY_S if age_s > OLD_AFTER_S else EDIT_EVERY_S

    async def cog_unload(self) -> None:
        """Stops editing."""
        for timer in self._lapses.values():
            timer.cancel()
        await self.close()

    def present(self, room: Room, voice: str) -> list[str] | None:
        """The people in a voice channel of the room's server: not bots, nor whose votes don't count.

        None where another process serves the server.
        """
        guild = self._guild(room)
        if guild is None:
            return None
        channel = guild.get_channel(int(voice)) if voice.isdecimal() else None
        if not isinstance(channel, discord.VoiceChannel | discord.StageChannel):
            return []
        rules, now = self.party.settings.remembered(room) or Rules(), discord.utils.utcnow()
        others = {
            member.id
            for member in channel.members
            if member.bot
            or (not rules.newcomers and joined_lately(member, now) and not self._votes(member, rules))
        }
        return [str(user) for user in channel.voice_states if user not in others]

    @staticmethod
    def _votes(newcomer: discord.Member, rules: Rules) -> bool:
        return may_vote(replace(person(newcomer), newcomer=True), rules)

    async def show(self, asked: Asked) -> None:
        """Answers a request with the card, which from then on is the room's."""
        party = await asked.soon(self.party.insight.now(asked.ask.room, history=0))
        self._pages.pop(asked.ask.room, None)
        sent = await asked.reply(view=self._card(asked.ask.room, party))
        if sent is None:
            sent = await asked.interaction.original_response()
        self._side.remember(asked.ask.room, asked.interaction, str(sent.id))
        await self.take(asked.ask.room, str(sent.id))

    async def answered(self, interaction: Interaction) -> None:
        """Learns from a request that was answered: what the bot may do there, and a way to the card."""
        room = room_of(interaction)
        if not self.is_ours(room):
            return
        missing, shown = lacking_here(interaction), shown_in(interaction)
        self._side.remember(room, interaction, shown if self._cards.get(room, shown) == shown else "")
        self._allow(room, missing)
        card = self._cards.get(room)
        if card and room in self._no_edits and self._side.can_edit(card):
            self._wake_at_lapse(room, card)
        self.heard(room)
        await self._notes.tell(interaction, missing)

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
    async def on_guild_channel_update(
        self, before: discord.abc.GuildChannel, after: discord.abc.GuildChannel
    ) -> None:
        """Goes on with cards for which there is a permission now."""
        self._look_again(after.guild)

    @commands.Cog.listener()
    async def on_guild_role_update(self, before: discord.Role, after: discord.Role) -> None:
        """The same."""
        self._look_again(after.guild)

    @commands.Cog.listener()
    async def on_member_update(self, before: discord.Member, after: discord.Member) -> None:
        """The same: of itself the bot hears this without an intent."""
        self._look_again(after.guild)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Lets a card go that somebody deleted; `/queue` brings it back."""
        await self.vanished(str(event.message_id))

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """Brings a card back that went along when somebody cleared a channel."""
        room = Room("discord", str(event.guild_id or ""), str(event.channel_id))
        await self.swept(room, {str(message) for message in event.message_ids})

    def drop(self, room: Room) -> None:
        """Knows nothing more of a room."""
        super().drop(room)
        for known in (self._no_edits, self._no_posts, self._named):
            known.discard(room)
        self._sleep_on(room)
        self._notes.leave([room])

    def is_ours(self, room: Room) -> bool:
        """Whether the bot is in the room's server, and this process serves its shard."""
        return self._guild(room) is not None

    async def send(self, room: Room, party: Party, page: int) -> str:
        """Posts a card without a sound."""
        card = self._card(room, party, page)
        with passing(card):
            if room not in self._no_posts:
                try:
                    with understood():
                        sent = await self._channel(room).send(view=card, silent=True)
                    return str(sent.id)
                except Barred:
                    self._bar(room, self._no_posts)
            return await self._send_aside(room, card)

    async def edit(self, room: Room, card: str, party: Party, page: int) -> None:
        """Shows the party in a card that is there."""
        message = self._channel(room).get_partial_message(int(card))
        shown = self._card(room, party, page)
        with passing(shown):
            if room not in self._no_edits:
                try:
                    with understood():
                        await message.edit(view=shown, allowed_mentions=NO_PINGS)
                    return
                except Barred:
                    self._bar(room, self._no_edits)
            if self._side.can_edit(card):
                await self._side.edit(card, shown)
                self._wake_at_lapse(room, card)
            elif self._side.can_send(room):
                await self.take(room, await self._send_aside(room, shown))
            else:
                await self._rest(room, card)

    async def delete(self, room: Room, card: str) -> None:
        """Takes a card away."""
        with contextlib.suppress(discord.HTTPException, aiohttp.ClientError, OSError):
            if room not in self._no_edits or not await self._side.delete(card):
                await self._channel(room).get_partial_message(int(card)).delete()

    async def _send_aside(self, room: Room, view: discord.ui.LayoutView) -> str:
        card = await self._side.send(room, view)
        if room in self._no_edits:
            self._wake_at_lapse(room, card)
        return card

    async def _rest(self, room: Room, card: str) -> None:
        """Says in a card, if that still can be, that it is not kept up to date."""
        resting = resting_card(self._words(room, await self.party.settings.rules(room)))
        with passing(resting):
            await self._side.edit(card, resting)
        raise Waits

    def _wake_at_lapse(self, room: Room, card: str) -> None:
        """Looks at a card again when its token is about to end."""
        self._sleep_on(room)
        left_s = max(0.0, self._side.lapses_in_s(card))
        self._lapses[room] = asyncio.get_running_loop().call_later(left_s, self.note, room)

    def _sleep_on(self, room: Room) -> None:
        timer = self._lapses.pop(room, None)
        if timer is not None:
            timer.cancel()

    def _bar(self, room: Room, where: set[Room]) -> None:
        if room not in self._named:
            log.info("The bot may not write its card in room %s.", room.channel)
        self._named.add(room)
        where.add(room)

    def _allow(self, room: Room, missing: Iterable[str]) -> None:
        """Takes note of what the bot may do in a room; goes on with a card that it may write again."""
        lacks = {*missing}
        if lacks:
            self._bar(room, self._no_posts)
        if lacks & TO_SEE:
            self._bar(room, self._no_edits)
            return
        barred = room in self._no_edits
        self._no_edits.discard(room)
        self._sleep_on(room)
        if not lacks and room in self._no_posts:
            self._no_posts.discard(room)
            barred = True
        if barred:
            self._waiting.pop(room, None)
            self.note(room)

    def _look_again(self, guild: discord.Guild) -> None:
        """Looks what the bot may do now in those rooms of a server where it lacked something."""
        for room in [each for each in self._no_edits | self._no_posts if each.workspace == str(guild.id)]:
            channel = guild.get_channel_or_thread(int(room.channel))
            if channel is not None and not isinstance(channel, discord.CategoryChannel):
                self._allow(room, lacking(channel.permissions_for(guild.me), channel.type))

    def _card(self, room: Room, party: Party, page: int = 0) -> Card:
        night = self.party.nights.url(party.night)
        return party_card(party, self._words(room, party.rules), page, night)

    def _words(self, room: Room, rules: Rules) -> Replies:
        guild = self._guild(room)
        return room_words(rules, guild.preferred_locale if guild else None)

    def _guild(self, room: Room) -> discord.Guild | None:
        return self._client.get_guild(int(room.workspace)) if room.workspace else None

    def _channel(self, room: Room) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(int(room.channel), guild_id=int(room.workspace))
