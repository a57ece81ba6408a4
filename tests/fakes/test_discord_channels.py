"""What a bot may do in a channel of the fake Discord, as a bare HTTP client sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from tests.fakes.discord_model import EVERYONE, SEND_MESSAGES, VIEW_CHANNEL, FakeChannel
from tests.fakes.discord_people import ADMINISTRATOR, ATTACH_FILES, CONNECT, SEND_IN_THREADS, ChannelKind
from tests.fakes.discord_server import FakeDiscord

TOKEN = "let-me-in"


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    """A server that nobody is connected to."""
    async with FakeDiscord(TOKEN) as fake:
        yield fake


async def ask(fake: FakeDiscord, method: str, path: str, body: Any = None) -> int:
    """Asks as the bot; the error code, or 0."""
    headers = {"Authorization": f"Bot {TOKEN}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(method, fake.rest_url + path, json=body) as answer,
    ):
        said = await answer.json() if answer.status != 204 else {}
        return int(said["code"]) if answer.status >= 400 else 0


async def post(fake: FakeDiscord, place: FakeChannel, **more: Any) -> int:
    """Posts a message; the error code, or 0."""
    return await ask(fake, "POST", f"/channels/{place.id}/messages", {"content": "hello", **more})


async def edit(fake: FakeDiscord, place: FakeChannel, message: str) -> int:
    """Edits a message; the error code, or 0."""
    return await ask(fake, "PATCH", f"/channels/{place.id}/messages/{message}", {"content": "again"})


@pytest.mark.parametrize(
    ("kind", "may", "posting", "editing"),
    [
        (ChannelKind.TEXT, EVERYONE, 0, 0),
        (ChannelKind.TEXT, EVERYONE & ~VIEW_CHANNEL, 50001, 50001),
        (ChannelKind.TEXT, EVERYONE & ~SEND_MESSAGES, 50013, 0),
        (ChannelKind.TEXT, EVERYONE & ~SEND_IN_THREADS, 0, 0),
        (ChannelKind.TEXT, ADMINISTRATOR, 0, 0),
        (ChannelKind.VOICE, EVERYONE & ~CONNECT, 50001, 50001),
        (ChannelKind.THREAD, EVERYONE & ~SEND_MESSAGES, 0, 0),
        (ChannelKind.THREAD, EVERYONE & ~SEND_IN_THREADS, 50013, 0),
    ],
)
async def test_each_channel_has_permissions_of_its_own(
    fake: FakeDiscord, kind: ChannelKind, may: int, posting: int, editing: int
) -> None:
    """A message of one's own can be edited by whoever sees the channel."""
    place = fake.add_thread("place") if kind is ChannelKind.THREAD else fake.add_channel("place", kind=kind)
    message = fake.world.send(place, {"content": "before"})
    fake.permit(place, may)
    assert await post(fake, place) == posting
    assert await edit(fake, place, message.id) == editing


async def test_files_take_a_permission_where_the_bot_posts(fake: FakeDiscord) -> None:
    """Without Attach Files a message is refused, and one without a file is not."""
    place = fake.add_channel("place", app_permissions=EVERYONE & ~ATTACH_FILES)
    assert await post(fake, place, attachments=[{"id": 0, "filename": "a.txt"}]) == 50013
    assert await post(fake, place) == 0


async def test_an_archived_thread_is_read_only_until_somebody_writes(fake: FakeDiscord) -> None:
    """Edits and deletions are refused (50083); a message opens it again."""
    thread = fake.add_thread("thread")
    message = fake.world.send(thread, {"content": "before"})
    fake.archive(thread)
    assert await edit(fake, thread, message.id) == 50083
    assert await ask(fake, "DELETE", f"/channels/{thread.id}/messages/{message.id}") == 50083
    assert await post(fake, thread) == 0
    assert await edit(fake, thread, message.id) == 0


async def test_old_messages_take_three_edits_in_six_seconds(fake: FakeDiscord) -> None:
    """All of a channel's together (30046); new ones and other channels' are none of them."""
    messages = [fake.world.send(fake.channel, {"content": "old"}) for _ in range(2)]
    other = fake.add_channel("other")
    elsewhere = fake.world.send(other, {"content": "old"})
    assert [await edit(fake, fake.channel, messages[0].id) for _ in range(4)] == [0] * 4
    fake.world.timing = replace(fake.world.timing, old_s=-1.0)
    assert [await edit(fake, fake.channel, messages[number % 2].id) for number in range(4)] == [
        0,
        0,
        0,
        30046,
    ]
    assert await edit(fake, other, elsewhere.id) == 0


@pytest.mark.parametrize("taken", [False, True])
@pytest.mark.parametrize("reset", [False, True])
async def test_a_connection_can_close_without_an_answer(fake: FakeDiscord, taken: bool, reset: bool) -> None:
    """What was asked has happened or not."""
    fake.hang_up_next("POST", "/messages", taken=taken, reset=reset)
    with pytest.raises(aiohttp.ClientOSError if reset else aiohttp.ServerDisconnectedError):
        await post(fake, fake.channel)
    assert len(fake.messages) == int(taken)
    assert await post(fake, fake.channel) == 0


async def test_a_channel_takes_its_threads_along(fake: FakeDiscord) -> None:
    """They are unknown then, as it is."""
    place = fake.add_channel("place")
    thread = fake.add_thread("thread", place)
    fake.delete_channel(place)
    assert [await post(fake, it) for it in (place, thread)] == [10003, 10003]
