"""Whether what comes over a line of the page leaves anything behind."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from bot.room import hub
from tests.bot.room.conftest import Enter
from tests.bot.room.visitor import connect
from tests.leftovers import left_by


@pytest.mark.parametrize(
    "asked",
    [
        {"do": "add", "song": "..."},
        {"do": "vote", "entry": 99, "value": 1},
        {"do": "skip"},
        {"do": "vibe", "text": "..."},
        {"do": "next", "count": -1},
        {"do": "lock"},
        {"do": "nonsense"},
    ],
    ids=lambda asked: asked["do"],
)
async def test_a_refused_request_leaves_nothing(enter: Enter, asked: dict[str, object]) -> None:
    """Whatever the reason: neither its error nor its task waits for the collector."""
    anna = await enter("Anna")

    async def refused() -> None:
        assert not (await anna.ask(**asked))["ok"]  # type: ignore[arg-type] # `do` is among them

    assert await left_by(refused) == []


async def test_a_party_that_nobody_looks_at_leaves_nothing(room: str) -> None:
    """Browsers come and go all night: what told them of the party goes with the last one."""

    async def visit() -> None:
        async with aiohttp.ClientSession() as session, connect(session, room) as visitor:
            await visitor.hello("Anna")

    left = await left_by(visit)
    assert not [each for each in left if "Floor" in str(each)], left


async def test_a_page_that_is_closed_leaves_nothing(room: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither its line nor that it had a while to say where it wants to: each would hold some kilobytes."""
    monkeypatch.setattr(hub, "ENTER_WITHIN_S", 0.05)

    async def visit() -> None:
        async with aiohttp.ClientSession() as session, connect(session, room) as visitor:
            await visitor.hello("Anna")
            await asyncio.sleep(0.1)

    kinds = RequestHandler | web.WebSocketResponse | BaseException
    assert await left_by(visit, kinds) == []
