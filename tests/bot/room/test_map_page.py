"""The map in a real browser: with WebGL, without, by mouse, by finger and by keys."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.party.words import Member, Room
from bot.room.places import AROUND
from bot.service import PartyService
from tests.bot.room.axe import faults
from tests.bot.room.conftest import CHROMIUM, CHROMIUM_ARGS, PATIENCE_MS
from tests.patience import PATIENCE_S

LOBBY = Room("web", "", "lobby")
ANNA, BEN = Member("web", "a", "Anna"), Member("web", "b", "Ben")
SONGS = (
    "back in black",
    "highway to hell",
    "paranoid black sabbath",
    "in da club",
    "toxic britney",
    "jolene",
)
DRAWN = {
    "solid": ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
    "flat": ["--disable-3d-apis"],
}
"""How Chromium is started so that the map is drawn with WebGL in software, or without."""

OPEN = """async () => {
  const { script, words, style } = JSON.parse(document.documentElement.dataset.lazy)["map.js"];
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: style });
  const styled = new Promise((loaded) => link.addEventListener("load", loaded));
  document.head.append(link);
  await styled;
  if (words) await import(words);
  document.querySelector("#song").focus();
  (await import(script)).openMap();
}"""

OpenMap = Callable[..., Awaitable[Page]]


@pytest.fixture(params=DRAWN)
def drawn(request: pytest.FixtureRequest) -> str:
    """How the map is drawn."""
    return str(request.param)


@pytest.fixture
async def chromium(drawn: str) -> AsyncIterator[Browser]:
    """Headless Chromium that draws so."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine")
    async with async_playwright() as playwright:
        args = [*CHROMIUM_ARGS, *DRAWN[drawn]]
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=args, timeout=PATIENCE_MS)
        yield chromium
        await chromium.close()


@pytest.fixture
async def open_map(chromium: Browser, drawn: str, room: str, party: PartyService) -> AsyncIterator[OpenMap]:
    """Opens the map of a party of two people; what the page complains of fails the test."""
    for number, song in enumerate(SONGS):
        await party.queue.add(LOBBY, (ANNA, BEN)[number % 2], song)
    await party.ballots.next(LOBBY, ANNA, count=3)
    complaints: list[str] = []

    async def opened(**context: Any) -> Page:
        made = await chromium.new_context(
            **{"viewport": {"width": 1280, "height": 860}, "reduced_motion": "reduce", **context}
        )
        made.set_default_timeout(PATIENCE_MS)
        page = await made.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        await page.goto(room)
        await page.locator("#queue li").first.wait_for()
        await page.evaluate(OPEN)
        await expect(page.get_by_role("option")).to_have_count(len(SONGS) + 3 + AROUND)
        await page.locator(f"[data-drawn={drawn}]").wait_for()
        return page

    yield opened
    assert complaints == []


async def place(page: Page, title: str) -> tuple[float, float]:
    """Where a song's name stands on the stage."""
    box = await page.locator(".map-labels p", has_text=title).bounding_box()
    assert box
    return box["x"], box["y"]


async def view(page: Page) -> list[str]:
    """Which names stand where."""
    names: list[str] = await page.eval_on_selector_all(
        ".map-labels p:not([hidden])", "all => all.map((each) => each.textContent + each.style.transform)"
    )
    return names


async def test_the_map_shows_the_party_and_what_lies_around(open_map: OpenMap, drawn: str) -> None:
    """Something is drawn and named, the list has all songs by kind, and what fits best and least is told."""
    page = await open_map()
    dialog = page.get_by_role("dialog", name="How similar your songs are")
    assert len(await page.locator("#map-stage canvas").screenshot()) > 5_000
    await expect(page.locator(".map-labels p", has_text="Back In Black")).to_be_visible()
    for kind, songs in (("Now playing", 1), ("Up next", 5), ("Could be next", 3), ("More like this", AROUND)):
        await expect(dialog.get_by_role("group", name=kind).get_by_role("option")).to_have_count(songs)
    least = dialog.locator("section", has_text="Fits least").get_by_role("listitem")
    await expect(least).to_have_count(3)
    await expect(least.first).to_contain_text("Toxic")
    await expect(dialog.locator(".map-legend li")).to_have_text(
        ["Anna", "Ben", "playing now", "suggested", "fits least", "more like this"]
    )


async def test_what_draws_is_loaded_when_the_map_is_opened(
    chromium: Browser, drawn: str, room: str, party: PartyService
) -> None:
    """Not with the page; and where there is no WebGL, never."""
    await party.queue.add(LOBBY, ANNA, "back in black")
    page = await chromium.new_page(reduced_motion="reduce")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(room)
    await page.locator("#now-title", has_text="Back In Black").wait_for()
    assert not [url for url in asked if "/map" in url or "three" in url]
    await page.evaluate(OPEN)
    await page.locator(f"[data-drawn={drawn}]").wait_for(timeout=PATIENCE_MS)
    assert any("/three." in url for url in asked) == (drawn == "solid")


async def test_keys_turn_and_zoom(open_map: OpenMap) -> None:
    """Arrows turn the map, plus and minus zoom, and 0 puts it back as it was."""
    page = await open_map()
    before = await view(page)
    await expect(page.locator("#map-stage")).to_be_focused()
    for keys in (("ArrowRight",) * 3, ("ArrowUp",) * 3, ("+",) * 2, ("-",) * 2):
        for key in keys:
            await page.keyboard.press(key)
        assert await view(page) != before
        await page.keyboard.press("0")
        assert await view(page) == before


async def test_everything_can_be_pressed(open_map: OpenMap) -> None:
    """Whoever can neither drag nor type has buttons, large enough for a finger."""
    page = await open_map()
    before = await view(page)
    for name in ("Turn left", "Turn right", "Turn up", "Turn down", "Zoom in", "Zoom out"):
        button = page.get_by_role("button", name=name)
        box = await button.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44
        await button.click()
        assert await view(page) != before
        await page.get_by_role("button", name="Put it back").click()


async def test_a_drag_turns_and_a_wheel_zooms(open_map: OpenMap) -> None:
    """A mouse that is pressed turns the map, and turns nothing else; its wheel zooms."""
    page = await open_map()
    before = await view(page)
    box = await page.locator("#map-stage").bounding_box()
    assert box
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await page.mouse.move(*middle)
    await page.mouse.down()
    await page.mouse.move(middle[0] + 120, middle[1] + 40, steps=4)
    await page.mouse.up()
    turned = await view(page)
    assert turned != before
    await page.mouse.wheel(0, -300)
    async with asyncio.timeout(PATIENCE_S):
        while await view(page) == turned:
            pass


async def test_a_song_is_named_where_one_points(open_map: OpenMap) -> None:
    """The one under the mouse is told, marked in the list, and the list shows it."""
    page = await open_map()
    x, y = await place(page, "Jolene")
    await page.mouse.move(x - 10, y + 10)
    await expect(page.locator("#map-chosen")).to_contain_text("Jolene")
    await expect(page.locator("#map-chosen")).to_contain_text("added by Ben")
    option = page.locator("#map-list [aria-selected=true]")
    await expect(option).to_contain_text("Jolene")
    await expect(option).to_be_in_viewport()


async def test_a_tap_names_a_song(open_map: OpenMap) -> None:
    """So does a finger; on a phone the window is no wider than the screen."""
    page = await open_map(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    x, y = await place(page, "Jolene")
    await page.touchscreen.tap(x - 8, y + 10)
    await expect(page.locator("#map-chosen")).to_contain_text("Jolene")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await page.locator("#map-dialog").evaluate("each => each.scrollWidth <= each.clientWidth")


async def test_the_list_is_the_map_for_keys(open_map: OpenMap) -> None:
    """One stop of the Tab key; arrows go through all songs, and what is chosen is named on the map."""
    page = await open_map()
    await page.locator("#map-list").focus()
    await expect(page.locator("#map-chosen")).to_contain_text("Back In Black")
    await page.keyboard.press("ArrowDown")
    chosen = page.locator("#map-list [aria-selected=true]")
    await expect(chosen).to_have_count(1)
    title = await chosen.locator(".title").inner_text()
    await expect(page.locator(".map-labels .chosen")).to_have_text(title)
    assert await page.locator("#map-list").get_attribute(
        "aria-activedescendant"
    ) == await chosen.get_attribute("id")
    await page.keyboard.press("End")
    await expect(chosen).to_be_in_viewport()
    await page.keyboard.press("Escape")
    await expect(page.locator("#map-dialog")).to_be_hidden()
    await expect(page.locator("#song")).to_be_focused()


async def test_it_turns_by_itself_unless_that_is_too_much(open_map: OpenMap) -> None:
    """Gently, until somebody stops it; not at all where motion is to be reduced."""
    calm = await open_map()
    await expect(calm.get_by_role("button", name="Turn by itself", pressed=False)).to_be_visible()
    lively = await open_map(reduced_motion="no-preference")
    before = await view(lively)
    button = lively.get_by_role("button", name="Turn by itself", pressed=True)
    async with asyncio.timeout(PATIENCE_S):
        while await view(lively) == before:
            pass
    await button.click()
    stopped = await view(lively)
    await lively.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert await view(lively) == stopped


async def test_the_map_keeps_up_with_the_party(open_map: OpenMap, party: PartyService) -> None:
    """A song that is added meanwhile is on it; the view and what is chosen stay."""
    page = await open_map()
    await page.locator("#map-list").focus()
    first = await page.locator("#map-chosen").inner_text()
    await party.queue.add(LOBBY, BEN, "africa toto")
    await expect(page.get_by_role("option", name="Africa")).to_have_count(1)
    assert await page.locator("#map-chosen").inner_text() == first


async def test_opened_twice_it_is_one_map(open_map: OpenMap) -> None:
    """Closing lets go of what was drawn with; opening again draws anew, and nothing is there twice."""
    page = await open_map()
    for _ in range(3):
        await page.get_by_role("button", name="Close").click()
        await page.evaluate(OPEN)
        await page.locator("[data-drawn]").wait_for()
        await expect(page.get_by_role("option")).to_have_count(len(SONGS) + 3 + AROUND)
    await expect(page.locator("#map-dialog")).to_have_count(1)
    await expect(page.locator("#map-stage canvas")).to_have_count(1)


@pytest.mark.parametrize(
    "context",
    [
        {"color_scheme": "light"},
        {"color_scheme": "dark"},
        {"forced_colors": "active"},
        {"viewport": {"width": 320, "height": 640}},
    ],
    ids=["light", "dark", "forced", "narrow"],
)
async def test_nobody_is_left_out(open_map: OpenMap, context: dict[str, Any]) -> None:
    """axe-core finds nothing, before a song is chosen and after."""
    page = await open_map(**context)
    assert await faults(page) == []
    await page.locator("#map-list").focus()
    await page.keyboard.press("ArrowDown")
    assert await faults(page) == []


async def test_an_empty_party_says_why(chromium: Browser, room: str) -> None:
    """There is no map of nothing, and the window says so."""
    page = await chromium.new_page(reduced_motion="reduce")
    await page.goto(room)
    await page.locator("#queue-empty").wait_for()
    await page.evaluate(OPEN)
    await expect(page.locator("#map-said")).to_contain_text("There's nothing to show here yet")
    assert await faults(page) == []
