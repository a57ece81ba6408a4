"""`python -m bot.doors.markdown` prints the README's table of commands."""

from __future__ import annotations

from bot.doors.commands import TABLE
from bot.doors.table import Command

HEAD = ("command", "what it does", "who may", "who sees the answer")


def table() -> str:
    """The commands as a table in Markdown."""
    lines = [_row(*HEAD), _row(*("---" for _ in HEAD)), *map(_line, TABLE)]
    return "\n".join(lines) + "\n"


def _line(command: Command) -> str:
    shown = [argument for argument in command.arguments if argument.shown]
    names = [each.name if each.required else f"[{each.name}]" for each in shown]
    typed = " ".join([f"/{command.name}", *names])
    notes = [command.help]
    if command.slack:
        notes.append(f"In Slack: `/{command.slack}`.")
    if command.slack == "":
        notes.append(f"In Slack: `/party {command.name}`.")
    notes += [f"Not in {door}: {reason}." for door, reason in command.without.items()]
    return _row(f"`{typed}`", " ".join(notes), command.who, command.audience)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


if __name__ == "__main__":
    print(table(), end="")
