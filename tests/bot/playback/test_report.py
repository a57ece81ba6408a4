"""What follows from what a device plays, case by case: the device leads, but where the party has moved on."""

from __future__ import annotations

import pytest

from bot.party.domain import Entry, Member, Playback, State, Track
from bot.playback.report import DOUBTED_MS, SETTLES_MS, Step, decide, plays
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
MIDDLE, END = entry(1, ends_in_ms=100_000), entry(1, ends_in_ms=3_000)
HELD = entry(1, left_ms=100_000)
NEXT, LATER = entry(2), entry(3)
ON, FRESH, AHEAD = Playback(HOST, on=1), Playback(HOST), Playback(HOST, on=1, ahead=2)

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
    "the party stands still before it was sent": (HELD, FRESH, None, Step(None, None)),
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
    "an advertisement": (MIDDLE, ON, ADVERTISEMENT, Step(1, None)),
    "the device is gone": (MIDDLE, ON, None, Step(None, None, gone=True)),
    "the device is gone while all stands still": (HELD, ON, None, Step(1, None)),
    "the device is gone at the end": (END, ON, None, Step(None, None, over=State.PLAYED)),
}


@pytest.mark.parametrize("case", CASES)
def test_what_follows(case: str) -> None:
    """Each with two songs waiting, and a device that was told nothing lately."""
    playing, playback, at_the_device, expected = CASES[case]
    queue = [each for each in (NEXT, LATER) if each.id != playing.id]
    assert decide(playing, queue, playback, at_the_device, NOW_MS) == expected


def test_what_a_device_says_right_after_it_was_told_something_is_not_believed() -> None:
    """It takes a moment to do it; afterwards it counts."""
    for told_ms, believed in ((NOW_MS - SETTLES_MS + 1, False), (NOW_MS - SETTLES_MS, True)):
        step = decide(MIDDLE, [NEXT], ON, heard(2, 0), NOW_MS, told_ms=told_ms)
        assert (step.over is State.SKIPPED) is believed


def test_a_forward_that_led_elsewhere_is_put_right_for_a_while() -> None:
    """The device's own queue may have had other songs; later it is the host who has chosen."""
    for ago_ms, doubted in ((SETTLES_MS, True), (DOUBTED_MS, False)):
        step = decide(MIDDLE, [NEXT], ON, heard(9, 0), NOW_MS, told_ms=NOW_MS - ago_ms, forwarded=True)
        assert (step.play == MIDDLE) is doubted


def test_an_empty_party_asks_nothing() -> None:
    """Whatever the device plays."""
    assert decide(None, [], AHEAD, heard(9, 0), NOW_MS) == Step(None, 2)


@pytest.mark.parametrize(
    ("track", "is_it"),
    [
        (Track("Other", "Other", spotify_id="id1"), True),
        (Track("song 1", "Band, Guest", duration_ms=SONG_MS + 2_000, spotify_id="other"), True),
        (Track("Song 1", "Band", duration_ms=SONG_MS + 20_000), False),
        (Track("Song 1", "Cover Band", duration_ms=SONG_MS), False),
        (Track("Song 2", "Band", duration_ms=SONG_MS), False),
    ],
)
def test_a_song_is_known_in_other_countries(track: Track, is_it: bool) -> None:
    """By one of its ids, or by title, artist and length."""
    assert plays(heard(1, 0), Entry(1, track, State.PLAYING, HOST, 0)) is is_it
