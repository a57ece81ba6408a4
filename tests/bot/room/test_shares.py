"""Everybody's share of the bot's time on the page: who is over theirs, and who has left."""

from __future__ import annotations

import asyncio
import ipaddress
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from bot.party.shares import HOUSEHOLD, MOST_S
from bot.party.words import Track
from bot.recommend.catalogue import Catalogue, Offered
from bot.room import hub, open_room
from bot.room.hub import has_left
from bot.room.limits import Limits
from bot.service import PartyService
from tests.bot.room.visitor import Visitor, connect
from tests.patience import until

HERE = Limits(proxies=(ipaddress.ip_network("127.0.0.1/32"),))
"""The tests say themselves where they come from, as a proxy does."""
FAR_OVER_S = 1_000.0
ANN, BEN = "192.0.2.1", "192.0.2.2"


@pytest.fixture
async def url(party: PartyService) -> AsyncIterator[str]:
    """A room that takes a proxy's word for where people are."""
    async with open_room(party, "127.0.0.1", 0, limits=HERE) as address:
        yield address


@asynccontextmanager
async def visiting(url: str, address: str) -> AsyncIterator[Visitor]:
    """Somebody who comes from an address."""
    async with (
        aiohttp.ClientSession(headers={"X-Forwarded-For": address}) as session,
        connect(session, url) as visitor,
    ):
        yield visitor


def use_up(party: PartyService, address: str) -> None:
    """Has somebody at an address have used up all, so that they would wait too long."""
    party.shares.household(address).spend(HOUSEHOLD * MOST_S + FAR_OVER_S)


async def test_who_is_over_their_share_is_told_so_and_nobody_else(url: str, party: PartyService) -> None:
    async with visiting(url, ANN) as ann, visiting(url, BEN) as ben:
        assert (await ann.ask("search", text="take on me"))["ok"]
        use_up(party, ANN)
        refused = await ann.ask("search", text="take on me")
        assert (refused["ok"], refused["kind"]) == (False, "TooFast")
        assert (await ben.ask("search", text="take on me"))["tracks"]


async def test_pages_of_one_address_have_one_share_together(url: str, party: PartyService) -> None:
    async with visiting(url, ANN) as ann:
        use_up(party, ANN)
        assert (await ann.ask("search", text="take"))["kind"] == "TooFast"
    async with aiohttp.ClientSession(headers={"X-Forwarded-For": ANN}) as web:
        async with web.get(url) as page:
            assert (page.status, (await page.text())[:4]) == (429, "Slow")
        async with web.get(f"{url}/healthz") as alive:
            assert alive.status == 200
    async with aiohttp.ClientSession(headers={"X-Forwarded-For": BEN}) as web, web.get(url) as page:
        assert page.status == 200


async def test_a_search_of_somebody_who_has_left_is_not_made(
    url: str, party: PartyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits for a thread that is busy meanwhile, and nobody waits for it any more."""
    begun, go_on = threading.Event(), threading.Event()
    searched: list[str] = []

    def search(self: Catalogue, text: str, limit: int) -> list[Offered]:
        searched.append(text)
        begun.set()
        go_on.wait()
        return []

    monkeypatch.setattr(Catalogue, "_offered", search)
    async with visiting(url, ANN) as ann:
        first = asyncio.create_task(ann.ask("search", text="first"))
        await until(begun.is_set)
        async with visiting(url, BEN) as ben:
            await ben.socket.send_json({"id": "x", "do": "search", "text": "second"})
        pages = next(each for each in party.vitals.figures() if each.name == "web_connections")
        await until(lambda: pages.read() == 1)
        go_on.set()
        assert (await first)["ok"]
        assert (await ann.ask("search", text="third"))["ok"]
    assert searched == ["first", "third"]


async def test_who_says_nothing_has_not_left(
    url: str, monkeypatch: pytest.MonkeyPatch, party: PartyService
) -> None:
    """A program's first request may take longer than one has to say where one wants to."""
    monkeypatch.setattr(hub, "ENTER_WITHIN_S", 0.05)

    async def search(text: str, limit: int = 10) -> list[Track]:
        await asyncio.sleep(0.2)
        return []

    monkeypatch.setattr(party.insight, "search", search)
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{url}/live", headers={"Origin": url}) as line,
    ):
        await line.send_json({"id": "x", "do": "search", "text": "take on me"})
        while (await line.receive_json()).get("id") != "x":
            pass


async def test_who_is_gone_has_left() -> None:
    async def heard(error: Exception | None, kind: aiohttp.WSMsgType) -> aiohttp.WSMessage:
        if error is not None:
            raise error
        return aiohttp.WSMessage(kind, None, None)

    for error, kind, left in (
        (None, aiohttp.WSMsgType.TEXT, False),
        (None, aiohttp.WSMsgType.PONG, False),
        (None, aiohttp.WSMsgType.CLOSE, True),
        (ConnectionResetError(), aiohttp.WSMsgType.TEXT, True),
    ):
        hearing = asyncio.create_task(heard(error, kind))
        await asyncio.wait({hearing})
        assert has_left(hearing) == left


async def test_what_is_said_before_leaving_is_done(url: str, party: PartyService) -> None:
    """A change is made though whoever asked for it does not wait for the answer: a phone is put away."""
    async with visiting(url, ANN) as ann:
        await ann.hello("Ann")
        async with visiting(url, BEN) as ben:
            await ben.hello("Ben")
            await ben.socket.send_json({"id": "x", "do": "add", "text": "take on me"})
        state = await ann.until(lambda state: state["playing"])
    assert state["playing"]["by"] == "Ben"
