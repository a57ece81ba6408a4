"""Slack's installations on real databases of both kinds."""

from __future__ import annotations

from db.store import Store
from tests.conftest import ON_BOTH
from tests.db.raw import run_sql

pytestmark = ON_BOTH


async def test_an_installation_is_found_by_where_it_is(store: Store) -> None:
    """A workspace's by its id, an organisation's by its, and neither for the other."""
    async with store.writing() as tx:
        await tx.installs.save("E1", "T1", "workspace", 1)
        await tx.installs.save("E1", "", "organisation", 1)
        await tx.installs.save("", "T2", "alone", 1)
        found = [await tx.installs.get(workspace) for workspace in ("T1", "E1", "T2", "T3", "")]
        assert found == ["workspace", "organisation", "alone", None, None]
        await tx.installs.drop("E1")
        assert sorted(await tx.installs.all()) == [("T1", "workspace"), ("T2", "alone")]


async def test_an_installation_is_replaced_by_the_next(store: Store) -> None:
    """There is one for a workspace, also after it has joined an organisation; when it first came is kept."""
    async with store.writing() as tx:
        await tx.installs.save("", "T1", "first", 1)
        await tx.installs.save("", "T1", "second", 2)
        assert await tx.installs.all() == [("T1", "second")]
    assert [row[-3:] for row in await run_sql(store, "SELECT * FROM slack_installs")] == [("second", 1, 2)]
    async with store.writing() as tx:
        await tx.installs.save("E1", "T1", "third", 3)
        assert await tx.installs.all() == [("T1", "third")]


async def test_an_installation_is_swapped_only_for_what_was_read(store: Store) -> None:
    """What was replaced or deleted meanwhile stays as it is."""
    async with store.writing() as tx:
        await tx.installs.save("", "T1", "first", 1)
        assert await tx.installs.swap("T1", "first", "second", 2)
        assert not await tx.installs.swap("T1", "first", "third", 3)
        assert await tx.installs.get("T1") == "second"
        await tx.installs.drop("T1")
        assert not await tx.installs.swap("T1", "second", "third", 3)
        assert await tx.installs.all() == []


async def test_a_state_is_good_once_and_in_time(store: Store) -> None:
    """A second use, an unknown one and a late one are refused, and the late ones do not pile up."""
    async with store.writing() as tx:
        for digest, expires_ms in (("a", 100), ("b", 100), ("c", 50)):
            await tx.installs.save_state(digest, expires_ms, 0)
        assert await tx.installs.consume_state("a", 99)
        assert not await tx.installs.consume_state("a", 99)
        assert not await tx.installs.consume_state("b", 100)
        assert not await tx.installs.consume_state("nothing", 0)
        await tx.installs.save_state("d", 300, 200)
    assert await run_sql(store, "SELECT digest FROM slack_states") == [("d",)]
