"""Logins under way on real databases of both kinds."""

from __future__ import annotations

import asyncio

from bot.party.words import Member
from bot.spotify.words import Login
from db.store import Store
from tests.conftest import ON_BOTH
from tests.db.raw import run_sql

pytestmark = ON_BOTH

ANNA, BEN = Member("slack", "U1", "Anna"), Member("discord", "2", "Ben")


async def test_a_login_is_looked_at_often_and_used_once(store: Store) -> None:
    """It comes back as it was noted, and is gone when it was consumed."""
    login = Login(ANNA, "T1", "browser", "sealed", 100)
    async with store.writing() as tx:
        await tx.logins.save("a", login, 0)
        assert await tx.logins.get("a") == login
        assert await tx.logins.get("a") == login
        assert await tx.logins.get("b") is None
        assert await tx.logins.consume("a") == login
        assert await tx.logins.consume("a") is None
        assert await tx.logins.get("a") is None


async def test_a_login_used_by_many_at_once_is_one_of_theirs(store: Store) -> None:
    """Two browsers that come with one link do not both go on."""
    async with store.writing() as tx:
        await tx.logins.save("a", Login(ANNA, "", "", "", 100), 0)

    async def use() -> bool:
        async with store.writing() as tx:
            return await tx.logins.consume("a") is not None

    assert sum(await asyncio.gather(*(use() for _ in range(10)))) == 1


async def test_logins_that_were_never_finished_do_not_pile_up(store: Store) -> None:
    """A new one takes those away whose time is over."""
    async with store.writing() as tx:
        for digest, expires_ms in (("a", 50), ("b", 51)):
            await tx.logins.save(digest, Login(ANNA, "", "", "", expires_ms), 0)
        await tx.logins.save("c", Login(BEN, "", "", "", 100), 50)
    assert await run_sql(store, "SELECT digest FROM spotify_logins ORDER BY 1") == [("b",), ("c",)]
