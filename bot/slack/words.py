"""Texts for Slack: made harmless, and in the language of who reads them.

Slack acts on `&`, `<` and `>` alone (docs, "Formatting message text"), but shows `*`, `_`, `~`, a backtick
and `:name:` as formatting and turns addresses into links: a zero-width space breaks up what they are made of.
"""

from __future__ import annotations

import html
import re

from bot.wording.languages import spoken, with_english_commands
from bot.wording.replies import Replies

ZERO_WIDTH = "\u200b"
_FORMATTING = re.compile(r"([*_~`:@#])")


def plain(text: str) -> str:
    """Makes text from outside harmless in Slack's mrkdwn."""
    return _FORMATTING.sub(rf"\1{ZERO_WIDTH}", html.escape(text, quote=False))


def link(url: str) -> str:
    """An address that can be clicked."""
    return f"<{html.escape(url, quote=False)}>"


def typed(text: str) -> str:
    """What a person has typed, as it was before Slack escaped it, without the signs that we put in."""
    bare = re.sub(r"<(https?://[^|>]+)(?:\|[^>]*)?>", r"\1", text)
    return html.unescape(bare).replace(ZERO_WIDTH, "").strip()


def words(locale: str) -> Replies:
    """The replies in a language of ours, by its code or by Slack's locale such as `de-DE`."""
    code = spoken(locale) if "-" in locale else locale
    return Replies(with_english_commands(code), plain, bold="*")
