"""How soon, how long and how near: the limits in what a device's report means, to the millisecond."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.party.words import Entry, State, Track
from bot.playback.report import Step, decide, plays
from bot.playback.words import Heard
from tests.bot.playback.test_report import (
    AHEAD,
    CASES,
    END,
    FRESH,
    HELD,
    HOST,
    LATER,
    MIDDLE,
    NEXT,
    NOW_MS,
    ON,
    SONG_MS,
    entry,
    follows,
    heard,
)


@pytest.mark.parametrize(
    ("playing", "at_the_device", "believed"),
    [
        (MIDDLE, heard(3, 0), Step(3, None, over=State.SKIPPED, start=LATER, ends_ms=NOW_MS + SONG_MS)),
        (MIDDLE, heard(1, 80_000, playing=False), Step(1, 2, left_ms=120_000)),
        (HELD, heard(1, 80_000), Step(1, 2, ends_ms=NOW_MS + 120_000)),
        (MIDDLE, None, Step(None, None, gone=True)),
    ],
)
def test_for_three_seconds_a_device_that_was_told_something_is_not_believed(
    playing: Entry, at_the_device: Heard | None, believed: Step
) -> None:
    """It takes a moment to play, pause or go on; afterwards it counts."""
    assert follows(playing, AHEAD, at_the_device, told_ago_ms=2_999) == Step(1, 2)
    assert follows(playing, AHEAD, at_the_device, told_ago_ms=3_000) == believed


def test_a_device_that_does_as_it_was_told_is_believed_at_once() -> None:
    """How far it is in the song counts from the beginning."""
    step = follows(MIDDLE, ON, heard(1, 80_000), told_ago_ms=0)
    assert step == Step(1, None, ends_ms=NOW_MS + 120_000)


@pytest.mark.parametrize(("ago_ms", "doubted"), [(3_000, True), (9_999, True), (10_000, False)])
def test_a_forward_that_led_elsewhere_is_put_right_for_ten_seconds(ago_ms: int, doubted: bool) -> None:
    """The device's own queue may have had other songs; later it is the host who has chosen."""
    step = follows(MIDDLE, AHEAD, heard(9, 0), told_ago_ms=ago_ms, forwarded=True)
    chosen = CASES["the host put another song on"][3]
    assert step == (Step(1, 2, play=MIDDLE) if doubted else chosen)


def test_only_a_forward_is_doubted_and_only_while_the_party_plays() -> None:
    """What was put on after any other order, or after a pause, was put on by the host."""
    chosen = CASES["the host put another song on"][3]
    assert follows(MIDDLE, AHEAD, heard(9, 0), told_ago_ms=3_000) == chosen
    assert follows(HELD, AHEAD, heard(9, 0), told_ago_ms=3_000, forwarded=True) == chosen


@pytest.mark.parametrize(
    ("by_ms", "moved"), [(0, False), (1_500, False), (1_501, True), (-1_500, False), (-1_501, True)]
)
def test_the_end_is_written_down_anew_when_it_moves_by_more_than_a_second_and_a_half(
    by_ms: int, moved: bool
) -> None:
    """To either side, by the device."""
    step = follows(MIDDLE, ON, heard(1, 100_000 - by_ms))
    assert step == Step(1, None, ends_ms=NOW_MS + 100_000 + by_ms if moved else None)


@pytest.mark.parametrize(("left_ms", "enqueued"), [(0, NEXT), (15_000, NEXT), (15_001, None)])
def test_the_next_song_is_put_ahead_fifteen_seconds_before_the_end(
    left_ms: int, enqueued: Entry | None
) -> None:
    """Once, and only if there is one; and not while the song stands still."""
    playing = entry(1, ends_in_ms=left_ms)
    near = heard(1, SONG_MS - left_ms)
    assert follows(playing, ON, near) == Step(1, None, enqueue=enqueued)
    assert follows(playing, AHEAD, near) == Step(1, 2)
    assert decide(playing, [], ON, near, NOW_MS, told_ms=0, forwarded=False) == Step(1, None)
    assert follows(playing, ON, replace(near, playing=False)).enqueue is None


@pytest.mark.parametrize(("left_ms", "over"), [(10_000, State.PLAYED), (10_001, State.SKIPPED)])
def test_whoever_leaves_a_song_in_its_last_ten_seconds_has_heard_it(left_ms: int, over: State) -> None:
    """Before that it was skipped, whether it played or stood still."""
    assert follows(entry(1, ends_in_ms=left_ms), ON, heard(2, 0)).over is over
    assert follows(entry(1, left_ms=left_ms), ON, heard(2, 0)).over is over


@pytest.mark.parametrize(
    ("left_ms", "passed_ms", "again"),
    [(10_000, 10_000, True), (10_001, 10_000, False), (10_000, 10_001, False), (0, 0, True)],
)
def test_a_song_that_begins_again_at_its_end_was_heard(left_ms: int, passed_ms: int, again: bool) -> None:
    """In its last ten seconds by the party's clock and its first ten by the device's; else it was moved."""
    step = follows(entry(1, ends_in_ms=left_ms), ON, heard(1, passed_ms))
    moved = Step(1, None, ends_ms=NOW_MS + SONG_MS - passed_ms)
    assert step == (Step(None, None, over=State.PLAYED) if again else moved)


@pytest.mark.parametrize(("length_ms", "again"), [(15_000, False), (15_001, True)])
def test_a_short_song_begins_again_if_its_end_moves_by_more_than_ten_seconds(
    length_ms: int, again: bool
) -> None:
    """Five seconds before the end by the party, at the beginning by the device."""
    track = replace(MIDDLE.track, duration_ms=length_ms)
    step = follows(entry(1, ends_in_ms=5_000), ON, replace(heard(1, 0), track=track))
    assert (step.over is State.PLAYED) is again


def test_a_song_that_was_just_started_does_not_begin_again() -> None:
    """Only what the device was known to play can."""
    assert follows(END, FRESH, heard(1, 0)) == Step(1, None, ends_ms=NOW_MS + SONG_MS)


@pytest.mark.parametrize(
    ("length_ms", "left_ms", "over"),
    [
        (SONG_MS, 190_000, True),
        (SONG_MS, 190_001, False),
        (None, 200_000, True),
        (None, 200_001, False),
    ],
)
def test_a_device_that_stops_at_the_beginning_after_ten_seconds_has_no_more(
    length_ms: int | None, left_ms: int, over: bool
) -> None:
    """Sooner it is paused; a song of unknown length is taken to last three and a half minutes."""
    track = replace(MIDDLE.track, duration_ms=length_ms)
    playing = replace(entry(1, ends_in_ms=left_ms), track=track)
    stopped = Step(None, None, over=State.SKIPPED)
    paused = Step(1, None, left_ms=SONG_MS)
    assert follows(playing, ON, heard(1, 0, playing=False)) == (stopped if over else paused)
    assert follows(playing, FRESH, heard(1, 0, playing=False)) == paused


@pytest.mark.parametrize(
    ("length_ms", "passed_ms", "left_ms"),
    [(SONG_MS, SONG_MS, 0), (SONG_MS, SONG_MS + 5_000, 0), (None, 10_000, 200_000), (None, 999_999, 0)],
)
def test_what_is_left_of_a_song_is_never_less_than_nothing(
    length_ms: int | None, passed_ms: int, left_ms: int
) -> None:
    """By the device's own length of it; where it names none, three and a half minutes."""
    found = replace(heard(2, passed_ms), track=replace(NEXT.track, duration_ms=length_ms))
    assert follows(MIDDLE, ON, found).ends_ms == NOW_MS + left_ms


@pytest.mark.parametrize(
    ("track", "is_it"),
    [
        (Track("Other", "Other", spotify_id="id1"), True),
        (Track("song 1", "Band, Guest", duration_ms=SONG_MS + 3_000, spotify_id="other"), True),
        (Track("Song 1", "Band", duration_ms=SONG_MS - 3_000), True),
        (Track("Song 1", "Band", duration_ms=SONG_MS + 3_001), False),
        (Track("Song 1", "Band", duration_ms=SONG_MS - 3_001), False),
        (Track("Song 1", "Band"), False),
        (Track("Song 1", "Cover Band", duration_ms=SONG_MS), False),
        (Track("Song 2", "Band", duration_ms=SONG_MS), False),
    ],
)
def test_a_song_is_known_in_other_countries(track: Track, is_it: bool) -> None:
    """By one of its ids, or by title, artist and a length that differs by three seconds at most."""
    assert plays(heard(1, 0), Entry(1, track, State.PLAYING, HOST, 0)) is is_it


@pytest.mark.parametrize(("one_ms", "other_ms", "is_it"), [(None, None, True), (None, 3_001, False)])
def test_an_unknown_length_is_as_good_as_none(one_ms: int | None, other_ms: int | None, is_it: bool) -> None:
    """Title and artist decide where neither length is known; one that is known must be very short."""
    for wanted_ms, there_ms in ((one_ms, other_ms), (other_ms, one_ms)):
        wanted = Entry(1, Track("Song", "Band", duration_ms=wanted_ms), State.PLAYING, HOST, 0)
        there = Heard(frozenset({"x"}), Track("Song", "Band", duration_ms=there_ms), 0, True, None)
        assert plays(there, wanted) is is_it
