"""One person in every table of a database, and what is left of them when they are forgotten."""

from __future__ import annotations

import pytest

from bot.party.words import Member, Room
from db.queries.erasure import digest_of
from db.schema import metadata
from db.store import Store
from tests.conftest import ON_BOTH
from tests.db.raw import run_sql
from tests.db.sentinel import NAMELESS, PLATFORMS, plant, sentinel, traces, walk

pytestmark = ON_BOTH

NOW_MS = 1_800_000_000_000


def rooms(platform: str) -> list[Room]:
    """Two of its own."""
    return [Room(platform, "T1", "C1"), Room(platform, "T2", "C2")]


async def test_every_table_is_looked_through(store: Store) -> None:
    """A table that comes later has to be planted, or to say here why it names nobody."""
    who = sentinel("web")
    await plant(store, who, Member("web", "other", "Other"), Room("web", "", "C"), NOW_MS)
    named = {table for table, _ in await traces(store, who)}
    assert named == metadata.tables.keys() - NAMELESS.keys()


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_whoever_is_forgotten_stands_nowhere(store: Store, platform: str) -> None:
    """In no table, no column and no JSON; but for the id, where they are blocked, and for that alone."""
    who, other = sentinel(platform), Member(platform, "somebody-else", "Bystander")
    for room in rooms(platform):
        await plant(store, who, other, room, NOW_MS)
    before = await traces(store, other)
    assert len(await traces(store, who)) > 10
    async with store.writing() as tx:
        await tx.erasure.member(who)
    assert await traces(store, who) == {("parties", "blocked")}
    left = [text for _, _, text in await walk(store) if who.user_id in text and text[0] not in "{["]
    assert left == [who.user_id] * 2
    assert not [text for _, _, text in await walk(store) if who.name in text]
    assert await traces(store, other) == before
    assert await run_sql(store, "SELECT digest FROM forgotten") == [(digest_of(platform, who.user_id),)]


async def test_a_visitor_is_forgotten_in_a_chats_rooms(store: Store) -> None:
    """They came to its page under a nickname; a member of a chat with the same id is somebody else."""
    who = sentinel("web")
    namesake = Member("slack", who.user_id, "Namesake")
    await plant(store, who, Member("web", "other", "Other"), Room("slack", "T1", "C1"), NOW_MS)
    await plant(store, namesake, Member("slack", "other", "Other"), Room("slack", "T1", "C2"), NOW_MS)
    async with store.writing() as tx:
        await tx.erasure.member(who)
    assert not [text for _, _, text in await walk(store) if who.name in text]
    assert {table for table, _, text in await walk(store) if "Namesake" in text} >= {"members", "passes"}
