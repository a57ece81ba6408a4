"""What is told of a party: differences that come to the same as all of it."""

from __future__ import annotations

import asyncio
import json
import shutil
import zlib
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.party.errors import PartyError
from bot.party.words import Member, Order, Party, Visitors, Way
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.room.edition import MOST_MISSED, Edition
from bot.room.frames import TAIL, WORTH_PACKING, Frame
from bot.room.language import replies
from bot.room.own import difference, own, rights, touched
from bot.room.sheet import Around, shown, steps
from bot.service import PartyService
from db.store import open_store
from tests.bot.room.visitor import Known
from tests.conftest import ANNA, BEN, MOD, ROOM, Clock

CODES = ("en", "de", "ja")
ORDERS = st.lists(st.integers(0, 12), unique=True)


@given(ORDERS, ORDERS)
def test_steps(before: list[int], now: list[int]) -> None:
    """Whoever follows them has the other order, and none is for nothing."""
    order = list(before)
    found = steps(before, now)
    for number, place in found:
        if number in order:
            order.remove(number)
        if place >= 0:
            order.insert(place, number)
    assert order == now
    assert len(found) <= len({*before} | {*now})
    assert not steps(now, now)


def test_few_steps() -> None:
    """One that moves is one step, however many stand between."""
    assert steps([1, 2, 3, 4, 5], [2, 3, 4, 5, 1]) == [(1, 4)]
    assert steps([1, 2, 3, 4, 5], [5, 1, 2, 3, 4]) == [(5, 0)]
    assert steps([1, 2, 3], [2, 3]) == [(1, -1)]
    assert steps([1, 2, 3], [1, 9, 2, 3]) == [(9, 1)]


def read(frame: Frame) -> Any:
    """A frame as a browser reads it."""
    sent = frame.sent(False)
    return json.loads(sent[{126: 4, 127: 10}.get(sent[1], 2) :])


async def act(party: PartyService, clock: Clock, what: str, n: int) -> None:
    """Does one thing to the party; what cannot be is not done."""
    now, who = await party.insight.now(ROOM), (ANNA, BEN, MOD)[n % 3]
    ids = [one.id for one in (*now.queue, *now.ballot)] or [1]
    one = ids[n % len(ids)]
    with suppress(PartyError):
        match what:
            case "add":
                await party.queue.add(ROOM, who, f"Zzq{'bcdfghjklm'[n % 10]} Vlorp - Qwzx Mump")
            case "known":
                await party.queue.add(ROOM, who, ("mr brightside", "take on me", "africa toto")[n % 3])
            case "vote":
                await party.ballots.vote(ROOM, who, one, n % 3 - 1)
            case "remove":
                await party.queue.remove(ROOM, MOD, one)
            case "skip":
                await party.queue.skip(ROOM, who)
            case "undo":
                await party.queue.undo(ROOM, who)
            case "next":
                await party.ballots.next(ROOM, MOD)
            case "move":
                await party.queue.move(ROOM, MOD, one, 1 + n % 3)
            case "choose":
                rules = {"visitors": [*Visitors][n % 3], "order": [*Order][n % 3], "djs": who.user_id}
                await party.settings.choose(ROOM, MOD, rules)
            case "clear":
                await party.queue.clear(ROOM, MOD)
            case "wait":
                clock.pass_by(minutes=n % 7)
                await party.clock.play_on()
            case "block":
                await party.block_member(ROOM, MOD, BEN)
            case "forget":
                await party.forget(who)


ACTS = (
    *("add", "known", "vote", "remove", "skip", "undo", "next", "move", "choose", "clear", "wait", "block"),
    "forget",
)
PEOPLE = {None: Way.GUEST, ANNA: Way.MEMBER, MOD: Way.HOST, BEN: Way.MEMBER}


class Page:
    """What one person's page knows, by what was told."""

    def __init__(self, edition: Edition, party: Party, member: Member | None) -> None:
        self.member = member
        self.known = Known()
        self._own = own(party, PEOPLE[member], member)
        self.known.hear({"own": self._own})
        self.known.hear(read(edition.whole("run", 0, 0)))

    def hear(self, before: Party, party: Party, frame: Frame | None) -> None:
        """Is told its own part, where that may be another, and the change."""
        member = self.member
        if rights(before) != rights(party) or (member and member.user_id in touched(before, party)):
            now = own(party, PEOPLE[member], member)
            self.known.hear({"own": difference(self._own, now)})
            self._own = now
        if frame is not None:
            self.known.hear(read(frame))

    def is_right(self, edition: Edition, party: Party, seq: int) -> None:
        """Holds all that it knows against all that a newcomer would be told."""
        fresh = Known()
        fresh.hear(json.loads(json.dumps({"own": own(party, PEOPLE[self.member], self.member)})))
        fresh.hear(read(edition.whole("run", seq, self.known.top["now_ms"])))
        assert self.known.state == fresh.state
        here = {str(one.id) for one in shown(party)}
        mine = {number: vote for number, vote in self.known.own["votes"].items() if number in here}
        assert {**self.known.own, "votes": mine} == fresh.own


@given(
    code=st.sampled_from(CODES),
    acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 59)), max_size=14),
)
@settings(max_examples=25)
def test_changes_come_to_the_same(
    migrated: Path,
    catalogue: Catalogue,
    recommender: Recommender,
    code: str,
    acts: list[tuple[str, int]],
) -> None:
    """Whatever is done: who was told each change knows what a newcomer is told, and no song too much."""

    async def live() -> None:
        with TemporaryDirectory() as folder:
            shutil.copy(migrated, f"{folder}/party.db")
            clock = Clock()
            async with open_store(f"sqlite+aiosqlite:///{folder}/party.db") as store:
                service = PartyService(store, catalogue, recommender, clock)
                await go_through(service, clock, code, acts)
                await service.close()

    asyncio.run(live())


async def go_through(service: PartyService, clock: Clock, code: str, acts: list[tuple[str, int]]) -> None:
    """Does one thing after the other, and tells of each."""
    party, around, seq = await service.insight.now(ROOM), Around(ROOM, lobby=False), 0
    edition = Edition(replies(code), party, around)
    pages = [Page(edition, party, member) for member in PEOPLE]
    late = Known()
    late.hear({"own": own(party, Way.GUEST, None)})
    late.hear(read(edition.whole("run", 0, 0)))
    for what, n in acts:
        await act(service, clock, what, n)
        before, party = party, await service.insight.now(ROOM)
        change = edition.compare(party, around)
        seq += change is not None
        frame = edition.print(change, "run", seq, service.now_ms()) if change is not None else None
        for page in pages:
            page.hear(before, party, frame)
            page.is_right(edition, party, seq)
    for missed in edition.missed(0, seq, service.now_ms()) or []:
        late.hear(read(missed))
    assert late.told == {**pages[0].known.told, "now_ms": late.top["now_ms"]}


async def test_what_is_missed_is_bounded(party: PartyService) -> None:
    """Who missed more than is short to tell, or comes from nowhere, is shown the whole."""
    edition = Edition(replies("en"), await party.insight.now(ROOM), Around(ROOM, lobby=False))
    for seq in range(1, MOST_MISSED + 2):
        edition.compare(await party.insight.now(ROOM), Around(ROOM, lobby=False, watching=seq))
        edition.print(None, "run", seq, 0)
    latest = MOST_MISSED + 1
    assert edition.missed(latest, latest, 0) == []
    assert len(edition.missed(1, latest, 0) or []) == MOST_MISSED
    assert [edition.missed(since, latest, 0) for since in (0, -1, latest + 1, 10**30)] == [None] * 4


@pytest.mark.parametrize("length", [0, 125, 126, 399, 400, 65_535, 65_536, 200_000])
def test_frames(length: int) -> None:
    """A frame is what any WebSocket client reads, packed or not (RFC 6455, 5.2; RFC 7692, 7.2.2)."""
    frame = Frame({"told": "ä" * length})
    plain, packed = frame.sent(False), frame.sent(True)
    text = plain[{126: 4, 127: 10}.get(plain[1], 2) :]
    assert (json.loads(text), len(frame)) == ({"told": "ä" * length}, len(text))
    if len(text) < WORTH_PACKING:
        assert packed == plain
    else:
        inner = packed[{126: 4, 127: 10}.get(packed[1], 2) :] + TAIL
        assert (packed[0], zlib.decompressobj(-zlib.MAX_WBITS).decompress(inner)) == (0xC1, text)
        assert frame.sent(True) is packed
