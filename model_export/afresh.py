"""A model trained on a community's lists alone, for one that shares next to nothing with the bundle."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from model_export.bundle import Learned
from model_export.columns import Songs
from model_export.graph import StandIns
from model_export.grown import Community, Grown, Remembered
from model_export.learning import learn
from model_export.model import Settings
from model_export.neighbours import nothing
from model_export.playlists import DataError
from model_export.renew import Opened
from model_export.training import Told
from model_export.trial import Round, folds, means, over_rows, scores, whole

STRANGE = 0.05
"""A community shares nothing if the bundle knows the artists of so small a part of a list, on average."""


def is_strange(of: Community) -> bool:
    """Whether the community shares next to nothing with the bundle."""
    artists = of.artist_of[of.lists.entries]
    known = (artists >= 0) & (artists < len(of.base.artists)) | (of.lists.entries < len(of.base.songs))
    lengths = np.diff(of.lists.bounds)
    return float(known @ np.repeat(1 / lengths, lengths)) / len(lengths) < STRANGE


def wins(of: Community, copies: npt.NDArray[np.int64], first: Round, told: Told) -> bool:
    """Whether a model trained on the lists alone is better on the first fold than the grown bundle.

    Args:
        of: the bundle and the lists.
        copies: as `tried` takes them.
        first: the first of its rounds.
        told: what is being done.
    """
    fold_of = folds(of, copies)
    try:
        learned = _learned(of, np.flatnonzero(fold_of != 0), copies, told)
    except DataError:
        return False  # too little to train on
    alone = _as_grown(of, learned)
    found = scores(whole(alone.bundle), over_rows(alone, of.lists.select(first.asked)))
    return sum(means([found]).values()) > sum(means([first.after]).values())


def trained(of: Community, copies: npt.NDArray[np.int64], told: Told) -> Learned:
    """The model of all the lists."""
    return _learned(of, np.arange(len(of.lists)), copies, told)


def _learned(
    of: Community, chosen: npt.NDArray[np.int64], copies: npt.NDArray[np.int64], told: Told
) -> Learned:
    lists = replace(of.lists.select(chosen), parents=[f"own {copy}" for copy in copies[chosen].tolist()])
    used = np.unique(lists.entries)
    return learn(lists.restricted(used), Settings(), everything=True, told=told)


def _as_grown(of: Community, learned: Learned) -> Grown:
    """The model as if it were a bundle over the data's songs."""
    model, songs = learned.model, learned.lists.songs
    number = {track_id: i for i, track_id in enumerate(Songs.of(of.lists.songs).track_ids)}
    place_of = np.full(len(of.lists.songs), -1, np.int64)
    order = np.array([number[song.track_id] for song in songs], np.int64)
    place_of[order] = np.arange(len(order))
    nobody = StandIns(
        np.empty((0, model.factors.shape[1]), np.float32),
        np.empty(0, np.float32),
        np.empty(0, np.int32),
        nothing(0, len(songs)),
    )
    bundle = Opened({}, model, nobody, songs, np.empty(0, np.float32), [], [])
    return Grown(bundle, learned.lists, order, place_of, Remembered.of(bundle))
