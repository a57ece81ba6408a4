"""`python -m tests.bot.room.screenshot FOLDER`: pictures of a room at work, for the README."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, ViewportSize, async_playwright

from bot.recommend.bundle import open_bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.room import open_room
from bot.room.hub import LOBBY
from bot.room.names import person
from bot.service import PartyService
from bot.settings import STARTER
from db.store import open_store
from tests.bot.room.conftest import CHROMIUM, CHROMIUM_ARGS
from tests.bot.room.visitor import connect_as

SECRETS = {name: f"the secret of the browser of {name}" for name in ("Anna", "Ben", "Mira")}
GUESTS = "http://192.168.0.20:8080"
"""What stands on the screen for guests to open."""
ANNA, BEN, MIRA = (person(name, secret) for name, secret in SECRETS.items())
SONGS = (
    (BEN, "mr brightside"),
    (ANNA, "take on me"),
    (MIRA, "dancing queen"),
    (BEN, "september earth wind"),
    (ANNA, "uptown girl"),
    (MIRA, "i wanna dance with somebody"),
)


async def fill(party: PartyService) -> None:
    """A party in full swing."""
    entries = [(await party.queue.add(LOBBY, member, song)).entry for member, song in SONGS]
    for member, entry in ((ANNA, entries[3]), (MIRA, entries[3]), (BEN, entries[2])):
        await party.ballots.vote(LOBBY, member, entry.id, +1)
    await party.queue.skip(LOBBY, MIRA)
    await party.ballots.next(LOBBY, BEN)


async def shoot(folder: Path) -> None:
    """Opens the room in Chromium and takes its pictures."""
    bundle = open_bundle(STARTER)
    catalogue = Catalogue.open(bundle)
    with tempfile.TemporaryDirectory() as scratch:
        async with open_store(f"sqlite+aiosqlite:///{scratch}/party.db") as store:
            party = PartyService(store, catalogue, Recommender(bundle, catalogue, seed=0))
            party.passes.address = GUESTS
            await fill(party)
            async with (
                open_room(party, "127.0.0.1", 0) as url,
                connect_as(url, "Ben", SECRETS["Ben"]),
                connect_as(url, "Mira", SECRETS["Mira"]),
                async_playwright() as playwright,
            ):
                chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
                host = f"/party/{await party.passes.host(LOBBY)}"
                await _desk(chromium, url, folder / "room.png")
                await _phone(chromium, url + host, folder / "phone.png")
                await _screen(chromium, url, folder / "tv.png")
                await chromium.close()
    catalogue.close()


async def _page(chromium: Browser, url: str, **looks: Any) -> Page:
    page = await chromium.new_page(reduced_motion="reduce", **looks)
    await page.add_init_script(f"localStorage.setItem('encore.secret', '{SECRETS['Anna']}')")
    await page.goto(url)
    return page


async def _join(page: Page) -> None:
    await page.get_by_role("button", name="Pick a name").click()
    await page.get_by_role("textbox", name="Your name").fill("Anna")
    await page.get_by_role("button", name="Join in").click()
    await page.get_by_role("button", name="You are Anna").wait_for()


async def _desk(chromium: Browser, url: str, path: Path) -> None:
    page = await _page(chromium, url, viewport=ViewportSize(width=1180, height=900), color_scheme="light")
    await _join(page)
    await page.locator("#faces li").nth(2).wait_for()
    await page.screenshot(path=path)
    await page.close()


async def _phone(chromium: Browser, url: str, path: Path) -> None:
    """The host's panel at night."""
    page = await _page(chromium, url, viewport=ViewportSize(width=390, height=800), color_scheme="dark")
    await _join(page)
    await page.get_by_role("button", name="This party: more").click()
    await page.get_by_role("heading", name="This party").wait_for()
    await page.screenshot(path=path)
    await page.close()


async def _screen(chromium: Browser, url: str, path: Path) -> None:
    page = await _page(chromium, f"{url}/tv", viewport=ViewportSize(width=1280, height=720))
    await page.get_by_role("heading", name="Join in").wait_for()
    await page.get_by_text("2 here").wait_for()
    await page.screenshot(path=path)
    await page.close()


if __name__ == "__main__":
    asyncio.run(shoot(Path(sys.argv[1])))
