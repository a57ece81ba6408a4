"""The model at work: queue and votes in, ranked songs with reasons out.

Only this module knows onnxruntime.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime

from bot import domain, taste
from bot.bundle import MEND, Bundle
from bot.domain import Mood, Signal, Strategy, Suggestion, Track
from bot.errors import StartError

INPUTS = {"queue", "weight", "label", "banned", "limit"}
OUTPUTS = ["tracks", "match", "reasons"]

SPARE = 10
"""How many songs are ranked for each one asked for: versions and a third song of an artist fall out."""
CANDIDATES = 3000
"""Of so many songs that fit the party as a whole, each member's own taste and chance choose."""
FAR = {Mood.SAFE: (1.0, 1.0, 1.0), Mood.BALANCED: (1.0, 1.0, 1.0), Mood.ADVENTUROUS: (1.0, 0.4, 0.2)}
"""What factors, neighbours and content weigh: without neighbours and artists songs lie further away."""
LEAST_SHARE = 0.25
"""A second title is named as a reason when it speaks for a song at least this much as the first does."""


class Songs(Protocol):
    """The catalogue, as the model sees it: songs by their index."""

    def index_of(self, track: Track) -> int | None:
        """The model's index of a song, of its artist when only that is known, or None."""

    def track(self, index: int) -> Track:
        """The song of an index."""

    def word(self, word: str) -> int | None:
        """The model's index of a word that playlists are named with, or None."""

    def versions(self, track: Track) -> Sequence[int]:
        """Every index that is the same song to a person: remasters, live takes, singles."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the graph says: the outputs of the bundle's contract."""

    tracks: npt.NDArray[np.int64]  # (n,), best first
    match: npt.NDArray[np.float32]  # (n,)
    reasons: npt.NDArray[np.float32]  # (n, q)


@dataclass(frozen=True, slots=True)
class _Ask:
    """One question to the model, its songs and words as rows."""

    heard: Sequence[tuple[int, Signal]]
    banned: Sequence[Track]
    count: int
    mood: Mood
    strategy: Strategy
    served: Mapping[str, float]


class Recommender:
    """A model bundle, loaded."""

    def __init__(self, bundle: Bundle, songs: Songs, seed: int | None = None) -> None:
        """Loads the graph; the seed is of what is left to chance, see `Mood`.

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
        self._blends = "blend" in inputs  # a bundle of another make may do without
        self._songs = songs
        self._rng = np.random.default_rng(seed)
        if len(self.answer([], set(), bundle.tracks + 1).tracks) != bundle.tracks:
            raise StartError(f"{bundle.model} does not know the songs its manifest counts; {MEND}")

    async def suggest(
        self,
        told: Sequence[Signal],
        banned: Sequence[Track],
        count: int,
        *,
        words: Sequence[str] = (),
        mood: Mood = Mood.SAFE,
        strategy: Strategy = Strategy.WITHOUT_MISERY,
        served: Mapping[str, float] | None = None,
    ) -> list[Suggestion]:
        """The best `count` songs for what the room has told, none of the banned ones in any version.

        Args:
            told: songs, and what each member has said of them.
            banned: never to be suggested.
            count: how many.
            words: of what is looked for; those the catalogue does not know say nothing.
            mood: how far from the queue the songs may lie.
            strategy: how several members' tastes become one order.
            served: how many songs each member has had, by user_id, for `Strategy.TURNS`.
        """
        rows = [(self._songs.index_of(signal.track), signal) for signal in told]
        everybody = {user: 1.0 for signal in told for user in signal.stances}  # words are for the whole room
        rows += [(self._songs.word(word), Signal(Track(word, ""), 1.0, 1.0, everybody)) for word in words]
        heard = [(index, signal) for index, signal in rows if index is not None]
        ask = _Ask(heard, banned, count, mood, strategy, served or {})
        return await asyncio.to_thread(self._suggest, ask)

    def _suggest(self, ask: _Ask) -> list[Suggestion]:
        out = {index for track in ask.banned for index in self._songs.versions(track)}
        group = len({user for _, signal in ask.heard for user in signal.stances}) > 1
        exploring = group or ask.mood is not Mood.SAFE
        answer = self.answer(
            ask.heard, out, CANDIDATES if exploring else ask.count * SPARE, blend=FAR[ask.mood]
        )
        tracks = [self._songs.track(int(index)) for index in answer.tracks]
        wanted = np.array([signal.label > 0 for _, signal in ask.heard], bool)
        titles = [signal.track.title for _, signal in ask.heard]
        ranked: list[Suggestion] = []
        for place in self._order(ask, answer, tracks, group=group):
            if int(answer.tracks[place]) in out:
                continue
            out.update(self._songs.versions(tracks[place]))
            because = strongest(titles, np.where(wanted, answer.reasons[place], 0))
            ranked.append(Suggestion(tracks[place], float(answer.match[place]), because))
            if len(ranked) == ask.count * SPARE:
                break
        return domain.varied(ranked, ask.count)

    def _order(
        self, ask: _Ask, answer: Answer, tracks: Sequence[Track], *, group: bool
    ) -> npt.NDArray[np.int64]:
        """The places of the answer, best first for these people in this mood."""
        if not len(tracks):
            return np.empty(0, np.int64)
        told = [signal for _, signal in ask.heard]
        said = [(domain.main_artist(signal.track), signal) for signal in told]
        logits = taste.logit(answer.match)
        extra = logits.std() * taste.surprise(
            [*map(domain.main_artist, tracks)], said, taste.SPREAD[ask.mood], self._rng
        )
        if group and ask.strategy is not Strategy.POOLED:
            members = taste.members(told)
            scores = taste.by_member(answer.reasons, answer.match, told) + extra
            return taste.together(scores, ask.strategy, [ask.served.get(each, 0.0) for each in members])
        return np.argsort(-(logits + extra), kind="stable")

    def answer(
        self,
        heard: Sequence[tuple[int, Signal]],
        banned: set[int],
        limit: int,
        blend: Sequence[float] = (1, 1, 1),
    ) -> Answer:
        """Runs the graph once, in this thread."""
        outputs = self._session.run(
            OUTPUTS,
            {
                "queue": np.array([index for index, _ in heard], np.int64),
                "weight": np.array([signal.weight for _, signal in heard], np.float32),
                "label": np.array([signal.label for _, signal in heard], np.float32),
                "banned": np.array(sorted(banned), np.int64),
                "limit": np.array(limit, np.int64),
                **({"blend": np.array(blend, np.float32)} if self._blends else {}),
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
