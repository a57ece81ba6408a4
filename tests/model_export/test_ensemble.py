"""The blend: each member of the ensemble gets the say that held-out playlists show it deserves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from model_export.baselines import best
from model_export.ensemble import HEAD, _heads, blended, settled
from model_export.metrics import QUEUE_LENGTHS, Case, Ranking, cases, measure
from model_export.model import Blend, Floats, Memory, Model, queue_matrix
from model_export.playlists import Playlists
from model_export.scoring import Scorer
from tests.model_export.planted import planted

SONGS = 72
FAINT = Blend(0.05, 0.05, 0.05)
LOUD = Blend(10.0, 10.0, 10.0)


def same(groups: Sequence[object]) -> Floats:
    """1 where two different songs are of a group."""
    names = np.array(groups)
    return np.where((names[:, None] == names) & ~np.eye(len(names), dtype=bool), 1, 0).astype(np.float32)


def knowing(factors: Floats, likeness: Floats, blend: Blend, artist_of: Sequence[int] | None = None) -> Model:
    """A model of these factors and neighbours; by default no song has an artist."""
    artists = np.full(len(factors), -1) if artist_of is None else np.array(artist_of)
    count = int(artists.max()) + 1
    kinship = sparse.csr_array(np.zeros((count, count), np.float32))
    memory = Memory(sparse.csr_array(likeness), kinship, artists.astype(np.int32))
    ones = np.ones(len(factors), np.float32)
    return Model(factors, ones, 0 * ones, 0.6, memory, blend)


def noise(songs: int = SONGS, seed: int = 0) -> Floats:
    """Factors that know nothing."""
    return np.random.default_rng(seed).normal(0, 1, (songs, 8)).astype(np.float32)


def quality(model: Model, lists: Playlists, length: int) -> float:
    """NDCG@100 of the model when all songs are ranked."""
    catalogue = np.arange(len(model.factors), dtype=np.int32)

    def rank(case: Case, limit: int) -> Ranking:
        scores = model.scores(queue_matrix([case.queue], len(catalogue)))[0]
        return best(scores, case.queue, catalogue, limit)

    return measure(list(cases(lists, length)), rank, catalogue).ndcg


def whole(model: Model, lists: Playlists) -> float:
    """The mean over the queue lengths for which there are cases."""
    return float(
        np.mean([quality(model, lists, length) for length in QUEUE_LENGTHS if any(cases(lists, length))])
    )


def test_neighbours_that_help_get_a_say(lists: Playlists, genres: Sequence[str]) -> None:
    """Where only the neighbours know the genres, their weight grows until the genres come first."""
    before = knowing(noise(), same(genres), FAINT)
    after = blended(before, lists)
    assert after.blend.neighbours > 5 * FAINT.neighbours
    assert whole(after, lists) > whole(before, lists) + 0.1


def test_neighbours_that_hurt_lose_their_say(lists: Playlists, genres: Sequence[str]) -> None:
    """Where the factors know the genres and the neighbours anything, the neighbours' weight shrinks."""
    right = np.array([[genre == each for each in ("rock", "jazz", "folk")] for genre in genres], np.float32)
    wrong = np.random.default_rng(0).random((SONGS, SONGS)).astype(np.float32)
    before = knowing(right, wrong, LOUD)
    after = blended(before, lists)
    assert after.blend.neighbours < LOUD.neighbours / 5
    assert whole(after, lists) > whole(before, lists) + 0.1


def test_artists_that_help_get_a_say(lists: Playlists, genres: Sequence[str]) -> None:
    """Where a genre is one artist's and nothing else knows it, the same artist's weight grows."""
    artist_of = [("rock", "jazz", "folk").index(genre) for genre in genres]
    before = knowing(noise(), np.zeros((SONGS, SONGS), np.float32), FAINT, artist_of)
    after = blended(before, lists)
    assert after.blend.same_artist > 5 * FAINT.same_artist
    assert whole(after, lists) > whole(before, lists) + 0.1


def test_a_bias_that_helps_gets_a_say(lists: Playlists, genres: Sequence[str]) -> None:
    """Where people want what is popular, and neighbours say anything, the bias comes to outweigh them."""
    rock = lists.select([i for i in range(len(lists)) if genres[lists.tracks(i)[0]] == "rock"])
    wrong = np.random.default_rng(0).random((SONGS, SONGS)).astype(np.float32)
    popular = np.array([genre == "rock" for genre in genres], np.float32)
    before = replace(knowing(0 * noise(), wrong, LOUD), track_bias=popular)
    after = blended(before, rock)
    assert after.blend.bias / after.blend.neighbours > 3 * before.blend.bias / before.blend.neighbours
    assert whole(after, rock) > whole(before, rock) + 0.1
    np.testing.assert_array_equal(after.track_bias, before.track_bias)
    np.testing.assert_allclose(after.bias, after.blend.bias * before.track_bias, rtol=1e-6)
    final = settled(after)
    assert final.blend == after.blend._replace(bias=1.0)
    np.testing.assert_array_equal(final.bias, after.bias)
    np.testing.assert_array_equal(final.track_bias, after.bias)


@pytest.mark.parametrize("seed", [0, 1])
def test_a_blend_is_never_worse_on_what_it_was_chosen_by(lists: Playlists, seed: int) -> None:
    """The old blend is the first one looked at, so what is found is at least as good; nothing else moves."""
    rng = np.random.default_rng(seed)
    likeness = np.where(rng.random((SONGS, SONGS)) < 0.1, rng.random((SONGS, SONGS)), 0).astype(np.float32)
    before = knowing(noise(seed=seed), likeness, Blend(1.0, 1.0, 1.0), rng.integers(0, 9, SONGS).tolist())
    after = blended(before, lists)
    assert whole(after, lists) >= whole(before, lists) - 1e-3
    assert after.factors is before.factors
    assert after.memory is before.memory
    assert all(weight > 0 for weight in after.blend)


def test_without_memory_there_is_nothing_to_blend(model: Model, lists: Playlists) -> None:
    """A model of factors alone comes back as it is."""
    assert blended(model, lists) is model


@pytest.mark.parametrize("held_out", [[], [0]])
def test_without_a_case_the_blend_stays(lists: Playlists, genres: Sequence[str], held_out: list[int]) -> None:
    """With no validation list, or with lists of one song alone, the model comes back as it is."""
    before = knowing(noise(), same(genres), FAINT)
    none = lists.select(held_out)
    short = replace(none, entries=none.entries[: len(none)], bounds=np.arange(len(none) + 1))
    assert blended(before, short) is before


@pytest.mark.parametrize("weights", [(2.0, 0.7, 0.0), (0.3, 4.0, 0.0), (9.0, 0.1, 0.0)])
def test_the_heads_give_the_quality_of_the_whole_ranking(weights: tuple[float, ...]) -> None:
    """Of 1,800 songs, looking at each member's first ones says the same NDCG as ranking all of them."""
    songs, rng = 25 * SONGS, np.random.default_rng(2)
    assert songs > 3 * HEAD
    likeness = np.where(rng.random((songs, songs)) < 0.02, rng.random((songs, songs)), 0).astype(np.float32)
    model = knowing(noise(songs), likeness, Blend(2.0, 0.7, 0.0), rng.integers(0, 200, songs).tolist())
    few = planted(12, seed=5)
    far = replace(few, songs=[few.songs[i % SONGS] for i in range(songs)], entries=few.entries * 25)
    other = replace(model, blend=Blend(*weights))
    for length in (1, 5):
        told = [head.ndcg(weights) for head in _heads(Scorer(model), far, length)]
        assert len(told) == len(far)
        assert float(np.mean(told)) == pytest.approx(quality(other, far, length), abs=1e-6)
        assert np.mean(told) > 0.01
