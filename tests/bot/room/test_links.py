"""`link` and `new` on the page: what a guest, a member and a host get, through the real room."""

from __future__ import annotations

from bot.party.words import Way
from bot.room.hub import LOBBY
from bot.service import PartyService
from tests.bot.room.conftest import Enter

PAGE = "https://encore.example"


def secret_in(url: str) -> str:
    """What opens a link."""
    return url.rpartition("/party/")[2]


async def test_a_guest_gets_the_guests_link(enter: Enter, party: PartyService) -> None:
    """It leads to the party that they are in."""
    party.passes.address = PAGE
    anna = await enter("Anna")
    answer = await anna.ask("link")
    one = await party.passes.read(secret_in(answer["url"]))
    assert (one.room, one.way) == (LOBBY, Way.GUEST)
    assert f"To share: {answer['url']}" in answer["say"]
    assert "server" not in answer["say"]
    assert "moderator" not in answer["say"]


async def test_a_guest_does_not_make_links_anew(enter: Enter, party: PartyService) -> None:
    """The host does."""
    guests = await party.passes.guest(LOBBY)
    refused = await (await enter("Anna")).ask("link", choice="new")
    assert (
        refused["say"] == "Only the host and DJs can do that. Ask one of them, or vote like everybody else."
    )
    await party.passes.read(guests)


async def test_a_party_of_ones_own_is_begun(enter: Enter, party: PartyService) -> None:
    """Whoever begins it gets the host's link; it is another room, and goes on by itself."""
    party.passes.address = PAGE
    anna = await enter("Anna")
    answer = await anna.ask("new")
    one = await party.passes.read(secret_in(answer["url"]))
    assert one.way is Way.HOST
    assert one.room != LOBBY
    assert answer["url"].startswith(f"{PAGE}/party/")
    assert (await party.insight.now(one.room)).rules.autopilot


async def test_where_nobody_else_reaches_the_page_links_are_its_own(
    enter: Enter, party: PartyService
) -> None:
    """They lead from wherever the page was opened."""
    anna = await enter("Anna")
    answer = await anna.ask("new")
    assert answer["url"].startswith("/party/")
    assert "PUBLIC_URL" in (await anna.ask("link"))["say"]


async def test_nobody_begins_parties_without_end(enter: Enter) -> None:
    """The sixth in an hour is refused in words."""
    anna = await enter("Anna")
    answers = [await anna.ask("new") for _ in range(6)]
    assert [each["ok"] for each in answers] == [True] * 5 + [False]
    assert answers[-1]["kind"] == "TooManyParties"
