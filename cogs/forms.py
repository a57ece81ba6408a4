"""Discord's forms and menus: songs to add, devices, and what a room may choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import discord
from discord import ui

from bot.doors.presses import DEVICE
from bot.party.errors import marked
from bot.party.limits import MOST_IMPORTED
from bot.party.words import NOTHING_BLOCKED, Blocked, Rules
from bot.playback.words import Device
from bot.wording.menus import Menu, blocked_menus, menus
from bot.wording.replies import Replies, short
from cogs.cards import WARM, AnyItem, Card
from cogs.offers import CHOICE_LIMIT, CHOICES, device_name

ADD_FORM = "encore:add"
"""The id of the form that takes several songs."""
SEVERAL = "songs"
"""The id of its one field."""
RULE, PLACE = "encore:rule:", "encore:place:"
"""What the ids of the settings' menus begin with; the rule's name follows."""
PLACES = {"dj_role", "voice"}
"""The rules that are chosen among a server's roles and channels."""


def songs_form(words: Replies) -> ui.Modal:
    """A form for several songs, one a line."""
    form = ui.Modal(title=short(words.say(marked("Add songs")), 45), custom_id=ADD_FORM)
    field = ui.TextInput[ui.Modal](
        custom_id=SEVERAL,
        style=discord.TextStyle.paragraph,
        placeholder=short(words.say(marked("Take on Me – a-ha")), 100),
        max_length=4000,
    )
    told = words.count("One song per line, one at most", "One song per line, {number} at most", MOST_IMPORTED)
    form.add_item(ui.Label(text=short(told, 45), component=field))
    form.stop()  # what comes back is known by the form's id alone
    return form


def filled_in(data: object) -> str:
    """The text of the form's field, wherever it stands."""
    if isinstance(data, dict):
        if data.get("custom_id") == SEVERAL:
            return str(data.get("value") or "")
        return "".join(filled_in(part) for part in data.values() if isinstance(part, dict | list))
    return "".join(filled_in(part) for part in data) if isinstance(data, list) else ""


def device_card(text: str, devices: Sequence[Device]) -> Card:
    """A choice among devices, or what to do where there is none."""
    items: list[AnyItem] = [ui.TextDisplay(text)]
    options = [
        discord.SelectOption(label=device_name(each.name), value=each.id, emoji="🔊" if each.active else None)
        for each in devices
        if len(each.id) <= CHOICE_LIMIT
    ]
    if options:
        menu = ui.Select[Any](custom_id=DEVICE, placeholder=short(text, 150), options=options[:CHOICES])
        items.append(ui.ActionRow(menu))
    return Card(*items)


def settings_view(rules: Rules, words: Replies, blocked: Blocked = NOTHING_BLOCKED) -> ui.LayoutView:
    """All rules, each with a menu to change it, and menus of what is blocked, to unblock it."""
    view = ui.LayoutView(timeout=None)
    *first, languages = [_menu(menu) for menu in menus(rules, words, servers=True)]
    heading = words.say(marked("How this party works"))
    told = words.say(marked("Changes apply right away, and only to this channel."))
    title = ui.TextDisplay[Any](f"### {heading}\n{told}")
    unblock = [_menu(replace(menu, options=menu.options[:CHOICES])) for menu in blocked_menus(blocked, words)]
    places: list[AnyItem] = [_roles(rules, words), _voices(rules, words)]
    selects: list[AnyItem] = [*first, *places, languages, *unblock]
    rows: list[AnyItem] = [ui.ActionRow(select) for select in selects]
    view.add_item(ui.Container(title, *rows, accent_colour=WARM))
    return view


def _menu(menu: Menu) -> ui.Select[Any]:
    return ui.Select(
        custom_id=f"{RULE}{menu.rule}",
        placeholder=short(menu.empty, 150),
        min_values=0 if menu.several else 1,
        max_values=len(menu.options) if menu.several else 1,
        options=[
            discord.SelectOption(label=short(label, 100), value=value, default=value in menu.chosen)
            for value, label in menu.options
        ],
    )


def _roles(rules: Rules, words: Replies) -> ui.RoleSelect[Any]:
    return ui.RoleSelect(
        custom_id=f"{PLACE}dj_role",
        placeholder=short(words.say(marked("DJ role: none (moderators only)")), 150),
        min_values=0,
        default_values=[discord.Object(int(rules.dj_role), type=discord.Role)] if rules.dj_role else [],
    )


def _voices(rules: Rules, words: Replies) -> ui.ChannelSelect[Any]:
    known = (
        discord.SelectDefaultValue(id=int(rules.voice), type=discord.SelectDefaultValueType.channel)
        if rules.voice
        else None
    )
    return ui.ChannelSelect(
        custom_id=f"{PLACE}voice",
        placeholder=short(
            words.say(marked("Voice channel: none (anyone active here can vote to skip)")), 150
        ),
        min_values=0,
        channel_types=[discord.ChannelType.voice, discord.ChannelType.stage_voice],
        default_values=[known] if known else [],
    )
