"""A second look: exact, bounded, and silent about what is unknown."""

from __future__ import annotations

import numpy as np
import pytest

from bot.party.words import Signal, Track
from bot.recommend import taste
from bot.recommend.second_look import (
    ERA,
    KIND,
    MOST_POPULAR,
    POPULAR,
    Known,
    Looked,
    popularity,
    second_look,
)

CATALOGUE = 90_000
UNKNOWN = 50_000
"""A place far behind all popular ones."""


def signals(*labels: float) -> list[Signal]:
    """Entries of weight 1."""
    return [Signal(Track("a song", "somebody"), 1.0, label) for label in labels]


ALIKE = np.array([[0, 0, 0], [0, 0.9, 0.1], [0, 0.1, 0.2]])
"""Of the kinds 1 and 2; the first is rare."""


def known(places: list[int], years: list[int], kinds: list[int] | None = None) -> Known:
    """What is known of some songs."""
    return Known(
        np.array(places, np.int64), np.array(years, np.int32), np.array(kinds or [0] * len(places), np.int64)
    )


QUEUE = known([9000, 3, 800], [1974, 0, 1991], [1, 0, 2])


def some_songs(rng: np.random.Generator) -> Known:
    """Forty of some years and kinds, or of none that is known."""
    return known(
        rng.integers(0, 5000, 40).tolist(), rng.choice([0, 1975, 1990, 2015], 40).tolist(), [0, 1] * 20
    )


def look(told: list[Signal], entries: Known, songs: Known, logits: list[float]) -> Looked:
    """A second look at songs of which no entry says anything."""
    nothing = np.zeros((len(logits), len(told)), np.float32)
    return second_look(np.array(logits), nothing, told, entries, songs, ALIKE, CATALOGUE)


def test_the_reasons_still_add_up() -> None:
    """What the second look changes of a logit is what it changes of the entries' shares."""
    rng = np.random.default_rng(0)
    logits, reasons = rng.normal(size=40), rng.normal(size=(40, 3)).astype(np.float32)
    songs = known(
        rng.integers(0, 5000, 40).tolist(), rng.choice([0, 1975, 1990, 2015], 40).tolist(), [0, 1] * 20
    )
    told = [*signals(1.0, 1.0), Signal(Track("a song", "somebody"), 3.0, -0.25)]
    looked = second_look(logits, reasons, told, QUEUE, songs, ALIKE, CATALOGUE)
    own = logits - reasons.sum(axis=1)
    np.testing.assert_allclose(looked.logits - looked.reasons.sum(axis=1), own, atol=1e-6)
    assert not np.allclose(looked.logits, logits)


def test_a_members_own_logit_follows_without_each_share() -> None:
    """What members' shares add up to is the same, worked out by years."""
    rng = np.random.default_rng(1)
    told = [Signal(Track("a song", "somebody"), 1.0, 1.0, {user: 1.0}) for user in ("anna", "ben", "anna")]
    logits, reasons = rng.normal(size=40), rng.normal(size=(40, 3)).astype(np.float32)
    songs = known(
        rng.integers(0, 5000, 40).tolist(), rng.choice([0, 1975, 1990, 2015], 40).tolist(), [0, 1] * 20
    )
    looked = second_look(logits, reasons, told, QUEUE, songs, ALIKE, CATALOGUE)
    found = logits - reasons.sum(axis=1) + taste.gains(reasons, told) + looked.times(taste.alone(told)).T
    np.testing.assert_allclose(found, taste.by_member(looked.reasons, looked.logits, told), atol=1e-5)


def test_popular_songs_wait_in_a_room_whose_songs_are_not() -> None:
    """Beside equal ones the most popular song falls behind, and the one at the 2,000th place does not."""
    songs = known([0, 2000, 40_000], [0, 0, 0])
    looked = look(signals(1.0), known([30_000], [0]), songs, [1.0, 1.0, 0.0])
    assert looked.logits[1:].tolist() == [1.0, 0.0]
    assert looked.logits[0] == pytest.approx(1 - POPULAR * MOST_POPULAR * np.std([1.0, 1.0, 0.0]))


def test_for_many_people_popular_songs_wait_less() -> None:
    """Four pay half of what one or two pay."""
    songs, entries = known([0, 2000, 40_000], [0, 0, 0]), known([30_000], [0])
    nothing, logits = np.zeros((3, 1), np.float32), np.array([1.0, 1.0, 0.0])

    def cost(people: int) -> float:
        looked = second_look(logits, nothing, signals(1.0), entries, songs, ALIKE, CATALOGUE, people)
        return 1 - float(looked.logits[0])

    assert cost(1) == cost(2) == pytest.approx(2 * cost(4))


def test_popular_songs_do_not_wait_for_a_room_that_plays_them() -> None:
    """A queue from among the most popular songs is answered as the model says."""
    songs = known([0, 2000, 40_000], [0, 0, 0])
    looked = look(signals(1.0, 1.0), known([5, 90], [0, 0]), songs, [1.0, 1.0, 0.0])
    assert looked.logits.tolist() == [1.0, 1.0, 0.0]


def test_years_that_agree_come_first() -> None:
    """Of equal songs that of the queue's year is first; one of no known year is where it was."""
    songs = known([UNKNOWN] * 4, [1975, 1984, 2020, 0])
    looked = look(signals(1.0), known([UNKNOWN], [1975]), songs, [0.0, 0.0, 0.0, 1.0])
    assert looked.logits[0] > looked.logits[1] > looked.logits[2]
    assert looked.logits[3] == 1.0


def test_a_year_that_the_room_skipped_counts_against() -> None:
    """As far as the label says: a quarter the other way."""
    songs = known([UNKNOWN] * 3, [1975, 2020, 0])
    liked = look(signals(1.0), known([UNKNOWN], [1975]), songs, [0.0, 0.0, 1.0]).logits
    skipped = look(signals(-0.25), known([UNKNOWN], [1975]), songs, [0.0, 0.0, 1.0]).logits
    np.testing.assert_allclose(skipped[:2], -0.25 * liked[:2])


def test_songs_of_the_same_kind_come_first() -> None:
    """Of equal songs that by an artist of the queue's kind is first; of an unknown one it is where it was."""
    songs = known([UNKNOWN] * 4, [0] * 4, [1, 2, 2, 0])
    looked = look(signals(1.0, 1.0), known([UNKNOWN] * 2, [0, 0], [1, 0]), songs, [0.0, 0.0, 0.0, 1.0])
    assert looked.logits[0] > 0 > looked.logits[1] == looked.logits[2]
    assert looked.logits[:3].sum() == pytest.approx(0)
    assert looked.logits[3] == 1.0


def test_a_rare_kind_says_more() -> None:
    """To be of a kind that many are of is worth less."""
    songs, logits = known([UNKNOWN] * 3, [0] * 3, [1, 2, 0]), [0.0, 0.0, 1.0]
    rare, plain = (look(signals(1.0), known([UNKNOWN], [0], [kind]), songs, logits).logits for kind in (1, 2))
    assert rare[0] - rare[1] > 4 * (plain[1] - plain[0]) > 0


@pytest.mark.parametrize("years", [[0, 0, 0], [1975, 0, 2020]])
def test_where_no_entrys_year_is_known_none_counts(years: list[int]) -> None:
    """Artists, words and songs without a year say nothing of the era."""
    songs = known([UNKNOWN] * 3, years)
    looked = look(signals(1.0), known([UNKNOWN], [0]), songs, [0.0, 0.5, 1.0])
    assert looked.logits.tolist() == [0.0, 0.5, 1.0]


@pytest.mark.parametrize("entries", [1, 50])
def test_it_is_bounded_however_long_the_queue(entries: int) -> None:
    """No song moves further than era, kind and popularity together can carry it."""
    rng = np.random.default_rng(entries)
    logits = rng.normal(size=200)
    songs, queue = (
        known(
            rng.integers(0, 90_000, count).tolist(),
            rng.integers(1950, 2025, count).tolist(),
            rng.integers(0, 3, count).tolist(),
        )
        for count in (200, entries)
    )
    moved = look(signals(*[1.0] * entries), queue, songs, logits.tolist()).logits - logits
    assert np.abs(moved).max() <= (ERA + KIND + POPULAR * MOST_POPULAR) * logits.std()


def test_nothing_is_asked_of_nothing() -> None:
    """No entries are no obstacle."""
    nothing = known([], [])
    assert look([], nothing, known([3, 4], [1990, 0]), [1.0, 2.0]).logits.tolist() == [1.0, 2.0]
    assert popularity(np.array([0, 5]), 0).tolist() == [0, 0]
