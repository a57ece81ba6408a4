"""Which permissions the card needs in a channel, and how people hear of one that is missing."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

import aiohttp
import discord

from bot.party.errors import marked
from bot.party.words import Room
from bot.wording.replies import Replies
from cogs.request import Interaction, own_words, room_of

log = logging.getLogger(__name__)

NAMES = {
    "view_channel": marked("View Channel"),
    "connect": marked("Connect"),
    "send_messages": marked("Send Messages"),
    "send_messages_in_threads": marked("Send Messages in Threads"),
}
"""What Discord calls the permissions in a channel's settings."""
TO_SEE = {"view_channel", "connect"}
"""Without one of these a message of ours cannot be edited either."""
MOST_TOLD = 20_000
"""So many rooms are remembered in which somebody was told."""


def needed(kind: discord.ChannelType) -> list[str]:
    """What posting takes in a channel of this kind.

    Threads do not inherit Send Messages and have a permission of their own, forum posts are threads (docs,
    "Threads"); who may not connect to a voice channel has no other permission there (docs, "Permissions").
    """
    threads = {
        discord.ChannelType.public_thread,
        discord.ChannelType.private_thread,
        discord.ChannelType.news_thread,
    }
    voices = {discord.ChannelType.voice, discord.ChannelType.stage_voice}
    send = "send_messages_in_threads" if kind in threads else "send_messages"
    return ["view_channel", *(["connect"] if kind in voices else []), send]


def lacking(may: discord.Permissions, kind: discord.ChannelType) -> frozenset[str]:
    """What of it is missing."""
    if may.administrator:
        return frozenset()
    return frozenset(name for name in needed(kind) if not getattr(may, name))


def lacking_here(interaction: Interaction) -> frozenset[str]:
    """What is missing where somebody acts, as Discord says in this very request."""
    kind = getattr(interaction.channel, "type", discord.ChannelType.text)
    return lacking(interaction.app_permissions, kind)


class MissingNotes:
    """Tells people once what is missing, and once more when it was given and taken again."""

    def __init__(self) -> None:
        self._told: dict[Room, frozenset[str]] = {}

    async def tell(self, interaction: Interaction, missing: frozenset[str]) -> None:
        """Tells whoever has just acted, if nobody was told in this room."""
        room = room_of(interaction)
        if self._told.get(room, frozenset()) == missing:
            return
        if not missing:
            del self._told[room]
            return
        if len(self._told) >= MOST_TOLD:
            self._told.clear()
        self._told[room] = missing
        try:
            await interaction.followup.send(note(missing, own_words(interaction)), ephemeral=True)
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            self._told.pop(room, None)
            log.info("Could not say what is missing in room %s: %s", room.channel, error)

    def leave(self, rooms: Iterable[Room]) -> None:
        """Forgets rooms that are gone."""
        for room in rooms:
            self._told.pop(room, None)


def note(missing: frozenset[str], words: Replies) -> str:
    """Which permission is missing, and who can give it."""
    names = ", ".join(f"**{words.say(name)}**" for key, name in NAMES.items() if key in missing)
    given: dict[str, Any] = {"permissions": names}
    return words.say(
        marked(
            "I need {permissions} to keep the party's card up to date here. "
            "A server manager can turn that on for me in this channel's settings, under Permissions."
        ),
        **given,
    )
