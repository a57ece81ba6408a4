"""One request from Discord: who asks where, in which language, and how it is answered in time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar, cast

import aiohttp
import discord

from bot.doors.ask import Ask, Door, VoiceChannels
from bot.party.errors import NoSuchPerson, NotInvited, ServersOnly
from bot.party.limits import LONGEST_TYPED
from bot.party.shares import fairly, work_for
from bot.party.words import Member, Room, Rules
from bot.service import PartyService
from bot.wording.languages import spoken
from bot.wording.replies import Replies
from cogs.escape import words_in
from cogs.questions import Questions

log = logging.getLogger(__name__)

Interaction = discord.Interaction[Any]
Result = TypeVar("Result")

UNKNOWN_INTERACTION = 10062
ALREADY_ACKNOWLEDGED = 40060
CLICKED = "clicked"
"""Under this name an interaction's extras have the id of the clicked message."""
A_DAY = timedelta(days=1)
ANSWER_WITHIN_S = 0.05
"""What takes longer is acknowledged first and answered later; Discord gives up on us after 3 seconds."""


class LiveCards(Protocol):
    """What keeps the party's cards up to date."""

    async def show(self, asked: Asked) -> None:
        """Answers a request with the card."""

    def turn(self, room: Room, page: int) -> None:
        """Shows another page of a room's card."""

    async def answered(self, interaction: Interaction) -> None:
        """Learns from a request that was answered."""


class Languages(Protocol):
    """What remembers who reads what."""

    def remember(self, interaction: Interaction) -> None:
        """Notes in which language somebody may be told something in private later."""


class Client(Protocol):
    """The client that a request comes in at."""

    party: PartyService
    questions: Questions
    live: LiveCards
    news: Languages
    voice: VoiceChannels
    mentions: Mapping[str, str]  # of the registered commands, by their names: each can be clicked


def room_of(interaction: Interaction) -> Room:
    """The room of the channel that somebody acts in."""
    return Room("discord", str(interaction.guild_id or ""), str(interaction.channel_id or ""))


def person(user: discord.User | discord.Member) -> Member:
    """Somebody who was chosen, with what they may do here; who has left the server may nothing.

    Raises:
        NoSuchPerson: it is a bot.
    """
    if user.bot:
        raise NoSuchPerson
    may, roles = discord.Permissions.none(), list[discord.Role]()
    if isinstance(user, discord.Member):
        may, roles = user.resolved_permissions or user.guild_permissions, user.roles
    return member_with(user, may, roles)


def member_with(
    user: discord.User | discord.Member,
    may: discord.Permissions,
    roles: Sequence[discord.Role],
    *,
    newcomer: bool = False,
) -> Member:
    """Somebody with these permissions and roles."""
    return Member(
        "discord",
        str(user.id),
        user.display_name[:LONGEST_TYPED],
        moderator=may.manage_guild or may.manage_messages,
        manager=may.manage_guild,
        roles=frozenset(str(role.id) for role in roles),
        newcomer=newcomer,
    )


def joined_lately(user: discord.User | discord.Member, now: datetime) -> bool:
    """Whether somebody joined the server less than a day ago; in a younger server nobody counts as new.

    For guests of a voice channel Discord tells no time ("Guild Member Object" in its docs): they are new.
    """
    if not isinstance(user, discord.Member) or user.guild.created_at > now - A_DAY:
        return False
    return user.joined_at is None or user.joined_at > now - A_DAY


def member_of(interaction: Interaction) -> Member:
    """Who acts, and what they may do here, as Discord says in this very request."""
    roles = interaction.user.roles if isinstance(interaction.user, discord.Member) else []
    lately = joined_lately(interaction.user, interaction.created_at)
    return member_with(interaction.user, interaction.permissions, roles, newcomer=lately)


def key_of(interaction: Interaction) -> str:
    """The same for every delivery of one request."""
    return f"discord:{interaction.id}"


def clicked(interaction: Interaction) -> str:
    """The id of the button or menu that was used, or of the form that was sent; empty for a command."""
    data: dict[str, Any] = dict(interaction.data or {})
    return str(data.get("custom_id") or "")


def shown_in(interaction: Interaction) -> str:
    """The id of the clicked message, if it was changed or left in place in answer; else empty."""
    kinds = {
        discord.InteractionResponseType.message_update,
        discord.InteractionResponseType.deferred_message_update,
    }
    return str(interaction.extras.get(CLICKED, "")) if interaction.response.type in kinds else ""


def client_of(interaction: Interaction) -> Client:
    """The client that a request has come in at."""
    return cast(Client, interaction.client)


def own_words(interaction: Interaction) -> Replies:
    """What only the asker reads, in the asker's own language."""
    return words_in(spoken(interaction.locale.value))


def room_words(rules: Rules, place: discord.Locale | None) -> Replies:
    """What the whole room reads, in the language that it chose, or its server's."""
    place = place or discord.Locale.american_english
    return words_in(rules.language or spoken(place.value))


@contextlib.contextmanager
def passing(view: discord.ui.LayoutView | None) -> Iterator[None]:
    """Sends a view once: its buttons are found by their ids alone, so nothing of it is kept.

    Its parts hold each other. Taken apart they are gone at once, else they would be there until garbage is
    looked for, and there is much of it in a rush.
    """
    if view is None:
        yield
        return
    view.stop()
    try:
        yield
    finally:
        for part in [view, *view.walk_children()]:
            if isinstance(part, discord.ui.LayoutView | discord.ui.Container | discord.ui.ActionRow):
                part.clear_items()


class Asked:
    """One request and its answers, to all or in private."""

    def __init__(self, interaction: Interaction, rules: Rules, *, private: bool) -> None:
        self.interaction = interaction
        self.client = client_of(interaction)
        self.private = private
        own = own_words(interaction)
        self.ask = Ask(
            door=Door.DISCORD,
            party=self.client.party,
            room=room_of(interaction),
            member=member_of(interaction),
            key=key_of(interaction),
            rules=rules,
            words=own if private else room_words(rules, interaction.guild_locale),
            own=own,
            title=getattr(interaction.channel, "name", None) or "",
            links=self.client.mentions,
            voice=self.client.voice,
        )

    async def soon(self, work: Awaitable[Result]) -> Result:
        """What the work leads to; the request is acknowledged meanwhile if that takes long.

        Raises:
            TooFast: the asker has used up their share.
        """
        task = asyncio.ensure_future(fairly(work))
        done, _ = await asyncio.wait({task}, timeout=ANSWER_WITHIN_S)
        if not done and not self.interaction.response.is_done():
            clicked = self.interaction.type is discord.InteractionType.component
            await self.interaction.response.defer(ephemeral=self.private, thinking=not clicked)
            self.interaction.extras["private"] = self.private
        return await task

    async def reply(
        self,
        text: str | None = None,
        *,
        view: discord.ui.LayoutView | None = None,
        file: discord.File | None = None,
    ) -> discord.InteractionMessage | None:
        """Answers with a message; returns it where it is known, which is after `soon` took long."""
        response = self.interaction.response
        given: dict[str, Any] = {"content": text} if text is not None else {}
        given |= {"view": view} if view is not None else {}
        with passing(view):
            if not response.is_done():
                given |= {"file": file} if file else {}
                sent = await response.send_message(ephemeral=self.private, **given)
                return sent.resource if isinstance(sent.resource, discord.InteractionMessage) else None
            if response.type is not discord.InteractionResponseType.deferred_channel_message:
                given |= {"file": file} if file else {}
                await self.interaction.followup.send(ephemeral=self.private, **given)
                return None
            given |= {"attachments": [file]} if file else {}
            return await self.interaction.edit_original_response(**given)

    async def further(self, view: discord.ui.LayoutView) -> None:
        """Says more of an answer, in a message behind it."""
        with passing(view):
            await self.interaction.followup.send(view=view, ephemeral=self.private)

    async def update(self, view: discord.ui.LayoutView) -> None:
        """Shows the message that was clicked anew."""
        with passing(view):
            if self.interaction.response.is_done():
                await self.interaction.edit_original_response(view=view)
            else:
                await self.interaction.response.edit_message(view=view)

    async def noted(self) -> None:
        """Acknowledges a click whose effect shows by itself."""
        if not self.interaction.response.is_done():
            await self.interaction.response.defer()


async def take(
    interaction: Interaction, *, private: bool = False, quiet: bool = False, anywhere: bool = False
) -> Asked:
    """Takes a request.

    Args:
        interaction: it.
        private: whether only the asker may see the answer.
        quiet: whether only the asker may see it where the room wants quiet.
        anywhere: whether it needs no party.

    Raises:
        ServersOnly, NotInvited: there can be no party there.
    """
    work_for(client_of(interaction).party.shares.person("discord", str(interaction.user.id)))
    if anywhere:
        return Asked(interaction, Rules(), private=True)
    if interaction.guild_id is None:
        raise ServersOnly
    if interaction.client.get_guild(interaction.guild_id) is None:
        raise NotInvited
    rules = await rules_of(interaction)
    return Asked(interaction, rules, private=private or (quiet and rules.quiet))


@contextlib.asynccontextmanager
async def taken(
    interaction: Interaction, *, private: bool = False, quiet: bool = False, anywhere: bool = False
) -> AsyncIterator[Asked]:
    """Takes a request as `take` does, and learns from it once it is answered."""
    yield await take(interaction, private=private, quiet=quiet, anywhere=anywhere)
    await learn(interaction)


async def learn(interaction: Interaction) -> None:
    """Lets the cards learn from a request that was answered with a message or a change of one."""
    kind = interaction.response.type
    if kind is not None and kind is not discord.InteractionResponseType.modal:
        await client_of(interaction).live.answered(interaction)


async def rules_of(interaction: Interaction) -> Rules:
    """What the room has chosen; the usual rules where the database takes too long."""
    settings, room = client_of(interaction).party.settings, room_of(interaction)
    remembered = settings.remembered(room)
    if remembered is not None:
        return remembered
    asked = asyncio.ensure_future(settings.rules(room))
    done, _ = await asyncio.wait({asked}, timeout=ANSWER_WITHIN_S)
    return asked.result() if done else Rules()


async def answer_privately(
    interaction: Interaction, text: str | None = None, view: discord.ui.LayoutView | None = None
) -> None:
    """Answers only the asker, whatever was deferred before.

    The first follow-up of a public deferral would be public too, so that deferral is taken away first; a
    click's deferral has no message of its own.
    """
    given: dict[str, Any] = {"content": text} if view is None else {"view": view}
    with passing(view):
        if not interaction.response.is_done():
            await interaction.response.send_message(ephemeral=True, **given)
            return
        if interaction.response.type is discord.InteractionResponseType.deferred_channel_message:
            if interaction.extras.get("private"):
                await interaction.edit_original_response(**given)
                return
            with contextlib.suppress(discord.NotFound):  # a moderator was faster
                await interaction.delete_original_response()
        await interaction.followup.send(ephemeral=True, **given)


async def explain(interaction: Interaction, error: BaseException) -> None:
    """Answers a failed request: in the error's own words, or with an apology and a number to look for."""
    error = getattr(error, "original", error)
    if isinstance(error, discord.HTTPException) and error.code in {
        UNKNOWN_INTERACTION,
        ALREADY_ACKNOWLEDGED,
    }:
        log.info("A request was already answered, or answered too late: %s", error)
        return
    text = own_words(interaction).failure(error)
    if interaction.type is discord.InteractionType.autocomplete:
        return
    try:
        await answer_privately(interaction, text)
    except (discord.HTTPException, aiohttp.ClientError, OSError):
        log.exception("Could not report an error.")
    else:
        await learn(interaction)
