"""The store on real databases of both kinds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from bot.party import transactions as party
from bot.party.words import Change, Entry, PartyRecord, Rules, Standing, State
from bot.slack import ports as slack
from bot.spotify import ports as spotify
from db.store import NONE_YET, Store, Transaction, open_store
from tests.conftest import ANNA, BEN, CLEO, ON_BOTH, ROOM
from tests.db.raw import run_sql
from tests.db.songs import SONG, found, queued

pytestmark = ON_BOTH

PATIENCE_S = 20.0


async def test_an_error_rolls_everything_back(store: Store) -> None:
    """What a transaction wrote before an error is not there afterwards."""

    async def fail() -> None:
        async with store.writing() as tx:
            await queued(tx)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with store.writing() as tx:
        party = await tx.parties.open(ROOM, 0)
        assert await tx.entries.since(party.id, State) == []


async def test_what_is_committed_survives_closing(database_url: str) -> None:
    """Another process finds the same entry, with its votes and its adder."""
    async with open_store(database_url) as store, store.writing() as tx:
        party_id, entry_id = await queued(tx)
        await tx.votes.set(entry_id, BEN, -1)
    async with open_store(database_url) as store, store.writing() as tx:
        assert (await tx.parties.open(ROOM, 9)).id == party_id
        assert await tx.entries.get(party_id, entry_id) == Entry(
            entry_id, SONG, State.QUEUED, ANNA, 1000, votes={BEN.user_id: -1}
        )


async def test_transactions_of_one_process_wait_for_each_other(store: Store) -> None:
    """Tasks that read and write at once see each other's commits and lose nothing."""

    async def count_up() -> None:
        async with store.writing() as tx:
            party = await tx.parties.open(ROOM, 0)
            await asyncio.sleep(0)
            await tx.parties.touch(party.id, party.started_ms + 1, 0)

    await asyncio.gather(*(count_up() for _ in range(20)))
    async with store.writing() as tx:
        assert (await tx.parties.open(ROOM, 0)).started_ms == 20


async def test_a_transaction_sees_what_it_has_written(store: Store) -> None:
    """What was read ahead, or before, is read anew after each change."""
    async with store.writing() as tx:
        party_id, first = await queued(tx)
        second = await tx.entries.insert(party_id, SONG, BEN, 1001)
    async with store.writing() as tx:
        await tx.parties.enter(ROOM, 2000, ANNA, None)
        assert [entry.id for entry in await tx.entries.waiting(party_id)] == [first, second]
        await tx.votes.set(second, ANNA, 1)
        assert (await found(tx, party_id, second)).votes == {ANNA.user_id: 1}
        await tx.entries.move(first, State.QUEUED, State.PLAYING, now_ms=5, ends_ms=9)
        assert [entry.state for entry in await tx.entries.waiting(party_id)] == [State.PLAYING, State.QUEUED]
        assert await tx.votes.add_skip(first, ANNA)
        assert await tx.votes.skippers(first) == {ANNA.user_id}
        assert not await tx.votes.add_skip(first, ANNA)
        await tx.entries.pin(second, 3)
        assert (await found(tx, party_id, second)).pin == 3
    async with store.writing() as tx:  # the same by the entry that is meant
        await tx.parties.enter(ROOM, 2000, ANNA, None, second)
        assert (await found(tx, party_id, second)).votes == {ANNA.user_id: 1}
        await tx.votes.set(second, ANNA, 0)
        assert (await found(tx, party_id, second)).votes == {}


def stores(store: Store) -> tuple[party.Store, spotify.Store, slack.Store]:
    """What the bot sees a store as; mypy checks that it is all of that."""
    return store, store, store


async def song_of(store: Store) -> tuple[int, int]:
    """A party with one song queued: both numbers."""
    async with store.writing() as tx:
        return await queued(tx)


WRITES: dict[str, Callable[[Transaction, int, int], Coroutine[Any, Any, object]]] = {
    "an entry": lambda tx, party_id, _: tx.entries.insert(party_id, SONG, ANNA, 1),
    "a move": lambda tx, _, entry: tx.entries.move(entry, State.QUEUED, State.REMOVED, now_ms=1),
    "a vote": lambda tx, _, entry: tx.votes.set(entry, ANNA, 1),
    "a change": lambda tx, party_id, entry: tx.diary.record(
        party_id, ANNA, Change(0, "vote", entry, None, 0), 1, None
    ),
    "a new member": lambda tx, _, entry: tx.votes.set(entry, CLEO, 1),
    "rules": lambda tx, party_id, _: tx.parties.set_rules(party_id, Rules(quiet=True)),
    "silence": lambda tx, party_id, _: tx.parties.touch(party_id, 1, 1),
    "a pause": lambda tx, _, entry: tx.playbacks.hold(entry, 5),
    "a claim": lambda tx, _party, _entry: tx.playbacks.claim("me", 5, 1),
    "erasure": lambda tx, _party, _entry: tx.erasure.member(ANNA),
    "an install": lambda tx, _party, _entry: tx.installs.consume_state("a", 1),
    "a rest": lambda tx, _party, _entry: tx.rests.begin("Spotify", 5),
}


@pytest.mark.parametrize("what", WRITES)
async def test_what_reads_cannot_write(store: Store, what: str) -> None:
    """Whatever is tried is refused in words, nothing is changed, and what reads goes on reading."""
    party_id, entry = await song_of(store)
    async with store.reading() as look:
        with pytest.raises(RuntimeError, match=r"cannot write .*store\.writing\(\)"):
            await WRITES[what](look, party_id, entry)
        assert not look.changed
        assert (await look.parties.open(ROOM, 1)).rules == Rules()
        assert [each.id for each in await look.entries.waiting(party_id)] == [entry]
        assert (await found(look, party_id, entry)).votes == {}


async def test_who_looks_waits_for_no_change_and_sees_what_is_committed(store: Store) -> None:
    """A look beside an open change finds the party as it was; the next one finds it as it is."""
    async with asyncio.timeout(PATIENCE_S):
        async with store.writing() as tx:
            party = await tx.parties.open(ROOM, 1)
        async with store.writing() as tx:
            await tx.parties.touch(party.id, 2, 3)
            await tx.entries.insert(party.id, SONG, ANNA, 4)
            async with store.reading() as look:
                assert await look.parties.open(ROOM, 9) == party
                assert await look.entries.waiting(party.id) == []
        async with store.reading() as look:
            assert (await look.parties.open(ROOM, 9)).active_ms == 3
            assert [entry.track for entry in await look.entries.waiting(party.id)] == [SONG]


async def test_a_look_makes_no_party(store: Store) -> None:
    """Where there is none yet it looks empty, and still is not there afterwards."""
    async with store.reading() as look:
        nothing = await look.parties.open(ROOM, 7)
        assert nothing == PartyRecord(NONE_YET, ROOM, 7, 7, shared=False)
        assert await look.entries.standing(nothing.id, 0) == Standing([], [], frozenset(), frozenset())
    assert await run_sql(store, "SELECT * FROM parties") == []


async def test_what_nobody_sees_is_no_change(store: Store) -> None:
    """A transaction has changed something as soon as people see a difference, and not before."""
    party_id, entry = await song_of(store)
    async with store.writing() as tx:
        await tx.parties.enter(ROOM, 1, ANNA, None, entry)
        await tx.parties.touch(party_id, 1, 1)
        await tx.parties.set_card(party_id, "message")
        await tx.playbacks.mark(party_id, entry, None)
        await tx.playbacks.set_spotify_id(entry, "0" * 22)
        await tx.playbacks.keep_saved_playlist(party_id, 1, BEN, "1" * 22)
        await tx.playbacks.claim("me", 1, 1)
        await tx.playbacks.release("me")
        await tx.playbacks.beat("a page", 1)
        await tx.rests.begin("Spotify", 1)
        assert not await tx.playbacks.hold(entry, 1)  # it does not play
        assert not tx.changed
        await tx.votes.set(entry, ANNA, 1)
        assert tx.changed
