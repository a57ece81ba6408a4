"""The page that is kept of a night: what it shows to whom, what it keeps to itself, and how it looks."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from html import unescape

import aiohttp
import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from bot.party.errors import NightGone, NightKept
from bot.party.words import Member, Room
from bot.room.hub import LOBBY
from bot.service import PartyService
from bot.takeaway.files import COLUMNS, Form
from bot.wording.languages import LANGUAGES, language
from tests.bot.room.axe import broken_words, faults, small_targets
from tests.bot.room.conftest import Enter, OpenPage
from tests.bot.room.visitor import dial
from tests.conftest import ANNA, BEN, MOD, ROOM, Clock
from tests.patience import PATIENCE_S

HOSTILE = Member(
    "discord", "314159265358979", '<img src="https://evil.example/x" onerror=alert(1)>\u202eannA'
)
SONGS = ("mr brightside", "take on me", "wonderwall", "africa toto")
Keep = Callable[..., Awaitable[str]]
"""Has a party that is over, and returns the secret of its page: songs, and what the place is called."""


@pytest.fixture
def keep(party: PartyService, clock: Clock) -> Keep:
    """A way to one."""

    async def kept(*songs: str, title: str = "", room: Room = ROOM) -> str:
        for number, song in enumerate(songs or SONGS):
            added = await party.queue.add(room, (ANNA, BEN, HOSTILE)[number % 3], song)
            await party.ballots.vote(room, HOSTILE, added.entry.id, 1)
            clock.pass_by(minutes=10)
            await party.clock.play_on()
        await party.queue.add(room, BEN, "hey jude")
        await party.queue.skip(room, MOD)
        await party.queue.add(room, BEN, "creep radiohead")
        await party.queue.add(room, BEN, "<b>Waiting</b> - Nobody")
        return (await party.end(room, MOD, title, title)).night

    return kept


async def read(web: aiohttp.ClientSession, url: str, **headers: str) -> tuple[aiohttp.ClientResponse, str]:
    """What is at an address."""
    async with web.get(url, headers=headers) as response:
        return response, await response.text()


async def test_what_the_page_shows(room: str, web: aiohttp.ClientSession, keep: Keep) -> None:
    """All that was, to whoever has the link: search engines, caches and other sites learn nothing."""
    response, page = await read(web, f"{room}/night/{await keep(title='kitchen')}")
    assert response.status == 200
    for said in ("The night in #kitchen", "Mr. Brightside", "The Killers", "Anna", "Ben", "Most loved"):
        assert said in page, said
    for said in ("Didn't get its turn", "skipped", "5 songs · 3 people · 40 min", "1 vote for it"):
        assert said in unescape(page), said
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert '<meta name="robots" content="noindex">' in page
    addresses = re.findall(r'(?:src|href|action|content)="([^"]*)"', page)
    assert [each for each in addresses if "//" in each] == []


async def test_nobodys_id_is_on_it(room: str, web: aiohttp.ClientSession, keep: Keep) -> None:
    """Neither a member's, nor the channel's, nor the server's, in no form of it."""
    place = Room("discord", "271828182845904", "161803398874989")
    secret = await keep(room=place)
    for form in ("", *(f"/{each}" for each in Form)):
        _, text = await read(web, f"{room}/night/{secret}{form}")
        for number in (HOSTILE.user_id, place.workspace, place.channel):
            assert number not in text, form


async def test_texts_from_outside_are_texts(room: str, web: aiohttp.ClientSession, keep: Keep) -> None:
    """HTML, overrides of direction and endless letters, in names, titles and what the place is called."""
    secret = await keep(
        "<script>alert(1)</script> - \u202eEvil\u202e",
        "x" * 140 + " - " + "y" * 140,
        "wonderwall",
        "'\"><svg onload=alert(1)> - &amp;",
        title="</title><script>alert(2)</script>" + "z" * 5000,
    )
    _, page = await read(web, f"{room}/night/{secret}")
    own = re.compile('<script type="module" src="/static/[^"]+">')
    assert all(own.fullmatch(each) for each in re.findall(r"<script[^>]*>", page))
    assert '<img src="https' not in page
    assert "<svg onload" not in page
    assert "<b>Waiting" not in page
    assert "\u202e" not in page
    assert "z" * 100 not in page
    assert "x" * 100 not in page


@pytest.mark.parametrize("code", LANGUAGES)
async def test_it_speaks_the_readers_language(
    room: str, web: aiohttp.ClientSession, keep: Keep, code: str
) -> None:
    """Its texts, the date and the numbers; a choice on the page counts for more."""
    tag, words = code.replace("_", "-"), language(code)
    secret = await keep()
    for address, wished in ((f"{room}/night/{secret}", tag), (f"{room}/night/{secret}?language={tag}", "sv")):
        _, page = await read(web, address, **{"Accept-Language": wished})
        assert f'<html lang="{tag}"' in page
        assert words.say("A night to keep") in page
        assert words.day(1_800_000_000_000) in page
        assert words.count("{number} song", "{number} songs", 5) in page
    assert (words.day(1_800_000_000_000) == language("en").day(1_800_000_000_000)) is (code == "en")


async def test_a_link_that_leads_nowhere(
    room: str, web: aiohttp.ClientSession, keep: Keep, party: PartyService, clock: Clock
) -> None:
    """Guessed, mistyped or too old: a page says so, in the reader's language, and so do its map and files."""
    secret = await keep()
    links = ["guess", secret[:-1], secret.swapcase(), secret + "x", "x" * 5000, "%ED%A0%80", "..%2f..%2fetc"]
    for link in links:
        response, page = await read(web, f"{room}/night/{link}")
        assert response.status == 404
        assert NightGone.text in page or link.startswith("..")
    _, page = await read(web, f"{room}/night/guess", **{"Accept-Language": "de"})
    assert '<html lang="de"' in page
    assert language("de").say(NightGone.text) in page
    clock.pass_by(hours=24 * 30 + 1)
    for more in ("", "/map.png", "/csv", "/m3u"):
        assert (await read(web, f"{room}/night/{secret}{more}"))[0].status == 404
    assert (await read(web, f"{room}/night/{secret}/docx"))[0].status == 404


@pytest.mark.parametrize("form", Form)
async def test_what_is_taken_home(room: str, web: aiohttp.ClientSession, keep: Keep, form: Form) -> None:
    """The songs in order, in every form that /export has, under a name of its own."""
    secret = await keep(title="kitchen")
    response, text = await read(web, f"{room}/night/{secret}/{form}")
    assert response.status == 200
    named = response.headers["Content-Disposition"]
    assert named.startswith("attachment; filename*=UTF-8''The%20night%20in%20%23kitchen")
    assert response.headers["Cache-Control"] == "private, no-cache"
    for title in ("Mr. Brightside", "Take on Me", "Wonderwall", "Africa", "Hey Jude"):
        assert title in text
    if form is Form.CSV:
        head, *rows = csv.reader(io.StringIO(text.lstrip("\ufeff")))
        assert tuple(head) == COLUMNS
        assert len(rows) == 6
        assert rows[0][-1].startswith("https://open.spotify.com/track/")
    if form is Form.JSPF:
        assert len(json.loads(text)["playlist"]["track"]) == 6


async def test_the_map_is_drawn_once(
    room: str,
    web: aiohttp.ClientSession,
    keep: Keep,
    party: PartyService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever looks at it next gets the same picture; when somebody was forgotten it is another one."""
    secret = await keep()
    url = f"{room}/night/{secret}/map.png"
    async with web.get(url) as response:
        assert (response.status, response.content_type) == (200, "image/png")
        first = await response.read()
    assert first.startswith(b"\x89PNG")
    monkeypatch.setattr("bot.takeaway.mapping.TIMEOUT_S", 0.0)  # nothing can be drawn any more
    async with web.get(url) as response:
        assert await response.read() == first
    await party.forget(HOSTILE)
    async with web.get(url) as response:
        assert response.status == 503
    monkeypatch.setattr("bot.takeaway.mapping.TIMEOUT_S", PATIENCE_S)
    async with web.get(url) as response:
        assert (response.status, await response.read() != first) == (200, True)
    _, page = await read(web, f"{room}/night/{secret}")
    assert "A map of 5 songs of this night" in page
    assert "annA" not in page


async def test_where_nothing_is_known_there_is_no_map(
    room: str, web: aiohttp.ClientSession, party: PartyService, clock: Clock
) -> None:
    """Songs that the model has never heard of lie nowhere; the page is there all the same."""
    for number in range(3):
        await party.queue.add(ROOM, ANNA, f"Zzyzx Number {number} - The Colemak Band")
        clock.pass_by(minutes=10)
        await party.clock.play_on()
    secret = (await party.end(ROOM, MOD)).night
    response, page = await read(web, f"{room}/night/{secret}")
    assert response.status == 200
    assert "map.png" not in page
    assert (await read(web, f"{room}/night/{secret}/map.png"))[0].status == 404


async def test_names_are_as_they_are_now(
    room: str, web: aiohttp.ClientSession, keep: Keep, party: PartyService
) -> None:
    """Whoever was forgotten is nobody there, and whoever has another name has it there, too."""
    secret = await keep()
    await party.forget(BEN)
    await party.queue.add(Room("discord", "1", "elsewhere"), replace(ANNA, name="Annabel"), "hey jude")
    _, page = await read(web, f"{room}/night/{secret}")
    assert ">Annabel<" in page
    assert ">Ben<" not in page


LOOKS = [(1280, "light", "none"), (390, "dark", "none"), (320, "light", "none"), (900, "light", "active")]


@pytest.mark.parametrize(("width", "scheme", "forced"), LOOKS)
async def test_everybody_can_use_it(
    room: str, browser: Browser, keep: Keep, width: int, scheme: str, forced: str
) -> None:
    """axe-core finds nothing, and nothing stands out to the side, in light, dark and forced colours."""
    secret = await keep(
        *SONGS, "x" * 140 + " - " + "y" * 140, title="a place with a long name and another part to it"
    )
    page = await opened(browser, f"{room}/night/{secret}", width, color_scheme=scheme, forced_colors=forced)
    # Where people choose the colours themselves axe takes the page's text on their ground.
    found = [each for each in await faults(page) if forced == "none" or "color-contrast" not in each]
    assert found == []
    assert await page.evaluate("document.documentElement.scrollWidth") == width
    assert await small_targets(page) == []
    assert set(await broken_words(page)) <= {"x" * 59, "y" * 59, *re.findall(r"\w+", HOSTILE.name)}


async def test_hours_are_the_readers(room: str, browser: Browser, keep: Keep) -> None:
    """The page knows them in UTC, and the browser knows where it is."""
    secret = await keep()
    place = {"timezone_id": "Asia/Tokyo", "locale": "de-DE"}
    page = await opened(browser, f"{room}/night/{secret}", 1280, **place)
    assert await page.locator(".hours").inner_text() == "17:00 – 17:40"
    plain = await opened(browser, f"{room}/night/{secret}", 1280, **place, java_script_enabled=False)
    assert await plain.locator(".hours").inner_text() == "08:00 – 08:40 UTC"
    assert await plain.locator(".log li").count() == 7


HOST = Member("web", "host", "Hanna", moderator=True, manager=True)
GUEST = Member("web", "guest", "Gus")


async def over(party: PartyService, clock: Clock) -> str:
    """The lobby's party is played and ended; returns the secret of its page."""
    for song in SONGS:
        await party.queue.add(LOBBY, GUEST, song)
        clock.pass_by(minutes=10)
        await party.clock.play_on()
    return (await party.end(LOBBY, HOST)).night


async def test_everybody_present_learns_that_the_night_is_over(
    enter: Enter, party: PartyService, clock: Clock
) -> None:
    """In words, and with the link as long as no new party begins; whoever comes later has it, too."""
    anna = await enter("Anna")
    assert (anna.state["over"], anna.state["night"]) == (False, None)
    secret = await over(party, clock)
    state = await anna.until(lambda state: state["over"])
    assert (state["night"], state["playing"], state["queue"]) == (f"/night/{secret}", None, [])
    while not anna.told:
        await anna.hear()
    assert anna.told == [NightKept.text]
    late = await enter(None)
    assert (await late.until(bool))["night"] == f"/night/{secret}"
    clock.pass_by(minutes=1)
    await party.queue.add(LOBBY, GUEST, "hey jude")
    state = await anna.until(lambda state: state["playing"])
    assert (state["over"], state["night"]) == (False, None)


async def test_the_host_ends_it_from_the_page(
    room: str, web: aiohttp.ClientSession, party: PartyService, clock: Clock
) -> None:
    """And is given the link as the page has it: the browser is where the page is already."""
    begun = await party.passes.begin()
    for song in SONGS:
        await party.queue.add(begun.room, GUEST, song)
        clock.pass_by(minutes=10)
        await party.clock.play_on()
    async with dial(web, room) as host:
        assert (await host.enter(begun.host, name="Hanna", secret=host.secret))["ok"]
        answer = await host.ask("end")
        assert answer["ok"]
        assert re.fullmatch(r"/night/[\w-]{32}", answer["url"])
        async with web.get(room + answer["url"]) as response:
            assert response.status == 200
    async with dial(web, room) as guest:
        assert (await guest.enter(begun.guest))["ok"]
        assert (await guest.hello("Ida"))["ok"]
        refused = await guest.ask("end")
        assert refused["kind"] == "ModeratorsOnly"
        assert "Only the host and DJs" in refused["say"]  # a room on the page has no moderators


async def test_the_page_leads_to_the_night(
    room: str, visit: OpenPage, party: PartyService, clock: Clock
) -> None:
    """A link on the stage, until the next song begins."""
    page = await visit(room, "Anna")
    link = page.get_by_role("link", name="See the night")
    assert not await link.is_visible()
    secret = await over(party, clock)
    await expect(link).to_be_visible()
    await expect(page.get_by_role("heading", name="This party is over")).to_be_visible()
    assert await link.get_attribute("href") == f"/night/{secret}"
    clock.pass_by(minutes=1)
    await party.queue.add(LOBBY, GUEST, "hey jude")
    await expect(link).to_be_hidden()


async def test_many_that_did_not_get_their_turn(
    room: str, browser: Browser, party: PartyService, clock: Clock
) -> None:
    """They are no obstacle on the way to the map and the files, and can be looked at."""
    for number in range(20):
        somebody = Member("discord", f"u{number % 5}", "Somebody")
        await party.queue.add(LOBBY, somebody, f"typed:Waiting {number} - Nobody")
    page = await opened(browser, f"{room}/night/{await over(party, clock)}", 390)
    waiting = page.locator(".waiting li")
    assert not await waiting.first.is_visible()
    await page.get_by_text("Didn't get its turn").click()
    assert await waiting.first.is_visible()
    assert await faults(page) == []


async def test_on_paper(room: str, browser: Browser, keep: Keep) -> None:
    """Nothing to press is printed, and all songs are."""
    page = await opened(browser, f"{room}/night/{await keep()}", 760)
    await page.emulate_media(media="print")
    for gone in (".files", ".languages", ".record"):
        assert not await page.locator(gone).is_visible()
    assert await page.locator(".log li").last.is_visible()


async def opened(browser: Browser, url: str, width: int, **how: object) -> Page:
    """A page in a browser of its own, with no complaint in its console."""
    context = await browser.new_context(viewport=ViewportSize(width=width, height=844), **how)  # type: ignore[arg-type]
    page = await context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda asked: said.append(asked.url) if not asked.url.startswith(url[:17]) else None)
    await page.goto(url)
    assert said == []
    return page
