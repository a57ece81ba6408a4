"""A bit of everything: no decade and no taste has more than its part, however well known its songs are."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import numpy as np
import pytest

from bot.recommend.mix import mixed

UNIT = np.eye(4, dtype=np.float32)


def test_tastes_take_turns() -> None:
    """Forty rock songs stand higher than ten of each other taste, and each taste is among the first eight."""
    tastes = np.repeat(UNIT, [40, 10, 10, 10], axis=0)
    standing = np.repeat([3.0, 2.0, 1.0, 0.5], [40, 10, 10, 10]) + np.linspace(0.1, 0, 70)
    found = Counter(place // 10 for place in islice(mixed(standing, np.zeros(70, np.int32), tastes), 8))
    assert {4, 5, 6} <= {*found}


def test_decades_take_turns() -> None:
    """Without tastes, too: of five decades each is among the first ten songs, none more than thrice."""
    years = np.repeat([1975, 1983, 1994, 2007, 0], 20).astype(np.int32)
    standing = np.repeat([0.3, 0.2, 0.1, 0.05, 0.0], 20)
    found = Counter(years[place] // 10 for place in islice(mixed(standing, years, None), 10))
    assert len(found) == 5
    assert max(found.values()) <= 3


def test_the_best_known_song_is_first_and_each_comes_once() -> None:
    """All songs come in the end."""
    rng = np.random.default_rng(0)
    standing = rng.normal(size=30)
    found = [*mixed(standing, rng.integers(1950, 2020, 30).astype(np.int32), None)]
    assert found[0] == int(np.argmax(standing))
    assert sorted(found) == [*range(30)]


@pytest.mark.parametrize("songs", [1, 3])
def test_songs_that_stand_alike_keep_their_order(songs: int) -> None:
    """However few they are."""
    tastes = np.zeros((songs, 4), np.float32)
    assert [*mixed(np.zeros(songs), np.zeros(songs, np.int32), tastes)] == [*range(songs)]
