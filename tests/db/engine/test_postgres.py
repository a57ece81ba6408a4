"""What only PostgreSQL can do: several processes on one database, users and passwords."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from bot.party.errors import StartError
from bot.party.words import Member, Playback, Room, State
from db.queries.parties import SET_CARD
from db.store import Store, open_store
from tests.conftest import ANNA, ON_POSTGRESQL, ROOM
from tests.db.raw import database_of, run_sql
from tests.db.songs import SONG
from tests.patience import PATIENCE_S
from tests.postgres import EMPTY, MIGRATED, PASSWORD, Server

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"
"""How many transactions wait for another one."""


@pytest.fixture
def empty(postgres: Server) -> Iterator[str]:
    """The name of a database without tables."""
    with postgres.database(EMPTY) as name:
        yield name


@pytest.fixture
async def other(database_url: str, store: Store) -> AsyncIterator[Store]:
    """Another process's store on the same database."""
    async with open_store(database_url) as other:
        yield other


async def test_several_processes_start_at_once(postgres: Server, empty: str) -> None:
    """Every one of them finds the tables, whoever makes them."""
    async with AsyncExitStack() as stack:
        opened = [stack.enter_async_context(open_store(postgres.url(empty))) for _ in range(4)]
        stores = await asyncio.gather(*opened)
        for store in stores:
            async with store.writing() as tx:
                assert (await tx.parties.open(ROOM, 5)).started_ms == 5


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
async def test_an_address_is_understood_as_hosts_write_it(postgres: Server, scheme: str, empty: str) -> None:
    """Every usual beginning is understood, and so is sslmode; the password is escaped."""
    url = postgres.tcp_url(empty, scheme=scheme) + "?sslmode=prefer"
    async with open_store(url) as store, store.writing() as tx:
        assert (await tx.parties.open(ROOM, 5)).started_ms == 5


async def refused(url: str) -> str:
    """The one sentence that says why a store does not open, which keeps the password."""
    with pytest.raises(StartError) as error:
        async with open_store(url):
            pass
    sentence = str(error.value)
    assert sentence.startswith("DATABASE_URL")
    assert "\n" not in sentence
    assert "secret" not in sentence
    assert PASSWORD not in sentence
    return sentence


async def test_each_refusal_says_what_to_mend(postgres: Server) -> None:
    """A wrong password, a missing database, a server that is not there: each has a sentence of its own."""
    right = postgres.tcp_url(MIGRATED)
    assert "user and password" in await refused(postgres.tcp_url(MIGRATED, "secret"))
    assert "no database with this name" in await refused(postgres.tcp_url("holidays"))
    assert "cannot be reached" in await refused(right.replace(f":{postgres.port}/", ":1/"))
    assert "cannot be reached" in await refused(right.replace("127.0.0.1", "nowhere.invalid"))
    assert "sslmode" in await refused(f"{right}?application_name=secret")
    assert "SSL" in await refused(f"{right}?sslmode=require")


async def test_something_else_at_the_address_is_not_taken_for_postgresql() -> None:
    """A server that hangs up is none that can be reached, with or without TLS."""

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        for ending in ("", "?sslmode=disable"):
            sentence = await refused(f"postgres://somebody:secret@127.0.0.1:{port}/party{ending}")
            assert "cannot be reached" in sentence


async def test_a_user_who_may_make_no_tables_is_told(postgres: Server, empty: str) -> None:
    """A database that somebody else owns is refused, with the mend."""
    postgres.run(
        "CREATE ROLE guest LOGIN PASSWORD 'secret'; REVOKE CREATE ON SCHEMA public FROM PUBLIC", empty
    )
    url = postgres.tcp_url(empty, "secret").replace("//encore:", "//guest:")
    assert "database's owner" in await refused(url)
    postgres.run("DROP ROLE guest")


@ON_POSTGRESQL
async def test_transactions_of_two_processes_wait_for_each_other(store: Store, other: Store) -> None:
    """What one process reads and writes in a party, the other sees as a whole, from the very first."""

    async def count_up(store: Store) -> None:
        async with store.writing() as tx:
            party = await tx.parties.open(ROOM, 0)
            await tx.parties.touch(party.id, party.started_ms + 1, 0)

    await asyncio.gather(*(count_up([store, other][i % 2]) for i in range(40)))
    async with store.writing() as tx:
        assert (await tx.parties.open(ROOM, 0)).started_ms == 40


@ON_POSTGRESQL
async def test_parties_do_not_wait_for_each_other(store: Store, other: Store) -> None:
    """While one room's party is being changed, another room's goes on."""
    async with store.writing() as tx:
        await tx.parties.open(ROOM, 0)
        for elsewhere in (store, other):
            async with asyncio.timeout(PATIENCE_S), elsewhere.writing() as tx:
                await tx.parties.open(Room("web", "", "lobby"), 0)


@ON_POSTGRESQL
async def test_people_in_many_rooms_never_lock_each_other_out(store: Store, other: Store) -> None:
    """Everybody does something everywhere at once, each time under a new name, and nothing is lost."""

    async def act(store: Store, room: int, person: int) -> None:
        async with store.writing() as tx:
            party = await tx.parties.open(Room("web", "", str(room)), 0)
            member = Member("web", str(person), f"Name {room}")
            await tx.entries.insert(party.id, SONG, member, 0)
            await asyncio.sleep(0)
            await tx.entries.insert(party.id, SONG, member, 0)

    pairs = [(room, (person + room) % 6) for person in range(6) for room in range(6)]
    await asyncio.gather(*(act([store, other][(room + person) % 2], room, person) for room, person in pairs))
    async with store.writing() as tx:
        for room in range(6):
            party = await tx.parties.open(Room("web", "", str(room)), 0)
            assert len(await tx.entries.since(party.id, State)) == 12


@ON_POSTGRESQL
async def test_a_cancelled_transaction_is_not_left_open(
    store: Store, other: Store, postgres: Server, database_url: str
) -> None:
    """Wherever a task is cancelled, even twice, its party is free again and nothing is half written."""

    async def add_two() -> None:
        async with store.writing() as tx:
            party = await tx.parties.open(ROOM, 0)
            for _ in range(2):
                await tx.entries.insert(party.id, SONG, ANNA, 0)

    for moment in range(40):
        task = asyncio.create_task(add_two())
        for _ in range(moment):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with asyncio.timeout(PATIENCE_S), other.writing() as tx:
            party = await tx.parties.open(ROOM, 0)
            assert len(await tx.entries.since(party.id, State)) % 2 == 0
    async with asyncio.timeout(PATIENCE_S):
        await asyncio.gather(*(add_two() for _ in range(10)))


@ON_POSTGRESQL
async def test_who_waited_for_a_party_sees_where_it_sounds_now(store: Store, other: Store) -> None:
    """What another process has just stopped is not there any more once the party's turn has come."""
    async with store.writing() as tx:
        party = await tx.parties.open(ROOM, 0)
        await tx.playbacks.set(party.id, Playback(ANNA, "phone", "Phone"))

    async def read() -> list[Playback | None]:
        async with store.writing() as tx:
            entered, _ = await tx.parties.enter(ROOM, 0, ANNA, None)
            return [entered.playback, (await tx.parties.open(ROOM, 0)).playback]

    async with other.writing() as tx:
        await tx.playbacks.drop((await tx.parties.open(ROOM, 0)).id)
        waits = asyncio.create_task(read())
        async with asyncio.timeout(PATIENCE_S):
            while await run_sql(other, WAITING) == [(0,)]:
                pass
    assert await waits == [None, None]


@ON_POSTGRESQL
async def test_postgresql_itself_lets_a_look_write_nothing(store: Store) -> None:
    """Whatever gets past us is refused there, and the connection can write again afterwards."""
    async with store.writing() as tx:
        party = await tx.parties.open(ROOM, 1)
    database = database_of(store)
    async with database.reading() as session:
        past_us: Any = session._reader  # noqa: SLF001 - nobody else gets past us
        with pytest.raises(DBAPIError, match="read-only transaction"):
            await past_us.write(SET_CARD, {"party": party.id, "card": "message"})
    async with store.writing() as tx:
        await tx.parties.set_card(party.id, "other")
        assert (await tx.parties.open(ROOM, 1)).card == "other"


@ON_POSTGRESQL
async def test_all_that_is_looked_at_is_of_one_moment(store: Store, other: Store) -> None:
    """What another process adds meanwhile is in no answer, or a song could play and be over at once."""
    async with store.writing() as tx:
        party_id = (await tx.parties.open(ROOM, 0)).id
    async with store.reading() as look:
        assert await look.entries.since(party_id, State) == []
        async with other.writing() as tx:
            await tx.parties.open(ROOM, 0)
            await tx.entries.insert(party_id, SONG, ANNA, 1)
        assert await look.entries.added_counts(party_id) == {}
    async with store.reading() as look:
        assert await look.entries.added_counts(party_id) == {ANNA.user_id: 1}


@ON_POSTGRESQL
async def test_what_another_process_changed_first_is_read_anew(store: Store, other: Store) -> None:
    """A command that came too late changes nothing, and the next look finds why."""
    async with store.writing() as tx:
        await tx.accounts.save(ANNA, "", "old", 1)
    async with store.writing() as tx:
        old = await tx.accounts.get(ANNA)
        assert old is not None
        async with other.writing() as elsewhere:
            await elsewhere.accounts.save(ANNA, "", "new", 2)
        assert not await tx.accounts.drop(old)
        new = await tx.accounts.get(ANNA)
        assert new is not None
        assert new.sealed == "new"
        assert await tx.accounts.drop(new)
