"""What Slack says to an app's manifest: it takes the whole of it, or nothing.

The limits are those of "App manifest reference", and the form of a refusal is that of "apps.manifest.create".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from .slack_errors import SlackError
from .slack_model import Json

# "Use built-in slash commands" in Slack's help (article 201259356), and copies of it of other years: they
# list /close, /part, /kick, /prefs and /star besides, /s for /search, and /keys for /shortcuts.
BUILT_IN = frozenset(
    {
        *("active", "apps", "archive", "away", "call", "close", "collapse", "dm", "dnd", "expand", "feed"),
        *("feedback", "invite", "invite_people", "join", "keys", "kick", "leave", "me", "msg", "mute"),
        *("open", "part", "prefs", "pro", "remind", "remove", "rename", "s", "search", "shortcuts"),
        *("shrug", "star", "status", "topic", "who"),
    }
)
"""Commands of Slack's own: one of them makes it refuse a manifest (hermes-agent#17054, openclaw#29032)."""
_COMMAND = re.compile(r"/[a-z0-9_-]{1,31}")
_ADDRESS = re.compile(r"https://\S+")
_LIMITS = {"description": 2_000, "usage_hint": 1_000}
_MOST_COMMANDS, _MOST_SHORTCUTS, _MOST_EVENTS = 50, 10, 100


def take(manifest: Json) -> frozenset[str]:
    """The commands of an app that is made from this manifest; `invalid_manifest` where none is made."""
    errors = [{"message": message, "pointer": pointer} for pointer, message in _wrong(manifest)]
    if errors:
        raise SlackError("invalid_manifest", errors=errors)
    return frozenset(it["command"] for it in manifest["features"].get("slash_commands") or [])


def _wrong(manifest: Json) -> Iterator[tuple[str, str]]:
    shown, features = manifest["display_information"], manifest["features"]
    for key, limit in (("name", 35), ("description", 140)):
        if len(shown.get(key) or "") > limit:
            yield f"/display_information/{key}", f"Must be at most {limit} characters"
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", shown.get("background_color", "#000000")):
        yield "/display_information/background_color", "Must be a hex colour"
    yield from _commands(features.get("slash_commands") or [], manifest["settings"])
    yield from _shortcuts(features.get("shortcuts") or [])
    yield from _addresses(manifest["settings"])
    for number, address in enumerate(manifest["oauth_config"].get("redirect_urls") or []):
        if not _ADDRESS.fullmatch(address):
            yield f"/oauth_config/redirect_urls/{number}", "Must be an HTTPS address"


def _commands(commands: list[Json], settings: Json) -> Iterator[tuple[str, str]]:
    here = "/features/slash_commands"
    if len(commands) > _MOST_COMMANDS:
        yield here, f"Must have at most {_MOST_COMMANDS} items"
    twice = [name for name, count in Counter(it["command"] for it in commands).items() if count > 1]
    yield from ((here, f"{name} is there twice") for name in twice)
    for number, command in enumerate(commands):
        name = command["command"]
        if not _COMMAND.fullmatch(name) or name[1:] in BUILT_IN:
            yield f"{here}/{number}/command", "The slash command has an invalid name"
        for key, limit in _LIMITS.items():
            if len(command.get(key) or "") > limit:
                yield f"{here}/{number}/{key}", f"Must be at most {limit} characters"
        if not command.get("description"):
            yield f"{here}/{number}/description", "Is required"
        if not settings.get("socket_mode_enabled") and not _ADDRESS.fullmatch(command.get("url") or ""):
            yield f"{here}/{number}/url", "Is required without Socket Mode"


def _shortcuts(shortcuts: list[Json]) -> Iterator[tuple[str, str]]:
    if len(shortcuts) > _MOST_SHORTCUTS:
        yield "/features/shortcuts", f"Must have at most {_MOST_SHORTCUTS} items"
    for number, shortcut in enumerate(shortcuts):
        for key, limit in (("name", 24), ("description", 150), ("callback_id", 255)):
            if not 1 <= len(shortcut.get(key) or "") <= limit:
                yield f"/features/shortcuts/{number}/{key}", f"Must have 1 to {limit} characters"


def _addresses(settings: Json) -> Iterator[tuple[str, str]]:
    """The sentences are Slack's own ("apps.manifest.create")."""
    socket, events = settings.get("socket_mode_enabled"), settings.get("event_subscriptions") or {}
    pressed = settings.get("interactivity") or {}
    if len(events.get("bot_events") or []) > _MOST_EVENTS:
        yield "/settings/event_subscriptions", f"Must have at most {_MOST_EVENTS} events"
    if events and not socket and not events.get("request_url"):
        told = "Event Subscription requires either Request URL or Socket Mode Enabled"
        yield "/settings/event_subscriptions", told
    if pressed.get("is_enabled") and not socket and not pressed.get("request_url"):
        yield "/settings/interactivity", "Interactivity requires a Request URL"
