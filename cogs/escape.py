"""Text from outside, made harmless for Discord, and lines that fit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from bot.wording.languages import language
from bot.wording.replies import Replies

TEXT_LIMIT = 2_000
"""The longest text of a message without components that Discord takes, in characters."""
ZERO_WIDTH = "\u200b"
_MARKDOWN = re.compile(r"([\\*_~`|>#\[\]+-]|(?<=[0-9])\.)")


@lru_cache(maxsize=5_000)  # the same few songs are shown again and again
def plain(text: str) -> str:
    """Makes text from outside harmless in Discord.

    Every sign of Discord's Markdown gets a backslash. The library's own escape leaves masked links, mentions,
    timestamps, addresses and invitations alone: a zero-width space breaks up what they are made of.
    """
    escaped = _MARKDOWN.sub(r"\\\1", text)
    for sign in "<@:/":
        escaped = escaped.replace(sign, sign + ZERO_WIDTH)
    return escaped


def linked(label: str, url: str) -> str:
    """A link that shows no preview."""
    return f"[{label}](<{url}>)"


def words_in(code: str) -> Replies:
    """The replies in a language, by its code."""
    return Replies(language(code), plain, linked=linked)


def copied(text: str) -> str:
    """A text without the signs that our escapes put into it: people copy from our messages."""
    return text.replace(ZERO_WIDTH, "").strip()


def fitting(lines: Sequence[str], limit: int) -> str:
    """As many lines as there is room for; only hostile names are ever that long."""
    text = "\n".join(lines)
    return text if len(text) <= limit else text[:limit].rpartition("\n")[0]
