"""What names that go with time cost: see `tests/bot/party/test_retention.py` for what goes."""

from __future__ import annotations

from db.schema import metadata
from db.store import Store
from tests.conftest import ON_BOTH, ROOM
from tests.db.filled import fill, scanned
from tests.db.raw import engine_of, heard

pytestmark = ON_BOTH


async def test_a_look_reads_few_rows(store: Store) -> None:
    """EXPLAIN shows no scan of a table that grows: rows are looked at by their numbers."""
    await fill(store)
    async with heard(store) as statements:
        async with store.reading() as look:
            await look.retention.old_songs(20_000, 20_100, 5_000)
            await look.retention.old_lines(20_000, 20_100, 5_000)
            await look.retention.old_parties(10_100, 10_200, 500)
            await look.retention.strangers(20_000, 20_100)
        async with store.writing() as tx:
            await tx.retention.unname_songs(ROOM, [20_001, 20_002])
        async with store.writing() as tx:
            await tx.retention.unname_lines(ROOM, [20_001, 20_002])
        async with store.writing() as tx:
            await tx.retention.unname_party(ROOM, 500)
        async with store.writing() as tx:
            await tx.retention.sweep(0, 0, 0)
    seen = [each for each in statements if each[0].startswith(("SELECT", "WITH", "UPDATE", "DELETE"))]
    assert len(seen) > 8
    grow = set(metadata.tables) - {"spotify_logins"}  # what is in there is ten minutes old at most
    if engine_of(store) is not None:  # of the others there are so few here that PostgreSQL hashes them all
        grow = {"changes", "entries", "members", "nicknames", "passes", "votes"}
    for statement, values in seen:
        tables, plan = await scanned(store, statement, values)
        assert not tables & grow, (statement, plan)
