"""One person in every table of a database, and what is left of them when they are forgotten."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot.party.words import Member, Room
from db.queries.erasure import digest_of
from db.schema import metadata
from db.store import Store, open_store
from tests.bot.test_main import left_behind
from tests.conftest import ON_BOTH
from tests.db.raw import run_sql
from tests.db.sentinel import NAMELESS, PLATFORMS, plant, sentinel, traces, walk

NOW_MS = 1_800_000_000_000


def rooms(platform: str) -> list[Room]:
    """Two of its own."""
    return [Room(platform, "T1", "C1"), Room(platform, "T2", "C2")]


@ON_BOTH
async def test_every_table_is_looked_through(store: Store) -> None:
    """A table that comes later has to be planted, or to say here why it names nobody."""
    who = sentinel("web")
    await plant(store, who, Member("web", "other", "Other"), Room("web", "", "C"), NOW_MS)
    named = {table for table, _ in await traces(store, who)}
    assert named == metadata.tables.keys() - NAMELESS.keys()


@ON_BOTH
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


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_file_keeps_no_bytes_of_whoever_is_forgotten(database_url: str, tmp_path: Path) -> None:
    """What is deleted is overwritten (sqlite.org/pragma.html#pragma_secure_delete), and the log is put in."""
    who, other = sentinel("web"), Member("web", "somebody-else", "Bystander")
    name = replace(who, name="Sentinella")
    async with open_store(database_url) as store:
        await plant(store, name, other, Room("web", "", "C1"), NOW_MS)
    assert b"Sentinella" in await asyncio.to_thread((tmp_path / "party.db").read_bytes)
    async with open_store(database_url) as store, store.writing() as tx:
        await tx.erasure.member(name)
    for each in sorted(await asyncio.to_thread(left_behind, tmp_path)):
        assert b"Sentinella" not in await asyncio.to_thread((tmp_path / each).read_bytes), each


@ON_BOTH
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
