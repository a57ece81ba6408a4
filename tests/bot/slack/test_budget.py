"""How the cards of a workspace share the edits that Slack allows it."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from bot.party.words import Member, Room
from bot.service import PartyService
from bot.slack import budget
from bot.slack.budget import Budget
from tests.bot.slack.conftest import log_in, open_server
from tests.bot.slack.stage import card, cards, read, room, until
from tests.fakes.slack_limits import TIERS
from tests.fakes.slack_server import FakeSlack
from tests.patience import PATIENCE_S

REAL_BURST, REAL_PER_MINUTE = budget.BURST, budget.PER_MINUTE
FAST = 60_000
"""A thousand edits a second: order counts here, not how long it takes."""


def place(name: str) -> Room:
    """A room."""
    return Room("slack", "T1", name)


async def served(shared: Budget, rooms: list[Room], rounds: int) -> list[Room]:
    """Which rooms get the next edits where all of them always want one."""
    order: list[Room] = []

    async def want(where: Room) -> None:
        while len(order) < rounds:
            await shared.take(where)
            order.append(where)
            shared.spent(where)
            shared.changed(where)

    tasks = [asyncio.create_task(want(each)) for each in rooms]
    await until(lambda: len(order) >= rounds)
    for each in tasks:
        each.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return order[:rounds]


async def test_a_minutes_edits_are_never_more_than_slack_promises(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever the minute begins, however greedy the rooms are, and also after a rest."""
    now_s = 0.0
    monkeypatch.setattr(budget, "time", SimpleNamespace(monotonic=lambda: now_s))
    shared = Budget(REAL_BURST, REAL_PER_MINUTE)
    handed_s: list[float] = []
    for step in range(3_000):
        now_s += 60 if step == 1_500 else 0.1
        wanted = asyncio.create_task(shared.take(place("A")))
        await asyncio.sleep(0)
        if wanted.done():
            handed_s.append(now_s)
        wanted.cancel()
        await asyncio.gather(wanted, return_exceptions=True)
    most = max(sum(start <= each < start + 60 for each in handed_s) for start in handed_s)
    assert REAL_PER_MINUTE < most < TIERS["chat.update"]


async def test_nobody_waits_while_there_are_edits_left() -> None:
    """A burst is served at once; the next one has to wait, and does not get what was given back to others."""
    shared = Budget(burst=2, per_minute=1)
    await shared.take(place("A"))
    await shared.take(place("A"))
    waiting = asyncio.create_task(shared.take(place("A")))
    await asyncio.sleep(0)
    assert not waiting.done()
    shared.give_back()
    await waiting


async def test_the_liveliest_room_goes_first() -> None:
    """Of two that wait as long, the one in which more has happened."""
    shared = Budget(burst=1, per_minute=FAST)
    await shared.take(place("X"))
    for _ in range(8):
        shared.changed(place("B"))
    shared.changed(place("A"))
    order: list[str] = []

    async def want(where: Room) -> None:
        await shared.take(where)
        order.append(where.channel)

    shared.pause(0.05)
    await asyncio.gather(want(place("A")), want(place("B")))
    assert order == ["B", "A"]


async def test_no_room_starves() -> None:
    """However much happens in one room, the others are shown every so often."""
    shared = Budget(burst=1, per_minute=FAST)
    rooms = [place("busy"), *(place(f"calm {number}") for number in range(5))]

    def storm() -> None:
        for _ in range(1_000):
            shared.changed(rooms[0])

    storms = [asyncio.get_running_loop().call_later(each / 200, storm) for each in range(200)]
    order = await served(shared, rooms, 200)
    for each in storms:
        each.cancel()
    assert min(order.count(each) for each in rooms) >= 200 // (len(rooms) * 12)
    assert order.count(rooms[0]) == max(order.count(each) for each in rooms)


async def test_who_stops_waiting_takes_nothing_along() -> None:
    """A room whose wait was ended leaves its edit to the others."""
    shared = Budget(burst=1, per_minute=FAST)
    await shared.take(place("A"))
    waiting = asyncio.create_task(shared.take(place("A")))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await shared.take(place("B"))


async def test_two_busy_channels_keep_to_the_workspaces_minute(
    fake: FakeSlack, party: PartyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much happens in both, Slack refuses nothing, and in the end both cards show how it stands."""
    monkeypatch.setattr(budget, "BURST", REAL_BURST)
    monkeypatch.setattr(budget, "PER_MINUTE", REAL_PER_MINUTE)
    places = [fake.general, fake.channel("other")]
    entries = {}
    for where in places:
        for song in ("mr brightside", "take on me"):
            added = await party.queue.add(room(fake, where), Member("slack", "UANNA", "Anna"), song)
        entries[where.id] = added.entry.id
    await until(lambda: all(cards(fake, where) for where in places))
    for number in range(60):
        for where in places:
            guest = Member("slack", f"U{number}", f"Guest {number}")
            await party.ballots.vote(room(fake, where), guest, entries[where.id], +1)
        await asyncio.sleep(0.06)
    for where in places:
        await until(lambda where=where: "👍 60" in cards(fake, where)[-1].shown)  # type: ignore[misc]
    assert fake.world.limits.refused["chat.update"] == 0
    assert fake.world.limits.most_in_a_minute("chat.update") <= REAL_BURST + REAL_PER_MINUTE
    assert await card(fake) is not None


async def test_what_is_shown_after_a_wait_is_how_it_stands(
    party: PartyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The party is read when the card's turn has come: one edit shows all that happened meanwhile."""
    monkeypatch.setattr(budget, "BURST", 1)
    monkeypatch.setattr(budget, "PER_MINUTE", 1)
    anna = Member("slack", "UANNA", "Anna")
    async with open_server() as fake, log_in(fake, party) as door:
        await party.queue.add(room(fake), anna, "mr brightside")
        await card(fake)
        await party.queue.add(room(fake), anna, "take on me")
        await card(fake, lambda it: "Take on Me" in read(it))
        for song in ("wonderwall", "hey jude"):
            await party.queue.add(room(fake), anna, song)
            await asyncio.sleep(0.2)  # in which a card that waits for nothing would have been shown
        door.door.slack.gate(fake.team.id).edits.give_back()
        await card(fake, lambda it: "Hey Jude" in read(it))
        assert sum(it.method == "chat.update" for it in fake.requests) == 2


async def test_retry_after_holds_all_edits_of_the_workspace(
    fake: FakeSlack, party: PartyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack counts for the workspace, so no other card is edited either until it wants edits again."""
    monkeypatch.setattr(budget, "PER_MINUTE", 300)  # of which few are needed
    other = fake.channel("other")
    for where in (fake.general, other):
        await party.queue.add(room(fake, where), Member("slack", "UANNA", "Anna"), "mr brightside")
        await until(lambda where=where: bool(cards(fake, where)))  # type: ignore[misc]
    fake.fail_next("chat.update", status=429, wait_s=1)
    await party.queue.add(room(fake), Member("slack", "UANNA", "Anna"), "take on me")
    await until(lambda: any(it.status == 429 for it in fake.requests))
    count = sum(it.method == "chat.update" for it in fake.requests)
    await party.queue.add(room(fake, other), Member("slack", "UANNA", "Anna"), "wonderwall")
    await until(lambda: sum(it.method == "chat.update" for it in fake.requests) == count + 2)
    assert [it.status for it in fake.requests if it.method == "chat.update"][count - 1 :] == [429, 200, 200]
    assert fake.world.limits.refused["chat.update"] == 0  # nobody asked too early


async def test_a_timer_that_comes_too_early_forgets_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loops count milliseconds, and uvloop's timers may come one early: a lone room still gets its edit."""
    loop = asyncio.get_running_loop()
    in_time, early_s = loop.call_later, iter([0.05])

    def too_early(seconds: float, *work: Any, **how: Any) -> asyncio.TimerHandle:
        return in_time(max(0.0, seconds - next(early_s, 0.0)), *work, **how)

    shared = Budget(burst=10, per_minute=FAST)
    shared.pause(0.1)  # when the timer comes there are edits again, but Slack wants none yet
    monkeypatch.setattr(loop, "call_later", too_early)
    waits = asyncio.create_task(shared.take(place("party")))
    await asyncio.sleep(0)  # now it waits, and its timer is the first one
    await asyncio.wait({waits}, timeout=PATIENCE_S)
    assert waits.done()
