"""Whose songs were played to their end, one after the other."""

from __future__ import annotations

from bot.party.rules.streaks import streaks
from bot.party.words import Entry, Member, State
from tests.bot.party.rules.made import ANNA, BEN, entry


def heard(*members: Member | None) -> list[Entry]:
    """Songs of these, each played to its end."""
    return [entry(number, member, State.PLAYED) for number, member in enumerate(members)]


def skipped(member: Member | None) -> Entry:
    """A song of this one that was skipped."""
    return entry(99, member, State.SKIPPED)


def test_without_history_nobody_has_a_streak() -> None:
    """Nobody is named who has added nothing."""
    assert streaks([]) == {}


def test_songs_in_a_row_are_one_streak() -> None:
    """The first counts too."""
    assert streaks(heard(ANNA)) == {"anna": 1}
    assert streaks(heard(ANNA, ANNA, ANNA)) == {"anna": 3}


def test_the_longest_streak_counts() -> None:
    """A shorter one later, or before, takes nothing away and adds nothing."""
    assert streaks(heard(ANNA, ANNA, BEN, ANNA)) == {"anna": 2, "ben": 1}
    assert streaks(heard(ANNA, BEN, ANNA, ANNA)) == {"anna": 2, "ben": 1}


def test_somebody_elses_song_ends_a_streak() -> None:
    """Taking turns everybody has a streak of one; the autopilot's song ends it too, and has none itself."""
    assert streaks(heard(ANNA, BEN, ANNA, BEN)) == {"anna": 1, "ben": 1}
    assert streaks(heard(ANNA, None, None, ANNA)) == {"anna": 1}


def test_a_skip_ends_a_streak_and_counts_for_nothing() -> None:
    """The song after it is the first of a new one."""
    assert streaks([skipped(ANNA)]) == {"anna": 0}
    assert streaks([*heard(ANNA, ANNA), skipped(ANNA), *heard(ANNA)]) == {"anna": 2}
    assert streaks([*heard(ANNA), skipped(ANNA), *heard(ANNA, ANNA)]) == {"anna": 2}
    assert streaks([*heard(ANNA), skipped(BEN), *heard(ANNA)]) == {"anna": 1, "ben": 0}
