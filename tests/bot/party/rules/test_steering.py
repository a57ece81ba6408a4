"""What votes and skips tell the model: which songs are wanted, how much, and by whom."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.party.rules.steering import served, signals, spoken_for, stances, vetoed
from bot.party.words import NOBODY, Entry, Signal, State
from tests.bot.party.rules.made import ANNA, ANY_TIME, BEN, MINUTE_MS, NOW_MS, entry, song

VOTES = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from([-1, 1]))
ENTRIES = st.builds(
    lambda state, votes: replace(entry(1, ANNA, state), votes=votes), st.sampled_from(State), VOTES
)


def told(each: Entry) -> tuple[float, float] | None:
    """The weight and label with which the model is told of an entry; None if it is not."""
    return next(((signal.weight, signal.label) for signal in signals([each])), None)


@pytest.mark.parametrize(
    ("each", "no"),
    [
        (entry(), False),
        (entry(ups=1, downs=1), False),
        (entry(ups=1, downs=2), True),
        (entry(state=State.PLAYING), False),
        (entry(state=State.PLAYED), False),
        (entry(state=State.SKIPPED, ups=3), True),
        (entry(state=State.REMOVED, ups=3), True),
    ],
)
def test_the_room_says_no_by_skipping_removing_or_voting_down(each: Entry, no: bool) -> None:
    """A tie is no veto; a skip is one, however many had wanted the song."""
    assert vetoed(each) is no


@pytest.mark.parametrize(
    ("ago_ms", "spoken"), [(0, True), (10 * MINUTE_MS - 1, True), (10 * MINUTE_MS, False)]
)
def test_a_suggestion_is_not_repeated_while_its_ballot_is_open(ago_ms: int, spoken: bool) -> None:
    """After ten minutes without a veto the song may be suggested again."""
    assert spoken_for(entry(state=State.SUGGESTED, added_ms=NOW_MS - ago_ms), NOW_MS) is spoken


def test_a_suggestion_that_was_voted_down_is_not_repeated() -> None:
    """However long ago; one on which votes were equal is."""
    suggestion = entry(state=State.SUGGESTED, downs=1, added_ms=0)
    assert spoken_for(suggestion, NOW_MS)
    assert not spoken_for(replace(suggestion, votes={"a": 1, "b": -1}), NOW_MS)


@pytest.mark.parametrize("state", sorted(set(State) - {State.SUGGESTED}))
def test_a_song_of_the_party_is_not_suggested(state: State) -> None:
    """Whether it waits, plays, was played, skipped or taken out, however long ago."""
    assert spoken_for(entry(state=state, added_ms=0), NOW_MS)


@pytest.mark.parametrize("state", [State.QUEUED, State.PLAYING, State.PLAYED])
@pytest.mark.parametrize(("ups", "weight"), [(0, 1), (1, 2), (2, 3), (3, 4), (4, 4), (50, 4)])
def test_each_up_vote_adds_to_a_songs_weight_up_to_four(state: State, ups: int, weight: float) -> None:
    """It is wanted from the beginning, and three votes make it as heavy as a song can be."""
    assert told(entry(state=state, ups=ups)) == (weight, 1)


def test_down_votes_take_nothing_from_the_weight_of_a_wanted_song() -> None:
    """While there are not more of them than up-votes."""
    assert told(entry(ups=2, downs=2)) == (3, 1)


@pytest.mark.parametrize("state", State)
def test_a_song_voted_down_counts_a_quarter_against_its_like(state: State) -> None:
    """With the weight of one, by however many, and also where it was only suggested or taken out since."""
    assert told(entry(state=state, downs=1)) == (1, -0.25)
    assert told(entry(state=state, ups=5, downs=9)) == (1, -0.25)


def test_a_skipped_song_counts_a_quarter_against_its_like() -> None:
    """Also where it had been voted for."""
    assert told(entry(state=State.SKIPPED)) == (1, -0.25)
    assert told(entry(state=State.SKIPPED, ups=3)) == (1, -0.25)


def test_a_song_that_was_taken_out_says_nothing() -> None:
    """People mistype; votes for it do not change that."""
    assert told(entry(state=State.REMOVED)) is None
    assert told(entry(state=State.REMOVED, ups=2)) is None


def test_a_suggestion_speaks_once_it_has_been_voted_on() -> None:
    """As loudly as any song; an equal vote says as little as none."""
    assert told(entry(state=State.SUGGESTED)) is None
    assert told(entry(state=State.SUGGESTED, ups=1, downs=1)) is None
    assert told(entry(state=State.SUGGESTED, ups=2, downs=1)) == (3, 1)


@pytest.mark.parametrize("state", [State.QUEUED, State.PLAYING, State.PLAYED])
def test_what_the_autopilot_picked_speaks_once_it_has_been_voted_on(state: State) -> None:
    """Nobody has said that they want it: otherwise the model would hear itself. A skip of it counts."""
    picked = entry(by=None, state=state)
    assert told(picked) is None
    assert told(replace(picked, votes={"a": 1})) == (2, 1)
    assert told(replace(picked, votes={"a": -1})) == (1, -0.25)
    assert told(replace(picked, state=State.SKIPPED)) == (1, -0.25)


def test_a_song_of_somebody_who_was_forgotten_still_speaks() -> None:
    """A person wanted it, whoever that was."""
    assert told(entry(by=replace(ANNA, user_id=NOBODY))) == (1, 1)


def test_signals_are_of_the_entries_songs_in_their_order() -> None:
    """Each with what everybody said of it."""
    found = signals([entry(2, ups=1), entry(3, state=State.REMOVED), entry(1, BEN, State.SKIPPED)])
    assert found == [
        Signal(song(2), 2, 1, {"anna": 1, "fan0": 1}),
        Signal(song(1), 1, -0.25, {"ben": 1}),
    ]


@ANY_TIME
@given(st.lists(ENTRIES, max_size=8))
def test_no_vote_is_stronger_than_the_rules_allow(entries: list[Entry]) -> None:
    """Weights are 1 to 4, labels and stances 1 or a quarter against; each song speaks once at most."""
    found = signals(entries)
    assert len(found) <= len(entries)
    for signal in found:
        assert 1 <= signal.weight <= 4
        assert {signal.label, *signal.stances.values()} <= {1.0, -0.25}


@ANY_TIME
@given(ENTRIES)
def test_one_more_up_vote_never_hurts_a_song(each: Entry) -> None:
    """A song is told of at least as favourably as before."""
    before, after = told(each), told(replace(each, votes={**each.votes, "new": 1}))
    strength_before = before[0] * before[1] if before else 0
    strength_after = after[0] * after[1] if after else 0
    assert strength_after >= strength_before


def test_whoever_added_a_song_wants_it() -> None:
    """Unless they vote against it; voting for it changes nothing."""
    assert stances(entry()) == {"anna": 1}
    assert stances(replace(entry(), votes={"anna": -1})) == {"anna": -0.25}
    assert stances(replace(entry(), votes={"anna": 1})) == {"anna": 1}


def test_everybody_who_votes_takes_a_stance() -> None:
    """Whether or not somebody has added the song."""
    votes = {"ben": 1, "cleo": -1}
    assert stances(replace(entry(), votes=votes)) == {"anna": 1, "ben": 1, "cleo": -0.25}
    assert stances(replace(entry(by=None), votes=votes)) == {"ben": 1, "cleo": -0.25}


def test_nobody_takes_no_stance() -> None:
    """Neither the autopilot nor whoever asked to be forgotten."""
    assert stances(entry(by=None)) == {}
    assert stances(entry(by=replace(ANNA, user_id=NOBODY))) == {}


def test_a_member_is_served_by_what_plays_or_has_played() -> None:
    """What waits, was skipped or taken out serves nobody, nor does the autopilot's song."""
    entries = [entry(number, ANNA, state) for number, state in enumerate(State)]
    entries += [entry(8, BEN, State.PLAYED), entry(9, None, State.PLAYED)]
    assert served(entries) == {"anna": 2, "ben": 1}
    assert served([]) == {}
