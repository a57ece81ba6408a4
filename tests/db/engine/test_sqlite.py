"""Who waits for whom in a SQLite file."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from pathlib import Path

import pytest

from bot.party.words import NOBODY, Member, Room
from db.store import Store, open_store
from tests.conftest import ANNA, BEN, ROOM
from tests.db.raw import file_of
from tests.db.songs import SONG
from tests.patience import PATIENCE_S
from tests.stall import stalled

ELSEWHERE = Room("discord", "1", "3")
MOMENT_S = 0.05
LAST = 60


async def songs(store: Store, room: Room) -> int:
    """How many songs wait in a room."""
    async with store.reading() as look:
        return len(await look.entries.waiting((await look.parties.open(room, 1)).id))


async def queue(store: Store, room: Room, member: Member = ANNA) -> int:
    """Queues a song; returns its number."""
    async with store.writing() as tx:
        party = await tx.parties.open(room, 1)
        return await tx.entries.insert(party.id, SONG, member, 1)


async def waits(work: Awaitable[object]) -> bool:
    """Whether something is not done in a moment."""
    done, _ = await asyncio.wait({asyncio.ensure_future(work)}, timeout=MOMENT_S)
    return not done


async def test_rooms_do_not_wait_for_each_other(store: Store) -> None:
    """While one room is being changed, another one is changed and seen."""
    async with asyncio.timeout(PATIENCE_S):
        await queue(store, ROOM)
        await queue(store, ELSEWHERE)
        async with store.writing() as tx:
            here = await tx.parties.open(ROOM, 1)
            await tx.entries.insert(here.id, SONG, ANNA, 1)
            await queue(store, ELSEWHERE)
            assert (await songs(store, ROOM), await songs(store, ELSEWHERE)) == (1, 2)
            assert (
                len(await tx.entries.waiting(here.id)) == 2
            )  # what it has written itself; now it has the line
            elsewhere = asyncio.create_task(queue(store, ELSEWHERE))
            assert await waits(asyncio.shield(elsewhere))
        await elsewhere
    assert (await songs(store, ROOM), await songs(store, ELSEWHERE)) == (2, 3)


async def test_a_room_is_changed_by_one_after_the_other(store: Store) -> None:
    """Who comes next finds all that was committed before, and nothing of what was not."""
    seen: list[int] = []

    async def add_another(fails: bool) -> None:
        async with store.writing() as tx:
            party = await tx.parties.open(ROOM, 1)
            seen.append(len(await tx.entries.waiting(party.id)))
            await asyncio.sleep(0)
            await tx.entries.insert(party.id, SONG, ANNA, 1)
            if fails:
                raise ZeroDivisionError

    async with asyncio.timeout(PATIENCE_S):
        await asyncio.gather(*(add_another(i % 3 == 2) for i in range(30)), return_exceptions=True)
    assert seen == [i - i // 3 for i in range(30)]
    assert await songs(store, ROOM) == 20


async def test_who_is_forgotten_has_no_change_under_way(store: Store) -> None:
    """Forgetting waits for the rooms' changes, and they for it: none would name who is not there any more."""
    nobody = Member(BEN.platform, NOBODY, "")
    await queue(store, ROOM, BEN)
    async with asyncio.timeout(PATIENCE_S):
        async with store.writing() as tx:
            party = await tx.parties.open(ROOM, 1)
            mine = await tx.entries.insert(party.id, SONG, BEN, 1)
            forgetting = asyncio.create_task(forget(store, BEN))
            assert await waits(asyncio.shield(forgetting))
            late = asyncio.create_task(queue(store, ELSEWHERE, BEN))
            assert await waits(asyncio.shield(late))
            await tx.votes.set(mine, BEN, +1)
        await forgetting
        await late
    async with store.reading() as look:
        for room, whose in ((ROOM, {nobody}), (ELSEWHERE, {BEN})):
            waiting = await look.entries.waiting((await look.parties.open(room, 1)).id)
            assert {entry.added_by for entry in waiting} == whose
            assert not any(entry.votes for entry in waiting)


async def forget(store: Store, member: Member) -> None:
    """Forgets a member."""
    async with store.writing() as tx:
        await tx.erasure.member(member)


async def test_a_cancelled_change_of_a_room_lets_the_next_one_in(store: Store) -> None:
    """Wherever it is cancelled, all or nothing of it is there for who comes next."""

    async def vote(entry: int, number: int) -> None:
        async with store.writing() as tx:
            party, _ = await tx.parties.enter(ROOM, 1, ANNA, None, entry)
            await tx.votes.set(entry, ANNA, +1)
            await tx.parties.touch(party.id, 1, number)
            if number % 2:
                assert await tx.entries.get(party.id, entry)

    kept: list[bool] = []
    for number in (0, *range(2, LAST + 1)):
        entry = await queue(store, ROOM)
        task = asyncio.create_task(vote(entry, number))
        for _ in range(number * number):
            await asyncio.sleep(0)
        if number == LAST:
            await task
        task.cancel()
        async with asyncio.timeout(PATIENCE_S), store.writing() as tx:
            party = await tx.parties.open(ROOM, 1)
            found = await tx.entries.get(party.id, entry)
            assert found is not None
            kept.append(bool(found.votes))
            assert (party.active_ms == number) == kept[-1]
    assert not kept[0]
    assert kept[-1]


async def test_a_change_that_was_given_up_is_waited_for(store: Store) -> None:
    """Who was on the way into the file when it was cancelled, is in there before the next one looks."""

    async def count() -> int:
        async with store.writing() as tx:
            return len(await tx.entries.waiting((await tx.parties.open(ROOM, 1)).id))

    await queue(store, ROOM)
    async with asyncio.timeout(PATIENCE_S):
        async with stalled(store, looks=False):
            task = asyncio.create_task(queue(store, ROOM))
            assert await waits(asyncio.shield(task))
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            after = asyncio.create_task(count())
            assert await waits(asyncio.shield(after))
        assert await after == 2


async def test_a_room_is_entered_first(store: Store) -> None:
    """Who has the line and would wait for a room, while who has the room waits for the line, is refused."""

    async def share_first() -> None:
        async with store.writing() as tx:
            await tx.parties.set_shared(1, True)
            await tx.parties.open(ROOM, 1)

    async def forget_in_a_room() -> None:
        async with store.writing() as tx:
            await tx.parties.open(ROOM, 1)
            await tx.erasure.member(ANNA)

    await queue(store, ROOM)
    with pytest.raises(RuntimeError):
        await share_first()
    with pytest.raises(RuntimeError):
        await forget_in_a_room()
    assert await songs(store, ROOM) == 1


async def test_a_file_that_is_closed_keeps_nobody_waiting(tmp_path: Path) -> None:
    """Who is still there when the connection goes is told so, and so is who waits behind."""

    async def share(store: Store) -> None:
        async with store.writing() as tx:
            await tx.parties.set_shared(1, True)
            assert await tx.rests.get("Spotify") is None  # from here on it has the connection
            await asyncio.sleep(MOMENT_S)
            await file_of(store).writer.close()

    url = f"sqlite+aiosqlite:///{tmp_path / 'party.db'}"
    async with asyncio.timeout(PATIENCE_S), open_store(url) as store:
        found = await asyncio.gather(share(store), share(store), return_exceptions=True)
        assert [type(each) for each in found] == [ValueError, ValueError]


async def test_no_number_is_given_twice(store: Store) -> None:
    """Neither to rooms at the same time, nor again after what had it was taken back."""

    async def fail(room: Room) -> None:
        async with store.writing() as tx:
            numbers.append(await tx.entries.insert((await tx.parties.open(room, 1)).id, SONG, ANNA, 1))
            raise ZeroDivisionError

    numbers: list[int] = []
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await fail(ROOM)
        numbers += await asyncio.gather(queue(store, ROOM), queue(store, ELSEWHERE))
    assert len({*numbers}) == len(numbers) == 9
