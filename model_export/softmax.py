"""The loss that training lowers, its slopes, and the songs that stand for all of them in it.

Softmax cross-entropy of the hidden songs of playlists, given the others. The normaliser is summed over a
list's hidden songs and over a sample of all others, each counting for as many as it stands for (log-q
correction, Bengio and Senécal, 2008); where the sample would hold every song it does, and the softmax is the
full one. Slopes are written out by hand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from model_export.model import Floats, Model, positive


@dataclass(frozen=True, slots=True)
class Sample:
    """Songs that stand for all songs in a softmax's normaliser."""

    songs: npt.NDArray[np.integer]  # (sample,), none twice
    log_times: Floats  # (sample,): the logarithm of how many songs each stands for


class Sampler:
    """Draws songs, popular ones more often; a draw is spread evenly over all of them."""

    def __init__(self, popularity: npt.NDArray[np.floating], size: int, power: float) -> None:
        """Takes how popular each song is, how many to draw, and the power that flattens popularity."""
        odds = (popularity.astype(np.float64) + popularity.mean() / 10 + 1e-12) ** power
        self._size = size
        self._log_odds = np.log(odds / odds.sum())
        self._up_to = np.cumsum(odds / odds.sum())

    def draw(self, rng: np.random.Generator) -> Sample:
        """Another sample; all songs where there are no more than would be drawn."""
        songs = len(self._up_to)
        if songs <= self._size:
            return Sample(np.arange(songs), np.zeros(songs, np.float32))
        at = (np.arange(self._size) + rng.random(self._size)) / self._size
        drawn = np.minimum(np.searchsorted(self._up_to, at), songs - 1)
        found, times = np.unique(drawn, return_counts=True)
        log_times = np.log(times) - np.log(self._size) - self._log_odds[found]
        return Sample(found, log_times.astype(np.float32))


@dataclass(frozen=True, slots=True)
class Gradients:
    """The loss of a batch and its slopes."""

    loss: float
    factors: Floats  # (tracks, dims)
    log_weights: Floats  # (tracks,)
    track_bias: Floats  # (tracks,)


def gradients(
    model: Model,
    queues: sparse.csr_array,
    targets: sparse.csr_array,
    mask: Floats,
    sample: Sample | None = None,
) -> Gradients:
    """Softmax cross-entropy of the hidden tracks given the queues, and its slopes.

    The normaliser is the sum over a list's own hidden tracks and the estimate of all others' sum from the
    sample, in which the hidden ones do not count once more.

    Args:
        model: the model as it stands; only its factors, weights and biases are looked at.
        queues: (batch, tracks), what is seen of each playlist.
        targets: (batch, tracks), the weight of each hidden track.
        mask: (batch, dims), the dropout of the pooled factors, 1 on average.
        sample: the tracks of the normaliser; all of them by default.
    """
    tracks, batch = len(model.weights), len(mask)
    if sample is None:
        sample = Sample(np.arange(tracks), np.zeros(tracks, np.float32))
    told = queues @ sparse.diags_array(model.weights)
    total = positive(told.sum(1))
    share = total**-model.power  # what pooling multiplies the sum with
    pooled = np.asarray(told @ model.factors) * share[:, None]
    masked = pooled * mask

    aims = targets.tocoo()
    drawn = model.factors[sample.songs]
    logits = masked @ drawn.T
    logits += model.track_bias[sample.songs] + sample.log_times
    place = np.full(tracks, -1)
    place[sample.songs] = np.arange(len(sample.songs))
    twice = place[aims.col] >= 0
    logits[aims.row[twice], place[aims.col[twice]]] = -np.inf
    at_aims = np.einsum("ad,ad->a", masked[aims.row], model.factors[aims.col]) + model.track_bias[aims.col]
    highest = logits.max(axis=1)
    np.maximum.at(highest, aims.row, at_aims)

    # From here on in place: this is the largest array of training, (batch, sample).
    logits -= highest[:, None]
    slope = np.exp(logits, out=logits)
    at_aims -= highest[aims.row]
    of_aims = np.exp(at_aims)
    normaliser = slope.sum(axis=1) + np.bincount(aims.row, of_aims, batch).astype(np.float32)
    loss = -float(aims.data @ (at_aims - np.log(normaliser)[aims.row])) / batch
    scale = np.asarray(targets.sum(1), np.float32).ravel() / normaliser / batch
    slope *= scale[:, None]
    of_aims *= scale[aims.row]
    of_aims -= aims.data / batch
    aimed = sparse.csr_array((of_aims, (aims.row, aims.col)), shape=targets.shape)

    of_pooled = (slope @ drawn + aimed @ model.factors) * mask
    of_sum = of_pooled * share[:, None]
    of_total = -model.power * (of_pooled * pooled).sum(axis=1) / total
    seen = told.tocoo()
    of_told = np.einsum("sd,sd->s", model.factors[seen.col], of_sum[seen.row]) + of_total[seen.row]
    of_factors = np.asarray(aimed.T @ masked + told.T @ of_sum, np.float32)
    of_factors[sample.songs] += slope.T @ masked
    of_bias = np.bincount(aims.col, of_aims, tracks).astype(np.float32)
    of_bias[sample.songs] += slope.sum(axis=0)
    return Gradients(
        loss,
        factors=of_factors,
        log_weights=np.bincount(seen.col, of_told * seen.data, tracks).astype(np.float32),
        track_bias=of_bias,
    )
