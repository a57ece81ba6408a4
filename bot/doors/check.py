"""What would be wrong with a table of commands: the tests do not start with one that a door cannot show."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from bot.doors.arguments import Argument, File, Number, OneOf, Person, Text
from bot.doors.ask import Door
from bot.doors.table import Command

DISCORD_NAME = re.compile(r"[a-z0-9_-]{1,32}")
"""Of commands, groups and options (Discord's docs, "Application command naming"); ours are in ASCII."""
SLACK_NAME = re.compile(r"[a-z0-9_-]{1,32}")
LONGEST_HELP = 100
"""The longest description that Discord takes, in characters; Slack takes more."""
MOST_ARGUMENTS = MOST_CHOICES = 25
"""How many options a command of Discord's has at most, and how many choices an option."""
MOST_IN_GROUP = 25
MOST_IN_SLACK = 50
"""How many slash commands an app may have in Slack."""
MOST_IN_DISCORD = 100
RESERVED_BY_DISCORD = frozenset(
    {
        "giphy",
        "me",
        "msg",
        "nick",
        "shrug",
        "spoiler",
        "tableflip",
        "tenor",
        "thread",
        "tts",
        "unflip",
    }
)
"""What Discord's own clients do."""
RESERVED_BY_SLACK = frozenset(
    {
        "active",
        "apps",
        "archive",
        "away",
        "call",
        "canvas",
        "close",
        "collapse",
        "dm",
        "dnd",
        "expand",
        "feed",
        "feedback",
        "giphy",
        "help",
        "huddle",
        "invite",
        "invite_people",
        "join",
        "keys",
        "kick",
        "leave",
        "list",
        "me",
        "msg",
        "mute",
        "open",
        "part",
        "people",
        "prefs",
        "pro",
        "remind",
        "remove",
        "rename",
        "s",
        "search",
        "shortcuts",
        "shrug",
        "star",
        "status",
        "topic",
        "unarchive",
        "who",
        "workflow",
    }
)
"""What Slack itself does, now or in the past ("Use built-in slash commands" in its help, article 201259356).

One of them is enough for a whole manifest to be refused (hermes-agent#17054, openclaw#29032).
"""


def problems(table: Sequence[Command], groups: Mapping[str, str]) -> list[str]:
    """Everything that is wrong with a table, a sentence each that names the row."""
    return [*_rows(table, groups), *_together(table)]


def _rows(table: Sequence[Command], groups: Mapping[str, str]) -> Iterator[str]:
    for command in table:
        for problem in (*_names(command, groups), *_help(command), *_arguments(command), *_doors(command)):
            yield f"{command.name or '(without a name)'}: {problem}"


def _names(command: Command, groups: Mapping[str, str]) -> Iterator[str]:
    words = command.words
    if not 1 <= len(words) <= 2:
        yield "a name is one word, or two for one of a group"
    elif len(words) == 2 and words[0] not in groups:
        yield f"{words[0]} is no group"
    for word in words:
        if not DISCORD_NAME.fullmatch(word):
            yield f"Discord takes no name like {word!r}: 1 to 32 of a-z, 0-9, - and _"
    if Door.DISCORD not in command.without and words and words[0] in RESERVED_BY_DISCORD:
        yield f"/{words[0]} is Discord's own"
    if Door.SLACK not in command.without and command.slack != "":
        typed = (command.slack or words[0]) if words else ""
        if typed in RESERVED_BY_SLACK:
            yield f"/{typed} is Slack's own: give it another name there"
        if not SLACK_NAME.fullmatch(typed):
            yield f"Slack takes no name like {typed!r}: 1 to 32 of a-z, 0-9, - and _"


def _help(command: Command) -> Iterator[str]:
    if not command.help.strip():
        yield "it has no help"
    elif len(command.help) > LONGEST_HELP:
        yield f"its help is longer than {LONGEST_HELP} characters"


def _arguments(command: Command) -> Iterator[str]:
    names = Counter(argument.name for argument in command.arguments)
    yield from (f"it has two arguments called {name}" for name, count in names.items() if count > 1)
    if sum(argument.shown for argument in command.arguments) > MOST_ARGUMENTS:
        yield f"it has more than {MOST_ARGUMENTS} arguments"
    if sum(isinstance(argument.kind, Text) for argument in command.arguments) > 1:
        yield "of two texts nobody can tell where the first one ends"
    required = [argument.required for argument in command.arguments]
    if required != sorted(required, reverse=True):
        yield "what it needs comes before what it does not"
    for argument in command.arguments:
        yield from (f"{argument.name}: {problem}" for problem in _argument(argument))


def _argument(argument: Argument) -> Iterator[str]:
    if not DISCORD_NAME.fullmatch(argument.name):
        yield "Discord takes no such name"
    if not argument.help.strip() or len(argument.help) > LONGEST_HELP:
        yield f"it has no help, or more than {LONGEST_HELP} characters of it"
    match argument.kind:
        case Number(least, most):
            if least > most:
                yield "no number is in its range"
        case OneOf(values):
            if not 1 <= len(values) <= MOST_CHOICES or len(set(values)) < len(values):
                yield f"it needs 1 to {MOST_CHOICES} different values"
            if any(not value or value != value.casefold() or " " in value for value in values):
                yield "a value is one word in small letters, as it is typed"
        case Text() | File() | Person():
            pass
        case _:
            yield "no door can show an argument of its kind"


def _doors(command: Command) -> Iterator[str]:
    if any(not reason.strip() for reason in command.without.values()):
        yield "a door lacks it and no reason is given"
    if set(command.without) == {*Door}:
        yield "no door has it"


def _together(table: Sequence[Command]) -> Iterator[str]:
    names = Counter(command.name for command in table)
    yield from (f"{name}: it stands in the table twice" for name, count in names.items() if count > 1)
    handlers = Counter(command.handler for command in table)
    for command in table:
        if handlers[command.handler] > 1:
            yield f"{command.name}: its handler is another command's, too"
    slack = Counter(command.slack_name for command in table if Door.SLACK not in command.without)
    yield from (f"{name}: two commands have this name in Slack" for name, count in slack.items() if count > 1)
    first = [command.words[0] for command in table if command.words]
    for name, count in Counter(first).items():
        if count > MOST_IN_GROUP:
            yield f"{name}: a group of more than {MOST_IN_GROUP} commands"
        if count > 1 and name in names:
            yield f"{name}: a group and a command have the same name"
    if len(set(first)) > min(MOST_IN_SLACK, MOST_IN_DISCORD) - 1:
        yield f"{first[-1]}: there are more commands than Slack takes"
