"""A page with a long queue: it is used as easily, and nothing of it is done twice."""

from __future__ import annotations

from playwright.async_api import Page, expect

from bot.party.words import Member
from bot.room.hub import LOBBY
from bot.service import PartyService
from tests.bot.room.conftest import OpenPage
from tests.bot.room.test_page import queue

MEMBERS = [Member("discord", f"u{number}", f"User {number}") for number in range(30)]
WATCH = """() => {
  window.moves = [];
  for (const row of document.querySelectorAll("#queue > li")) row.mark = row.dataset.entry;
  new MutationObserver((all) => {
    for (const { removedNodes, addedNodes } of all) {
      moves.push(...[...removedNodes].map((row) => `-${row.dataset.entry}`));
      moves.push(...[...addedNodes].map((row) => `+${row.dataset.entry}`));
    }
  }).observe(document.getElementById("queue"), { childList: true });
}"""
"""Notes which rows are taken out or put in, and marks those that are there."""
MARKED = """() => [...document.querySelectorAll("#queue > li")]
  .filter((row) => row.mark === row.dataset.entry).length"""


TOP = "row => row.getBoundingClientRect().top"
AT_PRESS = f"row => addEventListener('click', () => (window.topAtPress = ({TOP})(row)), true)"


async def fill_up(party: PartyService, songs: int) -> None:
    """Queues made-up songs of many people."""
    for number in range(songs):
        song = f"typed:Song {number} - Artist {number}"
        await party.queue.add(LOBBY, MEMBERS[number % len(MEMBERS)], song)


async def ids(page: Page) -> list[int]:
    """The songs that are shown, in order."""
    found: list[int] = await page.evaluate(
        "[...document.querySelectorAll('#queue > li')].map((row) => Number(row.dataset.entry))"
    )
    return found


async def test_a_song_that_rises(party: PartyService, room: str, visit: OpenPage) -> None:
    """It alone is moved; all other rows stay as they are, with the focus and with what was typed."""
    await fill_up(party, 60)
    page = await visit(room, "Ann")
    await page.locator("#queue-all").click()
    await expect(queue(page)).to_have_count(59)
    before = await ids(page)
    await queue(page).nth(30).locator(".up").focus()
    await page.evaluate(WATCH)
    await party.ballots.vote(LOBBY, MEMBERS[0], before[-1], +1)
    await expect(queue(page).first).to_have_attribute("data-entry", str(before[-1]))
    assert await ids(page) == [before[-1], *before[:-1]]
    assert {*await page.evaluate("moves")} <= {f"-{before[-1]}", f"+{before[-1]}"}
    assert await page.evaluate(MARKED) == 59
    await expect(queue(page).nth(31).locator(".up")).to_be_focused()
    await expect(queue(page).nth(31)).to_have_attribute("aria-posinset", "32")


async def test_whoever_votes_by_hand_stays_where_they_are(
    party: PartyService, room: str, visit: OpenPage
) -> None:
    """The song goes to the top, and the page does not go with it."""
    await fill_up(party, 60)
    page = await visit(room, "Ann", width=390)
    await page.locator("#queue-all").click()
    await expect(queue(page)).to_have_count(59)
    order = await ids(page)
    rises, beside = (page.locator(f"#queue > li[data-entry='{order[at]}']") for at in (40, 41))
    await rises.scroll_into_view_if_needed()
    await page.evaluate("scrollBy(0, 300)")
    await beside.evaluate(AT_PRESS)  # to press it the test's browser may scroll first
    await rises.locator(".up").click()
    await expect(queue(page).first).to_have_attribute("data-entry", str(order[40]))
    assert abs(await beside.evaluate(TOP) - await page.evaluate("topAtPress")) < 90, "a row's height at most"
    assert await page.evaluate("scrollY") > 1000


async def test_the_first_leaves(party: PartyService, room: str, visit: OpenPage) -> None:
    """When the first song plays, its row goes and no other is touched; places are counted anew."""
    await fill_up(party, 30)
    page = await visit(room, "Ann")
    await expect(queue(page)).to_have_count(20)
    before = await ids(page)
    await page.evaluate(WATCH)
    await party.queue.skip(LOBBY, Member("web", "host", "Host", moderator=True, manager=True))
    await expect(queue(page).first).to_have_attribute("data-entry", str(before[1]))
    await expect(queue(page)).to_have_count(20)
    after = await ids(page)
    assert await page.evaluate("moves") == [f"-{before[0]}", f"+{after[-1]}"]
    await expect(queue(page).first.locator(".tile")).to_have_attribute("data-place", "1")


async def test_a_song_one_is_about_to_vote_for_rises(party: PartyService, room: str, visit: OpenPage) -> None:
    """The focus goes with its row, so that Enter means the same song."""
    await fill_up(party, 12)
    page = await visit(room, "Ann")
    await expect(queue(page)).to_have_count(11)
    last = (await ids(page))[-1]
    button = page.locator(f'#queue [data-entry="{last}"] .up')
    await button.focus()
    await party.ballots.vote(LOBBY, MEMBERS[0], last, +1)
    await expect(queue(page).first).to_have_attribute("data-entry", str(last))
    await expect(button).to_be_focused()


async def test_two_hundred_songs(party: PartyService, room: str, visit: OpenPage) -> None:
    """Twenty are shown; all on a tap, one's own on another, and any by a word of it, with its true place."""
    await fill_up(party, 200)
    page = await visit(room, "Ann")
    box = page.get_by_role("combobox", name="Add a song")
    await box.fill("take on me")
    await box.press("Enter")
    await expect(queue(page)).to_have_count(20)
    await page.get_by_role("button", name="Show all 200 songs").click()
    await expect(queue(page)).to_have_count(200)
    await page.get_by_role("button", name="Only mine (1)").click()
    await expect(queue(page).locator(".title")).to_have_text(["Take on Me"])
    await page.get_by_role("button", name="Only mine (1)").click()
    await page.get_by_role("searchbox", name="Search the queue").fill("ARTÍST 123")
    await expect(queue(page).locator(".title")).to_have_text(["Song 123"])
    await expect(queue(page)).to_have_attribute("aria-setsize", "200")
    place = await queue(page).locator(".tile").get_attribute("data-place")
    assert await queue(page).get_attribute("aria-posinset") == place != "1"
    await expect(page.locator("#queue-found")).to_have_text("1 song found")
    await page.get_by_role("searchbox", name="Search the queue").fill("zzz")
    await expect(page.get_by_text("No waiting song fits that.")).to_be_visible()
    await page.get_by_role("searchbox", name="Search the queue").press("Escape")
    await page.get_by_role("button", name="Show fewer").click()
    await expect(queue(page)).to_have_count(20)


async def test_to_the_suggestions(party: PartyService, room: str, visit: OpenPage) -> None:
    """On a phone one tap leads past the queue."""
    await fill_up(party, 30)
    await party.ballots.next(LOBBY, MEMBERS[0])
    page = await visit(room, "Ann", width=390)
    await page.get_by_role("link", name="To the suggestions").click()
    await expect(page.locator("#ballot-title")).to_be_in_viewport()
