"""The clock as it runs, in one process that has the database to itself."""

from __future__ import annotations

import asyncio
import sys

import pytest

from bot.party import clock as clocks
from bot.service import PartyService
from tests.conftest import ANNA, ROOM, Clock
from tests.patience import until


async def test_a_door_that_has_not_connected_delays_no_song(
    party: PartyService, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No other process has the file: a song ends at the next look, though no chat serves the room yet."""
    monkeypatch.setattr(clocks, "TICK_S", 0)
    monkeypatch.setattr(clocks, "EVERYWHERE_EVERY", sys.maxsize)
    party.unit.serve("discord", lambda _: False)
    for song in ("mr brightside", "take on me", "wonderwall"):
        await party.queue.add(ROOM, ANNA, song)
    changes: list[object] = []
    party.notices.on_change(changes.append)
    running = asyncio.create_task(party.clock.run())
    try:
        for over in (1, 2):
            changes.clear()
            clock.pass_by(minutes=10)
            await until(lambda: bool(changes))
            assert len((await party.insight.now(ROOM)).history) == over
    finally:
        running.cancel()
