"""The schema of the room's protocol."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bot.doors.ask import Door
from bot.doors.commands import TABLE
from bot.doors.table import Command, of_door
from bot.room.requests import LARGEST_BASE64, names
from bot.room.schema import schema

SCHEMA = schema()


def validator(part: str) -> Draft202012Validator:
    """What judges requests, or what the room says."""
    return Draft202012Validator({**SCHEMA, "$ref": f"#/$defs/{part}"})


def kind_of(do: str) -> dict[str, Any]:
    """The part of the schema that is about one request."""
    kinds = [each["$ref"].rpartition("/")[2] for each in SCHEMA["$defs"]["Request"]["anyOf"]]
    (found,) = [
        SCHEMA["$defs"][kind]
        for kind in kinds
        if do in (told := SCHEMA["$defs"][kind]["properties"]["do"]).get("enum", [told.get("const")])
    ]
    assert isinstance(found, dict)
    return found


def test_it_is_one() -> None:
    """The schema is a JSON Schema, and the module prints it."""
    Draft202012Validator.check_schema(SCHEMA)
    command = [sys.executable, "-m", "bot.room.schema"]
    printed = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout  # noqa: S603 - our own
    assert json.loads(printed) == SCHEMA


@pytest.mark.parametrize("row", of_door(TABLE, Door.ROOM), ids=lambda row: row.name)
def test_every_row_is_in_it(row: Command) -> None:
    """Each row stands in the schema by all its names, with its help and with its arguments."""
    for name in names(row):
        told = kind_of(name)
        assert told["description"].startswith(row.help)
        assert {argument.name for argument in row.arguments} <= {*told["properties"]}
        assert all(told["properties"][argument.name]["description"] for argument in row.arguments)


@pytest.mark.parametrize(
    ("asked", "valid"),
    [
        ({"do": "hello", "name": "Ann", "secret": "x" * 16}, True),
        ({"do": "hello", "name": "Ann"}, False),
        ({"do": "next", "count": 5, "mood": "safe"}, True),
        ({"do": "next", "count": 10}, False),
        ({"do": "vote", "entry": 7, "value": -1}, True),
        ({"do": "vote", "song": "1"}, True),
        ({"do": "vote", "value": -1}, False),
        ({"do": "vote", "entry": 7, "value": 2}, False),
        ({"do": "import"}, True),
        ({"do": "import", "file": {"name": "a.csv", "base64": "YWI="}}, True),
        ({"do": "import", "file": {"name": "a.csv"}}, False),
        ({"do": "import", "file": {"name": "x" * 256, "base64": ""}}, False),
        ({"do": "import", "file": {"name": "a.csv", "base64": "A" * (LARGEST_BASE64 + 1)}}, False),
        ({"do": "import", "file": "YWI="}, False),
        ({"do": "stop"}, True),
        ({"do": "spotify stop"}, True),
        ({"do": "queue"}, False),
        ({"do": "export", "form": "m3u"}, True),
        ({"do": "export", "form": "exe"}, False),
    ],
)
def test_requests(asked: dict[str, Any], valid: bool) -> None:
    """It tells what can be asked from what cannot."""
    assert validator("Request").is_valid({"id": "a", **asked}) is valid
    assert not validator("Request").is_valid({"id": "a/b", **asked})
