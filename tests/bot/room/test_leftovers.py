"""Whether what comes over a line of the page leaves anything behind."""

from __future__ import annotations

import asyncio
import gc

import aiohttp
import pytest
from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from bot.party import shares
from bot.room import hub, limits, open_room
from bot.service import PartyService
from tests.bot.room.conftest import Enter
from tests.bot.room.visitor import connect
from tests.leftovers import left_by
from tests.patience import until


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


def gates() -> list[limits.Gate]:
    """Those of all rooms that are there."""
    return [each for each in gc.get_objects() if isinstance(each, limits.Gate)]


async def test_nobody_is_known_any_more_after_the_last_has_left(
    party: PartyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a rush it was so until somebody else came, which may be the next day."""
    monkeypatch.setattr(hub, "FORGET_S", 0.01)
    monkeypatch.setattr(limits, "MINUTE_S", 0.1)
    monkeypatch.setattr(shares, "REMEMBERED_S", 0.1)
    others = gates()
    async with open_room(party, "127.0.0.1", 0) as url:
        (gate,) = (each for each in gates() if each not in others)
        async with aiohttp.ClientSession() as session, connect(session, url) as visitor:
            await visitor.hello("Anna")
            assert gate.known
        party.shares.person("slack", "T1/U1")
        await until(lambda: not gate.known)
        await until(lambda: "slack/T1/U1" not in party.shares.known)
