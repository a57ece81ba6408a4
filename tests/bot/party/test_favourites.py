"""What a member has voted for, in any party of theirs, and what comes of adding it here."""

from __future__ import annotations

import pytest

from bot.party.errors import NotAFavourite, TooManyOfYours
from bot.party.favourites import SHOWN
from bot.party.results import Favourites
from bot.party.words import Member, Room
from bot.service import PartyService
from tests.conftest import ANNA, BEN, ON_BOTH, ROOM, Clock

pytestmark = ON_BOTH

ELSEWHERE = Room(ROOM.platform, "another", "place")
SONGS = ("mr brightside", "take on me", "wonderwall")


async def vote(party: PartyService, room: Room, member: Member, *songs: str, value: int = 1) -> list[int]:
    """Ben adds songs that somebody votes on; returns the numbers of their entries."""
    entries = [(await party.queue.add(room, BEN, song)).entry for song in songs]
    for entry in entries:
        await party.ballots.vote(room, member, entry.id, value)
    return [entry.id for entry in entries]


def titles(found: Favourites) -> list[str]:
    """What they are called."""
    return [each.track.title for each in found.songs]


async def test_what_was_voted_up_anywhere_is_a_favourite(party: PartyService) -> None:
    """The latest first, each song once; neither what was voted down or back, nor what others wanted."""
    await vote(party, ELSEWHERE, ANNA, *SONGS)
    await vote(party, ELSEWHERE, BEN, "hey jude")
    await vote(party, ELSEWHERE, ANNA, "bohemian rhapsody", value=-1)
    (undone,) = await vote(party, ELSEWHERE, ANNA, "africa toto")
    await party.ballots.vote(ELSEWHERE, ANNA, undone, 0)
    third = Room(ROOM.platform, "third", "place")
    await vote(party, third, ANNA, "mr brightside")
    found = await party.favourites.of(ROOM, ANNA)
    assert titles(found) == ["Mr. Brightside", "Wonderwall", "Take on Me"]
    assert not found.more
    assert titles(await party.favourites.of(ROOM, Member("another", ANNA.user_id, "Anna"))) == []


async def test_what_waits_or_plays_here_is_left_out(party: PartyService) -> None:
    """In this room; in another one it is a favourite all the same."""
    await vote(party, ELSEWHERE, ANNA, *SONGS)
    await party.queue.add(ROOM, BEN, "wonderwall")
    await party.queue.add(ROOM, BEN, "take on me")
    assert titles(await party.favourites.of(ROOM, ANNA)) == ["Mr. Brightside"]
    await party.queue.add(ROOM, BEN, "mr brightside")
    found = await party.favourites.of(ROOM, ANNA)
    assert (found.songs, found.voted) == ((), True)
    assert not (await party.favourites.of(ROOM, BEN)).voted


async def test_pages_of_favourites(party: PartyService) -> None:
    """Ten at once, then the older ones; a song that stood on one page stands on no other."""
    twelve = [f"Zzyzx Number {letter} - The Colemak Band" for letter in "abcdefghijkl"]
    await vote(party, ELSEWHERE, ANNA, *twelve)
    third = Room(ROOM.platform, "third", "place")
    await vote(party, third, ANNA, twelve[0])
    first = await party.favourites.of(ROOM, ANNA)
    assert titles(first)[:2] == ["Zzyzx Number a", "Zzyzx Number l"]
    assert (len(first.songs), first.more) == (SHOWN, True)
    second = await party.favourites.of(ROOM, ANNA, first.songs[-1].entry_id)
    assert (titles(second), second.more) == (["Zzyzx Number c", "Zzyzx Number b"], False)


async def test_one_or_all_are_added_once(party: PartyService, clock: Clock) -> None:
    """As if the member had named them; a request that comes again adds nothing and is answered alike."""
    numbers = await vote(party, ELSEWHERE, ANNA, *SONGS)
    one = await party.favourites.add(ROOM, ANNA, numbers[1], numbers[1], "one")
    assert [each.entry.track.title for each in one.added] == ["Take on Me"]
    assert one.added[0].entry.added_by == ANNA
    with pytest.raises(NotAFavourite):
        await party.favourites.add(ROOM, ANNA, numbers[1], numbers[1], "the same song")
    clock.pass_by(minutes=1)
    for _ in range(2):
        rest = await party.favourites.add(ROOM, ANNA, numbers[2], numbers[0], "all")
        assert [each.entry.track.title for each in rest.added] == ["Wonderwall", "Mr. Brightside"]
    now = await party.insight.now(ROOM)
    assert now.playing is not None
    assert [now.playing.track.title, *(each.track.title for each in now.queue)] == [
        "Take on Me",
        "Wonderwall",
        "Mr. Brightside",
    ]
    undone = await party.queue.undo(ROOM, ANNA, "undo")
    assert (undone.kind, undone.entry.track.title) == ("add", "Mr. Brightside")


async def test_nobody_adds_by_somebody_elses_vote(party: PartyService) -> None:
    """The numbers in a button are worth nothing to who has not voted for them."""
    numbers = await vote(party, ELSEWHERE, ANNA, *SONGS)
    with pytest.raises(NotAFavourite):
        await party.favourites.add(ROOM, BEN, numbers[-1], numbers[0], "key")
    with pytest.raises(NotAFavourite):
        await party.favourites.add(ROOM, ANNA, 10**14, 10**14, "key")
    assert (await party.insight.now(ROOM)).playing is None


async def test_the_rooms_rules_hold(party: PartyService) -> None:
    """What the room refuses is refused, and the others are added."""
    numbers = await vote(party, ELSEWHERE, ANNA, *SONGS)
    manager = Member(ROOM.platform, "boss", "Boss", moderator=True, manager=True)
    await party.settings.choose(ROOM, manager, {"songs_each": 1})
    result = await party.favourites.add(ROOM, ANNA, numbers[-1], numbers[0], "all")
    assert (len(result.added), len(result.refused)) == (2, 1)  # what plays is not waiting
    numbers = await vote(party, ELSEWHERE, ANNA, "hey jude")
    with pytest.raises(TooManyOfYours):
        await party.favourites.add(ROOM, ANNA, numbers[0], numbers[0], "one more")


async def test_favourites_go_with_what_they_are_of(party: PartyService) -> None:
    """A member who is forgotten has none, and a place that the bot has left takes its votes along."""
    await vote(party, ELSEWHERE, ANNA, *SONGS)
    await vote(party, ROOM, ANNA, "hey jude")
    third = Room(ROOM.platform, "third", "place")
    await party.leave(ELSEWHERE.platform, ELSEWHERE.workspace)
    assert titles(await party.favourites.of(third, ANNA)) == ["Hey Jude"]
    await party.forget(ANNA)
    assert not (await party.favourites.of(third, ANNA)).voted
