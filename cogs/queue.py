"""What goes into the queue and out of it: `/add`, `/queue`, `/now`, `/remove`, `/undo`, `/clear`, `/move`."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.party import links
from bot.party.domain import LONGEST_QUEUE, MOST_LINES, AddedAll
from bot.party.errors import NoSongInMessage, PartyError, TooManyLines, marked
from bot.playback.words import Imported
from bot.wording.replies import Replies, short
from cogs import choices
from cogs.cards import TEXT_LIMIT, fitting
from cogs.common import Asked, Interaction, ask, explain, own_words, say_privately

ADD_FROM_MESSAGE = "Add to the party"
"""The name of the command in a message's own menu."""
ADD_FORM = "encore:add"
"""The id of the form that takes several songs."""
PRIVATE = {"vote", "skip"}
"""What nobody else has seen somebody do is not told to all when it is taken back."""
SEVERAL = "songs"
"""The id of its one field."""


class Queue(commands.Cog):
    """What goes into the queue and out of it."""

    @app_commands.command()
    @app_commands.describe(song="Title and artist, or a link; leave it out to add several at once")
    @app_commands.autocomplete(song=choices.songs)
    async def add(self, interaction: Interaction, song: str | None = None) -> None:
        """Add a song, or several, to the party."""
        if song is None:
            await ask(interaction, private=True)
            await interaction.response.send_modal(_form(interaction))
        elif "\n" in song.strip() or links.several(song):
            await add_lines(await ask(interaction, quiet=True), song)
        else:
            asked = await ask(interaction, quiet=True)
            result = await asked.soon(asked.party.add(asked.room, asked.member, song, asked.key))
            await asked.reply(asked.replies.added(result))

    @app_commands.command()
    async def queue(self, interaction: Interaction) -> None:
        """Bring the party's card down here: what plays, what waits, and vote."""
        asked = await ask(interaction)
        await asked.client.live.show(asked)

    @app_commands.command()
    async def now(self, interaction: Interaction) -> None:
        """See what is playing."""
        asked = await ask(interaction)
        party = await asked.soon(asked.party.party(asked.room, history=0))
        await asked.reply(asked.replies.now(party))

    @app_commands.command()
    @app_commands.describe(song="The song to take out: choose it, or type its number or title")
    @app_commands.autocomplete(song=choices.removable)
    async def remove(self, interaction: Interaction, song: str) -> None:
        """Take a song out of the queue: your own, or any if you moderate."""
        asked = await ask(interaction)
        entry = await asked.soon(self._remove(asked, song))
        await asked.reply(entry)

    async def _remove(self, asked: Asked, song: str) -> str:
        entry_id = await meant(asked, song)
        return asked.replies.removed(await asked.party.remove(asked.room, asked.member, entry_id, asked.key))

    @app_commands.command()
    async def undo(self, interaction: Interaction) -> None:
        """Take back the last thing you did here."""
        asked = await ask(interaction)
        result = await asked.soon(asked.party.undo(asked.room, asked.member, asked.key))
        if result.kind in PRIVATE:
            await say_privately(interaction, own_words(interaction).undone(result))
        else:
            await asked.reply(asked.replies.undone(result))

    @app_commands.command()
    async def clear(self, interaction: Interaction) -> None:
        """Take every waiting song out, if you moderate."""
        asked = await ask(interaction)
        songs = await asked.soon(asked.party.clear(asked.room, asked.member, asked.key))
        await asked.reply(asked.replies.cleared(songs))

    @app_commands.command()
    @app_commands.describe(
        song="The song to move: choose it, or type its number or title", place="Its new place; 1 is next"
    )
    @app_commands.autocomplete(song=choices.entries)
    async def move(
        self, interaction: Interaction, song: str, place: app_commands.Range[int, 1, LONGEST_QUEUE] = 1
    ) -> None:
        """Give a waiting song another place, if you moderate."""
        asked = await ask(interaction)
        await asked.reply(await asked.soon(self._move(asked, song, place)))

    async def _move(self, asked: Asked, song: str, place: int) -> str:
        entry_id = await meant(asked, song)
        moved = await asked.party.move(asked.room, asked.member, entry_id, place, asked.key)
        return asked.replies.moved(moved)


async def meant(asked: Asked, song: str) -> int:
    """The entry of the party that a choice, a number or a title means.

    Raises:
        NoSuchEntry: there is none.
    """
    return choices.meant(await asked.party.party(asked.room, history=0), song, asked.member)


async def add_lines(asked: Asked, text: str) -> None:
    """Adds a song a line, and for a link to an album or a playlist all that is in it.

    Raises:
        PartyError: there are too many lines, or the only one cannot be met.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        raise TooManyLines(MOST_LINES)
    whole = [line for line in lines if links.several(line)]
    songs = "\n".join(line for line in lines if line not in whole)
    result = AddedAll((), ())
    if songs or not whole:
        result = await asked.soon(asked.party.add_all(asked.room, asked.member, songs, asked.key))
    imported: list[Imported] = []
    refused = list(result.refused)
    for number, link in enumerate(whole):
        key = f"{asked.key}/all{number}"
        try:
            imported.append(await asked.soon(asked.party.bring_in(asked.room, asked.member, link, key)))
        except PartyError as error:
            refused.append((link, error))
    await told(asked, AddedAll(result.added, tuple(refused)), imported)


async def told(asked: Asked, result: AddedAll, imported: Sequence[Imported] = ()) -> None:
    """Answers what became of several songs; only the asker hears of it when nothing came of them.

    Raises:
        PartyError: what was said of the only one.
    """
    if result.added or any(each.added for each in imported):
        await asked.reply(_told(asked.replies, result, imported))
    elif len(result.refused) == 1 and not imported:
        raise result.refused[0][1]
    else:
        await say_privately(asked.interaction, _told(own_words(asked.interaction), result, imported))


def _told(words: Replies, result: AddedAll, imported: Sequence[Imported]) -> str:
    parts = [words.added_all(result), *(words.imported(each) for each in imported)]
    return fitting("\n".join(filter(None, parts)).splitlines(), TEXT_LIMIT)


def _form(interaction: Interaction) -> ui.Modal:
    words = own_words(interaction)
    form = ui.Modal(title=short(words.say(marked("Add songs")), 45), custom_id=ADD_FORM)
    field = ui.TextInput[ui.Modal](
        custom_id=SEVERAL,
        style=discord.TextStyle.paragraph,
        placeholder=short(words.say(marked("Take on Me – a-ha")), 100),
        max_length=4000,
    )
    told = words.count("One song a line, one at most", "One song a line, {number} at most", MOST_LINES)
    form.add_item(ui.Label(text=short(told, 45), component=field))
    form.stop()  # what comes back is known by the form's id alone
    return form


async def add_from_form(interaction: Interaction) -> None:
    """Takes a filled-in form, also one that was opened before a restart."""
    try:
        await add_lines(await ask(interaction, quiet=True), _filled_in(dict(interaction.data or {})))
    except Exception as error:  # nobody else tells the asker
        await explain(interaction, error)


def _filled_in(data: object) -> str:
    """The text of the form's field, wherever it stands."""
    if isinstance(data, dict):
        if data.get("custom_id") == SEVERAL:
            return str(data.get("value") or "")
        return "".join(_filled_in(part) for part in data.values() if isinstance(part, dict | list))
    return "".join(_filled_in(part) for part in data) if isinstance(data, list) else ""


async def add_from_message(interaction: Interaction, message: discord.Message) -> None:
    """Adds the songs, albums and playlists that a message links to, or the song that its text names."""
    asked = await ask(interaction, quiet=True)
    text = "\n".join(links.found_in(message.content)) or " ".join(message.content.split())
    if not text:
        raise NoSongInMessage
    await add_lines(asked, text)
