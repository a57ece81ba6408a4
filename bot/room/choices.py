"""What a room may choose on its page: the chats' menus, and besides what holds on the page alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bot.party.errors import NotUnderstood, marked
from bot.party.words import VISITOR_SONGS, Room, Rules, Visitors
from bot.wording.languages import language
from bot.wording.menus import Menu, chosen, menus
from bot.wording.replies import Replies

VISITORS = {
    Visitors.LOOK: marked("Guests on the page: may only look"),
    Visitors.VOTE: marked("Guests on the page: may vote"),
    Visitors.ADD: marked("Guests on the page: may vote and add songs"),
}
OF_THE_PAGE = {
    "adding_locked": marked("Only moderators add songs"),
    "joining_locked": marked("Nobody new joins"),
}
OF_A_CHAT = {"night": marked("When the party ends, post a link to the night")}
ON, OFF = "on", "off"
UNSAID = {"language"}
"""What a room without a chat does not choose: everybody reads the page in their own language."""
_ENGLISH = Replies(language("en"), str)
_TOPIC = re.compile(r"\s*[:：]\s*")


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
    for menu in _menus(room, rules, replies):
        if menu.several:
            found += [_switch(rule, label, rule in menu.chosen) for rule, label in menu.options]
        else:
            found.append(_select(menu))
    known = {each.rule for each in found}
    switches = OF_THE_PAGE | (OF_A_CHAT if room.platform != "web" else {})
    found += [
        _switch(rule, replies.say(label), getattr(rules, rule))
        for rule, label in switches.items()
        if rule not in known
    ]
    return [each for each in found if room.platform != "web" or each.rule not in UNSAID]


def wished(room: Room, rules: Rules, rule: str, value: str) -> dict[str, Any]:
    """A choice as values of `Rules`.

    Raises:
        NotUnderstood: the room is not offered that.
    """
    offered = {each.rule: each for each in choices(room, rules, _ENGLISH)}.get(rule)
    if offered is None:
        raise NotUnderstood
    if not offered.options:
        if value not in {ON, OFF}:
            raise NotUnderstood
        return {rule: value == ON}
    if rule == "visitors" and value in {*Visitors}:
        return {rule: Visitors(value)}
    if rule == "visitor_songs" and value in {*map(str, VISITOR_SONGS)}:
        return {rule: int(value)}
    return chosen(rule, [value])


def _menus(room: Room, rules: Rules, replies: Replies) -> list[Menu]:
    made = menus(rules, replies, guests=room.platform == "slack", servers=room.platform == "discord")
    known = {menu.rule for menu in made}
    visitors = Menu(
        "visitors", tuple((v.value, replies.say(VISITORS[v])) for v in Visitors), (rules.visitors,)
    )
    offered = sorted({*VISITOR_SONGS, rules.visitor_songs})
    songs = Menu(
        "visitor_songs", tuple((str(n), _songs(replies, n)) for n in offered), (str(rules.visitor_songs),)
    )
    return [*made, *(menu for menu in (visitors, songs) if menu.rule not in known)]


def _songs(replies: Replies, songs: int) -> str:
    if not songs:
        return replies.say(marked("Songs of a guest: any number"))
    return replies.count("Songs of a guest: {number} waiting", "Songs of a guest: {number} waiting", songs)


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
