"""The store on real databases of both kinds."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.party.domain import Change, Entry, Member, PartyRecord, Room, State, Suggestion, Track
from bot.party.errors import StartError
from db.schema import metadata
from db.store import Store, Transaction, alembic_config, open_store
from tests.conftest import ANNA, BEN, ON_BOTH, ROOM
from tests.db.filled import fill, heard, scanned

pytestmark = ON_BOTH

SONG = Track("Mr. Brightside", "The Killers", "1", duration_ms=222_000)


@asynccontextmanager
async def raw(database_url: str) -> AsyncIterator[AsyncConnection]:
    """A connection that knows nothing of parties, in one transaction."""
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        yield connection
    await engine.dispose()


async def queued(tx: Transaction, now_ms: int = 1000) -> tuple[int, int]:
    """A party with one song queued: both numbers."""
    party = await tx.party(ROOM, now_ms)
    return party.id, await tx.insert_entry(party.id, SONG, ANNA, now_ms)


async def test_an_error_rolls_everything_back(store: Store) -> None:
    """What a transaction wrote before an error is not there afterwards."""

    async def fail() -> None:
        async with store.transaction() as tx:
            await queued(tx)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with store.transaction() as tx:
        party = await tx.party(ROOM, 0)
        assert await tx.entries(party.id, State) == []


async def test_what_is_committed_survives_closing(database_url: str) -> None:
    """Another process finds the same entry, with its votes and its adder."""
    async with open_store(database_url) as store, store.transaction() as tx:
        party_id, entry_id = await queued(tx)
        await tx.set_vote(entry_id, BEN, -1)
    async with open_store(database_url) as store, store.transaction() as tx:
        assert (await tx.party(ROOM, 9)).id == party_id
        assert await tx.entry(party_id, entry_id) == Entry(
            entry_id, SONG, State.QUEUED, ANNA, 1000, votes={BEN.user_id: -1}
        )


async def test_transactions_of_one_process_wait_for_each_other(store: Store) -> None:
    """Tasks that read and write at once see each other's commits and lose nothing."""

    async def count_up() -> None:
        async with store.transaction() as tx:
            party = await tx.party(ROOM, 0)
            await asyncio.sleep(0)
            await tx.touch(party.id, party.started_ms + 1, 0)

    await asyncio.gather(*(count_up() for _ in range(20)))
    async with store.transaction() as tx:
        assert (await tx.party(ROOM, 0)).started_ms == 20


async def test_a_state_changes_only_from_the_expected_one(store: Store) -> None:
    """The second of two moves from the same state does nothing."""
    async with store.transaction() as tx:
        party_id, entry_id = await queued(tx)
        await tx.move(entry_id, State.QUEUED, State.REMOVED, now_ms=5)
        await tx.move(entry_id, State.QUEUED, State.PLAYING, now_ms=6, ends_ms=7)
        entry = await tx.entry(party_id, entry_id)
        assert entry is not None
        assert (entry.state, entry.ended_ms) == (State.REMOVED, 5)


async def test_two_songs_cannot_play_at_once(store: Store) -> None:
    """The database itself refuses a second playing entry in a party."""
    async with store.transaction() as tx:
        party_id, first = await queued(tx)
        second = await tx.insert_entry(party_id, SONG, BEN, 1001)
        await tx.move(first, State.QUEUED, State.PLAYING, now_ms=5, ends_ms=9)

        async def play_too() -> None:
            await tx.move(second, State.QUEUED, State.PLAYING, now_ms=5, ends_ms=9)
            await tx.waiting(party_id)  # a change need not be made before the next look

        with pytest.raises((IntegrityError, sqlite3.IntegrityError)):
            await play_too()


async def test_a_key_belongs_to_one_change_of_a_party(store: Store) -> None:
    """A claimed key is found again, in its own party only."""
    async with store.transaction() as tx:
        party_id, entry_id = await queued(tx)
        other = await tx.party(Room("web", "", "lobby"), 0)
        number = await tx.record(party_id, ANNA, Change(0, "add", entry_id, State.QUEUED, 0), 5, "key")
        _, done = await tx.enter(ROOM, 0, ANNA, "key")
        assert done == Change(number, "add", entry_id, State.QUEUED, 0, 5)
        assert await tx.enter(other.room, 0, ANNA, "key") == (other, None)
    with pytest.raises((IntegrityError, sqlite3.IntegrityError)):
        async with store.transaction() as tx:
            await tx.record(party_id, BEN, Change(0, "vote", entry_id, None, 0), 6, "key")


async def test_a_ballot_keeps_its_order_match_and_reasons(store: Store) -> None:
    """Suggestions come back best first with all that was said of them; the latest ballot stands."""
    offers = [Suggestion(SONG, 0.5, ("A", "B")), Suggestion(Track("X", "Y", "2"), 0.25, ())]
    async with store.transaction() as tx:
        party = await tx.party(ROOM, 0)
        for _ in range(2):
            number = await tx.record(party.id, ANNA, Change(0, "next", None, None, 0), 5, None)
            await tx.insert_suggestions(party.id, number, offers, 5)
        ballot = await tx.ballot(party.id)
        assert ballot == await tx.offered(number)
    assert [(entry.track, entry.match, entry.because) for entry in ballot] == [
        (offer.track, offer.match, offer.because) for offer in offers
    ]
    assert all(entry.added_by is None for entry in ballot)


async def test_a_member_is_one_person_under_any_name(store: Store) -> None:
    """A new display name replaces the old one everywhere, and counts as the same person."""
    async with store.transaction() as tx:
        party_id, entry_id = await queued(tx)
        renamed = Member(ANNA.platform, ANNA.user_id, "Anna Banana")
        for member in (ANNA, renamed):
            await tx.record(party_id, member, Change(0, "vote", entry_id, None, 0), 50, None)
        assert (await tx.standing(party_id, 50))[-1] == {ANNA.user_id}
        assert (await tx.standing(party_id, 51))[-1] == frozenset()
        entry = await tx.entry(party_id, entry_id)
    assert entry is not None
    assert entry.added_by is not None
    assert entry.added_by.name == "Anna Banana"


async def test_migrations_lead_to_the_schema(database_url: str) -> None:
    """A migrated database has exactly the tables, columns and indexes of the schema, and can go back."""

    def there_and_back(connection: Connection) -> None:
        command.upgrade(alembic_config(connection), "head")
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        command.downgrade(alembic_config(connection), "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]

    async with raw(database_url) as connection:
        await connection.run_sync(there_and_back)


async def test_a_database_of_an_older_encore_is_brought_up_to_date(database_url: str) -> None:
    """The first version's party keeps its songs, and shares nothing until somebody says so."""

    def first_version(connection: Connection) -> None:
        command.downgrade(alembic_config(connection), "base")
        command.upgrade(alembic_config(connection), "0001")
        connection.execute(text("INSERT INTO parties VALUES (7, 'discord', '1', '2', 5, 6)"))
        connection.execute(
            text(
                "INSERT INTO entries (id, party_id, state, title, artist, added_ms) "
                "VALUES (8, 7, 'queued', 'Clocks', 'Coldplay', 5)"
            )
        )

    async with raw(database_url) as connection:
        await connection.run_sync(first_version)
    async with open_store(database_url) as store, store.transaction() as tx:
        assert await tx.party(ROOM, 9) == PartyRecord(7, ROOM, 5, 6, shared=False)
        assert [entry.track.title for entry in await tx.entries(7, State)] == ["Clocks"]


async def test_a_database_of_a_newer_encore_is_refused(database_url: str) -> None:
    """A revision that this version does not know is not run over."""
    async with open_store(database_url):
        pass
    async with raw(database_url) as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StartError, match=r"^DATABASE_URL.*newer"):
        async with open_store(database_url):
            pass


async def test_a_member_may_be_known_by_a_long_name(store: Store) -> None:
    """The room makes ids of names, and one sign can become eighteen."""
    guest = Member("web", "صلى الله عليه وسلم" * 32, "ﷺ" * 32)
    async with store.transaction() as tx:
        party_id, entry_id = await queued(tx)
        await tx.set_vote(entry_id, guest, 1)
        entry = await tx.entry(party_id, entry_id)
    assert entry is not None
    assert entry.votes == {guest.user_id: 1}


async def test_a_number_that_no_entry_has_is_none_of_them(store: Store) -> None:
    """A number as large as a front door may pass on finds nothing, and breaks nothing."""
    async with store.transaction() as tx:
        party_id, _ = await queued(tx)
        assert await tx.entry(party_id, 2**63 - 1) is None


async def test_any_sign_comes_back_as_it_was_kept(store: Store) -> None:
    """Texts go through JSON on their way: quotes, control characters and signs of every plane come back."""
    odd = "\"\\/ '\x01\x1f\x7f\t\n\u2028 é 音 🎵 \ufeff %s :x ?"
    song = Track(odd, odd, odd, odd, 1999, 200_000, "0" * 22)
    async with store.transaction() as tx:
        party = await tx.party(ROOM, 1000)
        entry_id = await tx.insert_entry(party.id, song, Member("discord", "1", odd), 2**53 + 1)
    async with store.transaction() as tx:
        entry = await found(tx, party.id, entry_id)
        assert (entry.track, entry.added_ms) == (song, 2**53 + 1)
        assert entry.added_by is not None
        assert entry.added_by.name == odd


async def test_a_transaction_sees_what_it_has_written(store: Store) -> None:
    """What was read ahead, or before, is read anew after each change."""
    async with store.transaction() as tx:
        party_id, first = await queued(tx)
        second = await tx.insert_entry(party_id, SONG, BEN, 1001)
    async with store.transaction() as tx:
        await tx.enter(ROOM, 2000, ANNA, None)
        assert [entry.id for entry in await tx.waiting(party_id)] == [first, second]
        await tx.set_vote(second, ANNA, 1)
        assert (await found(tx, party_id, second)).votes == {ANNA.user_id: 1}
        await tx.move(first, State.QUEUED, State.PLAYING, now_ms=5, ends_ms=9)
        assert [entry.state for entry in await tx.waiting(party_id)] == [State.PLAYING, State.QUEUED]
        assert await tx.add_skip(first, ANNA)
        assert await tx.skippers(first) == {ANNA.user_id}
        assert not await tx.add_skip(first, ANNA)
        await tx.pin(second, 3)
        assert (await found(tx, party_id, second)).pin == 3
    async with store.transaction() as tx:  # the same by the entry that is meant
        await tx.enter(ROOM, 2000, ANNA, None, second)
        assert (await found(tx, party_id, second)).votes == {ANNA.user_id: 1}
        await tx.set_vote(second, ANNA, 0)
        assert (await found(tx, party_id, second)).votes == {}


async def found(tx: Transaction, party_id: int, entry_id: int) -> Entry:
    """An entry that is there."""
    entry = await tx.entry(party_id, entry_id)
    assert entry is not None
    return entry


async def test_hot_queries_use_indexes(store: Store) -> None:
    """EXPLAIN shows no scan of a table that grows, in any query of a busy transaction."""
    if store._engine.dialect.name == "postgresql":  # noqa: SLF001 - it is filled past the store
        async with store._engine.begin() as connection:  # noqa: SLF001 - as above
            await fill(connection)
    async with heard(store) as statements, store.transaction() as tx:
        party_id, entry_id = await queued(tx)
        await tx.move(entry_id, State.QUEUED, State.PLAYING, now_ms=1, ends_ms=2)
        await tx.set_vote(entry_id, BEN, 1)
        await tx.add_skip(entry_id, BEN)
        await tx.skippers(entry_id)
        await tx.record(party_id, BEN, Change(0, "vote", entry_id, None, 0), 3, "key")
        await tx.enter(ROOM, 0, BEN, "key")
        await tx.enter(ROOM, 0, BEN, "key", entry_id)
        await tx.party(ROOM, 0)
        await tx.last_undoable(party_id, BEN)
        await tx.standing(party_id, 0)
        await tx.entries(party_id, State)
        await tx.entries(party_id, (State.QUEUED, State.PLAYING))
        await tx.ballot(party_id)
        await tx.offered(1)
        await tx.history(party_id, 10)
        await tx.overdue(99, 0)
        await tx.share(party_id, True)
        seen = [each for each in statements if each[0].startswith(("SELECT", "WITH", "UPDATE", "DELETE"))]
        assert len(seen) > 10
        for statement, values in seen:
            tables, plan = await scanned(tx, statement, values)
            assert not tables & set(metadata.tables), (statement, plan)
