"""Spotify's accounts, logins, songs and rests on real databases of both kinds."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text

from bot.party.domain import Member, Track
from bot.playback.words import Login, SealedAccount
from db.store import Store, Transaction
from tests.conftest import ON_BOTH

pytestmark = ON_BOTH

ANNA, BEN = Member("slack", "U1", "Anna"), Member("discord", "2", "Ben")
NAMESAKE = Member("discord", "U1", "Anna")
SONG = Track("Song", "Band", None, "Album", 1999, 200_000, spotify_id="4uLU6hMCjMI75M1A2tKUQC")


async def kept(tx: Transaction, member: Member = ANNA) -> SealedAccount:
    """An account that is there."""
    found = await tx.account(member)
    assert found is not None
    return found


async def test_an_account_is_its_owners_alone(store: Store) -> None:
    """It is found by platform and user, and not by a namesake on another platform."""
    async with store.transaction() as tx:
        await tx.save_account(ANNA, "T1", "sealed", 7)
        assert await tx.account(ANNA) == SealedAccount(ANNA, "sealed", 7)
        assert await tx.account(NAMESAKE) is None
        assert await tx.account(BEN) is None


async def test_a_new_connection_replaces_the_old_one_whole(store: Store) -> None:
    """Its date, its name, its turn and what its owner was told begin anew."""
    async with store.transaction() as tx:
        await tx.save_account(ANNA, "T1", "old", 7)
        await tx.claim_account(await kept(tx), 100, 8)
        await tx.told_account(ANNA)
        await tx.save_account(replace(ANNA, name="Anne"), "", "new", 9)
        [account] = await tx.accounts(10)
        assert account == SealedAccount(ANNA, "new", 9)
        assert account.member.name == "Anne"
    async with store.transaction() as tx:
        await tx.forget_workspace("slack", "T1")
        assert await tx.account(ANNA) is not None


async def test_accounts_that_end_are_those_whose_owners_do_not_know(store: Store) -> None:
    """Only what was connected before, and only until its owner was told; all are listed without a date."""
    async with store.transaction() as tx:
        for member, linked_ms in ((ANNA, 5), (BEN, 6), (NAMESAKE, 4)):
            await tx.save_account(member, "", "sealed", linked_ms)
        await tx.told_account(NAMESAKE)
        assert [each.member for each in await tx.accounts(6)] == [ANNA]
        assert {each.member for each in await tx.accounts()} == {ANNA, BEN, NAMESAKE}


async def test_a_turn_is_one_processs_until_it_ends(store: Store) -> None:
    """Nobody else has it before its end or before it is given back; the account may be looked at."""
    async with store.transaction() as tx:
        await tx.save_account(ANNA, "", "sealed", 1)
        account = await kept(tx)
        assert await tx.claim_account(account, 100, 50)
        assert not await tx.claim_account(account, 150, 99)
        assert await kept(tx) == replace(account, busy_until_ms=100)
        assert await tx.claim_account(account, 200, 100)
        await tx.free_account(account)
        assert await tx.claim_account(account, 300, 101)


async def test_of_many_who_want_the_turn_one_has_it(store: Store) -> None:
    """At once, in as many transactions."""
    async with store.transaction() as tx:
        await tx.save_account(ANNA, "", "sealed", 1)
        account = await kept(tx)

    async def claim() -> bool:
        async with store.transaction() as tx:
            return await tx.claim_account(account, 100, 1)

    assert sum(await asyncio.gather(*(claim() for _ in range(10)))) == 1


async def test_an_account_changes_only_from_what_was_read(store: Store) -> None:
    """What was replaced or dropped meanwhile is not claimed, swapped, freed or dropped."""
    async with store.transaction() as tx:
        await tx.save_account(ANNA, "", "first", 1)
        await tx.save_account(BEN, "", "first", 1)
        read = await kept(tx)
        assert await tx.swap_account(read, "second")
        assert not await tx.swap_account(read, "third")
        assert not await tx.claim_account(read, 100, 1)
        assert not await tx.drop_account(read)
        now = await kept(tx)
        assert now.sealed == "second"
        assert await tx.claim_account(now, 100, 1)
        await tx.free_account(read)
        assert not await tx.claim_account(now, 100, 1)
        assert await tx.drop_account(now)
        assert not await tx.drop_account(now)
        assert await tx.account(ANNA) is None
        assert (await kept(tx, BEN)).sealed == "first"


@pytest.mark.parametrize(("free", "busy_until_ms"), [(True, 0), (False, 100)])
async def test_a_swap_gives_the_turn_back_if_told_so(store: Store, free: bool, busy_until_ms: int) -> None:
    """Who renewed gives it back; who only seals anew leaves it with who has it."""
    async with store.transaction() as tx:
        await tx.save_account(ANNA, "", "first", 1)
        read = await kept(tx)
        await tx.claim_account(read, 100, 1)
        await tx.swap_account(read, "second", free=free)
        assert await kept(tx) == SealedAccount(ANNA, "second", 1, busy_until_ms)


async def test_a_login_is_looked_at_often_and_used_once(store: Store) -> None:
    """It comes back as it was noted, and is gone when it was consumed."""
    login = Login(ANNA, "T1", "browser", "sealed", 100)
    async with store.transaction() as tx:
        await tx.save_login("a", login, 0)
        assert await tx.login("a") == login
        assert await tx.login("a") == login
        assert await tx.login("b") is None
        assert await tx.consume_login("a") == login
        assert await tx.consume_login("a") is None
        assert await tx.login("a") is None


async def test_a_login_used_by_many_at_once_is_one_of_theirs(store: Store) -> None:
    """Two browsers that come with one link do not both go on."""
    async with store.transaction() as tx:
        await tx.save_login("a", Login(ANNA, "", "", "", 100), 0)

    async def use() -> bool:
        async with store.transaction() as tx:
            return await tx.consume_login("a") is not None

    assert sum(await asyncio.gather(*(use() for _ in range(10)))) == 1


async def test_logins_that_were_never_finished_do_not_pile_up(store: Store) -> None:
    """A new one takes those away whose time is over."""
    async with store.transaction() as tx:
        for digest, expires_ms in (("a", 50), ("b", 51)):
            await tx.save_login(digest, Login(ANNA, "", "", "", expires_ms), 0)
        await tx.save_login("c", Login(BEN, "", "", "", 100), 50)
        left = await tx._connection.execute(text("SELECT digest FROM spotify_logins ORDER BY 1"))  # noqa: SLF001
        assert [row.digest for row in left] == ["b", "c"]


async def test_who_is_forgotten_has_no_account_and_no_login(store: Store) -> None:
    """Also somebody who was in no party; everybody else's stay."""
    async with store.transaction() as tx:
        for member in (ANNA, BEN, NAMESAKE):
            await tx.save_account(member, "", "sealed", 1)
            await tx.save_login(f"{member.platform}{member.user_id}", Login(member, "", "", "", 100), 0)
    async with store.transaction() as tx:
        await tx.forget(ANNA)
        assert {each.member for each in await tx.accounts()} == {BEN, NAMESAKE}
        assert await tx.login("slackU1") is None
        assert await tx.login("discordU1") is not None


async def test_a_workspace_takes_along_what_goes_with_it(store: Store) -> None:
    """Accounts and logins of its people go, those that go with none or with another one stay."""
    people = [Member("slack", f"U{workspace}", "Guest") for workspace in ("T1", "T2", "")]
    async with store.transaction() as tx:
        for member, workspace in zip(people, ("T1", "T2", ""), strict=True):
            await tx.save_account(member, workspace, "sealed", 1)
            await tx.save_login(member.user_id, Login(member, workspace, "", "", 100), 0)
        await tx.save_account(BEN, "", "sealed", 1)
    async with store.transaction() as tx:
        await tx.forget_workspace("slack", "T1")
        assert {each.member for each in await tx.accounts()} == {*people[1:], BEN}
        assert await tx.login("UT1") is None
        assert await tx.login("UT2") is not None


async def test_a_song_that_was_looked_up_is_known_for_a_while(store: Store) -> None:
    """It comes back whole, until it is too old; what is looked up again replaces it."""
    async with store.transaction() as tx:
        await tx.keep_song(SONG, 100, 0)
        assert await tx.looked_up(SONG.spotify_id or "", 100) == SONG
        assert await tx.looked_up(SONG.spotify_id or "", 101) is None
        assert await tx.looked_up("0" * 22, 0) is None
        again = replace(SONG, title="Other", album=None, year=None, duration_ms=None)
        await tx.keep_song(again, 200, 0)
        assert await tx.looked_up(SONG.spotify_id or "", 200) == again


async def test_songs_that_were_looked_up_do_not_pile_up(store: Store) -> None:
    """A new one takes those away that are too old."""
    async with store.transaction() as tx:
        for number in range(3):
            await tx.keep_song(replace(SONG, spotify_id=str(number) * 22), 100 + number, 101)
        assert [await tx.looked_up(str(number) * 22, 0) is not None for number in range(3)] == [
            False,
            True,
            True,
        ]


async def test_a_rest_grows_and_does_not_shrink(store: Store) -> None:
    """What was said first is not forgotten for a shorter wait; each service rests for itself."""
    async with store.transaction() as tx:
        assert await tx.rests_until_ms("Spotify") is None
        for until_ms, expected in ((100, 100), (90, 100), (200, 200)):
            await tx.rest("Spotify", until_ms)
            assert await tx.rests_until_ms("Spotify") == expected
        assert await tx.rests_until_ms("Other") is None
        await tx.rested("Spotify")
        assert await tx.rests_until_ms("Spotify") is None


async def test_after_a_rest_one_tries(store: Store) -> None:
    """Not before its end, and of many at once only one; the others rest on."""
    async with store.transaction() as tx:
        await tx.rest("Spotify", 100)
        assert not await tx.try_again("Spotify", 99, 150)
        assert not await tx.try_again("Other", 100, 150)

    async def attempt() -> bool:
        async with store.transaction() as tx:
            return await tx.try_again("Spotify", 100, 150)

    assert sum(await asyncio.gather(*(attempt() for _ in range(10)))) == 1
    async with store.transaction() as tx:
        assert await tx.rests_until_ms("Spotify") == 150
