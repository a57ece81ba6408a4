"""Arguments read from a line that somebody typed, the same for every door where one types."""

from __future__ import annotations

import re
from typing import Any

from bot.doors.arguments import Argument, Person, Text
from bot.doors.table import Command
from bot.party.errors import NotUnderstood, OutOfRange, WrongUsage

_BEFORE_PERCENT = re.compile(r"(?<=[0-9])\s+(?=%)")
"""The space that German and French have in `40 %`."""


def read(command: Command, line: str, named: str = "") -> dict[str, Any]:
    """The arguments in a line behind a command.

    What is no text stands at the end where there is a text before it, as in `wonderwall down`, or alone where
    the text may be left out; without any text its order does not matter. A member who is mentioned may stand
    before the text, too.

    Args:
        command: which one.
        line: what was typed behind it.
        named: how it was typed, such as `/next`.

    Raises:
        WrongUsage: something cannot be read, or is missing; how it is used is in it.
        OutOfRange: a number is too small or too large.
    """
    text = next((each for each in command.arguments if isinstance(each.kind, Text)), None)
    others = [each for each in command.arguments if each is not text]
    try:
        found = _behind(line.strip(), text, others) if text else _loose(_tight(line).split(), others)
    except NotUnderstood:
        raise WrongUsage(f"{named or f'/{command.name}'} {command.usage}".strip()) from None
    return found


def _tight(line: str) -> str:
    return _BEFORE_PERCENT.sub("", line)


def _loose(words: list[str], arguments: list[Argument]) -> dict[str, Any]:
    left = list(arguments)
    found: dict[str, Any] = {}
    for word in words:
        argument = next((each for each in left if _fits(each, word)), None)
        if argument is None:
            raise NotUnderstood
        left.remove(argument)
        found[argument.name] = argument.kind.read(word)
    if any(each.required for each in left):
        raise NotUnderstood
    return found


def _behind(line: str, text: Argument, others: list[Argument]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for argument in reversed(others):
        before, _, last = line.rpartition(" ")
        if (before.strip() or not text.required) and _fits(argument, last):
            found[argument.name] = argument.kind.read(last)
            line = before.rstrip()
    for argument in others:
        first, _, behind = line.partition(" ")
        if isinstance(argument.kind, Person) and argument.name not in found and _fits(argument, first):
            found[argument.name] = argument.kind.read(first)
            line = behind.lstrip()
    if line:
        found[text.name] = text.kind.read(line)
    elif text.required:
        raise NotUnderstood
    return found


def _fits(argument: Argument, word: str) -> bool:
    """Whether a word is of an argument's kind; a number that is too large is one all the same."""
    try:
        argument.kind.read(word)
    except NotUnderstood:
        return False
    except OutOfRange:  # told when it is read
        return True
    return True
