"""The names and descriptions of the commands, for Discord to show in each member's own language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import TranslationContextLocation as Where

from bot.wording.languages import language, spoken

SPOKEN = {
    discord.Locale.german,
    discord.Locale.french,
    discord.Locale.spain_spanish,
    discord.Locale.latin_american_spanish,
    discord.Locale.brazil_portuguese,
    discord.Locale.japanese,
    discord.Locale.chinese,
}
CONTEXTS = {
    Where.command_name: "command",
    Where.group_name: "command",
    Where.parameter_name: "option",
    Where.choice_name: "choice",
}
"""What a name belongs to: the same word may be translated in different ways."""


class Texts(app_commands.Translator):
    """Translates what is registered with Discord."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """The text in a language of ours, or None where the English stands."""
        if locale not in SPOKEN:
            return None
        words = language(spoken(locale.value))
        where = CONTEXTS.get(context.location)
        said = words.label(where, string.message) if where else words.say(string.message)
        return None if said == string.message else said


def named(tree: app_commands.CommandTree[Any]) -> Iterator[tuple[str | None, str]]:
    """Everything of the commands that is translated: the context of a name, None for a description."""
    for menu in tree.get_commands(type=discord.AppCommandType.message):
        yield "command", menu.name
    for command in tree.walk_commands():
        yield "command", command.name
        yield None, command.description
        for option in command.parameters if isinstance(command, app_commands.Command) else ():
            yield "option", option.name
            yield None, str(option.description)
            for choice in option.choices:
                yield "choice", choice.name
