"""A place that the bot has left stays left, whatever was under way there."""

from __future__ import annotations

import asyncio

from bot.service import PartyService
from db.store import Store
from tests.conftest import ANNA, ON_BOTH, ROOM, Clock
from tests.db.raw import run_sql

pytestmark = ON_BOTH

MOMENT_S = 0.2


async def test_the_clock_makes_no_party_of_one_that_is_gone(
    party: PartyService, store: Store, clock: Clock
) -> None:
    """It has seen that a song is over, and waits for the room, when all of the place is taken out."""
    await party.queue.add(ROOM, ANNA, "mr brightside")
    clock.pass_by(minutes=30)
    async with store.writing() as tx:
        await tx.parties.open(ROOM, 1)  # so that both wait
        leaving = asyncio.create_task(party.leave(ROOM.platform, ROOM.workspace))
        await asyncio.sleep(MOMENT_S)
        going_on = asyncio.create_task(party.clock.play_on())
        await asyncio.sleep(MOMENT_S)
    await asyncio.gather(leaving, going_on)
    assert await run_sql(store, "SELECT id FROM parties") == []


async def test_a_card_that_is_gone_makes_no_party(party: PartyService, store: Store) -> None:
    """The message went with the channel, and its party did before."""
    await party.queue.add(ROOM, ANNA, "mr brightside")
    await party.cards.keep(ROOM, "1")
    await party.leave(ROOM.platform, ROOM.workspace)
    assert await party.cards.let_go(ROOM, "1") == ""
    assert await run_sql(store, "SELECT id FROM parties") == []
