"""Songs of parties on real databases of both kinds."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy.exc import IntegrityError

from bot.party.words import Change, Member, State, Suggestion, Track
from db.store import Store
from tests.conftest import ANNA, BEN, ON_BOTH, ROOM
from tests.db.raw import run_sql
from tests.db.songs import SONG, found, queued

pytestmark = ON_BOTH


async def test_a_state_changes_only_from_the_expected_one(store: Store) -> None:
    """The second of two moves from the same state does nothing."""
    async with store.writing() as tx:
        party_id, entry_id = await queued(tx)
        await tx.entries.move(entry_id, State.QUEUED, State.REMOVED, now_ms=5)
        await tx.entries.move(entry_id, State.QUEUED, State.PLAYING, now_ms=6, ends_ms=7)
        entry = await tx.entries.get(party_id, entry_id)
        assert entry is not None
        assert (entry.state, entry.ended_ms) == (State.REMOVED, 5)


async def test_two_songs_cannot_play_at_once(store: Store) -> None:
    """The database itself refuses a second playing entry in a party."""

    async def play_both() -> None:
        async with store.writing() as tx:
            party_id, first = await queued(tx)
            second = await tx.entries.insert(party_id, SONG, BEN, 1001)
            for entry in (first, second):
                await tx.entries.move(entry, State.QUEUED, State.PLAYING, now_ms=5, ends_ms=9)

    with pytest.raises((IntegrityError, sqlite3.IntegrityError)):
        await play_both()
    assert await run_sql(store, "SELECT * FROM entries") == []


async def test_a_ballot_keeps_its_order_match_and_reasons(store: Store) -> None:
    """Suggestions come back best first with all that was said of them; the latest ballot stands."""
    offers = [Suggestion(SONG, 0.5, ("A", "B")), Suggestion(Track("X", "Y", "2"), 0.25, ())]
    async with store.writing() as tx:
        party = await tx.parties.open(ROOM, 0)
        for _ in range(2):
            number = await tx.diary.record(party.id, ANNA, Change(0, "next", None, None, 0), 5, None)
            await tx.entries.insert_ballot(party.id, number, offers, 5)
        ballot = (await tx.entries.standing(party.id, 0)).ballot
        assert ballot == await tx.entries.offered(number)
    assert [(entry.track, entry.match, entry.because) for entry in ballot] == [
        (offer.track, offer.match, offer.because) for offer in offers
    ]
    assert all(entry.added_by is None for entry in ballot)


async def test_a_number_that_no_entry_has_is_none_of_them(store: Store) -> None:
    """A number as large as a front door may pass on finds nothing, and breaks nothing."""
    async with store.writing() as tx:
        party_id, _ = await queued(tx)
        assert await tx.entries.get(party_id, 2**63 - 1) is None


async def test_any_sign_comes_back_as_it_was_kept(store: Store) -> None:
    """Texts go through JSON on their way: quotes, control characters and signs of every plane come back."""
    odd = "\"\\/ '\x01\x1f\x7f\t\n\u2028 é 音 🎵 \ufeff %s :x ?"
    song = Track(odd, odd, odd, odd, 1999, 200_000, "0" * 22)
    async with store.writing() as tx:
        party = await tx.parties.open(ROOM, 1000)
        entry_id = await tx.entries.insert(party.id, song, Member("discord", "1", odd), 2**53 + 1)
    async with store.writing() as tx:
        entry = await found(tx, party.id, entry_id)
        assert (entry.track, entry.added_ms) == (song, 2**53 + 1)
        assert entry.added_by is not None
        assert entry.added_by.name == odd


async def test_a_suggestion_is_taken_up_by_somebody(store: Store) -> None:
    """It is in the queue then, added by them at that time; nothing else can be taken up."""
    async with store.writing() as tx:
        party_id, song = await queued(tx)
        number = await tx.diary.record(party_id, ANNA, Change(0, "next", None, None, 0), 5, None)
        [offer] = await tx.entries.insert_ballot(party_id, number, [Suggestion(SONG, 0.5, ())], 5)
        await tx.entries.move(offer.id, State.SUGGESTED, State.QUEUED, now_ms=7, added_by=BEN)
        taken = await found(tx, party_id, offer.id)
        assert (taken.state, taken.added_by, taken.added_ms, taken.match) == (State.QUEUED, BEN, 7, 0.5)
        await tx.entries.move(offer.id, State.QUEUED, State.SUGGESTED, now_ms=8)
        assert (await found(tx, party_id, offer.id)).added_by is None
        with pytest.raises(ValueError, match="Only a suggestion"):
            await tx.entries.move(song, State.QUEUED, State.PLAYING, now_ms=7, added_by=BEN)


async def test_songs_are_counted_by_who_added_them(store: Store) -> None:
    """How many, and when one of each member's was last started."""
    async with store.writing() as tx:
        party_id, first = await queued(tx)
        second = await tx.entries.insert(party_id, SONG, BEN, 1)
        await tx.entries.insert(party_id, SONG, BEN, 1)
        assert await tx.entries.added_counts(party_id) == {ANNA.user_id: 1, BEN.user_id: 2}
        assert await tx.entries.last_started_ms(party_id) == {}
        for at_ms, song in ((5, first), (6, second)):
            await tx.entries.move(song, State.QUEUED, State.PLAYING, now_ms=at_ms, ends_ms=9)
            await tx.entries.move(song, State.PLAYING, State.PLAYED, now_ms=at_ms)
        assert await tx.entries.last_started_ms(party_id) == {ANNA.user_id: 5, BEN.user_id: 6}


async def test_what_is_over_comes_in_order(store: Store) -> None:
    """The latest first in the history; statistics have it in the order of time, and what was loved most."""
    async with store.writing() as tx:
        party_id, first = await queued(tx)
        songs = [first, *[await tx.entries.insert(party_id, SONG, BEN, 1) for _ in range(3)]]
        for at_ms, song in enumerate(songs[:3]):
            await tx.entries.move(song, State.QUEUED, State.PLAYED, now_ms=at_ms)
        await tx.votes.set(songs[1], ANNA, 1)
        for member in (ANNA, BEN):
            await tx.votes.set(songs[0], member, 1)
        assert [entry.id for entry in await tx.entries.history(party_id, 2)] == [songs[2], songs[1]]
        history, loved = await tx.entries.stats(party_id, 10)
        assert [entry.id for entry in history] == songs[:3]
        assert [entry.id for entry in loved] == songs[:2]


async def test_places_in_the_queue_move_up(store: Store) -> None:
    """A place is given, moves up with the others but never before the first, and ends with the wait."""
    async with store.writing() as tx:
        party_id, first = await queued(tx)
        second = await tx.entries.insert(party_id, SONG, BEN, 1)
        for song, place in ((first, 1), (second, 3)):
            await tx.entries.pin(song, place)
        await tx.entries.close_ranks(party_id)
        assert [entry.pin for entry in await tx.entries.waiting(party_id)] == [1, 2]
        await tx.entries.pin(second, None)
        assert (await found(tx, party_id, second)).pin is None
