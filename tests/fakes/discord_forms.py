"""What a member's client makes of a chosen menu or a filled-in form; refuses what it could not send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from . import discord_places as places
from .discord_parts import SELECTS, Part, bounds, is_required, text_bounds
from .discord_people import FakeChannel, FakeMember, FakeRole, Json

Value = str | FakeMember | FakeRole | FakeChannel

_CHOSEN: dict[int, tuple[type, ...]] = {
    Part.STRING_SELECT: (str,),
    Part.USER_SELECT: (FakeMember,),
    Part.ROLE_SELECT: (FakeRole,),
    Part.MENTIONABLE_SELECT: (FakeMember, FakeRole),
    Part.CHANNEL_SELECT: (FakeChannel,),
}


def component_data(part: Json, values: Sequence[Value]) -> Json:
    """The data of a press of a button or a choice in a menu."""
    data: Json = {"custom_id": part["custom_id"], "component_type": part["type"]}
    if part["type"] not in SELECTS:
        if values:
            raise ValueError(f"{part['custom_id']} is a button, it has no values")
        return data
    data["values"] = _ids(part, values)
    resolved = places.resolved(values)
    if kind := {Part.ROLE_SELECT: "roles", Part.CHANNEL_SELECT: "channels"}.get(part["type"]):
        resolved.setdefault(kind, {})
    # A client always resolves what is chosen from lists that are not the bot's own.
    return data if part["type"] == Part.STRING_SELECT else data | {"resolved": resolved}


def submit_data(modal: Json, given: Mapping[str, Any]) -> Json:
    """The data of a form that was filled in with these texts and lists of values, by custom id."""
    known = {part["custom_id"] for part in _fields(modal["components"])}
    if unknown := sorted(set(given) - known):
        raise ValueError(f"the form has no {unknown}, only {sorted(known)}")
    components = [_submitted(top, given) for top in modal["components"]]
    chosen = [it for value in given.values() if not isinstance(value, str) for it in value]
    resolved = places.resolved(chosen)
    data: Json = {"custom_id": modal["custom_id"], "components": components}
    return data | ({"resolved": resolved} if resolved else {})


def _fields(components: Sequence[Json]) -> Iterator[Json]:
    for top in components:
        inner = top.get("components") or [top.get("component")]
        yield from (part for part in inner if part)


def _submitted(top: Json, given: Mapping[str, Any]) -> Json:
    told: Json = {"id": top["id"], "type": top["type"]}
    if top["type"] == Part.LABEL:
        told["component"] = _filled(top["component"], given)
    elif top["type"] == Part.ROW:
        told["components"] = [_filled(part, given) for part in top["components"]]
    return told


def _filled(part: Json, given: Mapping[str, Any]) -> Json:
    told: Json = {"id": part["id"], "type": part["type"], "custom_id": part["custom_id"]}
    value = given.get(part["custom_id"])
    if part["type"] == Part.TEXT_INPUT:
        return told | {"value": _text(part, part.get("value") or "" if value is None else value)}
    if value is None and not is_required(part):
        return told | {"values": []}
    return told | {"values": _ids(part, value or ())}


def _text(box: Json, text: str) -> str:
    if not isinstance(text, str):
        raise TypeError(f"{box['custom_id']} takes a text, not {text!r}")
    if not text and is_required(box):
        raise ValueError(f"the client does not send the form while {box['custom_id']} is empty")
    least, most = text_bounds(box)
    if text and not least <= len(text) <= most:
        raise ValueError(f"{box['custom_id']} takes {least} to {most} characters, not {len(text)}")
    if box["style"] == 1 and "\n" in text:
        raise ValueError(f"{box['custom_id']} has one line only")
    return text


def _ids(select: Json, values: Sequence[Value]) -> list[str]:
    least, most = bounds(select)
    if not least <= len(values) <= most:
        raise ValueError(f"{select['custom_id']} takes {least} to {most} values, not {len(values)}")
    for value in values:
        _check_value(select, value)
    chosen = [value if isinstance(value, str) else value.id for value in values]
    if len(set(chosen)) < len(chosen):
        raise ValueError(f"{chosen} has a value twice")
    return chosen


def _check_value(select: Json, value: Value) -> None:
    if not isinstance(value, _CHOSEN[select["type"]]):
        raise TypeError(f"{select['custom_id']} does not offer {value!r}")
    if isinstance(value, str):
        offered = [option["value"] for option in select["options"]]
        if value not in offered:
            raise ValueError(f"{select['custom_id']} does not offer {value!r}, only {offered}")
    kinds = select.get("channel_types")
    if isinstance(value, FakeChannel) and kinds and value.kind not in kinds:
        raise ValueError(f"{select['custom_id']} does not offer channels like {value.name}")
