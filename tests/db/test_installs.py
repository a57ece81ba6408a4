"""Slack's installations on real databases of both kinds, and how a workspace is forgotten."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from bot.party.domain import Change, Member, Room, State, Suggestion
from db.schema import metadata
from db.store import Store, Transaction
from tests.conftest import ON_BOTH
from tests.db.filled import fill, heard, scanned
from tests.db.test_store import SONG

pytestmark = ON_BOTH

HERE, THERE = Room("slack", "T1", "C1"), Room("slack", "T2", "C1")
LEAVING = [HERE, Room("slack", "T1", "C2")]
STAYING = [THERE, Room("discord", "T1", "C1"), Room("slack", "T", "C1"), Room("slack", "T11", "C1")]
ANNA, BEN, CLEO = (Member("slack", f"U{name}", name) for name in ("Anna", "Ben", "Cleo"))
EVERYTHING = ("parties", "entries", "votes", "skips", "changes", "members", "slack_installs")


async def play(tx: Transaction, room: Room, *people: Member) -> None:
    """Does all that leaves a trace in a room, each thing by another one of these people in turn."""
    who = (people * 5)[:5]
    party = await tx.party(room, 1)
    entry = await tx.insert_entry(party.id, SONG, who[0], 1)
    await tx.set_vote(entry, who[1], 1)
    await tx.add_skip(entry, who[2])
    ballot = await tx.record(party.id, who[3], Change(0, "next", None, None, 0), 1, "key")
    await tx.insert_suggestions(party.id, ballot, [Suggestion(SONG, 0.5, ())], 1)
    [offer, *_] = await tx.ballot(party.id)
    await tx.move(offer.id, State.SUGGESTED, State.QUEUED, now_ms=2, added_by=who[4])


async def rows(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """All that there is, by table."""
    async with store.transaction() as tx:
        found = {}
        for table in EVERYTHING:
            result = await tx._connection.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2"))  # noqa: S608, SLF001
            found[table] = [tuple(row) for row in result]
        return found


async def test_a_workspace_leaves_nothing_and_the_others_everything(store: Store) -> None:
    """All rows of a workspace go, and not one of another one's, its namesakes' and its guests' included."""
    async with store.transaction() as tx:
        for room in STAYING:
            await play(tx, room, Member(room.platform, f"{room.workspace}-host", "Host"), ANNA)
        await tx.save_install("", "T2", "theirs", 1)
        await tx.save_install("E1", "", "their organisation's", 1)
    before = await rows(store)
    async with store.transaction() as tx:
        for room in LEAVING:
            await play(tx, room, ANNA, BEN, CLEO)
        await tx.save_install("E1", "T1", "ours", 1)
    assert len((await rows(store))["members"]) == len(before["members"]) + 2
    async with store.transaction() as tx:
        assert await tx.forget_workspace("slack", "T1") == LEAVING
    assert await rows(store) == before
    async with store.transaction() as tx:
        assert await tx.forget_workspace("slack", "T1") == []


@pytest.mark.parametrize("trace", range(5))
async def test_whoever_has_left_one_trace_elsewhere_is_known_there(store: Store, trace: int) -> None:
    """A song, a vote, a skip, a change or a song taken up: each alone keeps a member."""
    others = [BEN] * 5
    others[trace] = ANNA
    async with store.transaction() as tx:
        await play(tx, THERE, *others)
    before = await rows(store)
    async with store.transaction() as tx:
        await play(tx, HERE, ANNA, CLEO)
    async with store.transaction() as tx:
        await tx.forget_workspace("slack", "T1")
    assert await rows(store) == before


async def test_many_people_are_forgotten_at_once(store: Store) -> None:
    """More people than one statement may name are gone all the same."""
    async with store.transaction() as tx:
        party = await tx.party(HERE, 1)
        for number in range(1100):
            await tx.insert_entry(party.id, SONG, Member("slack", f"U{number}", "Guest"), 1)
    async with store.transaction() as tx:
        await tx.forget_workspace("slack", "T1")
    assert not any((await rows(store)).values())


async def test_an_error_while_forgetting_forgets_nothing(store: Store) -> None:
    """It all goes at once or not at all."""
    async with store.transaction() as tx:
        await play(tx, HERE, ANNA, BEN)
    before = await rows(store)

    async def fail() -> None:
        async with store.transaction() as tx:
            await tx.forget_workspace("slack", "T1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await rows(store) == before


async def test_a_workspace_leaves_while_its_people_play_elsewhere(store: Store) -> None:
    """Nobody waits in a circle, and nobody's doings elsewhere are lost."""
    places = [Room("slack", "T2", str(number)) for number in range(10)]

    async def act(room: Room) -> None:
        async with store.transaction() as tx:
            party = await tx.party(room, 1)
            await tx.insert_entry(party.id, SONG, ANNA, 1)
            await asyncio.sleep(0)
            await tx.insert_entry(party.id, SONG, ANNA, 1)

    async def leave() -> None:
        async with store.transaction() as tx:
            await tx.forget_workspace("slack", "T1")

    async with store.transaction() as tx:
        await play(tx, HERE, ANNA, BEN)
        await play(tx, THERE, ANNA)
    await asyncio.gather(*(act(room) for room in places[:5]), leave(), *(act(room) for room in places[5:]))
    left = await rows(store)
    assert [row[1:] for row in left["members"]] == [("slack", "UAnna", "Anna")]
    assert len(left["entries"]) == 22


async def test_an_installation_is_found_by_where_it_is(store: Store) -> None:
    """A workspace's by its id, an organisation's by its, and neither for the other."""
    async with store.transaction() as tx:
        await tx.save_install("E1", "T1", "workspace", 1)
        await tx.save_install("E1", "", "organisation", 1)
        await tx.save_install("", "T2", "alone", 1)
        found = [await tx.install(workspace) for workspace in ("T1", "E1", "T2", "T3", "")]
        assert found == ["workspace", "organisation", "alone", None, None]
        await tx.drop_install("E1")
        assert sorted(await tx.installs()) == [("T1", "workspace"), ("T2", "alone")]


async def test_an_installation_is_replaced_by_the_next(store: Store) -> None:
    """There is one for a workspace, also after it has joined an organisation; when it first came is kept."""
    async with store.transaction() as tx:
        await tx.save_install("", "T1", "first", 1)
        await tx.save_install("", "T1", "second", 2)
        assert await tx.installs() == [("T1", "second")]
    assert [row[-3:] for row in (await rows(store))["slack_installs"]] == [("second", 1, 2)]
    async with store.transaction() as tx:
        await tx.save_install("E1", "T1", "third", 3)
        assert await tx.installs() == [("T1", "third")]


async def test_an_installation_is_swapped_only_for_what_was_read(store: Store) -> None:
    """What was replaced or deleted meanwhile stays as it is."""
    async with store.transaction() as tx:
        await tx.save_install("", "T1", "first", 1)
        assert await tx.swap_install("T1", "first", "second", 2)
        assert not await tx.swap_install("T1", "first", "third", 3)
        assert await tx.install("T1") == "second"
        await tx.drop_install("T1")
        assert not await tx.swap_install("T1", "second", "third", 3)
        assert await tx.installs() == []


async def test_a_state_is_good_once_and_in_time(store: Store) -> None:
    """A second use, an unknown one and a late one are refused, and the late ones do not pile up."""
    async with store.transaction() as tx:
        for digest, expires_ms in (("a", 100), ("b", 100), ("c", 50)):
            await tx.save_state(digest, expires_ms, 0)
        assert await tx.consume_state("a", 99)
        assert not await tx.consume_state("a", 99)
        assert not await tx.consume_state("b", 100)
        assert not await tx.consume_state("nothing", 0)
        await tx.save_state("d", 300, 200)
        left = await tx._connection.execute(text("SELECT digest FROM slack_states"))  # noqa: SLF001
        assert [row.digest for row in left] == ["d"]


async def test_forgetting_reads_no_table_from_end_to_end(store: Store) -> None:
    """EXPLAIN shows no scan of a table that grows, whatever else is in the database."""
    if store._engine.dialect.name == "postgresql":  # noqa: SLF001 - it is filled past the store
        async with store._engine.begin() as connection:  # noqa: SLF001 - as above
            await fill(connection)
    async with store.transaction() as tx:
        await play(tx, HERE, ANNA, BEN, CLEO)
    async with heard(store) as statements, store.transaction() as tx:
        await tx.forget_workspace("slack", "T1")
        for statement, values in statements[:]:
            tables, plan = await scanned(tx, statement, values)
            small = {"slack_installs", "spotify_logins"}  # what is in there is ten minutes old at most
            assert not tables & (set(metadata.tables) - small), (statement, plan)
    assert len(statements) > 8
