"""Ballots in a party that has had many, and for people who ask at the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.party import suggesting
from bot.party.errors import TooFast
from bot.party.limits import MINUTE_MS
from bot.party.words import Entry, Room
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.service import PartyService
from db.store import Store
from tests.conftest import ANNA, BEN, ON_BOTH, ROOM, Clock, MakeMembers
from tests.db.filled import effort, fill, fill_party
from tests.db.raw import heard

pytestmark = ON_BOTH

AT_ONCE = 6
MANY = 3_000


@pytest.fixture
async def other(
    store: Store, catalogue: Catalogue, recommender: Recommender, clock: Clock
) -> AsyncIterator[PartyService]:
    """The same parties, served by somebody who does not know who else is asked."""
    service = PartyService(store, catalogue, recommender, clock)
    yield service
    await service.close()


def ids(ballots: list[tuple[Entry, ...]]) -> list[str | None]:
    """The songs of some ballots."""
    return [entry.track.track_id for ballot in ballots for entry in ballot]


@pytest.mark.parametrize("songs", [(), ("mr brightside", "take on me")], ids=["nothing", "some songs"])
async def test_all_who_ask_at_once_get_songs(
    party: PartyService, members: MakeMembers, songs: tuple[str, ...]
) -> None:
    """Six people press What next? at the same moment: each gets a whole ballot, and no song comes twice."""
    for song in songs:
        await party.queue.add(ROOM, ANNA, song)
    asked = (party.ballots.next(ROOM, each) for each in members(AT_ONCE))
    found = ids(await asyncio.gather(*asked))
    assert len(set(found)) == len(found) == 5 * AT_ONCE


async def test_all_who_ask_in_several_processes_get_songs(
    party: PartyService, other: PartyService, members: MakeMembers
) -> None:
    """Where another process was faster the model is asked again."""
    await party.queue.add(ROOM, ANNA, "mr brightside")
    asked = (
        service.ballots.next(ROOM, each)
        for each, service in zip(members(AT_ONCE), [party, other] * AT_ONCE, strict=False)
    )
    found = ids(await asyncio.gather(*asked))
    assert len(set(found)) == len(found) == 5 * AT_ONCE


async def test_nobody_waits_for_ever_behind_others(
    party: PartyService, catalogue: Catalogue, recommender: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where many ask and each takes long, whoever has no turn for a while is told so, and may ask again."""
    monkeypatch.setattr(suggesting, "TURN_WITHIN_S", 0.05)
    suggestions = suggesting.Suggestions(party.unit, recommender, catalogue)
    async with suggestions.turn(ROOM):
        with pytest.raises(TooFast):
            async with suggestions.turn(ROOM):
                pytest.fail("two had their turn at once")
        async with suggestions.turn(Room("discord", "1", "3")):
            pass
    async with suggestions.turn(ROOM):
        pass


@pytest.mark.parametrize(("minutes_ago", "each"), [(45, 0.1), (1, 20)], ids=["over", "open"])
async def test_a_ballot_costs_no_more_after_thousands_of_suggestions(
    party: PartyService, store: Store, clock: Clock, minutes_ago: int, each: float
) -> None:
    """Those whose time is over are not read, and of the others the catalogue's ids alone."""
    await fill(store)
    await party.queue.add(ROOM, ANNA, "mr brightside")
    async with store.reading() as tx:
        party_id = (await tx.parties.open(ROOM, 0)).id
    clock.pass_by(hours=1)
    await party.ballots.next(ROOM, BEN)
    async with heard(store) as few:
        await party.ballots.next(ROOM, BEN)
    little = await effort(store, few)
    await fill_party(store, party_id, suggested=MANY, at_ms=party.now_ms() - minutes_ago * MINUTE_MS)
    async with heard(store) as many:
        await party.ballots.next(ROOM, BEN)
    assert len(many) == len(few)
    assert await effort(store, many) - little < each * MANY


async def test_no_song_is_suggested_twice_while_it_can_be_voted_for(
    party: PartyService, catalogue: Catalogue
) -> None:
    """However many were offered, each ballot has others, and no other versions of them either."""
    await party.queue.add(ROOM, ANNA, "mr brightside")
    found = ids([await party.ballots.next(ROOM, ANNA, 10) for _ in range(30)])
    assert len(set(found)) == len(found) == 300
    songs = {min(catalogue.versions_of(catalogue.index_of_id(each or "") or 0)) for each in found}
    assert len(songs) == 300
