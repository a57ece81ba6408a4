"""Holds calls of the Web API against the published description with the changes of February 2026."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml  # type: ignore[import-untyped]  # its stubs are a package of their own, for one call
from jsonschema import Draft4Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

from .spotify_model import Json

_FILE = "spotify-openapi.yml"
_URI = "urn:spotify"
_INTEGER = re.compile(r"-?\d+$")

# Where Spotify is known to answer differently from the description: fields of the older answers that
# development mode no longer gets, though they are still demanded...
_NO_LONGER_REQUIRED = {
    "AlbumBase": {"available_markets"},
    "AlbumObject": {"label", "popularity"},
}
# ...and fields that may be null, though it does not say so.
_MAY_BE_NULL = {
    "CurrentlyPlayingContextObject": ("context", "item", "progress_ms"),
    "CurrentlyPlayingObject": ("context", "item", "progress_ms"),
    "PlaylistObject": ("public",),
    "QueueObject": ("currently_playing",),
    "SimplifiedPlaylistObject": ("description", "public"),
}

# ...and answers that it forgot: nothing plays.
_ALSO_ANSWERED = {("/me/player/currently-playing", "get"): {"204": {"description": "Nothing plays"}}}


class Schemas:
    """Validates by method and template; without the folder of schemas everything passes."""

    def __init__(self, folder: Path | None) -> None:
        """Use the description in this folder, if it has one."""
        found = folder is not None and (folder / _FILE).exists()
        self._folder = folder if found else None

    def request(self, method: str, path: str, query: dict[str, str], body: Any) -> list[str]:
        """Whatever is wrong in a request, each as a sentence."""
        if self._folder is None:
            return []
        found = self._find(self._folder, method, path)
        if found is None:
            return [f"{method} {path} is no call of the Web API."]
        template, operation = found
        name = f"{method} {template}"
        told = [f"{name} is deprecated."] if operation.get("deprecated") else []
        told += _query(name, self._parameters(self._folder, operation), query)
        content = operation.get("requestBody", {}).get("content", {})
        if body is None:
            return told
        if "application/json" not in content:
            return [*told, f"{name} has no body."]
        pointer = ("paths", template, method.lower(), "requestBody", "content", "application/json", "schema")
        return told + self._check(self._folder, pointer, f"{name}, body", body)

    def answer(self, method: str, path: str, status: int, body: Any) -> list[str]:
        """Whatever is wrong in what the fake answered."""
        found = self._folder and self._find(self._folder, method, path)
        if self._folder is None or not found or isinstance(body, str):
            return []
        name = f"{method} {found[0]}, answer {status}"
        if status >= 400:
            pointer: tuple[str, ...] = ("components", "responses", "BadRequest")
        elif str(status) not in found[1]["responses"]:
            return [f"{name} is not described."]
        else:
            told = found[1]["responses"][str(status)]
            pointer = ("paths", found[0], method.lower(), "responses", str(status))
            if "$ref" in told:
                pointer = tuple(told["$ref"].removeprefix("#/").split("/"))
        if "content" not in _at(_document(self._folder), pointer):
            return [] if body is None else [f"{name} has no body."]
        return self._check(self._folder, (*pointer, "content", "application/json", "schema"), name, body)

    def _find(self, folder: Path, method: str, path: str) -> tuple[str, Json] | None:
        for pattern, template in _templates(folder):
            if pattern.fullmatch(path):
                operation = _document(folder)["paths"][template].get(method.lower())
                return None if operation is None else (template, operation)
        return None

    def _parameters(self, folder: Path, operation: Json) -> dict[str, Json]:
        told = [
            _at(_document(folder), it["$ref"].removeprefix("#/").split("/")) if "$ref" in it else it
            for it in operation.get("parameters", [])
        ]
        return {it["name"]: it for it in told if it["in"] == "query"}

    def _check(self, folder: Path, pointer: tuple[str, ...], name: str, value: Any) -> list[str]:
        errors = _validator(folder, pointer).iter_errors(value)
        return [f"{name}: {'/'.join(map(str, it.path))}: {it.message}"[:600] for it in errors]


def _query(name: str, known: dict[str, Json], query: dict[str, str]) -> Iterator[str]:
    yield from (f"{name} has no parameter {it}." for it in sorted(query.keys() - known.keys()))
    missing = {key for key, it in known.items() if it.get("required")} - query.keys()
    yield from (f"{name} needs the parameter {it}." for it in sorted(missing))
    for key in sorted(query.keys() & known.keys()):
        schema = known[key]["schema"]
        value: Any = query[key]
        if schema.get("type") == "integer" and _INTEGER.match(value):
            value = int(value)
        elif schema.get("type") == "array":
            value = value.split(",")
        elif schema.get("type") == "boolean":
            value = {"true": True, "false": False}.get(value, value)
        yield from (f"{name}: {key}: {it.message}" for it in Draft4Validator(schema).iter_errors(value))


def _at(document: Json, pointer: Any) -> Json:
    node: Any = document
    for key in pointer:
        node = node[key]
    found: Json = node
    return found


@cache
def _document(folder: Path) -> Json:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document: Json = yaml.load((folder / _FILE).read_text("utf-8"), Loader=loader)  # noqa: S506 - a safe one
    for (path, method), answers in _ALSO_ANSWERED.items():
        document["paths"][path][method]["responses"] |= answers
    schemas = document["components"]["schemas"]
    for name, fields in _NO_LONGER_REQUIRED.items():
        schemas[name]["required"] = [it for it in schemas[name]["required"] if it not in fields]
    for name, nullable in _MAY_BE_NULL.items():
        for field in nullable:
            properties = schemas[name]["properties"]
            properties[field] = {"anyOf": [{"type": "null"}, properties[field]]}
    found: Json = _nulls(document)
    return found


def _nulls(node: Any) -> Any:
    """Reads `nullable: true` of OpenAPI 3.0 as the type that JSON Schema has for it."""
    if isinstance(node, list):
        return [_nulls(it) for it in node]
    if not isinstance(node, dict):
        return node
    found = {key: _nulls(it) for key, it in node.items()}
    if found.get("nullable") is True and isinstance(found.get("type"), str):
        found["type"] = [found["type"], "null"]
    return found


@cache
def _templates(folder: Path) -> list[tuple[re.Pattern[str], str]]:
    """Every path as a pattern, those without a variable first."""
    paths = sorted(_document(folder)["paths"], key=lambda it: it.count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", it)), it) for it in paths]


@cache
def _registry(folder: Path) -> Registry[Any]:
    resource = DRAFT4.create_resource(_document(folder))
    registry: Registry[Any] = Registry().with_resource(_URI, resource)
    return registry


@cache
def _validator(folder: Path, pointer: tuple[str, ...]) -> Draft4Validator:
    escaped = (quote(key.replace("~", "~0").replace("/", "~1")) for key in pointer)
    return Draft4Validator({"$ref": f"{_URI}#/" + "/".join(escaped)}, registry=_registry(folder))
