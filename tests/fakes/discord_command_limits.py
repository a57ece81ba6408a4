"""The limits that commands have to keep when they are registered."""

from __future__ import annotations

import re
from collections.abc import Sequence

import discord

from .discord_errors import FormErrors, Path
from .discord_people import Json

_CHAT_INPUT = 1
_SUBCOMMAND, _GROUP = 1, 2
# Python's \w has all letters and numbers of Unicode, but not the marks of these two scripts.
_NAME = re.compile(r"[-'\w\u0900-\u097F\u0E00-\u0E7F]{1,32}")
_LOCALES = frozenset(locale.value for locale in discord.Locale)


def check_commands(commands: Sequence[Json]) -> None:
    """Refuse a set of commands that Discord would refuse."""
    errors = FormErrors()
    _check_count(errors, commands)
    seen: set[tuple[str, int]] = set()
    for number, command in enumerate(commands):
        key = (command["name"], command.get("type") or _CHAT_INPUT)
        if key in seen:
            told = "Application command names must be unique"
            errors.add((number, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", told)
        seen.add(key)
        _check_command(errors, (number,), command, key[1])
    errors.refuse()


def _check_count(errors: FormErrors, commands: Sequence[Json]) -> None:
    for kind, most in ((_CHAT_INPUT, 100), (2, 15), (3, 15)):
        if sum((it.get("type") or _CHAT_INPUT) == kind for it in commands) > most:
            told = f"Maximum number of application commands reached ({most})"
            errors.add((), "APPLICATION_COMMANDS_MAXIMUM", told)


def _check_command(errors: FormErrors, here: Path, command: Json, kind: int) -> None:
    if kind == _CHAT_INPUT:
        _check_named(errors, here, command)
        _check_options(errors, here, command.get("options") or [])
        if _size(command) > 8000:
            told = "Command exceeds maximum size (8000)"
            errors.add(here, "APPLICATION_COMMAND_TOO_LARGE", told)
        return
    for at, name in _texts(here, command, "name"):
        errors.count(at, name, 1, 32)
    for key in ("description", "options"):
        if command.get(key):
            errors.add((*here, key), "APPLICATION_COMMAND_CONTEXT_MENU", f"Context menus have no {key}")


def _check_options(errors: FormErrors, here: Path, options: Sequence[Json]) -> None:
    errors.count((*here, "options"), options, 0, 25)
    seen: set[str] = set()
    optional = False
    for number, option in enumerate(options):
        at: Path = (*here, "options", number)
        _check_named(errors, at, option)
        if option["name"] in seen:
            told = "Option names must be unique"
            errors.add((*at, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", told)
        if option.get("required") and optional:
            told = "Required options must be placed before non-required options"
            errors.add(at, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", told)
        seen.add(option["name"])
        optional |= not option.get("required") and option["type"] not in (_SUBCOMMAND, _GROUP)
        _check_options(errors, at, option.get("options") or [])
        _check_choices(errors, at, option.get("choices") or [])


def _check_choices(errors: FormErrors, here: Path, choices: Sequence[Json]) -> None:
    errors.count((*here, "choices"), choices, 0, 25)
    seen: set[str] = set()
    for number, choice in enumerate(choices):
        at: Path = (*here, "choices", number)
        for place, name in _texts(at, choice, "name"):
            errors.count(place, name, 1, 100)
        if isinstance(choice["value"], str):
            errors.count((*at, "value"), choice["value"], 1, 100)
        if choice["name"] in seen:
            told = "Option choice names must be unique"
            errors.add((*at, "name"), "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS", told)
        seen.add(choice["name"])


def _check_named(errors: FormErrors, here: Path, named: Json) -> None:
    for at, name in _texts(here, named, "name"):
        if not _NAME.fullmatch(name) or name != name.lower():
            errors.add(at, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    for at, description in _texts(here, named, "description"):
        errors.count(at, description, 1, 100)


def _texts(here: Path, named: Json, key: str) -> list[tuple[Path, str]]:
    """A name or description, with all that it is in other languages."""
    translated = named.get(f"{key}_localizations") or {}
    found: list[tuple[Path, str]] = [((*here, key), named.get(key) or "")]
    for locale, text in translated.items():
        at: Path = (*here, f"{key}_localizations", locale)
        # An unknown locale makes an empty, and so an invalid, text.
        found.append((at, text if locale in _LOCALES else ""))
    return found


def _size(part: Json) -> int:
    """The characters of a command: the longest translation of each text counts."""
    own = 0
    for key in ("name", "description"):
        found = [part.get(key) or "", *(part.get(f"{key}_localizations") or {}).values()]
        own += max(map(len, found))
    value = part.get("value")
    own += len(value) if isinstance(value, str) else 0
    nested = [*(part.get("options") or []), *(part.get("choices") or [])]
    return own + sum(map(_size, nested))
