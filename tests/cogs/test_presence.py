"""The status of a voice channel, which shows what plays where a room wants that."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from bot.party.words import Member
from bot.service import PartyService
from cogs import presence
from tests.cogs.stage import is_card, log_in, open_server, room
from tests.conftest import Clock
from tests.fakes import discord_places as places
from tests.fakes.discord_model import EVERYONE, FakeChannel
from tests.fakes.discord_people import MANAGE_CHANNELS, SET_VOICE_STATUS, ChannelKind
from tests.fakes.discord_server import FakeDiscord
from tests.patience import until

BOSS = Member("discord", "1", "Boss", moderator=True, manager=True)
MAY = EVERYONE | MANAGE_CHANNELS | SET_VOICE_STATUS
BRIGHTSIDE, TAKE_ON_ME = "Mr. Brightside – The Killers", "Take on Me – a-ha"


def statuses(fake: FakeDiscord, channel: FakeChannel) -> list[tuple[str | None, int]]:
    """What the bot wanted a channel to show, and how Discord answered, oldest first."""
    path = f"/channels/{channel.id}/voice-status"
    return [(it.json["status"], it.status) for it in fake.requests if it.path == path]


async def voice(fake: FakeDiscord, party: PartyService, permissions: int = MAY, **rules: Any) -> FakeChannel:
    """A voice channel that the room's settings name, with the switch on."""
    channel = fake.add_channel("Music", kind=ChannelKind.VOICE, app_permissions=permissions)
    await party.settings.choose(room(fake), BOSS, {"voice": channel.id, "voice_status": True} | rules)
    return channel


async def test_it_shows_what_plays_and_falls_silent_with_the_party(
    fake: FakeDiscord, party: PartyService
) -> None:
    """One request a song, whatever else happens meanwhile, and one when nothing plays any more."""
    channel, anna = await voice(fake, party), fake.member("Anna")
    await fake.slash(anna, "add", song="mr brightside")
    await until(lambda: statuses(fake, channel) == [(BRIGHTSIDE, 204)])
    await fake.slash(anna, "add", song="take on me")
    await fake.slash(anna, "vote", song="1")
    await fake.slash(anna, "pause")
    await fake.slash(anna, "play")
    await fake.slash(anna, "remove", song="brightside")
    await until(lambda: statuses(fake, channel)[1:] == [(TAKE_ON_ME, 204)])
    await fake.slash(anna, "remove", song="take on me")
    await until(lambda: statuses(fake, channel)[2:] == [(None, 204)])


async def test_a_long_pause_ends_it(
    fake: FakeDiscord, party: PartyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was paused for good is not shown as if it played; what goes on is shown again."""
    monkeypatch.setattr(presence, "PAUSED_S", 0.05)
    channel, anna = await voice(fake, party), fake.member("Anna")
    await fake.slash(anna, "add", song="mr brightside")
    await until(lambda: statuses(fake, channel) == [(BRIGHTSIDE, 204)])
    await fake.slash(anna, "pause")
    await until(lambda: statuses(fake, channel)[1:] == [(None, 204)])
    await fake.slash(anna, "play")
    await until(lambda: statuses(fake, channel)[2:] == [(BRIGHTSIDE, 204)])


async def test_it_is_off_until_somebody_wants_it(fake: FakeDiscord, party: PartyService) -> None:
    """A voice channel alone is no wish; and what is switched off, or another channel, clears the old one."""
    channel, anna = await voice(fake, party, voice_status=False), fake.member("Anna")
    await fake.slash(anna, "add", song="mr brightside")
    await fake.slash(anna, "add", song="take on me")
    await party.settings.choose(room(fake), BOSS, {"voice_status": True})
    await until(lambda: statuses(fake, channel) == [(BRIGHTSIDE, 204)])
    other = await voice(fake, party)
    await until(lambda: statuses(fake, other) == [(BRIGHTSIDE, 204)])
    assert statuses(fake, channel)[1:] == [(None, 204)]
    await party.settings.choose(room(fake), BOSS, {"voice_status": False})
    await until(lambda: statuses(fake, other)[1:] == [(None, 204)])


@pytest.mark.parametrize("permissions", [EVERYONE, EVERYONE | SET_VOICE_STATUS, EVERYONE | MANAGE_CHANNELS])
async def test_without_the_permission_it_is_tried_once(
    fake: FakeDiscord, party: PartyService, caplog: pytest.LogCaptureFixture, permissions: int
) -> None:
    """One line in the log, and no more requests until a role or a channel changes; the party goes on."""
    channel, anna = await voice(fake, party, permissions), fake.member("Anna")
    with caplog.at_level(logging.WARNING, presence.__name__):
        await fake.slash(anna, "add", song="mr brightside")
        await until(lambda: statuses(fake, channel) == [(BRIGHTSIDE, 403)])
        await fake.slash(anna, "add", song="take on me")
        await fake.slash(anna, "remove", song="brightside")
    assert len([each for each in caplog.messages if "Set Voice Channel Status" in each]) == 1
    assert len(statuses(fake, channel)) == 1
    object.__setattr__(channel, "app_permissions", MAY)
    fake._gateway.dispatch("CHANNEL_UPDATE", places.channel(channel))  # noqa: SLF001 - nobody else changes one
    await until(lambda: statuses(fake, channel)[1:] == [(TAKE_ON_ME, 204)])


async def test_long_names_are_cut(fake: FakeDiscord, party: PartyService, clock: Clock) -> None:
    """To what Discord takes."""
    channel = await voice(fake, party)
    await party.queue.add(room(fake), BOSS, f"{'Zzyxq ' * 24}- {'Vlorp ' * 24}")
    await until(lambda: len(statuses(fake, channel)) == 1)
    ((status, answered),) = statuses(fake, channel)
    assert answered == 204
    assert status is not None
    assert len(status) <= 500


async def test_what_an_earlier_run_left_is_cleared(party: PartyService) -> None:
    """A party that falls silent while nobody is connected, or right after, is not shown as playing."""
    async with open_server() as fake:
        async with log_in(fake, party):
            channel = await voice(fake, party)
            await fake.slash(fake.member("Anna"), "add", song="mr brightside")
            await until(lambda: statuses(fake, channel) == [(BRIGHTSIDE, 204)])
            await until(lambda: any(map(is_card, fake.messages)))
        playing = (await party.insight.now(room(fake))).playing
        assert playing is not None
        await party.queue.remove(room(fake), BOSS, playing.id)
        async with log_in(fake, party):
            await until(lambda: statuses(fake, channel)[1:] == [(None, 204)])


async def test_a_deleted_channel_leaves_no_status(fake: FakeDiscord, party: PartyService) -> None:
    """The party is over, and so is what plays."""
    channel = await voice(fake, party)
    await fake.slash(fake.member("Anna"), "add", song="mr brightside")
    await until(lambda: statuses(fake, channel) == [(BRIGHTSIDE, 204)])
    fake.delete_channel(fake.channel)
    await until(lambda: statuses(fake, channel)[1:] == [(None, 204)])


async def test_another_channel_is_tried_after_a_refusal(fake: FakeDiscord, party: PartyService) -> None:
    """What was refused holds for the channel that refused it."""
    forbidden = await voice(fake, party, EVERYONE)
    await fake.slash(fake.member("Anna"), "add", song="mr brightside")
    await until(lambda: statuses(fake, forbidden) == [(BRIGHTSIDE, 403)])
    allowed = await voice(fake, party)
    await until(lambda: statuses(fake, allowed) == [(BRIGHTSIDE, 204)])
