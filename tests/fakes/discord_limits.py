"""Discord's refusals: error codes and the limits that a message has to keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from .discord_model import FakeMessage, Flag, Json, embed_texts, walk

UNAUTHORIZED = (401, 0, "401: Unauthorized")
NOT_FOUND = (404, 0, "404: Not Found")
UNKNOWN_APPLICATION = (404, 10002, "Unknown Application")
UNKNOWN_CHANNEL = (404, 10003, "Unknown Channel")
UNKNOWN_MESSAGE = (404, 10008, "Unknown Message")
UNKNOWN_WEBHOOK = (404, 10015, "Unknown Webhook")
UNKNOWN_INTERACTION = (404, 10062, "Unknown interaction")
ALREADY_ACKNOWLEDGED = (400, 40060, "Interaction has already been acknowledged.")
MISSING_ACCESS = (403, 50001, "Missing Access")
EMPTY_MESSAGE = (400, 50006, "Cannot send an empty message")
MISSING_PERMISSIONS = (403, 50013, "Missing Permissions")
INVALID_WEBHOOK_TOKEN = (401, 50027, "Invalid Webhook Token")
INVALID_FORM = (400, 50035, "Invalid Form Body")
INVALID_JSON = (400, 50109, "The request body contains invalid JSON.")

Path = tuple[str | int, ...]

_ACTION_ROW = 1
_BUTTON = 2
_LINK_STYLE = 5
_PREMIUM_STYLE = 6
_EMBED_LIMITS = (("title", 256), ("description", 4096))
_EMBED_TOTAL = 6000


class ApiError(Exception):
    """A refusal in the form that Discord sends."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        """Refuse with this HTTP status, Discord error code and message."""
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.body: Json = {"message": message, "code": code}
        if errors:
            self.body["errors"] = errors


class FormErrors:
    """Collects field errors in the nested form of Discord's code 50035."""

    def __init__(self) -> None:
        """Start without errors."""
        self.tree: Json = {}

    def add(self, path: Path, code: str, message: str) -> None:
        """Report one error at a field."""
        node = self.tree
        for key in path:
            node = node.setdefault(str(key), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def at_most(self, path: Path, text: str | None, limit: int) -> None:
        """Refuse a text that is too long."""
        if len(text or "") > limit:
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length.")

    def required(self, path: Path, value: object) -> None:
        """Refuse a field that has to be there and is not."""
        if not value:
            self.add(path, "BASE_TYPE_REQUIRED", "This field is required")

    def count(self, path: Path, items: Sequence[Any], least: int, most: int) -> None:
        """Refuse a list of the wrong length."""
        if not least <= len(items) <= most:
            told = f"Must be between {least} and {most} in length."
            self.add(path, "BASE_TYPE_BAD_LENGTH", told)

    def refuse(self, *, under: str | None = None) -> None:
        """Raise everything that was collected, if anything was."""
        if self.tree:
            raise ApiError(*INVALID_FORM, {under: self.tree} if under else self.tree)


def check_message(body: Json, before: FakeMessage | None, *, under: str | None = None) -> None:
    """Refuse a message body that Discord would refuse; `before` is the message it edits."""
    errors = FormErrors()
    errors.at_most(("content",), body.get("content"), 2000)
    _check_embeds(errors, body.get("embeds") or [])
    flags = (body.get("flags") or 0) | (before.flags if before is not None else 0)
    if flags & Flag.COMPONENTS_V2:
        _check_layout(errors, body)
    else:
        _check_rows(errors, body.get("components") or [])
    _check_custom_ids(errors, body.get("components") or [])
    errors.refuse(under=under)
    if _is_empty(body, before):
        raise ApiError(*EMPTY_MESSAGE)


def check_choices(choices: Sequence[Json]) -> None:
    """Refuse an autocomplete answer that Discord would refuse."""
    errors = FormErrors()
    errors.count(("choices",), choices, 0, 25)
    for number, choice in enumerate(choices):
        here: Path = ("choices", number)
        errors.count((*here, "name"), choice["name"], 1, 100)
        if isinstance(choice["value"], str):
            errors.count((*here, "value"), choice["value"], 1, 100)
    errors.refuse(under="data")


def check_commands(commands: Sequence[Json]) -> None:
    """Refuse a set of commands in which two have the same name."""
    errors = FormErrors()
    seen: set[tuple[str, int]] = set()
    for number, command in enumerate(commands):
        key = (command["name"], command.get("type") or 1)
        if key in seen:
            told = "Application command names must be unique"
            errors.add((number, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", told)
        seen.add(key)
    errors.refuse()


def _is_empty(body: Json, before: FakeMessage | None) -> bool:
    def now(key: str) -> Any:
        return body[key] if key in body else getattr(before, key, None)

    text: str = now("content") or ""
    parts = ("embeds", "components", "attachments")
    return not text.strip() and not any(now(part) for part in parts) and not body.get("poll")


def _check_embeds(errors: FormErrors, embeds: Sequence[Json]) -> None:
    errors.count(("embeds",), embeds, 0, 10)
    for number, embed in enumerate(embeds):
        _check_embed(errors, ("embeds", number), embed)
    if sum(len(text) for embed in embeds for text in embed_texts(embed)) > _EMBED_TOTAL:
        told = f"Embed size exceeds maximum size of {_EMBED_TOTAL}"
        errors.add(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", told)


def _check_embed(errors: FormErrors, here: Path, embed: Json) -> None:
    for key, limit in _EMBED_LIMITS:
        errors.at_most((*here, key), embed.get(key), limit)
    author, footer = embed.get("author") or {}, embed.get("footer") or {}
    errors.at_most((*here, "author", "name"), author.get("name"), 256)
    errors.at_most((*here, "footer", "text"), footer.get("text"), 2048)
    fields = embed.get("fields") or []
    errors.count((*here, "fields"), fields, 0, 25)
    for number, entry in enumerate(fields):
        _check_field(errors, (*here, "fields", number), entry)


def _check_field(errors: FormErrors, here: Path, entry: Json) -> None:
    for key, limit in (("name", 256), ("value", 1024)):
        errors.required((*here, key), entry.get(key))
        errors.at_most((*here, key), entry.get(key), limit)


def _check_layout(errors: FormErrors, body: Json) -> None:
    for key in ("content", "embeds"):
        if body.get(key):
            told = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            errors.add((key,), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", told)
    errors.count(("components",), list(walk(body.get("components") or [])), 0, 40)


def _check_rows(errors: FormErrors, rows: Sequence[Json]) -> None:
    errors.count(("components",), rows, 0, 5)
    for number, row in enumerate(rows):
        here: Path = ("components", number)
        if row["type"] != _ACTION_ROW:
            errors.add((*here, "type"), "UNION_TYPE_CHOICES", 'Value of field "type" must be 1.')
            continue
        _check_row(errors, (*here, "components"), row["components"])


def _check_row(errors: FormErrors, here: Path, parts: Sequence[Json]) -> None:
    only_buttons = all(part["type"] == _BUTTON for part in parts)
    errors.count(here, parts, 1, 5 if only_buttons else 1)
    for number, part in enumerate(parts):
        if part["type"] == _BUTTON:
            _check_button(errors, (*here, number), part)


def _check_button(errors: FormErrors, here: Path, button: Json) -> None:
    errors.at_most((*here, "label"), button.get("label"), 80)
    if button["style"] == _LINK_STYLE:
        errors.required((*here, "url"), button.get("url"))
    elif button["style"] != _PREMIUM_STYLE:
        errors.required((*here, "custom_id"), button.get("custom_id"))
    if not button.get("label") and not button.get("emoji") and button["style"] != _PREMIUM_STYLE:
        told = "A button must have a label or an emoji"
        errors.add((*here, "label"), "BUTTON_COMPONENT_MISSING_LABEL_OR_EMOJI", told)


def _check_custom_ids(errors: FormErrors, components: Sequence[Json]) -> None:
    placed = list(_placed({"components": components}, ()))
    uses = Counter(part["custom_id"] for _, part in placed)
    for here, part in placed:
        errors.at_most((*here, "custom_id"), part["custom_id"], 100)
        if uses[part["custom_id"]] > 1:
            told = "Component custom id cannot be duplicated"
            errors.add((*here, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", told)


def _placed(part: Json, here: Path) -> Iterator[tuple[Path, Json]]:
    if part.get("custom_id"):
        yield here, part
    for number, inner in enumerate(part.get("components") or []):
        yield from _placed(inner, (*here, "components", number))
    if accessory := part.get("accessory"):
        yield from _placed(accessory, (*here, "accessory"))
