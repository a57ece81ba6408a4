"""What a message of Slack's says in all its parts: text, blocks, and what was found behind its links."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.party import links
from bot.slack.blocks import Json
from bot.slack.text import typed

MOST_PARTS = 500
"""So many parts of a message are looked at."""
LONGEST = 10_000
"""So many characters of what it says are read, and as many of each part."""
LINKS = ("url", "title_link", "from_url", "original_url", "thumb_url")
"""Where addresses stand in blocks and attachments (docs, "Rich text block" and "Legacy attachments")."""
LINES = {"rich_text_section", "rich_text_quote", "rich_text_preformatted"}
IN_A_LINE = {"text", "link"}
"""What holds the words of a rich text, and what they are."""
INSIDE = ("elements", "fields", "blocks", "message_blocks", "text", "title", "accessory", "message", "items")
"""What holds further parts."""


def read(message: Json) -> str:
    """What a message says: what its author wrote, then links that stand elsewhere in it.

    Where nobody wrote anything it is what its blocks say; where they say nothing either, or only name an
    address that means nothing to us, it is what Slack found behind that address.
    """
    written = typed(str(message.get("text") or "")[:LONGEST])
    parts = list(_parts(message.get("blocks"))) + list(_parts(message.get("attachments")))
    found = "\n".join(dict.fromkeys(_links(parts)))
    linked = [each for each in links.found_in(found) if each not in written]
    text = written or "\n".join(_texts(_parts(message.get("blocks"))))
    if not links.found_in(text) and not linked and _says_nothing(text):
        text = next(_titles(message), text)
    return "\n".join(filter(None, [text, *linked]))[:LONGEST]


def _says_nothing(text: str) -> bool:
    """Whether a text is empty, or an address alone."""
    return not text.strip() or (links.is_link(text) and len(text.split()) == 1)


def _parts(value: Any) -> Iterator[Json]:
    """Each part of blocks or attachments, however deep, in order; not without end."""
    waiting, seen = [value], 0
    while waiting and seen < MOST_PARTS:
        part = waiting.pop(0)
        if isinstance(part, list):
            waiting[:0] = part[:MOST_PARTS]
        elif isinstance(part, dict):
            seen += 1
            yield part
            waiting[:0] = [part[name] for name in INSIDE if isinstance(part.get(name), (dict, list))]


def _links(parts: list[Json]) -> Iterator[str]:
    for part in parts:
        yield from (str(part[name])[:LONGEST] for name in LINKS if part.get(name))
        yield from links.found_in(typed(_text(part)))


def _texts(parts: Iterator[Json]) -> Iterator[str]:
    """What the parts say, a line each; what stands in one line of a rich text is one."""
    for part in parts:
        if part.get("type") in LINES:
            inside = [each for each in part.get("elements") or [] if isinstance(each, dict)]
            yield from filter(None, ["".join(_text(each) or str(each.get("url") or "") for each in inside)])
        elif part.get("type") not in IN_A_LINE and (text := typed(_text(part))):
            yield text


def _text(part: Json) -> str:
    text = part.get("text")
    return text[:LONGEST] if isinstance(text, str) else ""


def _titles(message: Json) -> Iterator[str]:
    """What Slack found behind the links of a message."""
    for each in (message.get("attachments") or [])[:MOST_PARTS]:
        for name in ("title", "fallback", "text"):
            if isinstance(each, dict) and isinstance(each.get(name), str) and each[name].strip():
                yield typed(each[name][:LONGEST])
                break
