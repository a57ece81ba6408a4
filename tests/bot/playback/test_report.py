"""What follows from what a device plays, case by case: the device leads, but where the party has moved on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.party.words import Entry, Member, Playback, State, Track
from bot.playback.report import Step, decide, may_be_ahead, needs_to_listen, plays
from bot.playback.words import Heard

NOW_MS = 1_800_000_000_000
HOST = Member("discord", "1", "Anna")
SONG_MS = 200_000


def entry(number: int, *, left_ms: int | None = None, ends_in_ms: int | None = None) -> Entry:
    """An entry whose song is on Spotify; one that plays if it ends."""
    state = State.PLAYING if left_ms is not None or ends_in_ms is not None else State.QUEUED
    ends_ms = None if ends_in_ms is None else NOW_MS + ends_in_ms
    track = Track(f"Song {number}", "Band", duration_ms=SONG_MS, spotify_id=f"id{number}")
    return Entry(number, track, state, HOST, 0, ends_ms=ends_ms, left_ms=left_ms)


def heard(number: int, passed_ms: int, *, playing: bool = True) -> Heard:
    """A device that plays a song, or stands still on it."""
    track = Track(f"Song {number}", "Band", duration_ms=SONG_MS, spotify_id=f"id{number}")
    return Heard(frozenset({f"id{number}"}), track, passed_ms, playing, None)


ADVERTISEMENT = Heard(frozenset(), None, 5_000, True, None)
EPISODE = Heard(frozenset({"episode"}), None, 5_000, True, None)
MIDDLE, END = entry(1, ends_in_ms=100_000), entry(1, ends_in_ms=3_000)
HELD = entry(1, left_ms=100_000)
NEXT, LATER = entry(2), entry(3)
ON, FRESH, AHEAD = Playback(HOST, on=1), Playback(HOST), Playback(HOST, on=1, ahead=2)
ELSEWHERE = Playback(HOST, on=7, ahead=8)

CASES = {
    "all is well": (MIDDLE, ON, heard(1, 100_000), Step(1, None)),
    "it is a little further": (MIDDLE, ON, heard(1, 110_000), Step(1, None, ends_ms=NOW_MS + 90_000)),
    "it ends soon": (
        entry(1, ends_in_ms=14_000),
        ON,
        heard(1, SONG_MS - 14_000),
        Step(1, None, enqueue=NEXT),
    ),
    "the next one is there already": (
        entry(1, ends_in_ms=14_000),
        AHEAD,
        heard(1, SONG_MS - 14_000),
        Step(1, 2),
    ),
    "the party has begun": (MIDDLE, FRESH, None, Step(1, None, play=MIDDLE)),
    "the party has gone on to what is ahead": (
        entry(2, ends_in_ms=SONG_MS),
        AHEAD,
        None,
        Step(2, None, forward=True),
    ),
    "the party has gone on to another song": (MIDDLE, ELSEWHERE, None, Step(1, 8, play=MIDDLE)),
    "the party stands still before it was sent": (HELD, FRESH, None, Step(None, None)),
    "the party stands still on another song": (HELD, ELSEWHERE, None, Step(7, 8)),
    "both have gone on": (entry(2, ends_in_ms=SONG_MS), AHEAD, heard(2, 0), Step(2, None)),
    "the device has gone on": (
        END,
        AHEAD,
        heard(2, 1_000),
        Step(2, None, over=State.PLAYED, start=NEXT, ends_ms=NOW_MS + SONG_MS - 1_000),
    ),
    "it was skipped on the phone": (
        MIDDLE,
        AHEAD,
        heard(2, 1_000),
        Step(2, None, over=State.SKIPPED, start=NEXT, ends_ms=NOW_MS + SONG_MS - 1_000),
    ),
    "the host chose a later song": (
        MIDDLE,
        ON,
        heard(3, 0),
        Step(3, None, over=State.SKIPPED, start=LATER, ends_ms=NOW_MS + SONG_MS),
    ),
    "the host put another song on": (
        MIDDLE,
        ON,
        heard(9, 0),
        Step(None, None, over=State.SKIPPED, joined=heard(9, 0).track, ends_ms=NOW_MS + SONG_MS),
    ),
    "Spotify plays on by itself at the end": (END, ON, heard(9, 0), Step(None, None, over=State.PLAYED)),
    "nothing was ahead at the end": (
        END,
        ON,
        heard(1, 0, playing=False),
        Step(None, None, over=State.PLAYED),
    ),
    "paused on the phone": (MIDDLE, ON, heard(1, 50_000, playing=False), Step(1, None, left_ms=150_000)),
    "paused as before": (HELD, ON, heard(1, 100_000, playing=False), Step(1, None)),
    "gone on with on the phone": (HELD, ON, heard(1, 100_000), Step(1, None, ends_ms=NOW_MS + 100_000)),
    "paused with the next one ahead": (
        MIDDLE,
        AHEAD,
        heard(1, 50_000, playing=False),
        Step(1, 2, left_ms=150_000),
    ),
    "paused as before with the next one ahead": (HELD, AHEAD, heard(1, 0, playing=False), Step(1, 2)),
    "it is repeated": (END, AHEAD, heard(1, 5_000), Step(None, 2, over=State.PLAYED)),
    "it went on near its end": (
        entry(1, left_ms=3_000),
        ON,
        heard(1, 5_000),
        Step(1, None, ends_ms=NOW_MS + SONG_MS - 5_000),
    ),
    "the device came to the end": (
        END,
        AHEAD,
        heard(1, 0, playing=False),
        Step(None, 2, over=State.PLAYED),
    ),
    "the device stopped in the middle": (
        MIDDLE,
        AHEAD,
        heard(1, 0, playing=False),
        Step(None, 2, over=State.SKIPPED),
    ),
    "paused on another song": (
        MIDDLE,
        AHEAD,
        heard(9, 5_000, playing=False),
        Step(1, None, left_ms=100_000),
    ),
    "paused on another song as before": (HELD, AHEAD, heard(9, 5_000, playing=False), Step(1, 2)),
    "another song put on while all stood still": (
        HELD,
        AHEAD,
        heard(9, 0),
        Step(None, None, over=State.SKIPPED, joined=heard(9, 0).track, ends_ms=NOW_MS + SONG_MS),
    ),
    "an advertisement": (MIDDLE, AHEAD, ADVERTISEMENT, Step(1, 2)),
    "an advertisement at the end": (END, ON, ADVERTISEMENT, Step(1, None)),
    "an advertisement that stands still at the end": (
        END,
        ON,
        replace(ADVERTISEMENT, playing=False),
        Step(None, None, over=State.PLAYED),
    ),
    "an episode": (MIDDLE, AHEAD, EPISODE, Step(1, 2)),
    "an episode at the end": (END, ON, EPISODE, Step(None, None, over=State.PLAYED)),
    "the device is gone": (MIDDLE, ON, None, Step(None, None, gone=True)),
    "the device is gone while all stands still": (HELD, AHEAD, None, Step(1, 2)),
    "the device is gone while all stands still near the end": (
        entry(1, left_ms=3_000),
        ON,
        None,
        Step(1, None),
    ),
    "the device is gone at the end": (END, ON, None, Step(None, None, over=State.PLAYED)),
    "nobody has written down when it ends": (
        replace(MIDDLE, ends_ms=None),
        ON,
        heard(9, 0),
        Step(None, None, over=State.PLAYED),
    ),
}


def follows(
    playing: Entry | None,
    playback: Playback,
    at_the_device: Heard | None,
    *,
    told_ago_ms: int = 60_000,
    forwarded: bool = False,
) -> Step:
    """What follows with two songs waiting, on a device that was told something so long ago."""
    queue = [each for each in (NEXT, LATER) if playing is None or each.id != playing.id]
    told_ms = NOW_MS - told_ago_ms
    return decide(playing, queue, playback, at_the_device, NOW_MS, told_ms=told_ms, forwarded=forwarded)


@pytest.mark.parametrize("case", CASES)
def test_what_follows(case: str) -> None:
    """Each on a device that was told nothing lately."""
    playing, playback, at_the_device, expected = CASES[case]
    assert follows(playing, playback, at_the_device) == expected


def test_an_empty_party_asks_nothing() -> None:
    """Whatever the device plays."""
    assert follows(None, AHEAD, heard(9, 0)) == Step(None, 2)


def test_the_device_is_asked_while_it_should_play_what_the_party_plays() -> None:
    """Where the party has moved on, or is silent, what it says would change nothing ..."""
    assert needs_to_listen(MIDDLE, ON)
    assert not needs_to_listen(MIDDLE, ELSEWHERE)
    assert not needs_to_listen(MIDDLE, FRESH)
    assert not needs_to_listen(None, ON)
    assert not needs_to_listen(None, FRESH)


def test_the_device_is_asked_before_it_is_sent_on_to_what_it_may_play_already() -> None:
    """... but where the party has gone on to the song that is next in the device's own queue."""
    assert may_be_ahead(NEXT, AHEAD)
    assert not may_be_ahead(MIDDLE, AHEAD)
    assert not may_be_ahead(NEXT, ON)


def test_what_is_no_song_is_none_of_ours() -> None:
    """Neither an advertisement nor an episode."""
    assert not plays(ADVERTISEMENT, MIDDLE)
    assert not plays(EPISODE, MIDDLE)


PLAYING = st.sampled_from([MIDDLE, END, HELD, entry(2, ends_in_ms=SONG_MS), entry(4, left_ms=2_000)])
THERE = (
    st.none()
    | st.sampled_from([ADVERTISEMENT, EPISODE])
    | st.builds(heard, st.sampled_from([1, 2, 3, 9]), st.integers(0, SONG_MS), playing=st.booleans())
)


@settings(deadline=None)
@given(
    st.none() | PLAYING,
    st.sampled_from([ON, FRESH, AHEAD, ELSEWHERE]),
    THERE,
    st.integers(0, 20_000),
    st.booleans(),
)
def test_a_step_never_contradicts_itself(
    playing: Entry | None, playback: Playback, at_the_device: Heard | None, ago_ms: int, forwarded: bool
) -> None:
    """One order to the device at most, one next song at most, and none that starts before another is over."""
    step = follows(playing, playback, at_the_device, told_ago_ms=ago_ms, forwarded=forwarded)
    assert [step.play, step.forward or None, step.enqueue].count(None) >= 2
    assert None in (step.start, step.joined)
    assert None in (step.ends_ms, step.left_ms)
    assert step.over in {None, State.PLAYED, State.SKIPPED}
    if step.start or step.joined:
        assert step.over
        assert step.ends_ms is not None
    if playing is None:
        assert step == Step(None, playback.ahead)
