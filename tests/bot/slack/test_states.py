"""The installs of Slack's app that have begun."""

from __future__ import annotations

import asyncio

from bot.slack.states import States
from db.store import Store
from tests.conftest import ON_BOTH, Clock


@ON_BOTH
async def test_a_state_is_good_once_for_ten_minutes(store: Store, clock: Clock) -> None:
    """A replayed, a late and an invented one are refused, in whichever process."""
    states = [States(store, clock) for _ in range(2)]
    first, second = [await states[0].async_issue() for _ in range(2)]
    assert first != second
    assert len(first) >= 32
    assert await states[1].async_consume(first)
    assert not await states[0].async_consume(first)
    assert not await states[0].async_consume("invented")
    clock.pass_by(minutes=10)
    assert not await states[0].async_consume(second)


@ON_BOTH
async def test_a_state_used_twice_at_once_is_good_once(store: Store, clock: Clock) -> None:
    """Of two callbacks at the same moment one goes on."""
    states = States(store, clock)
    state = await states.async_issue()
    assert sorted(await asyncio.gather(*(states.async_consume(state) for _ in range(10)))) == [False] * 9 + [
        True
    ]
