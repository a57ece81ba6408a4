"""The page for everybody: axe-core finds nothing in any state, and what it does not look for holds, too."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from bot.party.words import Member
from bot.room.hub import LOBBY
from bot.service import PartyService
from bot.wording.languages import LANGUAGES, language
from tests.bot.room.axe import broken_words, faults, small_targets
from tests.bot.room.conftest import PATIENCE_MS, Enter, OpenPage
from tests.bot.room.test_adding import UNSURE
from tests.bot.room.test_page import fill, queue

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "viewport": ViewportSize(width=1280, height=900)},
    "dark phone": {"color_scheme": "dark", "viewport": ViewportSize(width=390, height=844)},
    "forced colours": {"forced_colors": "active", "viewport": ViewportSize(width=1280, height=900)},
    "forced colours, dark phone": {
        "forced_colors": "active",
        "color_scheme": "dark",
        "viewport": ViewportSize(width=390, height=844),
    },
}


async def look(browser: Browser, url: str, **options: Any) -> Page:
    """A page in a browser that is set up in some way."""
    context = await browser.new_context(reduced_motion="reduce", **options)
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    await page.goto(url)
    await page.locator("html:not(.coming)").wait_for()
    return page


async def take_name(page: Page, name: str) -> None:
    """Takes a name."""
    await page.locator("#me").click()
    await page.locator("#name").fill(name)
    await page.locator("#name").press("Enter")
    await page.locator("#me.named").wait_for()


CUT = """() => {
  const name = document.getElementById("my-name");
  const covered = [...document.querySelectorAll(".field input")].filter((input) => {
    const { right, bottom } = input.getBoundingClientRect();
    const button = input.parentElement.querySelector("button").getBoundingClientRect();
    return button.top < bottom && button.left < right - parseFloat(getComputedStyle(input).paddingRight);
  });
  return [...(name.scrollWidth > name.clientWidth ? [name] : []), ...covered].map(({ id }) => id);
}"""


async def cut(page: Page) -> list[str]:
    """What does not fit: the button that asks for a name, and fields that run below their button."""
    found: list[str] = await page.evaluate(CUT)
    return found


async def sees_nothing_wrong(page: Page) -> None:
    """Nothing that axe-core knows of, no small target, nothing off to the side."""
    assert await faults(page) == []
    assert await small_targets(page) == []
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert await page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("options", LOOKS.values(), ids=LOOKS)
async def test_every_state(party: PartyService, room: str, browser: Browser, options: dict[str, Any]) -> None:
    """Empty, full, asked, found, open, wrong, and away."""
    page = await look(browser, room, **options)
    await sees_nothing_wrong(page)
    await page.locator("#me").click()
    await sees_nothing_wrong(page)
    await page.keyboard.press("Escape")
    await take_name(page, "Ann")
    await fill(party, "mr brightside", "take on me", "dancing queen")
    await page.locator("#next").click()
    await expect(page.locator("#ballot > li")).to_have_count(5)
    await page.locator("#queue .up").first.click()
    await expect(page.locator("#queue .up").first).to_have_attribute("aria-pressed", "true")
    await sees_nothing_wrong(page)
    box = page.get_by_role("combobox", name="Add a song")
    await box.press_sequentially("ta")
    await expect(page.get_by_role("option").first).to_be_visible()
    await box.press("ArrowDown")
    await page.locator("#favourites-button").click(force=True)
    await page.locator("#history-box summary").click()
    await page.locator(".languages summary").click()
    await sees_nothing_wrong(page)
    await box.fill(UNSURE)
    await box.press("Enter")
    await expect(page.locator(".question")).to_be_visible()
    await box.fill("🎉")
    await box.press("Enter")
    await expect(page.locator("#add-said")).not_to_be_empty()
    await sees_nothing_wrong(page)
    await page.context.set_offline(True)
    await expect(page.locator("#away")).to_be_visible()
    await sees_nothing_wrong(page)


@pytest.mark.parametrize("code", LANGUAGES)
async def test_the_smallest_phone(party: PartyService, room: str, browser: Browser, code: str) -> None:
    """At 320 pixels nothing is cut, no word broken, nothing too small, in any language."""
    await fill(party, "mr brightside", "i wanna dance with somebody", "take on me")
    await party.ballots.next(LOBBY, Member("web", "host", "Host"))
    page = await look(
        browser, room, viewport=ViewportSize(width=320, height=700), locale=code.replace("_", "-")
    )
    await expect(page.locator("html")).to_have_attribute("lang", code.replace("_", "-"))
    await expect(page.locator("#queue-title")).to_contain_text(language(code).say("Up next"))
    await page.locator("#history-box summary").click()
    await page.locator(".languages summary").click()
    assert await broken_words(page) == []
    assert await cut(page) == []
    await sees_nothing_wrong(page)
    await page.set_viewport_size(ViewportSize(width=390, height=844))
    assert await cut(page) == []


async def test_a_language_is_chosen_on_the_page(room: str, visit: OpenPage) -> None:
    """Each names itself; the choice stays after a reload, and the address stays as it was."""
    page = await visit(room)
    await page.locator(".languages summary").click()
    await page.get_by_role("link", name="Deutsch").click()
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    assert page.url == f"{room}/"
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    await expect(page.locator("#queue-title")).to_contain_text(language("de").say("Up next"))


async def test_forced_colours_show_what_is_chosen(party: PartyService, room: str, browser: Browser) -> None:
    """A vote, a mood, how far the song is and how well one fits look different without our colours."""
    await fill(party, "mr brightside", "take on me", "dancing queen")
    page = await look(browser, room, forced_colors="active")
    await take_name(page, "Ann")
    await page.locator("#next").click()
    await page.locator("#queue .up").first.click()
    await expect(page.locator("#queue .up").first).to_have_attribute("aria-pressed", "true")
    background = "element => getComputedStyle(element).backgroundColor"
    voted, not_voted = (page.locator("#queue .up").nth(place) for place in (0, 1))
    chosen, not_chosen = (page.locator(".moods span").nth(place) for place in (1, 0))
    done, bar = page.locator("#bar-fill"), page.locator(".bar")
    for one, other in ((voted, not_voted), (chosen, not_chosen), (done, bar)):
        assert await one.evaluate(background) != await other.evaluate(background)
    match = await page.locator(".match i").first.evaluate("e => getComputedStyle(e).backgroundImage")
    assert match.startswith("linear-gradient")


async def test_nothing_moves_where_that_is_not_wanted(
    party: PartyService, room: str, browser: Browser
) -> None:
    """With reduced motion no animation runs, also while songs change places."""
    await fill(party, "mr brightside", "take on me", "dancing queen")
    page = await look(browser, room)
    await take_name(page, "Ann")
    await page.locator("#queue .up").nth(1).click()
    await expect(queue(page).first.locator(".title")).to_have_text("Dancing Queen")
    assert await page.evaluate("document.getAnimations().length") == 0


async def from_the_top(page: Page) -> None:
    """Opens the page anew: the tab key starts where the focus was last, wherever it is now."""
    await page.reload()
    await expect(page.locator("#ballot > li").first).to_be_visible()
    await page.locator("#me.named").wait_for()


FOCUSED = "document.activeElement.closest('[id]')?.id"


async def test_ten_tabs_to_everything(party: PartyService, room: str, visit: OpenPage) -> None:
    """Ten presses of the tab key lead to each part of the page, however long the queue is."""
    for number in range(12):
        await party.queue.add(LOBBY, Member("web", f"{number}", "Bob"), f"typed:Song {number} - Qwzx")
    await party.ballots.next(LOBBY, Member("web", "host", "Host"))
    page = await visit(room, "Ann")
    await expect(page.locator("#ballot > li").first).to_be_visible()
    reached = []
    await from_the_top(page)
    for _ in range(10):
        await page.keyboard.press("Tab")
        reached.append(await page.evaluate(FOCUSED))
    wanted = {"me", "now-votes", "song", "queue-search", "queue", "words"}
    assert wanted - {*reached} == set(), reached
    await from_the_top(page)
    await page.keyboard.press("Tab")
    for _ in range(2):
        await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    for _ in range(4):
        await page.keyboard.press("Tab")
        if await page.evaluate(FOCUSED) == "ballot":
            return
    pytest.fail("the suggestions are further away")


async def test_a_search_box_lets_keys_go(party: PartyService, room: str, visit: OpenPage) -> None:
    """From the search box arrows lead on to the buttons beside it, but only from the ends of its text."""
    page = await visit(room, "Ann")
    await page.locator("#song").fill("take on me")
    await page.locator("#add-button").click()
    for number in range(12):
        await party.queue.add(LOBBY, Member("web", f"{number}", "Bob"), f"typed:Song {number} - Qwzx")
    await page.locator("#song").fill("dancing queen")
    await page.locator("#add-button").click()
    await expect(page.locator("#queue-mine")).to_be_visible()
    box, mine = page.locator("#queue-search"), page.locator("#queue-mine")
    await box.fill("a")
    await box.press("ArrowLeft")
    await box.press("ArrowRight")
    await expect(box).to_be_focused()
    await box.press("ArrowRight")
    await expect(mine).to_be_focused()
    await mine.press("ArrowLeft")
    await expect(box).to_be_focused()


async def test_a_list_by_keys(party: PartyService, room: str, visit: OpenPage) -> None:
    """Arrows walk from row to row and from button to button; a screen reader hears places."""
    await fill(party, "mr brightside", "take on me", "dancing queen", "september earth wind")
    page = await visit(room, "Ann")
    first, second = queue(page).nth(0), queue(page).nth(1)
    await first.locator(".up").focus()
    await page.keyboard.press("ArrowDown")
    await expect(second.locator(".up")).to_be_focused()
    await page.keyboard.press("ArrowRight")
    await expect(second.locator(".down")).to_be_focused()
    await page.keyboard.press("End")
    await expect(queue(page).nth(2).locator(".down")).to_be_focused()
    await page.keyboard.press("Home")
    await expect(first.locator(".down")).to_be_focused()
    await expect(page.locator("#queue")).to_have_attribute("role", "list")
    await expect(second).to_have_attribute("aria-posinset", "2")
    await expect(second).to_have_attribute("aria-setsize", "3")
    stops = "document.querySelectorAll('#queue [tabindex=\"0\"]').length"
    assert await page.evaluate(stops) == 1


async def test_what_matters_is_said_once(
    party: PartyService, room: str, visit: OpenPage, enter: Enter
) -> None:
    """Another song, one's own song next, songs to vote for: but not each vote."""
    await fill(party, "mr brightside", "take on me")
    page = await visit(room, "Ann")
    said = page.locator("#aloud")
    await expect(queue(page)).to_have_count(1)
    await expect(said).to_be_empty()
    bob = await enter("Bob")
    entry = (await bob.until(lambda state: state["queue"]))["queue"][0]["id"]
    await bob.ask("vote", entry=entry, value=1)
    await expect(queue(page).locator(".up")).to_have_text("1")
    await expect(said).to_be_empty()
    await party.queue.skip(LOBBY, Member("web", "host", "Host", moderator=True, manager=True))
    await expect(said).to_have_text("Now playing: Take on Me – a-ha")
    box = page.get_by_role("combobox", name="Add a song")
    await box.fill("dancing queen abba")
    await box.press("Enter")
    await expect(said).to_have_text("Your song is next: Dancing Queen – ABBA")
    await party.ballots.next(LOBBY, Member("web", "host", "Host"))
    await expect(said).to_have_text("There are 5 songs to vote for.")


async def test_names_of_buttons_have_what_is_seen(party: PartyService, room: str, visit: OpenPage) -> None:
    """Whoever speaks to the page can say the word that stands on a button (WCAG 2.5.3)."""
    page = await visit(room, "Ann")
    await fill(party, "mr brightside", "take on me")
    box = page.get_by_role("combobox", name="Add a song")
    await box.fill("dancing queen abba")
    await box.press("Enter")
    await expect(queue(page)).to_have_count(2)
    apart = await page.evaluate(
        """() => [...document.querySelectorAll("button[aria-label], a[aria-label]")]
          .filter((each) => each.checkVisibility() && /\\p{L}/u.test(each.innerText))
          .filter((each) => !each.ariaLabel.toLowerCase().includes(each.innerText.trim().toLowerCase()))
          .map((each) => `${each.innerText}: ${each.ariaLabel}`)"""
    )
    assert apart == []
