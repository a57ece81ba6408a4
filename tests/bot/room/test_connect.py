"""The pages that connect a Spotify account, over HTTP and in a browser, with a Spotify on loopback."""

from __future__ import annotations

import logging
import re
import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from bot.party.words import Member
from bot.room import open_room
from bot.room.connect import COOKIE, ConnectPages
from bot.service import PartyService
from bot.slack.names import names
from bot.wording.languages import language
from db.store import Store
from tests.bot.room.conftest import OpenPage
from tests.bot.spotify.stage import Stage, process
from tests.conftest import ANNA, BEN, Clock
from tests.fakes.spotify_model import FakeUser
from tests.fakes.spotify_server import FakeSpotify

HOSTILE = "<script>alert(1)</script>\"'&{name}$title"


@dataclass
class Answer:
    """What a browser got, without having followed it."""

    status: int
    headers: dict[str, str]
    text: str
    cookie: str | None  # what it was given to keep


class Browser:
    """A browser of somebody's own, which follows nothing by itself."""

    def __init__(self, session: aiohttp.ClientSession, room: str) -> None:
        self._session, self._room = session, room
        self.cookie: str | None = None

    async def ask(self, method: str, url: str, **headers: str) -> Answer:
        """One request; a cookie is kept, or thrown away if told so."""
        cookies = {"Cookie": f"{COOKIE}={self.cookie}"} if self.cookie else {}
        async with self._session.request(
            method, url, headers={**cookies, **headers}, allow_redirects=False
        ) as answer:
            set_cookie = answer.headers.get("Set-Cookie")
            if set_cookie is not None:
                given = answer.cookies[COOKIE]
                self.cookie = given.value if given["max-age"] != "0" else None
            return Answer(answer.status, dict(answer.headers), await answer.text(), set_cookie)

    async def press(self, link: str) -> Answer:
        """Presses the button of the page."""
        return await self.ask("POST", link, Origin=self._room)


@dataclass
class House:
    """An open room with its pages, and what is behind them."""

    url: str
    stage: Stage
    web: aiohttp.ClientSession

    def browser(self) -> Browser:
        """Somebody's."""
        return Browser(self.web, self.url)

    async def away(self, browser: Browser, user: FakeUser, member: Member = ANNA) -> str:
        """A member goes to Spotify and agrees there: where the browser is sent back to."""
        sent = await browser.press(await self.stage.accounts.connect(member, ""))
        assert sent.status == 303
        return await self.stage.fake.agree(sent.headers["Location"], user)


@pytest.fixture
async def fake(clock: Clock) -> AsyncIterator[FakeSpotify]:
    """Spotify, with the tests' time."""
    async with FakeSpotify(clock=clock) as fake:
        yield fake


@pytest.fixture
def anna(fake: FakeSpotify) -> FakeUser:
    """Whose account it is at Spotify."""
    return fake.user("Anna S")


@pytest.fixture
async def house(
    party: PartyService, store: Store, fake: FakeSpotify, clock: Clock, web: aiohttp.ClientSession
) -> AsyncIterator[House]:
    """A room whose address is known beforehand, as an operator's is."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = int(free.getsockname()[1])
    public_url = f"http://127.0.0.1:{port}"
    async with process(store, fake, clock, public_url=public_url) as stage:
        pages = ConnectPages(stage.accounts, public_url, fake.accounts_url, names())
        async with open_room(party, "127.0.0.1", port, (), [pages.add_routes]) as url:
            yield House(url, stage, web)


async def test_an_account_is_connected_in_a_browser(
    house: House, visit: OpenPage, fake: FakeSpotify, anna: FakeUser
) -> None:
    """A real browser sends the form, keeps the cookie to itself, and is told what to do next."""
    fake.browser_user = anna
    page = await visit(await house.stage.accounts.connect(ANNA, ""), width=390)
    await page.get_by_role("button", name="Connect Spotify for Anna (Discord)").click()
    await page.get_by_role("button", name="Agree").click()
    await page.get_by_role("heading", name="Connected as Anna S").wait_for()
    assert await page.context.cookies() == []
    assert await house.stage.accounts.account(ANNA) is not None
    await page.reload()
    await page.get_by_text("This link was already used").wait_for()


async def test_a_link_says_whose_it_is_and_stays_good(house: House) -> None:
    """A chat's preview, however often, neither uses it up nor gets a cookie."""
    link = await house.stage.accounts.connect(ANNA, "")
    for method in ("GET", "HEAD", "GET"):
        answer = await house.browser().ask(method, link)
        assert (answer.status, answer.cookie) == (200, None)
    assert "<b>Anna</b> (Discord)" in answer.text
    assert (await house.browser().press(link)).status == 303


async def test_the_pages_keep_to_themselves(house: House, anna: FakeUser) -> None:
    """No script, no memory, no frame, and what leads here is told to nobody else."""
    browser, link = house.browser(), await house.stage.accounts.connect(ANNA, "")
    asked = await browser.ask("GET", link)
    sent = await browser.press(link)
    back = await browser.ask("GET", await house.stage.fake.agree(sent.headers["Location"], anna))
    for answer in (asked, sent, back, await browser.ask("GET", link)):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "frame-ancestors 'none'" in policy
        assert policy.endswith(f"form-action 'self' {house.stage.fake.accounts_url}")
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] in {"no-referrer", "same-origin"}
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert not re.search(r"<script|\son\w+=|\sstyle=", answer.text)
    assert back.headers["Referrer-Policy"] == "no-referrer"


async def test_the_cookie_is_for_these_pages_alone(house: House, anna: FakeUser) -> None:
    """Out of reach for scripts and other sites' forms, for ten minutes, and gone after the way back."""
    browser = house.browser()
    sent = await browser.press(await house.stage.accounts.connect(ANNA, ""))
    parts = {part.strip() for part in (sent.cookie or "").split(";")}
    assert {"HttpOnly", "SameSite=Lax", "Path=/spotify", "Max-Age=600"} <= parts
    assert "Secure" not in parts
    assert browser.cookie
    assert browser.cookie not in sent.headers["Location"]
    assert (await browser.ask("GET", f"{house.url}/spotify/callback?state=a&code=b")).status == 410
    assert browser.cookie is None


async def test_over_https_the_cookie_is_for_https_alone(
    house: House, party: PartyService, web: aiohttp.ClientSession
) -> None:
    """What was given over TLS never travels without."""
    pages = ConnectPages(
        house.stage.accounts, "https://party.example", house.stage.fake.accounts_url, names()
    )
    link = await house.stage.accounts.connect(ANNA, "")
    async with open_room(party, "127.0.0.1", 0, ["party.example"], [pages.add_routes]) as url:
        headers = {"Origin": "https://party.example", "Host": "party.example"}
        path = url + urlsplit(link).path
        async with web.post(path, headers=headers, allow_redirects=False) as answer:
            assert answer.status == 303
            assert "Secure" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize(
    "origin", [None, "null", "http://evil.example", "https://{host}", "http://localhost"]
)
async def test_another_sites_form_is_refused(house: House, origin: str | None) -> None:
    """Nobody is sent to Spotify by a page that is not ours, and the link stays good."""
    link = await house.stage.accounts.connect(ANNA, "")
    headers = {"Origin": origin.format(host=urlsplit(house.url).netloc)} if origin else {}
    answer = await house.browser().ask("POST", link, **headers)
    assert (answer.status, answer.cookie) == (403, None)
    assert await house.stage.accounts.begin(link.rpartition("/")[2]) is not None


async def test_a_link_is_pressed_once(house: House, clock: Clock) -> None:
    """A second press, a late one and an invented link say to ask for a new one."""
    used, late = [await house.stage.accounts.connect(ANNA, "") for _ in range(2)]
    assert (await house.browser().press(used)).status == 303
    clock.pass_by(minutes=10)
    for link in (used, late, f"{house.url}/spotify/connect/invented", f"{house.url}/spotify/connect/%ff%00"):
        for answer in (await house.browser().press(link), await house.browser().ask("GET", link)):
            assert (answer.status, answer.cookie) == (410, None)
            assert "/spotify connect" in answer.text


@pytest.mark.parametrize("wrong", ["replayed", "other browser", "no cookie", "late", "swapped", "no state"])
async def test_an_answer_that_does_not_belong_connects_nothing(
    house: House, anna: FakeUser, clock: Clock, wrong: str
) -> None:
    """It is one kind sentence with a fitting status, whatever does not belong."""
    browser, member = house.browser(), ANNA
    back = await house.away(browser, anna)
    match wrong:
        case "replayed":
            other = Browser(house.web, house.url)
            other.cookie = browser.cookie
            assert (await other.ask("GET", back)).status == 200
            await house.stage.accounts.disconnect(ANNA)
        case "other browser":
            browser, member = house.browser(), BEN
            await house.away(browser, anna, BEN)
        case "no cookie":
            browser = house.browser()
        case "late":
            clock.pass_by(minutes=10)
        case "swapped":
            browser, member = house.browser(), BEN
            state = parse_qs(urlsplit(await house.away(browser, anna, BEN)).query)["state"][0]
            code = parse_qs(urlsplit(back).query)["code"][0]
            back = f"{house.url}/spotify/callback?code={code}&state={state}"
        case "no state":
            back = back.partition("&state")[0]
    answer = await browser.ask("GET", back)
    assert answer.status == 410
    assert "This link was already used" in answer.text
    assert browser.cookie is None
    for each in (ANNA, member):
        assert await house.stage.accounts.account(each) is None


@pytest.mark.parametrize("name", ["redirect", "next", "redirect_uri", "return_to", "url"])
async def test_nobody_is_sent_where_a_request_says(house: House, anna: FakeUser, name: str) -> None:
    """No parameter changes where the way leads, there or back."""
    more, browser = f"{name}=https%3A%2F%2Fevil.example", house.browser()
    link = f"{await house.stage.accounts.connect(ANNA, '')}?{more}"
    assert "evil" not in (await browser.ask("GET", link)).text
    sent = await browser.press(link)
    assert sent.headers["Location"].startswith(f"{house.stage.fake.accounts_url}/authorize?")
    assert "evil" not in sent.headers["Location"]
    back = await browser.ask("GET", f"{await house.stage.fake.agree(sent.headers['Location'], anna)}&{more}")
    assert back.status == 200
    assert "Location" not in back.headers
    assert "evil" not in back.text


async def test_who_says_no_is_told_so(house: House, anna: FakeUser) -> None:
    """Nothing is connected, and the state is used up."""
    browser = house.browser()
    sent = await browser.press(await house.stage.accounts.connect(ANNA, ""))
    back = await house.stage.fake.deny(sent.headers["Location"], anna)
    answer = await browser.ask("GET", back)
    assert answer.status == 403
    assert "You said no at Spotify" in answer.text
    assert (await browser.ask("GET", back)).status == 410


async def test_a_fault_of_spotifys_is_told(house: House, anna: FakeUser) -> None:
    """With a status that says that it is not the browser's."""
    browser = house.browser()
    back = await house.away(browser, anna)
    house.stage.fake.fail(503, "/api/token")
    answer = await browser.ask("GET", back)
    assert answer.status == 503
    assert "isn't answering" in answer.text


async def test_a_fault_of_ours_is_told_with_a_number(
    house: House, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The browser learns a number that the log has, and neither has the link."""
    link = await house.stage.accounts.connect(ANNA, "")
    with closing(sqlite3.connect(database_url.partition(":///")[2])) as database:
        database.execute("DROP TABLE spotify_logins")
    answer = await house.browser().press(link)
    assert answer.status == 500
    found = re.search(r"\(error (\w+)\)", answer.text)
    assert found
    assert found[1] in caplog.text
    assert link.rpartition("/")[2] not in caplog.text + answer.text


async def test_names_stay_text(house: House, fake: FakeSpotify) -> None:
    """A name from a chat or from Spotify is shown as it is written, and is nothing else."""
    shown = "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&amp;{name}$title"
    browser, member = house.browser(), Member("discord", "9", HOSTILE)
    link = await house.stage.accounts.connect(member, "")
    asked = (await browser.ask("GET", link)).text
    fake_name = fake.user("plain")
    fake_name.name = HOSTILE
    back = (await browser.ask("GET", await house.away(browser, fake_name, member))).text
    for text in (asked, back):
        assert shown in text
        assert "<script" not in text


@pytest.mark.parametrize(
    ("wished", "lang"),
    [
        ("de-DE,de;q=0.9,en;q=0.8", "de"),
        ("tlh, fr;q=0.5, es ; q=0.9", "es"),
        ("pt-BR", "pt-BR"),
        ("zh-CN,zh;q=0.9", "zh-CN"),
        ("en-US,de;q=0.5", "en"),
        ("de;q=0, *", "en"),
        ("de;q=9;;;,\"'<>", "de"),
        ("", "en"),
    ],
)
async def test_the_pages_are_in_the_browsers_language(house: House, wished: str, lang: str) -> None:
    """The most wished-for that is spoken here, else English."""
    link = f"{house.url}/spotify/connect/invented"
    answer = await house.browser().ask("GET", link, **{"Accept-Language": wished})
    assert f'<html lang="{lang}">' in answer.text


BUTTONS = ("Play", "Save as a playlist", "Connect Spotify")


@pytest.mark.parametrize(
    ("platform", "play", "save", "connect"),
    [
        ("discord", "/abspielen", "/speichern", "/spotify verbinden"),
        ("slack", "/play", "/save", "/spotify connect"),
        ("web", *(f"“{language('de').say(button)}”" for button in BUTTONS)),
    ],
)
async def test_the_pages_name_what_the_member_has(
    house: House, anna: FakeUser, platform: str, play: str, save: str, connect: str
) -> None:
    """Each platform's own commands or buttons, in a page in any language, on a no, before and afterwards."""
    member, browser, german = Member(platform, "7", "Anna"), house.browser(), {"Accept-Language": "de"}
    sent = await browser.press(await house.stage.accounts.connect(member, ""))
    no = await browser.ask("GET", await house.stage.fake.deny(sent.headers["Location"], anna), **german)
    asked = await browser.ask("GET", await house.stage.accounts.connect(member, ""), **german)
    back = await browser.ask("GET", await house.away(browser, anna, member), **german)
    for page in (asked, back):
        assert f" {play}" in page.text
        assert f" {save}" in page.text
    assert f" {connect}" in no.text


async def test_an_app_with_one_command_is_named_so(
    house: House, party: PartyService, web: aiohttp.ClientSession
) -> None:
    """Where Slack's app has `/party` alone, the page names no command that is not there."""
    accounts, away = house.stage.accounts, house.stage.fake.accounts_url
    pages = ConnectPages(accounts, "http://127.0.0.1:8080", away, names("", "party"))
    link = await accounts.connect(Member("slack", "7", "Anna"), "")
    room = open_room(party, "127.0.0.1", 0, (), [pages.add_routes])
    async with room as url, web.get(url + urlsplit(link).path) as answer:
        page = await answer.text()
    assert {"/party play", "/party save", "/party import", "/party spotify disconnect"} <= {
        found[0] for found in re.finditer(r"/party (spotify )?\w+", page)
    }
    assert not re.search(r" /(play|save|import|spotify)", page)


async def test_no_secret_is_logged_on_the_way(
    house: House, anna: FakeUser, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes well or wrong, the log of debugging has nothing to get in with."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(logging.getLogger("aiohttp.access"), "disabled", True)  # the fake's; we have none
    browser = house.browser()
    link = await house.stage.accounts.connect(ANNA, "")
    await browser.ask("GET", link)
    sent = await browser.press(link)
    cookie = browser.cookie
    back = await house.stage.fake.agree(sent.headers["Location"], anna)
    for _ in range(2):
        await browser.ask("GET", back)
    query = parse_qs(urlsplit(back).query)
    assert cookie
    assert await house.stage.accounts.account(ANNA) is not None
    secrets = [link.rpartition("/")[2], cookie, query["state"][0], query["code"][0]]
    assert "urllib3" in caplog.text
    assert not [secret for secret in secrets if secret in caplog.text]
