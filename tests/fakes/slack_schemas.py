"""Holds calls of the Web API against the description that Slack published in 2021."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator

Json = dict[str, Any]

_FILE = "slack-web-openapi.json"
# Arguments that came after 2021.
_NEWER = {
    "chat.postMessage": {"metadata", "markdown_text", "container_id", "draft_id"},
    "chat.postEphemeral": {"markdown_text"},
    "chat.update": {"metadata", "markdown_text", "reply_broadcast", "file_ids", "unfurled_attachments"},
    "conversations.history": {"include_all_metadata"},
    "conversations.open": {"prevent_creation"},
    "oauth.v2.access": {"grant_type", "refresh_token"},
    "views.open": {"interactivity_pointer"},
    "views.push": {"interactivity_pointer"},
}
# Bolt sends the workspace with every call, as a token for an organisation needs it.
_ALWAYS = {"token", "team_id"}
# The description demands the code that a refresh does not have.
_NOT_REQUIRED = {("oauth.v2.access", "code")}
# It gives up on these with arrays in place of alternatives, so what is in them goes unchecked,
# and knows no fields that were added since.
_LOOSE = ("objs_message", "objs_conversation", "objs_user", "objs_file")


class Schemas:
    """Validates by method; without the folder of schemas everything passes."""

    def __init__(self, folder: Path | None) -> None:
        """Use the description in this folder, if it has one."""
        found = folder is not None and (folder / _FILE).exists()
        self._folder = folder if found else None

    def request(self, method: str, params: Json) -> list[str]:
        """Arguments that do not exist or are missing."""
        known = self._method(method)
        if known is None:
            return []
        names = {it["name"] for it in known["parameters"]} | _NEWER.get(method, set()) | _ALWAYS
        required = {it["name"] for it in known["parameters"] if it.get("required")} - {"token"}
        missing = {it for it in required if it not in params and (method, it) not in _NOT_REQUIRED}
        told = [f"{method} has no argument {it}" for it in sorted(params.keys() - names)]
        return told + [f"{method} needs {it}" for it in sorted(missing)]

    def answer(self, method: str, body: Any) -> list[str]:
        """Breaches in what the fake answered."""
        if self._folder is None or self._method(method) is None or not body.get("ok"):
            return []
        errors = _validator(self._folder, method).iter_errors(body)
        return [f"{method}: {'/'.join(map(str, it.path))}: {it.message}"[:600] for it in errors]

    def _method(self, method: str) -> Json | None:
        if self._folder is None:
            return None
        verbs = _document(self._folder)["paths"].get(f"/{method}")
        return None if verbs is None else dict(next(iter(verbs.values())))


@cache
def _document(folder: Path) -> Json:
    document: Json = json.loads((folder / _FILE).read_text())
    for name in _LOOSE:
        document["definitions"][name]["additionalProperties"] = True
    # Blocks are a list everywhere but here.
    update = document["paths"]["/chat.update"]["post"]["responses"]["200"]["schema"]
    update["properties"]["message"]["properties"]["blocks"] = {"type": "array"}
    # A channel may be empty, and these three are no longer sent by Slack.
    history = document["paths"]["/conversations.history"]["get"]["responses"]["200"]["schema"]
    history["properties"]["messages"].pop("minItems")
    history["properties"]["response_metadata"] = {"type": "object"}
    history["required"] = ["ok", "messages", "has_more"]
    # auth.test names the organisation since org-wide installs exist.
    test = document["paths"]["/auth.test"]["get"]["responses"]["200"]["schema"]
    test["properties"] |= {"enterprise_id": {"type": "string"}, "app_id": {"type": "string"}}
    return document


@cache
def _validator(folder: Path, method: str) -> Draft4Validator:
    document = _document(folder)
    operation = next(iter(document["paths"][f"/{method}"].values()))
    schema = operation["responses"]["200"]["schema"]
    return Draft4Validator(_arrays_as_alternatives(schema | {"definitions": document["definitions"]}))


def _arrays_as_alternatives(node: Any, inside: str = "") -> Any:
    """Reads `items: [a, b]` on something that is no array as `anyOf`, which is what it stands for."""
    if isinstance(node, list):
        return [_arrays_as_alternatives(it) for it in node]
    if not isinstance(node, dict):
        return node
    found = {key: _arrays_as_alternatives(it, key) for key, it in node.items()}
    if isinstance(found.get("items"), list) and "type" not in found and inside != "properties":
        found["anyOf"] = found.pop("items")
    return found
