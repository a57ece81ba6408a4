"""Slack's limits on messages, modals and App Homes, on top of what slack_sdk's models know."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

from .slack_errors import SlackError, invalid
from .slack_parts import elements, options, walk

Json = dict[str, Any]

_IN_MESSAGE, _IN_VIEW = 50, 100
_TEXT = 40_000
_LENGTHS = {"action_id": 255, "block_id": 255, "value": 2000, "url": 3000, "accessibility_label": 75}
_USER = re.compile("[UW][A-Z0-9]+")
_OPTIONS = {"overflow": 5, "checkboxes": 10, "radio_buttons": 10}
_OPTION_TEXT = 75
_OPTION_VALUE = 150
_FILES = 10
_CONFIRM = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
_PLAIN_ONLY = ("placeholder", "title", "submit", "close", "label", "hint")
_SURFACES = {
    "message": {"actions", "context", "divider", "file", "header", "image", "markdown", "rich_text"}
    | {"section", "video", "input", "table"},
    "modal": {"actions", "context", "divider", "header", "image", "input", "rich_text", "section", "video"},
    "home": {"actions", "context", "divider", "header", "image", "input", "rich_text", "section", "video"},
}


def check_message(body: Json) -> None:
    """Raise what Slack refuses a message with: `no_text`, `msg_too_long` or `invalid_blocks`."""
    text, blocks = body.get("text") or "", body.get("blocks") or []
    if not text and not blocks and not body.get("attachments"):
        raise SlackError("no_text")
    if len(text) > _TEXT:
        raise SlackError("msg_too_long")
    faults = list(_block_faults(blocks, "message", _IN_MESSAGE))
    if faults:
        raise invalid("invalid_blocks", faults)


def check_view(view: Any) -> None:
    """Raise `invalid_arguments` for a view that Slack would not show."""
    faults = list(_view_faults(view))
    if faults:
        raise invalid("invalid_arguments", faults)


def check_options(answer: Any) -> list[str]:
    """What is wrong with the answer to a menu that asks for its options."""
    if not isinstance(answer, dict) or not ("options" in answer) ^ ("option_groups" in answer):
        return [f"neither options nor option_groups: {answer!r}"]
    menu = {"type": "external_select", "action_id": "a", **answer}
    return list(_menu_faults(menu, "/options"))


def _view_faults(view: Any) -> Iterator[str]:
    if not isinstance(view, dict) or view.get("type") not in ("modal", "home"):
        yield "the view is no modal or home [json-pointer:/view/type]"
        return
    if not isinstance(view.get("blocks"), list):
        yield "missing required field: blocks [json-pointer:/view]"
        return
    for key, limit in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        if len(view.get(key) or "") > limit:
            yield f"must be less than {limit + 1} characters [json-pointer:/view/{key}]"
    yield from _modal_faults(view) if view["type"] == "modal" else ()
    yield from _block_faults(view["blocks"], view["type"], _IN_VIEW)


def _modal_faults(view: Json) -> Iterator[str]:
    if not view.get("title"):
        yield "missing required field: title [json-pointer:/view]"
    for key in ("title", "submit", "close"):
        part = view.get(key)
        if part is not None:
            yield from _text_faults(part, f"/view/{key}", 24, plain=True)
    if not view.get("submit") and any(it.get("type") == "input" for it in view["blocks"]):
        yield "missing required field: submit, as there are inputs [json-pointer:/view]"


def _block_faults(blocks: Any, surface: str, limit: int) -> Iterator[str]:
    if not isinstance(blocks, list) or not all(isinstance(it, dict) for it in blocks):
        yield "the blocks are no list of objects [json-pointer:/blocks]"
        return
    if len(blocks) > limit:
        yield f"no more than {limit} items allowed [json-pointer:/blocks]"
    for name, count in Counter(it["block_id"] for it in blocks if it.get("block_id")).items():
        if count > 1:
            yield f"`block_id` {name} already exists for another block [json-pointer:/blocks]"
    for number, block in enumerate(blocks):
        where = f"/blocks/{number}"
        if block.get("type") not in _SURFACES[surface]:
            yield f"unsupported type: {block.get('type')} [json-pointer:{where}/type]"
            continue
        yield from _known_faults(block, where)
        yield from _file_faults(block, surface, where)
        yield from _own_faults(block, where)


def _known_faults(block: Json, where: str) -> Iterator[str]:
    """What slack_sdk's own models reject, or do not know at all."""
    try:
        (parsed,) = Block.parse_all([block])
        parsed.validate_json()
        known = json.loads(json.dumps(parsed.to_dict()))
    except (SlackObjectFormationError, AttributeError, TypeError, ValueError) as error:
        yield f"{error} [json-pointer:{where}]"
        return
    yield from _lost(block, known, where)


def _lost(sent: Any, known: Any, where: str) -> Iterator[str]:
    if isinstance(sent, dict) and isinstance(known, dict):
        for key, inner in sent.items():
            if key in known:
                yield from _lost(inner, known[key], f"{where}/{key}")
            elif inner not in (None, False, [], ""):
                yield f"additional property: {key} [json-pointer:{where}]"
    elif isinstance(sent, list) and isinstance(known, list):
        for number, (one, other) in enumerate(zip(sent, known, strict=False)):
            yield from _lost(one, other, f"{where}/{number}")
    elif isinstance(sent, dict) and known is None:
        yield f"unsupported type: {sent.get('type')} [json-pointer:{where}]"


def _own_faults(block: Json, where: str) -> Iterator[str]:
    for part in walk(block):
        for key, limit in _LENGTHS.items():
            if isinstance(part.get(key), str) and len(part[key]) > limit:
                yield f"must be less than {limit + 1} characters [json-pointer:{where}/{key}]"
        for key in _PLAIN_ONLY:
            if isinstance(part.get(key), dict):
                yield from _text_faults(part[key], f"{where}/{key}", 2000, plain=True)
        if "title" in (part.get("confirm") or {}):
            for key, limit in _CONFIRM.items():
                yield from _text_faults(
                    part["confirm"].get(key), f"{where}/confirm/{key}", limit, plain=False
                )
        if part.get("type") in ("plain_text", "mrkdwn"):
            yield from _text_faults(part, where, 3000, plain=False)
    yield from _header_and_fields(block, where)
    yield from _element_faults(block, where)


def _file_faults(block: Json, surface: str, where: str) -> Iterator[str]:
    """Files are sent with modals only, and in input blocks only."""
    for element in elements(block):
        if element["type"] != "file_input":
            continue
        if surface != "modal" or block["type"] != "input":
            yield f"unsupported type: file_input [json-pointer:{where}/element/type]"
        if not 1 <= element.get("max_files", _FILES) <= _FILES:
            yield f"must be 1 to {_FILES} [json-pointer:{where}/element/max_files]"
        if any(not isinstance(it, str) or not it for it in element.get("filetypes") or []):
            yield f"must be extensions [json-pointer:{where}/element/filetypes]"


def _header_and_fields(block: Json, where: str) -> Iterator[str]:
    if block["type"] == "header":
        yield from _text_faults(block.get("text"), f"{where}/text", 150, plain=True)
    for field in block.get("fields") or []:
        yield from _text_faults(field, f"{where}/fields", 2000, plain=False)
    if block["type"] in ("actions", "context") and not block.get("elements"):
        yield f"no fewer than 1 items allowed [json-pointer:{where}/elements]"


def _element_faults(block: Json, where: str) -> Iterator[str]:
    found = elements(block)
    for name, count in Counter(it["action_id"] for it in found).items():
        if count > 1:
            yield f"`action_id` {name} already exists for another element [json-pointer:{where}]"
    for element in found:
        if element["type"] == "button":
            yield from _text_faults(element.get("text"), f"{where}/text", 75, plain=True)
            if element.get("style", "primary") not in ("primary", "danger"):
                yield f"must be one of primary, danger [json-pointer:{where}/style]"
        elif element["type"] == "multi_users_select":
            # "An array of user IDs of any valid users to be pre-selected" (docs, "Multi-select menus").
            if not all(_USER.fullmatch(str(it)) for it in element.get("initial_users", ["U1"])):
                yield f"invalid user id [json-pointer:{where}/initial_users]"
        elif "options" in element or "option_groups" in element:
            yield from _menu_faults(element, where)
        elif element["type"] in ("static_select", "multi_static_select", "overflow", *_OPTIONS):
            yield f"missing required field: options [json-pointer:{where}]"


def _menu_faults(menu: Json, where: str) -> Iterator[str]:
    limit = _OPTIONS.get(menu["type"], 100)
    groups = menu.get("option_groups") or []
    if len(groups) > 100:
        yield f"no more than 100 items allowed [json-pointer:{where}/option_groups]"
    for group in groups:
        yield from _text_faults(group.get("label"), f"{where}/label", 75, plain=True)
    lists = [it["options"] for it in groups] or [menu.get("options") or []]
    # A menu that asks the app may well have nothing to offer; one that is shown may not.
    least = 0 if menu["type"] == "external_select" else 1
    for offered in lists:
        if not least <= len(offered) <= limit:
            yield f"{least} to {limit} items allowed [json-pointer:{where}/options]"
    for option in options(menu):
        rich = menu["type"] in ("checkboxes", "radio_buttons")
        yield from _text_faults(option.get("text"), f"{where}/options/text", _OPTION_TEXT, plain=not rich)
        if not 1 <= len(option.get("value") or "") <= _OPTION_VALUE:
            yield f"must be 1 to {_OPTION_VALUE} characters [json-pointer:{where}/options/value]"
        if "description" in option:
            yield from _text_faults(option["description"], f"{where}/options/description", 75, plain=not rich)


def _text_faults(text: Any, where: str, limit: int, *, plain: bool) -> Iterator[str]:
    if not isinstance(text, dict) or not isinstance(text.get("text"), str):
        yield f"missing required field: text [json-pointer:{where}]"
        return
    if plain and text.get("type") != "plain_text":
        yield f"must be of type plain_text [json-pointer:{where}/type]"
    if not 1 <= len(text["text"]) <= limit:
        yield f"must be 1 to {limit} characters [json-pointer:{where}/text]"
