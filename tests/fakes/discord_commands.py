"""What a member's client makes of a typed slash command, from what the bot registered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from . import discord_payloads as payloads
from .discord_model import FakeChannel, FakeMember, Json

_SUBCOMMAND, _GROUP = 1, 2
_STRING, _INTEGER, _BOOLEAN, _USER, _CHANNEL, _MENTIONABLE, _NUMBER = 3, 4, 5, 6, 7, 9, 10
_PYTHON_TYPES: dict[int, type | tuple[type, ...]] = {
    _STRING: str,
    _INTEGER: int,
    _BOOLEAN: bool,
    _USER: FakeMember,
    _CHANNEL: FakeChannel,
    _MENTIONABLE: FakeMember,
    _NUMBER: (int, float),
}


def command_data(command: Json, path: Sequence[str], given: Mapping[str, Any]) -> Json:
    """The data of a slash command; refuses what a Discord client would not send."""
    specs = _specs(command, path)
    missing = [key for key, spec in specs.items() if spec.get("required") and key not in given]
    if missing:
        raise ValueError(f"/{' '.join(path)} needs the options {missing}")
    chosen = [_option(_spec(specs, key), value) for key, value in given.items()]
    return _data(command, path, chosen, given)


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
    sent = value.id if isinstance(value, FakeMember | FakeChannel) else value
    return {"name": spec["name"], "type": spec["type"], "value": sent}


def _in_range(spec: Json, value: Any) -> bool:
    choices = spec.get("choices")
    if choices:
        return any(choice["value"] == value for choice in choices)
    size: float | None = None
    if isinstance(value, str):
        size, least, most = len(value), spec.get("min_length"), spec.get("max_length")
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
    resolved = _resolved(given)
    return data | ({"resolved": resolved} if resolved else {})


def _resolved(given: Mapping[str, Any]) -> Json:
    people = [value for value in given.values() if isinstance(value, FakeMember)]
    places = [value for value in given.values() if isinstance(value, FakeChannel)]
    resolved: Json = {}
    if people:
        resolved["users"] = {who.id: payloads.user(who.user) for who in people}
        resolved["members"] = {who.id: payloads.resolved_member(who) for who in people}
    if places:
        resolved["channels"] = {place.id: payloads.resolved_channel(place) for place in places}
    return resolved
