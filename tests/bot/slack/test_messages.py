"""What the shortcut of a message reads of it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.service import PartyService
from bot.slack import messages
from bot.slack.app import SHORTCUT
from tests.bot.slack.stage import BRIGHTSIDE, public, read, titles
from tests.fakes.slack_server import FakeSlack

SPOTIFY = "https://open.spotify.com/track/003vvx7Niy0yvhvHt4a68B?si=abc"
TUBE = "https://youtu.be/gGdGFtwCNBE"

Json = dict[str, Any]


def rich(*parts: Json) -> Json:
    """What Slack makes of what people type."""
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(parts)}]}


def section(text: str) -> Json:
    """A block of another app's message."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


@pytest.mark.parametrize(
    "message",
    [
        {"text": "", "blocks": [section(f"now: <{SPOTIFY}|a song>")]},
        {"text": "a song", "blocks": [rich({"type": "link", "url": SPOTIFY, "text": "a song"})]},
        {
            "text": "a song",
            "blocks": [{"type": "context", "elements": [{"type": "mrkdwn", "text": SPOTIFY}]}],
        },
        {"text": "", "blocks": [section("x") | {"accessory": {"type": "button", "url": SPOTIFY}}]},
        {"text": "", "blocks": [{"type": "section", "fields": [{"type": "mrkdwn", "text": f"<{SPOTIFY}>"}]}]},
        {"text": "look", "attachments": [{"title": "Mr. Brightside", "title_link": SPOTIFY}]},
        {"text": "<https://a.example>", "attachments": [{"from_url": SPOTIFY, "fallback": "x"}]},
        {"text": "shared", "attachments": [{"blocks": [section(SPOTIFY)]}]},
        {"text": "", "attachments": [{"message_blocks": [{"message": {"blocks": [section(SPOTIFY)]}}]}]},
    ],
)
async def test_links_are_found_in_all_parts(fake: FakeSlack, party: PartyService, message: Json) -> None:
    """Wherever in a message a song's link stands, the shortcut adds that song."""
    said = fake.say(
        fake.member("Ben"),
        fake.general,
        message["text"],
        blocks=message.get("blocks", ()),
        attachments=message.get("attachments", ()),
    )
    assert BRIGHTSIDE in read(await public(await fake.shortcut(fake.member("Anna"), SHORTCUT, message=said)))
    assert await titles(fake, party) == ["Mr. Brightside"]


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ({"text": "simon &amp; garfunkel"}, "simon & garfunkel"),
        ({"text": f"<{SPOTIFY}>", "blocks": [rich({"type": "link", "url": SPOTIFY})]}, SPOTIFY),
        (
            {"blocks": [rich({"type": "text", "text": "africa "}, {"type": "text", "text": "toto"})]},
            "africa toto",
        ),
        (
            {"text": f"<{TUBE}>", "attachments": [{"title": "Toto - Africa", "from_url": TUBE}]},
            "Toto - Africa",
        ),
        ({"text": f"listen: <{TUBE}>", "attachments": [{"title": "Toto - Africa"}]}, f"listen: {TUBE}"),
        ({"text": "", "attachments": [{"fallback": "Toto - Africa"}]}, "Toto - Africa"),
        ({"text": None, "blocks": None, "attachments": "x"}, ""),
        (
            {
                "text": "a",
                "blocks": [1, None, {"elements": {"text": 5}}],
                "attachments": [None, {"title": 3}],
            },
            "a",
        ),
    ],
)
def test_what_a_message_says(message: Json, found: str) -> None:
    """What its author wrote counts first; what Slack found behind a link, where nothing else was written."""
    assert messages.read(message) == found


def test_reading_a_message_has_an_end() -> None:
    """However deep or long it is."""
    deep: Json = {"text": SPOTIFY}
    for _ in range(5_000):
        deep = {"elements": [deep, deep]}
    assert (
        messages.read({"text": "x" * 50_000, "blocks": [deep], "attachments": [deep] * 1_000}) == "x" * 10_000
    )
