"""Members' accounts on real databases of both kinds."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.party.words import Member
from bot.spotify.words import SealedAccount
from db.store import Store, Transaction
from tests.conftest import ON_BOTH

pytestmark = ON_BOTH

ANNA, BEN = Member("slack", "U1", "Anna"), Member("discord", "2", "Ben")
NAMESAKE = Member("discord", "U1", "Anna")


async def kept(tx: Transaction, member: Member = ANNA) -> SealedAccount:
    """An account that is there."""
    found = await tx.accounts.get(member)
    assert found is not None
    return found


async def test_an_account_is_its_owners_alone(store: Store) -> None:
    """It is found by platform and user, and not by a namesake on another platform."""
    async with store.writing() as tx:
        await tx.accounts.save(ANNA, "T1", "sealed", 7)
        assert await tx.accounts.get(ANNA) == SealedAccount(ANNA, "sealed", 7)
        assert await tx.accounts.get(NAMESAKE) is None
        assert await tx.accounts.get(BEN) is None


async def test_a_new_connection_replaces_the_old_one_whole(store: Store) -> None:
    """Its date, its name, its turn and what its owner was told begin anew."""
    async with store.writing() as tx:
        await tx.accounts.save(ANNA, "T1", "old", 7)
        await tx.accounts.claim(await kept(tx), 100, 8)
        await tx.accounts.mark_told(ANNA)
        await tx.accounts.save(replace(ANNA, name="Anne"), "", "new", 9)
        [account] = await tx.accounts.all(10)
        assert account == SealedAccount(ANNA, "new", 9)
        assert account.member.name == "Anne"
    async with store.writing() as tx:
        await tx.erasure.workspace("slack", "T1")
        assert await tx.accounts.get(ANNA) is not None


async def test_accounts_that_end_are_those_whose_owners_do_not_know(store: Store) -> None:
    """Only what was connected before, and only until its owner was told; all are listed without a date."""
    async with store.writing() as tx:
        for member, linked_ms in ((ANNA, 5), (BEN, 6), (NAMESAKE, 4)):
            await tx.accounts.save(member, "", "sealed", linked_ms)
        await tx.accounts.mark_told(NAMESAKE)
        assert [each.member for each in await tx.accounts.all(6)] == [ANNA]
        assert {each.member for each in await tx.accounts.all()} == {ANNA, BEN, NAMESAKE}


async def test_a_turn_is_one_processs_until_it_ends(store: Store) -> None:
    """Nobody else has it before its end or before it is given back; the account may be looked at."""
    async with store.writing() as tx:
        await tx.accounts.save(ANNA, "", "sealed", 1)
        account = await kept(tx)
        assert await tx.accounts.claim(account, 100, 50)
        assert not await tx.accounts.claim(account, 150, 99)
        assert await kept(tx) == replace(account, busy_until_ms=100)
        assert await tx.accounts.claim(account, 200, 100)
        await tx.accounts.release(account)
        assert await tx.accounts.claim(account, 300, 101)


async def test_of_many_who_want_the_turn_one_has_it(store: Store) -> None:
    """At once, in as many transactions."""
    async with store.writing() as tx:
        await tx.accounts.save(ANNA, "", "sealed", 1)
        account = await kept(tx)

    async def claim() -> bool:
        async with store.writing() as tx:
            return await tx.accounts.claim(account, 100, 1)

    assert sum(await asyncio.gather(*(claim() for _ in range(10)))) == 1


async def test_an_account_changes_only_from_what_was_read(store: Store) -> None:
    """What was replaced or dropped meanwhile is not claimed, swapped, freed or dropped."""
    async with store.writing() as tx:
        await tx.accounts.save(ANNA, "", "first", 1)
        await tx.accounts.save(BEN, "", "first", 1)
        read = await kept(tx)
        assert await tx.accounts.swap(read, "second")
        assert not await tx.accounts.swap(read, "third")
        assert not await tx.accounts.claim(read, 100, 1)
        assert not await tx.accounts.drop(read)
        now = await kept(tx)
        assert now.sealed == "second"
        assert await tx.accounts.claim(now, 100, 1)
        await tx.accounts.release(read)
        assert not await tx.accounts.claim(now, 100, 1)
        assert await tx.accounts.drop(now)
        assert not await tx.accounts.drop(now)
        assert await tx.accounts.get(ANNA) is None
        assert (await kept(tx, BEN)).sealed == "first"


@pytest.mark.parametrize(("free", "busy_until_ms"), [(True, 0), (False, 100)])
async def test_a_swap_gives_the_turn_back_if_told_so(store: Store, free: bool, busy_until_ms: int) -> None:
    """Who renewed gives it back; who only seals anew leaves it with who has it."""
    async with store.writing() as tx:
        await tx.accounts.save(ANNA, "", "first", 1)
        read = await kept(tx)
        await tx.accounts.claim(read, 100, 1)
        await tx.accounts.swap(read, "second", free=free)
        assert await kept(tx) == SealedAccount(ANNA, "second", 1, busy_until_ms)
