"""`/link` in Discord, and what members may do on the page as Discord says now, through the real bot."""

from __future__ import annotations

import re

import pytest

from bot.party.errors import KeptOut, LinkGone, ModeratorsOnly
from bot.party.words import Member, Visitors, Way
from bot.service import PartyService
from bot.wording.languages import language
from bot.wording.replies import Replies
from tests.cogs.stage import private, read, room
from tests.conftest import Clock
from tests.fakes.discord_model import EVERYONE, FakeMember, Reply
from tests.fakes.discord_server import FakeDiscord

MANAGE_MESSAGES, MANAGE_SERVER = 1 << 13, 1 << 5
PAGE = "https://encore.example"


@pytest.fixture(autouse=True)
def reached(party: PartyService) -> None:
    """The page is reached there."""
    party.passes.address = PAGE


def told(error: Exception) -> str:
    """An error as people read it."""
    return Replies(language("en"), str).failure(error)


def secrets_in(reply: Reply) -> tuple[str, str]:
    """The asker's own secret, behind the button, and the guests', in the text."""
    (message,) = reply.messages
    (button,) = message.buttons
    assert button.url
    own = button.url.removeprefix(f"{PAGE}/party/")
    guests = re.search(rf"<{re.escape(PAGE)}/party/([\w-]+)>", reply.text)
    assert guests
    return own, guests[1]


async def test_a_member_gets_a_link_of_their_own_and_one_to_share(
    fake: FakeDiscord, party: PartyService
) -> None:
    """Nobody else sees the answer; the one lets in as them, the other as a guest."""
    reply = await fake.slash(fake.member("Anna", permissions=EVERYONE | MANAGE_MESSAGES), "link")
    private(reply)
    own, guests = secrets_in(reply)
    first, second = await party.passes.read(own), await party.passes.read(guests)
    assert first.room == second.room == room(fake)
    assert (first.way, second.way) == (Way.MEMBER, Way.GUEST)
    assert first.member
    assert (first.member.name, first.member.moderator, first.member.manager) == ("Anna", True, False)
    assert own not in reply.text
    assert fake.messages == [*reply.messages]
    again = await fake.slash(fake.member("Ben"), "link")
    assert secrets_in(again)[1] == guests
    assert secrets_in(again)[0] != own


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (Visitors.LOOK, "Guests can look, but not vote or add songs."),
        (Visitors.VOTE, "Guests can look and vote, but not add songs."),
        (Visitors.ADD, "Guests can look, vote and add songs."),
    ],
)
async def test_what_guests_may_do_is_said(
    fake: FakeDiscord, party: PartyService, rule: Visitors, said: str
) -> None:
    """Whoever shares a link knows what for."""
    boss = Member("discord", "1", "Boss", manager=True)
    await party.settings.choose(room(fake), boss, {"visitors": rule, "joining_locked": True})
    shown = private(await fake.slash(fake.member("Anna"), "link"))
    assert said in shown
    assert "Nobody new can join right now." in shown


async def test_a_moderator_makes_all_links_anew(fake: FakeDiscord, party: PartyService) -> None:
    """Members who ask for that are refused; then no earlier link works, and new ones come along."""
    anna, mo = fake.member("Anna"), fake.member("Mo", permissions=EVERYONE | MANAGE_MESSAGES)
    before = secrets_in(await fake.slash(anna, "link"))
    refused = await fake.slash(anna, "link", options={"choice": "new"})
    assert private(refused) == told(ModeratorsOnly())
    for secret in before:
        await party.passes.read(secret)
    reply = await fake.slash(mo, "link", options={"choice": "new"})
    assert private(reply).startswith("All earlier links to this party's page have stopped working.")
    for secret in before:
        with pytest.raises(LinkGone):
            await party.passes.read(secret)
    for secret in secrets_in(reply):
        await party.passes.read(secret)


async def test_whoever_is_blocked_gets_no_link(fake: FakeDiscord, party: PartyService) -> None:
    """Neither their own nor the guests', under which they could come back."""
    anna = fake.member("Anna")
    boss = Member("discord", "1", "Boss", moderator=True)
    await party.block_member(room(fake), boss, Member("discord", anna.id, "Anna"))
    assert private(await fake.slash(anna, "link")) == told(KeptOut())


async def test_where_nobody_reaches_the_page_it_is_said(fake: FakeDiscord, party: PartyService) -> None:
    """What whoever runs the bot has to set, and no address that leads nowhere."""
    party.passes.address = ""
    reply = await fake.slash(fake.member("Anna"), "link")
    assert "PUBLIC_URL" in private(reply)
    assert reply.messages[0].buttons == []
    assert "http" not in read(reply.text)


async def now(
    fake: FakeDiscord, party: PartyService, who: FakeMember, *, moderates: bool = False
) -> Member | None:
    """A member with the rights of now, on whose link others stand."""
    member = Member("discord", who.id, who.name, moderator=moderates, manager=moderates)
    one = await party.passes.read(await party.passes.own(room(fake), member))
    return await party.passes.member_now(one)


async def test_rights_on_the_page_are_those_of_now(
    fake: FakeDiscord, party: PartyService, clock: Clock
) -> None:
    """What roles give and take counts, whatever stood in the link, and whoever left comes in no more."""
    strict = fake.add_role("Moderators", permissions=EVERYONE | MANAGE_MESSAGES)
    boss = fake.add_role("Managers", permissions=EVERYONE | MANAGE_SERVER)
    anna = fake.member("Anna", roles=[strict])
    found = await now(fake, party, anna)
    assert found
    assert (found.moderator, found.manager) == (True, False)
    assert strict.id in found.roles
    assert not found.newcomer
    anna = fake.member("Anna", roles=[boss])
    clock.pass_by(minutes=2)
    found = await now(fake, party, anna)
    assert found
    assert (found.moderator, found.manager) == (True, True)
    anna = fake.member("Anna")
    clock.pass_by(minutes=2)
    found = await now(fake, party, anna, moderates=True)
    assert found
    assert (found.moderator, found.manager) == (False, False)
    fake.leaves(anna)
    clock.pass_by(minutes=2)
    assert await now(fake, party, anna, moderates=True) is None


async def test_whoever_sees_the_channel_no_more_comes_in_no_more(
    fake: FakeDiscord, party: PartyService, clock: Clock
) -> None:
    """A channel became private; its party is that of its people, and whoever may everything."""
    anna = fake.member("Anna")
    assert await now(fake, party, anna)
    fake.hide(fake.channel)
    clock.pass_by(minutes=2)
    olga = fake.member("Olga", roles=[fake.add_role("Admins", permissions=1 << 3)])
    await fake.slash(olga, "now")  # whoever is answered has been told of the channel
    assert await now(fake, party, anna) is None
    assert await now(fake, party, olga)


async def test_whoever_has_a_time_out_waits_on_the_page_as_well(
    fake: FakeDiscord, party: PartyService, clock: Clock
) -> None:
    """Who may not use commands in the chat does not do the same by a link, until the time is over."""
    anna = fake.member("Anna")
    assert await now(fake, party, anna)
    fake.time_out(anna, days=1)
    clock.pass_by(minutes=2)
    assert await now(fake, party, anna) is None
    fake.time_out(anna, days=-1)
    clock.pass_by(minutes=2)
    assert await now(fake, party, anna)


async def test_of_whom_discord_says_nothing_what_it_said_holds(
    fake: FakeDiscord, party: PartyService, clock: Clock
) -> None:
    """A fault of Discord's throws nobody out, and gives nobody anything."""
    anna = fake.member("Anna")
    assert await now(fake, party, anna)
    fake.fail_next("GET", "/members/", status=403)
    clock.pass_by(minutes=2)
    found = await now(fake, party, anna, moderates=True)
    assert found
    assert not found.moderator
