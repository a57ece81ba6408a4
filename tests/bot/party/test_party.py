"""The use cases, on a real database with the shipped model."""

from __future__ import annotations

import asyncio

import pytest

from bot.party.errors import (
    AlreadyOver,
    EmptyText,
    NoSuchEntry,
    NothingPlaying,
    NothingToUndo,
    NotYours,
    OwnersOnly,
    PartyError,
    QueueFull,
    TextTooLong,
    UnknownLink,
    UnsureSong,
)
from bot.party.limits import MOST_SUGGESTIONS
from bot.party.words import Entry, Mood, State
from bot.service import PartyService
from tests.conftest import ANNA, BEN, CLEO, MOD, ON_BOTH, ROOM, Clock, MakeMembers

pytestmark = ON_BOTH

ELSEWHERE = type(ROOM)("discord", "1", "3")


def titles(entries: tuple[Entry, ...]) -> list[str]:
    """What is in a queue, in order."""
    return [entry.track.title for entry in entries]


async def test_the_first_song_plays_and_the_others_wait(party: PartyService) -> None:
    """An idle party plays what is added first; what comes later waits in order of arrival."""
    first = await party.queue.add(ROOM, ANNA, "mr brightside")
    second = await party.queue.add(ROOM, BEN, "take on me")
    third = await party.queue.add(ROOM, ANNA, "wonderwall")
    assert (first.place, second.place, third.place) == (0, 1, 2)
    now = await party.insight.now(ROOM)
    assert now.playing is not None
    assert now.playing.track.title == "Mr. Brightside"
    assert now.playing.added_by == ANNA
    assert titles(now.queue) == ["Take on Me", "Wonderwall"]


async def test_rooms_do_not_share_a_queue(party: PartyService) -> None:
    """Each room has a party of its own."""
    await party.queue.add(ROOM, ANNA, "mr brightside")
    assert (await party.insight.now(ELSEWHERE)).playing is None


async def test_a_delivery_that_comes_twice_adds_once(party: PartyService) -> None:
    """The same idempotency key changes nothing a second time and gets the same answer."""
    first = await party.queue.add(ROOM, ANNA, "mr brightside", "key")
    again = await party.queue.add(ROOM, ANNA, "mr brightside", "key")
    assert again == first
    now = await party.insight.now(ROOM)
    assert titles(now.queue) == []
    await party.queue.add(ROOM, ANNA, "take on me", "other key")
    assert titles((await party.insight.now(ROOM)).queue) == ["Take on Me"]


async def test_every_use_case_takes_a_key(party: PartyService) -> None:
    """Voting, skipping, removing, undoing and asking twice with one key do it once."""
    await party.queue.add(ROOM, ANNA, "mr brightside")
    waiting = (await party.queue.add(ROOM, ANNA, "take on me")).entry
    for _ in range(2):
        voted = await party.ballots.vote(ROOM, BEN, waiting.id, +1, "vote")
    assert voted.entry.votes == {BEN.user_id: 1}
    ballots = [await party.ballots.next(ROOM, ANNA, 3, "next") for _ in range(2)]
    assert ballots[0] == ballots[1]
    vibes = [await party.ballots.vibe(ROOM, ANNA, "90s rock", "vibe") for _ in range(2)]
    assert vibes[0] == vibes[1]
    assert len(vibes[0].ballot) == 5
    skips = [await party.queue.skip(ROOM, ANNA, "skip") for _ in range(2)]
    assert [skip.votes for skip in skips] == [1, 1]
    undone = [await party.queue.undo(ROOM, BEN, "undo") for _ in range(2)]
    assert undone[0] == undone[1]
    gone = [await party.queue.remove(ROOM, ANNA, waiting.id, "remove") for _ in range(2)]
    assert gone[0] == gone[1]


async def test_the_same_song_again_is_a_vote(party: PartyService) -> None:
    """A song that waits already is not queued twice; another member's wish for it counts as a vote."""
    await party.queue.add(ROOM, ANNA, "mr brightside")
    await party.queue.add(ROOM, ANNA, "take on me")
    again = await party.queue.add(ROOM, BEN, "take on me")
    assert again.again
    assert again.entry.votes == {BEN.user_id: 1}
    own = await party.queue.add(ROOM, ANNA, "take on me")
    assert own.entry.votes == {BEN.user_id: 1}
    assert len((await party.insight.now(ROOM)).queue) == 1


async def test_votes_order_the_queue(party: PartyService) -> None:
    """What more people want plays earlier; the last vote of a member is the one that counts."""
    for song in ("mr brightside", "take on me", "wonderwall", "bohemian rhapsody"):
        await party.queue.add(ROOM, ANNA, song)
    queue = (await party.insight.now(ROOM)).queue
    await party.ballots.vote(ROOM, BEN, queue[2].id, +1)
    await party.ballots.vote(ROOM, BEN, queue[0].id, -1)
    assert titles((await party.insight.now(ROOM)).queue) == [
        "Bohemian Rhapsody",
        "Wonderwall",
        "Take on Me",
    ]
    await party.ballots.vote(ROOM, BEN, queue[0].id, +1)
    await party.ballots.vote(ROOM, CLEO, queue[0].id, +1)
    assert titles((await party.insight.now(ROOM)).queue)[0] == "Take on Me"


async def test_a_vote_cast_twice_counts_once_and_can_be_taken_back(party: PartyService) -> None:
    """+1 and +1 again is one vote; 0 is none."""
    await party.queue.add(ROOM, ANNA, "mr brightside")
    entry = (await party.queue.add(ROOM, ANNA, "take on me")).entry
    await party.ballots.vote(ROOM, BEN, entry.id, +1)
    assert (await party.ballots.vote(ROOM, BEN, entry.id, +1)).entry.score == 1
    assert (await party.ballots.vote(ROOM, BEN, entry.id, -1)).entry.score == -1
    assert (await party.ballots.vote(ROOM, BEN, entry.id, 0)).entry.votes == {}


async def test_a_song_plays_for_its_length_and_then_the_next_one(party: PartyService, clock: Clock) -> None:
    """The clock ends a song when its time is up, and the history remembers it."""
    song = (await party.queue.add(ROOM, ANNA, "mr brightside")).entry
    await party.queue.add(ROOM, ANNA, "take on me")
    clock.pass_by(minutes=1)
    await party.clock.play_on()
    assert (await party.insight.now(ROOM)).playing == song
    clock.pass_by(minutes=5)
    await party.clock.play_on()
    now = await party.insight.now(ROOM)
    assert now.playing is not None
    assert now.playing.track.title == "Take on Me"
    assert [(entry.id, entry.state) for entry in now.history] == [(song.id, State.PLAYED)]
    clock.pass_by(minutes=10)
    await party.clock.play_on()
    assert (await party.insight.now(ROOM)).playing is None


async def test_more_than_half_of_the_active_people_skip(party: PartyService, clock: Clock) -> None:
    """One of three is not enough, two are; who has been away for half an hour does not count."""
    await party.queue.add(ROOM, ANNA, "mr brightside")
    await party.queue.add(ROOM, BEN, "take on me")
    await party.queue.add(ROOM, CLEO, "wonderwall")
    one = await party.queue.skip(ROOM, CLEO)
    assert (one.votes, one.needed, one.done) == (1, 2, False)
    assert (await party.queue.skip(ROOM, CLEO)).votes == 1
    two = await party.queue.skip(ROOM, BEN)
    assert two.done
    assert two.playing is not None
    assert two.playing.track.title == "Take on Me"
    clock.pass_by(minutes=31)
    alone = await party.queue.skip(ROOM, CLEO)
    assert (alone.needed, alone.done) == (1, True)


async def test_skipping_at_once_skips_one_song(party: PartyService, members: MakeMembers) -> None:
    """Votes that arrive together never skip the next song as well."""
    people = members(5)
    for person, song in zip(
        people, ("mr brightside", "take on me", "wonderwall", "africa toto", "imagine"), strict=True
    ):
        await party.queue.add(ROOM, person, song)
    results = await asyncio.gather(*(party.queue.skip(ROOM, person) for person in people[1:4]))
    assert sum(result.done for result in results) == 1
    now = await party.insight.now(ROOM)
    assert [entry.state for entry in now.history] == [State.SKIPPED]


async def test_only_the_adder_and_moderators_remove(party: PartyService) -> None:
    """A stranger may not take a song out; the adder and a moderator may."""
    await party.queue.add(ROOM, ANNA, "mr brightside")
    entry = (await party.queue.add(ROOM, ANNA, "take on me")).entry
    other = (await party.queue.add(ROOM, ANNA, "wonderwall")).entry
    with pytest.raises(NotYours):
        await party.queue.remove(ROOM, BEN, entry.id)
    assert (await party.queue.remove(ROOM, MOD, entry.id)).state is State.REMOVED
    assert (await party.queue.remove(ROOM, ANNA, other.id)).state is State.REMOVED
    with pytest.raises(NoSuchEntry):
        await party.queue.remove(ROOM, ANNA, other.id)


async def test_only_moderators_choose_whether_a_room_shares(party: PartyService) -> None:
    """A room shares nothing until a moderator says so, and each room says it for itself."""
    await party.queue.add(ROOM, ANNA, "mr brightside")
    with pytest.raises(OwnersOnly):
        await party.settings.share(ROOM, ANNA, True)
    assert not await party.settings.shared(ROOM)
    assert await party.settings.share(ROOM, MOD, True)
    assert await party.settings.shared(ROOM)
    assert not await party.settings.shared(ELSEWHERE)
    assert not await party.settings.share(ROOM, MOD, False)
    assert not await party.settings.shared(ROOM)


async def test_a_late_second_delivery_of_a_choice_changes_nothing(party: PartyService) -> None:
    """Switched on, then off: the first request, delivered again, leaves it off and says so."""
    await party.settings.share(ROOM, MOD, True, "on")
    await party.settings.share(ROOM, MOD, False, "off")
    assert not await party.settings.share(ROOM, MOD, True, "on")
    assert not await party.settings.shared(ROOM)


async def test_sharing_is_no_step_to_undo(party: PartyService) -> None:
    """Undo takes back what was done to songs, and never the choice for the room."""
    await party.queue.add(ROOM, MOD, "mr brightside")
    await party.settings.share(ROOM, MOD, True)
    assert (await party.queue.undo(ROOM, MOD)).kind == "add"
    assert await party.settings.shared(ROOM)


async def test_taking_out_what_plays_starts_the_next(party: PartyService) -> None:
    """The party goes on when the playing song is taken out."""
    entry = (await party.queue.add(ROOM, ANNA, "mr brightside")).entry
    await party.queue.add(ROOM, BEN, "take on me")
    await party.queue.remove(ROOM, ANNA, entry.id)
    now = await party.insight.now(ROOM)
    assert now.playing is not None
    assert now.playing.track.title == "Take on Me"


async def test_undo_takes_back_one_step_after_the_other(party: PartyService) -> None:
    """Undo goes back through a member's own removals, votes and adds, and leaves others' alone."""
    await party.queue.add(ROOM, BEN, "mr brightside")
    mine = (await party.queue.add(ROOM, ANNA, "take on me")).entry
    theirs = (await party.queue.add(ROOM, BEN, "wonderwall")).entry
    await party.ballots.vote(ROOM, ANNA, theirs.id, +1)
    await party.queue.skip(ROOM, ANNA)
    await party.queue.remove(ROOM, ANNA, mine.id)
    assert (await party.queue.undo(ROOM, ANNA)).entry.state is State.QUEUED
    assert (await party.queue.undo(ROOM, ANNA)).kind == "skip"
    assert not (await party.insight.now(ROOM)).skippers
    assert (await party.queue.undo(ROOM, ANNA)).entry.votes == {}
    assert (await party.queue.undo(ROOM, ANNA)).entry.id == mine.id
    assert titles((await party.insight.now(ROOM)).queue) == ["Wonderwall"]
    with pytest.raises(NothingToUndo):
        await party.queue.undo(ROOM, ANNA)


async def test_undoing_an_add_that_plays_starts_the_next(party: PartyService) -> None:
    """A mistyped first song can be taken back although it plays."""
    await party.queue.add(ROOM, ANNA, "mr brightside")
    await party.queue.add(ROOM, BEN, "take on me")
    await party.queue.undo(ROOM, ANNA)
    now = await party.insight.now(ROOM)
    assert now.playing is not None
    assert now.playing.track.title == "Take on Me"


async def test_undo_leaves_what_is_over(party: PartyService, clock: Clock) -> None:
    """A song that has been played stays played."""
    await party.queue.add(ROOM, ANNA, "mr brightside")
    clock.pass_by(minutes=10)
    await party.clock.play_on()
    with pytest.raises(NothingToUndo):
        await party.queue.undo(ROOM, ANNA)


async def test_suggestions_come_with_match_and_reason(party: PartyService) -> None:
    """A queue of rock gets songs with a probability each and the titles that speak for them."""
    for song in ("mr brightside", "wonderwall", "smells like teen spirit"):
        await party.queue.add(ROOM, ANNA, song)
    ballot = await party.ballots.next(ROOM, BEN, 5, mood=Mood.SAFE)
    assert len(ballot) == 5
    assert all(0 < (entry.match or 0) < 1 for entry in ballot)
    assert all(0 < (entry.fit or 0) <= 1 for entry in ballot)
    queued = {"Mr. Brightside", "Wonderwall", "Smells Like Teen Spirit"}
    assert all(entry.because and set(entry.because) <= queued for entry in ballot)
    assert (await party.insight.now(ROOM)).ballot == ballot


async def test_an_empty_party_gets_popular_songs(party: PartyService) -> None:
    """Nobody has added anything: suggestions come all the same, without a reason."""
    ballot = await party.ballots.next(ROOM, ANNA)
    assert len(ballot) == 5
    assert all(entry.because == () for entry in ballot)


async def test_the_first_vote_queues_a_suggestion(party: PartyService) -> None:
    """A vote for a suggestion queues it in the voter's name; a vote against it does not."""
    await party.queue.add(ROOM, ANNA, "mr brightside")
    ballot = await party.ballots.next(ROOM, ANNA, 3)
    against = await party.ballots.vote(ROOM, BEN, ballot[0].id, -1)
    assert not against.taken_up
    result = await party.ballots.vote(ROOM, BEN, ballot[1].id, +1)
    assert result.taken_up
    assert result.entry.state is State.QUEUED
    assert result.entry.added_by == BEN
    assert [entry.id for entry in result.ballot] == [entry.id for entry in ballot]
    assert titles((await party.insight.now(ROOM)).queue) == [ballot[1].track.title]
    await party.queue.undo(ROOM, BEN)
    assert (await party.insight.now(ROOM)).queue == ()


async def test_suggestions_never_repeat_the_party(party: PartyService, clock: Clock) -> None:
    """What is queued, playing, played, skipped, removed or voted down is not suggested again."""
    seen: set[str | None] = set()
    for song in ("mr brightside", "take on me", "wonderwall"):
        seen.add((await party.queue.add(ROOM, ANNA, song)).entry.track.track_id)
    await party.queue.skip(ROOM, ANNA)
    for _ in range(6):
        ballot = await party.ballots.next(ROOM, ANNA, MOST_SUGGESTIONS)
        assert not seen & {entry.track.track_id for entry in ballot}
        taken = await party.ballots.vote(ROOM, ANNA, ballot[0].id, +1)
        await party.queue.remove(ROOM, ANNA, taken.entry.id)
        await party.ballots.vote(ROOM, ANNA, ballot[1].id, -1)
        await party.ballots.vote(ROOM, ANNA, ballot[2].id, +1)
        seen |= {entry.track.track_id for entry in ballot[:3]}
        clock.pass_by(minutes=11)
        await party.clock.play_on()


async def test_a_new_party_may_play_the_old_songs(party: PartyService, clock: Clock) -> None:
    """After twelve idle hours a party is over, and its songs may be suggested again."""
    await party.queue.add(ROOM, ANNA, "mr brightside")
    first = await party.ballots.next(ROOM, ANNA, 3, mood=Mood.SAFE)
    played = await party.ballots.vote(ROOM, ANNA, first[0].id, +1)
    for _ in range(2):
        clock.pass_by(minutes=10)
        await party.clock.play_on()
    assert played.entry.track not in [
        e.track for e in await party.ballots.next(ROOM, ANNA, 10, mood=Mood.SAFE)
    ]
    clock.pass_by(hours=13)
    await party.queue.add(ROOM, ANNA, "mr brightside")
    assert played.entry.track in [e.track for e in await party.ballots.next(ROOM, ANNA, 10, mood=Mood.SAFE)]


async def test_votes_steer_what_is_suggested(party: PartyService) -> None:
    """Up-voted songs weigh more, so that their neighbours rise; voted-down ones push theirs away."""
    for song in ("mr brightside", "blinding lights"):
        await party.queue.add(ROOM, ANNA, song)
    before = await party.ballots.next(ROOM, ANNA, 10, mood=Mood.SAFE)
    waiting = (await party.insight.now(ROOM)).queue[0]
    for person in (ANNA, BEN, CLEO):
        await party.ballots.vote(ROOM, person, waiting.id, -1)
    steered = await party.ballots.next(ROOM, ANNA, 10, mood=Mood.SAFE)
    assert all("Blinding Lights" not in entry.because for entry in steered)
    assert any("Blinding Lights" in entry.because for entry in before)


async def test_a_song_nobody_knows_waits_as_typed_and_stands_by_its_artist(
    party: PartyService,
) -> None:
    """An unknown title of a known artist is queued as typed, and steers suggestions by the artist."""
    added = await party.queue.add(ROOM, ANNA, "A Brand New Unheard Song - Queen")
    assert added.entry.track.title == "A Brand New Unheard Song"
    assert added.entry.track.track_id is None
    ballot = await party.ballots.next(ROOM, ANNA, 5)
    assert ballot[0].because == ("A Brand New Unheard Song",)
    assert {entry.because for entry in ballot} <= {
        ("A Brand New Unheard Song",),
        (),
    }  # it says little of some


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", EmptyText),
        ("   ", EmptyText),
        ("🎉🎉🎉", EmptyText),
        ("x" * 10_000, TextTooLong),
        ("wonderwall zzyzx", UnsureSong),
        ("track:no-such-id", UnknownLink),
        ("https://example.com/song", UnknownLink),
        ("https://open.spotify.com/album/4aawyAB9vmqN3uQ7FjRGTy", UnknownLink),
    ],
)
async def test_bad_text_is_refused_and_the_party_unchanged(
    party: PartyService, text: str, error: type[PartyError]
) -> None:
    """Each bad text has a sentence of its own, and nothing is queued."""
    with pytest.raises(error):
        await party.queue.add(ROOM, ANNA, text)
    now = await party.insight.now(ROOM)
    assert (now.playing, now.queue, now.history) == (None, (), ())


async def test_votes_on_what_is_gone_are_refused(party: PartyService) -> None:
    """A vote on an unknown entry, another room's, or one that is over changes nothing."""
    entry = (await party.queue.add(ROOM, ANNA, "mr brightside")).entry
    for room, number in ((ROOM, 10**9), (ELSEWHERE, entry.id)):
        with pytest.raises(NoSuchEntry):
            await party.ballots.vote(room, BEN, number, +1)
    await party.queue.remove(ROOM, ANNA, entry.id)
    with pytest.raises(AlreadyOver):
        await party.ballots.vote(ROOM, BEN, entry.id, +1)
    with pytest.raises(ValueError, match="7"):
        await party.ballots.vote(ROOM, BEN, entry.id, 7)


async def test_there_must_be_something_to_skip(party: PartyService) -> None:
    """Skipping in silence is an error."""
    with pytest.raises(NothingPlaying):
        await party.queue.skip(ROOM, ANNA)


async def test_the_queue_has_an_end(party: PartyService, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full queue takes no more, and says so."""
    monkeypatch.setattr("bot.party.rules.admission.LONGEST_QUEUE", 2)
    await party.queue.add(ROOM, ANNA, "mr brightside")
    await party.queue.add(ROOM, ANNA, "take on me")
    with pytest.raises(QueueFull):
        await party.queue.add(ROOM, ANNA, "wonderwall")


async def test_watchers_hear_of_changes_only(party: PartyService) -> None:
    """A front door is told the room after each change, and not after an error or a repetition."""
    heard: list[object] = []
    party.notices.on_change(heard.append)
    await party.queue.add(ROOM, ANNA, "mr brightside", "key")
    assert heard == [ROOM]
    await party.queue.add(ROOM, ANNA, "mr brightside", "key")
    with pytest.raises(NoSuchEntry):
        await party.ballots.vote(ROOM, ANNA, 99, +1)
    await party.insight.now(ROOM)
    assert heard == [ROOM]


async def test_a_cancelled_caller_leaves_no_half_done_change(party: PartyService) -> None:
    """Callers that vanish at any moment neither block the next one nor leave half a change."""
    for moment in range(30):
        caller = asyncio.create_task(party.queue.add(ROOM, ANNA, f"Song {moment} - Somebody"))
        for _ in range(moment):
            await asyncio.sleep(0)
        caller.cancel()
    await party.queue.add(ROOM, BEN, "mr brightside")
    await party.close()
    now = await party.insight.now(ROOM)
    assert now.playing is not None
    assert "Mr. Brightside" in [entry.track.title for entry in (now.playing, *now.queue)]


async def test_a_suggestion_that_was_added_by_hand_is_not_queued_twice(party: PartyService) -> None:
    """A vote for a suggestion whose song waits already counts for the entry that waits."""
    await party.queue.add(ROOM, ANNA, "mr brightside")
    ballot = await party.ballots.next(ROOM, ANNA, 3)
    added = await party.queue.add(ROOM, ANNA, f"track:{ballot[0].track.track_id}")
    assert ballot[0].id not in [entry.id for entry in (await party.insight.now(ROOM)).ballot]
    result = await party.ballots.vote(ROOM, BEN, ballot[0].id, +1)
    assert result.entry.id == added.entry.id
    assert result.entry.votes == {BEN.user_id: 1}
    assert [entry.id for entry in (await party.insight.now(ROOM)).queue] == [added.entry.id]


async def test_a_vote_pressed_twice_is_undone_at_once(party: PartyService) -> None:
    """A second press changes nothing, so one undo takes the vote back; the same for a wish to skip."""
    await party.queue.add(ROOM, ANNA, "mr brightside")
    entry = (await party.queue.add(ROOM, ANNA, "take on me")).entry
    for _ in range(2):
        await party.ballots.vote(ROOM, BEN, entry.id, +1)
    assert (await party.queue.undo(ROOM, BEN)).entry.votes == {}
    await party.queue.add(ROOM, BEN, "wonderwall")
    for _ in range(2):
        await party.queue.skip(ROOM, BEN)
    assert (await party.queue.undo(ROOM, BEN)).kind == "skip"
    assert (await party.queue.undo(ROOM, BEN)).kind == "add"


async def test_undo_reaches_past_what_is_over(party: PartyService, clock: Clock) -> None:
    """When the song of the latest change is over, the change before it can still be taken back."""
    playing = (await party.queue.add(ROOM, ANNA, "mr brightside")).entry
    waiting = (await party.queue.add(ROOM, BEN, "take on me")).entry
    await party.queue.add(ROOM, CLEO, "wonderwall")
    await party.ballots.vote(ROOM, ANNA, waiting.id, -1)
    await party.ballots.vote(ROOM, ANNA, playing.id, +1)
    clock.pass_by(minutes=4)
    await party.clock.play_on()
    assert (await party.queue.undo(ROOM, ANNA)).entry.id == waiting.id


async def test_undoing_a_removal_queues_no_song_twice(party: PartyService) -> None:
    """A removed song that somebody added again stays removed."""
    await party.queue.add(ROOM, ANNA, "mr brightside")
    entry = (await party.queue.add(ROOM, ANNA, "take on me")).entry
    await party.queue.remove(ROOM, ANNA, entry.id)
    await party.queue.add(ROOM, BEN, "take on me")
    with pytest.raises(NothingToUndo):
        await party.queue.undo(ROOM, ANNA)
    assert titles((await party.insight.now(ROOM)).queue) == ["Take on Me"]


async def test_a_skip_is_for_the_song_that_was_meant(party: PartyService) -> None:
    """A wish that names another entry than what plays is refused; repeated with its key it is answered."""
    first = (await party.queue.add(ROOM, ANNA, "mr brightside")).entry
    await party.queue.add(ROOM, ANNA, "take on me")
    done = await party.queue.skip(ROOM, ANNA, "key", first.id)
    assert done.done
    with pytest.raises(AlreadyOver):
        await party.queue.skip(ROOM, ANNA, "other key", first.id)
    assert (await party.queue.skip(ROOM, ANNA, "key", first.id)).entry == done.entry


async def test_two_who_ask_at_once_get_different_songs(party: PartyService) -> None:
    """Suggestions that another ballot has just offered are not offered again."""
    await party.queue.add(ROOM, ANNA, "mr brightside")
    ballots = await asyncio.gather(
        *(party.ballots.next(ROOM, member, 5) for member in (ANNA, BEN)), return_exceptions=True
    )
    offered = [{entry.track.track_id for entry in each} for each in ballots if isinstance(each, tuple)]
    assert offered
    assert len(set.union(*offered)) == sum(map(len, offered))


async def test_a_party_that_plays_on_is_not_over(party: PartyService, clock: Clock) -> None:
    """Nobody does anything for a night, but the queue plays: what it played is not suggested again."""
    played = set()
    for song in ("mr brightside", "take on me", "wonderwall"):
        played.add((await party.queue.add(ROOM, ANNA, song)).entry.track.track_id)
    for _ in range(3):
        clock.pass_by(hours=5)
        await party.clock.play_on()
    ballot = await party.ballots.next(ROOM, ANNA, MOST_SUGGESTIONS)
    assert not played & {entry.track.track_id for entry in ballot}


async def test_a_song_that_plays_is_not_queued_again(party: PartyService) -> None:
    """Adding what plays says so; it has place 0."""
    await party.queue.add(ROOM, ANNA, "mr brightside")
    again = await party.queue.add(ROOM, BEN, "mr brightside")
    assert (again.again, again.place) == (True, 0)
