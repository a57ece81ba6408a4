"""One answer of two halves."""

from __future__ import annotations

import numpy as np
import pytest

from bot.recommend.halves import Answer, joined, lifted, mean, summed
from bot.recommend.taste import logit


def answer(tracks: list[int], logits: list[float], reasons: list[list[float]]) -> Answer:
    """An answer, from its logits."""
    match = 1 / (1 + np.exp(-np.array(logits)))
    return Answer(np.array(tracks), match.astype(np.float32), np.array(reasons, np.float32))


def test_the_mean_of_two_answers_is_exact_in_its_reasons() -> None:
    """What is in both has the mean of both; what one was told has what the other says of it."""
    one = answer([5, 7], [1.0, 0.0], [[0.5, 0.25], [0.5, 0.0]])  # was told entries 0 and 1
    other = answer([7, 9], [2.0, 0.5], [[1.0, 0.5], [0.0, 0.5]])  # and 0 and 2
    both = mean([one, other], [[0, 1], [0, 2]], 3, 10)
    assert both.tracks.tolist() == [5, 7, 9]
    assert logit(both.match) == pytest.approx([1.0, 1.0, 0.5], abs=1e-5)
    assert both.reasons.tolist() == [[0.5, 0.25, 0.0], [0.75, 0.0, 0.25], [0.0, 0.0, 0.5]]


def test_joined_answers_have_each_song_once() -> None:
    """The first has the word."""
    one, other = answer([1, 2], [1.0, 0.0], [[1.0], [0.0]]), answer([2, 3], [5.0, -1.0], [[5.0], [-1.0]])
    both = joined(one, other)
    assert both.tracks.tolist() == [1, 2, 3]
    assert both.reasons.ravel().tolist() == [1.0, 0.0, -1.0]


@pytest.mark.parametrize("count", [0, 1, 3, 12])
def test_three_of_four_songs_are_such_as_were_meant_while_they_last(count: int) -> None:
    """In any prefix, though the others fit better; their own order stays."""
    logits = np.arange(20, 0, -1.0)
    meant = np.zeros(20, bool)
    meant[20 - count :] = True
    order = np.argsort(-(logits + lifted(logits, meant)), kind="stable")
    for size in range(1, 21):
        assert meant[order[:size]].sum() >= min(count, size * 3 // 4)
    assert order[meant[order]].tolist() == sorted(np.flatnonzero(meant))
    assert order[~meant[order]].tolist() == sorted(np.flatnonzero(~meant))


def test_songs_that_stand_high_are_not_lowered() -> None:
    """What was meant and fits best comes first as it did."""
    logits = np.array([3.0, 2.0, 1.0])
    meant = np.array([True, False, False])
    assert np.argmax(logits + lifted(logits, meant)) == 0


def test_reasons_of_one_phrase_are_summed() -> None:
    """Each phrase is one entry, however many songs stand for it."""
    found = summed(answer([4], [0.0], [[1.0, 2.0, 4.0, 8.0]]), [0, 1, 2, 1])
    assert found.reasons.tolist() == [[1.0, 10.0, 4.0]]
    assert summed(answer([4], [0.0], [[]]), []).reasons.shape == (1, 0)
