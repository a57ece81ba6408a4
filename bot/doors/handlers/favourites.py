"""What the asker has voted for in any party, and how it comes into this one."""

from __future__ import annotations

import re

from bot.doors.answers import Answer, OfferFavourites, Said
from bot.doors.ask import Ask
from bot.doors.handlers.queue import told
from bot.doors.meant import CHOSEN
from bot.party.errors import NotAFavourite
from bot.party.results import Favourites

ALL = "all"
"""Stands for every song of the list."""
_ENTRIES = re.compile(rf"{CHOSEN}([0-9]{{1,15}})(?:-([0-9]{{1,15}}))?")
"""One entry's number, or the newest one's and the oldest one's, as a page that shows the list sends them."""


async def favourites(ask: Ask, song: str = "") -> Answer:
    """Lists the asker's favourites, or adds one of the list, or all of it.

    Raises:
        NotAFavourite: the list has no such song.
    """
    found = await ask.party.favourites.of(ask.room, ask.member)
    if not song.strip():
        return offer(ask, found)
    newest, oldest = _meant(found, song.strip())
    added = await ask.party.favourites.add(ask.room, ask.member, newest, oldest, ask.key)
    return Said(told(ask, added).text, private=True)


async def page(ask: Ask, before: int, said: str = "") -> OfferFavourites:
    """The favourites whose entries have a lower number than that, 0 for all; above them what was said."""
    return offer(ask, await ask.party.favourites.of(ask.room, ask.member, before or None), before, said)


async def add(ask: Ask, newest: int, oldest: int, before: int) -> OfferFavourites:
    """Adds favourites, and lists those that are left of the page."""
    added = await ask.party.favourites.add(ask.room, ask.member, newest, oldest, ask.key)
    return await page(ask, before, ask.own.added_all(added))


def offer(ask: Ask, found: Favourites, before: int = 0, said: str = "") -> OfferFavourites:
    """Favourites to press on."""
    return OfferFavourites(said, ask.own.favourites(found), found, before)


def _meant(found: Favourites, song: str) -> tuple[int, int]:
    """The numbers of the newest and of the oldest entry that are meant."""
    numbers = [each.entry_id for each in found.songs]
    if song.casefold() == ALL and numbers:
        return numbers[0], numbers[-1]
    if match := _ENTRIES.fullmatch(song):
        return int(match[1]), int(match[2] or match[1])
    if song.isdecimal() and 0 < int(song[:9]) <= len(numbers):
        chosen = numbers[int(song[:9]) - 1]
        return chosen, chosen
    raise NotAFavourite
