"""What is looked for as one types, without a platform."""

from __future__ import annotations

import asyncio

import pytest

from bot.doors.newest import Newest
from bot.party.errors import EmptyText


async def answer(what: str) -> str:
    """Something that is found at once."""
    return what


async def test_only_the_newest_is_done() -> None:
    """What came before is given up, whether it was begun or not; everybody has their own newest."""
    newest, begun, ever = Newest(), list[str](), asyncio.Event()

    async def look(text: str) -> str:
        begun.append(text)
        await ever.wait()
        return text

    first = asyncio.create_task(newest.of("anna", look("t")))
    bens = asyncio.create_task(newest.of("ben", look("w")))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert begun == ["t", "w"]
    second = asyncio.create_task(newest.of("anna", look("ta")))
    last = asyncio.create_task(newest.of("anna", answer("tak")))
    assert (await first, await second, await last) == (None, None, "tak")
    ever.set()
    assert await bens == "w"
    assert begun == ["t", "w"]


async def test_an_error_is_the_newest_ones_own() -> None:
    """Whoever asked is told, and can ask again."""
    newest = Newest()

    async def fail() -> str:
        raise EmptyText

    with pytest.raises(EmptyText):
        await newest.of("anna", fail())
    assert await newest.of("anna", answer("found")) == "found"


async def test_whoever_is_cancelled_is_not_answered() -> None:
    """A bot that stops gives up what it looks for, too."""
    newest, given_up = Newest(), list[str]()

    async def look() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            given_up.append("look")

    asking = asyncio.create_task(newest.of("anna", look()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert given_up == ["look"]
