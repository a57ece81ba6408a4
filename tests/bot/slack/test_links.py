"""`/link` in Slack, and what members may do on the page as Slack says now, through the real app."""

from __future__ import annotations

import re

import pytest

from bot.party.errors import LinkGone, ModeratorsOnly
from bot.party.words import Member, Way
from bot.service import PartyService
from bot.slack.blocks import OPENED
from tests.bot.slack.stage import answer, choose, private, room, sentence
from tests.conftest import Clock
from tests.fakes.slack_model import FakeMember, FakeMessage
from tests.fakes.slack_server import FakeSlack

PAGE = "https://encore.example"


@pytest.fixture(autouse=True)
def reached(party: PartyService, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is reached there, and Slack's own word is never old."""
    party.passes.address = PAGE
    monkeypatch.setattr("bot.slack.rights.KNOWN_FOR_S", 0.0)


def secrets_in(message: FakeMessage) -> tuple[str, str]:
    """The asker's own secret, behind the button, and the guests', in the text."""
    own = str(message.actions[OPENED]["url"]).removeprefix(f"{PAGE}/party/")
    guests = re.search(rf"<{re.escape(PAGE)}/party/([\w-]+)>", str(message.blocks))
    assert guests
    return own, guests[1]


async def test_a_member_gets_a_link_of_their_own_and_one_to_share(
    fake: FakeSlack, party: PartyService
) -> None:
    """Nobody else sees the answer; the one lets in as them, the other as a guest."""
    anna = fake.member("Anna", admin=True)
    message = await answer(await fake.slash(anna, "/link"))
    assert message.private_to is anna
    own, guests = secrets_in(message)
    first, second = await party.passes.read(own), await party.passes.read(guests)
    assert first.room == second.room == room(fake)
    assert (first.way, second.way) == (Way.MEMBER, Way.GUEST)
    assert first.member
    assert (first.member.user_id, first.member.moderator, first.member.manager) == (anna.id, True, True)
    assert own not in message.shown + message.text
    assert secrets_in(await answer(await fake.slash(fake.member("Ben"), "/link")))[1] == guests


async def test_a_moderator_makes_all_links_anew(fake: FakeSlack, party: PartyService) -> None:
    """Members who ask for that are refused; then no earlier link works, and new ones come along."""
    anna, boss = fake.member("Anna"), fake.member("Boss", admin=True)
    before = secrets_in(await answer(await fake.slash(anna, "/link")))
    assert await private(await fake.slash(anna, "/link", "new")) == sentence(ModeratorsOnly())
    message = await answer(await fake.slash(boss, "/link", "new"))
    assert "stopped working" in message.shown
    for secret in before:
        with pytest.raises(LinkGone):
            await party.passes.read(secret)
    for secret in secrets_in(message):
        await party.passes.read(secret)


async def test_where_nobody_reaches_the_page_it_is_said(fake: FakeSlack, party: PartyService) -> None:
    """What whoever runs the bot has to set, and no address that leads nowhere."""
    party.passes.address = ""
    told = await private(await fake.slash(fake.member("Anna"), "/link"))
    assert "PUBLIC_URL" in told
    assert "http" not in told


async def now(
    fake: FakeSlack, party: PartyService, who: FakeMember, *, moderates: bool = False
) -> Member | None:
    """A member with the rights of now, on whose link others stand."""
    one = await party.passes.read(
        await party.passes.own(
            room(fake), Member("slack", who.id, "", moderator=moderates, manager=moderates)
        )
    )
    return await party.passes.member_now(one)


async def test_rights_on_the_page_are_those_of_now(
    fake: FakeSlack, party: PartyService, clock: Clock
) -> None:
    """Who leads the workspace may moderate, whatever stood in the link; the deactivated come in no more."""
    anna = fake.member("Anna", admin=True)
    found = await now(fake, party, anna)
    assert found
    assert (found.name, found.moderator, found.manager) == ("anna", True, True)
    anna.admin = False
    clock.pass_by(minutes=2)
    found = await now(fake, party, anna, moderates=True)
    assert found
    assert (found.moderator, found.manager) == (False, False)
    anna.deleted = True
    clock.pass_by(minutes=2)
    assert await now(fake, party, anna) is None


async def test_guests_of_the_workspace_follow_the_rule(
    fake: FakeSlack, party: PartyService, clock: Clock
) -> None:
    """Where the channel lets none in, a link that they have from before does neither."""
    vera = fake.member("Vera", guest=True)
    assert await now(fake, party, vera)
    await choose(party, room(fake), guests=False)
    clock.pass_by(minutes=2)
    assert await now(fake, party, vera) is None


async def test_of_whom_slack_says_nothing_what_it_said_holds(
    fake: FakeSlack, party: PartyService, clock: Clock
) -> None:
    """A fault of Slack's throws nobody out and gives nobody anything, in the chat neither."""
    anna = fake.member("Anna", admin=True)
    assert await now(fake, party, anna)
    clock.pass_by(minutes=2)
    fake.refuse("users.info", status=503, page="<html>sorry</html>")
    found = await now(fake, party, anna)
    assert found
    assert found.moderator
    cleared = await answer(await fake.slash(anna, "/clear"))
    assert sentence(ModeratorsOnly()) not in cleared.shown
