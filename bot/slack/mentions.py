"""What somebody says to the bot by its name: `@Encore next` does what `/next` does.

Slack tells of it where the bot is in the conversation, never of direct messages (docs, "app_mention").
"""

from __future__ import annotations

import re
from collections import OrderedDict

from bot.slack.asked import Place
from bot.slack.blocks import Json
from bot.slack.names import Typed, find
from bot.slack.text import typed

NAME = "@Encore"
"""How a command is shown that was typed behind the bot's name."""
_ANYBODY = re.compile(r"<@[A-Z0-9]+(?:\|[^<>]*)?>")
LONGEST = 40_000
"""The longest text of a message that Slack keeps, in characters (docs, "chat.postMessage")."""
MOST_SEEN = 5_000
"""So many events are remembered: Slack sends one again that it thinks was lost."""


class Seen:
    """The latest events, by their ids."""

    def __init__(self) -> None:
        self._ids: OrderedDict[str, None] = OrderedDict()

    def again(self, event_id: str) -> bool:
        """Whether an event was here before; from now on it was."""
        known = event_id in self._ids
        self._ids[event_id] = None
        if len(self._ids) > MOST_SEEN:
            self._ids.popitem(last=False)
        return known


def counts(event: Json) -> bool:
    """Whether somebody means the bot now: a person, and for the first time."""
    by_person = bool(event.get("user")) and not event.get("bot_id") and not event.get("subtype")
    return by_person and not event.get("edited")


def place(body: Json, workspace: str) -> Place:
    """Where the bot was spoken to, and by whom."""
    event = body["event"]
    return Place(
        enterprise=body.get("enterprise_id"),
        team=workspace,
        channel=str(event["channel"]),
        user=str(event["user"]),
        name="",
        key=f"slack:{body['event_id']}",
        thread=str(event.get("thread_ts") or ""),
    )


def command(body: Json) -> Typed:
    """What was said behind the bot's name; help where that is nothing."""
    text = str(body["event"].get("text") or "")[:LONGEST]
    bots = [str(each.get("user_id")) for each in body.get("authorizations") or [] if each.get("is_bot")]
    ours = [re.compile(rf"<@{re.escape(each)}(?:\|[^<>]*)?>") for each in bots]
    found = next(filter(None, (each.search(text) for each in [*ours, _ANYBODY])), None)
    return find(NAME, typed(text[found.end() :] if found else text))
