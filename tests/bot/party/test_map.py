"""The party's map, on a real database with the shipped model."""

from __future__ import annotations

import asyncio

import pytest

from bot.party.errors import NothingToShow
from bot.party.map import named
from bot.party.results import Spot
from bot.party.words import Entry, State, Track
from bot.recommend.recommender import Recommender
from bot.service import PartyService
from tests.conftest import ANNA, BEN, ROOM

ROCK = ("back in black", "highway to hell", "paranoid black sabbath", "smoke on the water")


async def queue(party: PartyService, *songs: str) -> None:
    """Adds songs, in turn by two people."""
    for number, song in enumerate(songs):
        await party.queue.add(ROOM, (ANNA, BEN)[number % 2], song)


def titles(spots: tuple[Spot, ...]) -> list[str]:
    """What songs are called."""
    return [spot.track.title for spot in spots]


async def test_a_map_has_the_party_its_suggestions_and_what_lies_around(party: PartyService) -> None:
    """Songs of the party and suggestions are entries, and what lies around is none; each has its place."""
    await queue(party, *ROCK)
    ballot = await party.ballots.next(ROOM, ANNA, count=3)
    seen = await party.map.of(ROOM, around=20)
    entries = [spot.entry for spot in seen.spots if spot.entry]
    states = [entry.state for entry in entries]
    assert sorted(states) == ["playing", "queued", "queued", "queued", "suggested", "suggested", "suggested"]
    assert {entry.id for entry in entries if entry.state is State.SUGGESTED} == {each.id for each in ballot}
    assert len(seen.spots) == 7 + 20
    assert all(-1 <= number <= 1 for spot in seen.spots for number in spot.place)
    assert len({spot.place for spot in seen.spots}) == len(seen.spots)
    assert seen.unknown == 0


async def test_a_stranger_among_songs_fits_least(party: PartyService) -> None:
    """Hip-hop in a hard rock party is what the others speak for least, and hard rock fits most."""
    await queue(party, *ROCK, "in da club")
    seen = await party.map.of(ROOM)
    assert titles(seen.least)[0] == "In Da Club"
    assert len(seen.most) == len(seen.least) == 2
    assert not set(titles(seen.most)) & set(titles(seen.least))
    fits = [spot.fit or 0 for spot in (*seen.most, *seen.least[::-1])]
    assert fits == sorted(fits, reverse=True)


async def test_a_song_keeps_its_place(party: PartyService) -> None:
    """Where a song lies does not depend on what else is there."""
    await queue(party, *ROCK[:2])
    before = {spot.track.title: spot.place for spot in (await party.map.of(ROOM)).spots}
    await queue(party, *ROCK[2:], "toxic britney")
    after = {spot.track.title: spot.place for spot in (await party.map.of(ROOM)).spots}
    assert before.items() < after.items()


async def test_unknown_songs_are_left_out_and_counted(party: PartyService) -> None:
    """What no model knows has no place; a party of nothing else has no map."""
    await queue(party, "typed:Xyzzy by Nobody Anybody Knows", "typed:Plugh by Nobody Anybody Knows")
    with pytest.raises(NothingToShow):
        await party.map.of(ROOM)
    await queue(party, "back in black")
    seen = await party.map.of(ROOM)
    assert titles(seen.spots) == ["Back In Black"]
    assert seen.unknown == 2
    assert seen.most == seen.least == ()


async def test_an_empty_party_has_no_map(party: PartyService) -> None:
    """There is nothing to show."""
    with pytest.raises(NothingToShow):
        await party.map.of(ROOM)


async def test_many_guests_ask_the_model_once(
    party: PartyService, recommender: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many look at the same songs; a vote changes the map, and asks nothing anew."""
    asked = 0
    likeness = recommender.likeness

    async def counted(tracks: list[Track]) -> object:
        nonlocal asked
        asked += 1
        return await likeness(tracks)

    monkeypatch.setattr(recommender, "likeness", counted)
    await queue(party, *ROCK)
    maps = await asyncio.gather(*(party.map.of(ROOM, around=5) for _ in range(20)))
    assert maps.count(maps[0]) == 20
    entry = next(spot.entry for spot in maps[0].spots if spot.entry and spot.entry.state is State.QUEUED)
    await party.ballots.vote(ROOM, BEN, entry.id, 1)
    seen = await party.map.of(ROOM, around=5)
    assert next(spot.entry.score for spot in seen.spots if spot.entry and spot.entry.id == entry.id) == 1
    assert asked == 1
    await queue(party, "in da club")
    await party.map.of(ROOM, around=5)
    assert asked == 2


def spot(number: int, fit: float) -> Spot:
    """A song that fits so well."""
    track = Track(str(number), "")
    return Spot(track, (0, 0, 0), Entry(number, track, State.QUEUED, ANNA, 0), fit)


@pytest.mark.parametrize(("songs", "expected"), [(0, 0), (1, 0), (2, 1), (3, 1), (9, 4), (10, 5), (60, 5)])
def test_at_most_five_are_named_and_none_twice(songs: int, expected: int) -> None:
    """A small party names fewer, so that no song fits most and least."""
    most, least = named([spot(number, number % 7 - number / 100) for number in range(songs)])
    assert len(most) == len(least) == expected
    assert not set(titles(most)) & set(titles(least))
