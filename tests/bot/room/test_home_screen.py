"""The page as an app: its manifest, its icons, and what plays in the system's own controls."""

from __future__ import annotations

import aiohttp
import pytest
from playwright.async_api import expect

from bot.party.words import Member, Room
from bot.room.hub import LOBBY
from bot.service import PartyService
from bot.wording.languages import LANGUAGES, language
from tests.bot.room.conftest import OpenPage

CHANNEL = Room("discord", "7", "9")
PLAYING = """(({ metadata, playbackState }) => [metadata?.title, metadata?.artist, playbackState])(
  navigator.mediaSession)"""


async def test_each_party_is_an_app(party: PartyService, room: str, web: aiohttp.ClientSession) -> None:
    """The lobby's page opens the lobby, and a party's page that party."""
    secret = await party.passes.guest(CHANNEL)
    for path in ("/", f"/party/{secret}"):
        async with web.get(room + path) as answer:
            page = await answer.text()
            assert answer.status == 200
        address = f"{path.rstrip('/')}/manifest.webmanifest"
        assert f'<link rel="manifest" href="{address}">' in page
        async with web.get(room + address) as answer:
            assert answer.content_type == "application/manifest+json"
            told = await answer.json(content_type=None)
        assert (told["start_url"], told["scope"], told["display"]) == (path, path, "standalone")
        for icon in told["icons"]:
            async with web.get(room + icon["src"]) as answer:
                assert (answer.status, answer.content_type) == (200, icon["type"])
        assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}


async def test_the_browser_takes_it(room: str, visit: OpenPage) -> None:
    """Chromium finds nothing to complain about."""
    page = await visit(room)
    devtools = await page.context.new_cdp_session(page)
    found = await devtools.send("Page.getAppManifest")
    assert found["errors"] == []
    assert found["url"] == f"{room}/manifest.webmanifest"
    missing = (await devtools.send("Page.getInstallabilityErrors"))["installabilityErrors"]
    assert {each["errorId"] for each in missing} <= {"in-incognito"}  # as every context of a test is


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_link_that_leads_nowhere(room: str, web: aiohttp.ClientSession, code: str) -> None:
    """Whoever has a guessed or old one reads what to do, in their language, and finds the lobby."""
    headers = {"Accept-Language": code.replace("_", "-")}
    async with web.get(f"{room}/party/{'x' * 32}", headers=headers) as answer:
        page = await answer.text()
        assert answer.status == 404
    assert language(code).say("This party isn't here") in page.replace("&#x27;", "'")
    assert 'href="/"' in page
    assert "<script" not in page


async def test_what_plays_is_told_to_the_system(party: PartyService, room: str, visit: OpenPage) -> None:
    """Title, artist, and whether it plays."""
    page = await visit(room)
    await page.locator("html:not(.coming)").wait_for()
    assert await page.evaluate("navigator.mediaSession.playbackState") == "none"
    host = Member("web", "host", "Host", moderator=True, manager=True)
    await party.queue.add(LOBBY, host, "take on me")
    await expect(page.locator("#now-title")).to_have_text("Take on Me")
    assert await page.evaluate(PLAYING) == ["Take on Me", "a-ha", "playing"]
    await party.playback.pause(LOBBY, host)
    await expect(page.locator("#stage-title")).to_contain_text("Paused")
    assert await page.evaluate("navigator.mediaSession.playbackState") == "paused"
