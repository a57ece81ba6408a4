"""The diary on real databases of both kinds."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from bot.party.words import BROUGHT_IN, Change, Room, State
from db.store import Store
from tests.conftest import ANNA, BEN, CLEO, ON_BOTH, ROOM
from tests.db.songs import queued

pytestmark = ON_BOTH


async def test_a_key_belongs_to_one_change_of_a_party(store: Store) -> None:
    """A claimed key is found again, in its own party only."""
    async with store.writing() as tx:
        party_id, entry_id = await queued(tx)
        other = await tx.parties.open(Room("web", "", "lobby"), 0)
        number = await tx.diary.record(party_id, ANNA, Change(0, "add", entry_id, State.QUEUED, 0), 5, "key")
        _, done = await tx.parties.enter(ROOM, 0, ANNA, "key")
        assert done == Change(number, "add", entry_id, State.QUEUED, 0, 5)
        assert await tx.parties.enter(other.room, 0, ANNA, "key") == (other, None)
    with pytest.raises((IntegrityError, sqlite3.IntegrityError)):
        async with store.writing() as tx:
            await tx.diary.record(party_id, BEN, Change(0, "vote", entry_id, None, 0), 6, "key")


async def test_the_latest_change_that_can_be_taken_back_is_found(store: Store) -> None:
    """One after the other, each once, the member's own, and while its song is not over; a look is enough."""
    async with store.writing() as tx:
        party_id, entry_id = await queued(tx)
        add = Change(0, "add", entry_id, State.QUEUED, 0)
        first = await tx.diary.record(party_id, ANNA, add, 5, None)
        second = await tx.diary.record(party_id, ANNA, replace(add, kind="move"), 6, None)
        await tx.diary.record(party_id, BEN, add, 7, None)
        await tx.diary.record(party_id, ANNA, replace(add, kind="skip"), 8, None)  # it does not play
    renamed = replace(ANNA, name="Anna Banana")
    for number in (second, first):
        async with store.reading() as look:
            change = await look.diary.last_undoable(party_id, renamed)
            assert change is not None
            assert change.id == number
        async with store.writing() as tx:
            await tx.diary.mark_undone(number)
    async with store.reading() as look:
        assert await look.diary.last_undoable(party_id, ANNA) is None
        assert await look.diary.last_undoable(party_id, CLEO) is None


async def test_a_whole_import_is_taken_back_once(store: Store) -> None:
    """All songs with its key, those of older versions one by one, and nothing else."""
    async with store.writing() as tx:
        party_id, entry_id = await queued(tx)
        came = Change(0, BROUGHT_IN, entry_id, State.QUEUED, 0)
        numbers = [
            await tx.diary.record(party_id, ANNA, replace(came, entry_id=entry), 5, key)
            for entry, key in ((1, "k/0/0"), (2, "k/0/1"), (3, "k/1/0"), (4, "kk/0/0"), (5, None))
        ]
        assert await tx.diary.mark_import_undone(party_id, numbers[0]) == {1, 2, 3}
        assert await tx.diary.mark_import_undone(party_id, numbers[4]) == {5}
        undone = await tx.diary.last_undoable(party_id, ANNA)
        assert undone is None  # no such entries are there


async def test_a_ballot_of_the_autopilot_is_open_until_it_is_settled(store: Store) -> None:
    """The latest one of this party is found."""
    async with store.writing() as tx:
        party = await tx.parties.open(ROOM, 1)
        asked = Change(0, "autopilot", None, None, 0)
        assert await tx.diary.open_ballot(party.id) is None
        numbers = [await tx.diary.record(party.id, ANNA, asked, at_ms, None) for at_ms in (5, 6)]
        assert await tx.diary.open_ballot(party.id) == replace(asked, id=numbers[1], at_ms=6)
        for number in numbers:
            await tx.diary.mark_undone(number)
        assert await tx.diary.open_ballot(party.id) is None
