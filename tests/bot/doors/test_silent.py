"""What cannot sound while people's own music does is marked in every door, in signs and in words."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.party.words import Entry, Party
from bot.room.language import replies
from bot.room.sheet import Around, Songs, sheet
from bot.service import PartyService
from bot.slack.blocks import party_card as slack_card
from bot.wording.languages import language
from bot.wording.replies import Replies
from cogs.cards import party_card as discord_card
from tests.conftest import ANNA, MOD, ROOM, Clock

WORDS = Replies(language("en"), str)
MARK = "🔇 silent here"


@pytest.fixture
async def night(party: PartyService, clock: Clock) -> Party:
    """A party with something that plays, that waits, and that the autopilot asks about."""
    await party.settings.choose(ROOM, MOD, {"autopilot": True})
    await party.queue.add(ROOM, ANNA, "mr brightside")
    await party.queue.add(ROOM, ANNA, "take on me")
    await party.autopilot.roll_on()
    now = await party.insight.now(ROOM)
    assert now.automatic
    return now


def marked(night: Party) -> list[Party]:
    """The same with one song that is silent: what plays, what waits, what may be next."""
    songs: list[Entry | None] = [night.playing, night.queue[0], night.ballot[1]]
    return [replace(night, silent=frozenset({song.id})) for song in songs if song is not None]


async def test_cards_say_what_is_silent(night: Party) -> None:
    """Once, beside that very song; without any silent song there is no such word."""
    for party in marked(night):
        discord = [part for part in told(shown(party)) if MARK in part]
        slack = [part for part in told(slack_card(party, WORDS)) if MARK in part]
        (silent,) = party.silent
        songs = [night.playing, *night.queue, *night.ballot]
        title = next(song.track.title for song in songs if song is not None and song.id == silent)
        for parts in (discord, slack):
            (line,) = [line for part in parts for line in part.split("\n") if MARK in line]
            assert title in line
    for card in (shown(night), slack_card(night, WORDS)):
        assert "🔇 silent" not in json.dumps(card, ensure_ascii=False)


async def test_what_is_read_aloud_says_so(night: Party) -> None:
    """`/now`, and what Slack gives screen readers in the place of a card."""
    playing, *_ = marked(night)
    assert MARK in WORDS.now(playing)
    assert MARK in WORDS.aloud(playing)
    assert MARK not in WORDS.now(night)


async def test_the_page_is_told(night: Party) -> None:
    """Of each song, and of the one that is another now without any vote."""
    songs = Songs(replies("en"))
    before = sheet(night, Around(ROOM, lobby=False), songs)
    assert not any(entry["silent"] for entry in before.entries.values())
    for party in marked(night):
        change = sheet(party, Around(ROOM, lobby=False), songs).since(before)
        assert change is not None
        (silent,) = party.silent
        assert change["entries"] == [{"id": silent, "silent": True}]
        assert not change["lists"]


def shown(party: Party) -> list[dict[str, Any]]:
    """The components of Discord's card."""
    card: Any = discord_card(party, WORDS)
    components: list[dict[str, Any]] = card.to_components()
    return components


def told(part: object) -> list[str]:
    """Every text in some components or blocks."""
    if isinstance(part, str):
        return [part]
    if isinstance(part, dict):
        return [text for each in part.values() for text in told(each)]
    return [text for each in part for text in told(each)] if isinstance(part, list) else []
