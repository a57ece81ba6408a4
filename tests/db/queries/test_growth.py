"""Whether a party costs the database more, the more it has had."""

from __future__ import annotations

from alembic import command
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from bot.party.words import Change, Room, State, Suggestion, Track
from db.store import Store, Transaction, alembic_config, open_store
from tests.conftest import ANNA, BEN, ON_BOTH, ROOM
from tests.db.filled import effort, fill, fill_party
from tests.db.raw import heard
from tests.db.songs import SONG

pytestmark = ON_BOTH

OFFER = Suggestion(Track("Clocks", "Coldplay", "1"), 0.5, ())
MANY = 3_000
ELSEWHERE = Room("discord", "1", "3")


async def begun(store: Store, room: Room) -> tuple[int, int]:
    """A party with a song and a suggestion that somebody voted down: its number and the ballot's."""
    async with store.writing() as tx:
        party = await tx.parties.open(room, 1_000)
        await tx.entries.insert(party.id, SONG, ANNA, 1_000)
        ballot = await tx.diary.record(party.id, ANNA, Change(0, "autopilot", None, None, 0), 5, None)
        [offer] = await tx.entries.insert_ballot(party.id, ballot, [OFFER], 5_000)
        await tx.votes.set(offer.id, BEN, -1)
        await tx.entries.mark_voted(offer.id)
    return party.id, ballot


async def look(tx: Transaction, party_id: int, ballot: int) -> None:
    """All that a look at a party asks, and what the model is told."""
    await tx.entries.standing(party_id, 40_000)
    await tx.entries.heard(party_id, 4_500)
    await tx.entries.offers(party_id, 4_500)
    await tx.entries.last_ballot(party_id)
    await tx.entries.offered_after(party_id, ballot - 1)
    await tx.entries.since(party_id, (State.PLAYED,), 4_500)
    await tx.entries.history(party_id, 20)
    await tx.entries.last_started_ms(party_id)
    await tx.diary.open_ballot(party_id)


async def test_no_look_costs_more_after_thousands_of_songs(store: Store) -> None:
    """What was suggested long ago, and what earlier nights have played, is not even looked at."""
    await fill(store)
    found = []
    for room, suggested, played in ((ROOM, 10, 100), (ELSEWHERE, MANY, MANY)):
        party_id, ballot = await begun(store, room)
        await fill_party(store, party_id, suggested=suggested, at_ms=4_000, played=played)
        async with heard(store) as statements, store.reading() as tx:
            await look(tx, party_id, ballot)
        found.append((len(statements), await effort(store, statements)))
    (few, little), (many, much) = found
    assert many == few
    assert much < 1.2 * little, (little, much)


async def test_the_model_hears_of_suggestions_that_were_voted_on(store: Store) -> None:
    """Of suggestions only those say something; with what waits, and what was over since then."""
    party_id, ballot = await begun(store, ROOM)
    await fill_party(store, party_id, suggested=10, at_ms=5_000, played=10)
    async with store.reading() as tx:
        found = [entry.track for entry in await tx.entries.heard(party_id, 4_500)]
        assert found == [SONG, OFFER.track]
        assert len(await tx.entries.heard(party_id, 0)) == 12
        assert len(await tx.entries.offers(party_id, 4_500)) == 11
        assert await tx.entries.offers(party_id, 5_001) == []
        assert await tx.entries.last_ballot(party_id) == ballot
        assert [each.track for each in await tx.entries.offered_after(party_id, ballot - 1)] == [OFFER.track]
        assert await tx.entries.offered_after(party_id, ballot) == []


async def test_votes_on_suggestions_of_an_older_encore_are_heard(database_url: str) -> None:
    """Which suggestions were voted on is found out when the database is brought up to date."""
    async with open_store(database_url) as store:
        party_id, _ = await begun(store, ROOM)
        await fill_party(store, party_id, suggested=10, at_ms=5_000)

    def back(connection: Connection) -> None:
        command.downgrade(alembic_config(connection), "0010")

    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.run_sync(back)
    await engine.dispose()
    async with open_store(database_url) as store, store.reading() as tx:
        found = [entry.track for entry in await tx.entries.heard(party_id, 0)]
        assert found == [SONG, OFFER.track]
