"""The JSON Schema of what is said over `/live`: `python -m bot.room.schema` prints it.

What a browser may say is at `#/$defs/Request`, what the room says at `#/$defs/Message`; `bot.room.protocol`
tells how the two go together.
"""

from __future__ import annotations

import json
from typing import Any, get_args

from pydantic import TypeAdapter

from bot.room.protocol import Message
from bot.room.reading import MODELS
from bot.room.requests import Json

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> Json:
    """The schema of all requests, and of all that the room says."""
    requests = _kinds([*dict.fromkeys(MODELS.values())])
    messages = _kinds(get_args(Message))
    kinds, rest = TypeAdapter.json_schemas(
        [(name, "validation", kind) for name, kind in {**requests, **messages}.items()]
    )
    told: Json = {
        "Request": {"anyOf": [kinds[name, "validation"] for name in requests]},
        "Message": {"anyOf": [kinds[name, "validation"] for name in messages]},
    }
    return {"$schema": DIALECT, "title": "The room's protocol", "$defs": {**told, **rest["$defs"]}}


def _kinds(types: Any) -> dict[str, TypeAdapter[Any]]:
    return {kind.__name__: TypeAdapter(kind) for kind in types}


if __name__ == "__main__":
    print(json.dumps(schema(), indent=2, ensure_ascii=False))
