"""Holds what goes over the wire against the published schemas of Discord."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jsonschema import Draft7Validator, Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from referencing import Registry
from referencing.jsonschema import DRAFT7, DRAFT202012

from .discord_model import Json

_OPENAPI = "discord-openapi.json"
_GATEWAY = "discord-gateway.schema.json"
_URI = "urn:discord"


class Schemas:
    """Validates by name; without the folder of schemas everything passes."""

    def __init__(self, folder: Path | None) -> None:
        """Use the schemas in this folder, if it has them."""
        found = folder is not None and (folder / _OPENAPI).exists() and (folder / _GATEWAY).exists()
        self._folder = folder if found else None

    def request(self, method: str, template: str, body: Any) -> list[str]:
        """Breaches in the body of a request that the bot made."""
        return self._rest(method, template, ("requestBody",), body)

    def answer(self, method: str, template: str, status: int, body: Any) -> list[str]:
        """Breaches in what the fake answered."""
        if body is None:
            return []
        if status >= 400:
            name = "RatelimitedResponse" if status == 429 else "ErrorResponse"
            return self._check(_OPENAPI, ("components", "schemas", name), "error", body)
        return self._rest(method, template, ("responses", str(status)), body)

    def gateway(self, name: str, payload: Json) -> list[str]:
        """Breaches in a gateway payload; those without a published schema pass."""
        if self._folder is None or name not in _gateway(self._folder)["properties"]:
            return []
        return self._check(_GATEWAY, ("properties", name), name, payload)

    def _rest(self, method: str, template: str, part: tuple[str, ...], body: Any) -> list[str]:
        if self._folder is None:
            return []
        pointer = ("paths", template, method.lower(), *part, "content", "application/json")
        if not _has(_openapi(self._folder), pointer):
            return [] if body is None else [f"{method} {template} {part}: no body is specified"]
        return self._check(_OPENAPI, (*pointer, "schema"), f"{method} {template} {part}", body)

    def _check(self, document: str, pointer: tuple[str, ...], what: str, value: Any) -> list[str]:
        if self._folder is None:
            return []
        seen = _digest(self._folder, document, pointer, value)
        if seen in _SOUND:
            return []
        errors = _validator(self._folder, document, pointer).iter_errors(value)
        found = [f"{what}: {error.json_path}: {error.message}"[:600] for error in map(_innermost, errors)]
        if not found:
            _SOUND.add(seen)
        return found


_ID = re.compile(r'"[1-9]\d{16,19}"')
_SOUND: set[bytes] = set()
"""Digests of what was found without a breach: every test logs in and registers the same commands."""


def _digest(folder: Path, document: str, pointer: tuple[str, ...], value: Any) -> bytes:
    """What is equal for all that differs in nothing but ids."""
    told = json.dumps([str(folder), document, pointer, value])
    return sha256(_ID.sub('"0"', told).encode()).digest()


def _has(document: Json, pointer: tuple[str, ...]) -> bool:
    node: Any = document
    for key in pointer:
        node = node.get(key) if isinstance(node, dict) else None
    return node is not None


def _innermost(error: ValidationError) -> ValidationError:
    """Find what is wrong in the branch of a union that the value was meant for."""
    branches: dict[str | int, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    if not branches:
        return error
    closest = min(branches.values(), key=lambda those: (any(map(_other_kind, those)), len(those)))
    return _innermost(closest[0])


def _other_kind(error: ValidationError) -> bool:
    wrong_kind = error.validator in ("type", "not") and not error.relative_path
    wrong_tag = error.validator in ("const", "enum") and list(error.relative_path) == ["type"]
    same_place = [] if error.relative_path else error.context or []
    return wrong_kind or wrong_tag or any(map(_other_kind, same_place))


@cache
def _openapi(folder: Path) -> Json:
    document: Json = json.loads((folder / _OPENAPI).read_text())
    schemas = document["components"]["schemas"]
    # The codes inside `errors` are names such as BASE_TYPE_MAX_LENGTH in all that Discord sends
    # and documents; the schema claims that they are numbers like the outer one.
    inner = schemas["InnerErrors"]["properties"]["_errors"]["items"]
    inner.clear()
    inner.update({"type": "object", "required": ["code", "message"]})
    # An upload is numbered by an integer in Discord's own examples and in what discord.py sends.
    schemas["MessageAttachmentRequest"]["properties"]["id"] = {"type": ["integer", "string"]}
    # Discord takes any id as a number too, and discord.py sends the chosen ones of a menu so.
    for kind in ("User", "Role", "Channel"):
        schemas[f"{kind}SelectDefaultValue"]["properties"]["id"] = {"type": ["integer", "string"]}
    # Likewise the one whom a private conversation is opened with.
    opened = schemas["CreatePrivateChannelRequest"]["properties"]["recipient_id"]
    opened.clear()
    opened["type"] = ["integer", "string"]
    return document


@cache
def _gateway(folder: Path) -> Json:
    document: Json = json.loads((folder / _GATEWAY).read_text())
    definitions: Json = document["definitions"]
    # The types list single flags, where the wire has any sum of them, including 0.
    for name in [name for name in definitions if name.endswith("Flags")]:
        definitions[name] = {"type": "integer", "minimum": 0}
    # discord.py identifies with `game`, which the gateway still takes, in place of `activities`.
    definitions["GatewayIdentifyData"]["properties"]["presence"] = {"type": "object"}
    # The HTTP API's schema demands an id here, which these types do not know yet.
    definitions["APIUnfurledMediaItem"]["properties"]["id"] = {"type": "string"}
    # Every key beside a $ref is void in draft 7, and the root has a $ref: resolve it here.
    document["properties"] = definitions["Gateway"]["properties"]
    return document


_DOCUMENTS: dict[str, Callable[[Path], Json]] = {_OPENAPI: _openapi, _GATEWAY: _gateway}


@cache
def _registry(folder: Path, document: str) -> Registry[Any]:
    specification = DRAFT7 if document == _GATEWAY else DRAFT202012
    resource = specification.create_resource(_DOCUMENTS[document](folder))
    registry: Registry[Any] = Registry().with_resource(_URI, resource)
    return registry


@cache
def _validator(folder: Path, document: str, pointer: tuple[str, ...]) -> Validator:
    escaped = (quote(key.replace("~", "~0").replace("/", "~1")) for key in pointer)
    reference = {"$ref": f"{_URI}#/" + "/".join(escaped)}
    kind = Draft7Validator if document == _GATEWAY else Draft202012Validator
    return kind(reference, registry=_registry(folder, document))
