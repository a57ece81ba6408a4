"""The model at work: queue and votes in, ranked songs with reasons out.

Only this module knows onnxruntime.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime

from bot import domain
from bot.bundle import MEND, Bundle
from bot.domain import Signal, Suggestion, Track
from bot.errors import StartError

INPUTS = {"queue", "weight", "label", "banned", "limit"}
OUTPUTS = ["tracks", "match", "reasons"]

SPARE = 10
"""How many songs are ranked for each one asked for: versions and a third song of an artist fall out."""
LEAST_SHARE = 0.25
"""A second title is named as a reason when it speaks for a song at least this much as the first does."""


class Songs(Protocol):
    """The catalogue, as the model sees it: songs by their index."""

    def index_of(self, track: Track) -> int | None:
        """The model's index of a song, of its artist when only that is known, or None."""

    def track(self, index: int) -> Track:
        """The song of an index."""

    def versions(self, track: Track) -> Sequence[int]:
        """Every index that is the same song to a person: remasters, live takes, singles."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the graph says: the outputs of the bundle's contract."""

    tracks: npt.NDArray[np.int64]  # (n,), best first
    match: npt.NDArray[np.float32]  # (n,)
    reasons: npt.NDArray[np.float32]  # (n, q)


class Recommender:
    """A model bundle, loaded."""

    def __init__(self, bundle: Bundle, songs: Songs) -> None:
        """Loads the graph.

        Raises:
            StartError: the file is no graph of our contract.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # one request is a millisecond; more threads only compete
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                bundle.model, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's own classes have no common base
            raise StartError(f"{bundle.model} cannot be loaded as a model; {MEND}") from error
        inputs = {each.name for each in self._session.get_inputs()}
        outputs = [each.name for each in self._session.get_outputs()]
        if not (inputs >= INPUTS and set(outputs) >= set(OUTPUTS)):
            raise StartError(f"{bundle.model} has other inputs or outputs than I know; {MEND}")
        self._songs = songs
        if len(self.answer([], set(), bundle.tracks + 1).tracks) != bundle.tracks:
            raise StartError(f"{bundle.model} does not know the songs its manifest counts; {MEND}")

    async def suggest(self, told: Sequence[Signal], banned: Sequence[Track], count: int) -> list[Suggestion]:
        """The best `count` songs for what the room has told, none of the banned ones in any version."""
        return await asyncio.to_thread(self._suggest, told, banned, count)

    def _suggest(self, told: Sequence[Signal], banned: Sequence[Track], count: int) -> list[Suggestion]:
        known = [(self._songs.index_of(signal.track), signal) for signal in told]
        heard = [(index, signal) for index, signal in known if index is not None]
        out = {index for track in banned for index in self._songs.versions(track)}
        answer = self.answer(heard, out, count * SPARE)
        wanted = np.array([signal.label > 0 for _, signal in heard], bool)
        ranked: list[Suggestion] = []
        for index, match, reasons in zip(answer.tracks, answer.match, answer.reasons, strict=True):
            track = self._songs.track(int(index))
            if int(index) in out:
                continue
            out.update(self._songs.versions(track))
            titles = strongest([signal.track.title for _, signal in heard], np.where(wanted, reasons, 0))
            ranked.append(Suggestion(track, float(match), titles))
        return domain.varied(ranked, count)

    def answer(self, heard: Sequence[tuple[int, Signal]], banned: set[int], limit: int) -> Answer:
        """Runs the graph once, in this thread."""
        outputs = self._session.run(
            OUTPUTS,
            {
                "queue": np.array([index for index, _ in heard], np.int64),
                "weight": np.array([signal.weight for _, signal in heard], np.float32),
                "label": np.array([signal.label for _, signal in heard], np.float32),
                "banned": np.array(sorted(banned), np.int64),
                "limit": np.array(limit, np.int64),
            },
        )
        return Answer(*outputs)


def strongest(titles: Sequence[str], shares: npt.NDArray[np.float32]) -> tuple[str, ...]:
    """The one or two titles that speak for a song most; none when nothing speaks for it."""
    order = [int(i) for i in np.argsort(-shares, kind="stable") if shares[i] > 0]
    if not order:
        return ()
    least = LEAST_SHARE * shares[order[0]]
    return tuple(dict.fromkeys(titles[i] for i in order[:2] if shares[i] >= least))
