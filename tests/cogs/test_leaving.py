"""What is gone from Discord is forgotten: servers, channels, threads and forum posts."""

from __future__ import annotations

import asyncio

import pytest

from bot.party.words import Room
from bot.service import PartyService
from cogs import leaving
from cogs.client import open_discord
from tests.cogs.stage import TOKEN, is_card, log_in, open_server, room
from tests.conftest import ANNA
from tests.fakes.discord_model import FakeChannel
from tests.fakes.discord_people import ChannelKind
from tests.fakes.discord_server import FakeDiscord
from tests.patience import PATIENCE_S
from tests.patience import until as eventually

SONG = "mr brightside"


async def known(party: PartyService) -> set[str]:
    """The servers that anything is known of."""
    return set(await party.workspaces("discord"))


async def forgotten(party: PartyService, *rooms: Room) -> None:
    """Waits until rooms have no party any more."""
    async with asyncio.timeout(PATIENCE_S):
        for where in rooms:
            while (await party.insight.now(where)).playing is not None:
                pass  # each look lets events come in


async def card_in(fake: FakeDiscord, place: FakeChannel) -> None:
    """Waits for the card of a channel."""
    await eventually(lambda: any(is_card(it) and it.channel is place for it in fake.messages))


async def test_a_server_that_left_meanwhile_is_forgotten(party: PartyService) -> None:
    """READY no longer names it; a server that is only down is named, and stays."""
    async with open_server() as fake:
        gone, down = fake.add_guild("Gone"), fake.add_guild("Down")
        places = [fake.channel, fake.add_channel("party", gone), fake.add_channel("party", down)]
        async with log_in(fake, party):
            for place in places:
                await party.queue.add(room(fake, place), ANNA, SONG)
                await card_in(fake, place)
        fake.kick_bot(gone)
        fake.take_down(down)
        async with log_in(fake, party):
            await forgotten(party, room(fake, places[1]))
        assert await known(party) == {fake.guild.id, down.id}
        assert (await party.insight.now(room(fake, places[2]))).playing is not None


async def test_another_bots_token_forgets_nothing(
    party: PartyService, caplog: pytest.LogCaptureFixture
) -> None:
    """Where none of the servers is there any more, the token is likelier wrong: one line says so."""
    elsewhere = Room("discord", "81384788765712384", "1")
    await party.queue.add(elsewhere, ANNA, SONG)
    async with open_server() as fake, log_in(fake, party):
        await eventually(lambda: "belong together" in caplog.text)
    assert await known(party) == {elsewhere.workspace}
    assert caplog.text.count("belong together") == 1


async def test_a_process_forgets_servers_of_its_own_shards_only(
    fake_unheard: FakeDiscord, party: PartyService, caplog: pytest.LogCaptureFixture
) -> None:
    """What another process serves is not in this one's READY, and stays."""
    fake = fake_unheard
    fake.session_starts(shards=2)
    homes = fake.add_guilds(6)
    for home in homes:
        await party.queue.add(room(fake, fake.add_channel("party", home)), ANNA, SONG)
    mine = [it for it in homes if (int(it.id) >> 22) % 2 == 0]
    gone = [mine[0], next(it for it in homes if it not in mine)]
    for home in gone:
        fake.kick_bot(home)
    caplog.set_level("INFO")
    async with open_discord(party, TOKEN, shard_ids=[0], shard_count=2):
        await fake.ready()
        await eventually(lambda: "removed the bot while it was off" in caplog.text)
        async with asyncio.timeout(PATIENCE_S):
            while mine[0].id in await known(party):
                pass  # likewise
    assert await known(party) == {it.id for it in homes} - {mine[0].id}


@pytest.mark.parametrize("what", ["channel", "thread", "forum"])
async def test_a_channel_that_is_deleted_takes_its_party_along(
    fake: FakeDiscord, party: PartyService, what: str
) -> None:
    """So do a thread and a forum post, and those that go with their channel; others stay."""
    forum = fake.add_channel("forum", kind=ChannelKind.FORUM if what == "forum" else ChannelKind.TEXT)
    thread = fake.add_thread("thread", forum)
    place = forum if what == "channel" else thread
    await party.queue.add(room(fake), ANNA, SONG)
    await party.queue.add(room(fake, place), ANNA, SONG)
    await card_in(fake, place)
    fake.delete_channel(forum if what == "forum" else place)
    await forgotten(party, room(fake, place))
    assert (await party.insight.now(room(fake))).playing is not None


async def test_a_channel_that_was_deleted_meanwhile_is_forgotten(party: PartyService) -> None:
    """The first edit of its card says so (error 10003); the database keeps nothing of it."""
    async with open_server() as fake:
        place = fake.add_channel("gone")
        async with log_in(fake, party):
            for each in (fake.channel, place):
                await party.queue.add(room(fake, each), ANNA, SONG)
                await card_in(fake, each)
                async with asyncio.timeout(PATIENCE_S):
                    while not await party.cards.of(room(fake, each)):
                        pass  # it is posted, and not yet written down
        fake.delete_channel(place)
        async with log_in(fake, party):
            await forgotten(party, room(fake, place))
        assert (await party.insight.now(room(fake))).playing is not None


async def test_500_channels_deleted_at_once_hold_nobody_up(
    fake: FakeDiscord, party: PartyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their parties go a few transactions long, and people elsewhere act in between."""
    places = [fake.add_channel(f"party {number}") for number in range(500)]
    live = places[::10]
    for place in live:
        await party.queue.add(room(fake, place), ANNA, SONG)
    batches: list[int] = []
    leave = party.leave_rooms

    async def counted(platform: str, workspace: str, channels: list[str]) -> None:
        batches.append(len(channels))
        await leave(platform, workspace, channels)

    monkeypatch.setattr(party, "leave_rooms", counted)
    for place in places:
        fake.delete_channel(place)
    reply = await fake.slash(fake.member("Ben"), "add", song="wonderwall")
    assert "Wonderwall" in reply.text
    await forgotten(party, *(room(fake, place) for place in live))
    await eventually(lambda: sum(batches) >= len(places))
    few = len(places) // leaving.GONE_AT_ONCE
    assert sum(count > 1 for count in batches) <= few + 2  # a card that meets its deleted channel is alone
    assert await known(party) == {fake.guild.id}
