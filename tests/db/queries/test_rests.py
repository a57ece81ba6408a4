"""Services that are left alone, on real databases of both kinds."""

from __future__ import annotations

import asyncio

from bot.spotify.words import Rest
from db.store import Store
from tests.conftest import ON_BOTH

pytestmark = ON_BOTH


async def test_a_rest_grows_and_does_not_shrink(store: Store) -> None:
    """What was said first is not forgotten for a shorter wait; each service rests for itself."""
    async with store.writing() as tx:
        assert await tx.rests.get("Spotify") is None
        for until_ms, expected in ((100, 100), (90, 100), (200, 200)):
            await tx.rests.begin("Spotify", until_ms)
            assert await tx.rests.get("Spotify") == Rest(expected, 0)
        assert await tx.rests.get("Other") is None
        await tx.rests.end("Spotify")
        assert await tx.rests.get("Spotify") is None


async def test_a_rest_for_a_quota_is_told_apart(store: Store) -> None:
    """Until a longer one for another reason begins, a try in between included."""
    async with store.writing() as tx:
        await tx.rests.begin("Spotify", 100, 60)
        await tx.rests.begin("Spotify", 90)
        assert await tx.rests.get("Spotify") == Rest(100, 60)
        assert await tx.rests.try_again("Spotify", 100, 110)
        assert await tx.rests.get("Spotify") == Rest(110, 60)
        await tx.rests.begin("Spotify", 200)
        assert await tx.rests.get("Spotify") == Rest(200, 0)


async def test_after_a_rest_one_tries(store: Store) -> None:
    """Not before its end, and of many at once only one; the others rest on."""
    async with store.writing() as tx:
        await tx.rests.begin("Spotify", 100)
        assert not await tx.rests.try_again("Spotify", 99, 150)
        assert not await tx.rests.try_again("Other", 100, 150)

    async def attempt() -> bool:
        async with store.writing() as tx:
            return await tx.rests.try_again("Spotify", 100, 150)

    assert sum(await asyncio.gather(*(attempt() for _ in range(10)))) == 1
    async with store.writing() as tx:
        assert await tx.rests.get("Spotify") == Rest(150, 0)
