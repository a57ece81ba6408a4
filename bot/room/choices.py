"""What a room may choose on its page: the chats' menus as controls, each with a name of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bot.party.errors import NotUnderstood
from bot.party.words import Room, Rules
from bot.wording.languages import language
from bot.wording.menus import Menu, chosen, menus
from bot.wording.replies import Replies

ON, OFF = "on", "off"
WITHOUT_CHAT = {"language"}
"""What a room without a chat does not choose: everybody reads the page in their own language."""
_ENGLISH = Replies(language("en"), str)
_TOPIC = re.compile(r"(?<!\s)\s*[:：]\s*")


@dataclass(frozen=True, slots=True)
class Choice:
    """A menu with its topic told apart from its options; a switch is a menu without options."""

    rule: str
    topic: str
    options: tuple[tuple[str, str], ...]  # (value, label)
    chosen: str


def choices(room: Room, rules: Rules, replies: Replies) -> list[Choice]:
    """Every choice that fits the room, as it stands."""
    found: list[Choice] = []
    for menu in menus(rules, replies, **_kind(room), hosted=room.platform == "web"):
        if menu.several:
            found += [_switch(rule, label, rule in menu.chosen) for rule, label in menu.options]
        elif room.platform != "web" or menu.rule not in WITHOUT_CHAT:
            found.append(_select(menu))
    return found


def wished(room: Room, rules: Rules, rule: str, value: str) -> dict[str, Any]:
    """A choice as values of `Rules`.

    Raises:
        NotUnderstood: the room is not offered that.
    """
    offered = {each.rule: each for each in choices(room, rules, _ENGLISH)}.get(rule)
    if offered is None or value not in (dict(offered.options) or {ON, OFF}):
        raise NotUnderstood
    return chosen(rule, [value], **_kind(room)) if offered.options else {rule: value == ON}


def _kind(room: Room) -> dict[str, bool]:
    return {"guests": room.platform == "slack", "servers": room.platform == "discord"}


def _switch(rule: str, label: str, on: bool) -> Choice:
    return Choice(rule, label, (), ON if on else OFF)


def _select(menu: Menu) -> Choice:
    """A menu whose options all begin with what it is about: chats show no label besides."""
    parts = [_TOPIC.split(label, maxsplit=1) for _, label in menu.options]
    topics = [part[0] for part in parts if len(part) > 1]
    options = tuple((value, _begun(part[-1])) for (value, _), part in zip(menu.options, parts, strict=True))
    return Choice(menu.rule, topics[0] if topics else menu.rule, options, menu.chosen[0])


def _begun(label: str) -> str:
    return label[:1].upper() + label[1:]
