"""The fake Slack refuses what the real one refuses, and tells of what it tells."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.conftest import SPECS
from tests.fakes.slack_limits import TIERS
from tests.fakes.slack_model import Json, Posting
from tests.fakes.slack_server import FakeSlack


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    """A fake without an app behind it."""
    async with FakeSlack(specs=SPECS) as fake:
        yield fake


def client_of(fake: FakeSlack, token: str = "") -> AsyncWebClient:
    """A client of the app."""
    return AsyncWebClient(base_url=fake.base_url, token=token or fake.bot_token)


async def refused(call: Any, error: str) -> Json:
    """The answer to a call that must be refused with this error."""
    with pytest.raises(SlackApiError) as caught:
        await call
    answer: Json = caught.value.response.data
    assert answer["error"] == error
    return answer


async def test_a_method_has_its_requests_a_minute_in_each_workspace(fake: FakeSlack) -> None:
    """One more is refused with the seconds to wait, whatever the channel; other workspaces have their own."""
    client, other = client_of(fake), fake.add_team("Other")
    theirs = client_of(fake, fake.install(other).token)
    places = [fake.general, fake.channel("second")]
    sent = [await client.chat_postMessage(channel=it.id, text="hi") for it in places]
    for number in range(TIERS["chat.update"]):
        place, ts = places[number % 2], sent[number % 2]["ts"]
        await client.chat_update(channel=place.id, ts=ts, text=str(number))
    with pytest.raises(SlackApiError) as caught:
        await client.chat_update(channel=places[0].id, ts=sent[0]["ts"], text="more")
    assert caught.value.response.status_code == 429
    assert 0 < int(caught.value.response.headers["Retry-After"]) <= 60
    away = fake.channel("away", team=other)
    ts = (await theirs.chat_postMessage(channel=away.id, text="hi"))["ts"]
    await theirs.chat_update(channel=away.id, ts=ts, text="there")
    fake.pass_by(61)
    await client.chat_update(channel=places[0].id, ts=sent[0]["ts"], text="again")
    assert fake.world.limits.refused["chat.update"] == 1
    assert fake.world.limits.most_in_a_minute("chat.update") == TIERS["chat.update"]


async def test_after_a_429_the_method_rests(fake: FakeSlack) -> None:
    """Who does not wait is refused again; other methods go on."""
    client = client_of(fake)
    fake.fail_next("chat.postMessage", status=429, wait_s=30)
    for _ in range(2):
        await refused(client.chat_postMessage(channel=fake.general.id, text="hi"), "ratelimited")
    await client.conversations_open(users=fake.member("Anna").id)
    fake.pass_by(31)
    await client.chat_postMessage(channel=fake.general.id, text="hi")


@pytest.mark.parametrize(
    ("posting", "threaded", "error"),
    [
        ("read_only", False, "restricted_action_read_only_channel"),
        ("read_only", True, "restricted_action_read_only_channel"),
        ("threads_only", False, "restricted_action_thread_only_channel"),
        ("threads_only", True, ""),
        ("no_threads", True, "restricted_action_non_threadable_channel"),
        ("no_threads", False, ""),
    ],
)
async def test_channels_restrict_posting(
    fake: FakeSlack, posting: Posting, threaded: bool, error: str
) -> None:
    """Messages and answers, each as the channel's settings say; what is there can be edited."""
    client, anna = client_of(fake), fake.member("Anna")
    place = fake.channel("quiet")
    ts = (await client.chat_postMessage(channel=place.id, text="before"))["ts"]
    place.posting = posting
    thread = ts if threaded else None
    calls = (
        client.chat_postMessage(channel=place.id, text="hi", thread_ts=thread),
        client.chat_postEphemeral(channel=place.id, user=anna.id, text="hi", thread_ts=thread),
    )
    for call in calls:
        if error:
            await refused(call, error)
        else:
            await call
    await client.chat_update(channel=place.id, ts=ts, text="after")


async def test_files_need_membership(fake: FakeSlack) -> None:
    """That the app may write into any public channel does not help."""
    client = client_of(fake)
    place = fake.channel("public", has_bot=False)
    await refused(client.files_upload_v2(channel=place.id, content=b"x", filename="x.txt"), "not_in_channel")


async def test_refusals_last_until_they_are_lifted(fake: FakeSlack) -> None:
    """In one channel, by name or with a page; elsewhere nothing is refused."""
    client, other = client_of(fake), fake.channel("other")
    faults = fake.refuse("chat.*", error="ekm_access_denied", channel=other)
    for _ in range(2):
        await refused(client.chat_postMessage(channel=other.id, text="hi"), "ekm_access_denied")
    await client.chat_postMessage(channel=fake.general.id, text="hi")
    fake.lift(faults)
    await client.chat_postMessage(channel=other.id, text="hi")
    fake.refuse("users.info", status=503, page="<html>sorry</html>")
    with pytest.raises(SlackApiError) as caught:
        await client.users_info(user=fake.member("Anna").id)
    assert (caught.value.response.status_code, caught.value.response.data) == (503, {})


async def test_scopes_and_tokens_go_at_any_time(fake: FakeSlack) -> None:
    """What a call needed, and what the token still has, are told."""
    client = client_of(fake)
    fake.take_scopes("chat:write")
    told = await refused(client.chat_postMessage(channel=fake.general.id, text="hi"), "missing_scope")
    assert told["needed"] == "chat:write"
    assert "chat:write" not in told["provided"].split(",")
    fake.revoke("account_inactive")
    await refused(client.users_info(user=fake.member("Anna").id), "account_inactive")


async def test_the_app_hears_what_its_scopes_and_channels_let_it(fake: FakeSlack) -> None:
    """A mention where it is not, or in a direct message, is told to nobody, nor what needs another scope."""
    anna = fake.member("Anna")
    away, dm = fake.channel("away", has_bot=False), fake.dm(anna)
    assert await fake.mention(anna, away, "@Encore next") is None
    assert await fake.mention(anna, dm, "@Encore next") is None
    fake.take_scopes("channels:read", "groups:read", "users:read", "app_mentions:read")
    assert await fake.mention(anna, fake.general, "@Encore next") is None
    assert await fake.delete_channel(fake.channel("gone")) is None
    assert await fake.remove_bot(fake.channel("left", private=True)) is None
    assert await fake.deactivate(anna) is None
