"""What is offered as one types: songs of the catalogue, songs of the party, and the asker's devices."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from discord import app_commands

from bot.doors.arguments import AnySong, BlockedOne, Device, Kind, RemovableSong, Song, SongList, WaitingSong
from bot.doors.meant import BLOCKED, CHOSEN, DEVICE, named, on_and_waiting
from bot.doors.newest import Newest
from bot.party.errors import SpotifyError, TooFast
from bot.party.limits import LONGEST_TEXT
from bot.party.rules.moderation import may_moderate
from bot.party.shares import fairly, work_for
from bot.party.visible import bare
from bot.party.words import Entry
from bot.wording.languages import language
from bot.wording.menus import blocked_menus
from bot.wording.replies import Replies, seen, short
from cogs.request import Interaction, client_of, member_of, room_of

Choice = app_commands.Choice[str]
Offer = Callable[[Interaction, str], Coroutine[Any, Any, list[Choice]]]

CHOICE_LIMIT = 100
"""The longest label of a choice that Discord takes, and the longest value, in characters."""
CHOICES = 25
"""How many choices Discord shows."""
OFFER_WITHIN_S, OFFER_WHEN_BUSY_S = 0.4, 0.08
"""What takes longer is not offered: who types has gone on, and asks again with the next letter."""
_AS_IT_IS = Replies(language("en"), str)  # choices show text as it is
DEVICES_WITHIN_S = 2.0
"""Spotify has longer: devices are few, and nobody types on until they are there."""


def offer_for(kind: Kind) -> Offer | None:
    """What offers arguments of a kind; None where a menu does, or nothing can."""
    if isinstance(kind, SongList):
        return None
    return next((_fair(offer) for of, offer in _OFFERS if isinstance(kind, of)), None)


def _fair(offer: Offer) -> Offer:
    """The same, with nothing for whoever types on or has used up their share; it looks at only so much."""
    newest = Newest()  # of one argument alone: Discord's app takes no answer for what was typed before in it

    async def found(interaction: Interaction, typed: str) -> list[Choice]:
        return await fairly(offer(interaction, typed[:LONGEST_TEXT]), OFFER_WITHIN_S)

    async def offered(interaction: Interaction, typed: str) -> list[Choice]:
        work_for(client_of(interaction).party.shares.person("discord", str(interaction.user.id)))
        who = interaction.user.id, interaction.channel_id
        try:
            return await newest.of(who, found(interaction, typed)) or []
        except TooFast:
            return []

    return offered


async def songs(interaction: Interaction, typed: str) -> list[Choice]:
    """Songs of the catalogue."""
    room = room_of(interaction) if interaction.guild_id is not None else None
    found = await client_of(interaction).party.insight.search(typed, CHOICES, room)
    return [
        app_commands.Choice(name=named(track, CHOICE_LIMIT), value=f"track:{track.track_id}")
        for track in found
    ]


async def entries(interaction: Interaction, typed: str) -> list[Choice]:
    """Songs that play or wait in the party."""
    return await _entries(interaction, typed, lambda _: True)


async def _entries(interaction: Interaction, typed: str, wanted: Callable[[Entry], bool]) -> list[Choice]:
    if interaction.guild_id is None:
        return []
    party = client_of(interaction).party
    patience_s = OFFER_WHEN_BUSY_S if party.busy else OFFER_WITHIN_S
    try:
        async with asyncio.timeout(patience_s):
            now = await party.insight.now(room_of(interaction), history=0)
    except TimeoutError:  # a song may be typed as well
        return []
    offered = [
        app_commands.Choice(name=named(entry.track, CHOICE_LIMIT), value=f"{CHOSEN}{entry.id}")
        for entry in on_and_waiting(now)
        if wanted(entry)
    ]
    return [each for each in offered if bare(typed) in bare(each.name)][:CHOICES]


async def removable(interaction: Interaction, typed: str) -> list[Choice]:
    """The songs that the member may remove."""
    if interaction.guild_id is None:
        return []
    member = member_of(interaction)
    rules = await client_of(interaction).party.settings.rules(room_of(interaction))
    any_of_them = may_moderate(member, rules)
    return await _entries(interaction, typed, lambda entry: any_of_them or entry.added_by == member)


async def any_song(interaction: Interaction, typed: str) -> list[Choice]:
    """What the party has first, then the catalogue's songs."""
    queued = await entries(interaction, typed)
    return [*queued, *await songs(interaction, typed)][:CHOICES]


async def blocked(interaction: Interaction, typed: str) -> list[Choice]:
    """Whom and what the room keeps out, for those who may let them in again."""
    if interaction.guild_id is None:
        return []
    party, room = client_of(interaction).party, room_of(interaction)
    if not may_moderate(member_of(interaction), await party.settings.rules(room)):
        return []
    menus = blocked_menus(await party.blocks.of(room), _AS_IT_IS)
    offered = [
        app_commands.Choice(name=short(label, CHOICE_LIMIT), value=f"{BLOCKED}{mark}")
        for menu in menus
        for mark, label in menu.options
    ]
    return [each for each in offered if bare(typed) in bare(each.name)][:CHOICES]


async def devices(interaction: Interaction, typed: str) -> list[Choice]:
    """What the member's own account could play on; nothing where that cannot be said."""
    if interaction.guild_id is None:
        return []
    try:
        async with asyncio.timeout(DEVICES_WITHIN_S):
            found = await client_of(interaction).party.playback.devices(member_of(interaction))
    except (SpotifyError, TimeoutError):
        return []
    offered = [app_commands.Choice(name=device_name(each.name), value=f"{DEVICE}{each.id}") for each in found]
    return [each for each in offered if bare(typed) in bare(each.name) and len(each.value) <= CHOICE_LIMIT][
        :CHOICES
    ]


def device_name(name: str) -> str:
    """A device as a choice in a list, which shows text as it is."""
    return seen(name, CHOICE_LIMIT) or "?"


_OFFERS: tuple[tuple[type, Offer], ...] = (
    (RemovableSong, removable),
    (WaitingSong, entries),
    (AnySong, any_song),
    (Device, devices),
    (BlockedOne, blocked),
    (Song, songs),
)
