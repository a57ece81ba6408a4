"""A party's page by its links: a channel's party in a browser, and what each link lets people do there."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from bot.party.words import Member, Room, Visitors
from bot.room.hub import LOBBY
from bot.service import PartyService
from tests.bot.room.conftest import OpenPage
from tests.bot.room.test_page import queue

CHANNEL = Room("discord", "7", "9")
MIRA = Member("discord", "1", "Mira", moderator=True, manager=True)


async def test_a_channels_party(party: PartyService, room: str, visit: OpenPage) -> None:
    """A guest sees the channel's party and no other, and what they do is seen there."""
    await party.queue.add(CHANNEL, MIRA, "mr brightside")
    await party.queue.add(CHANNEL, MIRA, "take on me")
    await party.queue.add(LOBBY, MIRA, "dancing queen")
    page = await visit(f"{room}/party/{await party.passes.guest(CHANNEL)}", "Ann")
    await expect(page.locator("#now-title")).to_have_text("Mr. Brightside")
    await queue(page).locator(".up").click()
    await expect(queue(page).locator(".up")).to_have_attribute("aria-pressed", "true")
    box = page.get_by_role("combobox", name="Add a song")
    await box.fill("september earth wind")
    await box.press("Enter")
    await expect(queue(page)).to_have_count(2)
    now = await party.insight.now(CHANNEL)
    assert {entry.track.title for entry in now.queue} == {"Take on Me", "September"}
    assert sorted(entry.ups for entry in now.queue) == [0, 1]
    assert len((await party.insight.now(LOBBY)).queue) == 0


async def test_a_members_own_link(party: PartyService, room: str, visit: OpenPage) -> None:
    """Somebody from the chat is who they are there, with the rights they have there, and under that name."""
    await party.queue.add(CHANNEL, MIRA, "mr brightside")
    await party.queue.add(CHANNEL, Member("discord", "2", "Ben"), "take on me")
    page = await visit(f"{room}/party/{await party.passes.own(CHANNEL, MIRA)}")
    await expect(page.locator("#my-name")).to_have_text("Mira")
    await expect(page.locator("#me")).to_be_disabled()
    await expect(page.locator("#now-artist")).to_contain_text("added by you")
    await page.get_by_role("button", name="Remove Take on Me from the queue").click()
    await expect(queue(page)).to_have_count(0)


@pytest.mark.parametrize(
    ("choice", "votes", "said"),
    [
        ({"visitors": Visitors.LOOK}, False, "You're here to watch"),
        ({"visitors": Visitors.VOTE}, True, "Guests of this party can vote, but not add songs."),
        ({"adding_locked": True}, True, "Adding songs is locked right now."),
    ],
    ids=["look", "vote", "locked"],
)
async def test_what_is_refused_is_not_offered(
    party: PartyService, room: str, visit: OpenPage, choice: dict[str, object], votes: bool, said: str
) -> None:
    """Where guests may not add or vote, nothing is there to be pressed, and a sentence says why, at once."""
    await party.queue.add(CHANNEL, MIRA, "mr brightside")
    await party.queue.add(CHANNEL, MIRA, "take on me")
    page = await visit(f"{room}/party/{await party.passes.guest(CHANNEL)}", "Ann")
    await expect(page.locator("#song")).to_be_visible()
    await expect(page.locator("#locked")).to_be_hidden()
    await party.settings.choose(CHANNEL, MIRA, choice)
    await expect(page.locator("#locked")).to_contain_text(said)
    await expect(page.locator("#song")).to_be_hidden()
    await expect(page.locator("#wish")).to_be_visible(visible=votes)
    await expect(queue(page).locator(".up")).to_be_enabled(enabled=votes)
    await expect(page.locator("#pause")).to_be_hidden()


async def test_a_link_that_is_made_anew(party: PartyService, room: str, visit: OpenPage) -> None:
    """Whoever has the old one reads that it leads nowhere any more, once they load the page again."""
    address = f"{room}/party/{await party.passes.guest(CHANNEL)}"
    page = await visit(address, "Ann")
    await party.passes.renew(CHANNEL, MIRA, "key")
    await expect(page.locator("#away")).to_contain_text("doesn't lead to a party any more")
    await page.reload()
    await expect(page.get_by_role("heading", level=1)).to_have_text("This party isn't here")
    await page.get_by_role("link", name="Go to the lobby").click()
    await expect(page.locator("#now-title")).to_have_text("Add the first song")


async def test_the_secret_goes_nowhere(party: PartyService, room: str, visit: OpenPage) -> None:
    """The address of a party is told to nobody whom the page links to."""
    page = await visit(f"{room}/party/{await party.passes.guest(CHANNEL)}")
    async with page.expect_request("**/privacy") as asked:
        await page.get_by_role("link", name="Privacy").click()
    assert "referer" not in (await asked.value).headers
