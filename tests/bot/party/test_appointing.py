"""Whom a room names as DJs, on real databases."""

from __future__ import annotations

import asyncio

import pytest

from bot.party.errors import ManagersOnly, TooManyDJs
from bot.party.limits import MOST_DJS
from bot.service import PartyService
from tests.conftest import ANNA, BEN, MOD, ON_BOTH, ROOM

pytestmark = ON_BOTH


async def djs(party: PartyService) -> set[str]:
    """The ids of those who are named."""
    return {*(await party.settings.rules(ROOM)).djs.split()}


async def test_appointing_and_dismissing(party: PartyService) -> None:
    """Whoever is named may choose for everybody, until they no longer are."""
    with pytest.raises(ManagersOnly):
        await party.settings.appoint(ROOM, ANNA, BEN.user_id, is_dj=True)
    await party.settings.appoint(ROOM, MOD, ANNA.user_id, is_dj=True)
    await party.settings.appoint(ROOM, ANNA, BEN.user_id, is_dj=True)
    assert await djs(party) == {ANNA.user_id, BEN.user_id}
    await party.settings.appoint(ROOM, MOD, ANNA.user_id, is_dj=False)
    assert await djs(party) == {BEN.user_id}
    with pytest.raises(ManagersOnly):
        await party.settings.choose(ROOM, ANNA, {"quiet": True})


async def test_several_at_once_all_hold(party: PartyService) -> None:
    """No appointment overwrites another one, and the same request does it once."""
    names = [f"dj{number}" for number in range(8)]
    appointed = (
        party.settings.appoint(ROOM, MOD, name, is_dj=True, key=f"{name}") for name in (*names, *names)
    )
    await asyncio.gather(*appointed)
    assert await djs(party) == {*names}
    assert len((await party.settings.rules(ROOM)).djs.split()) == len(names)


async def test_there_are_only_so_many(party: PartyService) -> None:
    """The list is bounded; whoever is on it stays there when named again."""
    for number in range(MOST_DJS):
        await party.settings.appoint(ROOM, MOD, f"dj{number}", is_dj=True)
    with pytest.raises(TooManyDJs):
        await party.settings.appoint(ROOM, MOD, "one more", is_dj=True)
    await party.settings.appoint(ROOM, MOD, "dj0", is_dj=True)
    assert len(await djs(party)) == MOST_DJS
