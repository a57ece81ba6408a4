"""What a room chooses: `/settings`, one message with menus, and `/learn`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, Self

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.party.domain import Rules, is_dj
from bot.party.errors import ManagersOnly, marked
from bot.wording.menus import Menu, chosen, menus
from bot.wording.replies import Replies, short
from cogs.buttons import AnyItem, Pressed
from cogs.cards import WARM
from cogs.common import Asked, Interaction, ask


class RuleSelect(Pressed, ui.DynamicItem[ui.Select[Any]], template=r"encore:rule:(?P<rule>[a-z_]{1,20})"):
    """Chooses one rule, or the switches together."""

    private = True

    def __init__(self, menu: Menu) -> None:
        self.rule = menu.rule
        super().__init__(
            ui.Select(
                custom_id=f"encore:rule:{menu.rule}",
                placeholder=short(menu.empty, 150),
                min_values=0 if menu.several else 1,
                max_values=len(menu.options) if menu.several else 1,
                options=[
                    discord.SelectOption(label=short(label, 100), value=value, default=value in menu.chosen)
                    for value, label in menu.options
                ],
            )
        )

    @classmethod
    async def from_custom_id(cls, _: Interaction, item: AnyItem, match: re.Match[str], /) -> Self:
        """Makes the menu again; what was chosen is in the request."""
        made = cls.__new__(cls)
        made.rule = match["rule"]
        ui.DynamicItem.__init__(made, item)
        return made

    async def press(self, asked: Asked) -> None:
        """Changes the rule, if the member may, and shows them all."""
        await choose(asked, chosen(self.rule, self.item.values))


class PlaceSelect(Pressed, ui.DynamicItem[ui.Select[Any]], template=r"encore:place:(?P<rule>dj_role|voice)"):
    """Chooses a role or a voice channel, or none."""

    private = True

    def __init__(self, rule: str, select: ui.RoleSelect[Any] | ui.ChannelSelect[Any]) -> None:
        self.rule = rule
        super().__init__(select)  # type: ignore[arg-type] # every select is one of these items

    @classmethod
    async def from_custom_id(cls, _: Interaction, item: AnyItem, match: re.Match[str], /) -> Self:
        """Makes the menu again; what was chosen is in the request."""
        return cls(match["rule"], item)  # type: ignore[arg-type] # as it was made

    async def press(self, asked: Asked) -> None:
        """Changes the rule, if the member may, and shows them all."""
        values = self.item.values
        await choose(asked, {self.rule: str(getattr(values[0], "id", "")) if values else ""})


async def choose(asked: Asked, choices: Mapping[str, Any]) -> None:
    """Changes rules and shows them all anew."""
    rules = await asked.soon(asked.party.choose(asked.room, asked.member, choices, asked.key))
    await asked.update(settings_view(rules, asked.replies))


def settings_view(rules: Rules, replies: Replies) -> ui.LayoutView:
    """All rules, each with a menu to change it."""
    view = ui.LayoutView(timeout=None)
    *first, languages = [RuleSelect(menu) for menu in menus(rules, replies)]
    places = [PlaceSelect("dj_role", _roles(rules, replies)), PlaceSelect("voice", _voices(rules, replies))]
    heading = replies.say(marked("How this party works"))
    told = replies.say(marked("Each choice holds at once, for this channel."))
    title = ui.TextDisplay[Any](f"### {heading}\n{told}")
    rows: list[AnyItem] = [ui.ActionRow(menu) for menu in (*first, *places, languages)]
    view.add_item(ui.Container(title, *rows, accent_colour=WARM))
    return view


def _roles(rules: Rules, replies: Replies) -> ui.RoleSelect[Any]:
    return ui.RoleSelect(
        custom_id="encore:place:dj_role",
        placeholder=short(replies.say(marked("DJs: nobody but moderators")), 150),
        min_values=0,
        default_values=[discord.Object(int(rules.dj_role), type=discord.Role)] if rules.dj_role else [],
    )


def _voices(rules: Rules, replies: Replies) -> ui.ChannelSelect[Any]:
    kinds = [discord.ChannelType.voice, discord.ChannelType.stage_voice]
    known = (
        discord.SelectDefaultValue(id=int(rules.voice), type=discord.SelectDefaultValueType.channel)
        if rules.voice
        else None
    )
    return ui.ChannelSelect(
        custom_id="encore:place:voice",
        placeholder=short(replies.say(marked("Voice channel: none; who is active here may skip")), 150),
        min_values=0,
        channel_types=kinds,
        default_values=[known] if known else [],
    )


class Settings(commands.Cog):
    """What a room chooses for itself."""

    @app_commands.command()
    async def settings(self, interaction: Interaction) -> None:
        """Choose how this channel's party works; with Manage Server or the DJ role."""
        asked = await ask(interaction, private=True)
        rules = await asked.soon(asked.party.rules(asked.room))
        if not (asked.member.manager or is_dj(asked.member, rules)):
            raise ManagersOnly
        await asked.reply(view=settings_view(rules, asked.replies))

    @app_commands.command()
    @app_commands.describe(choice="On or off; leave it out to see how it stands")
    async def learn(self, interaction: Interaction, choice: Literal["on", "off"] | None = None) -> None:
        """See whether this room's songs may train me; with Manage Server, choose it."""
        asked = await ask(interaction)
        if choice is None:
            on = await asked.soon(asked.party.shared(asked.room))
        else:
            on = await asked.soon(asked.party.share(asked.room, asked.member, choice == "on", asked.key))
        await asked.reply(asked.replies.learning(on))
