"""Songs worth playing: `/next`, `/vibe`, `/why` and `/autopilot`, and the ballots that they post."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.party.domain import Entry, Mood, Why
from bot.party.errors import NoSuchEntry, NotUnderstood
from cogs import choices
from cogs.buttons import MoreButton
from cogs.cards import TEXT_LIMIT, again_button, ballot_card, fitting
from cogs.common import Asked, Interaction, ask

LEAST, MOST = 3, 5
"""How many songs a ballot has on Discord."""
MOOD = "How far to look from what you have: balanced if you don't say, see /help"
MOODS = [app_commands.Choice(name=mood.value, value=mood.value) for mood in Mood]


class Suggest(commands.Cog):
    """What the model proposes."""

    @app_commands.command()
    @app_commands.describe(count=f"How many songs, {MOST} if you don't say", mood=MOOD)
    @app_commands.choices(mood=MOODS)
    async def next(
        self,
        interaction: Interaction,
        count: app_commands.Range[int, LEAST, MOST] = MOST,
        mood: str = Mood.BALANCED,
    ) -> None:
        """Ask what to play next, and vote."""
        await self.offer(await ask(interaction), count, _mood(mood))

    @app_commands.command()
    @app_commands.describe(words="A time, a style or a mood in English, like 90s rock", mood=MOOD)
    @app_commands.choices(mood=MOODS)
    async def vibe(self, interaction: Interaction, words: str, mood: str = Mood.BALANCED) -> None:
        """Say in words what to play, with an empty queue too, and vote."""
        await self.offer(await ask(interaction), MOST, _mood(mood), words, spoken=True)

    @app_commands.command()
    @app_commands.describe(song="A song of the queue, or any other")
    async def why(self, interaction: Interaction, song: str) -> None:
        """See how much each song and member here speaks for a song."""
        asked = await ask(interaction, private=True)
        found = await asked.soon(self._why(asked, song))
        await asked.reply(fitting(asked.replies.why(found), TEXT_LIMIT))

    async def _why(self, asked: Asked, song: str) -> Why:
        party = await asked.party.party(asked.room, history=0)
        try:
            return await asked.party.why(asked.room, entry_id=choices.meant(party, song, asked.member))
        except NoSuchEntry:
            return await asked.party.why(asked.room, song)

    @why.autocomplete("song")
    async def any_song(self, interaction: Interaction, typed: str) -> list[choices.Choice]:
        """What the party has first, then the catalogue's songs."""
        queued = await choices.entries(interaction, typed)
        return [*queued, *await choices.songs(interaction, typed)][: choices.CHOICES]

    @app_commands.command()
    @app_commands.describe(choice="On or off; leave it out to see how it stands")
    async def autopilot(self, interaction: Interaction, choice: Literal["on", "off"] | None = None) -> None:
        """Let me ask what's next before the queue runs dry; with Manage Server or the DJ role."""
        asked = await ask(interaction)
        rules = asked.rules
        if choice is not None:
            chosen = {"autopilot": choice == "on"}
            rules = await asked.soon(asked.party.choose(asked.room, asked.member, chosen, asked.key))
        await asked.reply(asked.replies.autopilot(rules.autopilot, rules.autopilot_below))

    async def offer(
        self,
        asked: Asked,
        count: int = MOST,
        mood: Mood = Mood.BALANCED,
        words: str = "",
        *,
        instead: bool = False,
        spoken: bool = False,
    ) -> None:
        """Posts a ballot, for words or for the queue, or shows it instead of the one that was clicked."""
        if words or spoken:
            vibe = await asked.soon(asked.party.vibe(asked.room, asked.member, words, asked.key, mood=mood))
            ballot, intro = vibe.ballot, asked.replies.vibe(vibe)
            words = " ".join(vibe.known)
        else:
            ballot = await asked.soon(asked.party.next(asked.room, asked.member, count, asked.key, mood=mood))
            intro = asked.replies.offered(ballot)
        view = self._card(asked, ballot, intro, again_button(mood, count, words, asked.replies))
        await (asked.update(view) if instead else asked.reply(view=view))

    async def show(self, asked: Asked, ballot: Sequence[Entry]) -> None:
        """Shows the ballot that was clicked as it stands."""
        intro, again = _kept(asked.interaction.message, asked)
        await asked.update(self._card(asked, ballot, intro, again))

    async def close(self, asked: Asked, entry_id: int) -> None:
        """Switches the buttons of the ballot that was clicked off."""
        ballot = await asked.party.ballot_of(asked.room, entry_id)
        if ballot:
            await self.show(asked, ballot)

    def _card(self, asked: Asked, ballot: Sequence[Entry], intro: str, again: MoreButton) -> Any:
        return ballot_card(
            ballot,
            asked.replies,
            intro=intro,
            again=again,
            now_ms=asked.party.now_ms(),
            threshold=asked.rules.threshold,
        )


def _mood(said: str) -> Mood:
    try:
        return Mood(said)
    except ValueError:
        raise NotUnderstood from None


def _kept(message: discord.Message | None, asked: Asked) -> tuple[str, MoreButton]:
    """What a ballot's message says of itself: its first text, and what its button asks for again."""
    parts = list(_walk(message.components if message else []))
    intro = next((part.content for part in parts if isinstance(part, discord.TextDisplay)), "")
    ids = [str(getattr(part, "custom_id", None)) for part in parts]
    found = next(filter(None, map(MoreButton.__discord_ui_compiled_template__.fullmatch, ids)), None)
    if found is None:  # a ballot of an earlier Encore
        return intro or asked.replies.offered([]), again_button(Mood.BALANCED, MOST, "", asked.replies)
    mood, count, words = Mood(found["mood"]), int(found["count"]), found["words"] or ""
    return intro, again_button(mood, count, words, asked.replies)


def _walk(components: Sequence[Any]) -> Iterator[Any]:
    for part in components:
        yield part
        yield from _walk(getattr(part, "children", []))
