"""`python -m tests.bot.room.screenshot PATH`: a picture of a room at work, for the README."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import ViewportSize, async_playwright

from bot.party.words import Member
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

SECRET = "the secret of the browser whose picture is taken"
ANNA = person("Anna", SECRET)
BEN, MIRA = (Member("web", name.casefold(), name) for name in ("Ben", "Mira"))
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


async def shoot(path: Path) -> None:
    """Opens the room in Chromium and takes its picture."""
    bundle = open_bundle(STARTER)
    catalogue = Catalogue.open(bundle)
    with tempfile.TemporaryDirectory() as folder:
        async with open_store(f"sqlite+aiosqlite:///{folder}/party.db") as store:
            party = PartyService(store, catalogue, Recommender(bundle, catalogue, seed=0))
            await fill(party)
            async with (
                open_room(party, "127.0.0.1", 0) as url,
                connect_as(url, "Ben"),
                connect_as(url, "Mira"),
            ):
                await _take(url, path)
    catalogue.close()


async def _take(url: str, path: Path) -> None:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        page = await chromium.new_page(
            viewport=ViewportSize(width=1180, height=900), reduced_motion="reduce", color_scheme="light"
        )
        await page.add_init_script(f"localStorage.setItem('encore.secret', '{SECRET}')")
        await page.goto(url)
        await page.get_by_role("button", name="Pick a name").click()
        await page.get_by_role("textbox", name="Your name").fill("Anna")
        await page.get_by_role("button", name="Join in").click()
        await page.get_by_role("button", name="You are Anna").wait_for()
        await page.screenshot(path=path)
        await chromium.close()


if __name__ == "__main__":
    asyncio.run(shoot(Path(sys.argv[1])))
