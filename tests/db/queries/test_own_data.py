"""What is kept of somebody is told them: all of it, and nothing of anybody else."""

from __future__ import annotations

import pytest

from bot.party.words import Member, Room
from db.schema import metadata
from db.store import Store
from tests.conftest import ON_BOTH
from tests.db.filled import fill, scanned
from tests.db.raw import heard
from tests.db.sentinel import PLATFORMS, plant, sentinel, texts, traces

pytestmark = ON_BOTH

NOW_MS = 1_800_000_000_000
KINDS = {
    "members": "names",
    "entries": "songs",
    "votes": "votes",
    "skips": "wishes_to_skip",
    "changes": "what_you_did",
    "playbacks": "playing_on",
    "saves": "saved_playlists",
    "passes": "links",
    "nicknames": "nicknames",
    "spotify_accounts": "spotify_connections",
    "spotify_logins": "spotify_connections_begun",
    "parties": "rooms_that_name_you",
}
"""Under which name the file has what a table has of somebody."""


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_it_is_all_that_any_table_has(store: Store, platform: str) -> None:
    """A table that names somebody has its place in the file, and each row of theirs is there."""
    who, other = sentinel(platform), Member(platform, "somebody-else", "Bystander")
    for channel in ("C1", "C2"):
        await plant(store, who, other, Room(platform, "T1", channel), NOW_MS)
    async with store.reading() as look:
        told = await look.own_data.of(who, 100)
        nobodys = await look.own_data.of(Member(platform, "never-here", "Never"), 100)
    named = {table for table, _ in await traces(store, who)}
    assert {KINDS[table] for table in named} == {kind for kind, rows in told.items() if rows}
    one_in_all = {"names", "spotify_connections"}
    twice = {"songs": 4, "votes": 4, "wishes_to_skip": 4}  # one added and one taken up, in each room
    for kind, rows in told.items():
        if rows:
            assert len(rows) == (1 if kind in one_in_all else twice.get(kind, 2)), kind
    said = {*texts([[*map(dict, rows)] for rows in told.values()])}
    assert not [text for text in said if "Bystander" in text or "somebody-else" in text]
    assert not any(nobodys.values())


async def test_it_has_an_end(store: Store) -> None:
    """Of each kind there are the latest, however many there are."""
    who, other = sentinel("web"), Member("web", "somebody-else", "Bystander")
    for channel in ("C1", "C2", "C3"):
        await plant(store, who, other, Room("web", "", channel), NOW_MS)
    async with store.reading() as look:
        told = await look.own_data.of(who, 2)
    assert max(map(len, told.values())) == 2
    assert {row["channel"] for row in told["songs"]} == {"C3"}


async def test_it_reads_no_table_from_end_to_end(store: Store) -> None:
    """But for what is small, and for rooms, whose rules may name anybody."""
    await fill(store)
    async with heard(store) as statements, store.reading() as look:
        await look.own_data.of(sentinel("discord"), 100)
    small = {"parties", "spotify_logins"}
    seen = [each for each in statements if each[0].startswith(("SELECT", "WITH"))]
    assert len(seen) > 5
    for statement, values in seen:
        tables, plan = await scanned(store, statement, values)
        assert not tables & (set(metadata.tables) - small), (statement, plan)
