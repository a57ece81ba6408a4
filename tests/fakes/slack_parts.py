"""Finds the parts of blocks, and what is in a form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

_CHOSEN_ONE = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "plain_text_input": "value",
    "number_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "rich_text_input": "rich_text_value",
}
_CHOSEN_MANY = {
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "file_input": "files",
}
HOLDS_VALUE = _CHOSEN_ONE | _CHOSEN_MANY
EXTERNAL = {"external_select", "multi_external_select"}


def walk(node: Any) -> Iterator[Json]:
    """Every JSON object below, outer ones first."""
    if isinstance(node, dict):
        yield node
        for inner in node.values():
            yield from walk(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from walk(inner)


def elements(block: Json) -> list[Json]:
    """The interactive elements of a block."""
    found = [*block.get("elements", []), block.get("accessory"), block.get("element")]
    return [it for it in found if isinstance(it, dict) and "action_id" in it]


def find(blocks: list[Json], action: str | Json) -> tuple[Json, Json]:
    """The block and the element with this action id; LookupError if there is none."""
    wanted = action if isinstance(action, str) else action["action_id"]
    block_id = None if isinstance(action, str) else action.get("block_id")
    for block in blocks:
        for element in elements(block):
            if element["action_id"] == wanted and block_id in (None, block["block_id"]):
                return block, element
    known = [it["action_id"] for block in blocks for it in elements(block)]
    raise LookupError(f"there is no {wanted}, only {known}")


def options(element: Json) -> list[Json]:
    """The options that a menu shows itself, those of groups included."""
    groups = element.get("option_groups") or []
    return [*(element.get("options") or []), *(it for group in groups for it in group["options"])]


def value_of(element: Json, given: Any) -> Json:
    """What `state.values` holds for an element in which this was chosen or typed.

    A menu takes the option's value, or for an external one the whole option; ValueError if the menu
    does not offer it.
    """
    kind = element["type"]
    key = HOLDS_VALUE[kind]
    if key == "selected_option":
        given = None if given is None else _option(element, given)
    elif key == "selected_options":
        given = [_option(element, it) for it in given or []]
    elif kind in _CHOSEN_MANY:
        given = list(given or [])
    return {"type": kind, key: given}


def _option(element: Json, given: Any) -> Json:
    if isinstance(given, dict):
        option: Json = given
        return option
    found = [it for it in options(element) if it["value"] == given]
    if not found:
        raise ValueError(f"{element['action_id']} does not offer {given!r}: {options(element)}")
    return found[0]


def initial_value(element: Json) -> Json:
    """What an untouched element holds."""
    key = HOLDS_VALUE[element["type"]]
    initial = element.get("initial_" + key.removeprefix("selected_"))
    return value_of(element, initial)


def state_values(blocks: list[Json], changed: dict[str, dict[str, Json]]) -> dict[str, dict[str, Json]]:
    """`state.values` of a surface: the untouched elements' initial values and what was changed."""
    found: dict[str, dict[str, Json]] = {}
    for block in blocks:
        for element in elements(block):
            if element["type"] in HOLDS_VALUE:
                known = changed.get(block["block_id"], {}).get(element["action_id"])
                found.setdefault(block["block_id"], {})[element["action_id"]] = known or initial_value(
                    element
                )
    return found


def chosen(value: Json) -> Any:
    """The plain thing in a value of `state.values`."""
    return value.get(HOLDS_VALUE[value["type"]])
