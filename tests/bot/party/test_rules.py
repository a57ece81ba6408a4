"""What a room chooses for itself, on a real database with the shipped model and a clock that tests set."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bot.party.errors import (
    AlreadyOver,
    BallotClosed,
    ExplicitSong,
    ManagersOnly,
    ModeratorsOnly,
    NoSuchEntry,
    NothingToUndo,
    OwnersOnly,
    PlayedLately,
    TooManyOfYours,
)
from bot.party.limits import ACTIVE_FOR_MS, OFFER_LASTS_MS, ONE_SKIP_MS
from bot.party.rules.songs import explicit
from bot.party.words import NOBODY, Member, Order, Quorum, Rules, State
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.service import PartyService
from db.store import Store
from tests.conftest import ANNA, BEN, CLEO, MOD, ON_BOTH, ROOM, Clock, MakeMembers

pytestmark = ON_BOTH

DJ = Member("discord", "21", "Dee", roles=frozenset({"77"}))
HELPER = Member("discord", "22", "Hal", moderator=True)
SONGS = ("mr brightside", "take on me", "wonderwall", "bohemian rhapsody")


async def titles(party: PartyService) -> list[str]:
    """What plays, then what waits in its order."""
    now = await party.insight.now(ROOM)
    return [entry.track.title for entry in (*((now.playing,) if now.playing else ()), *now.queue)]


async def fill(party: PartyService, *songs: str, by: Member = ANNA) -> list[int]:
    """Adds songs, and returns their numbers."""
    return [(await party.queue.add(ROOM, by, song)).entry.id for song in songs]


@asynccontextmanager
async def unchanged(party: PartyService) -> AsyncIterator[None]:
    """Whatever happens inside leaves the party as it was."""
    before = await party.insight.now(ROOM)
    yield
    assert await party.insight.now(ROOM) == before


async def test_a_room_begins_with_the_usual_rules_and_keeps_what_it_chooses(party: PartyService) -> None:
    """One rule changes, the others stay, and the answer is what is kept."""
    assert await party.settings.rules(ROOM) == Rules()
    chosen = await party.settings.choose(ROOM, MOD, {"order": Order.TURNS, "threshold": 3})
    assert chosen == Rules(order=Order.TURNS, threshold=3)
    assert await party.settings.choose(ROOM, MOD, {"quiet": True}) == Rules(
        Order.TURNS, threshold=3, quiet=True
    )
    assert (await party.insight.now(ROOM)).rules == await party.settings.rules(ROOM)


@pytest.mark.parametrize("member", [ANNA, DJ, HELPER])
async def test_only_managers_and_djs_choose_rules(party: PartyService, member: Member) -> None:
    """Without Manage Server a member needs the DJ role, and before one is chosen there is none."""
    with pytest.raises(ManagersOnly):
        await party.settings.choose(ROOM, member, {"quiet": True})
    assert await party.settings.rules(ROOM) == Rules()


async def test_a_dj_runs_the_music_but_gives_nothing_away(party: PartyService) -> None:
    """The DJ role lets its members choose, clear, move and remove, but not let a model learn."""
    await party.settings.choose(ROOM, MOD, {"dj_role": "77"})
    ids = await fill(party, *SONGS)
    assert (await party.settings.choose(ROOM, DJ, {"quiet": True})).quiet
    assert (await party.queue.move(ROOM, DJ, ids[3], 1)).place == 1
    assert (await party.queue.remove(ROOM, DJ, ids[2])).state is State.REMOVED
    assert await party.queue.clear(ROOM, DJ) == 2
    with pytest.raises(OwnersOnly):
        await party.settings.share(ROOM, DJ, True)
    assert not await party.settings.shared(ROOM)


async def test_the_same_choice_delivered_twice_counts_once(party: PartyService) -> None:
    """A late second delivery does not undo what was chosen in between."""
    await party.settings.choose(ROOM, MOD, {"quiet": True}, "key")
    await party.settings.choose(ROOM, MOD, {"quiet": False})
    assert not (await party.settings.choose(ROOM, MOD, {"quiet": True}, "key")).quiet
    assert not (await party.settings.rules(ROOM)).quiet


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order.VOTES, ["Wonderwall", "Take on Me", "Bohemian Rhapsody", "Creep"]),
        (Order.ARRIVAL, ["Take on Me", "Bohemian Rhapsody", "Wonderwall", "Creep"]),
        (Order.TURNS, ["Wonderwall", "Take on Me", "Creep", "Bohemian Rhapsody"]),
    ],
)
async def test_the_order_is_the_rooms_choice(party: PartyService, order: Order, expected: list[str]) -> None:
    """By votes, by arrival, or a song of each in turn: whose last song is longest ago comes first."""
    await party.settings.choose(ROOM, MOD, {"order": order})
    await fill(party, "mr brightside", "take on me", "bohemian rhapsody")
    wonderwall, _ = await fill(party, "wonderwall", "creep radiohead", by=BEN)
    await party.ballots.vote(ROOM, CLEO, wonderwall, +1)
    assert (await titles(party))[1:] == expected


async def test_everybody_in_turn_stays_fair_while_songs_play(party: PartyService, clock: Clock) -> None:
    """Who adds ten songs does not keep a latecomer from the second place."""
    await party.settings.choose(ROOM, MOD, {"order": Order.TURNS})
    await fill(party, *(f"Long {number} - Neighbours" for number in range(6)))
    await fill(party, *(f"Late {number} - Neighbours" for number in range(2)), by=BEN)
    played = []
    for _ in range(8):
        played.append((await titles(party))[0].split()[0])
        clock.pass_by(minutes=5)
        await party.clock.play_on()
    assert played == ["Long", "Late", "Long", "Late", "Long", "Long", "Long", "Long"]


async def test_a_moved_song_stays_where_it_was_put(party: PartyService, clock: Clock) -> None:
    """Votes pass a pinned song by; when the first song starts it moves up with the others."""
    ids = await fill(party, *SONGS, "creep radiohead")
    await party.queue.move(ROOM, HELPER, ids[4], 2)
    await party.ballots.vote(ROOM, BEN, ids[3], +1)
    await party.ballots.vote(ROOM, BEN, ids[2], +1)
    order = (await titles(party))[1:]
    assert order == ["Wonderwall", "Creep", "Bohemian Rhapsody", "Take on Me"]
    clock.pass_by(minutes=10)
    await party.clock.play_on()
    assert (await titles(party))[1:] == ["Creep", "Bohemian Rhapsody", "Take on Me"]


async def test_a_move_can_be_undone(party: PartyService) -> None:
    """The song is back where votes put it, or where an earlier move did."""
    ids = await fill(party, *SONGS)
    before = await titles(party)
    await party.queue.move(ROOM, MOD, ids[3], 1)
    first = await titles(party)
    assert (await party.queue.move(ROOM, MOD, ids[3], 2)).place == 2
    assert (await party.queue.undo(ROOM, MOD)).kind == "move"
    assert await titles(party) == first
    assert first != before
    await party.queue.undo(ROOM, MOD)
    assert await titles(party) == before


@pytest.mark.parametrize("place", [-5, 0, 1, 99, 10**9])
async def test_a_place_that_is_not_there_is_the_nearest_one(party: PartyService, place: int) -> None:
    """Before the first is first, after the last is last."""
    ids = await fill(party, *SONGS)
    moved = await party.queue.move(ROOM, MOD, ids[2], place)
    assert moved.place == (1 if place <= 1 else 3)
    assert (await titles(party))[moved.place] == "Wonderwall"


async def test_only_moderators_and_djs_clear_and_move(party: PartyService) -> None:
    """Anybody else is refused and nothing changes, whoever's songs they are."""
    ids = await fill(party, *SONGS)
    for member in (ANNA, BEN, DJ):
        async with unchanged(party):
            with pytest.raises(ModeratorsOnly):
                await party.queue.clear(ROOM, member)
            with pytest.raises(ModeratorsOnly):
                await party.queue.move(ROOM, member, ids[1], 1)
    async with unchanged(party):
        with pytest.raises(NoSuchEntry):
            await party.queue.move(ROOM, MOD, ids[0], 1)  # it plays


async def test_clearing_takes_all_waiting_songs_and_undo_brings_them_back(
    party: PartyService, clock: Clock
) -> None:
    """What plays goes on; votes and order are as they were; what somebody removed before stays out."""
    ids = await fill(party, *SONGS, "creep radiohead")
    await party.ballots.vote(ROOM, BEN, ids[3], +1)
    await party.queue.remove(ROOM, ANNA, ids[4])
    clock.pass_by(minutes=1)
    before = await titles(party)
    assert await party.queue.clear(ROOM, HELPER) == 3
    assert await titles(party) == before[:1]
    clock.pass_by(minutes=1)
    assert (await party.queue.undo(ROOM, HELPER)).kind == "clear"
    assert await titles(party) == before
    assert await party.queue.clear(ROOM, HELPER, "key") == 3
    await fill(party, "hey jude")
    assert await party.queue.clear(ROOM, HELPER, "key") == 3  # the same delivery again
    assert await titles(party) == [before[0], "Hey Jude"]


async def test_clearing_an_empty_queue_does_nothing(party: PartyService) -> None:
    """There is nothing that an undo could bring back."""
    assert await party.queue.clear(ROOM, MOD) == 0
    with pytest.raises(NothingToUndo):
        await party.queue.undo(ROOM, MOD)


@pytest.mark.parametrize(
    ("quorum", "needed"),
    [(Quorum.ONE, 1), (Quorum.THIRD, 2), (Quorum.HALF, 3), (Quorum.MOST, 4), (Quorum.ALL, 5)],
)
async def test_a_quorum_counts_those_who_listen_and_those_who_act(
    party: PartyService, clock: Clock, quorum: Quorum, needed: int
) -> None:
    """People in the voice channel count with those active lately, each once, and no other room's."""
    rooms = {"v1": ["11", "31", "32", "33"], "v2": ["41", "42", "43", "44", "45", "46"]}
    party.unit.count_listeners("discord", lambda _, voice: rooms.get(voice, []))
    await party.settings.choose(ROOM, MOD, {"quorum": quorum, "voice": "v1"})
    clock.pass_by(minutes=ACTIVE_FOR_MS / 60_000 + 1)  # the manager's choice is long ago
    await fill(party, "mr brightside", by=BEN)
    await fill(party, "take on me", by=ANNA)  # she listens as well
    assert (await party.insight.now(ROOM)).skips_needed == needed
    listeners = [Member("discord", user, user) for user in ("11", "31", "32", "33", "12")]
    done = [(await party.queue.skip(ROOM, each, entry_id=None)).done for each in listeners[:needed]]
    assert done == [False] * (needed - 1) + [True]
    rooms["v1"] = []
    clock.pass_by(minutes=ACTIVE_FOR_MS / 60_000 + 1)
    await fill(party, "wonderwall", by=CLEO)
    assert (await party.insight.now(ROOM)).skips_needed == 1


async def test_everybody_who_presses_skip_at_once_skips_one_song(party: PartyService, clock: Clock) -> None:
    """Who asks within two seconds of a skip meant the song that was skipped, and the next one plays."""
    await party.settings.choose(ROOM, MOD, {"quorum": Quorum.ONE})
    await fill(party, *SONGS)
    assert (await party.queue.skip(ROOM, ANNA)).done
    for member in (BEN, CLEO):
        with pytest.raises(AlreadyOver):
            await party.queue.skip(ROOM, member)
    assert (await titles(party))[0] == "Take on Me"
    clock.now_s += (ONE_SKIP_MS + 1) / 1000
    assert (await party.queue.skip(ROOM, BEN)).done
    assert (await titles(party))[0] == "Wonderwall"


async def test_skips_that_race_skip_one_song(party: PartyService, members: MakeMembers) -> None:
    """Twenty who press at the same moment end one song, not twenty."""
    await party.settings.choose(ROOM, MOD, {"quorum": Quorum.ONE})
    await fill(party, *(f"Song {number} - Neighbours" for number in range(25)))
    results = await asyncio.gather(
        *(party.queue.skip(ROOM, each) for each in members(20)), return_exceptions=True
    )
    assert sum(isinstance(result, AlreadyOver) for result in results) == 19
    assert (await titles(party))[0] == "Song 1"


async def test_a_skip_of_a_song_that_is_over_counts_for_no_other(party: PartyService, clock: Clock) -> None:
    """A button shown with one song never skips the next one, however late it is pressed."""
    await party.settings.choose(ROOM, MOD, {"quorum": Quorum.ONE})
    first, *_ = await fill(party, *SONGS)
    await party.queue.skip(ROOM, ANNA, entry_id=first)
    clock.pass_by(minutes=1)
    async with unchanged(party):
        with pytest.raises(AlreadyOver):
            await party.queue.skip(ROOM, BEN, entry_id=first)


async def test_a_song_rests_before_it_plays_again(party: PartyService, clock: Clock) -> None:
    """Within the cooldown a played song is refused with the minutes left, and then it may come back."""
    await party.settings.choose(ROOM, MOD, {"cooldown_min": 60})
    await fill(party, "take on me")
    clock.pass_by(minutes=10)
    await party.clock.play_on()
    clock.pass_by(minutes=20)
    async with unchanged(party):
        with pytest.raises(PlayedLately) as refused:
            await party.queue.add(ROOM, BEN, "take on me")
    assert refused.value.parts == {"number": 40}
    clock.pass_by(minutes=40)
    assert (await party.queue.add(ROOM, BEN, "take on me")).place == 0


async def test_a_skipped_or_removed_song_need_not_rest(party: PartyService) -> None:
    """Only what was played through rests."""
    await party.settings.choose(ROOM, MOD, {"cooldown_min": 60, "quorum": Quorum.ONE})
    first, second = await fill(party, "take on me", "wonderwall")
    await party.queue.remove(ROOM, ANNA, second)
    await party.queue.skip(ROOM, ANNA, entry_id=first)
    await fill(party, "take on me", "wonderwall")
    assert await titles(party) == ["Take on Me", "Wonderwall"]


async def test_nobody_has_more_songs_waiting_than_the_room_allows(party: PartyService, clock: Clock) -> None:
    """What plays does not count, a vote for a song that waits is no second song, moderators may add more."""
    await party.settings.choose(ROOM, MOD, {"songs_each": 2})
    await fill(party, "mr brightside", "take on me", "wonderwall")
    async with unchanged(party):
        with pytest.raises(TooManyOfYours):
            await party.queue.add(ROOM, ANNA, "creep radiohead")
    await fill(party, "hey jude", by=BEN)
    assert (await party.queue.add(ROOM, ANNA, "hey jude")).again
    await fill(party, "billie jean", "africa toto", "bohemian rhapsody", by=HELPER)
    for _ in range(2):  # Hey Jude with Anna's vote, then a song of Anna's
        clock.pass_by(minutes=10)
        await party.clock.play_on()
    assert (await party.queue.add(ROOM, ANNA, "creep radiohead")).place > 0


async def test_a_room_may_want_songs_twice(party: PartyService) -> None:
    """With the guard off the same song waits as often as it is added; with it on a wish is a vote."""
    await party.settings.choose(ROOM, MOD, {"one_of_each": False})
    await fill(party, "mr brightside", "take on me", "take on me")
    await fill(party, "take on me", by=BEN)
    assert await titles(party) == ["Mr. Brightside", "Take on Me", "Take on Me", "Take on Me"]
    await party.settings.choose(ROOM, MOD, {"one_of_each": True})
    assert (await party.queue.add(ROOM, CLEO, "take on me")).again


async def test_a_removed_song_of_a_room_that_wants_songs_twice_can_be_put_back(party: PartyService) -> None:
    """Undoing a removal works there though the same song waits once more."""
    await party.settings.choose(ROOM, MOD, {"one_of_each": False})
    ids = await fill(party, "mr brightside", "take on me", "take on me")
    await party.queue.remove(ROOM, ANNA, ids[2])
    assert (await party.queue.undo(ROOM, ANNA)).kind == "remove"
    assert await titles(party) == ["Mr. Brightside", "Take on Me", "Take on Me"]


async def test_clearing_a_room_that_wants_songs_twice_can_be_undone_in_full(party: PartyService) -> None:
    """All that was cleared comes back, the same song twice included."""
    await party.settings.choose(ROOM, MOD, {"one_of_each": False})
    await fill(party, "take on me", "take on me", "take on me")
    before = await titles(party)
    await party.queue.clear(ROOM, MOD)
    await party.queue.undo(ROOM, MOD)
    assert await titles(party) == before


async def test_a_clean_room_neither_takes_nor_suggests_explicit_songs(
    party: PartyService, recommender: Recommender
) -> None:
    """What is marked explicit in its title is refused, whatever the case, and never proposed."""
    for song in ("Bad Words (Explicit) - Neighbours", "Other [EXPLICIT Version] - Neighbours"):
        await party.settings.choose(ROOM, MOD, {"clean": False})
        assert (await party.queue.add(ROOM, ANNA, song)).entry.track.title
        await party.settings.choose(ROOM, MOD, {"clean": True})
        async with unchanged(party):
            with pytest.raises(ExplicitSong):
                await party.queue.add(ROOM, BEN, f"2 {song}")
    await fill(party, "Explicit Feelings - Neighbours")
    await fill(party, "eminem the real slim shady", "50 cent in da club")
    ballot = await party.ballots.next(ROOM, ANNA, 10)
    assert not any(explicit(entry.track) for entry in ballot)


async def test_more_than_one_vote_may_be_needed_to_queue_a_suggestion(party: PartyService) -> None:
    """Votes against count too, and the one that is decisive takes the song up."""
    await party.settings.choose(ROOM, MOD, {"threshold": 2})
    await fill(party, "mr brightside")
    first = (await party.ballots.next(ROOM, ANNA))[0]
    assert not (await party.ballots.vote(ROOM, ANNA, first.id, +1)).taken_up
    assert not (await party.ballots.vote(ROOM, BEN, first.id, -1)).taken_up
    assert not (await party.ballots.vote(ROOM, CLEO, first.id, +1)).taken_up
    taken = await party.ballots.vote(ROOM, BEN, first.id, +1)
    assert taken.taken_up
    assert taken.entry.state is State.QUEUED
    assert taken.entry.added_by == BEN


async def test_a_ballot_closes_after_ten_minutes(party: PartyService, clock: Clock) -> None:
    """Until then a vote counts, from then on it changes nothing."""
    await fill(party, "mr brightside")
    one, other, *_ = await party.ballots.next(ROOM, ANNA)
    clock.now_s += OFFER_LASTS_MS / 1000 - 1
    assert (await party.ballots.vote(ROOM, BEN, one.id, +1)).taken_up
    clock.now_s += 1
    async with unchanged(party):
        with pytest.raises(BallotClosed):
            await party.ballots.vote(ROOM, BEN, other.id, +1)
    assert (await party.insight.now(ROOM)).ballot == ()


async def test_rules_of_one_room_are_no_other_rooms(party: PartyService) -> None:
    """What a channel chose does not hold next door."""
    await party.settings.choose(ROOM, MOD, {"songs_each": 1, "quiet": True})
    assert await party.settings.rules(type(ROOM)("discord", "1", "3")) == Rules()


async def test_rules_chosen_in_another_process_hold_here(
    party: PartyService, store: Store, catalogue: Catalogue, recommender: Recommender, clock: Clock
) -> None:
    """Once this process has heard of a change it asks the database again."""
    other = PartyService(store, catalogue, recommender, clock)
    assert not (await other.settings.rules(ROOM)).quiet
    await party.settings.choose(ROOM, MOD, {"quiet": True})
    other.changed_elsewhere(ROOM)
    assert (await other.settings.rules(ROOM)).quiet


async def test_a_forgotten_members_songs_stay_and_their_votes_go(party: PartyService) -> None:
    """In every room of the platform; the order follows, and nobody else loses anything."""
    await party.settings.choose(ROOM, MOD, {"at_once": False})
    await fill(party, "mr brightside", "take on me")
    (other,) = await fill(party, "wonderwall", by=BEN)
    await party.ballots.vote(ROOM, ANNA, other, +1)
    await party.ballots.vote(ROOM, CLEO, other, +1)
    await party.queue.skip(ROOM, ANNA)
    forgotten = await party.forget(ANNA)
    assert (forgotten.songs, forgotten.votes) == (2, 1)
    now = await party.insight.now(ROOM)
    assert [entry.added_by for entry in now.queue] == [BEN, Member("discord", NOBODY, "")]
    assert now.queue[0].votes == {CLEO.user_id: +1}
    assert now.skippers == frozenset()
    assert await party.forget(ANNA) == type(forgotten)(0, 0)
    with pytest.raises(NothingToUndo):
        await party.queue.undo(ROOM, ANNA)


async def test_a_forgotten_member_can_join_again(party: PartyService) -> None:
    """Whoever comes back is a new member, with nothing of what was before."""
    await fill(party, "mr brightside")
    await party.forget(ANNA)
    assert (await party.queue.add(ROOM, ANNA, "take on me")).entry.added_by == ANNA
    assert (await party.forget(ANNA)).songs == 1


ANNA_LEADS = replace(ANNA, manager=True)


async def test_a_wish_to_skip_is_looked_at_again(party: PartyService, clock: Clock) -> None:
    """Once fewer must agree, those who have wished are enough, and nobody has to press again."""
    here = {ANNA.user_id, BEN.user_id, CLEO.user_id}
    party.unit.count_listeners("discord", lambda _room, _voice: here)
    await party.settings.choose(ROOM, MOD, {"quorum": Quorum.MOST})
    clock.pass_by(minutes=31)  # who chose that counts no more
    await party.queue.add(ROOM, ANNA, "Song - Nobody")
    await party.queue.add(ROOM, CLEO, "wonderwall")
    assert not (await party.queue.skip(ROOM, CLEO)).done
    here.clear()
    await party.clock.play_on()
    assert (await party.insight.now(ROOM)).playing is not None  # one of two that were active is not enough
    await party.settings.choose(ROOM, ANNA_LEADS, {"quorum": Quorum.ONE})
    await party.clock.play_on()
    playing = (await party.insight.now(ROOM)).playing
    assert playing is not None
    assert playing.track.title == "Wonderwall"


async def test_taking_a_vote_back_stops_no_song_that_plays(party: PartyService) -> None:
    """What a ballot brought into play is everybody's: only the vote goes."""
    ballot = await party.ballots.next(ROOM, ANNA)
    await party.ballots.vote(ROOM, ANNA, ballot[0].id, 1)
    await party.queue.undo(ROOM, ANNA)
    playing = (await party.insight.now(ROOM)).playing
    assert playing is not None
    assert playing.ups == 0


async def test_a_party_that_ended_while_the_bot_was_off_stays_over(party: PartyService, clock: Clock) -> None:
    """Two weeks later the song that played is over, nothing starts by itself, and suggestions start anew."""
    for song in ("mr brightside", "wonderwall"):
        await party.queue.add(ROOM, ANNA, song)
    clock.pass_by(hours=14 * 24)
    await party.clock.play_on()
    now = await party.insight.now(ROOM)
    assert now.playing is None
    assert len(now.queue) == 1


async def test_what_the_room_voted_in_is_nobodys_own(party: PartyService) -> None:
    """Songs of a ballot do not use up what a member may have waiting."""
    await party.settings.choose(ROOM, MOD, {"songs_each": 1})
    await party.queue.add(ROOM, BEN, "mr brightside")
    for entry in (await party.ballots.next(ROOM, ANNA))[:2]:
        await party.ballots.vote(ROOM, ANNA, entry.id, 1)
    assert not (await party.queue.add(ROOM, ANNA, "wonderwall")).again


async def test_ones_own_song_again_is_no_vote(party: PartyService) -> None:
    """It is told that it waits already, and no wish is counted."""
    await party.queue.add(ROOM, BEN, "mr brightside")
    await party.queue.add(ROOM, ANNA, "wonderwall")
    again = await party.queue.add(ROOM, ANNA, "wonderwall")
    assert (again.again, again.wished, again.entry.ups) == (True, False, 0)
    assert (await party.queue.add(ROOM, BEN, "wonderwall")).wished


async def test_who_wants_to_be_forgotten_is_no_dj_any_more(party: PartyService, store: Store) -> None:
    """The room's rules name nobody who was erased, and keep the others that they name."""
    await party.settings.choose(ROOM, MOD, {"djs": f"{ANNA.user_id} {BEN.user_id}"})
    await party.queue.add(ROOM, ANNA, "wonderwall")
    await party.forget(ANNA)
    async with store.reading() as tx:  # what is kept, not what is remembered
        assert (await tx.parties.open(ROOM, 0)).rules.djs == BEN.user_id
    assert (await party.settings.rules(ROOM)).djs == BEN.user_id  # and what is remembered


async def test_presses_count_by_when_they_came_in(party: PartyService, store: Store, clock: Clock) -> None:
    """Two presses seconds apart are two, though a slow database meets them at the same moment."""
    await party.queue.add(ROOM, BEN, "mr brightside")
    entry = (await party.queue.add(ROOM, BEN, "wonderwall")).entry.id
    async with store.writing() as tx:
        await tx.parties.open(ROOM, 0)  # and nobody else has it meanwhile
        first = asyncio.create_task(party.ballots.vote(ROOM, ANNA, entry, 1, "a", toggle=True))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        clock.pass_by(minutes=0.05)
        again = asyncio.create_task(party.ballots.vote(ROOM, ANNA, entry, 1, "b", toggle=True))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    await asyncio.gather(first, again)
    assert (await party.insight.now(ROOM)).queue[0].ups == 0
    for key in ("c", "d"):
        await party.ballots.vote(ROOM, CLEO, entry, 1, key, toggle=True)
    assert (await party.insight.now(ROOM)).queue[0].ups == 1
