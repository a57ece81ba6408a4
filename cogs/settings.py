"""What a room chooses: `/settings`, one message with menus, and `/learn`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot import domain
from bot.domain import Order, Quorum, Rules
from bot.errors import ManagersOnly, NotUnderstood, marked
from bot.languages import LANGUAGES
from bot.replies import Replies, short
from cogs.buttons import AnyItem, Pressed
from cogs.cards import WARM
from cogs.common import Asked, Interaction, ask

ORDERS = {
    Order.VOTES: marked("Order: the most wanted song plays next"),
    Order.TURNS: marked("Order: everybody in turn"),
    Order.ARRIVAL: marked("Order: first come, first served"),
}
QUORUMS = {
    Quorum.ONE: marked("Skip: one is enough"),
    Quorum.THIRD: marked("Skip: a third must agree"),
    Quorum.HALF: marked("Skip: more than half must agree"),
    Quorum.MOST: marked("Skip: two thirds must agree"),
    Quorum.ALL: marked("Skip: everybody must agree"),
}
SWITCHES = {
    "one_of_each": marked("No song twice in the queue"),
    "clean": marked("No songs marked explicit"),
    "quiet": marked("Quiet: who adds a song is answered in private"),
    "autopilot": marked("Autopilot: keep it rolling"),
}
AUTOMATIC = "auto"
"""Stands for the language of the server."""

Options = Sequence[tuple[str, str]]  # (value, label)


class RuleSelect(Pressed, ui.DynamicItem[ui.Select[Any]], template=r"encore:rule:(?P<rule>[a-z_]{1,20})"):
    """Chooses one rule, or the switches together."""

    private = True

    def __init__(
        self, rule: str, options: Options, chosen: Sequence[str], placeholder: str, *, several: bool = False
    ) -> None:
        self.rule = rule
        super().__init__(
            ui.Select(
                custom_id=f"encore:rule:{rule}",
                placeholder=short(placeholder, 150),
                min_values=0 if several else 1,
                max_values=len(options) if several else 1,
                options=[
                    discord.SelectOption(label=short(label, 100), value=value, default=value in chosen)
                    for value, label in options
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


def chosen(rule: str, values: Sequence[str]) -> dict[str, Any]:
    """The choice of a menu as values of `Rules`.

    Raises:
        NotUnderstood: no menu of ours offers that.
    """
    if rule == "switches" and set(values) <= SWITCHES.keys():
        return {name: name in values for name in SWITCHES}
    value = values[0] if values else ""
    if rule == "language" and value in {AUTOMATIC, *LANGUAGES}:
        return {rule: "" if value == AUTOMATIC else value}
    if rule == "order" and value in {*Order}:
        return {rule: Order(value)}
    if rule == "quorum" and value in {*Quorum}:
        return {rule: Quorum(value)}
    if rule in NUMBERS and value.isdecimal() and int(value) in NUMBERS[rule]:
        return {rule: int(value)}
    raise NotUnderstood


NUMBERS: dict[str, Sequence[int]] = {
    "threshold": domain.THRESHOLDS,
    "cooldown_min": domain.COOLDOWNS_MIN,
    "songs_each": domain.SONGS_EACH,
    "autopilot_below": domain.BELOW,
}


def settings_view(rules: Rules, replies: Replies) -> ui.LayoutView:
    """All rules, each with a menu to change it."""
    say, count = replies.say, replies.count
    view = ui.LayoutView(timeout=None)
    menus: list[ui.Item[Any]] = [
        RuleSelect("order", [(o, say(ORDERS[o])) for o in Order], [rules.order], ""),
        RuleSelect("quorum", [(q, say(QUORUMS[q])) for q in Quorum], [rules.quorum], ""),
        _numbers(
            "threshold",
            rules,
            lambda n: count("Ballots: {number} 👍 queues a song", "Ballots: {number} 👍 queue a song", n),
        ),
        _numbers(
            "cooldown_min",
            rules,
            lambda n: (
                count(
                    "Repeats: a song rests for {number} minute",
                    "Repeats: a song rests for {number} minutes",
                    n,
                )
                if n
                else say(marked("Repeats: any time"))
            ),
        ),
        _numbers(
            "songs_each",
            rules,
            lambda n: (
                count("Each member: {number} waiting song", "Each member: {number} waiting songs", n)
                if n
                else say(marked("Each member: any number of songs"))
            ),
        ),
        RuleSelect(
            "switches",
            [(name, say(label)) for name, label in SWITCHES.items()],
            [name for name in SWITCHES if getattr(rules, name)],
            say(marked("Everything is switched off")),
            several=True,
        ),
        _numbers(
            "autopilot_below",
            rules,
            lambda n: count(
                "Autopilot: when no song is left", "Autopilot: with fewer than {number} songs left", n
            ),
        ),
        PlaceSelect("dj_role", _roles(rules, replies)),
        PlaceSelect("voice", _voices(rules, replies)),
        RuleSelect(
            "language",
            [(AUTOMATIC, say(marked("Language: this server's"))), *LANGUAGES.items()],
            [rules.language or AUTOMATIC],
            "",
        ),
    ]
    heading = say(marked("How this party works"))
    told = say(marked("Each choice holds at once, for this channel."))
    title = ui.TextDisplay[Any](f"### {heading}\n{told}")
    view.add_item(ui.Container(title, *(ui.ActionRow(menu) for menu in menus), accent_colour=WARM))
    return view


def _numbers(rule: str, rules: Rules, label: Any) -> RuleSelect:
    now = getattr(rules, rule)
    offered = sorted({*NUMBERS[rule], now})
    return RuleSelect(rule, [(str(n), label(n)) for n in offered], [str(now)], "")


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
        if not (asked.member.manager or rules.dj_role in asked.member.roles):
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
