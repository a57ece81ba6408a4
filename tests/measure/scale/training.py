"""Training on made-up playlists of several sizes: how long, how much memory, and how fast both grow."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from tests.measure.scale.children import run
from tests.measure.scale.page import rows, verdict
from tests.measure.scale.sizes import EXPONENT, TRAINED, songs_in


@dataclass(frozen=True, slots=True)
class Trained:
    """What one training cost."""

    lists: int
    tracks: int
    entries: int
    seconds: float
    peak_gb: float


def playlists(kept: Path, lists: int, seed: int) -> Path:
    """A folder of so many made-up playlists as Parquet files, made once and kept.

    Raises:
        Failed: it could not be made.
    """
    place = kept / "playlists" / f"{lists}-{seed}"
    if not place.exists():  # `synth` writes its folder whole or not at all
        place.parent.mkdir(parents=True, exist_ok=True)
        numbers = ["--lists", str(lists), "--tracks", str(songs_in(lists)), "--seed", str(seed)]
        run("model_export", ["synth", *numbers, "--format", "parquet", "--out", str(place)])
    return place


def train(kept: Path, lists: int, seed: int) -> Trained:
    """Trains with the command that people use, in a process of its own, and throws the model away.

    Raises:
        Failed: it ended badly.
    """
    data, out = playlists(kept, lists, seed), kept / "models" / f"{lists}-{seed}"
    shutil.rmtree(out, ignore_errors=True)
    try:
        done = run("model_export", ["train", str(data), "--out", str(out)])
    finally:
        shutil.rmtree(out, ignore_errors=True)
    return Trained(lists, songs_in(lists), entries(data), done.seconds, done.peak_gb)


def entries(folder: Path) -> int:
    """How many entries the playlists of a folder have in all."""
    return sum(pq.read_metadata(each).num_rows for each in folder.rglob("entries*.parquet"))


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """The power of the size that the cost grows with: the slope of the line through their logarithms."""
    slope, _ = np.polyfit(np.log(sizes), np.log(costs), 1)
    return float(slope)


def markdown(found: Sequence[Trained]) -> str:
    """The table, and under it how the cost grows."""
    table = []
    for each in found:
        seconds, gigabytes = TRAINED.get(each.lists, (None, None))
        named = [f"{number:,}" for number in (each.lists, each.tracks, each.entries)]
        table.append([*named, verdict(each.seconds, seconds, 0), verdict(each.peak_gb, gigabytes)])
    parts = [rows(["playlists", "songs", "entries", "seconds", "peak GB"], table)]
    if len(found) > 1:
        sizes = [each.entries for each in found]
        time, memory = (
            exponent(sizes, costs)
            for costs in ([each.seconds for each in found], [each.peak_gb for each in found])
        )
        parts.append(
            f"Time grows with the entries to the power {verdict(time, EXPONENT)}, memory to {memory:.2f}: "
            "the slopes of lines through the logarithms."
        )
    return "\n\n".join(parts)
