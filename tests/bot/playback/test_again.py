"""A request that comes again is answered as it was."""

from __future__ import annotations

import pytest

from bot.playback.errors import NoSpotify
from bot.service import PartyService
from tests.conftest import ANNA, MOD, ON_BOTH, ROOM

pytestmark = ON_BOTH


async def test_to_go_on_is_told_again(party: PartyService) -> None:
    """Though nothing stands still any more, and there is no account to play on, as a new request is told."""
    added = await party.queue.add(ROOM, ANNA, "mr brightside")
    await party.playback.pause(ROOM, ANNA, "1")
    for _ in range(5):
        played = await party.playback.play(ROOM, ANNA, "2")
        assert played.playing is not None
        assert played.playing.id == added.entry.id
    with pytest.raises(NoSpotify):
        await party.playback.play(ROOM, ANNA, "3")


async def test_a_pause_is_told_again(party: PartyService) -> None:
    """Though its song is over by then, and nothing plays."""
    added = await party.queue.add(ROOM, ANNA, "mr brightside")
    assert (await party.playback.pause(ROOM, ANNA, "1")).id == added.entry.id
    await party.queue.skip(ROOM, MOD, "2", added.entry.id)
    assert (await party.playback.pause(ROOM, ANNA, "1")).id == added.entry.id
