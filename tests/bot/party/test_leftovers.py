"""Whether a request that is refused leaves anything behind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.party.errors import PartyError
from bot.service import PartyService
from tests.conftest import ANNA, BEN, MOD, ON_BOTH, ROOM
from tests.leftovers import left_by

pytestmark = ON_BOTH

Ask = Callable[[PartyService], Awaitable[object]]
REFUSED: dict[str, Ask] = {
    "nothing said": lambda party: party.queue.add(ROOM, ANNA, "..."),
    "no such song": lambda party: party.ballots.vote(ROOM, ANNA, 99, 1),
    "nothing plays": lambda party: party.queue.skip(ROOM, ANNA),
    "nothing to undo": lambda party: party.queue.undo(ROOM, ANNA),
    "no words": lambda party: party.ballots.vibe(ROOM, ANNA, "..."),
    "a moderator's": lambda party: party.blocks.block_member(ROOM, ANNA, BEN),
    "not on the map": lambda party: party.map.of(ROOM),
    "nothing to show": lambda party: party.insight.stats(ROOM),
    "a link to nowhere": lambda party: party.passes.read("nowhere"),
}


@pytest.mark.parametrize("ask", REFUSED.values(), ids=REFUSED)
async def test_a_refused_request_leaves_nothing(party: PartyService, ask: Ask) -> None:
    """Neither its error nor its task stays until garbage is collected: in a rush that is seldom."""

    async def refused() -> None:
        try:
            await ask(party)
        except PartyError:
            return
        raise AssertionError

    assert await left_by(refused) == []


async def test_whoever_is_kept_out_leaves_nothing(party: PartyService) -> None:
    """Nor does a request that ends inside a transaction."""
    await party.blocks.block_member(ROOM, MOD, ANNA)

    async def refused() -> None:
        with pytest.raises(PartyError):
            await party.ballots.next(ROOM, ANNA)

    assert await left_by(refused) == []
