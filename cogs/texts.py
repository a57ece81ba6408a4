"""The names and descriptions of the commands, for Discord to show in each member's own language."""

from __future__ import annotations

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
