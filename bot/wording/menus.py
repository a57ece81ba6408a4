"""What a room may choose, as menus: the same for every chat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.party.errors import NotUnderstood, marked
from bot.party.rules.moderation import mark_of
from bot.party.words import (
    ALONE_MIN,
    BELOW,
    COOLDOWNS_MIN,
    CROSSFADES_S,
    LONGEST_MIN,
    SONGS_EACH,
    THRESHOLDS,
    VISITOR_SONGS,
    Blocked,
    Order,
    Quorum,
    Rules,
    Visitors,
)
from bot.wording.languages import LANGUAGES
from bot.wording.replies import Replies

ORDERS = {
    Order.VOTES: marked("Order: most votes first"),
    Order.TURNS: marked("Order: everybody takes turns"),
    Order.ARRIVAL: marked("Order: first come, first served"),
}
QUORUMS = {
    Quorum.ONE: marked("Skip: one vote is enough"),
    Quorum.THIRD: marked("Skip: a third must agree"),
    Quorum.HALF: marked("Skip: more than half must agree"),
    Quorum.MOST: marked("Skip: two thirds must agree"),
    Quorum.ALL: marked("Skip: everybody must agree"),
}
SWITCHES = {
    "one_of_each": marked("No duplicate songs in the queue"),
    "clean": marked("No songs marked explicit"),
    "at_once": marked("Moderators and whoever added a song skip at once"),
    "quiet": marked("Quiet: only the person who adds a song sees the reply"),
    "autopilot": marked("Autopilot: keep the music going"),
    "adding_locked": marked("Lock the queue to new songs"),
    "joining_locked": marked("Lock the page to new guests"),
}
HOSTED = {"at_once": marked("The host, DJs and whoever added a song skip at once")}
"""What switches are called in rooms on the page, which have a host."""
OF_CHATS = {"night": marked("When a party ends, post a link to what was played")}
"""Switches of all chats."""
VISITORS = {
    Visitors.LOOK: marked("Guests on the page: can only look"),
    Visitors.VOTE: marked("Guests on the page: can vote"),
    Visitors.ADD: marked("Guests on the page: can vote and add songs"),
}
OF_DISCORD = {
    "voice_status": marked("Show what's playing as the voice channel's status"),
    "newcomers": marked("Votes of members who joined less than a day ago count"),
}
"""Switches of chats that have voice channels, and know when somebody joined."""
OF_SLACK = {"guests": marked("Guests and people from other companies can join in")}
"""Switches of chats that know guests."""
OF_SOUND = {
    "own_only": marked("While I play your own music, suggest only songs I can play"),
    "levelled": marked("Play all songs about equally loud"),
}
"""Switches of own music, in a menu of their own: a row of boxes in Slack has ten at most."""
NUMBERS: dict[str, Sequence[int]] = {
    "threshold": THRESHOLDS,
    "cooldown_min": COOLDOWNS_MIN,
    "songs_each": SONGS_EACH,
    "longest_min": LONGEST_MIN,
    "visitor_songs": VISITOR_SONGS,
    "autopilot_below": BELOW,
    "crossfade_s": CROSSFADES_S,
    "alone_min": ALONE_MIN,
}
BLOCKED_MEMBERS, BLOCKED_SONGS = "blocked_members", "blocked_songs"
"""The menus of what is blocked, which are no rules."""
AUTOMATIC = "auto"
"""Stands for the language of the place."""


@dataclass(frozen=True, slots=True)
class Menu:
    """One choice: a rule of `Rules`, or `switches` or `sound` for those that are on or off."""

    rule: str
    options: tuple[tuple[str, str], ...]  # (value, label)
    chosen: tuple[str, ...]
    empty: str = ""  # what is said of no choice
    several: bool = False
    topic: str = ""  # what several are about together, if that is not everything


def menus(
    rules: Rules, replies: Replies, *, guests: bool = False, servers: bool = False, hosted: bool = False
) -> list[Menu]:
    """Every choice, as it stands.

    Args:
        rules: what the room has chosen.
        replies: the words.
        guests: whether the chat knows guests and people of other companies.
        servers: whether it has servers, with voice channels and members who joined one day.
        hosted: whether it is a room on the page, which has a host.
    """
    say, count = replies.say, replies.count
    switches = _switches(guests=guests, servers=servers) | (HOSTED if hosted else {})
    languages = ((AUTOMATIC, say(marked("Language: default"))), *LANGUAGES.items())
    return [
        Menu("order", tuple((o.value, say(ORDERS[o])) for o in Order), (rules.order.value,)),
        Menu("quorum", tuple((q.value, say(QUORUMS[q])) for q in Quorum), (rules.quorum.value,)),
        _numbers(
            "threshold",
            rules,
            lambda n: count(
                "Suggestions: {number} 👍 queues a song", "Suggestions: {number} 👍 queue a song", n
            ),
        ),
        _numbers("cooldown_min", rules, lambda n: _rest(replies, n)),
        _numbers("songs_each", rules, lambda n: _each(replies, n)),
        _numbers("longest_min", rules, lambda n: _longest(replies, n)),
        Menu("visitors", tuple((v.value, say(VISITORS[v])) for v in Visitors), (rules.visitors.value,)),
        _numbers("visitor_songs", rules, lambda n: _each_visitor(replies, n)),
        Menu(
            "switches",
            tuple((name, say(label)) for name, label in switches.items()),
            tuple(name for name in switches if getattr(rules, name)),
            say(marked("Everything is switched off")),
            several=True,
        ),
        _numbers(
            "autopilot_below",
            rules,
            lambda n: count(
                "Autopilot: when no songs are left", "Autopilot: when fewer than {number} songs are left", n
            ),
        ),
        Menu(
            "sound",
            tuple((name, say(label)) for name, label in OF_SOUND.items()),
            tuple(name for name in OF_SOUND if getattr(rules, name)),
            say(marked("Suggest any song, and play each as loud as it is")),
            several=True,
            topic=say(marked("Sound")),
        ),
        _numbers("crossfade_s", rules, lambda n: _crossfade(replies, n)),
        *([_numbers("alone_min", rules, lambda n: _alone(replies, n))] if servers else []),
        Menu("language", languages, (rules.language or AUTOMATIC,)),
    ]


def _rest(replies: Replies, minutes: int) -> str:
    if not minutes:
        return replies.say(marked("Repeats: any time"))
    return replies.count("Repeats: after {number} minute", "Repeats: after {number} minutes", minutes)


def _each(replies: Replies, songs: int) -> str:
    if not songs:
        return replies.say(marked("Song limit: none"))
    return replies.count(
        "Song limit: {number} waiting per member", "Song limit: {number} waiting per member", songs
    )


def _each_visitor(replies: Replies, songs: int) -> str:
    if not songs:
        return replies.say(marked("Guests' songs: no limit"))
    return replies.count(
        "Guests' songs: {number} waiting for each", "Guests' songs: {number} waiting for each", songs
    )


def _longest(replies: Replies, minutes: int) -> str:
    if not minutes:
        return replies.say(marked("Longest song: any"))
    return replies.count("Longest song: {number} minute", "Longest song: {number} minutes", minutes)


def _crossfade(replies: Replies, seconds: int) -> str:
    if not seconds:
        return replies.say(marked("Crossfade: off"))
    return replies.count("Crossfade: {number} second", "Crossfade: {number} seconds", seconds)


def _alone(replies: Replies, minutes: int) -> str:
    if not minutes:
        return replies.say(marked("Alone in voice: I stay"))
    return replies.count(
        "Alone in voice: I leave after {number} minute",
        "Alone in voice: I leave after {number} minutes",
        minutes,
    )


def _switches(*, guests: bool, servers: bool) -> dict[str, str]:
    chats = OF_CHATS if guests or servers else {}
    return SWITCHES | (OF_SLACK if guests else {}) | (OF_DISCORD if servers else {}) | chats


def blocked_menus(blocked: Blocked, replies: Replies) -> list[Menu]:
    """What is blocked, to choose from what to unblock; no menu for what there is none of."""
    shown = Replies(replies.language, str)  # menus show text as it is
    members = tuple((mark_of(each), shown.person(each)) for each in blocked.members)
    songs = tuple((mark_of(each), shown.song(each) or "?") for each in blocked.songs)
    whom = replies.say(marked("Blocked members: pick whom to unblock"))
    what = replies.say(marked("Blocked songs: pick what to unblock"))
    made = [
        Menu(BLOCKED_MEMBERS, members, (), whom, several=True),
        Menu(BLOCKED_SONGS, songs, (), what, several=True),
    ]
    return [menu for menu in made if menu.options]


def _numbers(rule: str, rules: Rules, label: Callable[[int], str]) -> Menu:
    now = getattr(rules, rule)
    offered = sorted({*NUMBERS[rule], now})
    return Menu(rule, tuple((str(n), label(n)) for n in offered), (str(now),))


def chosen(
    rule: str, values: Sequence[str], *, guests: bool = False, servers: bool = False
) -> dict[str, Any]:
    """The choice of a menu as values of `Rules`.

    Raises:
        NotUnderstood: no menu of ours offers that.
    """
    switches = _switches(guests=guests, servers=servers)
    if rule == "switches" and set(values) <= {*switches}:
        return {name: name in values for name in switches}
    if rule == "sound" and set(values) <= {*OF_SOUND}:
        return {name: name in values for name in OF_SOUND}
    value = values[0] if values else ""
    if rule == "language" and value in {AUTOMATIC, *LANGUAGES}:
        return {rule: "" if value == AUTOMATIC else value}
    if rule == "order" and value in {*Order}:
        return {rule: Order(value)}
    if rule == "quorum" and value in {*Quorum}:
        return {rule: Quorum(value)}
    if rule == "visitors" and value in {*Visitors}:
        return {rule: Visitors(value)}
    if rule == "alone_min" and not servers:
        raise NotUnderstood
    if rule in NUMBERS and value.isdecimal() and int(value) in NUMBERS[rule]:
        return {rule: int(value)}
    raise NotUnderstood
