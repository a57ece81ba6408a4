"""Discord's slash commands, made from the table of commands."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from typing import Any

import discord
from discord import app_commands

from bot.doors.answers import Answer
from bot.doors.arguments import Argument, File, Number, OneOf, Person, Text
from bot.doors.ask import Ask, Door
from bot.doors.commands import ADD_FROM_MESSAGE, BY_NAME, GROUPS, TABLE
from bot.doors.handlers.queue import add, add_from_message
from bot.doors.table import Audience, Command, of_door
from cogs.answering import show
from cogs.escape import copied
from cogs.files import lists_in, read
from cogs.offers import offer_for
from cogs.request import Interaction, explain, person, taken

AnyCommand = app_commands.Command[Any, ..., Any]


def add_commands(tree: app_commands.CommandTree[Any], *, spotify: bool) -> None:
    """Adds every command that Discord has, and the one in a message's own menu.

    Args:
        tree: which gets them.
        spotify: whether Spotify is set up; what needs it is left out where it is not.
    """
    groups = {name: app_commands.Group(name=name, description=told) for name, told in GROUPS.items()}
    for row in of_door(TABLE, Door.DISCORD, spotify=spotify):
        if len(row.words) == 1:
            tree.add_command(made(row))
        else:
            groups[row.words[0]].add_command(made(row))
    for group in groups.values():
        if group.commands:
            tree.add_command(group)
    tree.add_command(app_commands.ContextMenu(name=ADD_FROM_MESSAGE, callback=_add_from_message))


def mentions(registered: Sequence[app_commands.AppCommand]) -> dict[str, str]:
    """What shows each slash command so that it can be clicked, by its name.

    It has to be the English name: a click on a translated one does nothing (discord-api-docs#5518, #5462).
    """
    found: dict[str, str] = {}
    for command in registered:
        if command.type is discord.AppCommandType.chat_input:
            found[command.name] = command.mention
            inner = (it for it in command.options if isinstance(it, app_commands.AppCommandGroup))
            found |= {f"{command.name} {it.name}": it.mention for it in inner}
    return found


def made(row: Command) -> AnyCommand:
    """A row of the table as a command of discord.py's."""

    async def callback(interaction: Interaction, **given: Any) -> None:
        await run(interaction, row, given)

    shown = [argument for argument in row.arguments if argument.shown]
    asks = inspect.Parameter("interaction", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Interaction)
    # discord.py makes the options of what a callback's signature says.
    callback.__signature__ = inspect.Signature([asks, *map(_parameter, shown)])  # type: ignore[attr-defined]
    app_commands.describe(**{argument.name: argument.help for argument in shown})(callback)
    app_commands.choices(**dict(_choices(shown)))(callback)
    command: AnyCommand = app_commands.Command(
        name=row.words[-1], description=row.help, callback=callback, allowed_contexts=_places(row)
    )
    for argument in shown:
        offer = offer_for(argument.kind)
        if offer is not None:
            command.autocomplete(argument.name)(offer)
    return command


def _places(row: Command) -> app_commands.AppCommandContext | None:
    """Where a command is shown: what concerns the asker alone in the bot's direct messages, too.

    There is one answer for a whole group (docs, "Application Commands: Contexts"), and a party's commands
    stand in the same one as Spotify's personal ones, so groups stay in servers. Erasing one's data
    disconnects Spotify.
    """
    if not row.personal or len(row.words) > 1:
        return None
    return app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False)


def _parameter(argument: Argument) -> inspect.Parameter:
    annotation: Any = str
    match argument.kind:
        case Number(least, most):
            annotation = app_commands.Range[int, least, most]
        case File():
            annotation = discord.Attachment
        case Person():
            annotation = discord.User  # which a member of the server is, too
        case Text(longest) if longest < SENT_WHOLE:
            annotation = app_commands.Range[str, 1, longest]
    return inspect.Parameter(
        argument.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=inspect.Parameter.empty if argument.required else None,
        annotation=annotation if argument.required else annotation | None,
    )


SENT_WHOLE = 300
"""A text of so many characters or more is taken whole, and refused in words if it is too long."""


def _choices(arguments: Sequence[Argument]) -> Iterator[tuple[str, list[app_commands.Choice[str]]]]:
    for argument in arguments:
        if isinstance(argument.kind, OneOf):
            values = argument.kind.values
            yield argument.name, [app_commands.Choice(name=value, value=value) for value in values]


async def run(interaction: Interaction, row: Command, given: dict[str, Any]) -> None:
    """Takes a command to its handler, and shows what comes of it."""
    alone, quiet = row.audience is Audience.ALONE, row.audience is Audience.QUIET
    async with taken(interaction, private=alone, quiet=quiet, anywhere=row.personal) as asked:
        if row.slow or row.spotify:
            asked.client.news.remember(interaction)
        await show(asked, await asked.soon(_run(asked.ask, row, given)))


async def _run(ask: Ask, row: Command, given: dict[str, Any]) -> Answer:
    return await row.run(ask, {name: await _read(it) for name, it in given.items() if it is not None})


async def _read(value: Any) -> Any:
    """An option as its kind is read: a text as it was before it was copied from us, a file as its bytes.

    Raises:
        NoSuchPerson: a bot was chosen.
    """
    if isinstance(value, str):
        return copied(value)
    if isinstance(value, discord.User | discord.Member):
        return person(value)
    return await read(value) if isinstance(value, discord.Attachment) else value


async def _add_from_message(interaction: Interaction, message: discord.Message) -> None:
    async with taken(interaction, quiet=True) as asked:
        await show(asked, await asked.soon(_found_in(asked.ask, message)))


async def _found_in(ask: Ask, message: discord.Message) -> Answer:
    return await add_from_message(ask, message.content, await lists_in(message))


async def add_from_form(interaction: Interaction, text: str) -> None:
    """Adds what was written into the form, also one that was opened before a restart."""
    try:
        async with taken(interaction, quiet=BY_NAME["add"].audience is Audience.QUIET) as asked:
            await show(asked, await asked.soon(add(asked.ask, text)))
    except Exception as error:  # nobody else tells the asker
        await explain(interaction, error)
