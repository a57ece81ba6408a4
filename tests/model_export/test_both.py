"""Two kinds of factors as one: no wider, and as near to both as so few directions can be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from model_export.both import united, with_squares
from model_export.model import Floats, Model
from model_export.playlists import Playlists
from tests.model_export.planted import QUICK

SONGS, DIMS = 50, 4


def some(seed: int, dims: int = DIMS) -> Floats:
    """Random factors."""
    return np.random.default_rng(seed).normal(0, 1, (SONGS, dims)).astype(np.float32)


def test_products_add_up_where_there_is_room() -> None:
    """Of two kinds in the same two directions, four dimensions keep every product of both."""
    narrow, other = some(0, 2), some(1, 2)
    factors = np.pad(narrow, ((0, 0), (0, 2)))
    both = united(factors, other, np.ones(SONGS, np.float32), 3.0)
    assert both.shape == factors.shape
    np.testing.assert_allclose(both @ both.T, narrow @ narrow.T + 3 * other @ other.T, rtol=1e-3, atol=1e-3)


def test_popular_songs_are_kept_best() -> None:
    """Where there is too little room, the products of songs that count much are nearer than the others'."""
    factors, other = some(0), some(1)
    counts = np.where(np.arange(SONGS) < 5, 1000, 1).astype(np.float32)
    both = united(factors, other, counts, 1.0)
    off = np.abs(both @ both.T - factors @ factors.T - other @ other.T)
    assert off[:5, :5].mean() < off[5:, 5:].mean() / 5


def test_without_weight_the_model_stays(model: Model, lists: Playlists) -> None:
    """The factors are those that the softmax taught."""
    assert with_squares(model, lists, replace(QUICK, squares=0.0)) is model


def test_the_model_hears_them(model: Model, lists: Playlists) -> None:
    """With weight they change the factors and nothing else, the same way every time."""
    one, again = (with_squares(model, lists, QUICK) for _ in range(2))
    assert one.factors.shape == model.factors.shape
    assert np.abs(one.factors @ one.factors.T - model.factors @ model.factors.T).max() > 1e-3
    np.testing.assert_array_equal(one.factors, again.factors)
    assert (one.weights is model.weights, one.track_bias is model.track_bias) == (True, True)
