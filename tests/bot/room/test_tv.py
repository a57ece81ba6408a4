"""TV mode in a real browser: what it shows, and how it keeps going by itself."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from playwright.async_api import Browser, Page, Route, expect

from bot.party.words import Member, Room
from bot.room import open_room
from bot.service import PartyService
from tests.bot.room.axe import broken_words, faults
from tests.bot.room.conftest import PATIENCE_MS, Enter
from tests.bot.room.test_places import squares
from tests.conftest import ANNA as CHAT_ANNA
from tests.conftest import MOD, ROOM, Clock

LOBBY = Room("web", "", "lobby")
ANNA, BEN, CLEO = (Member("web", name[0], name) for name in ("Anna", "Ben", "Cleo"))
HOST = Member("web", "h", "Hanna", moderator=True, manager=True)
SONGS = "back in black", "highway to hell", "paranoid black sabbath", "smoke on the water", "jolene", "africa"
SIZES = (1280, 720), (1920, 1080), (3840, 2160), (1080, 1920)
COUNTING = """
  window.flown = [];
  addEventListener("DOMContentLoaded", () => new MutationObserver((changes) => {
    for (const { addedNodes } of changes) for (const each of addedNodes) window.flown.push(each.className);
  }).observe(document.querySelector("#tv-sky"), { childList: true }));
"""
"""Has the page count what flew over it, however fast that was."""
LOCKS = """
  window.locks = 0;
  const request = async () => ({ number: (window.locks += 1) });
  Object.defineProperty(navigator, "wakeLock", { value: { request } });
"""
NO_LOCKS = """
  const request = async () => { throw new DOMException("no"); };
  Object.defineProperty(navigator, "wakeLock", { value: { request } });
"""

HALF_DONE = """() => {
  const [fill, bar] = ["tv-fill", "tv-bar"].map((id) => document.getElementById(id).getBoundingClientRect());
  const share = (fill.right - bar.left) / bar.width;
  return 0.45 < share && share < 0.52;
}"""

OpenScreen = Callable[..., Awaitable[Page]]


@pytest.fixture
def invited(party: PartyService) -> str:
    """Browsers outside reach the room, so that guests can come."""
    party.passes.address = "https://party.example.org"
    return "party.example.org"


@pytest.fixture
async def screen(browser: Browser, room: str) -> AsyncIterator[OpenScreen]:
    """Hangs a screen on the wall; what its page complains of fails the test."""
    complaints: list[str] = []

    async def opened(
        script: str = "", at: datetime.datetime | None = None, path: str = "/tv", **context: Any
    ) -> Page:
        made = await browser.new_context(
            **{"viewport": {"width": 1920, "height": 1080}, "reduced_motion": "reduce", **context}
        )
        made.set_default_timeout(PATIENCE_MS)
        page = await made.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.add_init_script(script or LOCKS)
        if at:
            await page.clock.install(time=at)
        await page.goto(room + path)
        await expect(page.locator("#tv-title")).not_to_be_empty()
        return page

    yield opened
    assert complaints == []


async def begin(party: PartyService, *songs: str) -> list[int]:
    """Adds songs by three people, and returns their numbers."""
    added = [
        await party.queue.add(LOBBY, (ANNA, BEN, CLEO)[number % 3], song)
        for number, song in enumerate(songs or SONGS)
    ]
    return [each.entry.id for each in added]


async def test_what_plays_and_what_comes(screen: OpenScreen, party: PartyService, enter: Enter) -> None:
    """The song with its artist, who added it and how far it is; the next three, the rest as a number."""
    await begin(party)
    page = await screen()
    await expect(page.locator("#tv-title")).to_have_text("Back In Black")
    await expect(page.locator("#tv-artist")).to_have_text("AC/DC")
    await expect(page.locator("#tv-by")).to_have_text("added by Anna")
    await expect(page.get_by_role("progressbar", name="Song progress")).to_have_attribute(
        "aria-valuetext", "0:00 of 4:15"
    )
    rows = page.locator("#tv-queue li .title")
    await expect(rows).to_have_text(["Highway To Hell", "Paranoid", "Smoke On The Water"])
    await expect(page.locator("#tv-more")).to_have_text("and 2 more")
    await expect(page.locator("#tv-ballot")).to_be_hidden()
    await expect(page.locator("#tv-join")).to_be_hidden()


@pytest.mark.parametrize("width", [1920, 1280])
async def test_a_title_keeps_its_words_whole(screen: OpenScreen, party: PartyService, width: int) -> None:
    """However long the longest of them is."""
    await begin(party, "wonderwall oasis", "we are never ever getting back together", "unforgettable")
    page = await screen(viewport={"width": width, "height": width * 9 // 16})
    for title in ("Wonderwall", "We Are Never Ever Getting Back Together", "Unforgettable"):
        await expect(page.locator("#tv-title")).to_contain_text(title)
        assert await broken_words(page) == []
        playing = (await party.insight.now(LOBBY)).playing
        assert playing is not None
        await party.queue.skip(LOBBY, HOST, entry_id=playing.id)


async def test_the_bar_is_as_long_as_the_song_has_come(
    screen: OpenScreen, party: PartyService, clock: Clock
) -> None:
    """Half of it at half of the song."""
    await begin(party, "back in black")
    clock.pass_by(minutes=2)
    page = await screen()
    await expect(page.locator("#tv-elapsed")).to_contain_text("2:0")
    await page.wait_for_function(HALF_DONE)


async def test_a_screen_is_nobody(screen: OpenScreen, enter: Enter) -> None:
    """Only people are counted."""
    page = await screen()
    await expect(page.locator("#tv-here")).to_have_text("")
    await enter("Ann")
    await enter(None)
    await expect(page.locator("#tv-here")).to_have_text("2 here")


async def test_votes_fly_in(screen: OpenScreen, party: PartyService) -> None:
    """One for each new vote, and none for what was there before; what has landed is gone."""
    entries = await begin(party)
    await party.ballots.vote(LOBBY, ANNA, entries[1], 1)
    ballot = await party.ballots.next(LOBBY, ANNA, count=3)
    page = await screen(COUNTING, reduced_motion="no-preference")
    row = page.locator(f'[data-entry="{entries[1]}"]')
    await expect(row.locator(".up")).to_have_text("▲ 1")
    await party.ballots.vote(LOBBY, BEN, entries[1], 1)
    await expect(row.locator(".up")).to_have_text("▲ 2")
    await party.ballots.vote(LOBBY, BEN, entries[2], 1)
    await expect(page.locator(f'[data-entry="{entries[2]}"] .up')).to_have_text("▲ 1")
    await party.ballots.vote(LOBBY, CLEO, ballot[0].id, -1)
    await expect(page.locator(f'#tv-suggested [data-entry="{ballot[0].id}"] .down')).to_have_text("▼ 1")
    await expect(page.locator("#tv-sky > *")).to_have_count(0)
    assert await page.evaluate("flown") == ["tv-flying ups", "tv-flying ups", "tv-flying downs"]


async def test_nothing_flies_where_motion_is_reduced(screen: OpenScreen, party: PartyService) -> None:
    """The numbers change, and that is all."""
    entries = await begin(party)
    page = await screen(COUNTING)
    await party.ballots.vote(LOBBY, BEN, entries[1], 1)
    await expect(page.locator(f'[data-entry="{entries[1]}"] .up')).to_have_text("▲ 1")
    assert await page.evaluate("flown") == []


async def test_guests_come_in_by_the_code(invited: str, screen: OpenScreen) -> None:
    """The code is that of the guests' link, dark on white with its edge; the address stands beside it."""
    page = await screen(color_scheme="dark")
    code = page.get_by_role("img", name=invited)
    await expect(code).to_be_visible()
    await expect(page.locator("#tv-address")).to_have_text(invited)
    path = await code.locator("path").get_attribute("d") or ""
    view_box = await code.get_attribute("viewBox") or ""
    side = int(view_box.split()[-1])
    dark = squares(path)
    assert {min(x for x, _ in dark), min(y for _, y in dark)} == {4}
    assert max(x for x, _ in dark) == max(y for _, y in dark) == side - 5
    colours = await code.evaluate(
        "each => [getComputedStyle(each).fill, getComputedStyle(each.parentNode).backgroundColor]"
    )
    assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]


@pytest.mark.parametrize(("width", "height"), SIZES)
async def test_nothing_has_to_be_scrolled(
    invited: str, screen: OpenScreen, party: PartyService, width: int, height: int
) -> None:
    """Whatever songs are called: all that is shown is on the screen, large, and nothing covers another."""
    long = "typed:" + "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz " * 3
    await begin(party, long, *(f"{long}{number} by {'A' * 90}" for number in range(5)))
    await party.ballots.next(LOBBY, ANNA, count=5)
    page = await screen(viewport={"width": width, "height": height})
    await expect(page.locator("#tv-suggested li")).to_have_count(5)
    await page.locator("#tv-code svg").wait_for()
    root = await page.evaluate(
        "(({ scrollWidth, scrollHeight }) => [scrollWidth, scrollHeight])(document.body)"
    )
    assert root == [width, height]
    boxes = [
        await page.locator(part).bounding_box()
        for part in (".tv-top", ".record", ".tv-words", "#tv-next", "#tv-ballot", "#tv-join")
    ]
    for place, one in enumerate(boxes):
        assert one
        assert one["x"] >= 0
        assert one["y"] >= 0
        assert one["x"] + one["width"] <= width + 1
        assert one["y"] + one["height"] <= height + 1
        for other in boxes[:place]:
            assert other
            apart = (
                one["x"] >= other["x"] + other["width"] - 1
                or other["x"] >= one["x"] + one["width"] - 1
                or one["y"] >= other["y"] + other["height"] - 1
                or other["y"] >= one["y"] + one["height"] - 1
            )
            assert apart
    smallest = await page.eval_on_selector_all(
        "#tv p", "all => Math.min(...all.map((each) => parseFloat(getComputedStyle(each).fontSize)))"
    )
    assert smallest >= min(width, height) * 28 / 1080


async def test_it_does_not_grow(screen: OpenScreen, party: PartyService) -> None:
    """However much happens, only what is shown is there."""
    await begin(party)
    page = await screen(reduced_motion="no-preference")
    await expect(page.locator("#tv-queue li")).to_have_count(3)
    before = await page.evaluate("document.getElementsByTagName('*').length")
    for number in range(40):
        added = await party.queue.add(LOBBY, BEN, f"typed:Song {number}")
        for member in (ANNA, CLEO):
            await party.ballots.vote(LOBBY, member, added.entry.id, 1)
        playing = (await party.insight.now(LOBBY)).playing
        assert playing
        await party.queue.remove(LOBBY, playing.added_by or ANNA, playing.id)
    last = (await party.insight.now(LOBBY)).playing
    assert last
    await expect(page.locator("#tv-title")).to_have_text(last.track.title)
    await expect(page.locator("#tv-sky > *")).to_have_count(0)
    assert await page.evaluate("document.getElementsByTagName('*').length") <= before + 10


async def test_paused(screen: OpenScreen, party: PartyService) -> None:
    """It says so, and the record stands still."""
    await begin(party)
    page = await screen(reduced_motion="no-preference")
    await party.playback.pause(LOBBY, HOST)
    await expect(page.locator("#tv-state")).to_have_text("Paused")
    assert (
        await page.locator("#tv-label").evaluate("each => getComputedStyle(each).animationPlayState")
        == "paused"
    )


async def test_the_cursor_hides(screen: OpenScreen) -> None:
    """When nobody has touched the mouse for a while; it comes back, and with it what there is to press."""
    page = await screen(at=datetime.datetime(2026, 12, 5, 20, tzinfo=datetime.UTC))
    full = page.get_by_role("button", name="Full screen")
    await page.mouse.move(200, 200)
    await expect(full).to_be_visible()
    await page.clock.fast_forward(5_000)
    await expect(full).to_be_hidden()
    assert await page.evaluate("getComputedStyle(document.body).cursor") == "none"
    await page.mouse.move(300, 300)
    await expect(full).to_be_visible()
    assert await page.evaluate("getComputedStyle(document.body).cursor") != "none"


async def test_the_screen_stays_on(screen: OpenScreen) -> None:
    """A lock is asked for, and again when the page was out of sight: the browser lets go of it then."""
    page = await screen(LOCKS)
    assert await page.evaluate("locks") == 1
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert await page.evaluate("locks") == 2
    await expect(page.locator("#tv-note")).to_be_empty()


async def test_a_screen_that_may_sleep_says_so(screen: OpenScreen) -> None:
    """To whoever stands before it with a mouse; nobody else needs to know."""
    page = await screen(NO_LOCKS, at=datetime.datetime(2026, 12, 5, 20, tzinfo=datetime.UTC))
    await page.mouse.move(200, 200)
    await expect(page.locator("#tv-note")).to_contain_text("sleep timer")
    await page.clock.fast_forward(5_000)
    await expect(page.locator("#tv-note")).to_be_hidden()


async def test_nothing_burns_in(screen: OpenScreen) -> None:
    """Every few minutes all moves by a few pixels, and comes back in the end."""
    page = await screen(at=datetime.datetime(2026, 12, 5, 20, tzinfo=datetime.UTC))
    seen = []
    for _ in range(9):
        await page.clock.fast_forward(3 * 60_000)
        seen.append(await page.locator("#tv").evaluate("each => each.style.translate"))
    assert len(set(seen)) == 8
    assert seen[8] == seen[0]


async def test_it_comes_back_by_itself(browser: Browser, party: PartyService) -> None:
    """A server that was away for a while is there again; the page stays the same one while that is."""
    await begin(party)
    page = await browser.new_page(reduced_motion="reduce")
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(open_room(party, "127.0.0.1", 0))
        await page.goto(f"{url}/tv")
        await expect(page.locator("#tv-title")).to_have_text("Back In Black")
        await page.evaluate("window.mark = 1")
    await expect(page.locator("#tv-away")).to_contain_text("Can't reach the party right now. Trying again.")
    assert await faults(page) == []
    playing = (await party.insight.now(LOBBY)).playing
    assert playing
    await party.queue.remove(LOBBY, ANNA, playing.id)
    async with open_room(party, "127.0.0.1", urlsplit(url).port or 0):
        await expect(page.locator("#tv-title")).to_have_text("Highway To Hell")
        await expect(page.locator("#tv-away")).to_be_hidden()
        await page.wait_for_load_state("networkidle")
        assert await page.evaluate("window.mark") == 1


async def test_a_new_version_is_loaded(browser: Browser, party: PartyService) -> None:
    """When the server that comes back has other scripts, the page is loaded anew."""
    page = await browser.new_page(reduced_motion="reduce")

    async def another(route: Route) -> None:
        if route.request.resource_type == "fetch":
            await route.fulfill(body='<script type="module" src="/static/tv.0123456789ab.js"></script>')
        else:
            await route.continue_()

    async with open_room(party, "127.0.0.1", 0) as url:
        await page.goto(f"{url}/tv")
        await expect(page.locator("#tv-title")).to_have_text("Add the first song")
        await page.evaluate("window.mark = 1")
        await page.route("**/tv", another)
    async with open_room(party, "127.0.0.1", urlsplit(url).port or 0):
        await page.wait_for_event("load", timeout=PATIENCE_MS)
        await expect(page.locator("#tv-title")).to_have_text("Add the first song")
        assert await page.evaluate("window.mark") is None


@pytest.mark.parametrize("playing", [False, True])
async def test_at_night_it_is_loaded_anew(screen: OpenScreen, party: PartyService, playing: bool) -> None:
    """After a day, between four and six, if nothing plays; in the middle of a party it stays."""
    if playing:
        await begin(party)
    page = await screen(at=datetime.datetime(2026, 12, 5, 7, tzinfo=datetime.UTC), timezone_id="UTC")
    await page.evaluate("window.mark = 1")
    await page.clock.fast_forward(20 * 3_600_000)  # three at night
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.resource_type))
    if playing:
        await page.clock.fast_forward(3_600_000 + 120_000)
        assert await page.evaluate("window.mark") == 1
        assert "document" not in asked
    else:
        async with page.expect_event("load", timeout=PATIENCE_MS):
            await page.clock.fast_forward(3_600_000 + 120_000)
        await expect(page.locator("#tv-title")).to_have_text("Add the first song")
        assert await page.evaluate("window.mark") is None


@pytest.mark.parametrize(
    "context",
    [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"forced_colors": "active"}],
    ids=["light", "dark", "forced"],
)
async def test_nobody_is_left_out(
    invited: str, screen: OpenScreen, party: PartyService, context: dict[str, Any]
) -> None:
    """axe-core finds nothing: empty, playing with a ballot, and paused."""
    page = await screen(NO_LOCKS, **context)
    await page.locator("#tv-code svg").wait_for()
    assert await faults(page) == []
    await begin(party)
    await party.ballots.next(LOBBY, ANNA, count=5)
    await expect(page.locator("#tv-suggested li")).to_have_count(5)
    await page.mouse.move(200, 200)
    assert await faults(page) == []
    await party.playback.pause(LOBBY, HOST)
    await expect(page.locator("#tv-state")).to_contain_text("Paused")
    assert await faults(page) == []


async def test_it_speaks_the_browsers_language(browser: Browser, room: str) -> None:
    """From the same catalogues as everything else."""
    page = await browser.new_page(locale="de")
    await page.goto(f"{room}/tv")
    assert await page.locator("html").get_attribute("lang") == "de"


async def test_only_the_guests_link_is_shown(invited: str, screen: OpenScreen, party: PartyService) -> None:
    """A screen that a member of a chat has hung up by their own link shows the one that others may have."""
    await party.queue.add(ROOM, CHAT_ANNA, "back in black")
    own, guest = await party.passes.own(ROOM, CHAT_ANNA), await party.passes.guest(ROOM)
    page = await screen(path=f"/party/{own}/tv")
    await expect(page.locator("#tv-title")).to_have_text("Back In Black")
    await expect(page.locator("#tv-address")).to_have_text(f"{invited}/party/{guest}")
    await page.get_by_role("img", name=guest).wait_for()
    assert own not in await page.content()
    await expect(page.locator("#tv-here")).to_have_text("")


async def test_a_link_that_is_none(room: str, web: aiohttp.ClientSession) -> None:
    """There is no screen for it."""
    async with web.get(f"{room}/party/{'x' * 32}/tv") as answer:
        assert answer.status == 404


async def test_a_link_that_is_made_anew(invited: str, screen: OpenScreen, party: PartyService) -> None:
    """A screen that came by the old one says that it is over, and does not try for ever."""
    await party.queue.add(ROOM, CHAT_ANNA, "back in black")
    page = await screen(path=f"/party/{await party.passes.guest(ROOM)}/tv")
    await party.passes.renew(ROOM, MOD)
    await expect(page.locator("#tv-away")).to_be_visible()
    await expect(page.locator("#tv-away")).not_to_contain_text("Trying again")
    assert await faults(page) == []
