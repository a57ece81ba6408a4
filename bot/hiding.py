"""Takes out of a text whatever lets somebody in, known by its shape and by where it is in the text.

Libraries write addresses, headers and whole payloads into their logs and errors: discord.py the addresses of
interactions, slack_sdk and Bolt payloads with a `response_url`, spotipy headers and forms. Which secrets
there are only the platforms know, so here are the places where they stand and the shapes that they have:

- Discord, "Receiving and Responding to Interactions": an interaction's token is part of the addresses
  `/interactions/ID/TOKEN/callback` and `/webhooks/APPLICATION/TOKEN`, and says in base64 that it is one.
- Slack, "Tokens": `xoxb-`, `xoxp-`, `xoxe.xoxp-`, `xoxe-`, `xapp-`. "Handling user interaction": whoever has
  a `response_url` can answer, and whoever has a `trigger_id` can open a form. "Using Socket Mode": the
  address of a connection has a `ticket`.
- OpenSubsonic, "API reference": a token `t` and its salt `s`, or the password `p` in hex behind `enc:`.
- RFC 6749: the parameters and fields of OAuth. RFC 9110 and 6265: the headers that carry credentials.

Every pattern is linear: what may be repeated is bounded, or ends where the next try begins.
"""

from __future__ import annotations

import re
import sys
import traceback
from types import TracebackType

HIDDEN = "[hidden]"

_NAMES = (
    "token|secret|passwo?rd|passwd|verifier|signature|ticket|authorization|cookie|"
    "response_url|upload_url|trigger_id|api_key|apikey|encryption_keys?"
)
"""What fields, parameters and headers with a secret are called, or how their names end."""
_SHORT_NAMES = r"(?<![a-z])(?:code|state|link)"
"""Names that other things have as well: only a long word behind one of these is hidden."""
_QUOTE = r"(?:\\{0,8}[\"']|%22)"
_IS = rf"(?:{_QUOTE}?(?:\s{{0,4}}(?:[:=]|%3A)(?:\s|%20|\+){{0,4}})|{_QUOTE},\s{{0,4}})[\[(]?b?"
"""What stands between a name and its value, or a list of it: in JSON, in Python's notation, and in forms."""
_ENDS = r"\s&\"'<>\\;,)\]}"

_KINDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), rf"\1{HIDDEN}")
    for pattern in (
        # Addresses, by their path: Discord's, Slack's wherever they are, links to our own pages.
        r"(/(?:interactions|webhooks)/[0-9]{1,25}/)[^\s/?#\"'<>\\,;)]{8,}",
        r"(hooks\.slack(?:-gov)?\.com(?:/|%2F))[^\s\"'<>\\,;)&]+",
        r"(/(?:commands|actions|app|services|workflows|triggers)/(?-i:[TE][A-Z0-9]{2,20})/)"
        r"[^\s\"'<>\\,;)&?]+",
        r"(files\.slack(?:-gov)?\.com/upload/)[^\s\"'<>\\,;)]+",
        r"((?:/|%2F)(?:party|night|spotify(?:/|%2F)connect)(?:/|%2F))[A-Za-z0-9_-]{16,}+(?!\.py\b)",
        r"(://[^\s/:@\"']{0,64}:)[^\s/\"']{1,200}(?=@)",
        # discord.py names its rate limits after what is in an address.
        r"((?<![0-9])[0-9]{15,25}\+)[A-Za-z0-9_.%=-]{20,}",
        # Credentials behind their scheme, and whatever else stands on the line of a header.
        r"(\b(?:Bearer|Basic|Bot)(?:\s|%20|\+){1,3})[A-Za-z0-9_.~+/=-]{16,}",
        r"((?:authorization|cookie)\s{0,3}:\s{0,3})(?![\"'\[{\s])[^\r\n]+",
        r"(\bcookies[\"']?\s{0,3}[:=]\s{0,3}\{)[^}\r\n]+",
        # A value in quotes, to the quote that ends it; and one without, to the end of the word.
        # What a colon follows is a name itself, behind a text that reads like one.
        rf"((?:{_NAMES}){_IS}(?P<quote>{_QUOTE}))(?:(?!(?P=quote))(?:\\.|[^\r\n\\]))++(?!(?P=quote)\s{{0,4}}:)",
        rf"({_SHORT_NAMES}{_IS}{_QUOTE})(?:(?!%22)[^\s\"'\\/]){{16,}}",
        rf"((?:{_NAMES})=)(?!None\b|True\b|False\b)(?:\[hidden\]|[^{_ENDS}])+",
        rf"((?:{_NAMES})\s?:\s{{1,4}})(?=\S{{0,40}}[0-9])[A-Za-z0-9_.~+/=-]{{12,}}",
        rf"([?&](?:code|state|hm)=)[^{_ENDS}]+",
        rf"((?<![a-z])p(?:=|{_QUOTE}:\s?{_QUOTE})enc(?::|%3A))[0-9a-f]+",
        rf"((?<![a-z])[ts](?:=|{_QUOTE}:\s?{_QUOTE}))[0-9a-f]{{16,32}}(?![0-9a-z])",
        rf"((?<![a-z])(?:code|state)=)[^{_ENDS}]{{16,}}",
        # By their shape, wherever they are.
        r"()(?-i:aW50ZXJhY3Rpb246[A-Za-z0-9_=-]{8,})",
        r"()(?<![\w-])(?-i:xox[a-z](?:\.xox[a-z])?-[\w-]{8,})",
        r"()(?<![\w-])(?-i:xapp-[\w-]{8,})",
        r"()(?<![\w-])(?-i:eyJ[\w-]{10,}\.[\w-]{10,}(?:\.[\w-]+)?)",
        r"()(?<![\w-])(?-i:[MNO][\w-]{22,27}\.[\w-]{6,7}\.[\w-]{27,})",
        r"()(?<![\w-])(?-i:(?:AQ|BQ)[\w-]{60,})",
    )
)


def hide(text: str) -> str:
    """The same text with `[hidden]` in the place of whatever lets somebody in."""
    for pattern, instead in _KINDS:
        text = pattern.sub(instead, text)
    return text


def hide_in_crashes() -> None:
    """Has the traceback with which a command ends by mistake printed like this, where there is no log."""
    sys.excepthook = _print_hidden


def _print_hidden(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    print(hide("".join(traceback.format_exception(kind, error, where))), end="", file=sys.stderr)
