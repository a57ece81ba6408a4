"""Somebody's favourites with a button each, for that member alone."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from bot.doors.answers import OfferFavourites
from bot.doors.favourites import favourite_choices
from bot.wording.replies import Replies, short
from cogs.cards import IN_A_ROW, LABEL_LIMIT, AnyItem, Card
from cogs.escape import fitting

SAID_LIMIT, LISTED_LIMIT = 1_500, 2_400
"""So many characters of a message's 4,000 say what became of what was pressed, and so many list songs."""


def favourites_card(answer: OfferFavourites, words: Replies) -> Card:
    """What was said, the list, a button a song, and those for all of them and for older ones."""
    texts = ((answer.said, SAID_LIMIT), (answer.text, LISTED_LIMIT))
    items: list[AnyItem] = [
        ui.TextDisplay(fitting(text.splitlines(), limit)) for text, limit in texts if text
    ]
    single, several = favourite_choices(answer, words)
    for first in range(0, len(single), IN_A_ROW):
        items.append(ui.ActionRow(*(_button(*each) for each in single[first : first + IN_A_ROW])))
    if several:
        items.append(ui.ActionRow(*(_button(*each, primary=True) for each in several)))
    return Card(*items)


def _button(label: str, custom_id: str, *, primary: bool = False) -> ui.Button[Any]:
    style = discord.ButtonStyle.primary if primary else discord.ButtonStyle.secondary
    return ui.Button(label=short(label, LABEL_LIMIT) or "?", custom_id=custom_id, style=style)
