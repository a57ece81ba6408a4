"""Texts for Slack: made harmless, and in the language of who reads them.

Slack acts on `&`, `<` and `>` alone (docs, "Formatting message text"), but shows `*`, `_`, `~`, a backtick
and `:name:` as formatting and turns addresses into links: a zero-width space breaks up what they are made of.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache

from bot.doors.commands import BY_NAME
from bot.party.errors import ManagersOnly, OwnersOnly, marked
from bot.slack.names import names
from bot.wording.languages import LANGUAGES, Renamed, spoken
from bot.wording.replies import Replies

ZERO_WIDTH = "\u200b"
_FORMATTING = re.compile(r"([*_~`:@#])")
_ADDRESS = re.compile(r"<(https?://[^|<>]+)(?:\|[^<>]*)?>")
"""As Slack writes an address; a `<` within one would be escaped."""
OTHERWISE: dict[object, str] = {
    ManagersOnly.text: marked("Only workspace admins and DJs can change that. Ask one of them."),
    OwnersOnly.text: marked("Only workspace admins can change that. Ask one of them."),
    BY_NAME["autopilot"].help: marked(
        "Let me suggest what's next before the queue runs dry. Admins and DJs can switch this."
    ),
    BY_NAME["settings"].help: marked("Change how this channel's party works. For admins and DJs."),
    BY_NAME["learn"].help: marked("See whether this channel's songs may train me. Admins can change it."),
}
"""What is said in Slack in the place of other texts: it has workspaces and admins."""


class SlackLanguage(Renamed):
    """A language as Slack's door speaks it, with what commands are called there."""

    def say(self, message: str, **parts: object) -> str:
        """A marked text in this language, in Slack's words."""
        return super().say(OTHERWISE.get(message, message), **parts)


@lru_cache(maxsize=64)
def _language(code: str, prefix: str, only: str) -> SlackLanguage:
    return SlackLanguage(code if code in LANGUAGES else "en", names(prefix, only))


def words(locale: str, prefix: str = "", only: str = "") -> Replies:
    """The replies in a language.

    Args:
        locale: one of our codes, or Slack's locale such as `de-DE`.
        prefix: what stands in front of the names of commands.
        only: the one command that the app has, if it has no other.
    """
    code = spoken(locale) if "-" in locale else locale
    return Replies(_language(code, prefix, only), plain, bold="*", linked=linked)


def plain(text: str) -> str:
    """Makes text from outside harmless in Slack's mrkdwn."""
    return _FORMATTING.sub(rf"\1{ZERO_WIDTH}", html.escape(text, quote=False))


def link(url: str) -> str:
    """An address that can be clicked."""
    return f"<{html.escape(url, quote=False)}>"


def linked(label: str, url: str) -> str:
    """A word that can be clicked."""
    return f"<{html.escape(url, quote=False)}|{label}>"


def unescaped(text: str) -> str:
    """A text in which mentions of people and channels stand as they were typed: `@anna`, `#general`.

    Slack writes them as `<@U1|anna>` behind commands whose manifest says `should_escape` ("Enabling
    interactivity with Slash commands" in its docs).
    """
    return _MENTIONED.sub(lambda found: f"{found[1]}{found[3] or found[2]}", text)


_MENTIONED = re.compile(r"<([@#])([A-Z0-9]{1,32})(?:\|([^<>]*))?>")


def typed(text: str) -> str:
    """What a person has typed, as it was before Slack escaped it, without the signs that we put in."""
    bare = _ADDRESS.sub(r"\1", text)
    return html.unescape(bare).replace(ZERO_WIDTH, "").strip()
