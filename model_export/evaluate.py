"""Measures a bundle through onnxruntime, beside the baselines, on playlists that it has not seen."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from model_export.baselines import baselines
from model_export.catalogue import read_artists, read_track_ids, read_words
from model_export.metrics import (
    DEPTH,
    QUEUE_LENGTHS,
    Case,
    Quality,
    Ranker,
    Ranking,
    calibration_error,
    cases,
    measure,
    ndcg,
)
from model_export.playlists import DataError, Playlists, Split
from model_export.words import name_words


def _session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # it warns that an input has a default, which is what defaults are for
    return onnxruntime.InferenceSession(path, options)


class Bundle:
    """A model as the bot would use it: through its graph and its catalogue, nothing else."""

    def __init__(self, folder: Path, lists: Playlists) -> None:
        """Opens a bundle for playlists whose tracks it knows.

        Raises:
            DataError: no bundle, or one of other tracks than these playlists'.
        """
        try:
            self.splits: set[str]
            self._session = _session(folder / "model.onnx")
            manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
            known = read_track_ids(folder / "catalog.db")
            artists = read_artists(folder / "catalog.db")
            self.words = read_words(folder / "catalog.db")
            self.splits = set(manifest["splits"])
        except Exception as error:  # onnxruntime raises classes of its own without a common base
            raise DataError(f"{folder} is no model bundle ({error}); make one with `train`") from error
        number = {song.track_id: i for i, song in enumerate(lists.songs)}
        if any(number.get(id_) is None or lists.songs[number[id_]].title != t for id_, t in known):
            raise DataError(f"{folder} was trained on other tracks than this data's; name its own data")
        self.catalogue = np.array([number[track_id] for track_id, _ in known], np.int32)
        self._row = np.array([artists.get(song.main_artist, -1) for song in lists.songs], np.int64)
        self._row[self.catalogue] = np.arange(len(self.catalogue))

    def answer(self, queue: npt.NDArray[np.int32], limit: int) -> tuple[Ranking, npt.NDArray[np.float32]]:
        """The best songs for a queue, and their match."""
        tracks, match, _ = self.explained(queue, limit)
        return tracks, match

    def explained(
        self, queue: npt.NDArray[np.int32], limit: int
    ) -> tuple[Ranking, npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """The best songs for a queue, their match, and each entry's share of their logits: (songs, queue)."""
        return self._run(self._row[queue], limit)

    def of_words(self, words: Sequence[str], limit: int) -> Ranking:
        """The best songs for words that playlists are named with; unknown ones say nothing."""
        known = [self.words[word] for word in words if word in self.words]
        return self._run(np.array(known, np.int64), limit)[0]

    def _run(
        self, rows: npt.NDArray[np.int64], limit: int
    ) -> tuple[Ranking, npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        ones = np.ones(len(rows), np.float32)
        tracks, match, reasons = self._session.run(
            None,
            {
                "queue": rows,
                "weight": ones,
                "label": ones,
                "banned": np.empty(0, np.int64),
                "limit": np.array(limit, np.int64),
            },
        )
        return self.catalogue[tracks].astype(np.int64), match, reasons

    def unseen(self, lists: Playlists, split: Split) -> Playlists:
        """One list of each parent of a split that the model has not seen.

        Raises:
            DataError: it has seen them, or there are none.
        """
        if split in self.splits:
            raise DataError(
                f"this model has been trained on the {split} playlists, so measuring it there says nothing; "
                "train one without --everything"
            )
        unseen = lists.split(split).one_per_parent()
        if not len(unseen):
            raise DataError(f"this data has no {split} playlist; it takes some twenty playlists to have one")
        return unseen

    def rank(self, case: Case, limit: int) -> Ranking:
        """The best songs for a case."""
        return self.answer(case.queue, limit)[0]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table."""

    length: int  # of the queue
    method: str
    quality: Quality


OURS = "Encore"


def rankers(bundle: Bundle, lists: Playlists) -> dict[str, Ranker]:
    """Every method by its name, the bundle last; baselines learn from what the model learned from."""
    learned_from = [i for i in range(len(lists)) if lists.split_name(i) in bundle.splits]
    return {**baselines(lists.select(learned_from), bundle.catalogue), OURS: bundle.rank}


def compare(
    bundle: Bundle, lists: Playlists, unseen: Playlists, begun: Callable[[str], None] = lambda what: None
) -> Iterator[Line]:
    """Every queue length and method on unseen playlists."""
    methods = rankers(bundle, lists)
    for length in QUEUE_LENGTHS:
        questions = list(cases(unseen, length))
        for name, rank in methods.items():
            begun(f"{name}, first {length} songs")
            yield Line(length, name, measure(questions, rank, bundle.catalogue))


def match_error(bundle: Bundle, unseen: Playlists) -> float:
    """The expected calibration error of `match` over the first hundred answers of every case."""
    return calibration_error(*answers(bundle, unseen))


def answers(bundle: Bundle, unseen: Playlists) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """The match of every case's first hundred answers, and whether each was held out: two (answers,)."""
    matches, truths = [np.empty(0, np.float32)], [np.empty(0, np.bool_)]
    for length in QUEUE_LENGTHS:
        for case in cases(unseen, length):
            tracks, match = bundle.answer(case.queue, DEPTH)
            matches.append(match)
            truths.append(np.isin(tracks, case.held_out))
    return np.concatenate(matches), np.concatenate(truths)


def words_ndcg(bundle: Bundle, unseen: Playlists) -> tuple[int, float, float]:
    """What the words of a playlist's name alone tell of its songs.

    Returns:
        How many playlists have a known word in their name, the mean NDCG@100 of what these words suggest,
        and that of the songs that are suggested without a word.
    """
    nothing = bundle.of_words([], DEPTH)
    found = []
    for i, name in enumerate(unseen.names):
        words, held_out = name_words(name), unseen.tracks(i)
        if any(word in bundle.words for word in words):
            ranked = (bundle.of_words(words, DEPTH), nothing)
            found.append([ndcg(np.isin(each, held_out), len(held_out)) for each in ranked])
    said, unsaid = np.mean(found, axis=0).tolist() if found else (0.0, 0.0)
    return len(found), said, unsaid
