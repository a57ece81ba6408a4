"""Whether queries read more than they need."""

from __future__ import annotations

from bot.party.words import Change, State, Way
from db.schema import metadata
from db.store import Store
from tests.conftest import BEN, ON_BOTH, ROOM
from tests.db.filled import fill, scanned
from tests.db.raw import heard
from tests.db.songs import queued

pytestmark = ON_BOTH


async def test_hot_queries_use_indexes(store: Store) -> None:
    """EXPLAIN shows no scan of a table that grows, in any query of a busy transaction."""
    await fill(store)
    async with heard(store) as statements, store.writing() as tx:
        party_id, entry_id = await queued(tx)
        await tx.entries.move(entry_id, State.QUEUED, State.PLAYING, now_ms=1, ends_ms=2)
        await tx.votes.set(entry_id, BEN, 1)
        await tx.votes.add_skip(entry_id, BEN)
        await tx.votes.skippers(entry_id)
        await tx.votes.wanted(BEN, 500)
        await tx.diary.record(party_id, BEN, Change(0, "vote", entry_id, None, 0), 3, "key")
        await tx.parties.enter(ROOM, 0, BEN, "key")
        await tx.parties.enter(ROOM, 0, BEN, "key", entry_id)
        await tx.parties.open(ROOM, 0)
        await tx.diary.last_undoable(party_id, BEN)
        await tx.entries.standing(party_id, 0)
        await tx.entries.since(party_id, State)
        await tx.entries.since(party_id, (State.QUEUED, State.PLAYING))
        await tx.entries.heard(party_id, 0)
        await tx.entries.offers(party_id, 0)
        await tx.entries.last_ballot(party_id)
        await tx.entries.offered_after(party_id, 1)
        await tx.entries.last_started_ms(party_id)
        await tx.entries.added_counts(party_id)
        await tx.entries.mark_voted(entry_id)
        await tx.diary.open_ballot(party_id)
        await tx.entries.offered(1)
        await tx.entries.history(party_id, 10)
        await tx.parties.overdue(99, 0)
        await tx.parties.set_shared(party_id, True)
        await tx.parties.workspaces("discord")
        await tx.parties.of_workspace("discord", "G1")
        await tx.nights.of(party_id, 1)
        await tx.nights.read("digest", 1)
        await tx.nights.songs(party_id, 1, 2, 500)
        await tx.nights.unplayed(party_id, 2, 500)
        await tx.nights.over((980, 0), 990, 20)
        await tx.nights.sweep(0)
        await tx.passes.keep("digest", party_id, Way.MEMBER, 5, secret="secret", member=BEN, ends_ms=9)
        await tx.passes.find("digest", 5)
        await tx.passes.secret(party_id, Way.GUEST)
        await tx.passes.own(party_id, BEN)
        await tx.passes.begun_by(BEN, 0)
        await tx.passes.made(Way.HOST, 0)
        await tx.passes.drop(["digest"])
        await tx.passes.drop_all(party_id, [*Way])
        await tx.parties.set_links(party_id, 1)
        await tx.nicknames.keep(party_id, "looks", BEN.user_id, "Ben", 5)
        await tx.nicknames.of(party_id, BEN.user_id)
        await tx.nicknames.owner(party_id, "looks")
        await tx.nicknames.forget(party_id, 0, 1)
    seen = [each for each in statements if each[0].startswith(("SELECT", "WITH", "UPDATE", "DELETE"))]
    assert len(seen) > 10
    for statement, values in seen:
        tables, plan = await scanned(store, statement, values)
        assert not tables & set(metadata.tables), (statement, plan)
