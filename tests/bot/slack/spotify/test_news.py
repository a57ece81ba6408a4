"""What Slack is told that nobody has asked for."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from bot.playback.errors import DeviceGone, HostLost, LinkAgain, LinkEndsSoon, NotOnSpotify
from bot.playback.watcher import DeviceWatcher
from bot.service import PartyService
from bot.slack import card
from bot.slack.text import words
from tests.bot.slack.spotify.stage import Music, done, member, queue, seen_by_others
from tests.bot.slack.stage import choose, private, read, room, sentence, until
from tests.fakes.slack_server import FakeSlack


async def test_a_channel_is_told_in_its_language_at_its_pace(
    fake: FakeSlack, party: PartyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What happens by itself is a plain message, and none is refused for coming too soon."""
    await choose(party, room(fake), language="de")
    monkeypatch.setattr(card, "POST_EVERY_S", 1.0)
    fake.refuse_fast_posts = True
    for title in ("<!channel>", "Two"):
        party.notices.post(room(fake), NotOnSpotify(title))
    await until(lambda: len(fake.messages) == 2)
    expected = [sentence(NotOnSpotify(title), "de") for title in ("<!channel>", "Two")]
    assert [read(it) for it in fake.messages] == expected
    assert not any("<!" in it.shown or it.ephemeral for it in fake.messages)
    assert [it.status for it in fake.requests if it.status != 200] == []


async def test_what_slack_cannot_take_is_told_later(
    fake: FakeSlack, party: PartyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message that Slack refuses for a while comes afterwards; one that it never takes is let go."""
    monkeypatch.setattr(card, "RETRY_S", 0.01)
    fake.fail_next("chat.postMessage", status=503)
    party.notices.post(room(fake), DeviceGone())
    await until(lambda: len(fake.messages) == 1)
    fake.fail_next("chat.postMessage", error="is_archived")
    party.notices.post(room(fake), HostLost("Anna"))
    party.notices.post(room(fake), NotOnSpotify("x"))
    await until(lambda: len(fake.messages) == 2)
    assert [read(it) for it in fake.messages] == [
        sentence(DeviceGone()),
        sentence(NotOnSpotify("x")),
    ]


async def test_a_lost_account_is_told_to_the_room_and_its_owner(
    fake: FakeSlack, music: Music, party: PartyService
) -> None:
    """Everybody reads that the clock goes on; why, the host alone reads, in a direct message."""
    anna = fake.member("Anna", locale="de-DE")
    await music.song("mr brightside")
    user, _ = await music.host(anna)
    await queue(fake, anna, "mr brightside")
    await done(fake.slash(anna, "/play"))
    music.fake.revoke(user)
    following = asyncio.create_task(DeviceWatcher(party.devices, party.accounts).run())
    try:
        await until(lambda: any(it.channel is fake.dm(anna) for it in fake.messages))
        (whispered,) = [it for it in fake.messages if it.channel is fake.dm(anna)]
        assert read(whispered) == sentence(LinkAgain(), "de")
        await until(lambda: sentence(HostLost("anna")) in seen_by_others(fake))
        assert read(whispered) not in seen_by_others(fake)
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following


async def test_an_end_that_is_near_is_told_where_the_member_was_seen(
    fake: FakeSlack, music: Music, party: PartyService
) -> None:
    """A member is written to by a workspace where they did something; who was nowhere cannot be."""
    anna, ben = fake.member("Anna"), fake.member("Ben")
    await queue(fake, anna, "wonderwall")
    error = LinkEndsSoon(7)
    assert await party.notices.send(member(anna), error)
    (message,) = [it for it in fake.messages if it.channel is fake.dm(anna)]
    assert read(message) == sentence(error)
    assert not await party.notices.send(member(ben), error)
    fake.fail_next("conversations.open", error="user_disabled")
    assert not await party.notices.send(member(anna), error)


async def test_help_says_what_an_account_adds(fake: FakeSlack) -> None:
    """It names the way there and that none is needed."""
    told = await private(await fake.slash(fake.member("Anna"), "/party", "help"))
    assert words("en").about_sound(has_spotify=True, has_music=False).replace("\u200b", "") in told
