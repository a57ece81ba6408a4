"""The manifest from which Slack makes the app, written from the table of commands.

Slack takes JSON wherever its documentation shows YAML ("App manifest reference").
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from bot.doors.arguments import BlockedOne, Person
from bot.doors.ask import Door
from bot.doors.check import RESERVED_BY_SLACK, SLACK_NAME
from bot.doors.commands import ADD_FROM_MESSAGE, GROUPS, TABLE
from bot.doors.table import Command, of_door
from bot.party.errors import StartError
from bot.slack.app import EVENTS, EVENTS_PATH, REDIRECT_PATH, SCOPES, SHORTCUT
from bot.slack.blocks import Json
from bot.slack.names import HELP, all_of_it, find, of_group, prefixed
from bot.slack.text import words

NAME_LIMIT = 32
"""The longest name of a command that Slack takes, in characters, with its slash."""
_URL = re.compile(r"https://[^\s/?#@]+/?")
ALL_OF_IT = "Run any command, even if another app has taken its name."
THE_ONLY_ONE = "Share a song queue: add songs, get suggestions, vote, and more."


def printed(url: str = "", prefix: str = "", only: str = "", *, spotify: bool = True) -> str:
    """The manifest as one pastes it at https://api.slack.com/apps; see `manifest`."""
    return json.dumps(manifest(url, prefix, only, spotify=spotify), indent=2, ensure_ascii=False)


def manifest(url: str = "", prefix: str = "", only: str = "", *, spotify: bool = True) -> dict[str, Any]:
    """The app with everything that the door listens to, and the least that it needs.

    Args:
        url: where Slack reaches the bot, like `https://party.example`; without one it uses Socket Mode.
        prefix: what to put in front of the names of commands, as in `/party-add`.
        only: the name of the one command that runs all others, which then have none of their own.
        spotify: whether Spotify is set up; without it no command is there that needs it.

    Raises:
        StartError: Slack would take no such address or no such names.
    """
    base = _base(url) if url else ""
    rows = of_door(TABLE, Door.SLACK, spotify=spotify)
    people = {prefixed(row.slack_name, prefix) for row in rows if _names_people(row)}
    people.add(all_of_it(only or prefix))
    commands = [_command(*each, base, escaped=each[0] in people) for each in _commands(rows, prefix, only)]
    _check(only or prefix, [each["command"] for each in commands])
    oauth: Json = {"redirect_urls": [base + REDIRECT_PATH]} if base else {}
    return {
        "_metadata": {"major_version": 2},
        "display_information": {
            "name": "Encore",
            "description": "A party bot that knows what comes next",
            "background_color": "#2b2d31",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": "Encore", "always_online": True},
            "shortcuts": [
                {
                    "name": ADD_FROM_MESSAGE,
                    "type": "message",
                    "callback_id": SHORTCUT,
                    "description": "Adds the songs that a message links to, or those of its list",
                }
            ],
            "slash_commands": commands,
        },
        "oauth_config": oauth | {"scopes": {"bot": SCOPES}},
        "settings": _settings(base),
    }


def _settings(base: str) -> Json:
    address = base + EVENTS_PATH
    events: Json = {"request_url": address} if base else {}
    presses: Json = {"request_url": address, "message_menu_options_url": address} if base else {}
    return {
        "event_subscriptions": events | {"bot_events": [*EVENTS]},
        "interactivity": {"is_enabled": True} | presses,
        "org_deploy_enabled": True,
        "socket_mode_enabled": not base,
        "token_rotation_enabled": False,
    }


def _commands(rows: Sequence[Command], prefix: str, only: str) -> Iterator[tuple[str, str, str]]:
    """What each is called, what it is for and how it is used: groups are one each."""
    if only:
        first = dict.fromkeys([HELP.name, *(row.words[0] for row in rows)])  # Slack has taken none of these
        yield all_of_it(only), THE_ONLY_ONE, f"[{'|'.join(first)}]"
        return
    say = words("en", prefix).say
    groups: set[str] = set()
    for row in rows:
        group = row.words[0]
        if row.slack == "" or group in groups:
            continue
        if group in GROUPS:
            groups.add(group)
            yield prefixed(group, prefix), say(GROUPS[group]), f"[{'|'.join(of_group(group))}]"
        else:
            yield prefixed(row.slack_name, prefix), say(row.help), row.usage
    yield all_of_it(prefix), ALL_OF_IT, f"[{'|'.join(_all_names(rows))}]"


def _all_names(rows: Sequence[Command]) -> Iterator[str]:
    """What can stand behind the command that runs every other one."""
    first = (row.words[0] if row.slack == "" else row.slack_name.split()[0] for row in rows)
    yield from dict.fromkeys([HELP.name, *first])


def _names_people(row: Command) -> bool:
    """Whether people can be mentioned behind a command."""
    return any(isinstance(each.kind, Person | BlockedOne) for each in row.arguments)


def _command(name: str, description: str, usage: str, base: str, *, escaped: bool) -> Json:
    """One command; `escaped`: what is mentioned behind it comes with its id ("App manifest reference")."""
    made: Json = {"command": name, "description": description} | ({"should_escape": True} if escaped else {})
    hint: Json = {"usage_hint": usage} if usage else {}
    address: Json = {"url": base + EVENTS_PATH} if base else {}
    return made | hint | address


def _base(url: str) -> str:
    if not _URL.fullmatch(url):
        raise StartError(f"{url} is no address that Slack takes; name one like https://party.example")
    return url.rstrip("/")


def _check(prefix: str, names: list[str]) -> None:
    """Refuses names that Slack refuses, and a prefix that would itself be taken for a command."""
    bare = [name.removeprefix("/") for name in names]
    good = all(SLACK_NAME.fullmatch(name) and len(f"/{name}") <= NAME_LIMIT for name in bare)
    found = find(f"/{prefix}", "")  # or it would be taken for a command, or for a part of itself
    good &= found.row is HELP and found.prefix in {prefix, None}
    if not good or RESERVED_BY_SLACK & {*bare}:
        raise StartError(f"Slack takes no commands that begin with {prefix}; choose another word, like party")
