"""The page's own figures, in a real browser: what it loads, when it can be used, what a change costs it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from statistics import median
from typing import Any

from playwright.async_api import Browser, CDPSession, Page, async_playwright

from tests.bot.room.conftest import CHROMIUM, CHROMIUM_ARGS
from tests.measure.house import open_process
from tests.measure.promises import Promise, Run, at_most
from tests.measure.room.crowd import Guest, come

SONGS_EACH, MANY = 10, 500
FIRST_KB, SECOND_KB, REQUESTS, USABLE_MS, RISE_MS = 70.0, 3.0, 8, 1000.0, 50.0
VISITS, RISES = 5, 5
SETTLED_MS = 1_500
SLOWED = 4
PX_A_FRAME = 60
"""How fast one scrolls: 3,600 pixels a second, four screens of a phone."""
USABLE = """new MutationObserver((_, watch) => {
  if (!document.documentElement || document.documentElement.classList.contains("coming")) return;
  if (!document.getElementById("song")) return;
  window.usableMs = performance.now();
  watch.disconnect();
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["class"] });"""
SCROLL = """async (step) => {
  const frames = [];
  let last = performance.now();
  for (let number = 0; number < 240; number += 1) {
    scrollBy(0, step);
    await new Promise(requestAnimationFrame);
    frames.push(performance.now() - last);
    last = performance.now();
  }
  return 1000 * frames.length / frames.reduce((sum, each) => sum + each, 0);
}"""


@dataclass
class Relay:
    """Passes everything between a browser and the bot on, and counts it."""

    to: int
    port: int = 0
    received: int = 0
    _going: set[asyncio.Task[None]] = field(default_factory=set)

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one connection."""
        theirs, ours = await asyncio.open_connection("127.0.0.1", self.to)
        await asyncio.gather(self._pass(reader, ours), self._pass(theirs, writer, counts=True))

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counts: bool = False
    ) -> None:
        try:
            while data := await reader.read(65_536):
                self.received += len(data) * counts
                writer.write(data)
        except ConnectionError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def relayed(port: int) -> AsyncIterator[Relay]:
    """A relay to this port, on a free one of its own."""
    relay = Relay(port)
    server = await asyncio.start_server(relay.meet, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    yield relay
    server.close()


async def _loads(browser: Browser, relay: Relay) -> list[Promise]:
    """What the first load takes and what a second one takes, several times over."""
    scene = "C: the page is opened, 200 songs"
    first_kb, second_kb, requests, usable = [], [], [], []
    for _ in range(VISITS):
        context = await browser.new_context(viewport={"width": 390, "height": 844})
        await context.add_init_script(USABLE)
        page = await context.new_page()
        asked: list[str] = []
        _note(page, asked)
        before = relay.received
        await page.goto(f"http://127.0.0.1:{relay.port}")
        await page.locator("html:not(.coming)").wait_for()
        usable.append(float(await page.evaluate("window.usableMs")))
        await page.wait_for_timeout(SETTLED_MS)
        first_kb.append((relay.received - before) / 1000)
        requests.append(len(asked))
        second_kb.append(await _again(page) / 1000)
        await context.close()
    return [
        at_most(scene, "over the wire at first, with the party", max(first_kb), FIRST_KB, "KB"),
        at_most(scene, "requests at first", max(requests), REQUESTS, ""),
        at_most(scene, "until it can be used, median", median(usable), USABLE_MS, "ms"),
        at_most(scene, "of files at a second visit", max(second_kb), SECOND_KB, "KB"),
    ]


def _note(page: Page, asked: list[str]) -> None:
    """Notes all that a page asks for."""
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda line: asked.append(line.url))


async def _again(page: Page) -> float:
    """How many bytes of HTTP the page takes when it is loaded once more."""
    devtools = await page.context.new_cdp_session(page)
    sizes: list[float] = []
    devtools.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
    await devtools.send("Network.enable")
    await page.goto(page.url)
    await page.wait_for_timeout(SETTLED_MS)
    return sum(sizes)


async def _spent(devtools: CDPSession, page: Page, work: Callable[[], Awaitable[Any]] | None = None) -> float:
    """How many milliseconds of its core the page's main thread takes in a while, and for some work in it."""

    async def so_far() -> float:
        told = await devtools.send("Performance.getMetrics")
        return 1000 * float(next(each["value"] for each in told["metrics"] if each["name"] == "TaskDuration"))

    before = await so_far()
    if work:
        await work()
    await page.wait_for_timeout(SETTLED_MS)
    return await so_far() - before


async def _long_queue(browser: Browser, relay: Relay, guests: list[Guest]) -> list[Promise]:
    """What a page does for a song that rises from the end of a long queue to its top, and how it scrolls."""
    scene = f"D: a page with {MANY} songs"
    page = await browser.new_page(viewport={"width": 390, "height": 844})
    await page.goto(f"http://127.0.0.1:{relay.port}")
    await page.locator("#queue-all").click()
    await page.wait_for_timeout(SETTLED_MS)
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    took = []
    for number in range(RISES):
        idle_ms = await _spent(devtools, page)
        last = await page.locator("#queue > li").last.get_attribute("data-entry")
        vote = partial(guests[number].ask, "vote", entry=int(last or 0), value=1)
        took.append(await _spent(devtools, page, vote) - idle_ms)
    await devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    frames = await page.evaluate(SCROLL, PX_A_FRAME)
    await page.close()
    return [
        at_most(scene, "of the main thread for a song that rises, median", median(took), RISE_MS, "ms"),
        Promise(scene, f"scrolling, on a core {SLOWED} times as slow", f"{frames:.0f} frames/s"),
    ]


async def _fill(guests: list[Guest], songs: int) -> None:
    """Queues songs that no catalogue knows, so many of each guest as the room lets them have."""
    for guest in guests[: songs // SONGS_EACH]:
        name = guests.index(guest)
        texts = [f"Zz{letter}{name}q Vlorp - Qwzx Mump {name}" for letter in "bcdfghjklm"]
        answer = await guest.ask("add", song="\n".join(texts))
        if not answer["ok"]:
            raise RuntimeError(f"the queue was not filled: {answer}")


async def figures(run: Run, port: int, opened: Callable[[str], Awaitable[None]]) -> list[Promise]:
    """Opens the page of a bot of its own on this port, and says what was promised of it and what it took.

    `opened` waits until the room answers at an address.
    """
    arguments = (f"sqlite+aiosqlite:///{run.folder / 'page.db'}", str(port))
    url = f"http://127.0.0.1:{port}"
    async with (
        open_process("tests.measure.room.house", arguments),
        relayed(port) as relay,
        async_playwright() as playwright,
    ):
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        await opened(url)
        async with come(url, range(MANY // SONGS_EACH)) as guests:
            everybody = list(guests)
            await _fill(everybody, 200)
            loads = await _loads(browser, relay)
            await _fill(everybody[20:], MANY - 200)
            long_queue = await _long_queue(browser, relay, everybody)
        await browser.close()
    return [*loads, *long_queue]
