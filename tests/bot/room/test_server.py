"""The room as a web server: who may come in, what it serves, how it starts and stops."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest

import bot.room
from bot.room import open_room
from bot.room.language import room_language
from bot.room.pages import TEMPLATES, rendered
from bot.service import PartyService
from tests.bot.room.visitor import connect

STATIC = Path(bot.room.__file__).parent / "static"


@pytest.mark.parametrize(
    "path", ["/", "/static/room.js", "/static/room.css", "/static/none.js", "/no-such-page"]
)
async def test_headers(room: str, web: aiohttp.ClientSession, path: str) -> None:
    """Every answer forbids inline script, foreign content, framing and guessing of types."""
    async with web.get(room + path) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


class _Parts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_page_fits_its_policy() -> None:
    """The page has no inline script or style, and asks nobody else for anything."""
    parts = _Parts()
    parts.feed(rendered(room_language("de"), "room.html", entry="room.js", manifest="/m"))
    assert not [tag for tag, attrs in parts.tags if tag == "style" or "style" in attrs]
    assert not [tag for tag, attrs in parts.tags if tag == "script" and "src" not in attrs]
    assert not [name for _, attrs in parts.tags for name in attrs if name.startswith("on")]
    for file in [*STATIC.glob("*.*"), *TEMPLATES.iterdir()]:
        foreign = set(re.findall(r"https?://[^\"'`$\s]+", file.read_text()))
        assert foreign <= {"http://www.w3.org/2000/svg"}


def test_texts_stay_texts() -> None:
    """No module of the page turns text into markup."""
    for module in STATIC.glob("*.js"):
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", module.read_text()
        )


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("localhost:8080", 200),
        ("[::1]:8080", 200),
        ("party.example", 200),
        ("PARTY.example:443", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("[::1", 421),
        ("", 421),
    ],
)
async def test_host(party: PartyService, web: aiohttp.ClientSession, host: str, status: int) -> None:
    """A page that points a name of its own at us (DNS rebinding) gets nothing."""
    async with (
        open_room(party, "127.0.0.1", 0, names=["party.example"]) as url,
        web.get(url, headers={"Host": host}) as answer,
    ):
        assert answer.status == status


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://127.0.0.1:1", "file://"])
async def test_foreign_origin(room: str, web: aiohttp.ClientSession, origin: str | None) -> None:
    """Another site's page cannot speak for the people who look at it."""
    headers = {"Origin": origin} if origin else {}
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await web.ws_connect(f"{room}/live", headers=headers)
    assert refused.value.status == 403


async def test_closing(party: PartyService, web: aiohttp.ClientSession) -> None:
    """A room that closes tells every page that it goes away, and frees its port."""
    async with open_room(party, "127.0.0.1", 0) as url:
        first = await web.ws_connect(f"{url}/live", headers={"Origin": url})
        second = await web.ws_connect(f"{url}/live", headers={"Origin": url})
        for each in (first, second):
            await each.send_json({"id": "a", "do": "enter"})
            assert (await each.receive_json())["ok"]
    for each in (first, second):
        while (message := await each.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
        assert message.data == aiohttp.WSCloseCode.GOING_AWAY
    port = urlsplit(url).port
    assert port
    async with open_room(party, "127.0.0.1", port) as again, connect(web, again) as visitor:
        assert await visitor.until(lambda state: state["watching"] == 1)
