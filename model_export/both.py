"""Factors of two kinds as one: what the softmax taught, and what least squares say beside it.

They err differently, so together they rank better than either. Side by side they would take twice the room
and time; so only the directions are kept in which popular songs differ most.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from model_export.model import Floats, Model, Parts, Settings
from model_export.playlists import Playlists, list_weights
from model_export.start import first_factors


def with_squares(model: Model, lists: Playlists, settings: Settings) -> Model:
    """The model of these lists with the least squares' factors in its own, if they have weight."""
    if not settings.squares:
        return model
    weights = list_weights(lists, settings.damping, settings.follower_weight)
    squares = first_factors(lists, Parts.of(lists).groups, weights, settings)
    counts = np.bincount(lists.entries, minlength=len(lists.songs)).astype(np.float32)
    return replace(model, factors=united(model.factors, squares, counts, settings.squares))


def united(factors: Floats, others: Floats, counts: Floats, weight: float) -> Floats:
    """Factors as wide as the first, whose products are nearly the first's plus weight times the others'.

    Args:
        factors: (songs, dims).
        others: (songs, any dims).
        counts: (songs,), how much it matters that a song's products are right.
        weight: of the others' products.
    """
    wide = np.concatenate([factors, np.float32(weight**0.5) * others], axis=1)
    _, axes = np.linalg.eigh((wide.T @ (counts[:, None] * wide)).astype(np.float64))
    return np.asarray(wide @ axes[:, ::-1][:, : factors.shape[1]], np.float32)
