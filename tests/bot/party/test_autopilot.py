"""The autopilot, on a real database with the shipped model and a clock that tests set."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from itertools import count
from typing import Any

import pytest

from bot.party.limits import ACTIVE_FOR_MS, AUTOPILOT_WAITS_MS, PARTY_ENDS_AFTER_MS
from bot.party.words import Entry, Party, Signal, State, Suggestion, Track
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.service import PartyService
from db.store import Store, open_store
from tests.conftest import ANNA, BEN, CLEO, MOD, ON_BOTH, ROOM, Clock

pytestmark = ON_BOTH

QUIET = type(ROOM)("discord", "1", "3")
WAIT_S = AUTOPILOT_WAITS_MS / 1000


@pytest.fixture
async def rolling(party: PartyService) -> PartyService:
    """A party whose autopilot asks with fewer than two songs waiting; one song plays."""
    await party.settings.choose(ROOM, MOD, {"autopilot": True, "autopilot_below": 2})
    await party.queue.add(ROOM, ANNA, "mr brightside")
    return party


@pytest.fixture
async def other(
    rolling: PartyService,
    store: Store,
    database_url: str,
    catalogue: Catalogue,
    recommender: Recommender,
    clock: Clock,
) -> AsyncIterator[PartyService]:
    """A second service on the same party: of another process where the database allows one."""
    async with contextlib.AsyncExitStack() as stack:
        alone = database_url.startswith("sqlite")
        theirs = store if alone else await stack.enter_async_context(open_store(database_url))
        service = PartyService(theirs, catalogue, recommender, clock)
        yield service
        await service.close()


async def asked(party: PartyService) -> Party:
    """The party with the autopilot's question in it."""
    await party.autopilot.roll_on()
    now = await party.insight.now(ROOM)
    assert now.automatic
    return now


def titles(entries: tuple[Entry, ...]) -> list[str]:
    """What is in a queue, in order."""
    return [entry.track.title for entry in entries]


async def test_with_few_songs_left_the_room_is_asked(rolling: PartyService, clock: Clock) -> None:
    """The question stands in the party with the time of the decision; people see five songs."""
    told: list[object] = []
    rolling.notices.on_change(told.append)
    now = await asked(rolling)
    assert len(now.ballot) == 5
    assert now.decides_ms == rolling.now_ms() + AUTOPILOT_WAITS_MS
    assert now.queue == ()
    assert told == [ROOM]


async def test_with_enough_songs_nobody_is_asked(rolling: PartyService) -> None:
    """As many waiting songs as the room wants are enough; one fewer is not."""
    for song in ("take on me", "wonderwall"):
        entry = (await rolling.queue.add(ROOM, BEN, song)).entry
    await rolling.autopilot.roll_on()
    assert not (await rolling.insight.now(ROOM)).automatic
    await rolling.queue.remove(ROOM, BEN, entry.id)
    assert (await asked(rolling)).ballot


async def test_the_question_is_asked_once(rolling: PartyService, clock: Clock) -> None:
    """As long as it is open the clock asks no second one."""
    before = await asked(rolling)
    for _ in range(5):
        clock.now_s += WAIT_S / 6
        await rolling.autopilot.roll_on()
        assert await rolling.insight.now(ROOM) == before


async def test_if_nobody_votes_the_first_of_the_ballot_is_queued(rolling: PartyService, clock: Clock) -> None:
    """After its time, not before, and added by nobody."""
    ballot = (await asked(rolling)).ballot
    clock.now_s += WAIT_S - 1
    await rolling.autopilot.roll_on()
    assert (await rolling.insight.now(ROOM)).queue == ()
    clock.now_s += 1
    await rolling.autopilot.roll_on()
    now = await rolling.insight.now(ROOM)
    assert [(entry.id, entry.added_by) for entry in now.queue] == [(ballot[0].id, None)]
    assert not now.automatic


async def test_a_vote_decides_at_once(rolling: PartyService, clock: Clock) -> None:
    """What somebody votes for is theirs and waits; the clock adds nothing to it."""
    ballot = (await asked(rolling)).ballot
    assert (await rolling.ballots.vote(ROOM, BEN, ballot[3].id, +1)).taken_up
    clock.now_s += WAIT_S
    await rolling.autopilot.roll_on()
    now = await rolling.insight.now(ROOM)
    assert [(entry.id, entry.added_by) for entry in now.queue] == [(ballot[3].id, BEN)]


async def test_most_votes_win_where_a_song_needs_several(rolling: PartyService, clock: Clock) -> None:
    """Votes below the room's threshold still say which song it is, whatever its match."""
    await rolling.settings.choose(ROOM, MOD, {"threshold": 3})
    ballot = (await asked(rolling)).ballot
    await rolling.ballots.vote(ROOM, BEN, ballot[4].id, +1)
    await rolling.ballots.vote(ROOM, CLEO, ballot[4].id, +1)
    await rolling.ballots.vote(ROOM, ANNA, ballot[2].id, +1)
    clock.now_s += WAIT_S
    await rolling.autopilot.roll_on()
    assert [entry.id for entry in (await rolling.insight.now(ROOM)).queue] == [ballot[4].id]


async def test_a_song_that_was_voted_down_is_not_chosen(rolling: PartyService, clock: Clock) -> None:
    """The first gives way to the next; with all of them voted down nothing is queued."""
    ballot = (await asked(rolling)).ballot
    best, second, *_ = ballot
    await rolling.ballots.vote(ROOM, BEN, best.id, -1)
    clock.now_s += WAIT_S
    await rolling.autopilot.roll_on()
    queue = (await rolling.insight.now(ROOM)).queue
    assert [entry.id for entry in queue] == [second.id]
    again = await asked(rolling)
    for entry in again.ballot:
        await rolling.ballots.vote(ROOM, BEN, entry.id, -1)
    clock.now_s += WAIT_S
    await rolling.autopilot.roll_on()
    assert (await rolling.insight.now(ROOM)).queue == queue


async def test_what_people_add_plays_before_what_the_autopilot_added(
    rolling: PartyService, clock: Clock
) -> None:
    """However many votes the autopilot's song has, and though it came first."""
    await asked(rolling)
    clock.now_s += WAIT_S
    await rolling.autopilot.roll_on()
    (own,) = (await rolling.insight.now(ROOM)).queue
    for member in (ANNA, BEN, CLEO):
        await rolling.ballots.vote(ROOM, member, own.id, +1)
    wish = (await rolling.queue.add(ROOM, BEN, "wonderwall")).entry
    await rolling.ballots.vote(ROOM, CLEO, wish.id, -1)
    assert [entry.id for entry in (await rolling.insight.now(ROOM)).queue] == [wish.id, own.id]


async def test_a_silent_room_is_kept_going_by_a_song_that_starts(rolling: PartyService, clock: Clock) -> None:
    """Where nothing plays the chosen song starts at once."""
    clock.pass_by(minutes=6)
    await rolling.clock.play_on()
    assert (await rolling.insight.now(ROOM)).playing is None
    await asked(rolling)
    clock.now_s += WAIT_S
    await rolling.autopilot.roll_on()
    playing = (await rolling.insight.now(ROOM)).playing
    assert playing is not None
    assert playing.added_by is None


async def test_an_idle_room_is_left_alone(rolling: PartyService, clock: Clock) -> None:
    """Half an hour after the last thing that anybody did nothing is asked and nothing chosen."""
    clock.pass_by(minutes=ACTIVE_FOR_MS / 60_000)
    await rolling.clock.play_on()
    clock.now_s += 1
    before = await rolling.insight.now(ROOM)
    for _ in range(3):
        await rolling.autopilot.roll_on()
        clock.pass_by(minutes=1)
    assert await rolling.insight.now(ROOM) == before
    await rolling.queue.add(ROOM, BEN, "take on me")
    assert (await asked(rolling)).ballot


async def test_the_autopilot_does_not_keep_itself_awake(rolling: PartyService, clock: Clock) -> None:
    """Its own songs and questions are nobody's doing: left alone it stops within the half hour."""
    for _ in range(120):
        clock.pass_by(minutes=1)
        await rolling.clock.play_on()
        await rolling.autopilot.roll_on()
    now = await rolling.insight.now(ROOM, history=100)
    assert now.playing is None
    assert now.queue == ()
    assert 2 <= len(now.history) <= 12
    ended = max(entry.ended_ms or 0 for entry in now.history)
    assert ended <= rolling.now_ms() - 60 * 60_000


async def test_no_question_names_a_song_twice(rolling: PartyService, clock: Clock) -> None:
    """Where every suggestion is voted down the next question has other songs."""
    offered: list[str] = []
    for _ in range(4):
        for entry in (await asked(rolling)).ballot:
            offered.append(entry.track.title)
            await rolling.ballots.vote(ROOM, BEN, entry.id, -1)
        clock.now_s += WAIT_S
        await rolling.autopilot.roll_on()
    assert len(set(offered)) == len(offered) == 20


async def test_off_means_off(rolling: PartyService, clock: Clock) -> None:
    """Switched off while a question is open it chooses nothing, and asks nothing more."""
    await asked(rolling)
    await rolling.settings.choose(ROOM, MOD, {"autopilot": False})
    for _ in range(3):
        clock.now_s += WAIT_S
        await rolling.autopilot.roll_on()
    now = await rolling.insight.now(ROOM)
    assert now.queue == ()
    assert not now.automatic


async def test_what_somebody_asked_for_is_voted_on_first(rolling: PartyService, clock: Clock) -> None:
    """The vibe that a guest has just typed does not make room for the autopilot's own suggestions."""
    wished = (await rolling.ballots.vibe(ROOM, BEN, "salsa")).ballot
    await rolling.autopilot.roll_on()
    now = await rolling.insight.now(ROOM)
    assert {entry.id for entry in now.ballot} == {entry.id for entry in wished}
    assert not now.automatic
    clock.now_s += WAIT_S
    await rolling.autopilot.roll_on()
    assert (await rolling.insight.now(ROOM)).automatic


async def test_a_room_that_never_switched_it_on_is_never_asked(party: PartyService) -> None:
    """Usually it is off."""
    await party.queue.add(ROOM, ANNA, "mr brightside")
    await party.autopilot.roll_on()
    assert (await party.insight.now(ROOM)).ballot == ()


async def test_the_question_of_one_room_is_no_other_rooms(rolling: PartyService) -> None:
    """A neighbour without the autopilot hears nothing of it."""
    await rolling.queue.add(QUIET, ANNA, "mr brightside")
    await asked(rolling)
    assert (await rolling.insight.now(QUIET)).ballot == ()


async def test_a_clean_room_is_asked_about_clean_songs(rolling: PartyService) -> None:
    """The room's other rules hold for the autopilot too, and a song offered was not there before."""
    await rolling.settings.choose(ROOM, MOD, {"clean": True})
    ballot = (await asked(rolling)).ballot
    assert all("explicit" not in entry.track.title.casefold() for entry in ballot)
    assert "Mr. Brightside" not in titles(ballot)


async def test_people_who_add_enough_meanwhile_are_not_outvoted(rolling: PartyService, clock: Clock) -> None:
    """With songs enough again nothing is asked any more, and nothing chosen when the time is up."""
    await asked(rolling)
    for song in ("take on me", "wonderwall"):
        await rolling.queue.add(ROOM, BEN, song)
    assert not (await rolling.insight.now(ROOM)).automatic
    clock.now_s += WAIT_S
    await rolling.autopilot.roll_on()
    assert titles((await rolling.insight.now(ROOM)).queue) == ["Take on Me", "Wonderwall"]


async def test_a_question_left_from_long_ago_is_asked_anew(rolling: PartyService, clock: Clock) -> None:
    """After a night the old ballot is closed: the new party gets one of its own."""
    old = {entry.id for entry in (await asked(rolling)).ballot}
    clock.now_s += PARTY_ENDS_AFTER_MS / 1000 + 60
    await rolling.clock.play_on()
    await rolling.queue.add(ROOM, BEN, "take on me")
    now = await asked(rolling)
    assert not old & {entry.id for entry in now.ballot}
    assert now.decides_ms == rolling.now_ms() + AUTOPILOT_WAITS_MS


async def test_two_processes_ask_once_and_choose_once(
    rolling: PartyService, other: PartyService, clock: Clock
) -> None:
    """Both clocks tick at once: one ballot, and one song of it."""
    both = (rolling, other)
    await asyncio.gather(*(service.autopilot.roll_on() for service in both * 3))
    now = await rolling.insight.now(ROOM)
    assert now.automatic
    assert await other.insight.now(ROOM) == now
    clock.now_s += WAIT_S
    await asyncio.gather(*(service.autopilot.roll_on() for service in both * 3))
    queue = (await other.insight.now(ROOM)).queue
    assert len(queue) == 1
    assert queue[0].id in {entry.id for entry in now.ballot}


async def test_one_room_at_fault_keeps_no_other_from_rolling(
    store: Store, catalogue: Catalogue, recommender: Recommender, clock: Clock
) -> None:
    """A watcher that fails in one room is logged, and the next room is asked all the same."""
    service = PartyService(store, catalogue, recommender, clock)
    for room in (QUIET, ROOM):
        await service.settings.choose(room, MOD, {"autopilot": True})
        await service.queue.add(room, ANNA, "mr brightside")

    def fail(room: object) -> None:
        if room == QUIET:
            raise RuntimeError("a watcher at fault")

    service.notices.on_change(fail)
    await service.autopilot.roll_on()
    assert (await service.insight.now(ROOM)).automatic
    await service.close()


async def test_the_chosen_song_can_be_removed_by_a_moderator_only(
    rolling: PartyService, clock: Clock
) -> None:
    """It is nobody's, so nobody but a moderator takes it out; then the next question comes."""
    await asked(rolling)
    clock.now_s += WAIT_S
    await rolling.autopilot.roll_on()
    (own,) = (await rolling.insight.now(ROOM)).queue
    assert (await rolling.queue.remove(ROOM, MOD, own.id)).state is State.REMOVED
    assert own.id not in {entry.id for entry in (await asked(rolling)).ballot}


async def test_the_autopilots_own_picks_do_not_make_its_taste(
    store: Store, catalogue: Catalogue, clock: Clock
) -> None:
    """Ten rounds in which nobody votes: the model is told of the one song that somebody added, each time."""
    model = Hearing()
    party = PartyService(store, catalogue, model, clock)
    await party.settings.choose(ROOM, MOD, {"autopilot": True, "autopilot_below": 8})
    await party.queue.add(ROOM, ANNA, "wonderwall")
    for _ in range(10):
        await party.autopilot.roll_on()
        clock.pass_by(minutes=1)
        await party.autopilot.roll_on()
        clock.pass_by(minutes=3)
        await party.clock.play_on()
        await party.ballots.next(ROOM, ANNA)
    picked = [entry for entry in (await party.insight.now(ROOM)).history if entry.added_by is None]
    assert picked
    assert {tuple(signal.track.title for signal in told) for told in model.heard} == {("Wonderwall",)}


class Hearing:
    """A model that notes the songs that it is told of, and has another one each time."""

    def __init__(self) -> None:
        self.heard: list[Sequence[Signal]] = []
        self._numbers = count()

    async def suggest(self, told: Sequence[Signal], *_: Any, **__: Any) -> list[Suggestion]:
        """One song that nobody has heard of."""
        self.heard.append(told)
        return [Suggestion(Track(f"Song {next(self._numbers)}", "Vlorp", duration_ms=60_000), 0.5, ("x",))]

    async def why(self, *_: Any) -> None:
        """Knows no reason."""

    async def likeness(self, *_: Any) -> Any:
        """Knows no likeness."""

    async def locate(self, *_: Any) -> Any:
        """Knows no places."""
