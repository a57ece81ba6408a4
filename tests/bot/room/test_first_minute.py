"""The README's first minute in a real browser: an empty room, two presses, and it sounds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from bot.party.words import Member
from bot.playback.demo import DemoSource
from bot.playback.library import Library
from bot.playback.synthesis.pieces import PIECES
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.room import open_room
from bot.room.hub import LOBBY
from bot.service import PartyService
from db.store import Store
from tests.bot.room.axe import faults, small_targets
from tests.bot.room.conftest import PATIENCE_MS
from tests.bot.room.ears import LOUD, add_ears, going, with_ears

MANAGER = Member("web", "the host", "Adam", moderator=True, manager=True)
TRY_IT = "Try it with ten short pieces"
MUSIC = "(loud) => window.heard.slice(-1000).filter(([, each]) => each > loud).length > 500"
"""Whether most of the last seconds was no silence."""


@dataclass
class NewBot:
    """A room of a bot that nobody has given music."""

    url: str
    party: PartyService
    library: Library

    async def open_page(self, browser: Browser, name: str, *, host: bool) -> Page:
        """Comes in under a name, by the host's link or as a guest, and hears what the page sounds like."""
        context = await browser.new_context(viewport={"width": 1280, "height": 844})
        context.set_default_timeout(PATIENCE_MS)
        await with_ears(context)
        page = await context.new_page()
        await page.goto(f"{self.url}/party/{await self.party.passes.host(LOBBY)}" if host else self.url)
        await page.get_by_role("button", name="Pick a name").click()
        await page.get_by_role("textbox", name="Your name").fill(name)
        await page.get_by_role("button", name="Join in").click()
        await page.get_by_role("button", name=f"You are {name}").wait_for()
        return page


@pytest.fixture
async def new_bot(
    store: Store, catalogue: Catalogue, recommender: Recommender, tmp_path: Path
) -> AsyncIterator[NewBot]:
    """Its pieces are not made yet."""
    library = Library(store, [DemoSource(tmp_path / "demo")], catalogue)
    party = PartyService(store, catalogue, recommender, library=library, demo=lambda: library.own)
    library.on_change(party.notices.music)
    async with open_room(party, "127.0.0.1", 0, (), [add_ears]) as url, going(party.clock.run()):
        yield NewBot(url, party, library)
    await party.close()
    await library.close()


async def test_two_presses_and_it_sounds(browser: Browser, new_bot: NewBot) -> None:
    """The offer comes to a page that is open already, and what sounds is the first piece."""
    page = await new_bot.open_page(browser, "Ann", host=True)
    await expect(page.get_by_role("button", name=TRY_IT)).to_be_hidden()
    await new_bot.library.look()
    await page.get_by_role("button", name=TRY_IT).click()
    await expect(page.locator("#now-title")).to_have_text(PIECES[0].title)
    await expect(page.locator("#queue > li")).to_have_count(len(PIECES) - 1)
    await expect(page.get_by_role("button", name=TRY_IT)).to_be_hidden()
    await page.get_by_role("button", name="Sound here").click()
    await page.wait_for_function(MUSIC, arg=LOUD, timeout=PATIENCE_MS, polling=50)
    await page.get_by_role("button", name="10 seconds back").click()
    await expect(page.locator("#toast")).to_contain_text(f"{PIECES[0].title} – {PIECES[0].artist} plays from")
    assert await faults(page) == []
    assert await small_targets(page) == []
    await page.context.close()


async def test_the_offer_is_for_whoever_may_add_songs(browser: Browser, new_bot: NewBot) -> None:
    """Where only moderators add songs, guests are not offered what they would be refused."""
    await new_bot.library.look()
    page = await new_bot.open_page(browser, "Ben", host=False)
    await expect(page.get_by_role("button", name=TRY_IT)).to_be_visible()
    await expect(page.get_by_role("button", name="30 seconds ahead")).to_be_hidden()
    await new_bot.party.settings.choose(LOBBY, MANAGER, {"adding_locked": True})
    await expect(page.get_by_role("button", name=TRY_IT)).to_be_hidden()
    await page.context.close()
