"""What one process changes, the others hear of."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from bot.party.words import Change, Member, Room, Rules
from db.engine import wake
from db.store import Store, open_store
from tests.conftest import ON_POSTGRESQL, ROOM
from tests.patience import PATIENCE_S
from tests.postgres import Server

pytestmark = ON_POSTGRESQL

LOBBY = Room("web", "", 'a lobby with "quotes" and ü')


class Heard(asyncio.Queue[Room]):
    """The rooms that a process was told of, in order."""

    async def next(self) -> Room:
        """The next one, as soon as it comes."""
        async with asyncio.timeout(PATIENCE_S):
            return await self.get()


async def change(store: Store, *rooms: Room, touch: bool = False) -> None:
    """Changes parties in one transaction each, so that people see it."""
    for room in rooms:
        async with store.writing() as tx:
            party = await tx.parties.open(room, 0)
            if touch:
                await tx.parties.touch(party.id, 0, int(time.time() * 1000))
            await tx.parties.set_rules(party.id, Rules(quiet=True))


async def test_others_hear_of_a_change_and_oneself_does_not(store: Store, database_url: str) -> None:
    """Each process is told what the others commit, in order, and nothing of its own."""
    mine, theirs = Heard(), Heard()
    async with (
        open_store(database_url) as other,
        store.listen(mine.put_nowait),
        other.listen(theirs.put_nowait),
    ):
        await change(store, ROOM, LOBBY)
        assert [await theirs.next(), await theirs.next()] == [ROOM, LOBBY]
        await change(other, LOBBY)
        assert await mine.next() == LOBBY
        assert theirs.empty()


async def test_what_is_rolled_back_is_not_heard(store: Store, database_url: str) -> None:
    """Only a commit wakes the others."""
    theirs = Heard()

    async def fail() -> None:
        async with store.writing() as tx:
            await tx.parties.set_rules((await tx.parties.open(ROOM, 0)).id, Rules())
            raise RuntimeError

    async with open_store(database_url) as other, other.listen(theirs.put_nowait):
        with pytest.raises(RuntimeError):
            await fail()
        await change(store, LOBBY)
        assert await theirs.next() == LOBBY


async def test_what_nobody_sees_is_not_heard(store: Store, database_url: str) -> None:
    """A silent change and a look wake nobody."""
    theirs = Heard()
    async with open_store(database_url) as other, other.listen(theirs.put_nowait):
        async with store.writing() as tx:
            party = await tx.parties.open(ROOM, 0)
            await tx.parties.touch(party.id, 1, 1)
            await tx.parties.set_card(party.id, "message")
        async with store.reading() as look:
            await look.parties.open(ROOM, 0)
        await change(store, LOBBY)
        assert await theirs.next() == LOBBY


async def test_every_room_of_whoever_is_forgotten_hears_of_it(store: Store, database_url: str) -> None:
    """Each room in which they did something is told, and no other."""
    member = Member("web", "anna", "Anna")
    async with store.writing() as tx:
        for room in (ROOM, LOBBY):
            party = await tx.parties.open(room, 0)
            await tx.diary.record(party.id, member, Change(0, "add", None, None, 0), 0, None)
    await change(store, Room("web", "", "elsewhere"))
    theirs = Heard()
    async with open_store(database_url) as other, other.listen(theirs.put_nowait):
        async with store.writing() as tx:
            _, rooms = await tx.erasure.member(member)
        assert rooms == [ROOM, LOBBY]
        assert [await theirs.next(), await theirs.next()] == rooms
        await change(store, LOBBY)
        assert await theirs.next() == LOBBY
        assert theirs.empty()


async def test_a_lost_connection_is_made_again(store: Store, database_url: str, postgres: Server) -> None:
    """After the server has ended every connection, what happened meanwhile and what comes is heard."""
    theirs = Heard()
    async with open_store(database_url) as other, other.listen(theirs.put_nowait):
        await change(store, ROOM)
        assert await theirs.next() == ROOM
        assert postgres.end_connections(database_url) == 2  # the store's and the listening one
        await change(store, LOBBY, touch=True)
        assert await theirs.next() == LOBBY
        quiet = Room("web", "", "not touched, so only an announcement can tell")
        await change(store, quiet)
        while (room := await theirs.next()) != quiet:
            assert room == LOBBY  # told once for the time that was missed, and once for itself


async def test_a_view_that_fails_and_a_stranger_on_the_channel_stop_nothing(
    store: Store, database_url: str, postgres: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """Both are logged, and the next change is heard."""
    theirs = Heard()

    def view(room: Room) -> None:
        theirs.put_nowait(room)
        if room == ROOM:
            raise RuntimeError("broken view")

    name = str(make_url(database_url).database)
    async with open_store(database_url) as other, other.listen(view):
        for nonsense in ("hello", "7", '["one"]', '{"a": 1}'):
            postgres.run(f"NOTIFY {wake.CHANNEL}, '{nonsense}'", name)
        await change(store, ROOM, LOBBY)
        assert [await theirs.next(), await theirs.next()] == [ROOM, LOBBY]
    said = [record.getMessage() for record in caplog.records]
    assert sum("Something else" in each for each in said) == 4
    assert sum("could not be refreshed" in each for each in said) == 1


async def test_a_server_that_is_away_at_first_is_waited_for(postgres: Server, database_url: str) -> None:
    """Listening opens though no connection is to be had, and goes on trying."""
    theirs = Heard()
    tries = 0

    async with open_store(database_url) as store:

        async def connect() -> asyncpg.Connection[Any]:
            nonlocal tries
            tries += 1
            if tries == 1:
                raise ConnectionRefusedError
            return await asyncpg.connect(database_url.replace("+asyncpg", ""))

        async with wake.listening(connect, "me", theirs.put_nowait):
            assert tries == 1
            await change(store, ROOM, touch=True)
            assert await theirs.next() == ROOM
