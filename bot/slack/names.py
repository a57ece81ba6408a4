"""What commands are called in Slack: one name each in every language, and found again however they are typed.

A workspace has one command of a name, whichever app brought it. Where others have taken ours, whoever sets
the app up puts a prefix in front of all of them, as in `/party-add`; any prefix is understood without being
configured. `/party` itself, or the prefix alone, runs whatever command is named behind it; an app may have
that one alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.doors.ask import Door
from bot.doors.check import SLACK_NAME
from bot.doors.commands import BY_NAME, FIRST_OF_GROUP, GROUPS, TABLE
from bot.doors.table import Command, of_door

ALL = "party"
"""The command that runs every other one, where there is no prefix."""
ROWS = of_door(TABLE, Door.SLACK)
HELP = BY_NAME["help"]
_BY_NAME = {row.name: row for row in ROWS} | {row.slack: row for row in ROWS if row.slack}
_FIRST = [ALL, *dict.fromkeys(name.split()[0] for name in _BY_NAME)]
"""The first words of all names."""


def prefixed(name: str, prefix: str = "") -> str:
    """A name as it is typed."""
    return f"/{prefix}-{name}" if prefix else f"/{name}"


def all_of_it(prefix: str = "") -> str:
    """How the command is typed that runs every other one."""
    return f"/{prefix or ALL}"


def named(row: Command, prefix: str = "") -> str:
    """How a command is typed."""
    behind = row.slack == ""
    return f"{all_of_it(prefix)} {row.name}" if behind else prefixed(row.slack_name, prefix)


def names(prefix: str = "", only: str = "") -> dict[str, str]:
    """How each command and group is typed, by its name in the table.

    Args:
        prefix: what stands in front of the names.
        only: the one command that runs all others, where the app has no other.
    """
    if only:
        all_names = [*(row.name for row in ROWS), *GROUPS]
        return {name: f"/{only} {name}" for name in all_names} | {ALL: f"/{only}"}
    groups = {name: prefixed(name, prefix) for name in GROUPS}
    return {row.name: named(row, prefix) for row in ROWS} | groups | {ALL: all_of_it(prefix)}


def of_group(name: str) -> Iterator[str]:
    """The second words of a group's commands."""
    return (row.words[1] for row in ROWS if row.words[0] == name and len(row.words) > 1)


@dataclass(frozen=True, slots=True)
class Typed:
    """A command as somebody typed it."""

    row: Command | None  # none for a command that does not exist
    named: str  # what it was called, such as `/party spotify connect`; else how it is used
    text: str = ""  # what was typed behind that
    prefix: str | None = None  # what stood in front of its name; None where that cannot be told


def find(command: str, text: str) -> Typed:
    """The command that was typed.

    Args:
        command: the slash command as Slack sends it.
        text: what was typed behind it.
    """
    said = command.removeprefix("/")
    name = max((each for each in _FIRST if f"-{said}".endswith(f"-{each}")), key=len, default="")
    prefix: str | None = said.removesuffix(name).removesuffix("-")
    if said == ALL or not SLACK_NAME.fullmatch(prefix or name):
        prefix = None
    if name not in {"", ALL}:
        return _found(name, text, command, prefix)
    first, rest = _split(text)
    if first in {"", ALL, HELP.name}:
        return Typed(HELP, command, "", prefix)
    if first not in _FIRST:
        return Typed(None, f"{command} {HELP.name}", "", prefix)
    return _found(first, rest, f"{command} {first}", prefix)


def _found(name: str, text: str, typed: str, prefix: str | None) -> Typed:
    """The command with this name, or with this first word of its name."""
    if name not in GROUPS:
        row = _BY_NAME[name]
        if not row.usage and text.strip().casefold() == HELP.name:  # also where the app lacks `/party`
            return Typed(HELP, typed, "", prefix)
        return Typed(row, typed, text, prefix)
    second, rest = _split(text)
    if not second and name in FIRST_OF_GROUP:
        return Typed(BY_NAME[FIRST_OF_GROUP[name]], typed, "", prefix)
    found = _BY_NAME.get(f"{name} {second}")
    if found is None:
        return Typed(None, f"{typed} {'|'.join(of_group(name))}", "", prefix)
    return Typed(found, f"{typed} {second}", rest, prefix)


def _split(text: str) -> tuple[str, str]:
    """The first word, in small letters, and all the rest as it was typed."""
    first, *rest = [*text.split(maxsplit=1), ""]
    return first.casefold(), rest[0] if rest else ""
