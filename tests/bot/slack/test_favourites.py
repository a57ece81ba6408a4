"""`/favourites` in Slack, and the buttons under it."""

from __future__ import annotations

import pytest

from bot.service import PartyService
from tests.bot.slack.stage import answer, private, read, titles, until
from tests.fakes.slack_server import FakeSlack

SONGS = ("hey jude", "take on me", "wonderwall")


@pytest.mark.parametrize("fake", ["socket", "http"], indirect=True)
async def test_what_was_voted_for_elsewhere_is_added_with_one_press(
    fake: FakeSlack, party: PartyService
) -> None:
    """A private list with a button a song; what was pressed is told above it, and goes from it."""
    anna, ben, other = fake.member("Anna"), fake.member("Ben"), fake.channel("other")
    assert "no favourites yet" in await private(await fake.slash(anna, "/favourites"))
    for song in SONGS:
        await fake.slash(ben, "/add", song, channel=other)
        await answer(await fake.slash(anna, "/vote", song, channel=other))
    message = await answer(await fake.slash(anna, "/favourites"))
    assert message.private_to is anna
    assert "3. Hey Jude – " in read(message).replace("*", "")
    favourites = [each for each in message.actions if each.startswith("encore:favourites:")]
    assert len(favourites) == 4
    await fake.press(anna, message, favourites[1])
    await until(lambda: read(message).startswith("Now playing: Take on Me"))
    await fake.press(anna, message, favourites[-1])
    await until(lambda: "Added Hey Jude" in read(message))
    assert await titles(fake, party) == ["Take on Me", "Wonderwall", "Hey Jude"]
    assert not [each for each in message.actions if each.startswith("encore:favourites:")]
    assert "already in the queue" in await private(await fake.slash(anna, "/party", "favourites 1"))
