"""A song that the tests of `db/` queue."""

from __future__ import annotations

from bot.party.words import Entry, Track
from db.store import Transaction
from tests.conftest import ANNA, ROOM

SONG = Track("Mr. Brightside", "The Killers", "1", duration_ms=222_000)


async def queued(tx: Transaction, now_ms: int = 1000) -> tuple[int, int]:
    """A party with one song queued: both numbers."""
    party = await tx.parties.open(ROOM, now_ms)
    return party.id, await tx.entries.insert(party.id, SONG, ANNA, now_ms)


async def found(tx: Transaction, party_id: int, entry_id: int) -> Entry:
    """An entry that is there."""
    entry = await tx.entries.get(party_id, entry_id)
    assert entry is not None
    return entry
