"""The parts of `make bench-fleet` and of what counts rows: they find what they look for."""

from __future__ import annotations

import pytest

from bot.party.words import State
from db.store import open_store
from tests.conftest import ANNA
from tests.db.songs import queued
from tests.fakes.discord_model import Callback, Interaction, Kind
from tests.fakes.discord_server import FakeDiscord
from tests.measure.discord import figures
from tests.measure.discord.scene import Cards
from tests.measure.fleet import rows
from tests.measure.fleet.aftermath import TWICE, latencies_ms, letters, was_cut_off
from tests.measure.fleet.crowd import Crowd, shard_of
from tests.measure.fleet.processes import ERROR, TOLD
from tests.postgres import MIGRATED, Server

ROOMS = 30


def acted(
    fake: FakeDiscord, label: str, callback: Callback | None, acknowledged: float | None
) -> Interaction:
    """Something that a member did at the second 100, and how the bot took it."""
    member = fake.member("Anna")
    it = Interaction("1", "token", Kind.COMMAND, label, member, fake.channel, created=100.0)
    it.callback, it.acknowledged = callback, acknowledged
    return it


def test_rooms_are_spread_over_the_shards() -> None:
    """As Discord spreads servers."""
    crowd = Crowd(FakeDiscord(), cards := Cards(FakeDiscord()), rooms=8, shards=4)
    assert crowd.cards is cards
    crowd.settle()
    served = [crowd.shard_of(channel.id) for channel, _ in crowd.channels]
    assert sorted(served) == [0, 0, 1, 1, 2, 2, 3, 3]
    assert shard_of(str(5 << 22), 4) == 1


def test_what_was_acknowledged_and_not_written_is_lost() -> None:
    """But not what was written, and not what a killed process had only begun."""
    fake = FakeDiscord()
    told = acted(fake, "/add", Callback.MESSAGE, 100.1)
    begun = acted(fake, "/add", Callback.DEFERRED_MESSAGE, 100.1)
    assert [kind for kind, _ in figures.unwritten([told], ["discord:2/0"])] == ["add"]
    assert [*figures.unwritten([told], ["discord:1/0"])] == []
    assert was_cut_off(begun, killed=100.2)
    assert not was_cut_off(begun, killed=100.05)  # acknowledged by the next one
    assert not was_cut_off(begun, killed=110.0)  # there was time enough
    assert not was_cut_off(told, killed=100.2)
    assert not was_cut_off(begun, killed=None)
    assert latencies_ms([told, acted(fake, "/add", None, None)]) == [pytest.approx(100.0)]


def test_what_the_logs_say() -> None:
    """Faults are counted, and what only says that another process was faster is not."""
    lines = [
        "RuntimeError: Session is closed",
        "discord.errors.NotFound: 404 Not Found (error code: 10062): Unknown interaction",
        "2026-11-30 11:12:37,360 INFO discord.client: logging in using static token",
    ]
    assert [bool(ERROR.match(line) and not TOLD.search(line)) for line in lines] == [True, False, False]
    assert letters("**Take** on\\_Me") == "takeonme"


async def test_what_is_done_twice_is_found(postgres: Server) -> None:
    """Nothing in a party as it should be; a song that was queued twice in one that is not."""
    with postgres.database(MIGRATED) as database:
        async with open_store(postgres.url(database)) as store, store.writing() as tx:
            await queued(tx)
        assert {int(postgres.run(sql, database)) for sql in TWICE.values()} == {0}
        copied = "party_id, state, 'one', title, artist, added_by, added_ms"
        columns = "party_id, state, track_id, title, artist, added_by, added_ms"
        for _ in range(2):
            postgres.run(f"INSERT INTO entries ({columns}) SELECT {copied} FROM entries LIMIT 1", database)  # noqa: S608
        assert int(postgres.run(TWICE["one song twice in a queue"], database)) == 1


async def test_rows_are_like_those_of_parties(postgres: Server) -> None:
    """Each room has what plays or waits, what is over and what was suggested; every query can be run."""
    with postgres.database(MIGRATED) as database:
        assert set(rows.fill(postgres, database, 1, ROOMS)) == set(rows.TABLES)
        counted = {name: count for name, count, _, _ in rows.sizes(postgres, database)}
        assert counted["entries"] == ROOMS * rows.OF_A_ROOM
        async with open_store(postgres.url(database)) as store:
            async with store.reading() as tx:
                found = await tx.entries.since(10, State)
                assert {entry.state for entry in found} == {*State}
                assert len(await tx.votes.wanted(ANNA, 5)) == 0
            for name in rows.HOT:
                read = await rows.reads(store, ROOMS, name)
                assert read.pages > 0, name
        assert set(rows.partitioned(postgres, database, 2)) == set(rows.WAYS)
