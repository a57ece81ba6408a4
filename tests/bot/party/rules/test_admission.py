"""Which songs a room takes in, by what it has chosen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.party.errors import (
    ExplicitSong,
    PlayedLately,
    QueueFull,
    SongBlocked,
    SongTooLong,
    TooManyOfYours,
)
from bot.party.rules.admission import admit, let_rest, own_songs, rest_ms
from bot.party.words import Blocked, Rules, State
from tests.bot.party.rules.made import ANNA, BEN, MINUTE_MS, NOW_MS, entry, song

EXPLICIT = replace(song(1), title="Song (Explicit)")
FULL = [entry(number, BEN) for number in range(500)]
TWO = Rules(songs_each=2)
RESTS = Rules(cooldown_min=30)


def test_a_room_that_has_chosen_nothing_takes_everything() -> None:
    """Explicit songs, and the 500th of one member."""
    admit(EXPLICIT, [], Rules(), ANNA)
    admit(song(1), FULL[1:], Rules(), BEN)


def test_a_clean_room_keeps_out_what_is_marked_explicit() -> None:
    """Nothing else, and also of moderators."""
    admit(song(1), [], Rules(clean=True), ANNA)
    with pytest.raises(ExplicitSong):
        admit(EXPLICIT, [], Rules(clean=True), ANNA, moderates=True)


@pytest.mark.parametrize(
    ("length_ms", "shown"),
    [(600_001, "10:01"), (601_000, "10:01"), (2_753_000, "45:53"), (3_723_000, "1:02:03")],
)
def test_a_song_that_is_too_long_is_refused_with_its_length(length_ms: int, shown: str) -> None:
    """Also of moderators; what looks no longer than the limit is none."""
    with pytest.raises(SongTooLong) as error:
        admit(replace(song(1), duration_ms=length_ms), [], Rules(), ANNA, moderates=True)
    assert error.value.parts == {"number": 10, "length": shown}


@pytest.mark.parametrize(
    ("length_ms", "longest_min"), [(600_000, 10), (None, 5), (0, 5), (10**9, 0), (3_600_000, 60)]
)
def test_any_other_length_is_taken(length_ms: int | None, longest_min: int) -> None:
    """Just as long as the room wants, unknown, or where any length will do."""
    admit(replace(song(1), duration_ms=length_ms), [], Rules(longest_min=longest_min), ANNA)


def test_a_blocked_song_is_refused_in_every_version() -> None:
    """Also of moderators; another song is not."""
    blocked = Blocked(songs=(song(1),))
    for track in (song(1), replace(song(1), title="Song 1 (Live)"), song(1, "Band, Guest")):
        with pytest.raises(SongBlocked):
            admit(track, [], Rules(), ANNA, moderates=True, blocked=blocked)
    admit(song(2), [], Rules(), ANNA, blocked=blocked)
    admit(song(1, "Others"), [], Rules(), ANNA, blocked=blocked)


def test_a_queue_is_full_with_500_songs() -> None:
    """For moderators too, and people are told the number."""
    with pytest.raises(QueueFull) as error:
        admit(song(1), FULL, Rules(), ANNA, moderates=True)
    assert error.value.parts == {"longest": 500}


def test_a_member_may_have_as_many_songs_waiting_as_the_room_says() -> None:
    """One more is refused with their number, whatever other people have."""
    admit(song(1), [entry(2), entry(3, BEN), entry(4, BEN)], TWO, ANNA)
    with pytest.raises(TooManyOfYours) as error:
        admit(song(1), [entry(2), entry(3)], TWO, ANNA)
    assert error.value.parts == {"number": 2}


def test_a_moderator_may_have_any_number_of_songs_waiting() -> None:
    """Though their songs are counted like everybody's."""
    waiting = [entry(2), entry(3), entry(4)]
    admit(song(1), waiting, TWO, ANNA, moderates=True)
    with pytest.raises(TooManyOfYours):
        admit(song(1), waiting, TWO, ANNA)


@pytest.mark.parametrize("state", [State.PLAYING, State.PLAYED, State.SKIPPED, State.REMOVED])
def test_own_songs_are_those_that_wait(state: State) -> None:
    """What plays already or is over takes no place."""
    assert own_songs([entry(1), entry(2, ANNA, state), entry(3)], ANNA) == 2


def test_own_songs_are_those_a_member_has_added() -> None:
    """What the room voted in is nobody's, nor is what the autopilot added."""
    waiting = [entry(1), entry(2, BEN), entry(3, ballot=7), entry(4, None)]
    assert own_songs(waiting, ANNA) == 1
    assert own_songs([], ANNA) == 0


def test_a_song_rests_for_as_many_minutes_as_the_room_says() -> None:
    """By default it need not."""
    assert rest_ms(Rules()) == 0
    assert rest_ms(RESTS) == 30 * MINUTE_MS


@pytest.mark.parametrize(
    ("ago_ms", "left_min"),
    [(0, 30), (1, 30), (MINUTE_MS - 1, 30), (MINUTE_MS, 29), (29 * MINUTE_MS, 1), (30 * MINUTE_MS - 1, 1)],
)
def test_a_song_that_has_not_rested_is_refused_with_the_minutes_left(ago_ms: int, left_min: int) -> None:
    """A minute that has begun counts as a whole one."""
    with pytest.raises(PlayedLately) as error:
        let_rest(song(1), [entry(1, ended_ms=NOW_MS - ago_ms)], RESTS, NOW_MS)
    assert error.value.parts == {"number": left_min}


def test_a_song_that_has_rested_comes_in() -> None:
    """After exactly its rest, and at once where songs need none."""
    let_rest(song(1), [entry(1, ended_ms=NOW_MS - 30 * MINUTE_MS)], RESTS, NOW_MS)
    let_rest(song(1), [entry(1, ended_ms=NOW_MS)], Rules(), NOW_MS)


def test_the_last_time_counts() -> None:
    """However often and in whatever order it was played before."""
    times = [entry(1, ended_ms=NOW_MS - minutes * MINUTE_MS) for minutes in (25, 5, 15)]
    with pytest.raises(PlayedLately) as error:
        let_rest(song(1), times, RESTS, NOW_MS)
    assert error.value.parts == {"number": 25}


def test_other_songs_need_no_rest() -> None:
    """Only the same song is meant; one that was never played comes in, as does any to an empty history."""
    let_rest(song(2), [entry(1, ended_ms=NOW_MS)], RESTS, NOW_MS)
    let_rest(song(1), [], RESTS, NOW_MS)


def test_a_song_that_ended_at_an_unknown_time_ended_at_the_beginning_of_time() -> None:
    """It has rested half an hour later."""
    let_rest(song(1), [entry(1)], RESTS, 30 * MINUTE_MS)
