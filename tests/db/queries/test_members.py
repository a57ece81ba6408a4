"""Members on real databases of both kinds."""

from __future__ import annotations

from bot.party.words import Change, Member
from db.store import Store
from tests.conftest import ANNA, ON_BOTH
from tests.db.songs import queued

pytestmark = ON_BOTH


async def test_a_member_is_one_person_under_any_name(store: Store) -> None:
    """A new display name replaces the old one everywhere, and counts as the same person."""
    async with store.writing() as tx:
        party_id, entry_id = await queued(tx)
        renamed = Member(ANNA.platform, ANNA.user_id, "Anna Banana")
        for member in (ANNA, renamed):
            await tx.diary.record(party_id, member, Change(0, "vote", entry_id, None, 0), 50, None)
        assert (await tx.entries.standing(party_id, 50)).active == {ANNA.user_id}
        assert (await tx.entries.standing(party_id, 51)).active == frozenset()
        entry = await tx.entries.get(party_id, entry_id)
    assert entry is not None
    assert entry.added_by is not None
    assert entry.added_by.name == "Anna Banana"


async def test_a_member_may_be_known_by_a_long_name(store: Store) -> None:
    """The room makes ids of names, and one sign can become eighteen."""
    guest = Member("web", "صلى الله عليه وسلم" * 32, "ﷺ" * 32)
    async with store.writing() as tx:
        party_id, entry_id = await queued(tx)
        await tx.votes.set(entry_id, guest, 1)
        entry = await tx.entries.get(party_id, entry_id)
    assert entry is not None
    assert entry.votes == {guest.user_id: 1}
