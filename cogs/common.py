"""What every cog needs: who asks where, safe text, and answers that only the asker sees."""

from __future__ import annotations

import contextlib
import logging
import re
import secrets
from typing import Any, Protocol, cast

import discord

from bot.domain import Member, Room
from bot.errors import EncoreError
from bot.party import PartyService

log = logging.getLogger(__name__)


UNKNOWN_INTERACTION = 10062
ALREADY_ACKNOWLEDGED = 40060

_MARKDOWN = re.compile(r"([\\*_~`|>#\[\]+-]|(?<=[0-9])\.)")
ZERO_WIDTH = "\u200b"


class HasParty(Protocol):
    """The client that a button is clicked at."""

    party: PartyService


def plain(text: str) -> str:
    """Makes text from outside harmless in Discord.

    Every sign of Discord's Markdown gets a backslash. The library's own escape leaves masked links, mentions,
    timestamps, addresses and invitations alone: a zero-width space breaks up what they are made of.
    """
    escaped = _MARKDOWN.sub(r"\\\1", text)
    for sign in "<@:/":
        escaped = escaped.replace(sign, sign + ZERO_WIDTH)
    return escaped


def room_of(interaction: discord.Interaction[Any]) -> Room:
    """The room of the channel that somebody acts in."""
    return Room("discord", str(interaction.guild_id or ""), str(interaction.channel_id or ""))


def member_of(interaction: discord.Interaction[Any]) -> Member:
    """Who acts, and whether they may moderate here, as Discord says in this very request."""
    may = interaction.permissions
    return Member(
        "discord",
        str(interaction.user.id),
        interaction.user.display_name,
        moderator=may.manage_guild or may.manage_messages,
    )


def key_of(interaction: discord.Interaction[Any]) -> str:
    """The same for every delivery of one request."""
    return f"discord:{interaction.id}"


def party_of(interaction: discord.Interaction[Any]) -> PartyService:
    """The party service of the client that a button belongs to."""
    return cast(HasParty, interaction.client).party


async def say_privately(interaction: discord.Interaction[Any], text: str) -> None:
    """Tells only the asker, whatever was deferred before.

    The first follow-up of a public deferral would be public too, so that deferral is taken away first; a
    click's deferral has no message of its own.
    """
    if not interaction.response.is_done():
        await interaction.response.send_message(text, ephemeral=True)
        return
    if interaction.response.type is discord.InteractionResponseType.deferred_channel_message:
        with contextlib.suppress(discord.NotFound):  # a moderator was faster
            await interaction.delete_original_response()
    await interaction.followup.send(text, ephemeral=True)


async def explain(interaction: discord.Interaction[Any], error: BaseException) -> None:
    """Answers a failed request: in the error's own words, or with an apology and a number to look for."""
    error = getattr(error, "original", error)
    if isinstance(error, discord.HTTPException) and error.code in {
        UNKNOWN_INTERACTION,
        ALREADY_ACKNOWLEDGED,
    }:
        log.info("A request was answered already, or too late: %s", error)
        return
    text = plain_sentence(error)
    try:
        await say_privately(interaction, text)
    except discord.HTTPException:
        log.exception("An error could not be told.")


def plain_sentence(error: BaseException) -> str:
    """What a person is told of an error."""
    if isinstance(error, EncoreError):
        return plain(str(error))
    number = secrets.token_hex(4)
    log.error("Failure %s", number, exc_info=error)
    return f"Sorry, something went wrong on my side. Look at /queue before you try again. (error {number})"
