"""The measures and the baselines, on answers worked out by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log2

import numpy as np
import pytest

from model_export.baselines import baselines, best
from model_export.metrics import Case, Quality, Ranking, calibration_error, cases, measure, ndcg
from model_export.playlists import Playlists, Song
from tests.model_export.planted import playlists

CATALOGUE = np.arange(10, dtype=np.int32)


def case(queue: Sequence[int], held_out: Sequence[int]) -> Case:
    """A question."""
    return Case(np.array(queue, np.int32), np.array(held_out, np.int32), "parties")


def always(*tracks: int) -> Callable[[Case, int], Ranking]:
    """A recommender that always says the same."""
    return lambda question, limit: np.array(tracks[:limit], np.int64)


def measured(*questions: Case, answer: Sequence[int]) -> Quality:
    """The quality of one answer to all these questions."""
    return measure(questions, always(*answer), CATALOGUE)


# --- cases


def test_the_first_songs_are_the_queue_and_the_rest_is_held_out() -> None:
    """A list is asked about when something is left of it; one as short as the queue is not."""
    lists = playlists([[4, 1, 3], [2, 0], [1]], 5, sources=["a", "b", "c"])
    found = list(cases(lists, 2))
    assert len(found) == 1
    assert (found[0].queue.tolist(), found[0].held_out.tolist(), found[0].source) == ([4, 1], [3], "a")
    assert [each.source for each in cases(lists, 1)] == ["a", "b"]


# --- measures


def test_a_perfect_ranking_has_full_marks() -> None:
    """All held-out songs first is 1 by every measure, coverage apart."""
    quality = measured(case([0], [1, 2, 3]), answer=[3, 1, 2, 4, 5])
    assert quality == Quality(1, 1.0, 1.0, 1.0, 1.0, 0.5, 1.0)


def test_a_ranking_without_a_hit_has_none() -> None:
    """No held-out song anywhere is 0 by every measure, coverage apart."""
    quality = measured(case([0], [1, 2, 3]), answer=[4, 5])
    assert quality == Quality(1, 0.0, 0.0, 0.0, 0.0, 0.2, 0.0)


def test_r_precision_looks_at_as_many_as_are_held_out() -> None:
    """With three held out, only hits among the first three count: here one of them."""
    assert measured(case([0], [1, 2, 3]), answer=[1, 4, 5, 2, 3]).r_precision == pytest.approx(1 / 3)


def test_ndcg_pays_for_early_hits() -> None:
    """Hits on places 1 and 3, of two held out: (1 + 1/log2 4) / (1 + 1/log2 3)."""
    expected = (1 + 1 / log2(4)) / (1 + 1 / log2(3))
    assert measured(case([0], [1, 2]), answer=[1, 5, 2]).ndcg == pytest.approx(expected)


def test_ndcg_ends_at_a_hundred() -> None:
    """A hit on place 100 is the last that counts, and more than a hundred relevant songs cost nothing."""
    hits = np.zeros(150, np.bool_)
    hits[100:] = True
    assert ndcg(hits, 1) == 0
    hits[99] = True
    assert ndcg(hits, 1) == pytest.approx(1 / log2(101))
    assert ndcg(np.ones(150, np.bool_), 150) == pytest.approx(1)


def test_recall_and_hit_look_at_the_first_ten() -> None:
    """Held-out songs past place ten are not recalled: here two of three, and the third alone is no hit."""
    wide = np.arange(20, dtype=np.int32)
    answer = always(1, 11, 12, 13, 14, 2, 15, 16, 17, 18, 3)
    assert measure([case([0], [1, 2, 3])], answer, wide).recall_10 == pytest.approx(2 / 3)
    late = measure([case([0], [3])], answer, wide)
    assert (late.recall_10, late.hit_10) == (0, 0)
    assert late.ndcg == pytest.approx(1 / log2(12))


def test_songs_outside_the_catalogue_count_only_in_ndcg_all() -> None:
    """What no model could find is left out of the measures, except of the one that says so."""
    quality = measured(case([0], [1, 77]), answer=[1, 2])
    assert (quality.r_precision, quality.ndcg, quality.recall_10) == (1, 1, 1)
    assert quality.ndcg_all == pytest.approx(1 / (1 + 1 / log2(3)))


def test_coverage_counts_what_anybody_is_shown_in_the_first_ten() -> None:
    """Two people shown the same two songs of ten cover a fifth of the catalogue."""
    assert measured(case([0], [1]), case([5], [2]), answer=[1, 2]).coverage == pytest.approx(0.2)


def test_a_measure_is_the_mean_over_the_cases() -> None:
    """One question answered and one missed is half; one that cannot be answered at all is not counted."""
    quality = measured(case([0], [1]), case([0], [2]), case([0], [77]), answer=[1])
    assert (quality.cases, quality.r_precision, quality.hit_10) == (2, 0.5, 0.5)


def test_no_question_has_no_marks() -> None:
    """Without a case every measure is 0 rather than an error."""
    assert measured(answer=[1]) == Quality(0, 0, 0, 0, 0, 0, 0)


# --- calibration


def test_a_match_that_keeps_its_word_has_no_error() -> None:
    """Songs said to belong at 0.75 of which three in four do."""
    match = np.array([0.75] * 4 + [0.0] * 2)
    true = np.array([True, True, True, False, False, False])
    assert calibration_error(match, true) == pytest.approx(0)


def test_the_error_is_the_distance_weighted_by_the_bins() -> None:
    """Three of four songs are 0.45 too sure and one is 0.2 too shy: 0.75 * 0.45 + 0.25 * 0.2 by hand."""
    match = np.array([0.95, 0.95, 0.95, 0.8])
    true = np.array([True, True, False, True])
    expected = 0.75 * (0.95 - 2 / 3) + 0.25 * 0.2
    assert calibration_error(match, true) == pytest.approx(expected)


def test_a_match_of_one_has_a_bin() -> None:
    """Certainty that is wrong is an error of 1, certainty that is right none."""
    assert calibration_error(np.array([1.0]), np.array([False])) == pytest.approx(1)
    assert calibration_error(np.array([1.0, 0.0]), np.array([True, False])) == pytest.approx(0)


# --- baselines

HITS = "Greatest Hits"
SONGS = [
    Song("0", "Waterloo", "Abba", HITS),
    Song("1", "Fernando", "Abba", HITS),
    Song("2", "Voulez-Vous", "Abba, A Guest", "Voulez-Vous"),
    Song("3", "Innuendo", "Queen", HITS),
    Song("4", "Everywhere", "Somebody"),
    Song("5", "Nowhere", ""),
    Song("6", "Anywhere", ""),
]
TASTE = [[0, 3, 4], [0, 3], [0, 3], [1, 4], [2, 4], [5, 4], [6, 4], [1, 4]]


@pytest.fixture
def taste() -> Playlists:
    """Three lists join Waterloo and Innuendo; Everywhere is in most lists, mostly without them."""
    return playlists(TASTE, SONGS)


def ranked(lists: Playlists, method: str, *queue: int, limit: int = 7) -> list[int]:
    """What a baseline answers, over the whole catalogue."""
    everything = np.arange(len(SONGS), dtype=np.int32)
    found: list[int] = baselines(lists, everything)[method](case(queue, []), limit).tolist()
    return found


def test_the_popular_songs_come_first_whatever_is_queued(taste: Playlists) -> None:
    """By the number of lists that hold them: six, three, two; the queue itself is left out."""
    assert ranked(taste, "most popular", 5)[:4] == [4, 0, 3, 1]
    assert ranked(taste, "most popular", 4, 0)[:2] == [3, 1]


def test_the_queues_artist_comes_first(taste: Playlists) -> None:
    """Other songs of a queued song's main artist, the popular ones first, then what is popular."""
    assert ranked(taste, "same artist", 0)[:4] == [1, 2, 4, 3]
    assert ranked(taste, "same artist", 2)[:3] == [0, 1, 4]


def test_songs_of_nobody_do_not_belong_together(taste: Playlists) -> None:
    """An unknown artist is no artist: what is popular comes first."""
    assert ranked(taste, "same artist", 5)[:2] == [4, 0]


def test_the_queues_album_comes_first(taste: Playlists) -> None:
    """Songs of the same album come first, and another artist's album of that name is another album."""
    assert ranked(taste, "same album", 0)[:4] == [1, 4, 3, 2]
    assert ranked(taste, "same album", 4)[:2] == [0, 3]


def test_neighbours_are_the_songs_of_the_same_lists(taste: Playlists) -> None:
    """Songs that share lists come first, before one that is popular but seldom with them."""
    assert ranked(taste, "item-kNN", 0)[:3] == [3, 4, 1]
    assert ranked(taste, "item-kNN", 3)[0] == 0


def test_a_song_seen_once_is_nobodys_nearest_neighbour() -> None:
    """Three lists say more than one, though the song seen once has the higher cosine, 0.5 to 0.47."""
    lists = playlists([[0, 1]] * 3 + [[0, 2]] + [[1, 3]] * 7, 4)
    found = baselines(lists, np.arange(4, dtype=np.int32))["item-kNN, shrunk"](case([0], []), 2)
    assert found.tolist() == [1, 2]


def test_baselines_keep_to_the_catalogue_and_the_limit(taste: Playlists) -> None:
    """No method names a song outside the catalogue, one of the queue, or more than asked for."""
    catalogue = np.array([0, 1, 3, 5], np.int32)
    for rank in baselines(taste, catalogue).values():
        found = rank(case([0, 4], []), 2).tolist()
        assert len(found) == 2
        assert set(found) <= {1, 3, 5}


def test_the_best_are_sorted_and_allowed() -> None:
    """The highest scores of the catalogue without those left out; the first of equals stays first."""
    scores = np.array([5, 9, 1, 7, 7], np.float32)
    found = best(scores, np.array([1], np.int32), np.array([0, 1, 3, 4], np.int32), 3)
    assert found.tolist() == [3, 4, 0]
