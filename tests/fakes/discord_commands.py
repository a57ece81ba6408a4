"""What a member's client makes of a typed slash command, from what the bot registered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from . import discord_payloads as payloads
from . import discord_places as places
from .discord_files import FakeAttachment
from .discord_model import FakeChannel, FakeMember, FakeMessage, FakeRole, FakeUser, Json
from .discord_people import Context

_SUBCOMMAND, _GROUP = 1, 2
_GUILD_INSTALL, _USER_INSTALL = 0, 1
_STRING, _INTEGER, _BOOLEAN, _USER, _CHANNEL, _ROLE, _MENTIONABLE, _NUMBER = 3, 4, 5, 6, 7, 8, 9, 10
_ATTACHMENT = 11
_LONGEST_TEXT = 6000
_PYTHON_TYPES: dict[int, type | tuple[type, ...]] = {
    _STRING: str,
    _INTEGER: int,
    _BOOLEAN: bool,
    _USER: FakeMember,
    _CHANNEL: FakeChannel,
    _ROLE: FakeRole,
    _MENTIONABLE: (FakeMember, FakeRole),
    _NUMBER: (int, float),
    _ATTACHMENT: FakeAttachment,
}

_WITH_IDS = FakeMember | FakeChannel | FakeRole | FakeAttachment


def is_shown(command: Json, place: FakeChannel) -> bool:
    """Whether a client offers the command in this place."""
    installs = command.get("integration_types") or [_GUILD_INSTALL]
    contexts = command.get("contexts")
    if contexts is None:
        contexts = [Context.GUILD] if command.get("dm_permission") is False else list(Context)
    # In a bot's DM it does not matter how the bot came to be installed.
    fitting = {_GUILD_INSTALL, _USER_INSTALL} if place.context is Context.BOT_DM else {_USER_INSTALL}
    if place.home is not None and place.has_bot:
        fitting = {_GUILD_INSTALL}
    return place.context in contexts and bool(fitting & set(installs))


def command_data(command: Json, path: Sequence[str], given: Mapping[str, Any]) -> Json:
    """The data of a slash command; refuses what a Discord client would not send."""
    specs = _specs(command, path)
    missing = [key for key, spec in specs.items() if spec.get("required") and key not in given]
    if missing:
        raise ValueError(f"/{' '.join(path)} needs the options {missing}")
    chosen = [_option(_spec(specs, key), value) for key, value in given.items()]
    return _data(command, path, chosen, given)


def target_data(command: Json, target: FakeMember | FakeMessage, bot: FakeUser) -> Json:
    """The data of a context menu's command on a message or a person."""
    data: Json = {"id": command["id"], "name": command["name"], "type": command["type"]}
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    resolved = places.resolved([target])
    if isinstance(target, FakeMessage):
        # A message that somebody acts on is shown to the bot whole, whatever its intents are.
        resolved = {"messages": {target.id: payloads.message(target, bot)}}
    return data | {"target_id": target.id, "resolved": resolved}


def autocomplete_data(command: Json, path: Sequence[str], given: Mapping[str, Any]) -> Json:
    """The data of an autocomplete request, with the last option focused."""
    specs = _specs(command, path)
    *before, (name, typed) = given.items()
    spec = _spec(specs, name)
    if not spec.get("autocomplete"):
        raise ValueError(f"the option {name} of /{' '.join(path)} has no autocomplete")
    chosen = [_option(_spec(specs, key), value) for key, value in before]
    # A number that is still being typed is sent as the text that is in the box.
    focused = {"name": name, "type": spec["type"], "value": str(typed), "focused": True}
    return _data(command, path, [*chosen, focused], dict(before))


def _specs(command: Json, path: Sequence[str]) -> dict[str, Json]:
    level = command
    for name in path[1:]:
        level = next((it for it in level.get("options") or [] if it["name"] == name), {})
        if level.get("type") not in (_SUBCOMMAND, _GROUP):
            raise ValueError(f"/{' '.join(path)} is not registered")
    return {spec["name"]: spec for spec in level.get("options") or []}


def _spec(specs: dict[str, Json], name: str) -> Json:
    if name not in specs or specs[name]["type"] in (_SUBCOMMAND, _GROUP):
        raise ValueError(f"there is no option {name}, only {sorted(specs)}")
    return specs[name]


def _option(spec: Json, value: Any) -> Json:
    wanted = _PYTHON_TYPES.get(spec["type"], object)
    if not isinstance(value, wanted) or (isinstance(value, bool) and spec["type"] != _BOOLEAN):
        raise TypeError(f"{spec['name']} cannot be {value!r}")
    if not _in_range(spec, value):
        raise ValueError(f"the client would not let {spec['name']} be {value!r}")
    sent = value.id if isinstance(value, _WITH_IDS) else value
    return {"name": spec["name"], "type": spec["type"], "value": sent}


def _in_range(spec: Json, value: Any) -> bool:
    kinds = spec.get("channel_types")
    if isinstance(value, FakeChannel) and kinds and value.kind not in kinds:
        return False
    choices = spec.get("choices")
    if choices:
        return any(choice["value"] == value for choice in choices)
    size: float | None = None
    if isinstance(value, str):
        size, least, most = len(value), spec.get("min_length"), spec.get("max_length") or _LONGEST_TEXT
    else:
        least, most = spec.get("min_value"), spec.get("max_value")
        size = value if isinstance(value, int | float) else None
    return size is None or (least or -(2.0**53)) <= size <= (2.0**53 if most is None else most)


def _data(command: Json, path: Sequence[str], chosen: list[Json], given: Mapping[str, Any]) -> Json:
    options = chosen
    for depth, name in reversed(list(enumerate(path[1:], start=1))):
        kind = _SUBCOMMAND if depth == len(path) - 1 else _GROUP
        options = [{"name": name, "type": kind, "options": options}]
    data: Json = {"id": command["id"], "name": command["name"], "type": command["type"]}
    if options:
        data["options"] = options
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    resolved = places.resolved(given.values()) | _files(given.values())
    return data | ({"resolved": resolved} if resolved else {})


def _files(chosen: Iterable[object]) -> Json:
    found = {it.id: it.payload for it in chosen if isinstance(it, FakeAttachment)}
    return {"attachments": found} if found else {}
