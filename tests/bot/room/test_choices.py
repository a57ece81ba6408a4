"""What a room may choose on its page."""

from __future__ import annotations

from dataclasses import fields

import pytest

from bot.party.errors import NotUnderstood
from bot.party.words import Order, Room, Rules, Visitors
from bot.room.choices import choices, wished
from bot.wording.languages import LANGUAGES, language
from bot.wording.replies import Replies

WEB, SLACK, DISCORD = (Room(platform, "1", "2") for platform in ("web", "slack", "discord"))
ENGLISH = Replies(language("en"), str)
ELSEWHERE = {
    "djs": "people are appointed where they are listed",
    "dj_role": "a role of the chat's",
    "voice": "a channel of the chat's",
}
"""What is chosen elsewhere, and why."""
OF_CHATS = {"guests", "newcomers", "voice_status", "alone_min", "night", "language"}


def test_every_rule_can_be_chosen() -> None:
    """No rule is forgotten: each is on some room's page, or it is said why not."""
    on_a_page = {each.rule for room in (WEB, SLACK, DISCORD) for each in choices(room, Rules(), ENGLISH)}
    assert on_a_page | {*ELSEWHERE} == {each.name for each in fields(Rules)}


def test_a_room_without_a_chat_has_none_of_a_chats() -> None:
    """Nobody is asked for what means nothing there."""
    assert not OF_CHATS & {each.rule for each in choices(WEB, Rules(), ENGLISH)}


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("room", [WEB, SLACK, DISCORD], ids=lambda room: room.platform)
def test_topics_are_told_apart_in_every_language(room: Room, code: str) -> None:
    """A control has a name of its own, and no option repeats it."""
    for each in choices(room, Rules(), Replies(language(code), str)):
        assert each.topic
        assert each.topic != each.rule
        for _, label in each.options:
            assert label
            assert not label.startswith(each.topic)


@pytest.mark.parametrize(
    ("rule", "value", "chosen"),
    [
        ("order", "turns", {"order": Order.TURNS}),
        ("visitors", "look", {"visitors": Visitors.LOOK}),
        ("visitor_songs", "3", {"visitor_songs": 3}),
        ("songs_each", "0", {"songs_each": 0}),
        ("adding_locked", "on", {"adding_locked": True}),
        ("quiet", "off", {"quiet": False}),
        ("own_only", "off", {"own_only": False}),
        ("levelled", "off", {"levelled": False}),
        ("crossfade_s", "6", {"crossfade_s": 6}),
    ],
)
def test_what_was_chosen(rule: str, value: str, chosen: dict[str, object]) -> None:
    """A choice becomes a rule."""
    assert wished(WEB, Rules(), rule, value) == chosen


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("order", "chaos"),
        ("order", ""),
        ("visitors", "own"),
        ("visitor_songs", "4"),
        ("visitor_songs", "٣"),
        ("adding_locked", "yes"),
        ("switches", "on"),
        ("djs", "me"),
        ("dj_role", "1"),
        ("language", "de"),
        ("night", "on"),
        ("sound", "on"),
        ("crossfade_s", "5"),
        ("crossfade_s", "-2"),
        ("alone_min", "5"),
        ("__class__", "on"),
    ],
)
def test_nothing_else_can_be_chosen(rule: str, value: str) -> None:
    """What the page does not offer is not understood, be it a rule or not."""
    with pytest.raises(NotUnderstood):
        wished(WEB, Rules(), rule, value)


def test_every_option_is_understood() -> None:
    """Whatever is offered can be chosen, and what stands is among it."""
    for room in (WEB, SLACK, DISCORD):
        for each in choices(room, Rules(), ENGLISH):
            values = [value for value, _ in each.options] or ["on", "off"]
            assert each.chosen in values
            for value in values:
                assert each.rule in wished(room, Rules(), each.rule, value)
