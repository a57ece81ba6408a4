"""Whether what comes over a line of the page leaves anything behind."""

from __future__ import annotations

import aiohttp
import pytest

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


async def test_a_page_that_is_closed_leaves_nothing(room: str, web: aiohttp.ClientSession) -> None:
    """Browsers come and go all night: what served one goes with it."""

    async def visit() -> None:
        async with connect(web, room) as visitor:
            await visitor.hello("Anna")

    assert await left_by(visit) == []
