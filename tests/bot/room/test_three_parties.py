"""Three parties at once in real browsers: a phone, a desk, a screen on the wall, each in its own colours."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from bot.party.words import Member, Room
from bot.room.floors import LOBBY
from bot.service import PartyService
from tests.bot.room.axe import faults
from tests.bot.room.conftest import PATIENCE_MS

CHANNEL = Room("slack", "T1", "C1")
LOOKS: tuple[tuple[int, int, dict[str, Any]], ...] = (
    (390, 844, {"color_scheme": "dark"}),
    (1280, 900, {"color_scheme": "light"}),
    (1920, 1080, {"forced_colors": "active"}),
)
SONGS = ("mr brightside", "take on me"), ("dancing queen", "waterloo abba"), ("africa toto", "hey jude")


@pytest.fixture
async def rooms(party: PartyService) -> list[tuple[Room, str]]:
    """The lobby, a channel, and a party of the page's own; each with the path of its guests' page."""
    begun = await party.passes.begin()
    channel = await party.passes.guest(CHANNEL)
    return [(LOBBY, "/"), (CHANNEL, f"/party/{channel}"), (begun.room, f"/party/{begun.guest}")]


async def opened(browser: Browser, url: str, number: int) -> Page:
    """A page at one of the sizes."""
    width, height, looks = LOOKS[number]
    page = await browser.new_page(
        viewport={"width": width, "height": height}, reduced_motion="reduce", **looks
    )
    page.set_default_timeout(PATIENCE_MS)
    await page.goto(url)
    return page


async def test_each_shows_its_own(
    party: PartyService, rooms: list[tuple[Room, str]], room: str, browser: Browser
) -> None:
    """A song and a vote in one are seen there, on its screen on the wall too, and in no other."""
    for (where, _), songs in zip(rooms, SONGS, strict=True):
        for song in songs:
            await party.queue.add(where, Member(where.platform, f"of {where.channel}", "Mo"), song)
    pages = [await opened(browser, room + path, number) for number, (_, path) in enumerate(rooms)]
    screens = [await opened(browser, f"{room}{path.rstrip('/')}/tv", 2) for _, path in rooms]
    titles = [("Mr. Brightside", "Take on Me"), ("Dancing Queen", "Waterloo"), ("Africa", "Hey Jude")]
    for page, screen, (playing, waiting) in zip(pages, screens, titles, strict=True):
        await expect(page.locator("#now-title")).to_have_text(playing)
        await expect(page.locator("#queue .title")).to_have_text([waiting])
        await expect(screen.locator("#tv-title")).to_have_text(playing)
    await pages[1].get_by_role("button", name="Pick a name").click()
    await pages[1].get_by_role("textbox", name="Your name").fill("Ann")
    await pages[1].get_by_role("button", name="Join in").click()
    await pages[1].locator("#queue .up").click()
    await expect(pages[1].locator("#queue .up b")).to_have_text("1")
    await expect(screens[1].locator("#tv-queue .up")).to_have_text("▲ 1")
    for other in (0, 2):
        await expect(pages[other].locator("#queue .up b")).to_have_text("")
        assert (await party.insight.now(rooms[other][0])).queue[0].ups == 0
    for number, page in enumerate(pages):
        forced = "forced_colors" in LOOKS[number][2]
        # Where people choose the colours themselves axe takes the page's text on their ground.
        assert [each for each in await faults(page) if not (forced and "color-contrast" in each)] == []
        assert await page.evaluate("document.documentElement.scrollWidth") == LOOKS[number][0]
