"""Texts for Slack: made harmless, and in the language of who reads them.

Slack acts on `&`, `<` and `>` alone (docs, "Formatting message text"), but shows `*`, `_`, `~`, a backtick
and `:name:` as formatting and turns addresses into links: a zero-width space breaks up what they are made of.
"""

from __future__ import annotations

import html
import re
from functools import cache

from bot.languages import LANGUAGES, Language, spoken
from bot.replies import Replies

NAMES = (
    *("add", "next", "queue", "skip", "vote", "remove", "undo", "history", "why", "vibe"),
    *("autopilot", "settings", "map", "export", "help"),
    *("spotify", "play", "pause", "volume", "save", "import"),
)
"""The commands that texts name."""
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


class SlackLanguage(Language):
    """A language in which commands go by their English names: Slack knows no others."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        local = {self.label("command", name): name for name in NAMES}
        self._names = {named: name for named, name in local.items() if named != name}
        self._named = re.compile("/(" + "|".join(map(re.escape, self._names)) + r")(?!\w)")

    def adapted(self, text: str) -> str:
        """A text that names commands as Slack does."""
        return self._named.sub(lambda found: f"/{self._names[found[1]]}", text) if self._names else text


@cache
def _language(code: str) -> SlackLanguage:
    return SlackLanguage(code if code in LANGUAGES else "en")


def words(locale: str) -> Replies:
    """The replies in a language of ours, by its code or by Slack's locale such as `de-DE`."""
    return Replies(_language(spoken(locale) if "-" in locale else locale), plain, bold="*")
