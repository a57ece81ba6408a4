"""Presses of buttons, choices from menus and forms that were sent, taken to what they are for.

The library could find each button's own class, but before that it makes every button of the clicked message
anew, which takes an eighth of all that the event loop does in a rush: here the id alone tells.
"""

from __future__ import annotations

from typing import Any

import discord

from bot.doors import presses
from bot.party.errors import NotUnderstood
from bot.wording.menus import BLOCKED_MEMBERS, BLOCKED_SONGS, chosen
from cogs.answering import show_outcome
from cogs.commands import add_from_form
from cogs.forms import ADD_FORM, PLACE, PLACES, RULE, filled_in, settings_view
from cogs.questions import plain_id
from cogs.request import CLICKED, Asked, Interaction, clicked, explain, taken


async def pressed(interaction: Interaction) -> None:
    """Answers a press, a choice or a form; what is none of ours is left alone."""
    data: dict[str, Any] = dict(interaction.data or {})
    custom_id = clicked(interaction)
    if interaction.type is discord.InteractionType.modal_submit:
        if custom_id == ADD_FORM:
            await add_from_form(interaction, filled_in(data))
    elif interaction.type is discord.InteractionType.component:
        values = [str(value) for value in data.get("values") or []]
        try:
            await _press(interaction, custom_id, values)
        except Exception as error:  # a button has no error hook of its own
            await explain(interaction, error)


async def _press(interaction: Interaction, custom_id: str, values: list[str]) -> None:
    if interaction.message is not None:
        interaction.extras[CLICKED] = interaction.message.id
    if custom_id.startswith((RULE, PLACE)):
        async with taken(interaction, private=True) as asked:
            await _choose(asked, custom_id, values)
        return
    press = presses.read(plain_id(custom_id), values[0] if values else "")
    if press is None:
        return
    if isinstance(press, presses.Vote) and press.on_card:
        interaction.message = None  # fifty objects that nobody asks for, and garbage later
    personal = isinstance(press, presses.Forget)
    async with taken(interaction, private=presses.is_private(press), anywhere=personal) as asked:
        if isinstance(press, presses.Add) and interaction.message is not None:
            await _add(asked, press, interaction.message, custom_id)
            return
        await show_outcome(asked, await asked.soon(presses.act(asked.ask, press)))
        interaction.message = None


async def _add(asked: Asked, press: presses.Add, message: discord.Message, custom_id: str) -> None:
    """Adds the song that was meant, once: a second press on an answered question only shows the answer."""
    await asked.noted()
    async with asked.client.questions.turn(message, custom_id) as is_open:
        if is_open:
            await show_outcome(asked, await presses.act(asked.ask, press))
        else:
            await asked.update(asked.client.questions.shown(message))


async def _choose(asked: Asked, custom_id: str, values: list[str]) -> None:
    """Changes a rule or unblocks something, if the member may, and shows it all anew."""
    ask = asked.ask
    rule = custom_id.removeprefix(RULE)
    choices: dict[str, Any] = {}
    if rule in {BLOCKED_MEMBERS, BLOCKED_SONGS}:
        await asked.soon(ask.party.blocks.unblock(ask.room, ask.member, values, ask.key))
    elif custom_id.startswith(PLACE):
        rule = custom_id.removeprefix(PLACE)
        if rule not in PLACES or not all(value.isdecimal() for value in values):
            raise NotUnderstood
        choices = {rule: values[0] if values else ""}
    else:
        choices = chosen(rule, values, servers=True)
    settings = ask.party.settings
    rules = await asked.soon(
        settings.choose(ask.room, ask.member, choices, ask.key) if choices else settings.rules(ask.room)
    )
    await asked.update(settings_view(rules, ask.own, await ask.party.blocks.of(ask.room)))
