"""Everybody's share of the bot's time, and whose turn it is."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from bot.party.errors import EmptyText, TooFast
from bot.party.shares import (
    ASKING_S,
    HOUSEHOLD,
    LATELY_S,
    MOST_S,
    PER_S,
    REMEMBERED_S,
    Asker,
    Share,
    Shares,
    Turns,
    beside,
    counted,
    fairly,
    working_for,
)
from tests.patience import until


class Clock:
    """A time that goes by when it is told to."""

    now = 1_000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def turns() -> Iterator[Turns]:
    """One thread that works in turns."""
    made = Turns("test", 1)
    yield made
    made.close()


@pytest.fixture
async def busy(turns: Turns) -> AsyncIterator[Callable[[], None]]:
    """Keeps the thread busy until it is called."""
    begun, go_on = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go_on.wait()

    working = asyncio.create_task(turns.run(work))
    await until(begun.is_set)
    yield go_on.set
    go_on.set()
    await working


def burn(seconds: float) -> None:
    """Has the processor work for so long."""
    end_s = time.thread_time() + seconds
    while time.thread_time() < end_s:
        pass


def burnt() -> str:
    """The same for a while, and says so."""
    burn(0.01)
    return "done"


def test_a_share_refills_up_to_what_it_was(clock: Clock) -> None:
    share = Share(4.0, 0.5, clock)
    share.spend(5.0)
    assert (share.left_s, share.used_s, share.wait_s) == (-1.0, 5.0, 2.0)
    clock.now += 3
    assert (share.left_s, share.wait_s) == (0.5, 0.0)
    clock.now += 1_000
    assert share.left_s == 4.0


async def test_who_has_used_theirs_up_waits_and_is_refused_where_that_takes_long(clock: Clock) -> None:
    share = Share(1.0, 0.5, clock)
    asker = Asker(share)
    share.spend(2.0)
    with pytest.raises(TooFast):
        await asker.ready(within_s=1.9)
    waiting = asyncio.create_task(asker.ready(within_s=60.0))
    await asyncio.sleep(0)
    assert not waiting.done()
    waiting.cancel()
    clock.now += 2
    await asker.ready()
    assert share.left_s == pytest.approx(-ASKING_S)


async def test_of_an_address_one_begins_after_the_other() -> None:
    """Forty lines that waited for the same share leave everybody else a turn of the event loop in between."""
    shares = Shares()
    lines = [shares.page("1.2.3.4") for _ in range(40)]
    lines[0].household.spend(HOUSEHOLD * (MOST_S + 0.05 * PER_S))  # soon there is some again
    begun: list[int] = []
    turn = 0

    async def work() -> None:
        begun.append(turn)

    async def ask(asker: Asker) -> None:
        with working_for(asker):
            await fairly(work())

    asked = asyncio.gather(*(ask(line) for line in lines))
    while not asked.done():
        await asyncio.sleep(0)
        turn += 1
    assert len(begun) == len({*begun}) == len(lines)


async def test_what_is_refused_is_not_begun() -> None:
    begun = []

    async def work() -> None:
        begun.append(True)

    asker = Asker(Share())
    asker.spend(MOST_S + 1_000 * PER_S)
    with working_for(asker), pytest.raises(TooFast):
        await fairly(work())
    assert not begun


async def test_steps_of_the_loop_and_threads_beside_it_are_counted() -> None:
    async def work() -> str:
        burn(0.01)
        await asyncio.sleep(0)
        burn(0.01)
        return await beside(burnt)

    share = Share(per_s=0.0001)
    with working_for(Asker(share)):
        assert await counted(work()) == "done"
    assert 0.025 <= share.used_s < MOST_S


async def test_what_is_counted_can_be_cancelled_and_fails_as_it_is() -> None:
    cleaned = []

    async def work(fails: bool) -> None:
        try:
            if fails:
                raise EmptyText
            await asyncio.Event().wait()
        finally:
            cleaned.append(fails)

    with working_for(Asker(Share())):
        going = asyncio.ensure_future(counted(work(False)))
        await asyncio.sleep(0)
        going.cancel()
        with pytest.raises(asyncio.CancelledError):
            await going
        with pytest.raises(EmptyText):
            await counted(work(True))
    assert cleaned == [False, True]


async def test_a_page_has_a_share_of_its_own_and_one_of_its_address(clock: Clock) -> None:
    shares = Shares(clock)
    one, other, elsewhere = shares.page("1.2.3.4"), shares.page("1.2.3.4"), shares.page("5.6.7.8")
    one.spend(MOST_S + 0.1)
    assert one.wait_s > 0
    assert other.wait_s == elsewhere.wait_s == 0
    other.spend((HOUSEHOLD - 1) * MOST_S)
    assert shares.page("1.2.3.4").wait_s > 0  # a new page has no more
    assert shares.household("1.2.3.4").wait_s > 0
    assert elsewhere.wait_s == 0


async def test_all_who_ask_for_much_share_a_part_of_the_time(clock: Clock) -> None:
    """However many they are, and each within their own share; who asks for little never waits for them."""
    shares = Shares(clock)
    many = [shares.page(f"10.0.0.{number}") for number in range(10)]
    modest = shares.page("10.0.1.1")
    for each in many:
        each.spend(0.9 * MOST_S)
    assert all(each.left_s > 0 for each in many)
    assert min(each.wait_s for each in many) > MOST_S
    modest.spend(0.1)
    assert modest.wait_s == 0
    clock.now += 1_000
    assert max(each.wait_s for each in many) == 0


async def test_a_member_has_one_share_in_all_of_a_chat(clock: Clock) -> None:
    shares = Shares(clock)
    shares.person("slack", "T1/U1").spend(MOST_S + 1)
    assert shares.person("slack", "T1/U1").wait_s > 0
    assert shares.person("slack", "T1/U2").wait_s == shares.person("discord", "T1/U1").wait_s == 0


async def test_nobody_is_remembered_whose_share_is_whole(clock: Clock) -> None:
    """An address and an id stay in memory only for as long as they say anything."""
    shares = Shares(clock)
    shares.person("slack", "T1/U1").spend(1.0)
    shares.household("1.2.3.4").spend(HOUSEHOLD * MOST_S + 100 * HOUSEHOLD * PER_S)
    clock.now += REMEMBERED_S
    shares.person("slack", "T1/U2")
    assert shares.known == {"address 1.2.3.4", "slack/T1/U2"}
    clock.now += REMEMBERED_S
    shares.person("slack", "T1/U3")
    assert shares.known == {"slack/T1/U3"}


async def test_an_open_page_keeps_the_share_of_its_address(clock: Clock) -> None:
    """Else each page that waits long enough would have one of its own."""
    shares = Shares(clock)
    page = shares.page("1.2.3.4")
    clock.now += REMEMBERED_S
    shares.person("slack", "T1/U1")
    assert shares.page("1.2.3.4").household is page.household
    del page
    clock.now += REMEMBERED_S
    shares.person("slack", "T1/U1")
    assert shares.known == {"slack/T1/U1"}


async def test_whoever_has_had_least_comes_next(turns: Turns, busy: Callable[[], None]) -> None:
    hungry, modest = Asker(Share(per_s=0.0001)), Asker(Share(per_s=0.0001))
    hungry.spend(1.0)
    made: list[str] = []

    async def ask(asker: Asker, name: str) -> None:
        with working_for(asker):
            await turns.run(made.append, name)

    asked = [asyncio.create_task(ask(hungry, f"hungry {number}")) for number in range(20)]
    await asyncio.sleep(0)
    asked.append(asyncio.create_task(ask(modest, "modest")))
    await asyncio.sleep(0)
    busy()
    await asyncio.gather(*asked)
    assert made[0] == "modest"
    assert len(made) == 21


async def test_whoever_has_had_least_comes_next_of_many_within_their_shares(
    turns: Turns, busy: Callable[[], None], clock: Clock
) -> None:
    """Ten who each have had less than refills meanwhile have all had more than somebody who types."""
    shares = Shares(clock)
    many, modest = [shares.page(f"10.0.0.{number}") for number in range(10)], shares.page("10.0.1.1")
    for _ in range(100):
        for each in many:
            each.spend(0.08)
        modest.spend(0.01)
        clock.now += 1
    assert {each.household.used_s for each in (*many, modest)} == {0.0}
    made: list[str] = []

    async def ask(asker: Asker, name: str) -> None:
        with working_for(asker):
            await turns.run(made.append, name)

    asked = [asyncio.create_task(ask(each, "one of many")) for each in many * 4]
    await asyncio.sleep(0)
    asked.append(asyncio.create_task(ask(modest, "modest")))
    await asyncio.sleep(0)
    busy()
    await asyncio.gather(*asked)
    assert made[0] == "modest"


def test_what_was_had_long_ago_says_nothing_of_whose_turn_it_is(clock: Clock) -> None:
    share = Share(clock=clock)
    share.spend(1.0)
    assert share.lately_s == 1.0
    clock.now += LATELY_S
    assert share.lately_s == pytest.approx(0.5)
    clock.now += 100 * LATELY_S
    assert share.lately_s < 1e-9


async def test_of_an_address_the_page_that_has_had_least_comes_next(
    turns: Turns, busy: Callable[[], None]
) -> None:
    """One pupil who asks for much holds up nobody else in the class."""
    shares = Shares(Clock())
    hungry, modest = shares.page("1.2.3.4"), shares.page("1.2.3.4")
    hungry.spend(1.0)
    made: list[str] = []

    async def ask(asker: Asker, name: str) -> None:
        with working_for(asker):
            await turns.run(made.append, name)

    asked = [asyncio.create_task(ask(hungry, f"hungry {number}")) for number in range(20)]
    await asyncio.sleep(0)
    asked.append(asyncio.create_task(ask(modest, "modest")))
    await asyncio.sleep(0)
    busy()
    await asyncio.gather(*asked)
    assert made[0] == "modest"
    assert len(made) == 21


async def test_nobody_has_two_threads_at_once() -> None:
    turns, asker = Turns("test", 2), Asker(Share())
    begun, go_on = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go_on.wait()

    with working_for(asker):
        first, second = (asyncio.create_task(turns.run(work)) for _ in range(2))
        await until(begun.is_set)
    with working_for(Asker(Share())):
        assert await turns.run(lambda: "other") == "other"  # for whom a thread is left
    assert not first.done()
    assert not second.done()
    go_on.set()
    await asyncio.gather(first, second)
    turns.close()


async def test_what_is_made_beside_takes_one_thread_at_a_time() -> None:
    """However many lists are read at once: each further thread would take as long from the event loop."""
    at_once, most = 0, 0

    def work() -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        burn(0.002)
        at_once -= 1

    async def ask() -> None:
        with working_for(Asker(Share())):
            await beside(work)

    await asyncio.gather(*(ask() for _ in range(10)), beside(work))
    assert (at_once, most) == (0, 1)


async def test_work_that_nobody_waits_for_is_not_done(turns: Turns, busy: Callable[[], None]) -> None:
    made: list[str] = []
    gone = asyncio.create_task(turns.run(made.append, "gone"))
    here = asyncio.create_task(turns.run(made.append, "here"))
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    busy()
    await here
    assert made == ["here"]


async def test_work_is_spent_of_the_share_of_who_asked(turns: Turns) -> None:
    share = Share(per_s=0.0001)
    with working_for(Asker(share)):
        await turns.run(burn, 0.02)
    assert 0.015 <= share.used_s < MOST_S


async def test_a_refused_request_leaves_no_cycle(turns: Turns) -> None:
    def refuse() -> None:
        raise EmptyText

    async def work() -> None:
        await turns.run(refuse)

    async def ask() -> None:
        try:
            await counted(work())
        except EmptyText:
            return

    with working_for(Asker(Share())):
        await ask()
        gc.collect()
        gc.disable()
        try:
            await ask()
            await asyncio.sleep(0)
            found = gc.collect()
        finally:
            gc.enable()
    assert not found


async def test_threads_that_are_closed_leave_nobody_waiting() -> None:
    turns = Turns("test", 1)
    begun, go_on = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go_on.wait()

    working, waiting = asyncio.create_task(turns.run(work)), asyncio.create_task(turns.run(work))
    await until(begun.is_set)
    closing = asyncio.create_task(asyncio.to_thread(turns.close))
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go_on.set()
    await asyncio.gather(closing, working)
