"""A room on a free port, visitors that speak its protocol, and a real browser."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from bot.party.words import Member
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.room import open_room
from bot.service import PartyService
from db.store import Store
from tests.bot.room.ears import with_ears
from tests.bot.room.sound_stage import SoundRoom, sound_room
from tests.bot.room.speaker_stage import SpeakerRoom, speaker_room
from tests.bot.room.visitor import Visitor, connect
from tests.conftest import Clock
from tests.patience import PATIENCE_S

HOST = Member("web", "the host", "Hanna", moderator=True, manager=True)
"""Somebody who may choose what holds for everybody."""
Enter = Callable[[str | None], Awaitable[Visitor]]
"""Lets somebody in, under a name or as an onlooker."""

OpenPage = Callable[..., Awaitable[Page]]
"""Opens an address in a browser of somebody's own: url, then name and width if they matter."""
OpenEars = Callable[..., Awaitable[Page]]
"""Opens a page that hears itself, the host's unless a path is said."""

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
CHROMIUM_ARGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STARTED_BY_PLAYWRIGHT = [
    "--hide-scrollbars",
    "--mute-audio",
    "--force-color-profile=srgb",
    "--disable-extensions",
    "--disable-default-apps",
    "--no-default-browser-check",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-dev-shm-usage",
    "--password-store=basic",
    "--use-mock-keychain",
]
"""What Playwright gives a Chromium that it starts by itself: nothing waits, scrollbars lie over the page."""

PATIENCE_MS = 1000 * PATIENCE_S
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture
async def room(party: PartyService) -> AsyncIterator[str]:
    """The address of an open room."""
    async with open_room(party, "127.0.0.1", 0) as url:
        yield url


@pytest.fixture
async def web() -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP client."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def enter(room: str, web: aiohttp.ClientSession) -> AsyncIterator[Enter]:
    """A way in; everybody leaves in the end."""
    async with AsyncExitStack() as stack:

        async def come_in(name: str | None) -> Visitor:
            visitor = await stack.enter_async_context(connect(web, room))
            if name is not None:
                assert (await visitor.hello(name))["ok"]
            return visitor

        yield come_in


@pytest.fixture
async def sounding(
    store: Store,
    catalogue: Catalogue,
    recommender: Recommender,
    clock: Clock,
    web: aiohttp.ClientSession,
) -> AsyncIterator[SoundRoom]:
    """An open room with Spotify."""
    async with sound_room(store, catalogue, recommender, clock, web) as room:
        yield room


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where one headless Chromium for all tests is steered: starting one takes longer than most of them."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine")
    folder = tmp_path_factory.mktemp("chromium")
    own = [*STARTED_BY_PLAYWRIGHT, "--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank"]
    begun = [CHROMIUM, *CHROMIUM_ARGS, *own]
    with subprocess.Popen(begun, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
        assert process.stderr is not None
        for line in process.stderr:
            if address := re.search(r"DevTools listening on (ws://\S+)", line):
                break
        else:
            raise RuntimeError("Chromium did not say where it is steered")
        # Nobody reads what else it complains of; a full pipe would hold it up.
        threading.Thread(target=deque, args=(process.stderr, 0), daemon=True).start()
        yield address[1]
        process.terminate()


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """Headless Chromium; what a test opens in it is closed with the test."""
    async with async_playwright() as playwright:
        steered = await playwright.chromium.connect_over_cdp(chromium, timeout=PATIENCE_MS)
        yield steered
        await steered.close()


@pytest.fixture
async def visit(browser: Browser) -> OpenPage:
    """Opens an address as somebody else each time: nothing is shared between the pages."""

    async def open_page(url: str, name: str | None = None, width: int = 1280) -> Page:
        context = await browser.new_context(
            viewport=ViewportSize(width=width, height=844), reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE_MS)
        page = await context.new_page()
        await page.goto(url)
        if name is not None:
            await page.get_by_role("button", name="Pick a name").click()
            await page.get_by_role("textbox", name="Your name").fill(name)
            await page.get_by_role("button", name="Join in").click()
            await page.get_by_role("button", name=f"You are {name}").wait_for()
        return page

    return open_page


@pytest.fixture
async def loud(
    store: Store, catalogue: Catalogue, recommender: Recommender, tmp_path: Path
) -> AsyncIterator[SpeakerRoom]:
    """A room whose songs sound."""
    async with speaker_room(store, catalogue, recommender, tmp_path / "music") as room:
        yield room


@pytest.fixture
async def listen(browser: Browser, loud: SpeakerRoom) -> AsyncIterator[OpenEars]:
    """Opens a page that hears itself; what it complains of fails the test."""
    complaints: list[str] = []

    async def opened(
        path: str | None = None, name: str | None = "Hanna", script: str = "", **looks: Any
    ) -> Page:
        context = await browser.new_context(**{"viewport": {"width": 1280, "height": 844}, **looks})
        context.set_default_timeout(PATIENCE_MS)
        await with_ears(context)
        await context.add_init_script(script)
        page = await context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(loud.url + path if path is not None else await loud.host_url())
        if name is not None:
            await page.get_by_role("button", name="Pick a name").click()
            await page.get_by_role("textbox", name="Your name").fill(name)
            await page.get_by_role("button", name="Join in").click()
            await page.get_by_role("button", name=f"You are {name}").wait_for()
        return page

    yield opened
    assert complaints == []
