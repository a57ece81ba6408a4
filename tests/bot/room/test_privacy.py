"""The page about privacy: what it says in which language, and that it keeps to itself."""

from __future__ import annotations

import re

import aiohttp
import pytest
from playwright.async_api import expect

from bot.party.limits import KEEP_NAMES_DAYS
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.room import open_room
from bot.room.privacy import ERASED, KEPT, REVOKE, SEEN, SPOTIFY, kept_for
from bot.service import PartyService
from bot.wording.languages import LANGUAGES, language
from db.store import Store
from tests.bot.room.conftest import OpenPage
from tests.bot.room.sound_stage import SoundRoom

POINTS = [point for _, points in (KEPT, SEEN, ERASED) for point in points]


def text(page: str) -> str:
    """What people read."""
    return re.sub(r"<[^>]*>", "", page).replace("&#x27;", "'").replace("&quot;", '"')


@pytest.mark.parametrize("code", LANGUAGES)
async def test_it_says_everything_in_every_language(
    sounding: SoundRoom, web: aiohttp.ClientSession, code: str
) -> None:
    """What is kept, who sees it, how it is erased, and what concerns Spotify."""
    headers = {"Accept-Language": code.replace("_", "-")}
    async with web.get(f"{sounding.url}/privacy", headers=headers) as answer:
        page = await answer.text()
        assert (answer.status, answer.content_type) == (200, "text/html")
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Vary"] == "Accept-Language, Cookie"
    assert f'<html lang="{code.replace("_", "-")}">' in page
    assert [it for it in (*POINTS, *SPOTIFY[1]) if language(code).say(it) not in text(page)] == []
    assert kept_for(language(code), KEEP_NAMES_DAYS) in text(page)
    assert "<script" not in page
    assert f'href="{REVOKE}"' in page


async def test_without_spotify_nothing_is_said_of_connecting(room: str, web: aiohttp.ClientSession) -> None:
    """What cannot be done here is not explained."""
    async with web.get(f"{room}/privacy") as answer:
        page = text(await answer.text())
    assert [it for it in POINTS if it not in page] == []
    assert SPOTIFY[1][0] not in page


@pytest.mark.parametrize(
    ("days", "said"),
    [(0, "until they're erased"), (1, "After a day, a"), (30, "After 30 days, a party")],
)
async def test_it_says_for_how_long_names_are_kept(
    store: Store,
    catalogue: Catalogue,
    recommender: Recommender,
    web: aiohttp.ClientSession,
    days: int,
    said: str,
) -> None:
    """As whoever runs the bot has set it."""
    party = PartyService(store, catalogue, recommender, keep_names_days=days)
    async with open_room(party, "127.0.0.1", 0) as room, web.get(f"{room}/privacy") as answer:
        assert said in text(await answer.text())


@pytest.mark.parametrize("width", [390, 1280])
async def test_it_is_found_from_the_room(room: str, visit: OpenPage, width: int) -> None:
    """A small link at the end of the page leads there, and it fits on a phone."""
    page = await visit(room, width=width)
    await page.get_by_role("link", name="Privacy").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("What I keep about you")
    await expect(page.get_by_role("heading", level=2)).to_have_count(3)
    assert await page.evaluate("document.documentElement.scrollWidth") == width


async def test_it_is_found_before_one_connects(sounding: SoundRoom, visit: OpenPage) -> None:
    """The page that asks for an account links it."""
    ann = await sounding.enter("Ann")
    page = await visit((await ann.ask("connect"))["url"])
    await page.get_by_role("link", name="What I keep about you").click()
    await expect(page.get_by_role("heading", name="Spotify")).to_be_visible()
