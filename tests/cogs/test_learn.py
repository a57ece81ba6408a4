"""`/learn` on Discord."""

from __future__ import annotations

import pytest

from bot.party.errors import OwnersOnly
from bot.service import PartyService
from bot.wording.languages import language
from bot.wording.replies import Replies
from tests.cogs.stage import private, public, read, room
from tests.fakes.discord_model import EVERYONE, FakeMember
from tests.fakes.discord_server import FakeDiscord

MANAGE_SERVER = 1 << 5
MANAGE_MESSAGES = 1 << 13
ON, OFF = (Replies(language("en"), str).learning(on) for on in (True, False))


def manager(fake: FakeDiscord) -> FakeMember:
    """Somebody who may manage the server."""
    return fake.member("Mo", permissions=EVERYONE | MANAGE_SERVER)


async def asked(fake: FakeDiscord) -> str:
    """What a member is told who asks how it stands."""
    return read(public(await fake.slash(fake.member("Anna"), "learn")).text)


async def test_a_room_is_not_learned_from_until_it_says_so(fake: FakeDiscord, party: PartyService) -> None:
    """Anybody may ask how it stands, and in a new room it is off."""
    assert await asked(fake) == OFF
    assert not await party.settings.shared(room(fake))


async def test_a_manager_switches_it_on_and_off(fake: FakeDiscord, party: PartyService) -> None:
    """The choice is stored, said to everybody, and can be taken back."""
    mo = manager(fake)
    assert read(public(await fake.slash(mo, "learn", choice="on")).text) == ON
    assert await party.settings.shared(room(fake))
    assert await asked(fake) == ON
    assert read(public(await fake.slash(mo, "learn", choice="off")).text) == OFF
    assert not await party.settings.shared(room(fake))
    assert await asked(fake) == OFF


@pytest.mark.parametrize("permissions", [EVERYONE, EVERYONE | MANAGE_MESSAGES])
@pytest.mark.parametrize("choice", ["on", "off"])
async def test_nobody_else_may_choose(
    fake: FakeDiscord, party: PartyService, permissions: int, choice: str
) -> None:
    """Without Manage Server the request is refused in private, moderating messages is not enough."""
    if choice == "off":
        await fake.slash(manager(fake), "learn", choice="on")
    before = await party.settings.shared(room(fake))
    reply = await fake.slash(fake.member("Ben", permissions=permissions), "learn", choice=choice)
    assert private(reply) == str(OwnersOnly())
    assert await party.settings.shared(room(fake)) == before


async def test_a_channel_does_not_choose_for_another(fake: FakeDiscord, party: PartyService) -> None:
    """What one channel switches on stays off in the others."""
    other = fake.add_channel("other")
    await fake.slash(manager(fake), "learn", choice="on", channel=other)
    assert await party.settings.shared(room(fake, other))
    assert not await party.settings.shared(room(fake))


def test_it_is_said_what_is_kept_and_what_not() -> None:
    """Who switches it on reads that titles and votes count, past parties too, and people never."""
    for word in ("titles", "vote", "past parties", "never"):
        assert word in ON
