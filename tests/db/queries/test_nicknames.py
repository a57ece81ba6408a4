"""The names of people without an account, as they are kept."""

from __future__ import annotations

from db.store import Store
from tests.conftest import ON_BOTH, ROOM

pytestmark = ON_BOTH


async def test_a_name_takes_the_place_of_the_one_before(store: Store) -> None:
    """Somebody has one name in a party, and a name one owner."""
    async with store.writing() as tx:
        party_id = (await tx.parties.open(ROOM, 1)).id
        await tx.nicknames.keep(party_id, "ada", "a", "Ada", 5)
        await tx.nicknames.keep(party_id, "lda", "a", "Ida", 6)
        await tx.nicknames.keep(party_id, "ada", "b", "Ada!", 7)
        assert not tx.changed  # nobody is told
    async with store.reading() as look:
        assert await look.nicknames.owner(party_id, "ada") == "b"
        assert await look.nicknames.owner(party_id, "lda") == "a"
        assert await look.nicknames.owner(party_id + 1, "ada") is None
        known = await look.nicknames.of(party_id, "a")
        assert known is not None
        assert (known.looks, known.name, known.seen_ms) == ("lda", "Ida", 6)
        assert await look.nicknames.of(party_id, "c") is None


async def test_old_names_are_free_again(store: Store) -> None:
    """Those whose owner was not seen for long, and of too many the oldest."""
    async with store.writing() as tx:
        party_id = (await tx.parties.open(ROOM, 1)).id
        for number in range(1, 6):
            await tx.nicknames.keep(party_id, f"n{number}", f"u{number}", f"N{number}", number)
        await tx.nicknames.forget(party_id, 2, 4)
        owners = [await tx.nicknames.owner(party_id, f"n{number}") for number in range(1, 6)]
        assert owners == [None, None, "u3", "u4", "u5"]
        await tx.nicknames.forget(party_id, 2, 4)
        assert await tx.nicknames.owner(party_id, "n3") == "u3"
