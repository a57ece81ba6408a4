"""Learns from the parties there were: for every night, beside a bot that runs.

What rooms that opted in have wanted is adapted to, all but their latest parties, and tried on these: neither
the tried bundle nor the one in use has seen them. Where it is better there, a bundle of all parties takes the
place of the one in use, which a running bot notices. Where it is not, or there is too little to tell, nothing
changes.
"""

from __future__ import annotations

import json
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from db.harvest import SharedRoom
from model_export.adapt import ANEW, FEWEST, adapt, copies_of
from model_export.bundle import MODEL
from model_export.checkpoint import room_for
from model_export.folders import held, restored, written_whole
from model_export.harvest import NOBODY, opted_in, parties, wanted
from model_export.judged import judged
from model_export.merge import merged
from model_export.playlists import DataError, Playlists, Song, summed
from model_export.renew import apart
from model_export.training import Told
from model_export.written import SHORTEST

MANIFEST = "manifest.json"
FEWEST_JUDGED = 5
"""On fewer parties it is not seen which bundle is better."""
JUDGED = 1 / 5
"""Of many new parties this share is judged on, the latest."""


@dataclass(frozen=True, slots=True)
class Party:
    """What one evening of a room wanted, in order."""

    room: str  # drawn by lot
    began_ms: int
    songs: Sequence[Song]


@dataclass(frozen=True, slots=True)
class Evening:
    """What came of it."""

    changed: bool  # whether there is another bundle
    told: str  # a line for people


def evening(
    database_url: str,
    base: Path,
    out: Path,
    own: Playlists | None = None,
    *,
    progress: Told = lambda what, done: None,
    now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
) -> Evening:
    """Learns from the parties there were, and writes a bundle if that is better on the latest ones.

    Args:
        database_url: the bot's own; the bot may run meanwhile.
        base: the bundle to adapt, the same every night: nothing piles up.
        out: the bundle in use, which is replaced; the base is in use as long as there is none.
        own: other lists to learn from, every night as well.
        progress: told how far it is.
        now_ms: the time, in ms since 1970.

    Raises:
        DataError: the database or a bundle cannot be read, or `out` cannot be written.
    """
    if out.resolve() == base.resolve():
        raise DataError(f"{out} is what every evening begins with, and has to stay; name another --out")
    with _alone(out) as work:
        if work is None:
            return Evening(False, f"another evening is at work on {out}; this one leaves it to that")
        restored(out)
        apart(out, out)
        until_ms, rooms = now_ms(), opted_in(database_url)
        if not rooms:
            return Evening(False, f"nothing changes: {NOBODY}")
        night = _Night(base, out if out.exists() else base, own, latest_last(rooms), work, progress)
        try:
            trial = night.tried()
        except _StaysError as reason:
            return Evening(False, f"{night.in_use} stays: {reason}")
        bundle = night.learned()
        _put(bundle, out, {"until_ms": until_ms, "parties": len(night.had), **asdict(trial)})
        return Evening(True, f"{out} has learned from {len(night.had):,} parties: {trial}")


class _StaysError(Exception):
    """Nothing changes, for this reason."""


@dataclass(frozen=True, slots=True)
class Trial:
    """How the bundle in use and one that learned from all but the latest parties answered these."""

    judged: int
    before: float
    after: float

    def __str__(self) -> str:
        return (
            f"NDCG@100 on the latest {self.judged} is {self.before:.4f} with the bundle in use, "
            f"{self.after:.4f} with what the others teach"
        )


@dataclass(frozen=True, slots=True)
class _Night:
    """One evening's work."""

    base: Path
    in_use: Path
    own: Playlists | None
    had: Sequence[Party]  # the latest last
    work: Path
    progress: Told

    def tried(self) -> Trial:
        """How good what the parties teach is on the latest ones.

        Raises:
            _StaysError: it is not better, or there are too few parties to tell.
        """
        since_ms = _learned_until(self.in_use)
        new = sum(party.began_ms > since_ms for party in self.had)
        latest = max(FEWEST_JUDGED, int(new * JUDGED))
        if new <= latest:
            raise _StaysError(f"it takes {latest + 1} new parties to learn and to judge, and there are {new}")
        lists = self._together(self.had[:-latest])
        telling = lists.select(np.flatnonzero(np.diff(lists.bounds) >= SHORTEST))
        if (different := len(np.unique(copies_of(telling)))) < FEWEST:
            raise _StaysError(
                f"it takes {FEWEST} parties or playlists beside the latest {latest} parties, and there are "
                f"{different}"
            )
        tried = self.work / "tried"
        adapt(self.base, lists, tried, progress=lambda what, done: self.progress(what, done / 2))
        asked = playlists_of(self.had[-latest:])
        trial = Trial(latest, judged(self.in_use, asked), judged(tried, asked))
        shutil.rmtree(tried)  # room for the next one
        if trial.after <= trial.before:
            raise _StaysError(str(trial))
        return trial

    def learned(self) -> Path:
        """A bundle that has learned from all parties."""
        bundle, lists = self.work / "bundle", self._together(self.had)
        adapt(self.base, lists, bundle, progress=lambda what, done: self.progress(what, (1 + done) / 2))
        return bundle

    def _together(self, had: Sequence[Party]) -> Playlists:
        lists = playlists_of(had)
        return merged([self.own, lists]) if self.own is not None else lists


def latest_last(rooms: Sequence[SharedRoom]) -> list[Party]:
    """The parties of some rooms in which two songs or more were wanted, in the order in which they began."""
    had = []
    for room in rooms:
        name = f"harvest:{secrets.token_hex(8)}"
        for songs in parties(room):
            kept = tuple(wanted(songs).values())
            if len(kept) >= SHORTEST:
                had.append(Party(name, songs[0].added_ms, kept))
    return sorted(had, key=lambda party: party.began_ms)


def playlists_of(had: Sequence[Party]) -> Playlists:
    """Parties as lists; those of a room share a parent."""
    songs = {song.track_id: song for party in reversed(had) for song in party.songs}
    number = {track_id: i for i, track_id in enumerate(songs)}
    entries = [number[song.track_id] for party in had for song in party.songs]
    return Playlists(
        [*songs.values()],
        np.array(entries, np.int32),
        summed(np.array([len(party.songs) for party in had], np.int64)),
        [party.room for party in had],
        ["harvest"] * len(had),
        {"harvest": "own"},
    )


def _learned_until(bundle: Path) -> int:
    """From when on the bundle in use has learned of no party, in ms since 1970.

    Raises:
        DataError: it is damaged, or none.
    """
    try:
        manifest = json.loads((bundle / MANIFEST).read_text("utf-8"))
        return int(manifest.get("evening", {}).get("until_ms", 0))
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise DataError(f"{bundle} is no whole model bundle ({error}); name the folder of one") from error


def _put(bundle: Path, out: Path, about: Mapping[str, float]) -> None:
    """Has a bundle take the place of the one in use, in one step."""
    with written_whole(out, MODEL, "model") as scratch, room_for(out, ANEW):
        manifest = json.loads((bundle / MANIFEST).read_text("utf-8"))
        (bundle / MANIFEST).write_text(json.dumps({**manifest, "evening": about}, indent=2) + "\n", "utf-8")
        for each in bundle.iterdir():
            each.rename(scratch / each.name)


@contextmanager
def _alone(out: Path) -> Iterator[Path | None]:
    """An empty folder to work in, beside the bundle; None while another evening has it."""
    work = out.resolve().parent / f".{out.resolve().name}.evening"
    with ExitStack() as stack:
        try:
            work.mkdir(mode=0o700, parents=True, exist_ok=True)
            stack.enter_context(held(work))
        except BlockingIOError:
            yield None
            return
        except OSError as error:
            raise DataError(f"{work} cannot be written ({error.strerror}); name another --out") from error
        stack.callback(shutil.rmtree, work, ignore_errors=True)
        for left in work.iterdir():  # by an evening that was killed
            shutil.rmtree(left, ignore_errors=True)
        yield work
