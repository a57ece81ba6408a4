"""`/add`, `/queue`, `/skip`, `/remove` and `/undo`."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot import replies
from bot.domain import LONGEST_TEXT, Entry, Member, Party, Track
from bot.errors import NoSuchEntry
from bot.party import PartyService
from cogs.cards import queue_card
from cogs.common import ZERO_WIDTH, key_of, member_of, plain, room_of

Asked = discord.Interaction[Any]
Choice = app_commands.Choice[str]
CHOSEN = "entry:"
"""Marks an entry picked from a list: the rest of the text is its number."""
CHOICES = 25
"""How many choices Discord shows."""
CHOICE_LIMIT = 100
"""The longest name of a choice that Discord takes, in characters."""


class Queue(commands.Cog):
    """What goes into the queue and out of it."""

    def __init__(self, party: PartyService) -> None:
        self.party = party

    @app_commands.command()
    @app_commands.describe(song="Words of the title and artist, or a Spotify track link")
    @app_commands.guild_only()
    async def add(self, interaction: Asked, song: str) -> None:
        """Add a song to the party."""
        await interaction.response.defer(thinking=True)
        result = await self.party.add(room_of(interaction), member_of(interaction), song, key_of(interaction))
        await interaction.edit_original_response(content=replies.added(result, plain))

    @add.autocomplete("song")
    async def songs(self, _: Asked, typed: str) -> list[Choice]:
        """Songs as one types."""
        found = await self.party.search(typed[:LONGEST_TEXT], CHOICES)
        return [app_commands.Choice(name=_choice(track), value=f"track:{track.track_id}") for track in found]

    @app_commands.command()
    @app_commands.guild_only()
    async def queue(self, interaction: Asked) -> None:
        """See what plays and what waits, and vote."""
        await interaction.response.defer(thinking=True)
        embed, view = queue_card(await self.party.party(room_of(interaction)))
        await interaction.edit_original_response(embed=embed, view=view)

    @app_commands.command()
    @app_commands.guild_only()
    async def skip(self, interaction: Asked) -> None:
        """Vote to skip what plays; more than half of the people active skip it."""
        await interaction.response.defer(thinking=True)
        result = await self.party.skip(room_of(interaction), member_of(interaction), key_of(interaction))
        await interaction.edit_original_response(content=replies.skipped(result, plain))

    @app_commands.command()
    @app_commands.describe(song="The song to take out: choose it, or type its number or title")
    @app_commands.guild_only()
    async def remove(self, interaction: Asked, song: str) -> None:
        """Take a song out of the queue: your own, or any if you moderate."""
        await interaction.response.defer(thinking=True)
        room = room_of(interaction)
        member = member_of(interaction)
        number = _meant(await self.party.party(room, history=0), song, member)
        entry = await self.party.remove(room, member, number, key_of(interaction))
        await interaction.edit_original_response(content=replies.removed(entry, plain))

    @remove.autocomplete("song")
    async def entries(self, interaction: Asked, typed: str) -> list[Choice]:
        """The songs that the member may take out."""
        member = member_of(interaction)
        waiting = _waiting(await self.party.party(room_of(interaction), history=0))
        return [
            app_commands.Choice(name=_choice(entry.track), value=f"{CHOSEN}{entry.id}")
            for entry in waiting
            if entry.added_by == member or member.moderator
            if typed.casefold() in _choice(entry.track).casefold()
        ][:CHOICES]

    @app_commands.command()
    @app_commands.guild_only()
    async def undo(self, interaction: Asked) -> None:
        """Take back the last thing you did here."""
        await interaction.response.defer(thinking=True)
        result = await self.party.undo(room_of(interaction), member_of(interaction), key_of(interaction))
        await interaction.edit_original_response(content=replies.undone(result, plain))


def _choice(track: Track) -> str:
    """A song as a choice in a list, which shows text as it is."""
    return replies.short(replies.song(track, str), CHOICE_LIMIT)


def _waiting(party: Party) -> list[Entry]:
    return [*([party.playing] if party.playing else []), *party.queue]


def _meant(party: Party, text: str, member: Member) -> int:
    """The entry that was chosen, or whose number in the queue or title was typed: one's own first.

    Raises:
        NoSuchEntry: there is none.
    """
    text = text.replace(ZERO_WIDTH, "").strip()  # it may be copied from a message of ours
    if text.startswith(CHOSEN) and text.removeprefix(CHOSEN).isdecimal():
        return int(text.removeprefix(CHOSEN)[:15])
    if text.isdecimal():
        named = list(party.queue[int(text[:9]) - 1 : int(text[:9])])
    else:
        named = [entry for entry in _waiting(party) if text.casefold() in _choice(entry.track).casefold()]
    if not text or not named:
        raise NoSuchEntry
    return min(named, key=lambda entry: entry.added_by != member).id
