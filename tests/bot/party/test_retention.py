"""How long names are kept, on real databases of both kinds."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.party import retention
from bot.party.words import NOBODY, Member, Room, State
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.service import PartyService
from db.harvest import shared_rooms
from db.store import Store
from tests.conftest import ANNA, BEN, CLEO, MOD, ON_BOTH, ROOM, Clock
from tests.db.raw import heard, run_sql
from tests.db.sentinel import plant, sentinel, traces, walk

pytestmark = ON_BOTH

ELSEWHERE = replace(ROOM, channel="3")
DAYS = 90


@pytest.fixture(autouse=True)
def unrested(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else needs the database."""
    monkeypatch.setattr(retention, "REST_S", 0)


async def night(party: PartyService, room: Room, clock: Clock) -> None:
    """A party with songs, votes, skips and a diary, which somebody ends."""
    await party.queue.add(room, ANNA, "mr brightside", "1")
    song = await party.queue.add(room, BEN, "take on me", "2")
    await party.ballots.vote(room, ANNA, song.entry.id, 1, "3")
    await party.ballots.vote(room, CLEO, song.entry.id, 1, "4")
    await party.queue.skip(room, CLEO, "5")
    await party.queue.add(room, ANNA, "africa", "6")
    await party.end(room, MOD, "7")
    clock.pass_by(hours=13)


async def named(store: Store) -> set[str]:
    """Whose ids stand anywhere."""
    everybody = (ANNA, BEN, CLEO, MOD)
    return {each.name for each in everybody if any(text == each.user_id for _, _, text in await walk(store))}


async def test_an_old_party_loses_its_names_and_nothing_else(
    party: PartyService, store: Store, clock: Clock
) -> None:
    """Songs, scores and what a model may learn stay; who added, voted and did what is nobody's."""
    await party.settings.share(ROOM, MOD, True, "on")
    await night(party, ROOM, clock)
    songs = await run_sql(store, "SELECT id, state, title FROM entries ORDER BY id")
    votes = await run_sql(store, "SELECT entry_id, value FROM votes ORDER BY 1, 2")
    lines = await run_sql(store, "SELECT id, kind, entry_id FROM changes ORDER BY id")
    stats = await party.insight.stats(ROOM)
    assert await named(store) == {"Anna", "Ben", "Cleo", "Mo"}
    clock.pass_by(hours=24 * (DAYS - 1))
    await party.retention.look()
    assert await named(store) == {"Anna", "Ben", "Cleo", "Mo"}
    clock.pass_by(hours=24)
    await party.retention.look()
    assert await named(store) == set()
    assert {row[0][:6] for row in await run_sql(store, "SELECT user_id FROM members")} == {NOBODY}
    assert await run_sql(store, "SELECT id, state, title FROM entries ORDER BY id") == songs
    assert await run_sql(store, "SELECT entry_id, value FROM votes ORDER BY 1, 2") == votes
    assert await run_sql(store, "SELECT id, kind, entry_id FROM changes ORDER BY id") == lines
    assert await run_sql(store, "SELECT * FROM skips") == []
    after = await party.insight.stats(ROOM)
    assert (after.played, after.skipped, after.members) == (stats.played, stats.skipped, ())
    assert [(each.track, each.score) for each in after.loved] == [
        (each.track, each.score) for each in stats.loved
    ]
    assert (await party.favourites.of(ROOM, ANNA)).songs == ()


async def test_all_traces_of_an_old_party_go(party: PartyService, store: Store, clock: Clock) -> None:
    """Also the device that played, who saved it, own links, nicknames, and names of whoever is blocked."""
    who, room = sentinel("web"), Room("web", "", "C")
    await plant(store, who, Member("web", "other", "Other"), room, party.now_ms())
    clock.pass_by(hours=24 * (DAYS + 1))
    await party.retention.look()
    left = await traces(store, who)
    assert left == {("spotify_accounts", "name"), ("spotify_accounts", "user_id")} | {
        ("parties", "rules"),
        ("parties", "blocked"),
    }
    assert not [table for table, _, text in await walk(store) if who.name in text and table == "parties"]
    clock.pass_by(hours=24 * DAYS)
    await party.retention.look()
    assert await traces(store, who) == {("parties", "rules"), ("parties", "blocked")}


async def test_what_goes_on_keeps_its_names(party: PartyService, store: Store, clock: Clock) -> None:
    """A song that waits in a party that goes on is its adder's however long; one that is over is not."""
    await party.queue.add(ROOM, ANNA, "mr brightside", "1")
    await party.queue.add(ROOM, BEN, "take on me", "2")
    await party.queue.add(ROOM, ANNA, "africa", "3")
    first = (await party.insight.now(ROOM)).playing
    assert first is not None
    async with store.writing() as tx:
        found = await tx.parties.open(ROOM, party.now_ms())
        await tx.entries.move(first.id, State.PLAYING, State.PLAYED, now_ms=party.now_ms())
        clock.pass_by(hours=24 * (DAYS + 1))
        await tx.parties.touch(found.id, found.started_ms, party.now_ms())
    await party.retention.look()
    now = await party.insight.now(ROOM)
    assert [each.added_by and each.added_by.name for each in (*now.queue, *now.history)] == [
        "Ben",
        "Anna",
        "",
    ]
    assert await named(store) == {"Anna", "Ben"}


async def test_whoever_is_in_a_party_of_now_stays(party: PartyService, store: Store, clock: Clock) -> None:
    """Of the same room and another one; an old one's names go all the same."""
    await night(party, ROOM, clock)
    clock.pass_by(hours=24 * DAYS)
    await party.queue.add(ROOM, BEN, "wonderwall", "n1")
    await party.queue.add(ELSEWHERE, ANNA, "take on me", "n2")
    await party.retention.look()
    assert await named(store) == {"Anna", "Ben"}
    rows = await run_sql(
        store,
        "SELECT title, user_id FROM entries JOIN members ON members.id = added_by ORDER BY entries.id",
    )
    assert [user_id for _, user_id in rows] == [NOBODY, NOBODY, NOBODY, BEN.user_id, ANNA.user_id]


async def test_nothing_goes_where_names_are_kept_for_good(
    store: Store, catalogue: Catalogue, recommender: Recommender, clock: Clock
) -> None:
    """With 0 days; links and nicknames whose time is over go all the same."""
    party = PartyService(store, catalogue, recommender, clock, keep_names_days=0)
    who = sentinel("web")
    await plant(store, who, Member("web", "other", "Other"), Room("web", "", "C"), party.now_ms())
    before = await traces(store, who)
    clock.pass_by(hours=24 * 170)
    await party.retention.look()
    assert {table for table, _ in before - await traces(store, who)} == {
        "passes",
        "nicknames",
        "spotify_logins",
    }


async def test_it_goes_in_small_steps(
    party: PartyService, store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much there is, a transaction has few songs, and whoever wants one in between has theirs."""
    monkeypatch.setattr(retention, "AT_ONCE", 10)
    monkeypatch.setattr(retention, "LOOKED_AT", 25)
    async with store.writing() as tx:
        found = await tx.parties.open(ROOM, party.now_ms())
        song = (await party.insight.search("take on me", 1))[0]
        for _ in range(200):
            number = await tx.entries.insert(found.id, song, ANNA, party.now_ms())
            await tx.entries.move(number, State.QUEUED, State.REMOVED, now_ms=party.now_ms())
    clock.pass_by(hours=24 * (DAYS + 1))
    looking = asyncio.create_task(party.retention.look())
    between = 0
    while not looking.done():
        await party.queue.add(ELSEWHERE, BEN, "wonderwall", None)
        between += 1
    await looking
    assert between > 5
    assert not await run_sql(
        store,
        "SELECT 1 FROM entries JOIN members ON members.id = added_by WHERE user_id = '11'",
    )


async def test_a_second_look_writes_nothing(party: PartyService, store: Store, clock: Clock) -> None:
    """What has lost its names is left alone."""
    await night(party, ROOM, clock)
    clock.pass_by(hours=24 * DAYS)
    await party.retention.look()
    before = await walk(store)
    async with heard(store) as statements:
        await party.retention.look()
    assert not [each for each, _ in statements if each.startswith(("UPDATE", "INSERT"))]
    assert await walk(store) == before


async def test_what_a_model_learns_is_the_same(
    party: PartyService, store: Store, clock: Clock, database_url: str
) -> None:
    """A song that was voted down is not wanted, whoever it was that did not want it."""
    await party.settings.share(ROOM, MOD, True, "on")
    await party.queue.add(ROOM, ANNA, "mr brightside", "1")
    song = await party.queue.add(ROOM, BEN, "take on me", "2")
    for member in (ANNA, CLEO):
        await party.ballots.vote(ROOM, member, song.entry.id, -1, f"v{member.name}")
    before = await asyncio.to_thread(shared_rooms, database_url)
    assert [each.title for each in before[0].songs] == ["Mr. Brightside"]
    clock.pass_by(hours=24 * (DAYS + 1))
    await party.retention.look()
    assert await asyncio.to_thread(shared_rooms, database_url) == before
