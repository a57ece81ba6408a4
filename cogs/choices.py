"""Songs and devices as choices: what is offered as one types, and what a choice or a typed text means."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from discord import app_commands

from bot.party import domain
from bot.party.domain import LONGEST_TEXT, Entry, Member, Party, Track
from bot.party.errors import NoDevice, NoSuchEntry, SpotifyError
from bot.playback.words import Device
from bot.service import PartyService
from bot.wording.languages import language
from bot.wording.replies import Replies, short
from cogs.buttons import CHOICE_LIMIT, copied
from cogs.common import Interaction, member_of, party_of, room_of

Choice = app_commands.Choice[str]

CHOSEN = "entry:"
"""Marks an entry picked from a list: the rest of the text is its number."""
DEVICE = "device:"
"""Marks a device picked from a list: the rest of the text is its id."""
OFFER_WITHIN_S, OFFER_WHEN_BUSY_S = 0.4, 0.08
"""What takes longer is not offered: who types has gone on, and asks again with the next letter."""
DEVICES_WITHIN_S = 2.0
"""Spotify has longer: devices are few, and nobody types on until they are there."""
CHOICES = 25
"""How many choices Discord shows."""
_AS_IT_IS = Replies(language("en"), str)


def named(track: Track) -> str:
    """A song as a choice in a list, which shows text as it is."""
    return short(_AS_IT_IS.song(track), CHOICE_LIMIT)


def waiting(party: Party) -> list[Entry]:
    """What plays, and what is queued in its order."""
    return [*([party.playing] if party.playing else []), *party.queue]


async def songs(interaction: Interaction, typed: str) -> list[Choice]:
    """Songs of the catalogue."""
    found = await party_of(interaction).search(typed[:LONGEST_TEXT], CHOICES)
    return [app_commands.Choice(name=named(track), value=f"track:{track.track_id}") for track in found]


async def entries(interaction: Interaction, typed: str) -> list[Choice]:
    """Songs that play or wait in the party."""
    return await _entries(interaction, typed, lambda _: True)


async def _entries(interaction: Interaction, typed: str, wanted: Callable[[Entry], bool]) -> list[Choice]:
    if interaction.guild_id is None:
        return []
    service = party_of(interaction)
    patience_s = OFFER_WHEN_BUSY_S if service.busy else OFFER_WITHIN_S
    reading = asyncio.ensure_future(service.party(room_of(interaction), history=0))
    done, _ = await asyncio.wait({reading}, timeout=patience_s)
    if not done:  # a song may be typed as well
        return []
    party = reading.result()
    return [
        app_commands.Choice(name=named(entry.track), value=f"{CHOSEN}{entry.id}")
        for entry in waiting(party)
        if wanted(entry) and typed.casefold() in named(entry.track).casefold()
    ][:CHOICES]


async def removable(interaction: Interaction, typed: str) -> list[Choice]:
    """The songs that the member may take out."""
    if interaction.guild_id is None:
        return []
    member = member_of(interaction)
    rules = await party_of(interaction).rules(room_of(interaction))
    any_of_them = member.moderator or domain.is_dj(member, rules)
    return await _entries(interaction, typed, lambda entry: any_of_them or entry.added_by == member)


def meant(party: Party, text: str, member: Member) -> int:
    """The entry that was chosen, or whose number in the queue or title was typed: one's own first.

    Raises:
        NoSuchEntry: there is none.
    """
    text = copied(text)
    if text.startswith(CHOSEN) and text.removeprefix(CHOSEN).isdecimal():
        return int(text.removeprefix(CHOSEN)[:15])
    if text.isdecimal():
        found = list(party.queue[max(int(text[:9]) - 1, 0) : int(text[:9])])
    else:
        found = [entry for entry in waiting(party) if text.casefold() in named(entry.track).casefold()]
    if not text or not found:
        raise NoSuchEntry
    return min(found, key=lambda entry: entry.added_by != member).id


async def devices(interaction: Interaction, typed: str) -> list[Choice]:
    """What the member's own account could play on; nothing where that cannot be said."""
    if interaction.guild_id is None:
        return []
    try:
        async with asyncio.timeout(DEVICES_WITHIN_S):
            found = await party_of(interaction).devices(member_of(interaction))
    except (SpotifyError, TimeoutError):
        return []
    choices = [app_commands.Choice(name=device_name(each), value=f"{DEVICE}{each.id}") for each in found]
    return [
        each
        for each in choices
        if typed.casefold() in each.name.casefold() and len(each.value) <= CHOICE_LIMIT
    ][:CHOICES]


def device_name(device: Device) -> str:
    """A device as a choice in a list, which shows text as it is."""
    return short(device.name, CHOICE_LIMIT) or "?"


async def device_meant(party: PartyService, member: Member, text: str) -> str:
    """The id of the device that was chosen, or whose name was typed.

    Raises:
        NoDevice: the member has none that is called so.
        SpotifyError: that cannot be said.
    """
    if text.startswith(DEVICE):
        return text.removeprefix(DEVICE)
    typed = copied(text).casefold()
    found = await party.devices(member)
    alike = [each for each in found if typed and typed in device_name(each).casefold()]
    if not alike:
        raise NoDevice
    return min(alike, key=lambda each: len(each.name)).id
