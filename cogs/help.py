"""`/help`, and `/delete-my-data`: what there is, and how to leave nothing behind."""

from __future__ import annotations

import re
from typing import Any, Self

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.party.errors import NotUnderstood, marked
from bot.wording.replies import Replies, short
from cogs.buttons import AnyItem, Pressed
from cogs.cards import Card
from cogs.common import Asked, Interaction, ask, own_words, party_of, passing

INTRODUCTION = marked(
    "Everybody here shares one queue. Add a few songs, then ask me what's next: "
    "I look for songs that belong with what you queued and voted for."
)
MOODS = marked(
    "The mood of `/next` and `/vibe`: safe is what fits best, balanced now and then something else, "
    "adventurous goes further away."
)
VOTES = marked("👍 and 👎 under a song vote for it; pressed again they take the vote back.")


class ForgetButton(Pressed, ui.DynamicItem[ui.Button[Any]], template=r"encore:forget:(?P<user>[0-9]{1,20})"):
    """Erases a member's data, for that member only."""

    private = True

    def __init__(self, user: str, label: str = "·") -> None:
        self.user = user
        super().__init__(
            ui.Button(
                label=short(label, 80),
                style=discord.ButtonStyle.danger,
                custom_id=f"encore:forget:{user}",
            )
        )

    @classmethod
    async def from_custom_id(cls, _: Interaction, item: AnyItem, match: re.Match[str], /) -> Self:
        """Makes the button again from its id alone."""
        return cls(match["user"])

    async def press(self, asked: Asked) -> None:
        """Erases, and says what."""
        if asked.member.user_id != self.user:
            raise NotUnderstood
        forgotten = await asked.soon(asked.party.forget(asked.member))
        await asked.update(Card(ui.TextDisplay(asked.replies.forgotten(forgotten))))


class Help(commands.Cog):
    """How to use the bot, and how to be forgotten."""

    @app_commands.command()
    async def help(self, interaction: Interaction) -> None:
        """See what I can do."""
        words = own_words(interaction)
        tree: app_commands.CommandTree[Any] = interaction.client.tree
        found = sorted(tree.get_commands(), key=lambda each: each.name)
        lines = [
            f"`/{_named(command, words)}` {words.say(command.description)}"
            for command in found
            if not isinstance(command, app_commands.ContextMenu)
        ]
        spotify = words.about_spotify(party_of(interaction).has_spotify)
        more = "\n".join([words.say(MOODS), words.say(VOTES), spotify])
        told = [words.say(INTRODUCTION), "\n".join(lines), more]
        card = Card(*(ui.TextDisplay(text) for text in told))
        with passing(card):
            await interaction.response.send_message(view=card, ephemeral=True)

    @app_commands.command(name="delete-my-data")
    async def delete_my_data(self, interaction: Interaction) -> None:
        """Have everything erased that I know of you."""
        asked = await ask(interaction, private=True)
        told = marked(
            "I keep your Discord id and name, the songs you added, your votes, and when you did so. "
            "Erase your name, your id and your votes from every party on Discord? That cannot be undone."
        )
        say = asked.replies.say
        text = say(told)
        if asked.party.has_spotify:
            text += " " + say(marked("Your Spotify connection goes with it."))
        button = ForgetButton(asked.member.user_id, say(marked("Erase everything of mine")))
        await asked.reply(view=Card(ui.TextDisplay(text), ui.ActionRow(button)))


def _named(command: app_commands.Command[Any, ..., Any] | app_commands.Group, words: Replies) -> str:
    return words.language.label("command", command.name)
