"""A PostgreSQL that is away, or has chosen somebody else: what was asked is done once, or is refused."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator

import pytest

from bot.party import patience
from bot.party.errors import Interrupted, PerhapsSaved, Unread, Unsaved
from bot.party.words import Member, Room, Wanted
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.service import PartyService
from db.engine import wake
from db.store import open_store
from tests import postgres as private
from tests.conftest import ANNA, BEN, ROOM, Clock, MakeMembers
from tests.cut import Cut, Wire, wire
from tests.patience import PATIENCE_S, until

IN_A_ROW = ["mr brightside", "take on me", "wonderwall"]
FAIL_AT_FIRST = """
CREATE SEQUENCE tries;
CREATE FUNCTION fail_at_first() RETURNS trigger AS $$ BEGIN
    IF nextval('tries') <= {times} THEN RAISE EXCEPTION 'not now' USING ERRCODE = '{code}'; END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER fail_at_first {when} INSERT ON entries {deferred}
    FOR EACH ROW EXECUTE FUNCTION fail_at_first();
"""


@pytest.fixture(scope="module")
def server() -> Iterator[private.Server]:
    """A server that may be ended: what it has committed is on the disk."""
    reason = private.missing()
    if reason:
        pytest.skip(reason)
    with private.running(private.AS_SHIPPED) as server:
        yield server


@pytest.fixture
def name(server: private.Server) -> Iterator[str]:
    """A fresh database."""
    with server.database(private.MIGRATED) as name:
        yield name


@pytest.fixture
async def cable(server: private.Server) -> AsyncIterator[Wire]:
    """A wire to it."""
    async with wire(server.port) as cable:
        yield cable


@pytest.fixture
async def party(
    server: private.Server,
    name: str,
    cable: Wire,
    catalogue: Catalogue,
    recommender: Recommender,
    clock: Clock,
) -> AsyncIterator[PartyService]:
    """A party at the other end of it."""
    url = server.tcp_url(name).replace(f":{server.port}/", f":{cable.port}/")
    async with open_store(url) as store:
        service = PartyService(store, catalogue, recommender, clock)
        yield service
        await service.close()


async def titles(party: PartyService) -> list[str]:
    """The songs that play and wait."""
    now = await party.insight.now(ROOM)
    return [entry.track.title for entry in (*filter(None, [now.playing]), *now.queue)]


async def test_a_request_waits_for_the_server(
    party: PartyService, server: private.Server, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever asks while it is away is answered as soon as it is back, and the log has a line for each."""
    await party.queue.add(ROOM, ANNA, "mr brightside", "one")
    server.stop()
    try:
        asking = [
            asyncio.create_task(party.queue.add(ROOM, BEN, "take on me", "two")),
            asyncio.create_task(party.queue.add(ROOM, BEN, "take on me", "two")),
            asyncio.create_task(titles(party)),
        ]
        await until(lambda: bool(caplog.messages))
    finally:
        await asyncio.to_thread(server.start)
    added, again, _ = await asyncio.gather(*asking)
    assert added == again
    assert await titles(party) == ["Mr. Brightside", "Take on Me"]
    assert [message.split(" (")[0] for message in caplog.messages[:1]] == ["PostgreSQL is away"]
    assert [message.split(" after")[0] for message in caplog.messages[1:]] == ["PostgreSQL is back"]


async def test_a_server_that_stays_away_is_said_so(
    party: PartyService, server: private.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a while a change is refused with one sentence and a look with another; nothing was done."""
    await party.queue.add(ROOM, ANNA, "mr brightside", "one")
    server.stop()
    try:
        with monkeypatch.context() as soon:
            soon.setattr(patience, "LONGEST_S", 0.2)
            with pytest.raises(Interrupted) as refused:
                await party.queue.add(ROOM, BEN, "take on me", "two")
            assert type(refused.value) is Interrupted
            with pytest.raises(Unread):
                await titles(party)
    finally:
        await asyncio.to_thread(server.start)
    assert await titles(party) == ["Mr. Brightside"]


@pytest.mark.parametrize("key", ["key", None])
@pytest.mark.parametrize("cut", Cut)
async def test_a_lost_commit_is_settled_by_the_key(
    party: PartyService, cable: Wire, cut: Cut, key: str | None
) -> None:
    """Whether it was kept or not, the change is there once and everybody is told."""
    await party.queue.add(ROOM, ANNA, "mr brightside")
    told: list[Room] = []
    party.notices.on_change(told.append)
    cable.cuts.append(cut)
    added = await party.queue.add(ROOM, BEN, "take on me", key)
    assert cable.cut == 1
    assert told == [ROOM]
    assert await titles(party) == ["Mr. Brightside", "Take on Me"]
    assert added.entry.track.title == "Take on Me"
    assert not added.again


async def test_what_cannot_be_settled_is_said_so(
    party: PartyService, cable: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is told that nothing changed; delivered again, the request is answered with what it did."""
    await party.queue.add(ROOM, ANNA, "mr brightside")
    cable.cuts.extend([Cut.AFTER] * 50)  # each look at what became of it is lost, too
    with monkeypatch.context() as soon:
        soon.setattr(patience, "LONGEST_S", 0.2)
        with pytest.raises(PerhapsSaved):
            await party.queue.add(ROOM, BEN, "take on me", "key")
    cable.cuts.clear()
    await party.queue.add(ROOM, BEN, "take on me", "key")
    assert await titles(party) == ["Mr. Brightside", "Take on Me"]


@pytest.mark.parametrize("seed", [1, 2])
async def test_of_many_at_once_nothing_is_lost_or_doubled(
    party: PartyService, cable: Wire, members: MakeMembers, seed: int
) -> None:
    """Five people add songs while every connection that commits is cut: each is answered, and is right."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    cable.cuts.extend(draw.choice([*Cut]) for _ in range(15))

    async def add(person: Member) -> list[str]:
        texts = [f"Song {number} of {person.user_id} - Nobody" for number in range(3)]
        return [
            (await party.queue.add(ROOM, person, text, f"{person.user_id}/{text}")).entry.track.title
            for text in texts
        ]

    added = await asyncio.gather(*map(add, members(5)))
    assert cable.cut == 15
    assert sorted(await titles(party)) == sorted(title for each in added for title in each)


@pytest.mark.parametrize("code", ["40001", "40P01"])
@pytest.mark.parametrize("deferred", ["", "DEFERRABLE INITIALLY DEFERRED"])
async def test_what_was_rolled_back_for_another_is_done_again(
    party: PartyService, server: private.Server, name: str, code: str, deferred: str
) -> None:
    """Several times, at once or during COMMIT: nobody notices."""
    when = "AFTER" if deferred else "BEFORE"
    sql = FAIL_AT_FIRST.format(times=3, code=code, when=when, deferred=deferred)
    server.run(sql.replace("CREATE TRIGGER", "CREATE CONSTRAINT TRIGGER") if deferred else sql, name)
    await party.queue.add(ROOM, ANNA, "mr brightside", "key")
    assert await titles(party) == ["Mr. Brightside"]


async def test_a_song_of_many_is_not_passed_over(
    party: PartyService, server: private.Server, name: str
) -> None:
    """Where one of a list's songs meets trouble all of them are queued, for what failed is done again."""
    server.run(FAIL_AT_FIRST.format(times=2, code="40001", when="BEFORE", deferred=""), name)
    brought = await party.lists.bring(ROOM, ANNA, [Wanted(text) for text in IN_A_ROW], "key")
    assert (brought.added, brought.refused) == (3, 0)
    assert len(await titles(party)) == 3


async def test_a_server_that_hangs_keeps_nobody_waiting(
    party: PartyService, server: private.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that keeps its connections, and answers none, is refused like one that is gone."""
    await party.queue.add(ROOM, ANNA, "mr brightside")
    with server.stopped(), monkeypatch.context() as soon:
        soon.setattr(patience, "LONGEST_S", 1.0)
        async with asyncio.timeout(PATIENCE_S):
            with pytest.raises(Unsaved):
                await party.queue.add(ROOM, BEN, "take on me", "key")
    assert await titles(party) == ["Mr. Brightside"]
    await party.queue.add(ROOM, BEN, "take on me", "key")
    assert len(await titles(party)) == 2


def test_what_is_heard_is_whole_again_in_time() -> None:
    """A connection that was cut is noticed and made again within five seconds of the server's return."""
    assert wake.ANSWER_S + wake.LATEST_S < 5


@pytest.mark.parametrize("cut", [Cut.BEFORE, Cut.AFTER])
async def test_a_start_during_which_it_is_away_goes_on(
    server: private.Server, name: str, cable: Wire, cut: Cut
) -> None:
    """Links are sealed anew then, with whatever keys there are now."""
    url = server.tcp_url(name).replace(f":{server.port}/", f":{cable.port}/")
    async with open_store(url) as store:
        cable.cuts = [cut]
        await store.seal_links()
    assert cable.cut == 1
