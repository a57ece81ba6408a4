"""Songs and people with hostile names, in every message that carries them."""

from __future__ import annotations

import pytest

from bot.party import PartyService
from tests.cogs.stage import live, read, room, sent
from tests.fakes.discord_model import Json, embed_texts
from tests.fakes.discord_server import FakeDiscord

HOSTILE = [
    "[click](http://evil.example) @everyone <@1> <t:1:R> </add:1> **bold** ||x||",
    "http://a)[y](http://b @here <@&2> evil",
    "evil\n# Heading\n> quote\n* item @everyone",
    "`evil` ~~gone~~ __under__ <#3> <:smile:4> discord.gg/abc",
    "\\**evil** \\@everyone \\<@1>",
]
EVE = "[Eve](http://e.vil) @everyone"
OURS = {"bold"}
"""What the bot's own type setting brings into an embed."""


def alive(message: Json) -> set[str]:
    """What in a message Discord would act on, beyond the bot's own bold type."""
    found = live(message.get("content") or "")
    for embed in message.get("embeds") or []:
        for text in embed_texts(embed):
            found |= live(text) - OURS
            found |= {"bold" for line in text.splitlines() if line.count("**") > 2}
    return found


@pytest.mark.parametrize("title", HOSTILE)
async def test_hostile_names_stay_text_in_every_message(
    fake: FakeDiscord, party: PartyService, title: str
) -> None:
    """No link, ping, timestamp or type setting from outside comes alive, and no message may ping anybody."""
    eve, ben = fake.member(EVE), fake.member("Ben")
    song = f"{title} - Queen"
    await fake.slash(eve, "add", song=song)
    await fake.slash(eve, "add", song=f"2 {title} - ABBA")
    await fake.slash(eve, "add", song=f"3 {title} - <@&2> _artist_")
    await fake.slash(ben, "add", song=song)
    await fake.slash(ben, "add", song=f"zzqxv {title}")
    ballot = (await fake.slash(ben, "next", count=10)).messages[0]
    await fake.click(ben, ballot, ballot.buttons[0])
    await fake.slash(ben, "vibe", words=f"90s {title}")
    queue = (await fake.slash(ben, "queue")).messages[0]
    await fake.click(ben, queue, queue.buttons[0])
    await fake.slash(ben, "undo")
    await fake.slash(ben, "skip")
    await fake.slash(eve, "skip")
    await fake.slash(eve, "remove", song=" ".join(f"3 {title}".split())[:9])
    await fake.slash(ben, "remove", song="no such song @everyone")
    await fake.slash(eve, "undo")
    bodies = sent(fake)
    assert len(bodies) == 16
    assert "evil" in read(ballot.text)
    assert "[Eve](http://e.vil)" in read(queue.text)
    assert [(alive(body), body["allowed_mentions"]["parse"]) for body in bodies] == [(set(), [])] * len(
        bodies
    )
    now = await party.party(room(fake))
    assert now.playing or now.queue


async def test_the_list_of_songs_to_remove_shows_names_as_they_are(fake: FakeDiscord) -> None:
    """Choices are no Markdown: a title stands there without escapes."""
    eve = fake.member("Eve")
    await fake.slash(eve, "add", song="**Evil** <@1> - Queen")
    offered = await fake.autocomplete(eve, "remove", song="evil")
    assert [name for name, _ in offered] == ["**Evil** <@1> – Queen"]
