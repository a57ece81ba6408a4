"""Whole lists of songs: how much is looked for, and what that costs whoever else is there."""

from __future__ import annotations

import sys
from types import FrameType

import pytest

from bot.party.bringing import AT_ONCE
from bot.party.limits import LONGEST_QUEUE, MOST_IMPORTED
from bot.party.words import Member, Room, Track, Wanted
from bot.recommend.catalogue import Catalogue, Meant
from bot.service import PartyService
from bot.wording.languages import language
from bot.wording.replies import Replies
from tests.conftest import ANNA, BEN, MOD, ROOM

LOBBY = Room("web", "", "lobby")
VITO = Member("web", "vito", "Vito")
SAID = Replies(language("en"), str)
FEW, MANY = 50, 450


@pytest.fixture
def sought(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is looked for in the catalogue."""
    found: list[str] = []
    meant = Catalogue.meant

    async def look(self: Catalogue, text: str) -> Meant:
        found.append(text)
        return await meant(self, text)

    monkeypatch.setattr(Catalogue, "meant", look)
    return found


def songs(count: int, artist: str = "Nobody") -> list[Wanted]:
    """Lines of a list that nobody knows."""
    return [Wanted(f"Zq{number}xv - {artist}") for number in range(count)]


async def test_what_comes_after_no_more_fit_is_not_looked_for(party: PartyService, sought: list[str]) -> None:
    """That ten songs of a visitor may wait the first lines tell: five hundred take seconds."""
    brought = await party.lists.bring(LOBBY, VITO, songs(MOST_IMPORTED), "key")
    assert len(sought) == brought.total == AT_ONCE
    assert (brought.added, brought.left) == (11, MOST_IMPORTED - 11)  # one of them plays
    assert SAID.brought(brought).splitlines()[0] == "Found 0 of 25 songs. Added 11."
    assert "489 were left out." in SAID.brought(brought)
    again = await party.lists.bring(LOBBY, VITO, songs(MOST_IMPORTED, "Somebody"), "another")
    assert (again.added, again.left) == (0, MOST_IMPORTED)
    assert len(sought) == 2 * AT_ONCE


async def test_a_list_is_queued_whole_and_in_its_order(party: PartyService, sought: list[str]) -> None:
    """However many parts it is taken in."""
    wanted = songs(2 * AT_ONCE + 1)
    brought = await party.lists.bring(ROOM, ANNA, wanted, "key")
    assert (brought.total, brought.added, brought.left) == (len(wanted), len(wanted), 0)
    now = await party.insight.now(ROOM)
    there = [entry.track for entry in (now.playing, *now.queue) if entry]
    assert [track.title for track in there] == [each.text.split(" ")[0] for each in wanted]
    assert sought == [each.text for each in wanted]
    again = await party.lists.bring(ROOM, ANNA, wanted, "key")
    assert again.added == len(wanted)
    assert len((await party.insight.now(ROOM)).queue) == len(wanted) - 1


async def test_a_song_that_a_list_names_twice_is_queued_once(party: PartyService) -> None:
    """In any spelling, and however far apart."""
    twice = [Wanted("Qwfp - Nobody"), *songs(AT_ONCE), Wanted("QWFP – nobody"), Wanted("Qwfp - Nobody")]
    brought = await party.lists.bring(ROOM, ANNA, twice, "key")
    assert (brought.added, brought.there) == (AT_ONCE + 1, 2)


async def test_each_song_is_not_compared_with_each_that_waits(party: PartyService) -> None:
    """Ten lists at once keep everybody's event loop busy with that alone."""
    tracks = [Track(each.text, "Nobody") for each in songs(LONGEST_QUEUE)]
    more = [Track(f"More {number}", "Nobody") for number in range(AT_ONCE)]
    taken = []
    for count in (FEW, MANY):
        for start in range(0, count, AT_ONCE):
            await party.lists.take_in(
                ROOM, ANNA, tracks[start : min(start + AT_ONCE, count)], f"{count}{start}"
            )
        taken.append(await calls(party, [*more], f"more {count}"))
        await party.queue.clear(ROOM, MOD)
    few, many = taken
    assert many - few < (MANY - FEW) * AT_ONCE


async def calls(party: PartyService, tracks: list[Track], key: str) -> int:
    """How many functions are called on the event loop while some songs are taken in."""
    made = 0

    def count(frame: FrameType, event: str, _: object) -> None:
        nonlocal made
        made += event == "call"

    sys.setprofile(count)
    try:
        taken = await party.lists.take_in(ROOM, BEN, tracks, key)
    finally:
        sys.setprofile(None)
    assert taken.added == len(tracks)
    return made
