"""Which song or device a few typed characters mean."""

from __future__ import annotations

import pytest

from bot.doors.meant import blocked_meant, device_meant, entry_meant, moment_meant
from bot.party.errors import NoMoment, NoSuchEntry
from bot.party.rules.moderation import mark_of
from bot.party.words import Blocked
from bot.playback.words import Device
from bot.service import PartyService
from tests.conftest import ANNA, BEN, ROOM

DEVICES = [Device("a", "Kitchen", True), Device("b", "Living room", False)]


@pytest.mark.parametrize("blank", ["", " ", "\n", "\u3000"])
async def test_blank_means_no_song_and_no_device(party: PartyService, blank: str) -> None:
    """A space is in almost every title, and is nobody's wish to take a song out."""
    await party.queue.add(ROOM, ANNA, "mr brightside")
    await party.queue.add(ROOM, ANNA, "take on me")
    with pytest.raises(NoSuchEntry):
        entry_meant(await party.insight.now(ROOM), blank, ANNA)
    assert device_meant(DEVICES, blank) is None


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("1:23", (83_000, False)),
        ("0:05", (5_000, False)),
        ("83", (83_000, False)),
        ("1:02:03", (3_723_000, False)),
        ("+30", (30_000, True)),
        ("-10", (-10_000, True)),
        ("− 10", (-10_000, True)),
        ("+1:00", (60_000, True)),
        ("１：２３", (83_000, False)),
        (" 0 ", (0, False)),
    ],
)
def test_a_place_in_a_song(typed: str, moment: tuple[int, bool]) -> None:
    """As players show it, in seconds, or as a step; with the digits of any keyboard."""
    assert moment_meant(typed) == moment


@pytest.mark.parametrize(
    "typed", ["", "+", "1:2", "1:60", "1:99:00", "ten", "1.5", "--3", "9" * 30, "1:23 x"]
)
def test_no_place_in_a_song(typed: str) -> None:
    """What may mean anything is asked for again."""
    with pytest.raises(NoMoment):
        moment_meant(typed)


async def test_ones_own_song_is_meant_first(party: PartyService) -> None:
    """A word that is in several titles, and blanks around it, which mean nothing."""
    await party.queue.add(ROOM, ANNA, "mr brightside")
    await party.queue.add(ROOM, ANNA, "take on me")
    own = await party.queue.add(ROOM, BEN, "stand by me ben e king")
    assert entry_meant(await party.insight.now(ROOM), " me ", BEN) == own.entry.id
    assert device_meant(DEVICES, " living ") == "b"


async def test_a_song_that_runs_from_right_to_left_is_meant_by_its_name(party: PartyService) -> None:
    """As one types it: what sets it apart is not typed, and does no harm if it is pasted."""
    added = await party.queue.add(ROOM, ANNA, "typed:שלום - זמר")
    now = await party.insight.now(ROOM)
    for typed in ("שלום – זמר", "\u2068שלום\u2069 – \u2068זמר\u2069", "זמר"):
        assert entry_meant(now, typed, ANNA) == added.entry.id
    assert blocked_meant(Blocked(songs=(added.entry.track,)), "שלום – זמר") == mark_of(added.entry.track)
