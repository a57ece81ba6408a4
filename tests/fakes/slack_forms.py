"""What Slack's client checks in a modal before and after it is sent."""

from __future__ import annotations

from typing import Any

from .slack_errors import SlackError
from .slack_model import FakeFile
from .slack_parts import Json, chosen

_LARGEST = 10 * 1024**2


def check_complete(blocks: list[Json], values: dict[str, dict[str, Json]]) -> None:
    """Raise ValueError for what the client marks red before it sends anything."""
    for block in blocks:
        if block["type"] == "input":
            element = block["element"]
            given = chosen(values[block["block_id"]][element["action_id"]])
            if given in (None, "", []) and not block.get("optional"):
                raise ValueError(f"{block['block_id']} has to be filled in")
            _check_range(block["block_id"], element, given)


def check_files(element: Json, files: list[FakeFile]) -> None:
    """Raise ValueError for files that the client does not take: too many, too large, or called otherwise."""
    if len(files) > element.get("max_files", 10):
        raise ValueError(f"{element['action_id']} takes {element['max_files']} files")
    allowed = element.get("filetypes")
    for file in files:
        if allowed and file.name.rpartition(".")[2].lower() not in allowed:
            raise ValueError(f"{element['action_id']} takes no {file.name}")
        if len(file.content) > _LARGEST:
            raise ValueError(f"{file.name} is larger than 10 MB")


def _check_range(name: str, element: Json, given: Any) -> None:
    if element["type"] == "plain_text_input" and given:
        least, most = element.get("min_length", 0), element.get("max_length", 3000)
        if not least <= len(given) <= most:
            raise ValueError(f"{name} takes {least} to {most} characters")
    if element["type"] == "number_input" and given not in (None, ""):
        number = float(given)
        if not element.get("is_decimal_allowed") and not number.is_integer():
            raise ValueError(f"{name} takes whole numbers")
        if not float(element.get("min_value", "-inf")) <= number <= float(element.get("max_value", "inf")):
            raise ValueError(f"{name} takes numbers between its bounds")


def check_errors(blocks: list[Json], errors: Any) -> dict[str, str]:
    """The errors of a form by block id; refused where there is no such input to write them under."""
    inputs = {it["block_id"] for it in blocks if it["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not errors.keys() <= inputs:
        raise SlackError("invalid_errors", got=errors, inputs=sorted(inputs))
    return {name: str(told) for name, told in errors.items()}
