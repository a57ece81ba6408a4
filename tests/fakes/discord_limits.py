"""The limits that a message has to keep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .discord_errors import EMPTY_MESSAGE, ApiError, FormErrors, Path
from .discord_layout import check_custom_ids, check_layout, check_rows
from .discord_model import FakeMessage, Flag, Json, embed_texts

_EMBED_LIMITS = (("title", 256), ("description", 4096))
_EMBED_TOTAL = 6000
_LEGACY = ("content", "embeds")


def check_message(body: Json, before: FakeMessage | None, *, under: str | None = None) -> None:
    """Refuse a message body that Discord would refuse; `before` is the message it edits."""
    errors = FormErrors()
    errors.at_most(("content",), body.get("content"), 2000)
    _check_embeds(errors, body.get("embeds") or [])
    flags = (body.get("flags") or 0) | (before.flags if before is not None else 0)
    components = body.get("components") or []
    if flags & Flag.COMPONENTS_V2:
        _check_legacy_fields(errors, body, before)
        check_layout(errors, components)
    else:
        check_rows(errors, components)
    check_custom_ids(errors, components)
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


def _is_empty(body: Json, before: FakeMessage | None) -> bool:
    text: str = _present(body, before, "content") or ""
    parts = ("embeds", "components", "attachments")
    return (
        not text.strip() and not any(_present(body, before, part) for part in parts) and not body.get("poll")
    )


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


def _check_legacy_fields(errors: FormErrors, body: Json, before: FakeMessage | None) -> None:
    # What an edit leaves out stays, so a message with a content needs it nulled to become V2.
    for key in _LEGACY:
        if _present(body, before, key):
            told = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            errors.add((key,), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", told)


def _present(body: Json, before: FakeMessage | None, key: str) -> Any:
    return body[key] if key in body else getattr(before, key, None)
