"""How well a bundle answers lists that it has not seen, through its graph and catalogue, as the bot asks it.

Unlike `model_export.evaluate`, the lists may hold songs that the bundle lacks: in a queue their artist stands
for them, and among those to be found they are missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from model_export.catalogue import read_catalogue
from model_export.merge import merged, song_key
from model_export.metrics import DEPTH, cases, ndcg
from model_export.playlists import DataError, Playlists, Song

LENGTHS = (1, 5, 10)
"""Queues so long are asked about, the first songs of each list."""


def judged(bundle: Path, lists: Playlists) -> float:
    """The mean NDCG@100 over queues of each of `LENGTHS`, every song of the rest counted.

    Raises:
        DataError: no bundle, or a damaged one.
    """
    try:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(bundle / "model.onnx", options)
        songs, _, artists, _ = read_catalogue(bundle / "catalog.db")
    except Exception as error:  # onnxruntime raises classes of its own without a common base
        raise DataError(f"{bundle} is no model bundle ({error}); make one with `adapt`") from error
    nobody = Playlists(songs, np.empty(0, np.int32), np.zeros(1, np.int64), [], [], {})
    both = merged([nobody, lists])  # the bundle's songs first, as it numbers them
    rows = _rows(both.songs[len(songs) :], len(songs), artists)
    means = []
    for length in LENGTHS:
        found = []
        for case in cases(both, length):
            queue = rows[case.queue]
            ranked = _ranked(session, queue[queue >= 0])
            found.append(ndcg(np.isin(ranked, case.held_out), len(case.held_out)))
        means += [float(np.mean(found))] if found else []
    return float(np.mean(means)) if means else 0.0


def _rows(strange: Sequence[Song], known: int, artists: Sequence[str]) -> npt.NDArray[np.int64]:
    """The row of each song: its own, or its artist's, or -1."""
    number = {song_key("", name)[1]: known + i for i, name in reversed([*enumerate(artists)])}
    of_artists = [number.get(song_key("", song.main_artist)[1], -1) for song in strange]
    return np.concatenate([np.arange(known), np.array(of_artists, np.int64)])


def _ranked(session: onnxruntime.InferenceSession, queue: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    ones = np.ones(len(queue), np.float32)
    nothing, limit = np.empty(0, np.int64), np.array(DEPTH, np.int64)
    asked = {"queue": queue, "weight": ones, "label": ones, "banned": nothing, "limit": limit}
    return np.asarray(session.run(["tracks"], asked)[0], np.int64)
